"""What tests of commands ask of a ledger in memory, and as whom."""

from datetime import UTC, datetime

from adapters.ledger import MemoryLedger
from api.commands import Outcome, execute
from domain.dates import parse
from domain.decider import Act
from domain.partnership import commands as c
from domain.ports import Actor, Receipt
from domain.values import Citation, PartnershipId, Vote
from tests.domain.people import (
    ADMINISTRATOR,
    CLERK,
    KITAKYUSHU,
    NORFOLK,
    deciding,
)
from tests.domain.stages import RESOLUTION, TEXT

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


async def proposed(ledger: MemoryLedger, key: str = "founding") -> PartnershipId:
    return (await execute(ledger, PROPOSE, act(COUNCILLOR, key))).partnership


async def active(ledger: MemoryLedger) -> PartnershipId:
    return (await execute(ledger, LISTED, act(ADMINISTRATOR, "listing", None))).partnership


async def count(ledger: MemoryLedger) -> int:
    return (await ledger.head()).position


def receipt(outcome: Outcome) -> Receipt:
    assert outcome.receipt is not None
    return outcome.receipt
