"""Lives of partnerships, played through the commands that users use."""

from datetime import UTC, datetime
from itertools import count

from msgspec import Struct

from api.commands import Outcome, execute
from domain.dates import parse
from domain.decider import Act
from domain.history import Command
from domain.partnership import commands as c
from domain.ports import Actor, Ledger
from domain.values import Citation, CommunityId, DatedFact, PartnershipId, Party, Status, Vote

NORFOLK = Party(community=CommunityId("Q49231"), name="Norfolk", country="US", qid="Q49231")
KALININGRAD = Party(community=CommunityId("Q1829"), name="Калининград", country="RU")
PADERBORN = Party(community=CommunityId("Q2971"), name="Paderborn", country="DE")
LE_MANS = Party(community=CommunityId("Q1476"), name="Le Mans", country="FR")
MUNICH = Party(community=CommunityId("Q1726"), name="München", country="DE")
LODZ = Party(community=CommunityId("Q580"), name="Łódź", country="PL")

LIST = Citation(title="A list of twin towns", dated="2026-10-15")
MINUTE = Citation(title="Minute of the council", dated="2022-03-08")
TEXT = "a" * 64
IMPORT = Actor("register", "", "", "r-import", "administrator")
OFFICER = Actor("oversight_office", "Office of Oversight", "", "r-officer", "oversight_officer")

_keys = count(1)


def clerk(party: Party, body: str = "council", *, recorder: str = "r-clerk") -> Actor:
    return Actor(body, f"{party.name} City Council", party.community, recorder, "clerk")


def counterpart(party: Party) -> Actor:
    return Actor(
        "counterpart", f"Council of {party.name}", party.community, "r-abroad", "counterpart"
    )


def legacy(
    home: Party = NORFOLK,
    counterpart: Party = KALININGRAD,
    *,
    since: str = "",
    formally_since: str = "",
    listed_on: str = "",
    status: Status = "active",
) -> c.RecordLegacyPartnership:
    """What an import says of a partnership from before the register."""
    return c.RecordLegacyPartnership(
        home=home,
        counterpart=counterpart,
        status=status,
        tier="sister",
        kind="sister_city",
        grade="list_only",
        sources=(LIST,),
        listed_on=listed_on,
        since=DatedFact(since, "named_page") if since else None,
        formally_since=DatedFact(formally_since, "named_page") if formally_since else None,
    )


def proposal(home: Party = NORFOLK, other: Party = LODZ) -> c.SubmitProposal:
    return c.SubmitProposal(home, other, "sister", "sister_city", ("culture",))


SUSPEND = c.Suspend(
    reason="War",
    condition="until peace and sovereignty are restored in Ukraine",
    evidence=(MINUTE,),
)
RESUME = c.Resume(attestation="Peace is restored.")


class Clerks(Struct):
    """Records acts in a ledger, each under a key of its own."""

    ledger: Ledger

    async def record(
        self,
        command: Command,
        by: Actor = IMPORT,
        *,
        on: str | None = None,
        partnership: PartnershipId | None = None,
    ) -> Outcome:
        act = Act(by, f"key-{next(_keys)}", datetime.now(UTC), parse(on) if on else None)
        return await execute(self.ledger, command, act, partnership=partnership)

    async def found(
        self, command: Command, by: Actor = IMPORT, *, on: str | None = None
    ) -> PartnershipId:
        """The reference of the partnership that `command` founds."""
        return (await self.record(command, by, on=on)).partnership

    async def corrected(
        self, partnership: PartnershipId, position: int, field: str, value: str
    ) -> Outcome:
        """A correction, requested by a clerk of Norfolk and approved by the officer."""
        request = c.RequestCorrection(position, field, value, "A typing mistake.")  # type: ignore[arg-type]  # tests name fields as text
        asked = await self.record(request, clerk(NORFOLK), partnership=partnership)
        assert asked.receipt is not None
        approval = c.ApproveCorrection(asked.receipt.first_position)
        return await self.record(approval, OFFICER, partnership=partnership)


def vote() -> Vote:
    return Vote(7, 2)
