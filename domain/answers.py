"""What is allowed now, and if not because of what: one answer for pages, command line and API."""

from inspect import cleandoc

from msgspec import Struct

from domain.partnership import rules as partnership
from domain.partnership.commands import FoundingCommand, PartnershipCommand
from domain.partnership.state import Unknown
from domain.ports import Actor
from domain.refusals import Refused
from domain.review import rules as review
from domain.review.commands import ReviewCommand
from domain.review.state import Reviews

VERBS: dict[str, type[PartnershipCommand] | type[ReviewCommand]] = {
    "".join(f"-{c.lower()}" if c.isupper() else c for c in shape.__name__).lstrip("-"): shape
    for shape in (*partnership.COMMANDS, *review.COMMANDS)
}
"""`approve-by-council` and so on: the command's name as people type it."""

FOUNDING_VERBS = frozenset(
    verb for verb, shape in VERBS.items() if issubclass(shape, FoundingCommand)
)
"""Those that begin a record."""


class Answer(Struct, frozen=True):
    """One verb. `act` completes "You may ..."; `code` and `because` are empty when allowed."""

    verb: str
    act: str
    allowed: bool
    code: str = ""
    because: str = ""


def answers(state: Reviews, actor: Actor) -> tuple[Answer, ...]:
    """Every verb for `actor` at this moment, whatever body will have decided it."""
    return tuple(answer(verb, state, actor) for verb in VERBS)


def who_may_act(state: Reviews, verb: str) -> tuple[str, ...]:
    """The roles that record `verb`, for "what happens next and who must act"."""
    return tuple(sorted(_rule(VERBS[verb]).roles))


def stages_of(verb: str) -> tuple[str, ...]:
    """From which stages `verb` starts, in words; none where it begins a record, or at any stage."""
    rule = _rule(VERBS[verb])
    if not isinstance(rule, partnership.Rule) or rule.stages == partnership.ON_RECORD:
        return ()
    return tuple(partnership.STAGE_NAMES[stage] for stage in rule.stages if stage is not Unknown)


def demands(verb: str) -> tuple[str, ...]:
    """What must hold besides before `verb` is recorded, as sentences: what `answer` refuses by."""
    return tuple(cleandoc(guard.__doc__ or "") for guard in _rule(VERBS[verb]).guards)


def answer(verb: str, state: Reviews, actor: Actor) -> Answer:
    """One verb, as `answers` has it."""
    shape = VERBS[verb]
    act, refused = _rule(shape).act, _refusal(shape, state, actor)
    if refused is None:
        return Answer(verb, act, True)
    return Answer(verb, act, False, refused.code, str(refused))


def _rule(
    shape: type[PartnershipCommand] | type[ReviewCommand],
) -> partnership.Rule | review.Rule:
    if issubclass(shape, ReviewCommand):
        return review.RULES[shape]
    return partnership.RULES[shape]


def _refusal(
    shape: type[PartnershipCommand] | type[ReviewCommand], state: Reviews, actor: Actor
) -> Refused | None:
    if issubclass(shape, ReviewCommand):
        return review.refusal(shape, state, actor)
    return partnership.refusal(shape, state.partnership, actor, body_known=False)
