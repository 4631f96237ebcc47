"""What happens next with a partnership, and who must act: for pages and command line."""

from typing import assert_never

from msgspec import Struct

from domain.answers import who_may_act
from domain.dates import when_in_words
from domain.partnership.state import (
    Active,
    Agreed,
    Over,
    Proposed,
    Record,
    Suspended,
    Unknown,
)
from domain.review.criteria import criteria_set
from domain.review.rules import unanswered_elements
from domain.review.state import Open, Reviews
from projections.words import word


class NextStep(Struct, frozen=True):
    """One thing that can move the record on: what, and by whom. `verb` is empty for a statement."""

    sentence: str
    who: str = ""
    verb: str = ""


def next_steps(state: Reviews) -> tuple[NextStep, ...]:
    """Those of the partnership first, then its reviews, then what waits for a second person."""
    return (*_life(state), *_reviews(state), *_corrections(state), *_erasures(state))


def _life(state: Reviews) -> tuple[NextStep, ...]:
    match state.partnership:
        case Unknown():
            return ()
        case Proposed() as proposed:
            return _proposal(proposed)
        case Agreed(record=record):
            if record.holds:
                held = ", ".join(sorted(record.holds))
                return (NextStep(f"Entry into force waits for transparency review {held}."),)
            return (
                _step(
                    "The agreement is signed by both sides and takes effect when it is brought "
                    "into force",
                    f"a clerk of {record.home.name} or of {record.counterpart.name}",
                    "bring-into-force",
                ),
            )
        case Active(record=record):
            return (
                _step(
                    "The partnership is in force. Each year, its activities are reported, "
                    "or that nothing happened",
                    f"a clerk of {record.home.name} or of {record.counterpart.name}",
                    "file-annual-report",
                ),
                *_term(record),
                *_vitality(record),
                *_notices(record),
            )
        case Suspended(record=record, suspended_by=body, condition=condition):
            who = "the council" if body == "council" else "the council or the mayor"
            return (
                _step(
                    f"It resumes when its condition is met: {_quoted(condition)}",
                    f"{who} decides, a clerk of either community records it",
                    "resume",
                ),
                *_notices(record),
            )
        case Over(status=status):
            return (NextStep(f"Nothing: it is {status}, and that is final. A new start is new."),)
        case _:
            assert_never(state.partnership)


def _term(record: Record) -> tuple[NextStep, ...]:
    if not record.term_end:
        return ()
    ends = f"Its term ends{when_in_words(record.term_end)}"
    if record.holds:
        held = ", ".join(sorted(record.holds))
        return (NextStep(f"{ends}, and its renewal waits for transparency review {held}."),)
    who = f"the council of {record.home.name} decides, a clerk records it"
    return (_step(f"{ends}; until then it can be renewed", who, "renew"),)


def _vitality(record: Record) -> tuple[NextStep, ...]:
    if record.vitality in (None, "fresh"):
        return ()
    return (
        _step(
            f"It is marked as {word(record.vitality)}. When something happens again, that is said",
            f"a clerk of {record.home.name} or of {record.counterpart.name}",
            "revive",
        ),
    )


def _notices(record: Record) -> tuple[NextStep, ...]:
    parties = {"home": record.home.name, "counterpart": record.counterpart.name}
    return tuple(
        _step(
            f"{parties[side]} has given notice to end it{when_in_words(day)}",
            "the council or the counterpart decides on the end, a clerk records it",
            "end",
        )
        for side, day in sorted(record.notices.items())
    )


def _proposal(state: Proposed) -> tuple[NextStep, ...]:
    home, counterpart = state.record.home.name, state.record.counterpart.name
    steps = []
    if not state.home_approval:
        steps.append(
            _step(
                f"The council of {home} decides on the proposal",
                f"a clerk of {home}, not the one who submitted it",
                "approve-by-council",
            )
        )
    if state.home_approval and not state.offered and not state.counterpart_approval:
        steps.append(
            _step(
                f"{home} may send its offer to {counterpart}",
                f"the mayor of {home} signs it, a clerk records it",
                "send-offer",
            )
        )
    if not state.counterpart_approval:
        steps.append(
            _step(
                f"{counterpart} decides on the proposal",
                f"the counterpart, or a clerk of {home} with evidence",
                "record-counterpart-approval",
            )
        )
    if state.home_approval and "home" not in state.signed:
        steps.append(_step(f"{home} signs the agreement", f"a clerk of {home}", "sign-agreement"))
    if state.home_approval and state.counterpart_approval and "counterpart" not in state.signed:
        steps.append(
            _step(f"{counterpart} signs the agreement", "the counterpart", "sign-agreement")
        )
    return tuple(steps)


def _reviews(state: Reviews) -> tuple[NextStep, ...]:
    steps: list[NextStep] = []
    for review in state.reviews:
        if not isinstance(review, Open):
            continue
        if review.unanswered:
            asked = " and ".join(map(str, sorted(review.unanswered)))
            which = "entries" if len(review.unanswered) > 1 else "entry"
            steps.append(
                _step(
                    f"The question of review {review.id} in {which} {asked} waits for an answer",
                    "a clerk of either community",
                    "record-answer",
                )
            )
        missing = unanswered_elements(review)
        if missing:
            steps.append(
                _step(
                    f"Review {review.id} needs {_findings(review, missing)}",
                    "an oversight officer",
                    "record-finding",
                )
            )
        else:
            steps.append(
                _step(
                    f"Every element of review {review.id} has a finding; it can be closed",
                    "an oversight officer who did not report an activity of the partnership",
                    "close-review",
                )
            )
    return tuple(steps)


def _findings(review: Open, missing: tuple[str, ...]) -> str:
    """How many elements are still open, and the first of them as a question."""
    elements = criteria_set(review.criteria).elements
    question = next(element.question for element in elements if element.code == missing[0])
    first = f"{missing[0]}, {question[0].lower()}{question[1:]}"
    if len(missing) == 1:
        return f"one more finding, on {first}"
    return f"{len(missing)} more findings; the first is on {first}"


def _corrections(state: Reviews) -> tuple[NextStep, ...]:
    if isinstance(state.partnership, Unknown):
        return ()
    return tuple(
        _step(
            f"A correction of entry {pending.asked.position} waits for a second person",
            " or ".join(map(word, who_may_act(state, "approve-correction")))
            + ", not who requested it",
            "approve-correction",
        )
        for pending in state.partnership.record.corrections
    )


def _erasures(state: Reviews) -> tuple[NextStep, ...]:
    if isinstance(state.partnership, Unknown):
        return ()
    return tuple(
        _step(
            f"The erasure of the private values of entry {pending.asked.position} waits for a "
            "second person",
            " or ".join(map(word, who_may_act(state, "approve-erasure")))
            + ", not who requested it",
            "approve-erasure",
        )
        for pending in state.partnership.record.erasures
    )


def _step(sentence: str, who: str, verb: str) -> NextStep:
    return NextStep(sentence + ".", who, verb)


def _quoted(text: str) -> str:
    return "\u201c" + text.rstrip(".") + "\u201d"
