"""An entry of sound bytes that does not say what its type says: all call it unreadable, and what
helps is told of it as it is."""

import pytest
from msgspec.structs import replace

from api.problem_types import EXPLAINED
from domain.history import partnership_tag
from domain.ports import NewEvent
from domain.values import PartnershipId
from tests.adapters.submissions import event, submission
from tests.api.rest.programs import Program
from tests.projections.played import Clerks, legacy

REPORTED = "partnership.activity_reported.v1"
WRITTEN_NO_MORE = "partnership.tier_set.v1"
VISIT = b'{"kind":"visit","partnership":"TL-7K3Q-9FZM","statement":"a visit"}'
MISFITS = {
    "another shape": event(type=REPORTED, public=b'{"a":1}'),
    "no older shape either": event(type=WRITTEN_NO_MORE, public=b'{"a":1}'),
    "no date": event(type=REPORTED, public=VISIT, effective="never"),
}


@pytest.fixture
async def reference(clerks: Clerks) -> PartnershipId:
    """A partnership, whose founding is the first entry."""
    return await clerks.found(legacy())


@pytest.mark.parametrize("misfit", MISFITS.values(), ids=MISFITS.keys())
async def test_the_feed_calls_it_unreadable_as_its_record_does(
    misfit: NewEvent, program: Program, clerks: Clerks, reference: PartnershipId
) -> None:
    of_the_record = replace(misfit, tags=(partnership_tag(reference),))
    await clerks.ledger.append(submission(of_the_record))

    feed = (await program.get("/entries")).json()["items"]
    assert [(one["unreadable"], one["type"]) for one in feed] == [
        (False, "partnership.legacy_recorded.v1"),
        (True, misfit.type),
    ]
    assert feed[1]["public"] == {}
    alone = await program.read("/entries/2")
    assert alone["entry"]["unreadable"] is True
    assert bytes(misfit.public).decode() in alone["leaf"]
    acts = await program.get(f"/partnerships/{reference}/actions")
    assert (acts.status_code, acts.json()["code"]) == (409, "entry-unreadable")


async def test_what_a_newer_release_recorded_is_no_misfit(
    program: Program, clerks: Clerks, reference: PartnershipId
) -> None:
    newer = event(partnership_tag(reference), type="partnership.newer.v1", public=b'{"a":1}')
    await clerks.ledger.append(submission(newer))

    entry = (await program.read("/entries/2"))["entry"]
    assert (entry["unreadable"], entry["public"]) == (False, {"a": 1})


async def test_a_backup_with_the_same_bytes_is_not_told_as_what_puts_it_right(
    program: Program, clerks: Clerks, reference: PartnershipId
) -> None:
    await clerks.ledger.append(submission(event(partnership_tag(reference), public=b'{"a":1}')))

    told = (await program.get(f"/partnerships/{reference}/actions")).json()
    assert "where it has the same, a newer release may read it" in told["detail"]
    assert "has their bytes" not in told["detail"]
    assert told["title"] == "An entry is not what was recorded, or cannot be read"
    assert "where they are the same, a newer release may read them" in (
        EXPLAINED["entry-unreadable"].remedy
    )
