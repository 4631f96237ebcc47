"""Generated lives of a partnership: any act by anybody at any time, likely ones more often."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from hypothesis import strategies as st
from msgspec import Struct

from domain.answers import VERBS, Answer, answers
from domain.dates import parse
from domain.decider import Act, Entry
from domain.history import Command, entry_of, submission_of
from domain.partnership import commands as c
from domain.partnership.decider import PARTNERSHIP
from domain.partnership.evolve import History
from domain.partnership.rules import RULES
from domain.ports import Actor, Recorded
from domain.refusals import Refused
from domain.review import commands as r
from domain.review.commands import ReviewCommand
from domain.review.criteria import CONTINUATION, TRANSPARENCY_ACT
from domain.review.evolve import REVIEW
from domain.review.state import Reviews
from domain.values import Citation, DatedFact, MoneyLine, ReviewId, Status, Vote
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
from tests.domain.stages import OTHER_TEXT, RESOLUTION, TEXT

T = TypeVar("T")

PEOPLE = (
    *(CLERK, SECOND_CLERK, CLERK_ABROAD, COUNTERPART, OFFICER, APPROVER),
    *(ADMINISTRATOR, ANALYST, SYSTEM, STRANGER),
    # One person in two roles: what four eyes are there for.
    Actor("oversight_office", "", "", CLERK.recorder, "oversight_officer"),
    Actor("oversight_office", "", "", CLERK.recorder, "approver"),
)
BODIES = ("council", "mayor", "councillor", "staff", "counterpart", "legislature", "minister")
DAYS = ("2026-05-01", "2026-11-20", "2026-11", "2026", "2020~", "1967", "2027-01-01", "..//", "")
STATUSES: tuple[Status, ...] = ("proposed", "agreed", "active", "suspended", "ended", "lapsed")


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
    submission = submission_of(
        events, command, act, read=frozenset(), after=last, pair="pair:Q1|Q2"
    )
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
        )
        for position, event in enumerate(submission.events, last + 1)
    ]


PLAN: tuple[tuple[Command, Actor], ...] = (
    (
        c.SubmitProposal(NORFOLK, KITAKYUSHU, "sister", "sister_city", ("trade",)),
        deciding("councillor"),
    ),
    (c.ApproveByCouncil(Vote(7, 1), TEXT, RESOLUTION), SECOND_CLERK),
    (c.RecordCounterpartApproval(TEXT, RESOLUTION), COUNTERPART),
    (c.SignAgreement("Mayor", TEXT), deciding("mayor")),
    (c.SignAgreement("Mayor", TEXT), COUNTERPART),
    (c.BringIntoForce(), CLERK),
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
            told = _told(state, actor)
            verb = next(verb for verb, shape in VERBS.items() if shape is type(command))
            act = Act(actor, f"key-{number}", NOW + timedelta(minutes=number), parse("2026-05-01"))
        else:
            actor, verb = draw(st.sampled_from(_likely(state)) | _anything())
            told = _told(state, actor)
            act = draw(acts(verb, actor, number))
            command = draw(COMMANDS[verb](state, last))
        try:
            events = decide(command, state, act)
        except Refused as refused:
            steps.append(Step(state, command, act, told[verb], refused=refused))
            continue
        recorded = stored(events, command, act, last)
        steps.append(Step(state, command, act, told[verb], tuple(recorded)))
        last += len(recorded)
        for entry in map(entry_of, recorded):
            state = REVIEW.evolve(state, entry)
    return Life(tuple(steps))


def _told(state: Reviews, actor: Actor) -> dict[str, Answer]:
    return {answer.verb: answer for answer in answers(state, actor)}


def _likely(state: Reviews) -> list[tuple[Actor, str]]:
    return [
        (actor, answer.verb)
        for actor in PEOPLE
        for answer in answers(state, actor)
        if answer.allowed
    ]


def _anything() -> st.SearchStrategy[tuple[Actor, str]]:
    return st.tuples(st.sampled_from(PEOPLE), st.sampled_from(list(VERBS)))


@st.composite
def acts(draw: st.DrawFn, verb: str, actor: Actor, number: int) -> Act:
    shape = VERBS[verb]
    bodies: list[str] = []
    if not issubclass(shape, ReviewCommand):
        bodies = sorted(RULES[shape].bodies_for(actor.role))
    by = deciding(draw(_mostly(bodies or [actor.body], BODIES)), actor)
    on = draw(_mostly(DAYS[:1], DAYS))
    now = NOW + timedelta(minutes=number)
    return Act(by, f"key-{number}", now, parse(on) if on.strip("./") else None)


def _mostly(usual: Sequence[T], unusual: Sequence[T]) -> st.SearchStrategy[T]:
    return st.integers(0, 7).flatmap(lambda n: st.sampled_from(unusual if n == 7 else usual))


def _texts() -> st.SearchStrategy[str]:
    return _mostly([TEXT], [OTHER_TEXT])


def _reviews(state: Reviews) -> st.SearchStrategy[ReviewId]:
    nobodys = [ReviewId("TR-0000-0000")]
    return _mostly([known.id for known in state.reviews] or nobodys, nobodys)


def _elements() -> st.SearchStrategy[str]:
    return _mostly(CONTINUATION.codes, [*TRANSPARENCY_ACT.codes, "9Z"])


_said = st.sampled_from(["Seen.", "Zwölf Schüler kamen.", "北九州市"])
_evidence = st.sampled_from([(), RESOLUTION, (Citation("Minutes", "1967-05"),)])
_money = st.builds(
    MoneyLine, st.just("USD"), st.sampled_from([0, 5]), st.sampled_from([0, 5]), st.just(0)
)
_facts = st.none() | st.builds(
    DatedFact, st.sampled_from(["0836", "1967", "197X", "2836"]), st.just("named_page")
)


def _requests(state: Reviews, last: int) -> st.SearchStrategy[c.RequestCorrection]:
    return st.builds(
        c.RequestCorrection,
        position=st.integers(1, last + 1),
        field=st.sampled_from(
            ["effective", "since", "formally_since", "party_name", "party_country"]
        ),
        value=st.sampled_from(["2026-03", "0836", "1967~", "GB", "City of Norfolk", ""]),
        reason=_said,
        community=st.sampled_from([NORFOLK.community, KITAKYUSHU.community, ""]),
    )


def _waiting(state: Reviews, last: int) -> st.SearchStrategy[int]:
    record = getattr(state.partnership, "record", None)
    waiting = [pending.position for pending in record.corrections] if record else []
    return _mostly(waiting or [1], [max(last, 1)])


def _asked(state: Reviews) -> st.SearchStrategy[int]:
    return st.sampled_from(
        [*(at for known in state.reviews for at in getattr(known, "unanswered", ())), 1]
    )


COMMANDS: dict[str, Callable[[Reviews, int], st.SearchStrategy[Command]]] = {
    "submit-proposal": lambda state, last: st.builds(
        c.SubmitProposal,
        home=st.just(NORFOLK),
        counterpart=_mostly([KITAKYUSHU], [NORFOLK]),
        tier=st.sampled_from(["sister", "friendship"]),
        kind=st.just("sister_city"),
        motives=st.sampled_from([("trade",), ("trade", "culture", "trade"), ("unknown",)]),
        statement=_said,
    ),
    "approve-by-council": lambda state, last: st.builds(
        c.ApproveByCouncil,
        _mostly([Vote(7, 1)], [Vote(4, 4)]),
        _texts(),
        st.just(RESOLUTION),
    ),
    "decline": lambda state, last: st.builds(c.Decline, _said, _evidence),
    "withdraw": lambda state, last: st.builds(c.Withdraw, _said, _evidence),
    "record-counterpart-approval": lambda state, last: st.builds(
        c.RecordCounterpartApproval, _texts(), st.just(RESOLUTION)
    ),
    "sign-agreement": lambda state, last: st.builds(c.SignAgreement, st.just("Mayor"), _texts()),
    "bring-into-force": lambda state, last: st.builds(
        c.BringIntoForce, _said, rule=st.sampled_from(["", "effective-day/1"])
    ),
    "report-activity": lambda state, last: st.builds(
        c.ReportActivity, st.sampled_from(["visit", "aid"]), _said, evidence=_evidence
    ),
    "file-annual-report": lambda state, last: st.builds(
        c.FileAnnualReport,
        st.integers(2024, 2027),
        st.booleans(),
        _said,
        st.lists(_money, max_size=1).map(tuple),
    ),
    "suspend": lambda state, last: st.builds(
        c.Suspend, _said, _said, st.just(RESOLUTION), _mostly([0], [30])
    ),
    "resume": lambda state, last: st.builds(c.Resume, _said),
    "end": lambda state, last: st.builds(
        c.End, st.sampled_from(["mutual", "home", "counterpart", "statute"]), st.just(RESOLUTION)
    ),
    "record-legacy-partnership": lambda state, last: st.builds(
        c.RecordLegacyPartnership,
        home=st.just(NORFOLK),
        counterpart=st.just(KITAKYUSHU),
        status=st.sampled_from(STATUSES),
        tier=st.just("sister"),
        kind=st.just("sister_city"),
        grade=st.sampled_from(["list_only", "signed_copy"]),
        sources=st.just(RESOLUTION),
        since=_facts,
        formally_since=_facts,
    ),
    "request-correction": _requests,
    "approve-correction": lambda state, last: st.builds(c.ApproveCorrection, _waiting(state, last)),
    "reject-correction": lambda state, last: st.builds(
        c.RejectCorrection, _waiting(state, last), _said
    ),
    "open-review": lambda state, last: st.builds(
        r.OpenReview,
        ground=st.just("complaint"),
        criteria=_mostly([CONTINUATION.id], [TRANSPARENCY_ACT.id, "none"]),
        statement=_said,
        no_tie=_mostly([True], [False]),
        hold=st.booleans(),
    ),
    "request-information": lambda state, last: st.builds(
        r.RequestInformation, _reviews(state), _said, st.just("Norfolk City Council")
    ),
    "record-answer": lambda state, last: st.builds(
        r.RecordAnswer, _reviews(state), _asked(state), _said
    ),
    "record-finding": lambda state, last: st.builds(
        r.RecordFinding,
        _reviews(state),
        _elements(),
        st.sampled_from(["met", "no_evidence"]),
        _said,
        _evidence,
    ),
    "close-review": lambda state, last: st.builds(
        r.CloseReview, _reviews(state), st.just("no_action"), _said, _said
    ),
}
