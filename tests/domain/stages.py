"""One history per stage of a partnership between Norfolk and Kitakyushu, each built on another."""

from domain.partnership import events as e
from domain.review import events as r
from domain.review.criteria import CONTINUATION, TRANSPARENCY_ACT
from domain.values import (
    Citation,
    DatedFact,
    PartnershipId,
    ReviewId,
    Status,
    Vote,
)
from tests.domain.given import Did
from tests.domain.people import (
    ADMINISTRATOR,
    COUNTERPART,
    KITAKYUSHU,
    NORFOLK,
    OFFICER,
    SECOND_CLERK,
    deciding,
)

ID = PartnershipId("TL-7K3Q-9FZM")
REVIEW_ID = ReviewId("TR-0H5B-2XWE")
CONTINUATION_ID = ReviewId("TR-1AAA-1AAA")
TEXT = "a" * 64
OTHER_TEXT = "b" * 64
RESOLUTION = (Citation("Resolution 2026-17", "2026-02-10", "https://norfolk.example/2026-17"),)

SUBMITTED = Did(
    e.ProposalSubmitted(
        ID, NORFOLK, KITAKYUSHU, tier="sister", kind="sister_city", motives=("trade",)
    ),
    deciding("councillor"),
    "2026-01-12",
)
HOME_APPROVED = Did(
    e.HomeApprovalGiven(ID, Vote(7, 1), TEXT, RESOLUTION), SECOND_CLERK, "2026-02-10"
)
COUNTERPART_APPROVED = Did(
    e.CounterpartApprovalRecorded(ID, TEXT, RESOLUTION), COUNTERPART, "2026-03-05"
)
SIGNED_HERE = Did(
    e.AgreementSigned(ID, "home", "Mayor", TEXT, completes=False),
    deciding("mayor"),
    "2026-04-01",
)
SIGNED_THERE = Did(
    e.AgreementSigned(ID, "counterpart", "Mayor", TEXT, completes=True), COUNTERPART, "2026-04-20"
)
ACTIVATED = Did(e.PartnershipActivated(ID), on="2026-05-01")
REPORTED = Did(
    e.ActivityReported(ID, "visit", "Nine pupils came for a week."), SECOND_CLERK, "2026-06-01"
)
ACTIVATED_FOR_FIVE_YEARS = Did(e.PartnershipActivated(ID, term_end="2031-04-30"), on="2026-05-01")
BECAME_FRIENDSHIP = Did(
    e.TierSet(ID, "friendship", RESOLUTION, reason="Little happens."), on="2026-06-01"
)
WENT_DORMANT = Did(
    e.VitalitySet(ID, "dormant", "2026-05", "norfolk-policy/3-years"),
    deciding("staff"),
    "2026-09-01",
)
LISTED = Did(
    e.RecognitionRecorded(ID, "Sister Cities International", listed=True, evidence=RESOLUTION),
    deciding("association"),
    "2026-06-15",
)
NOTICED = Did(
    e.TerminationNoticeGiven(ID, "home", "2027-06-01", 180, RESOLUTION),
    deciding("mayor"),
    "2026-10-01",
)
SUSPENDED_BY_COUNCIL = Did(
    e.PartnershipSuspended(ID, "No contact.", "Until contact is restored.", RESOLUTION),
    on="2026-08-01",
)
ENDED_BY_COUNCIL = Did(e.PartnershipEnded(ID, "home", RESOLUTION), on="2026-09-01")

