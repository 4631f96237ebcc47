"""What an act changed: label, before, after, in plain words."""

from domain.dates import in_words
from domain.decider import Entry
from domain.partnership import events as e
from domain.partnership.evolve import History
from domain.review import events as r
from domain.values import DatedFact, Party
from projections import words as w
from projections.dossier.dossier import Dossier
from projections.timeline.phrases import listed, money, votes
from projections.views import Change


def changes(entry: Entry[History], before: Dossier | None, after: Dossier) -> tuple[Change, ...]:
    """The differences that a person would ask about, and what the act itself sets."""
    found = [
        *_compared(before, after),
        *_corrected_date(entry, before),
        *_set(entry.event),
    ]
    return tuple(change for change in found if change.before != change.after)


def _compared(before: Dossier | None, after: Dossier) -> list[Change]:
    if before is None:
        return [
            Change("Status", "", w.STATUSES[after.status]),
            Change("Level of the partnership", "", w.TIERS[after.tier]),
            Change("Term ends", "", _in_words(after.term_end)),
            Change(w.beginning((after.status,)), "", _date(after.since)),
            Change("Formal agreement since", "", _date(after.formally_since)),
        ]
    return [
        Change("Status", w.STATUSES[before.status], w.STATUSES[after.status]),
        Change(w.beginning((after.status,)), _date(before.since), _date(after.since)),
        Change("Formal agreement since", _date(before.formally_since), _date(after.formally_since)),
        Change("Level of the partnership", w.TIERS[before.tier], w.TIERS[after.tier]),
        Change("Term ends", _in_words(before.term_end), _in_words(after.term_end)),
        Change("Vitality", _vitality(before), _vitality(after)),
        *_party("Home community", before.home, after.home),
        *_party("Counterpart", before.counterpart, after.counterpart),
        Change("Open transparency reviews", _open(before), _open(after)),
        Change("Corrections waiting", str(len(before.corrections)), str(len(after.corrections))),
    ]


def _corrected_date(entry: Entry[History], before: Dossier | None) -> list[Change]:
    event = entry.event
    if not isinstance(event, e.RecordCorrected) or event.field != "effective" or before is None:
        return []
    steps = [
        *(act.step for act in before.acts),
        *(approval.step for approval in before.approvals),
        *(note.opened for note in before.reviews),
        *(note.closed for note in before.reviews if note.closed),
        *(act.step for act in before.facet_acts),
    ]
    dated = next((step.on for step in steps if step.position == event.position), "")
    label = f"Date of entry {event.position}"
    return [Change(label, in_words(dated) if dated else "", in_words(event.value))]


def _set(event: History) -> list[Change]:
    match event:
        case e.PartnershipSuspended():
            waiting = _days(event.waiting_days)
            return [
                Change("Resumes when", "", event.condition),
                Change("Not before", "", waiting),
                Change("To be looked at again by", "", _in_words(event.review_by)),
            ]
        case e.PartnershipResumed():
            return [Change("How the condition is met", "", event.attestation)]
        case e.PartnershipEnded():
            return [Change("Counterpart told", "", _in_words(event.counterpart_told_on))]
        case e.HomeApprovalGiven():
            return [Change("Vote", "", votes(event.vote))]
        case e.RecommendationRecorded():
            return [Change("Conditions", "", event.conditions)]
        case e.TerminationNoticeGiven():
            return [
                Change("To end on", "", _in_words(event.effective_day)),
                Change("Term of notice", "", _days(event.notice_days)),
            ]
        case e.AgreementSigned():
            return [Change("Delegated by", "", event.delegated_by)]
        case e.ActivityReported():
            return [Change("Outcome", "", event.outcome)]
        case e.AnnualReportFiled():
            return [Change("Money", "", money(line)) for line in event.money]
        case e.CorrectionRequested():
            dated = event.field in ("effective", "since", "formally_since")
            value = in_words(event.value) if dated else event.value
            return [
                Change(f"Requested: {w.CORRECTABLE_AS_HEADINGS[event.field].lower()}", "", value)
            ]
        case r.InformationRequested():
            return [Change("To be answered by", "", _in_words(event.answer_by))]
        case _:
            return []


def _party(label: str, before: Party, after: Party) -> list[Change]:
    return [
        Change(label, before.name, after.name),
        Change(f"Country of {after.name}", before.country, after.country),
    ]


def _days(count: int) -> str:
    """`180 days`; nothing where there are none."""
    return f"{count} day{'' if count == 1 else 's'}" if count else ""


def _vitality(dossier: Dossier) -> str:
    return w.VITALITIES[dossier.vitalities[-1].vitality] if dossier.vitalities else ""


def _open(dossier: Dossier) -> str:
    reviews = [note.review for note in dossier.reviews if note.closed is None]
    return listed(reviews) if reviews else "none"


def _date(fact: DatedFact | None) -> str:
    return f"{in_words(fact.on)} (known from {w.GRADES[fact.grade]})" if fact else ""


def _in_words(text: str) -> str:
    return in_words(text) if text else ""
