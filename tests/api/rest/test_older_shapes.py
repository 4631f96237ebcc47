"""What stands in a shape that is no longer written is shown and built on as in the present one."""

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from domain.errors import UnknownEventType
from domain.history import pair_tag, partnership_tag
from domain.partnership import commands as c
from domain.ports import Condition, NewEvent, Submission
from domain.refusals import Invalid
from domain.values import PartnershipId, Party
from tests.api.rest.programs import Program
from tests.projections.played import (
    LE_MANS,
    LODZ,
    MINUTE,
    NORFOLK,
    PADERBORN,
    Clerks,
    clerk,
    legacy,
)
from tests.projections.test_parked import unknown

RAISED, OTHER = "b" * 64, "c" * 64
LOWER = c.Demote("friendship", "Little happens.", (MINUTE,))
RAISE = c.Promote("sister", RAISED, "Mayor", "Lord Mayor", (MINUTE,), "In the open session.")
EVIDENCE = msgspec.to_builtins((MINUTE,))


async def stored(clerks: Clerks, other: Party, reference: PartnershipId, **public: Any) -> None:
    """A change of level as the first releases recorded it."""
    document = {"evidence": EVIDENCE, "partnership": reference, **public}
    event = NewEvent(
        "partnership.tier_set.v1",
        Raw(msgspec.json.encode(document, order="deterministic")),
        (partnership_tag(reference), pair_tag(PADERBORN.community, other.community)),
        "2026-07-01",
    )
    nothing, by = Condition(frozenset(), 0), clerk(PADERBORN)
    key = f"{reference}-{public['tier']}"
    await clerks.ledger.append(
        Submission((event,), nothing, by, by.community, by.recorder, key, bytes(32))
    )


async def both(clerks: Clerks) -> tuple[PartnershipId, PartnershipId]:
    """Two partnerships, lowered and raised again: one before, one as it is done now."""
    before, now = (
        await clerks.found(legacy(PADERBORN, LE_MANS)),
        await clerks.found(legacy(PADERBORN, LODZ)),
    )
    await stored(clerks, LE_MANS, before, tier="friendship", reason="Little happens.")
    await stored(
        clerks, LE_MANS, before, tier="sister", text_sha256=RAISED, home_office="Mayor",
        counterpart_office="Lord Mayor", statement="In the open session.",
    )  # fmt: skip
    for command in (LOWER, RAISE):
        await clerks.record(command, clerk(PADERBORN), on="2026-07-01", partnership=now)
    return before, now


async def test_programs_read_both_as_the_same(program: Program, clerks: Clerks) -> None:
    async def told(reference: PartnershipId) -> Any:
        entries = await program.read(f"/partnerships/{reference}/entries")
        return [(one["sentence"], one["kind"], one["statement"]) for one in entries["items"][1:]]

    before, now = await both(clerks)

    assert await told(before) == await told(now)
    assert "signed by Mayor and Lord Mayor" in (await told(before))[1][0]


async def test_the_audit_log_finds_both_by_one_kind(program: Program, clerks: Clerks) -> None:
    await both(clerks)
    await program.services.wait_for(0)

    page = await program.client.get("/history.csv?kind=partnership.tier_set.v1")

    assert len(page.text.splitlines()) == 1 + 4


async def test_what_was_signed_then_is_the_agreement_that_counts(
    program: Program, clerks: Clerks
) -> None:
    before, _ = await both(clerks)
    vary = c.Vary(RAISED, "Mayor", "Lord Mayor", (MINUTE,))

    with pytest.raises(Invalid) as refused:
        await clerks.record(vary, clerk(PADERBORN), on="2026-08-01", partnership=before)
    assert refused.value.field == "text_sha256"
    other = c.Vary(OTHER, "Mayor", "Lord Mayor", (MINUTE,))
    assert await clerks.record(other, clerk(PADERBORN), on="2026-08-01", partnership=before)


async def test_nothing_is_decided_on_an_entry_that_a_newer_release_recorded(
    program: Program, clerks: Clerks
) -> None:
    reference = await clerks.found(legacy(NORFOLK))
    await unknown(clerks.ledger, reference)  # type: ignore[arg-type]  # the ledger of the program
    answer = await program.act(
        f"/{reference}/actions/report-activity",
        {
            "on": "2026-10-01",
            "deciding_body": "staff",
            "command": {"kind": "visit", "statement": "A school came."},
        },
    )

    assert (answer.status_code, answer.json()["code"]) == (503, "newer-release")
    assert "Entry 2 " in answer.json()["detail"]
    assert "Run the newer release" in answer.json()["detail"]
    with pytest.raises(UnknownEventType):
        await clerks.record(LOWER, clerk(NORFOLK), partnership=reference)
    assert (await clerks.ledger.head()).position == 2