PROPOSED = (SUBMITTED,)
APPROVED = (*PROPOSED, HOME_APPROVED)
APPROVED_BY_BOTH = (*APPROVED, COUNTERPART_APPROVED)
SIGNED_BY_ONE = (*APPROVED_BY_BOTH, SIGNED_HERE)
AGREED = (*SIGNED_BY_ONE, SIGNED_THERE)
ACTIVE = (*AGREED, ACTIVATED)
WITH_TERM = (*AGREED, ACTIVATED_FOR_FIVE_YEARS)
FRIENDS = (*ACTIVE, BECAME_FRIENDSHIP)
DORMANT = (*ACTIVE, WENT_DORMANT)
SUSPENDED = (*ACTIVE, SUSPENDED_BY_COUNCIL)
ENDED = (*ACTIVE, ENDED_BY_COUNCIL)
DECLINED = (*PROPOSED, Did(e.ProposalDeclined(ID, "home", "No majority."), on="2026-02-10"))
WITHDRAWN = (*PROPOSED, Did(e.ProposalWithdrawn(ID), deciding("councillor"), "2026-02-01"))

LAPSED = (*PROPOSED, Did(e.PartnershipLapsed(ID, "No answer came."), on="2026-09-01"))


def legacy(
    status: Status, since: DatedFact | None = None, formally_since: DatedFact | None = None
) -> tuple[Did, ...]:
    """A record from before this register, at that status."""
    event = e.LegacyPartnershipRecorded(
        ID,
        NORFOLK,
        KITAKYUSHU,
        status=status,
        tier="sister",
        kind="sister_city",
        grade="list_only",
        sources=(Citation("A list"),),
        listed_on="2026-02",
        since=since,
        formally_since=formally_since,
    )
    start = since or formally_since
    return (Did(event, ADMINISTRATOR, start.on if start else ""),)


LEGACY_ACTIVE = legacy("active")
LEGACY_SUSPENDED = legacy("suspended")
LEGACY_ENDED = legacy("ended")
LEGACY_OF_836 = legacy(
    "active", since=DatedFact("0836", "named_page"), formally_since=DatedFact("1967", "named_page")
)

OPENED = Did(
    r.ReviewOpened(ID, REVIEW_ID, "statute", TRANSPARENCY_ACT.id, "As the statute asks.", False),
    OFFICER,
)
OPENED_WITH_HOLD = Did(
    r.ReviewOpened(ID, REVIEW_ID, "complaint", TRANSPARENCY_ACT.id, "After a complaint.", True),
    OFFICER,
)
CONTINUATION_OPENED = Did(
    r.ReviewOpened(ID, CONTINUATION_ID, "complaint", CONTINUATION.id, "Does it go on?", hold=False),
    OFFICER,
)
ASKED = Did(
    r.InformationRequested(ID, REVIEW_ID, "Which contracts were made?", "Norfolk City Council"),
    OFFICER,
)
FOUND = tuple(
    Did(r.FindingRecorded(ID, REVIEW_ID, code, "met", "Seen.", RESOLUTION), OFFICER)
    for code in TRANSPARENCY_ACT.codes
)
CLOSED = Did(r.ReviewClosed(ID, REVIEW_ID, "no_action", "All is public."), OFFICER)

UNDER_REVIEW = (*ACTIVE, OPENED)
ANSWERED_IN_FULL = (*UNDER_REVIEW, *FOUND)
REVIEWED = (*ANSWERED_IN_FULL, CLOSED)

ALL_STAGES: dict[str, tuple[Did, ...]] = {
    "proposed": PROPOSED,
    "approved": APPROVED,
    "approved by both": APPROVED_BY_BOTH,
    "signed by one": SIGNED_BY_ONE,
    "agreed": AGREED,
    "active": ACTIVE,
    "active for a term": WITH_TERM,
    "active, of a lower level": FRIENDS,
    "active, dormant": DORMANT,
    "active, notice given": (*ACTIVE, NOTICED),
    "suspended": SUSPENDED,
    "ended": ENDED,
    "declined": DECLINED,
    "withdrawn": WITHDRAWN,
    "lapsed": LAPSED,
    "legacy, active": LEGACY_ACTIVE,
    "legacy, suspended": LEGACY_SUSPENDED,
    "legacy, ended": LEGACY_ENDED,
    "under review": UNDER_REVIEW,
    "review answered in full": ANSWERED_IN_FULL,
    "reviewed": REVIEWED,
}
