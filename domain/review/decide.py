"""The decider of a review."""

from typing import assert_never

from domain.citations import cited
from domain.dates import parse_day
from domain.decider import Act
from domain.partnership.checks import taken_place
from domain.partnership.state import Unknown
from domain.refusals import AlreadyRecorded, ElementsUnanswered, Invalid, NotFound, WaitingFor
from domain.review import commands as c
from domain.review import events as e
from domain.review.criteria import criteria_set
from domain.review.rules import refusal, unanswered_elements
from domain.review.state import Open, Reviews
from domain.values import PartnershipId, ReviewId, mint_review_id


def decide(command: c.ReviewCommand, state: Reviews, act: Act) -> tuple[e.ReviewEvent, ...]:
    """Answer `command` with what happened, or raise `Refused` and nothing has happened."""
    refused = refusal(type(command), state, act.actor)
    if refused is not None:
        raise refused
    partnership = _partnership(state)
    if act.on is not None:
        taken_place(act.on, act)
    match command:
        case c.OpenReview():
            if not command.no_tie:
                raise Invalid(
                    "no_tie",
                    "an officer with a tie to the partnership cannot open a review",
                    "Attest that there is none, or ask another officer.",
                )
            criteria = criteria_set(command.criteria)
            review_id = _new_review(state, criteria.id, act)
            return (
                e.ReviewOpened(
                    partnership,
                    review_id,
                    command.ground,
                    criteria.id,
                    command.statement,
                    command.hold,
                    cited(command.evidence),
                ),
            )
        case c.RequestInformation():
            review = _open(state, command.review)
            for element in command.elements:
                _known_element(review, element, field="elements")
            if command.answer_by:
                parse_day(command.answer_by, field="answer_by")
            return (
                e.InformationRequested(
                    partnership,
                    review.id,
                    command.question,
                    command.addressee,
                    command.elements,
                    command.answer_by,
                ),
            )
        case c.RecordAnswer():
            review = _open(state, command.review)
            if command.request not in review.unanswered:
                raise NotFound(
                    "open request for information at position",
                    str(command.request),
                    f"Open are: {', '.join(map(str, sorted(review.unanswered))) or 'none'}.",
                )
            return (
                e.AnswerRecorded(
                    partnership,
                    review.id,
                    command.request,
                    command.statement,
                    cited(command.evidence),
                ),
            )
        case c.RecordFinding():
            review = _open(state, command.review)
            _known_element(review, command.element, field="element")
            if command.result in ("met", "partly_met", "not_met") and not command.evidence:
                raise Invalid(
                    "evidence", "a finding rests on evidence", "Cite it, or find: no evidence."
                )
            return (
                e.FindingRecorded(
                    partnership,
                    review.id,
                    command.element,
                    command.result,
                    command.statement,
                    cited(command.evidence),
                ),
            )
        case c.CloseReview():
            review = _open(state, command.review)
            missing = unanswered_elements(review)
            if missing:
                raise ElementsUnanswered(review=review.id, elements=missing)
            if review.unanswered and not command.unanswered_because:
                raise WaitingFor(
                    act="close the review",
                    missing="an answer to a request for information, or the reason why there is "
                    "none (unanswered_because)",
                )
            return (
                e.ReviewClosed(
                    partnership,
                    review.id,
                    command.outcome,
                    command.statement,
                    command.unanswered_because,
                ),
            )
        case _:
            assert_never(command)


def _partnership(state: Reviews) -> PartnershipId:
    if isinstance(state.partnership, Unknown):
        raise AssertionError("the rules let a review of nothing through")
    return state.partnership.record.id


def _new_review(state: Reviews, criteria: str, act: Act) -> ReviewId:
    for known in state.reviews:
        if isinstance(known, Open) and known.criteria == criteria:
            raise AlreadyRecorded(
                f"Review {known.id} by the criteria {criteria}",
                "It is open: record findings there, or close it first.",
            )
    minted = mint_review_id(act.key)
    if state.find(minted) is not None:
        raise AlreadyRecorded(f"Review {minted}", "Use a new key for a new review.")
    return minted


def _open(state: Reviews, id_: ReviewId) -> Open:
    review = state.find(id_)
    if isinstance(review, Open):
        return review
    still_open = [known.id for known in state.reviews if isinstance(known, Open)]
    raise NotFound(
        "open review", id_, f"Open reviews of this partnership: {', '.join(still_open)}."
    )


def _known_element(review: Open, element: str, *, field: str) -> None:
    codes = criteria_set(review.criteria).codes
    if element not in codes:
        raise Invalid(
            field, f"{element!r} is no element of this review", f"Use one of {', '.join(codes)}."
        )
