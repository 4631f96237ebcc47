"""Who may do what in a review, when: the same table as `domain/partnership/rules.py`."""

from typing import get_args

from domain.partnership.rules import STAGE_NAMES
from domain.partnership.state import Unknown
from domain.ports import Actor
from domain.refusals import (
    ElementsUnanswered,
    NotFound,
    NotYourCommunity,
    NotYourRole,
    Refused,
    SamePerson,
    WaitingFor,
)
from domain.review import commands as c
from domain.review.criteria import criteria_set
from domain.review.state import Open, Reviews
from domain.values import Role

ACTS: dict[type[c.ReviewCommand], str] = {
    c.OpenReview: "open a transparency review",
    c.RequestInformation: "request information",
    c.RecordAnswer: "record an answer",
    c.RecordFinding: "record a finding",
    c.CloseReview: "close the review",
}
ROLES: dict[type[c.ReviewCommand], frozenset[Role]] = {
    c.OpenReview: frozenset({"oversight_officer"}),
    c.RequestInformation: frozenset({"oversight_officer"}),
    c.RecordAnswer: frozenset({"clerk"}),
    c.RecordFinding: frozenset({"oversight_officer"}),
    c.CloseReview: frozenset({"oversight_officer"}),
}
COMMANDS: tuple[type[c.ReviewCommand], ...] = get_args(c.ReviewCommand)

__all__ = ["ACTS", "COMMANDS", "ROLES", "STAGE_NAMES", "refusal"]


def refusal(command: type[c.ReviewCommand], state: Reviews, actor: Actor) -> Refused | None:
    """Why `actor` may not do this now in any review of this partnership, or None."""
    act, roles = ACTS[command], ROLES[command]
    if actor.role not in roles:
        return NotYourRole(act=act, role=actor.role, roles=roles)
    if isinstance(state.partnership, Unknown):
        return NotFound("partnership", "", "Check the reference.")
    record = state.partnership.record
    side = record.side_of(actor.community)
    if actor.role == "oversight_officer" and side is not None:
        return SamePerson(act=act, because="an officer of a party has a tie to the partnership")
    if actor.role == "clerk" and side is None:
        return NotYourCommunity(act=act, community=actor.community, communities=record.communities)
    if command is c.OpenReview:
        return None
    open_reviews = [review for review in state.reviews if isinstance(review, Open)]
    if not open_reviews:
        return WaitingFor(act=act, missing="a transparency review to be opened")
    if command is c.RecordAnswer and not any(review.unanswered for review in open_reviews):
        return WaitingFor(act=act, missing="a request for information")
    if command is c.CloseReview:
        if actor.recorder in record.programme:
            return SamePerson(act=act, because="you report the programme's activities")
        if all(unanswered_elements(review) for review in open_reviews):
            first = open_reviews[0]
            return ElementsUnanswered(review=first.id, elements=unanswered_elements(first))
    return None


def unanswered_elements(review: Open) -> tuple[str, ...]:
    """The elements that have no finding yet, in order."""
    codes = criteria_set(review.criteria).codes
    return tuple(code for code in codes if code not in review.found)
