"""Generated lives of a partnership: any act by anybody at any time, likely ones more often."""

from datetime import timedelta

from hypothesis import strategies as st
from msgspec import Struct

from domain.answers import VERBS, Answer, answer, who_may_act
from domain.dates import parse
from domain.decider import Act, Entry
from domain.history import Command, entry_of, submission_of
from domain.partnership import commands as c
from domain.partnership.decider import PARTNERSHIP
from domain.partnership.evolve import History
from domain.partnership.rules import RULES
from domain.ports import Actor, Condition, Recorded
from domain.refusals import Refused
from domain.review import commands as r
from domain.review.commands import ReviewCommand
from domain.review.criteria import CONTINUATION
from domain.review.evolve import REVIEW
from domain.review.state import Reviews
from domain.values import Vote
from tests.domain.asked import COMMANDS, mostly
from tests.domain.given import NOW
from tests.domain.people import (
    ADMINISTRATOR,
    ANALYST,
    APPROVER,
    CLERK,
    CLERK_ABROAD,
    COUNTERPART,
    KITAKYUSHU,
    NORFOLK,
    OFFICER,
    SECOND_CLERK,
    STRANGER,
    SYSTEM,
    deciding,
)
from tests.domain.stages import RESOLUTION, TEXT

PEOPLE = (
    *(CLERK, SECOND_CLERK, CLERK_ABROAD, COUNTERPART, OFFICER, APPROVER),
    *(ADMINISTRATOR, ANALYST, SYSTEM, STRANGER),
    # One person in two roles: what four eyes are there for.
    Actor("oversight_office", "", "", CLERK.recorder, "oversight_officer"),
    Actor("oversight_office", "", "", CLERK.recorder, "approver"),
)
BODIES = ("council", "mayor", "councillor", "staff", "counterpart", "legislature", "minister")
RECORDERS = {verb: who_may_act(Reviews(), verb) for verb in VERBS}
DAYS = ("2026-05-01", "2026-11-20", "2026-11", "2026", "2020~", "1967", "2027-01-01", "..//", "")


class Step(Struct, frozen=True):
    """One act: the state that it met, what the pages said of it, and what came of it."""

    before: Reviews
    command: Command
    act: Act
    answer: Answer
    recorded: tuple[Recorded, ...] = ()
    refused: Refused | None = None


class Life(Struct, frozen=True):
    """All acts, and the history that they left."""

    steps: tuple[Step, ...]

    @property
    def recorded(self) -> tuple[Recorded, ...]:
        return tuple(stored for step in self.steps for stored in step.recorded)

    @property
    def entries(self) -> tuple[Entry[History], ...]:
        return tuple(map(entry_of, self.recorded))


def decide(command: Command, state: Reviews, act: Act) -> tuple[History, ...]:
    if isinstance(command, ReviewCommand):
        return REVIEW.decide(command, state, act)
    return PARTNERSHIP.decide(command, state.partnership, act)


def stored(events: tuple[History, ...], command: Command, act: Act, last: int) -> list[Recorded]:
    """What a ledger gives back: only text and numbers survive."""
    condition = Condition(frozenset(), last)
    submission = submission_of(events, command, act, condition=condition, pair="pair:Q1|Q2")
    return [
        Recorded(
            position,
            id=None,  # type: ignore[arg-type] # the rules never see it
            type=event.type,
            recorded_at=act.now,
            effective=event.effective,
            actor=submission.actor,
            on_behalf_of=submission.on_behalf_of,
            command=act.key,
            tags=event.tags,
            public=event.public,
            leaf=b"",
            leaf_hash=b"",
            private=dict.fromkeys(event.private, f"commitment-{position}"),
        )
        for position, event in enumerate(submission.events, last + 1)
    ]


PLAN: tuple[tuple[Command, Actor], ...] = (
    (
        c.SubmitProposal(NORFOLK, KITAKYUSHU, "friendship", "sister_city", ("trade",)),
        deciding("councillor"),
    ),
    (c.ApproveByCouncil(Vote(7, 1), TEXT, RESOLUTION), SECOND_CLERK),
    (c.RecordCounterpartApproval(TEXT, RESOLUTION), COUNTERPART),
    (c.SignAgreement("Mayor", TEXT), deciding("mayor")),
    (c.SignAgreement("Mayor", TEXT), COUNTERPART),
    (c.BringIntoForce(term_end="2031-04-30"), CLERK),
    (r.OpenReview("complaint", CONTINUATION.id, "Does it go on?", no_tie=True), OFFICER),
    (c.Suspend("No contact.", "Until there is.", RESOLUTION), CLERK),
)
"""How it may begin; random acts go on from somewhere along it."""


@st.composite
def lives(draw: st.DrawFn, longest: int = 16) -> Life:
    """Refusals leave nothing behind; what was decided is stored, read back and folded."""
    state, steps, last = Reviews(), list[Step](), 0
    planned = PLAN[: draw(st.integers(0, len(PLAN)))]
    for number in range(len(planned) + draw(st.integers(1, longest))):
        if number < len(planned):
            command, actor = planned[number]
            verb = next(verb for verb, shape in VERBS.items() if shape is type(command))
            act = Act(actor, f"key-{number}", NOW + timedelta(minutes=number), parse("2026-05-01"))
        else:
            actor, verb = draw(st.sampled_from(_likely(state)) | _anything())
            act = draw(acts(verb, actor, number))
            command = draw(COMMANDS[verb](state, last))
        told = answer(verb, state, actor)
        try:
            events = decide(command, state, act)
        except Refused as refused:
            steps.append(Step(state, command, act, told, refused=refused))
            continue
        recorded = stored(events, command, act, last)
        steps.append(Step(state, command, act, told, tuple(recorded)))
        last += len(recorded)
        for entry in map(entry_of, recorded):
            state = REVIEW.evolve(state, entry)
    return Life(tuple(steps))


def _likely(state: Reviews) -> list[tuple[Actor, str]]:
    return [
        (actor, verb)
        for verb in VERBS
        for actor in PEOPLE
        if actor.role in RECORDERS[verb] and answer(verb, state, actor).allowed
    ]


def _anything() -> st.SearchStrategy[tuple[Actor, str]]:
    return st.tuples(st.sampled_from(PEOPLE), st.sampled_from(list(VERBS)))


@st.composite
def acts(draw: st.DrawFn, verb: str, actor: Actor, number: int) -> Act:
    shape = VERBS[verb]
    bodies: list[str] = []
    if not issubclass(shape, ReviewCommand):
        bodies = sorted(RULES[shape].bodies_for(actor.role))
    by = deciding(draw(mostly(bodies or [actor.body], BODIES)), actor)
    on = draw(mostly(DAYS[:1], DAYS))
    now = NOW + timedelta(minutes=number)
    return Act(by, f"key-{number}", now, parse(on) if on.strip("./") else None)
