"""Who may do what in a review, when: one row per command, as in `domain/partnership/rules.py`.

A review stands beside every stage and is decided by who records it: no stages, no bodies.
"""

from collections.abc import Callable
from typing import TypeAlias, get_args

from msgspec import Struct

from domain.partnership.state import Record, Unknown
from domain.ports import Actor
from domain.refusals import (
    ElementsUnanswered,
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

Guard: TypeAlias = Callable[[str, Record, tuple[Open, ...], Actor], Refused | None]
"""Why the act cannot be done to any of the open reviews of this record by this actor, or None.

Its docstring is what people read of it before they act: a demand, in a sentence.
"""


class Rule(Struct, frozen=True):
    """One row. `act` completes the sentence "You may ..."; the guards are asked in their order."""

    act: str
    role: Role
    guards: tuple[Guard, ...]

    @property
    def roles(self) -> frozenset[Role]:
        """Who records it."""
        return frozenset({self.role})


def _no_tie(act: str, record: Record, reviews: tuple[Open, ...], actor: Actor) -> Refused | None:
    """Not by an officer of a party: that is a tie to the partnership."""
    if record.side_of(actor.community) is not None:
        return SamePerson(act=act, because="an officer of a party has a tie to the partnership")
    return None


def _of_a_party(
    act: str, record: Record, reviews: tuple[Open, ...], actor: Actor
) -> Refused | None:
    """By a clerk of one of the two communities."""
    if record.side_of(actor.community) is None:
        return NotYourCommunity(act=act, community=actor.community, communities=record.communities)
    return None


def _one_is_open(
    act: str, record: Record, reviews: tuple[Open, ...], actor: Actor
) -> Refused | None:
    """A transparency review is open."""
    return None if reviews else WaitingFor(act=act, missing="a transparency review to be opened")


def _one_asks(act: str, record: Record, reviews: tuple[Open, ...], actor: Actor) -> Refused | None:
    """A request for information waits for its answer."""
    if not any(review.unanswered for review in reviews):
        return WaitingFor(act=act, missing="a request for information")
    return None


def _not_the_programme(
    act: str, record: Record, reviews: tuple[Open, ...], actor: Actor
) -> Refused | None:
    """Not by who reports the programme's activities."""
    if actor.recorder in record.programme:
        return SamePerson(act=act, because="you report the programme's activities")
    return None


def _one_is_answered(
    act: str, record: Record, reviews: tuple[Open, ...], actor: Actor
) -> Refused | None:
    """Every element of the review has a finding."""
    if all(unanswered_elements(review) for review in reviews):
        first = reviews[0]
        return ElementsUnanswered(review=first.id, elements=unanswered_elements(first))
    return None


RULES: dict[type[c.ReviewCommand], Rule] = {
    c.OpenReview: Rule("open a transparency review", "oversight_officer", (_no_tie,)),
    c.RequestInformation: Rule("request information", "oversight_officer", (_no_tie, _one_is_open)),
    c.RecordAnswer: Rule("record an answer", "clerk", (_of_a_party, _one_is_open, _one_asks)),
    c.RecordFinding: Rule("record a finding", "oversight_officer", (_no_tie, _one_is_open)),
    c.CloseReview: Rule(
        "close the review",
        "oversight_officer",
        (_no_tie, _one_is_open, _not_the_programme, _one_is_answered),
    ),
}

COMMANDS: tuple[type[c.ReviewCommand], ...] = get_args(c.ReviewCommand)


def refusal(command: type[c.ReviewCommand], state: Reviews, actor: Actor) -> Refused | None:
    """Why `actor` may not do this now in any review of this partnership, or None."""
    rule = RULES[command]
    if actor.role != rule.role:
        return NotYourRole(act=rule.act, role=actor.role, roles=rule.roles)
    if isinstance(state.partnership, Unknown):
        return WaitingFor(act=rule.act, missing="the partnership to be recorded")
    record = state.partnership.record
    reviews = tuple(review for review in state.reviews if isinstance(review, Open))
    asked = (guard(rule.act, record, reviews, actor) for guard in rule.guards)
    return next((refused for refused in asked if refused is not None), None)


def unanswered_elements(review: Open) -> tuple[str, ...]:
    """The elements that have no finding yet, in order."""
    codes = criteria_set(review.criteria).codes
    return tuple(code for code in codes if code not in review.found)
