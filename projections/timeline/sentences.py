"""One sentence per event: what happened, who decided it, when, and under which condition."""

from typing import assert_never

from domain.dates import in_words, when_in_words
from domain.decider import Entry
from domain.partnership import events as e
from domain.partnership.evolve import History
from domain.review import events as r
from projections import words as w
from projections.dossier.dossier import legal_doubt
from projections.timeline.erasure_sentences import of_erasure
from projections.timeline.phrases import Scene, short, votes, who_decided
from projections.timeline.review_sentences import of_review


def sentence(entry: Entry[History], scene: Scene) -> str:
    """What a person reads about `entry`; `scene` is the partnership after it.

    A sentence without a full stop: it is a heading, and statements stand below it.
    """
    event = entry.event
    who, when = who_decided(entry.actor, scene), when_in_words(entry.on.text if entry.on else "")
    match event:
        case e.ProposalSubmitted():
            return (
                f"Proposed by {who}{when}: {w.KINDS_IN_A_SENTENCE[event.kind]} between "
                f"{event.home.name} and {event.counterpart.name}, level {w.TIERS[event.tier]}"
            )
        case e.HomeApprovalGiven():
            return f"Approved by {who}{when}: {votes(event.vote)}{_doubted(scene)}"
        case e.RecommendationRecorded():
            advice = w.ADVICE[event.advice] + _with(event.conditions)
            return f"Recommendation of {event.advisory_body}{when}, {advice}"
        case e.LegalReviewRecorded():
            return (
                f"Legal review by {event.reviewer_office}{when}{_another(event, scene)}: "
                f"{w.LEGAL_OUTCOMES[event.outcome]}"
            )
        case e.OfferSent():
            return f"Offer sent to {scene.counterpart.name}{when}, signed by {event.signer_office}"
        case e.ProposalDeclined():
            return f"Declined by {who}{when}: {short(event.reason)}"
        case e.ProposalWithdrawn():
            return f"Proposal withdrawn by {who}{when}{_with(event.reason)}"
        case e.PartnershipLapsed():
            why = short(event.reason) if event.reason else f"by the rule {event.rule}"
            return f"Lapsed{when}, recorded by {who}: {why}"
        case e.CounterpartApprovalRecorded():
            return f"Approved on the other side by {who}{when}"
        case e.AgreementSigned():
            side = scene.home if event.side == "home" else scene.counterpart
            both = "; both sides have signed" if event.completes else ""
            return f"Signed for {side.name} by {event.signer_office}{when}{both}"
        case e.PartnershipActivated():
            term = f", its term to end {_by(event.term_end)}" if event.term_end else ""
            return f"In force{when}, brought into force by {who}{term}"
        case e.ActivityReported():
            activity = w.ACTIVITIES_IN_A_SENTENCE[event.kind]
            return f"{activity}{when}, reported by {who}: {short(event.statement)}"
        case e.AnnualReportFiled():
            nothing = ": nothing happened" if event.nothing_happened else ""
            return f"Annual report for {event.year} filed by {who}{nothing}"
        case e.AgreementVaried():
            offices = f"{event.home_office} and {event.counterpart_office}"
            return f"Agreement varied{when}: a changed text, signed by {offices}"
        case e.TermRenewed():
            return f"Term renewed by {who}{when}, to end {_by(event.term_end)}"
        case e.TierSet():
            moved = "raised" if event.signed else "lowered"
            return f"Level {moved} by {who}{when} to {w.TIERS[event.tier]}{_why(event)}"
        case e.VitalitySet():
            last = f"last activity{when_in_words(event.last_activity)}"
            by_rule = f", by the rule {event.rule}" if event.rule else ""
            if event.vitality == "fresh":
                return f"Revived{when}, recorded by {who}: {last}{by_rule}"
            return f"Marked as {w.VITALITIES[event.vitality]}{when} by {who}: {last}{by_rule}"
        case e.TerminationNoticeGiven():
            side = scene.home if event.side == "home" else scene.counterpart
            return (
                f"Notice of termination given for {side.name}{when}, to end it "
                f"{_by(event.effective_day)}"
            )
        case e.RecognitionRecorded():
            how = "Listed by" if event.listed else "Not listed by"
            # An interval says itself where it begins.
            on = entry.on.text if entry.on else ""
            since = f" from {in_words(on)} on" if on and "/" not in on else when
            return f"{how} {event.recognising_body}{since}, recorded by {who}"
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
                f"{_correction(event, scene)}"
            )
        case e.RecordCorrected():
            return f"Entry {event.position} corrected by {who}: {_correction(event, scene)}"
        case e.CorrectionRejected():
            return (
                f"Correction requested in entry {event.request} rejected by {who}: "
                f"{short(event.reason)}"
            )
        case e.ErasureRequested() | e.PrivateValuesErased() | e.ErasureRejected():
            return of_erasure(event, who)
        case (
            r.ReviewOpened()
            | r.InformationRequested()
            | r.AnswerRecorded()
            | r.FindingRecorded()
            | r.ReviewClosed()
        ):
            return of_review(event, who, when, scene)
        case _:
            assert_never(event)


def _with(said: str) -> str:
    return f": {short(said)}" if said else ""


def _by(on: str) -> str:
    """`on 8 March 2022`, `in 2022`: a date inside a sentence, which has its own comma before it."""
    return when_in_words(on).removeprefix(",").strip()


def _doubted(scene: Scene) -> str:
    doubt = legal_doubt(scene.approved_text, scene.reviewed)
    return f"; {w.LEGAL_DOUBTS[doubt]}" if doubt else ""


def _another(event: e.LegalReviewRecorded, scene: Scene) -> str:
    if scene.approved_text in ("", event.text_sha256):
        return ""
    return ", of another text than the one approved"


def _why(event: e.TierSet) -> str:
    if event.signed is None:
        return f": {short(event.reason)}"
    return f", signed by {event.signed.home_office} and {event.signed.counterpart_office}"


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


def _correction(event: e.CorrectionRequested | e.RecordCorrected, scene: Scene) -> str:
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
            party = scene.party(event.community)
            return f"the country of {party.name if party else 'a party'} is {event.value}"
        case _:
            assert_never(event.field)
