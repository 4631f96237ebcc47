"""Commands whose record changes while they are decided."""

import pytest
from msgspec.structs import replace

from adapters.ledger import MemoryLedger
from api.as_at import as_at
from api.commands import execute
from domain.decider import Act
from domain.errors import ConditionFailed
from domain.history import Command
from domain.partnership import commands as c
from domain.ports import Receipt, Submission
from domain.refusals import (
    AlreadyPaired,
    NotAtThisStage,
)
from domain.values import PartnershipId, mint_partnership_id
from tests.api.commanded import (
    COUNCILLOR,
    PROPOSE,
    SUSPEND,
    VISIT,
    act,
    active,
    count,
    receipt,
)
from tests.domain.people import (
    KITAKYUSHU,
    NORFOLK,
    SECOND_CLERK,
)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


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
        await execute(
            ledger, SUSPEND, act(), partnership=reference, expected=await as_at(ledger, 1)
        )
    assert await execute(
        ledger, SUSPEND, act(), partnership=reference, expected=await as_at(ledger, 2)
    )


async def test_who_saw_the_record_is_not_told_of_what_came_between() -> None:
    ledger = Interrupted(VISIT, act(SECOND_CLERK, "other"), mint_partnership_id("listing"))
    reference = await active(ledger)
    ledger.armed = True

    with pytest.raises(ConditionFailed):
        await execute(
            ledger, SUSPEND, act(), partnership=reference, expected=await as_at(ledger, 1)
        )
    assert await count(ledger) == 2
