"""What is known of one partnership on a day, as known at a position: the input of every rule."""

from msgspec import Struct

from domain.values import CommunityId, PartnershipId, Status, Tier


class PartyFacts(Struct, frozen=True):
    """One side. `country` is ISO 3166-1 alpha-2, empty when it is not known."""

    community: CommunityId
    name: str
    country: str
    level: str = ""


class PartnershipFacts(Struct, frozen=True):
    """`statuses` holds the one status that is certain on the day, or all that are possible.

    Empty `statuses` says that the partnership had surely not begun, `possibly_not_begun` that its
    dates leave open whether it had. `recognised` maps a body's name
    to whether it lists the partnership on the day; a body that is absent is unknown.
    `findings` are the (criteria set, element) pairs with a finding, whatever its result.
    """

    partnership: PartnershipId
    parties: tuple[PartyFacts, PartyFacts]
    tier: Tier
    statuses: frozenset[Status]
    legacy: bool
    recognised: dict[str, bool]
    findings: frozenset[tuple[str, str]]
    possibly_not_begun: bool = False

    @property
    def status_is_certain(self) -> bool:
        """Whether the day has one status, "not begun" being one."""
        return len(self.statuses) + self.possibly_not_begun <= 1
