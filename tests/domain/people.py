"""Who acts in the tests: two communities, their people, and the officers who look on."""

from msgspec.structs import replace

from domain.ports import Actor
from domain.values import CommunityId, Party

NORFOLK = Party(CommunityId("Q49231"), "Norfolk", "US", level="city", qid="Q49231")
KITAKYUSHU = Party(CommunityId("Q180937"), "Kitakyushu", "JP", level="city", qid="Q180937")
KALININGRAD = Party(CommunityId("Q1829"), "Kaliningrad", "RU", level="city", qid="Q1829")

CLERK = Actor("council", "Norfolk City Council", NORFOLK.community, "clerk-1", "clerk")
SECOND_CLERK = replace(CLERK, recorder="clerk-2")
COUNTERPART = Actor(
    "counterpart", "Kitakyushu City", KITAKYUSHU.community, "counterpart-1", "counterpart"
)
CLERK_ABROAD = Actor("council", "Kitakyushu City", KITAKYUSHU.community, "clerk-3", "clerk")
STRANGER = Actor("council", "Kaliningrad City", KALININGRAD.community, "clerk-4", "clerk")
OFFICER = Actor("oversight_office", "Protocol Office", "", "officer-1", "oversight_officer")
APPROVER = Actor("oversight_office", "Protocol Office", "", "approver-1", "approver")
ANALYST = Actor("staff", "", "", "analyst-1", "analyst")
ADMINISTRATOR = Actor("register", "", "", "administrator-1", "administrator")
SYSTEM = Actor("register", "", "", "system", "system")


def deciding(body: str, actor: Actor = CLERK) -> Actor:
    """The same person, recording what another body decided."""
    return replace(actor, body=body, body_name="")
