"""Whether somebody may do an act now, in the words of pages, command line and programs alike."""

from domain.answers import Answer, who_may_act
from domain.answers import answer as answer_to
from domain.history import Command
from domain.partnership.checks import UNDATED
from domain.ports import Actor
from domain.refusals import NotYourRole
from domain.review.commands import ReviewCommand
from domain.review.state import Reviews
from projections.words import word


def dated(shape: type[Command]) -> str:
    """Whether an act has a date of its own: `no`, `may` or `must`."""
    if shape in UNDATED:
        return "no"
    return "may" if issubclass(shape, ReviewCommand) else "must"


def answer_for(verb: str, state: Reviews, actor: Actor | None) -> Answer:
    """Whether `actor` may do it now; None is somebody who only reads."""
    known = actor or Actor("unknown", "", "", "", "nobody")
    answer = answer_to(verb, state, known)
    if actor is not None:
        return answer
    roles = ", ".join(map(word, who_may_act(state, verb)))
    because = f"You only read here. This is recorded by: {roles}."
    return Answer(verb, answer.act, False, NotYourRole.code, because)
