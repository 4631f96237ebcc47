"""One sentence per event: what happened, who decided it, when, and under which condition."""

from typing import assert_never

from domain.dates import in_words, when_in_words
from domain.decider import Entry
from domain.partnership import events as e
from domain.partnership.evolve import History
from domain.review import events as r
from domain.review.criteria import CRITERIA_SETS
from projections import words as w
from projections.dossier.dossier import Dossier
from projections.timeline.phrases import short, votes, who_decided


def sentence(entry: Entry[History], dossier: Dossier) -> str:
    """What a person reads about `entry`; `dossier` is the partnership after it.

    A sentence without a full stop: it is a heading, and statements stand below it.
    """
    event = entry.event
    who, when = who_decided(entry.actor, dossier), when_in_words(entry.on.text if entry.on else "")
    match event:
        case e.ProposalSubmitted():
            return (
                f"Proposed by {who}{when}: {w.KINDS_IN_A_SENTENCE[event.kind]} between "
                f"{event.home.name} and {event.counterpart.name}"
            )
        case e.HomeApprovalGiven():
            return f"Approved by {who}{when}: {votes(event.vote)}"
        case e.ProposalDeclined():
            return f"Declined by {who}{when}: {short(event.reason)}"
        case e.ProposalWithdrawn():
            reason = f": {short(event.reason)}" if event.reason else ""
            return f"Proposal withdrawn by {who}{when}{reason}"
        case e.CounterpartApprovalRecorded():
            return f"Approved on the other side by {who}{when}"
        case e.AgreementSigned():
            side = dossier.home if event.side == "home" else dossier.counterpart
            both = "; both sides have signed" if event.completes else ""
            return f"Signed for {side.name} by {event.signer_office}{when}{both}"
        case e.PartnershipActivated():
            return f"In force{when}, brought into force by {who}"
        case e.ActivityReported():
            activity = w.ACTIVITIES_IN_A_SENTENCE[event.kind]
            return f"{activity}{when}, reported by {who}: {short(event.statement)}"
        case e.AnnualReportFiled():
            nothing = ": nothing happened" if event.nothing_happened else ""
            return f"Annual report for {event.year} filed by {who}{nothing}"
        case e.PartnershipSuspended():
            return f"Suspended by {who}{when} {_until(event.condition)}"
        case e.PartnershipResumed():
            return f"Resumed by {who}{when}: {short(event.attestation)}"
        case e.PartnershipEnded():
            return f"Ended {w.CAUSES_IN_A_SENTENCE[event.cause]}{when}, decided by {who}"
        case e.LegacyPartnershipRecorded():
            return _legacy(event)
        case e.CorrectionRequested():
            return (
                f"Correction of entry {event.position} requested by {who}: "
                f"{_correction(event, dossier)}"
            )
        case e.RecordCorrected():
            return f"Entry {event.position} corrected by {who}: {_correction(event, dossier)}"
        case e.CorrectionRejected():
            return (
                f"Correction requested in entry {event.request} rejected by {who}: "
                f"{short(event.reason)}"
            )
        case r.ReviewOpened():
            held = "; entry into force is held back until it is closed" if event.hold else ""
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
            return (
                f"Finding by {who}{when} on {_element(event, dossier)}: {w.RESULTS[event.result]}"
            )
        case r.ReviewClosed():
            return (
                f"Transparency review {event.review} closed by {who}{when}: "
                f"{w.OUTCOMES[event.outcome]}"
            )
        case _:
            assert_never(event)


def _until(condition: str) -> str:
    """The condition reads on where it begins with a conjunction, and is quoted where not."""
    text = short(condition)
    if text.partition(" ")[0].casefold() in ("until", "unless", "as", "while", "pending"):
        return text[0].lower() + text[1:]
    return f"until this is so: {text}"


def _legacy(event: e.LegacyPartnershipRecorded) -> str:
    start = event.since or event.formally_since
    begins = ", begun" if w.agreed_on((event.status,)) else ", proposed"
    if event.status == "proposed":
        begins = ""  # the word stands there already
    begun = f"{begins}{when_in_words(start.on)}" if start else ", its beginning not known"
    on_list = f", listed{when_in_words(event.listed_on)}" if event.listed_on else ""
    return (
        f"Taken over from before this register: {w.KINDS_IN_A_SENTENCE[event.kind]} between "
        f"{event.home.name} and {event.counterpart.name}, "
        f"{w.STATUSES[event.status]}{begun}{on_list}; known from {w.GRADES[event.grade]}"
    )


def _correction(event: e.CorrectionRequested | e.RecordCorrected, dossier: Dossier) -> str:
    match event.field:
        case "effective":
            return f"the act took place{when_in_words(event.value)}"
        case "since":
            return f"the bond began{when_in_words(event.value)}"
        case "formally_since":
            return f"the formal agreement began{when_in_words(event.value)}"
        case "party_name":
            return f"the name of a party is {event.value}"
        case "party_country":
            party = dossier.party(event.community)
            return f"the country of {party.name if party else 'a party'} is {event.value}"
        case _:
            assert_never(event.field)


def _element(event: r.FindingRecorded, dossier: Dossier) -> str:
    criteria = next(
        (CRITERIA_SETS.get(n.criteria) for n in dossier.reviews if n.review == event.review), None
    )
    for element in criteria.elements if criteria else ():
        if element.code == event.element:
            return f"{element.code} ({element.question[0].lower()}{element.question[1:]})"
    return event.element
