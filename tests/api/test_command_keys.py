"""One key names one command: repeated, reused, and used by somebody else."""

from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from adapters.ledger import MemoryLedger
from api.as_at import as_at
from api.commands import execute, reviews_of
from domain.decider import Act
from domain.errors import CommandKeyReused, CommandKeyUnsound, OutcomeUnknown
from domain.history import Command
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.ports import Receipt
from domain.refusals import (
    AlreadyRecorded,
    NotAtThisStage,
    NotYourRole,
)
from domain.values import PartnershipId
from tests.api.commanded import (
    APPROVE,
    COUNCILLOR,
    LISTED,
    NOW,
    PROPOSE,
    SUSPEND,
    VISIT,
    act,
    active,
    count,
    proposed,
    receipt,
)
from tests.domain.people import (
    ADMINISTRATOR,
    ANALYST,
    KALININGRAD,
    SECOND_CLERK,
    deciding,
)
from tests.domain.stages import OTHER_TEXT


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


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
    first = await execute(
        ledger, SUSPEND, act(), partnership=reference, expected=await as_at(ledger, 1)
    )

    again = await execute(
        ledger, SUSPEND, act(), partnership=reference, expected=await as_at(ledger, 1)
    )

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

    with pytest.raises(CommandKeyReused):
        await execute(ledger, listed, act(ADMINISTRATOR, "1", None))
    with pytest.raises(NotYourRole):
        await execute(ledger, listed, act(ANALYST, "1", None))
    state, _ = await reviews_of(ledger, reference)
    assert await count(ledger) == 1
    assert state.partnership


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


class Overtaken(MemoryLedger):
    """A standby without the last entries takes over when a key has been looked up."""

    async def receipt_of(self, scope: str, key: str, digest: bytes) -> Receipt | None:
        found = await super().receipt_of(scope, key, digest)
        self.lose_the_last()
        return found

    def lose_the_last(self) -> None:
        """With what was noted of their keys."""
        del self._events[1:]
        self._commands = {
            number: noted for number, noted in self._commands.items() if noted[1].last_position <= 1
        }


async def test_nobody_is_told_that_an_act_is_there_that_is_lost_while_its_key_is_looked_up() -> (
    None
):
    ledger = Overtaken()
    reference = await active(ledger)
    await execute(ledger, SUSPEND, act(), partnership=reference)

    with pytest.raises(OutcomeUnknown):
        await execute(ledger, SUSPEND, act(), partnership=reference)


class Rewritten(MemoryLedger):
    """Somebody changed what is kept of the first answers."""

    async def receipt_of(self, scope: str, key: str, digest: bytes) -> Receipt | None:
        found = await super().receipt_of(scope, key, digest)
        return msgspec.structs.replace(found, reply=b"\xff\x00") if found else None


async def test_a_kept_answer_that_nobody_can_read_is_no_answer_and_no_fault() -> None:
    ledger = Rewritten()
    reference = await active(ledger)
    await execute(ledger, SUSPEND, act(), partnership=reference)

    with pytest.raises(CommandKeyUnsound, match="'a key'"):
        await execute(ledger, SUSPEND, act(), partnership=reference)


class Replaced(Overtaken):
    """As above, and another act stands in the place of the lost one before it is read."""

    def __init__(self, other: Command, by: Act) -> None:
        super().__init__()
        self.other, self.by, self.lost = other, by, False

    async def receipt_of(self, scope: str, key: str, digest: bytes) -> Receipt | None:
        found = await MemoryLedger.receipt_of(self, scope, key, digest)
        if found is not None and not self.lost:
            self.lost = True
            self.lose_the_last()
            reference = PartnershipId(found.reply.decode())
            await execute(self, self.other, self.by, partnership=reference)
        return found


@pytest.mark.parametrize(
    "by", [act(SECOND_CLERK, "another's"), act(key="another"), act(SECOND_CLERK)]
)
async def test_nobody_is_told_of_the_act_of_another_that_stands_where_theirs_is_lost(
    by: Act,
) -> None:
    ledger = Replaced(VISIT, by)
    reference = await active(ledger)
    await execute(ledger, SUSPEND, act(), partnership=reference)

    with pytest.raises(OutcomeUnknown):
        await execute(ledger, SUSPEND, act(), partnership=reference)
    assert await count(ledger) == 2
