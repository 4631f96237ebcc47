"""What may be asked of a partnership: a strategy for every command, likely ones more often."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import strategies as st

from domain.history import Command
from domain.partnership import commands as c
from domain.review import commands as r
from domain.review.criteria import CONTINUATION, TRANSPARENCY_ACT
from domain.review.state import Reviews
from domain.values import Citation, DatedFact, MoneyLine, ReviewId, Status, Vote
from tests.domain.people import KITAKYUSHU, NORFOLK
from tests.domain.stages import OTHER_TEXT, RESOLUTION, TEXT

T = TypeVar("T")

STATUSES: tuple[Status, ...] = ("proposed", "agreed", "active", "suspended", "ended", "lapsed")


def mostly(usual: Sequence[T], unusual: Sequence[T]) -> st.SearchStrategy[T]:
    return st.integers(0, 7).flatmap(lambda n: st.sampled_from(unusual if n == 7 else usual))


def _texts() -> st.SearchStrategy[str]:
    return mostly([TEXT], [OTHER_TEXT])


def _reviews(state: Reviews) -> st.SearchStrategy[ReviewId]:
    nobodys = [ReviewId("TR-0000-0000")]
    return mostly([known.id for known in state.reviews] or nobodys, nobodys)


def _elements() -> st.SearchStrategy[str]:
    return mostly(CONTINUATION.codes, [*TRANSPARENCY_ACT.codes, "9Z"])


_new_texts = st.sampled_from(["c" * 64, "d" * 64])
_rule = st.sampled_from(["", "some-rule/1"])
_term = mostly(["", "2031-04-30"], ["2020", "2031/.."])
_last_activities = mostly(["2026-04"], ["1967", "2027", ""])
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
    return mostly(waiting or [1], [max(last, 1)])


def _private(state: Reviews) -> st.SearchStrategy[int]:
    record = getattr(state.partnership, "record", None)
    return mostly(sorted(record.private) if record and record.private else [1], [1])


def _to_erase(state: Reviews) -> st.SearchStrategy[int]:
    record = getattr(state.partnership, "record", None)
    waiting = [pending.position for pending in record.erasures] if record else []
    return mostly(waiting or [1], [1])


def _asked(state: Reviews) -> st.SearchStrategy[int]:
    return st.sampled_from(
        [*(at for known in state.reviews for at in getattr(known, "unanswered", ())), 1]
    )


COMMANDS: dict[str, Callable[[Reviews, int], st.SearchStrategy[Command]]] = {
    "submit-proposal": lambda state, last: st.builds(
        c.SubmitProposal,
        home=st.just(NORFOLK),
        counterpart=mostly([KITAKYUSHU], [NORFOLK]),
        tier=st.sampled_from(["sister", "friendship"]),
        kind=st.just("sister_city"),
        motives=st.sampled_from([("trade",), ("trade", "culture", "trade"), ("unknown",)]),
        statement=_said,
    ),
    "record-recommendation": lambda state, last: st.builds(
        c.RecordRecommendation,
        st.sampled_from(["Sister Cities Commission", "Youth Council"]),
        st.sampled_from(["for", "against", "conditional"]),
        mostly([""], ["With a budget."]),
    ),
    "record-legal-review": lambda state, last: st.builds(
        c.RecordLegalReview,
        st.just("City Attorney"),
        st.sampled_from(["approved_as_to_form", "changes_needed"]),
        _texts(),
    ),
    "approve-by-council": lambda state, last: st.builds(
        c.ApproveByCouncil,
        mostly([Vote(7, 1)], [Vote(4, 4)]),
        _texts(),
        st.just(RESOLUTION),
    ),
    "decline": lambda state, last: st.builds(c.Decline, _said, _evidence),
    "withdraw": lambda state, last: st.builds(c.Withdraw, _said, _evidence),
    "lapse": lambda state, last: st.builds(
        c.Lapse, st.sampled_from(["No answer came.", ""]), rule=_rule
    ),
    "send-offer": lambda state, last: st.builds(c.SendOffer, st.just("Mayor"), _said),
    "record-counterpart-approval": lambda state, last: st.builds(
        c.RecordCounterpartApproval, _texts(), st.just(RESOLUTION)
    ),
    "sign-agreement": lambda state, last: st.builds(c.SignAgreement, st.just("Mayor"), _texts()),
    "bring-into-force": lambda state, last: st.builds(
        c.BringIntoForce, _said, rule=_rule, term_end=_term
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
    "vary": lambda state, last: st.builds(
        c.Vary, _new_texts, st.just("Mayor"), st.just("Mayor"), st.just(RESOLUTION)
    ),
    "renew": lambda state, last: st.builds(
        c.Renew, mostly(["2036-04-30", "2041"], ["2026-04-30", "../2041"]), st.just(RESOLUTION)
    ),
    "promote": lambda state, last: st.builds(
        c.Promote,
        st.sampled_from(["project", "sister", "contact"]),
        _new_texts,
        st.just("Mayor"),
        st.just("Mayor"),
        st.just(RESOLUTION),
    ),
    "demote": lambda state, last: st.builds(
        c.Demote, st.sampled_from(["contact", "friendship"]), _said, st.just(RESOLUTION)
    ),
    "suspend": lambda state, last: st.builds(
        c.Suspend, _said, _said, st.just(RESOLUTION), mostly([0], [30])
    ),
    "resume": lambda state, last: st.builds(c.Resume, _said),
    "mark-dormant": lambda state, last: st.builds(
        c.MarkDormant,
        st.sampled_from(["stale", "dormant"]),
        st.just("norfolk-policy/3-years"),
        _last_activities,
    ),
    "revive": lambda state, last: st.builds(c.Revive, _last_activities, _said, rule=_rule),
    "give-notice": lambda state, last: st.builds(
        c.GiveNotice,
        mostly(["2027-05-31"], ["2026-05-02", "2027"]),
        st.sampled_from([0, 180]),
        st.just(RESOLUTION),
    ),
    "record-recognition": lambda state, last: st.builds(
        c.RecordRecognition,
        st.sampled_from(["Sister Cities International", "sister cities international"]),
        st.booleans(),
        st.just(RESOLUTION),
    ),
    "end": lambda state, last: st.builds(
        c.End, st.sampled_from(["mutual", "home", "counterpart", "statute"]), st.just(RESOLUTION)
    ),
    "record-legacy-partnership": lambda state, last: st.builds(
        c.RecordLegacyPartnership,
        home=st.just(NORFOLK),
        counterpart=st.just(KITAKYUSHU),
        status=st.sampled_from(STATUSES),
        tier=st.sampled_from(["sister", "friendship"]),
        kind=st.just("sister_city"),
        grade=st.sampled_from(["list_only", "signed_copy"]),
        sources=st.just(RESOLUTION),
        since=_facts,
        formally_since=_facts,
        term_end=_term,
    ),
    "request-correction": _requests,
    "approve-correction": lambda state, last: st.builds(c.ApproveCorrection, _waiting(state, last)),
    "reject-correction": lambda state, last: st.builds(
        c.RejectCorrection, _waiting(state, last), _said
    ),
    "request-erasure": lambda state, last: st.builds(
        c.RequestErasure, _private(state), st.just("objection")
    ),
    "approve-erasure": lambda state, last: st.builds(c.ApproveErasure, _to_erase(state)),
    "reject-erasure": lambda state, last: st.builds(c.RejectErasure, _to_erase(state), _said),
    "open-review": lambda state, last: st.builds(
        r.OpenReview,
        ground=st.just("complaint"),
        criteria=mostly([CONTINUATION.id], [TRANSPARENCY_ACT.id, "none"]),
        statement=_said,
        no_tie=mostly([True], [False]),
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
