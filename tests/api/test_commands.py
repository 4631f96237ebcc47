"""One command, from asking to recorded, on the ledger in memory."""

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import pytest

from adapters.ledger import MemoryLedger
from api.commands import execute, reviews_of
from domain.answers import answers
from domain.history import Command, entry_of, pair_tag, partnership_tag
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.state import Suspended
from domain.ports import Actor
from domain.refusals import (
    AlreadyPaired,
    NotAtThisStage,
    NotFound,
    NotYourRole,
)
from domain.review import commands as r
from domain.review.criteria import CONTINUATION
from domain.values import PartnershipId, mint_partnership_id
from tests.api.commanded import (
    APPROVE,
    COUNCILLOR,
    NOW,
    PROPOSE,
    SUSPEND,
    act,
    active,
    count,
    proposed,
    receipt,
)
from tests.domain.people import (
    ANALYST,
    CLERK,
    COUNTERPART,
    KITAKYUSHU,
    NORFOLK,
    OFFICER,
    SECOND_CLERK,
    deciding,
)
from tests.domain.stages import RESOLUTION, TEXT


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


async def test_a_proposal_is_recorded_under_the_reference_of_its_key(ledger: MemoryLedger) -> None:
    outcome = await execute(ledger, PROPOSE, act(COUNCILLOR, "founding"))

    assert outcome.partnership == mint_partnership_id("founding")
    assert receipt(outcome).first_position == receipt(outcome).last_position == 1
    assert not receipt(outcome).replayed


async def test_what_is_recorded_is_logged_under_the_acts_key(
    ledger: MemoryLedger, logged: list[MutableMapping[str, Any]]
) -> None:
    await execute(ledger, PROPOSE, act(COUNCILLOR, "founding"))
    await execute(ledger, PROPOSE, act(COUNCILLOR, "founding"))

    assert [(line["event"], line["command_id"], line["position"]) for line in logged] == [
        ("recorded", "founding", 1)
    ]


async def test_what_is_recorded_can_be_read_by_everything_it_is_about(ledger: MemoryLedger) -> None:
    reference = await proposed(ledger)
    pair = pair_tag(KITAKYUSHU.community, NORFOLK.community)

    for tag in (partnership_tag(reference), pair, f"community:{NORFOLK.community}"):
        (stored,) = await ledger.read(frozenset({tag}))
        assert isinstance(entry_of(stored).event, e.ProposalSubmitted)


async def test_both_clocks_are_kept(ledger: MemoryLedger) -> None:
    reference = await proposed(ledger)
    (stored,) = await ledger.read(frozenset({partnership_tag(reference)}))

    assert stored.effective == "2026-11-20"
    assert stored.recorded_at > NOW - timedelta(days=1)
    assert stored.on_behalf_of == NORFOLK.community


async def test_an_act_on_nothing_is_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(NotFound):
        await execute(ledger, SUSPEND, act(), partnership=PartnershipId("TL-0000-0000"))
    with pytest.raises(NotFound):
        await execute(ledger, SUSPEND, act())
    assert await count(ledger) == 0


async def test_a_refusal_records_nothing(ledger: MemoryLedger) -> None:
    reference = await active(ledger)

    with pytest.raises(NotYourRole):
        await execute(ledger, SUSPEND, act(ANALYST), partnership=reference)
    assert await count(ledger) == 1


async def test_a_dry_run_records_nothing_and_says_what_would_be(ledger: MemoryLedger) -> None:
    reference = await active(ledger)

    outcome = await execute(ledger, SUSPEND, act(), partnership=reference, dry_run=True)

    assert [type(event) for event in outcome.events] == [e.PartnershipSuspended]
    assert outcome.receipt is None
    assert await count(ledger) == 1


async def test_a_dry_run_is_refused_as_the_act_would_be(ledger: MemoryLedger) -> None:
    reference = await proposed(ledger)

    with pytest.raises(NotAtThisStage):
        await execute(ledger, SUSPEND, act(), partnership=reference, dry_run=True)


async def test_a_pair_that_is_over_may_begin_anew(ledger: MemoryLedger) -> None:
    reference = await proposed(ledger)
    with pytest.raises(AlreadyPaired):
        await execute(ledger, PROPOSE, act(COUNCILLOR, "again"))
    await execute(ledger, c.Decline("No."), act(key="decline"), partnership=reference)

    assert (await execute(ledger, PROPOSE, act(COUNCILLOR, "again"))).partnership != reference


async def test_a_whole_way_from_proposal_to_suspension_under_review(ledger: MemoryLedger) -> None:
    reference = await proposed(ledger)
    steps: list[tuple[Command, Actor]] = [
        (APPROVE, SECOND_CLERK),
        (c.RecordCounterpartApproval(TEXT, RESOLUTION), COUNTERPART),
        (c.SignAgreement("Mayor", TEXT), deciding("mayor")),
        (c.SignAgreement("Mayor", TEXT), COUNTERPART),
        (c.BringIntoForce(), CLERK),
        (r.OpenReview("complaint", CONTINUATION.id, "Does it go on?", no_tie=True), OFFICER),
        (SUSPEND, CLERK),
    ]
    for number, (command, by) in enumerate(steps):
        await execute(ledger, command, act(by, f"step {number}"), partnership=reference)

    state, last = await reviews_of(ledger, reference)

    assert isinstance(state.partnership, Suspended)
    assert last.position == len(steps) + 1
    assert len(state.partnership.record.open_reviews) == 1


async def test_what_is_allowed_holds_for_a_position(ledger: MemoryLedger) -> None:
    reference = await active(ledger)

    state, last = await reviews_of(ledger, reference)

    assert last.position == 1
    assert {answer.verb for answer in answers(state, CLERK) if answer.allowed} == {
        *("report-activity", "file-annual-report", "suspend", "end", "request-correction"),
        *("vary", "demote", "mark-dormant", "give-notice", "record-recognition"),
    }
