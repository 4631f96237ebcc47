"""The level of a partnership beside the others of its pair, on the ledger in memory."""

from datetime import UTC, datetime

import pytest

from adapters.ledger import MemoryLedger
from api.as_at import as_at
from api.commands import Outcome, execute
from domain.dates import parse
from domain.decider import Act
from domain.errors import ConditionFailed
from domain.history import pair_tag
from domain.partnership import commands as c
from domain.ports import Receipt, Submission
from domain.refusals import AlreadyPaired
from domain.values import Citation, PartnershipId, Tier
from tests.domain.people import ADMINISTRATOR, KITAKYUSHU, NORFOLK, deciding
from tests.domain.stages import OTHER_TEXT, RESOLUTION

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COUNCILLOR = deciding("councillor")
RAISE = c.Promote("sister", OTHER_TEXT, "Mayor", "Lord Mayor", RESOLUTION)
LOWER = c.Demote("friendship", "Little happens.", RESOLUTION)
PROPOSE = c.SubmitProposal(NORFOLK, KITAKYUSHU, "sister", "sister_city", ("trade",))
END = c.End("mutual", RESOLUTION)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


def act(key: str, by: str = "council") -> Act:
    return Act(deciding(by), key, NOW, parse("2026-11-20"))


async def listed(ledger: MemoryLedger, tier: Tier) -> PartnershipId:
    """A partnership of Norfolk and Kitakyushu of that level, in force."""
    command = c.RecordLegacyPartnership(
        NORFOLK, KITAKYUSHU, "active", tier, "sister_city", "list_only", (Citation("A list"),)
    )
    return (await execute(ledger, command, Act(ADMINISTRATOR, tier, NOW))).partnership


async def test_no_level_is_reached_that_another_of_the_pair_has(ledger: MemoryLedger) -> None:
    lower, higher = await listed(ledger, "friendship"), await listed(ledger, "sister")

    with pytest.raises(AlreadyPaired, match=higher):
        await execute(ledger, RAISE, act("up"), partnership=lower)
    with pytest.raises(AlreadyPaired, match=lower):
        await execute(ledger, LOWER, act("down"), partnership=higher)


async def test_a_level_is_free_again_when_the_other_has_left_it(ledger: MemoryLedger) -> None:
    lower, higher = await listed(ledger, "friendship"), await listed(ledger, "sister")
    down = c.Demote("project", "Little happens.", RESOLUTION)
    await execute(ledger, down, act("down"), partnership=higher)

    await execute(ledger, RAISE, act("up"), partnership=lower)

    with pytest.raises(AlreadyPaired, match=lower):
        await execute(ledger, PROPOSE, Act(COUNCILLOR, "new", NOW, parse("2026-11-20")))


async def test_a_level_is_free_again_when_the_other_has_ended(ledger: MemoryLedger) -> None:
    lower, higher = await listed(ledger, "friendship"), await listed(ledger, "sister")
    await execute(ledger, END, act("end"), partnership=higher)

    assert (await execute(ledger, RAISE, act("up"), partnership=lower)).receipt


async def test_a_level_is_free_again_when_a_proposal_has_lapsed(ledger: MemoryLedger) -> None:
    lower = await listed(ledger, "friendship")
    proposed = (await propose(ledger)).partnership
    await execute(ledger, c.Lapse("No answer came."), act("over"), partnership=proposed)

    assert (await execute(ledger, RAISE, act("up"), partnership=lower)).receipt


async def test_what_was_seen_of_a_partnership_is_its_own_last_entry(ledger: MemoryLedger) -> None:
    lower = await listed(ledger, "friendship")
    await listed(ledger, "project")

    done = await execute(
        ledger, RAISE, act("up"), partnership=lower, expected=await as_at(ledger, 1)
    )
    assert done.receipt is not None
    with pytest.raises(ConditionFailed):
        await execute(
            ledger, LOWER, act("down"), partnership=lower, expected=await as_at(ledger, 1)
        )


class Overtaken(MemoryLedger):
    """A ledger in which somebody else proposes the same level in the last moment."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile = False

    async def append(self, submission: Submission) -> Receipt:
        if self.meanwhile:
            self.meanwhile = False
            await propose(self)
        return await super().append(submission)


async def propose(ledger: MemoryLedger) -> Outcome:
    return await execute(ledger, PROPOSE, Act(COUNCILLOR, "quick", NOW, parse("2026-11-20")))


async def test_two_never_reach_one_level_at_the_same_time() -> None:
    ledger = Overtaken()
    lower = await listed(ledger, "friendship")
    ledger.meanwhile = True

    with pytest.raises(AlreadyPaired):
        await execute(ledger, RAISE, act("up"), partnership=lower)
    pair = await ledger.read(frozenset({pair_tag(NORFOLK.community, KITAKYUSHU.community)}))
    assert [stored.type for stored in pair] == [
        "partnership.legacy_recorded.v1",
        "partnership.proposal_submitted.v1",
    ]


async def test_a_raised_level_is_found_by_its_pair(ledger: MemoryLedger) -> None:
    lower = await listed(ledger, "friendship")
    await execute(ledger, RAISE, act("up"), partnership=lower)

    (stored,) = await ledger.read_after(1, 10)
    assert pair_tag(NORFOLK.community, KITAKYUSHU.community) in stored.tags
