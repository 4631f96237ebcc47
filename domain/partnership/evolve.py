"""What holds after each event."""

from typing import Any, TypeAlias, TypeVar, assert_never

from msgspec.structs import replace

from domain.dates import EdtfDate, parse
from domain.decider import Entry
from domain.errors import EntryOutOfPlace
from domain.names import fold
from domain.partnership import events as e
from domain.partnership.state import (
    Active,
    Agreed,
    Facet,
    Known,
    Over,
    PendingCorrection,
    PendingErasure,
    Proposed,
    Recognition,
    Record,
    State,
    Suspended,
    Unknown,
)
from domain.review import events as r
from domain.values import Party

History: TypeAlias = e.PartnershipEvent | r.ReviewEvent
"""A partnership's boundary holds its reviews too: an open one may hold a step back."""

K = TypeVar("K", Proposed, Agreed, Active, Suspended, Over, Known)


def evolve(state: State, entry: Entry[History]) -> State:
    """Fold one entry. Raises `EntryOutOfPlace` for what the decider cannot have recorded: the
    ledger is damaged.
    """
    if isinstance(state, Unknown):
        return _founded(entry)
    state = _seen(state, entry)
    match entry.event, state:
        # Most entries of a long life: each case that stands before them is asked for each of them.
        case e.ActivityReported(), (Active() | Suspended()):
            return _with(
                state,
                programme=state.record.programme | {entry.actor.recorder},
                activities=state.record.activities | {entry.position},
            )
        case e.AnnualReportFiled(year=year), (Active() | Suspended()):
            return _with(
                state,
                programme=state.record.programme | {entry.actor.recorder},
                reported_years=state.record.reported_years | {year},
            )
        case e.RecommendationRecorded() as event, Proposed():
            advice = {fold(event.advisory_body): (event.advice, event.conditions)}
            return replace(state, advised=state.advised | advice)
        case e.LegalReviewRecorded() as event, Proposed():
            review = event.reviewer_office, event.text_sha256, event.outcome
            return replace(state, reviewed=(*state.reviewed, review))
        case e.OfferSent(), Proposed():
            return replace(state, offered=True)
        case e.HomeApprovalGiven(text_sha256=text), Proposed():
            approved_at: dict[e.Side, int] = {**state.approved_at, "home": entry.position}
            return replace(state, home_approval=text, approved_at=approved_at)
        case e.CounterpartApprovalRecorded(text_sha256=text), Proposed():
            approved_at = {**state.approved_at, "counterpart": entry.position}
            return replace(state, counterpart_approval=text, approved_at=approved_at)
        case e.AgreementSigned(completes=True, text_sha256=text), Proposed():
            signatures = state.signed_at | {entry.position}
            return Agreed(replace(state.record, reached_at=signatures, text_sha256=text))
        case e.AgreementSigned(side=side), Proposed():
            return replace(
                state,
                signed=state.signed | {side},
                signed_at=state.signed_at | {entry.position},
            )
        case e.ProposalDeclined(), Proposed():
            return Over(_stepped(state, entry).record, "declined")
        case e.ProposalWithdrawn(), Proposed():
            return Over(_stepped(state, entry).record, "withdrawn")
        case e.PartnershipLapsed(), (Proposed() | Agreed()):
            return Over(_stepped(state, entry).record, "lapsed")
        case e.PartnershipActivated() as event, Agreed():
            term_end = event.term_end or state.record.term_end
            in_force = _with(_stepped(state, entry), in_force_at=frozenset({entry.position}))
            return Active(replace(in_force.record, term_end=term_end))
        case e.AgreementVaried() as event, (Agreed() | Active()):
            return _set(state, entry, "text", text_sha256=event.text_sha256)
        case e.TermRenewed() as event, Active():
            return _set(state, entry, "term", term_end=event.term_end)
        case e.TierSet(signed=None) as event, Active():
            return _set(state, entry, "tier", tier=event.tier)
        case e.TierSet(signed=e.SignedText(text_sha256=text)) as event, Active():
            state = _set(state, entry, "tier", tier=event.tier)
            return _set(state, entry, "text", text_sha256=text)
        case e.VitalitySet() as event, (Active() | Suspended()):
            named = parse(event.last_activity)
            return _set(state, entry, "vitality", vitality=event.vitality, named_activity=named)
        case e.TerminationNoticeGiven() as event, (Active() | Suspended()):
            notices = {**state.record.notices, event.side: event.effective_day}
            return _with(state, notices=notices)
        case e.RecognitionRecorded() as event, _:
            said = Recognition(entry.position, event.recognising_body, event.listed)
            return _with(state, recognitions=(*state.record.recognitions, said))
        case e.PartnershipSuspended() as event, Active():
            return Suspended(
                _stepped(state, entry).record,
                entry.actor.body,
                event.condition,
                event.waiting_days,
                entry.actor.community,
            )
        case e.PartnershipResumed(), Suspended():
            return Active(_stepped(state, entry).record)
        case e.PartnershipEnded(), (Agreed() | Active() | Suspended()):
            return Over(_stepped(state, entry).record, "ended")
        case e.CorrectionRequested() as event, _:
            pending = PendingCorrection(entry.position, entry.actor.recorder, event)
            return _with(state, corrections=(*state.record.corrections, pending))
        case (e.RecordCorrected() | e.CorrectionRejected()) as event, _:
            left = tuple(c for c in state.record.corrections if c.position != event.request)
            return _corrected(_with(state, corrections=left), event)
        case (e.ErasureRequested() | e.PrivateValuesErased() | e.ErasureRejected()) as event, _:
            return replace(state, record=_asked_or_erased(state.record, event, entry))
        case r.ReviewOpened() as event, _:
            return _with(
                state,
                open_reviews=state.record.open_reviews | {event.review},
                holds=state.record.holds | ({event.review} if event.hold else set()),
            )
        case r.ReviewClosed() as event, _:
            return _with(
                state,
                open_reviews=state.record.open_reviews - {event.review},
                holds=state.record.holds - {event.review},
            )
        case (r.InformationRequested() | r.AnswerRecorded() | r.FindingRecorded(), _):
            return state
        case (
            e.ProposalSubmitted()
            | e.LegacyPartnershipRecorded()
            | e.RecommendationRecorded()
            | e.LegalReviewRecorded()
            | e.OfferSent()
            | e.HomeApprovalGiven()
            | e.CounterpartApprovalRecorded()
            | e.AgreementSigned()
            | e.ProposalDeclined()
            | e.ProposalWithdrawn()
            | e.PartnershipLapsed()
            | e.PartnershipActivated()
            | e.AgreementVaried()
            | e.TermRenewed()
            | e.TierSet()
            | e.VitalitySet()
            | e.TerminationNoticeGiven()
            | e.PartnershipSuspended()
            | e.PartnershipResumed()
            | e.PartnershipEnded()
            | e.ActivityReported()
            | e.AnnualReportFiled(),
            _,
        ):
            raise EntryOutOfPlace(position=entry.position)
        case _:
            assert_never(entry.event)


