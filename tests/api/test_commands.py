"""One command, from asking to recorded, on the ledger in memory."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from adapters.ledger import MemoryLedger
from api.commands import Outcome, execute, reviews_of
from domain.answers import answers
from domain.dates import parse
from domain.decider import Act
from domain.errors import CommandKeyReused, ConditionFailed
from domain.history import Command, entry_of, pair_tag, partnership_tag
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.state import Suspended
from domain.ports import Actor, Receipt, Submission
from domain.refusals import (
    AlreadyPaired,
    AlreadyRecorded,
    NotAtThisStage,
    NotFound,
    NotYourRole,
)
from domain.review import commands as r
from domain.review.criteria import CONTINUATION
from domain.values import Citation, PartnershipId, Vote, mint_partnership_id
from tests.domain.people import (
    ADMINISTRATOR,
    ANALYST,
    CLERK,
    COUNTERPART,
    KALININGRAD,
    KITAKYUSHU,
    NORFOLK,
    OFFICER,
    SECOND_CLERK,
    deciding,
)
from tests.domain.stages import OTHER_TEXT, RESOLUTION, TEXT

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROPOSE = c.SubmitProposal(NORFOLK, KITAKYUSHU, "sister", "sister_city", ("trade",))
LISTED = c.RecordLegacyPartnership(
    NORFOLK, KITAKYUSHU, "active", "sister", "sister_city", "list_only", (Citation("A list"),)
)
APPROVE = c.ApproveByCouncil(Vote(7, 1), TEXT, RESOLUTION)
SUSPEND = c.Suspend("No contact.", "Until there is.", RESOLUTION)
VISIT = c.ReportActivity("visit", "Nine pupils came.")
COUNCILLOR = deciding("councillor")


def act(by: Actor = CLERK, key: str = "a key", on: str | None = "2026-11-20") -> Act:
    return Act(by, key, NOW, parse(on) if on else None)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


async def proposed(ledger: MemoryLedger, key: str = "founding") -> PartnershipId:
    return (await execute(ledger, PROPOSE, act(COUNCILLOR, key))).partnership


async def active(ledger: MemoryLedger) -> PartnershipId:
    return (await execute(ledger, LISTED, act(ADMINISTRATOR, "listing", None))).partnership


async def count(ledger: MemoryLedger) -> int:
    return (await ledger.head()).position


def receipt(outcome: Outcome) -> Receipt:
    assert outcome.receipt is not None
    return outcome.receipt


async def test_a_proposal_is_recorded_under_the_reference_of_its_key(ledger: MemoryLedger) -> None:
    outcome = await execute(ledger, PROPOSE, act(COUNCILLOR, "founding"))

    assert outcome.partnership == mint_partnership_id("founding")
    assert receipt(outcome).first_position == receipt(outcome).last_position == 1
    assert not receipt(outcome).replayed


async def test_what_is_recorded_is_logged_under_the_acts_key(ledger: MemoryLedger) -> None:
    with capture_logs([merge_contextvars]) as logged:
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


class Interrupted(MemoryLedger):
    """Just before an append, somebody else does something; once."""

    def __init__(self, command: Command, by: Act, reference: PartnershipId | None) -> None:
        super().__init__()
        self.other: tuple[Command, Act] | None = (command, by)
        self.reference = reference
        self.armed = False

    async def append(self, submission: Submission) -> Receipt:
        if self.armed and self.other is not None:
            command, by = self.other
            self.other = None
            await execute(self, command, by, partnership=self.reference)
        return await super().append(submission)


async def test_a_decision_overtaken_by_a_visit_is_taken_again() -> None:
    ledger = Interrupted(VISIT, act(SECOND_CLERK, "other"), mint_partnership_id("listing"))
    reference = await active(ledger)
    ledger.armed = True

    outcome = await execute(ledger, SUSPEND, act(), partnership=reference)

    assert receipt(outcome).first_position == 3


async def test_a_decision_overtaken_by_the_same_decision_is_refused() -> None:
    ledger = Interrupted(SUSPEND, act(SECOND_CLERK, "other"), mint_partnership_id("listing"))
    reference = await active(ledger)
    ledger.armed = True

    with pytest.raises(NotAtThisStage):
        await execute(ledger, SUSPEND, act(), partnership=reference)
    assert await count(ledger) == 2


async def test_two_proposals_for_one_pair_at_once_become_one() -> None:
    from_abroad = replace(COUNCILLOR, community=KITAKYUSHU.community, recorder="clerk-3")
    mirrored = c.SubmitProposal(KITAKYUSHU, NORFOLK, "sister", "sister_city", ("trade",))
    ledger = Interrupted(mirrored, act(from_abroad, "from abroad"), None)
    ledger.armed = True

    with pytest.raises(AlreadyPaired):
        await execute(ledger, PROPOSE, act(COUNCILLOR, "from here"))
    assert await count(ledger) == 1


class NeverQuiet(MemoryLedger):
    """Somebody else is always a little faster."""

    async def append(self, submission: Submission) -> Receipt:
        if submission.condition.after:
            raise ConditionFailed(after=submission.condition.after, position=99)
        return await super().append(submission)


async def test_who_is_overtaken_for_ever_is_told_so() -> None:
    ledger = NeverQuiet()
    reference = await active(ledger)

    with pytest.raises(ConditionFailed):
        await execute(ledger, SUSPEND, act(), partnership=reference)
    assert await count(ledger) == 1


async def test_who_saw_an_older_record_is_told_so(ledger: MemoryLedger) -> None:
    reference = await active(ledger)
    await execute(ledger, VISIT, act(key="visit"), partnership=reference)

    with pytest.raises(ConditionFailed):
        await execute(ledger, SUSPEND, act(), partnership=reference, expected=1)
    assert await execute(ledger, SUSPEND, act(), partnership=reference, expected=2)


async def test_who_saw_the_record_is_not_told_of_what_came_between() -> None:
    ledger = Interrupted(VISIT, act(SECOND_CLERK, "other"), mint_partnership_id("listing"))
    reference = await active(ledger)
    ledger.armed = True

    with pytest.raises(ConditionFailed):
        await execute(ledger, SUSPEND, act(), partnership=reference, expected=1)
    assert await count(ledger) == 2


async def test_the_same_act_again_has_its_first_answer(ledger: MemoryLedger) -> None:
    reference = await active(ledger)
    first = await execute(ledger, VISIT, act(key="visit"), partnership=reference)

    again = await execute(ledger, VISIT, act(key="visit"), partnership=reference)

    assert again == replace(first, receipt=replace(receipt(first), replayed=True))
    assert await count(ledger) == 2


async def test_a_lost_answer_is_given_when_the_record_has_moved_on(ledger: MemoryLedger) -> None:
    first = await execute(ledger, PROPOSE, act(COUNCILLOR, "founding"))
    withdraw = c.Withdraw("Postponed.")
    await execute(ledger, withdraw, act(COUNCILLOR, "w"), partnership=first.partnership)

    again = await execute(ledger, PROPOSE, act(COUNCILLOR, "founding"))
    withdrawn = await execute(ledger, withdraw, act(COUNCILLOR, "w"), partnership=first.partnership)

    assert again == replace(first, receipt=replace(receipt(first), replayed=True))
    assert receipt(withdrawn).first_position == 2
    assert [type(event) for event in withdrawn.events] == [e.ProposalWithdrawn]
    assert await count(ledger) == 2


async def test_a_lost_answer_is_given_to_who_names_what_was_seen_then(
    ledger: MemoryLedger,
) -> None:
    reference = await active(ledger)
    first = await execute(ledger, SUSPEND, act(), partnership=reference, expected=1)

    again = await execute(ledger, SUSPEND, act(), partnership=reference, expected=1)

    assert receipt(again).first_position == receipt(first).first_position
    assert receipt(again).replayed


async def test_an_hour_later_the_same_act_is_still_the_same(ledger: MemoryLedger) -> None:
    reference = await active(ledger)
    await execute(ledger, SUSPEND, act(), partnership=reference)
    later = replace(act(), now=NOW + timedelta(hours=1))

    assert receipt(await execute(ledger, SUSPEND, later, partnership=reference)).replayed


@pytest.mark.parametrize(
    ("command", "by"),
    [
        (replace(PROPOSE, tier="friendship"), act(COUNCILLOR, "founding")),
        (replace(PROPOSE, counterpart=KALININGRAD), act(COUNCILLOR, "founding")),
        (PROPOSE, act(COUNCILLOR, "founding", "2026-11-19")),
        (PROPOSE, act(deciding("staff"), "founding")),
    ],
)
async def test_one_key_names_one_act(ledger: MemoryLedger, command: Command, by: Act) -> None:
    await proposed(ledger)

    with pytest.raises(CommandKeyReused):
        await execute(ledger, command, by)
    assert await count(ledger) == 1


async def test_one_key_names_one_act_on_one_record(ledger: MemoryLedger) -> None:
    one = await active(ledger)
    listed = replace(LISTED, counterpart=KALININGRAD)
    other = (await execute(ledger, listed, act(ADMINISTRATOR, "second", None))).partnership
    await execute(ledger, SUSPEND, act(), partnership=one)

    with pytest.raises(CommandKeyReused):
        await execute(ledger, SUSPEND, act(), partnership=other)


async def test_a_refused_act_leaves_its_key_free(ledger: MemoryLedger) -> None:
    reference = await proposed(ledger)
    with pytest.raises(NotAtThisStage):
        await execute(ledger, SUSPEND, act(), partnership=reference)

    assert await execute(ledger, APPROVE, act(SECOND_CLERK), partnership=reference)


async def test_somebody_elses_key_founds_no_second_record_of_the_same_reference(
    ledger: MemoryLedger,
) -> None:
    reference = await proposed(ledger, "1")
    listed = replace(LISTED, counterpart=KALININGRAD)

    with pytest.raises(NotAtThisStage):
        await execute(ledger, listed, act(ADMINISTRATOR, "1", None))
    state, _ = await reviews_of(ledger, reference)
    assert await count(ledger) == 1
    assert state.partnership


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

    state, position = await reviews_of(ledger, reference)

    assert isinstance(state.partnership, Suspended)
    assert position == len(steps) + 1
    assert len(state.partnership.record.open_reviews) == 1


async def test_the_other_text_of_a_repeated_signature_is_told(ledger: MemoryLedger) -> None:
    reference = await proposed(ledger)
    await execute(ledger, APPROVE, act(SECOND_CLERK), partnership=reference)

    with pytest.raises(CommandKeyReused):
        await execute(
            ledger,
            replace(APPROVE, text_sha256=OTHER_TEXT),
            act(SECOND_CLERK),
            partnership=reference,
        )
    with pytest.raises(AlreadyRecorded):
        await execute(ledger, APPROVE, act(SECOND_CLERK, "new key"), partnership=reference)


async def test_what_is_allowed_holds_for_a_position(ledger: MemoryLedger) -> None:
    reference = await active(ledger)

    state, position = await reviews_of(ledger, reference)

    assert position == 1
    assert {answer.verb for answer in answers(state, CLERK) if answer.allowed} == {
        *("report-activity", "file-annual-report", "suspend", "end", "request-correction"),
        *("vary", "demote", "mark-dormant", "give-notice", "record-recognition"),
    }
