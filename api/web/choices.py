"""Choices that depend on the record: its open reviews, requests, entries, parties."""

from collections.abc import Iterable

from api.web.fields import Choice, Choices
from domain.partnership.state import Unknown
from domain.review.criteria import CRITERIA_SETS, criteria_set
from domain.review.state import Open, Reviews
from domain.values import TIERS
from projections.views import TimelineItem
from projections.words import word


def choices_for(verb: str, state: Reviews, timeline: Iterable[TimelineItem]) -> Choices:
    """By the name of the field of the command behind `verb`."""
    if isinstance(state.partnership, Unknown):
        return {}
    record = state.partnership.record
    open_reviews = [review for review in state.reviews if isinstance(review, Open)]
    sentences = {item.position: item.sentence for item in timeline}
    match verb:
        case "request-correction":
            positions = sorted(record.positions, reverse=True)
            parties = (record.home, record.counterpart)
            return {
                "position": tuple(_entry(position, sentences) for position in positions),
                "community": tuple((party.community, party.name) for party in parties),
            }
        case "approve-correction" | "reject-correction":
            return {
                "request": tuple(
                    (
                        str(pending.position),
                        f"{pending.position}: in entry {pending.asked.position}, "
                        f"{word(pending.asked.field)} should be {pending.asked.value}",
                    )
                    for pending in record.corrections
                )
            }
        case "request-erasure":
            return {"position": tuple(_entry(at, sentences) for at in sorted(record.private))}
        case "approve-erasure" | "reject-erasure":
            return {
                "request": tuple(
                    (
                        str(pending.position),
                        f"{pending.position}: the private values of entry "
                        f"{pending.asked.position}, {word(pending.asked.ground)}",
                    )
                    for pending in record.erasures
                )
            }
        case "promote" | "demote":
            held = TIERS.index(record.tier)
            tiers = TIERS[held + 1 :] if verb == "promote" else TIERS[:held]
            return {"tier": tuple((tier, word(tier)) for tier in tiers)}
        case "open-review":
            return {"criteria": tuple((set_.id, set_.title) for set_ in CRITERIA_SETS.values())}
        case "record-answer":
            asked = sorted(position for review in open_reviews for position in review.unanswered)
            requests = tuple(_entry(position, sentences) for position in asked)
            return {"review": _reviews(open_reviews), "request": requests}
        case "request-information" | "record-finding":
            return {
                "review": _reviews(open_reviews),
                "element": _elements(open_reviews),
                "elements": _elements(open_reviews),
            }
        case "close-review":
            return {"review": _reviews(open_reviews)}
        case _:
            return {}


def _entry(position: int, sentences: dict[int, str]) -> Choice:
    return str(position), f"{position}: {sentences.get(position, 'recorded just now')}"


def _reviews(reviews: Iterable[Open]) -> tuple[Choice, ...]:
    return tuple((review.id, f"{review.id}, {_title(review)}") for review in reviews)


def _title(review: Open) -> str:
    return criteria_set(review.criteria).title


def _elements(reviews: Iterable[Open]) -> tuple[Choice, ...]:
    """All elements of the open reviews, those without a finding marked."""
    found: dict[str, str] = {}
    for review in reviews:
        for element in criteria_set(review.criteria).elements:
            mark = "" if element.code in review.found else " (no finding yet)"
            found.setdefault(element.code, f"{element.code}: {element.question}{mark}")
    return tuple(found.items())