def _founded(entry: Entry[History]) -> Known:
    event = entry.event
    match event:
        case e.ProposalSubmitted():
            return Proposed(
                Record(
                    event.partnership,
                    event.home,
                    event.counterpart,
                    event.tier,
                    proposer=entry.actor.recorder,
                    proposing_body=entry.actor.body,
                    positions=frozenset({entry.position}),
                    reached_at=frozenset({entry.position}),
                    dates=_dated(entry),
                    private=_private(entry),
                    had_private=bool(entry.private),
                )
            )
        case e.LegacyPartnershipRecorded():
            return _legacy(event, entry)
        case _:
            raise EntryOutOfPlace(position=entry.position)


def _legacy(event: e.LegacyPartnershipRecorded, entry: Entry[History]) -> Known:
    record = Record(
        event.partnership,
        event.home,
        event.counterpart,
        event.tier,
        proposer=entry.actor.recorder,
        proposing_body="",
        positions=frozenset({entry.position}),
        reached_at=frozenset({entry.position}),
        dates=_dated(entry),
        private=_private(entry),
        had_private=bool(entry.private),
        legacy=True,
        bond_known=event.since is not None,
        term_end=event.term_end,
    )
    in_force = replace(record, in_force_at=record.reached_at)
    match event.status:
        case "proposed":
            return Proposed(record)
        case "agreed":
            return Agreed(record)
        case "active":
            return Active(in_force)
        case "suspended":
            # Who suspended it was not recorded: treated as the highest body that may have.
            return Suspended(in_force, "council", "not recorded")
        case "ended" | "declined" | "withdrawn" | "lapsed":
            return Over(record, event.status)
        case _:
            assert_never(event.status)


def _seen(state: Known, entry: Entry[History]) -> Known:
    record = state.record
    seen = replace(
        record,
        positions=record.positions | {entry.position},
        dates=record.dates if entry.on is None else {**record.dates, entry.position: entry.on},
    )
    if entry.private:
        seen = replace(seen, private=record.private | _private(entry), had_private=True)
    return replace(state, record=seen)


def _dated(entry: Entry[History]) -> dict[int, EdtfDate]:
    return {} if entry.on is None else {entry.position: entry.on}


def _private(entry: Entry[History]) -> dict[int, dict[str, str]]:
    return {entry.position: entry.private} if entry.private else {}


def _asked_or_erased(
    record: Record,
    event: e.ErasureRequested | e.PrivateValuesErased | e.ErasureRejected,
    entry: Entry[History],
) -> Record:
    if isinstance(event, e.ErasureRequested):
        asked = PendingErasure(entry.position, entry.actor.recorder, event)
        return replace(record, erasures=(*record.erasures, asked))
    left = tuple(asked for asked in record.erasures if asked.position != event.request)
    if isinstance(event, e.ErasureRejected):
        return replace(record, erasures=left)
    private = {at: own for at, own in record.private.items() if at != event.position}
    return replace(record, erasures=left, private=private)


def _stepped(state: K, entry: Entry[History]) -> K:
    return _with(state, reached_at=frozenset({entry.position}))


def _set(state: K, entry: Entry[History], facet: Facet, **changes: Any) -> K:
    return _with(state, set_at={**state.record.set_at, facet: entry.position}, **changes)


def _with(state: K, **changes: Any) -> K:
    return replace(state, record=replace(state.record, **changes))


def _corrected(state: Known, event: e.RecordCorrected | e.CorrectionRejected) -> Known:
    if isinstance(event, e.CorrectionRejected):
        return state
    record = state.record
    match event.field:
        case "formally_since" if record.bond_known:
            return state
        case "effective" | "since" | "formally_since":
            return _with(
                state,
                dates=record.dates | {event.position: parse(event.value)},
                bond_known=record.bond_known or event.field == "since",
            )
        case "party_name":
            return _with_party(state, event.community, name=event.value)
        case "party_country":
            return _with_party(state, event.community, country=event.value)
        case _:
            assert_never(event.field)


def _with_party(state: Known, community: str, **changes: str) -> Known:
    def corrected(party: Party) -> Party:
        return replace(party, **changes) if party.community == community else party

    record = state.record
    return _with(state, home=corrected(record.home), counterpart=corrected(record.counterpart))
