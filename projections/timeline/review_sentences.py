"""One sentence per event of a transparency review."""

from typing import assert_never

from domain.dates import in_words
from domain.review import events as r
from domain.review.criteria import CRITERIA_SETS
from projections import words as w
from projections.timeline.phrases import Scene

_HELD = "; entry into force, renewal and a higher level are held back until it is closed"


def of_review(event: r.ReviewEvent, who: str, when: str, scene: Scene) -> str:
    """What a person reads about `event`; `who` decided it, `when` is ` on 8 March 2022`."""
    match event:
        case r.ReviewOpened():
            held = _HELD if event.hold else ""
            criteria = CRITERIA_SETS.get(event.criteria)
            by = criteria.title if criteria else event.criteria
            return (
                f"Transparency review {event.review} opened by {who}{when} "
                f'{w.GROUNDS_IN_A_SENTENCE[event.ground]}, by the criteria "{by}"{held}'
            )
        case r.InformationRequested():
            by_day = f", to be answered by {in_words(event.answer_by)}" if event.answer_by else ""
            return f"{w.capitalised(who)} asked {event.addressee} for information{when}{by_day}"
        case r.AnswerRecorded():
            return f"{w.capitalised(who)} answered the request in entry {event.request}{when}"
        case r.FindingRecorded():
            return f"Finding by {who}{when} on {_element(event, scene)}: {w.RESULTS[event.result]}"
        case r.ReviewClosed():
            return (
                f"Transparency review {event.review} closed by {who}{when}: "
                f"{w.OUTCOMES[event.outcome]}"
            )
        case _:
            assert_never(event)


def _element(event: r.FindingRecorded, scene: Scene) -> str:
    criteria = CRITERIA_SETS.get(scene.criteria_of(event.review))
    for element in criteria.elements if criteria else ():
        if element.code == event.element:
            return f"{element.code} ({element.question[0].lower()}{element.question[1:]})"
    return event.element
