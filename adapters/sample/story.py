"""A story: the acts of one partnership, in order, as commands with who recorded them and when."""

from msgspec import Struct

from domain.history import Command
from domain.partnership.commands import End, RecordLegacyPartnership, SignAgreement, Suspend
from domain.ports import Actor
from domain.values import CommunityId, PartnershipId, Status, mint_partnership_id

IMPORTER = Actor(
    body="register",
    body_name="Twinledger sample register",
    community="",
    recorder="sample-import",
    role="administrator",
)
OFFICER = Actor(
    body="oversight_office",
    body_name="Oversight office of the sample register",
    community="",
    recorder="sample-oversight-1",
    role="oversight_officer",
)


class Step(Struct, frozen=True):
    """One act. `on` is its date in the world, empty where there is none."""

    key: str
    command: Command
    actor: Actor
    on: str = ""


class Story(Struct, frozen=True):
    """All acts of the sample on one pair; the first one founds it. `names` are for people."""

    pair: str
    names: str
    steps: tuple[Step, ...]

    @property
    def partnership(self) -> PartnershipId:
        """The id that founding gives it."""
        return mint_partnership_id(self.steps[0].key)

    @property
    def status(self) -> Status:
        """Where the partnership stands when all is told."""
        status: Status = "proposed"
        for step in self.steps:
            match step.command:
                case RecordLegacyPartnership():
                    status = step.command.status
                case Suspend():
                    status = "suspended"
                case End():
                    status = "ended"
                case SignAgreement():
                    # The sample never stops between the first signature and the second.
                    status = "agreed"
                case _:
                    pass
        return status


def key(pair: str, number: int) -> str:
    """`sample:ru-kaliningrad|us-norfolk:1`: the same on every start, so nothing is added twice."""
    return f"sample:{pair}:{number}"


def clerk(community: CommunityId, body: str, body_name: str) -> Actor:
    """The pseudonymous clerk of a community in the sample."""
    return Actor(body, body_name, community, f"sample-clerk-{community}", "clerk")


def counterpart(community: CommunityId, body_name: str) -> Actor:
    """The pseudonymous recorder of a counterpart's own side in the sample."""
    return Actor(
        "counterpart", body_name, community, f"sample-counterpart-{community}", "counterpart"
    )
