"""The words of the pages: what a field is called, what to know before it is filled, the glossary.

What a value is called stands in `projections/words.py`, for the timeline and the command line too.
"""

from msgspec import Struct

from domain.values import Status
from projections.words import capitalised, word

PUBLIC = (
    "Public statement: everyone will read this for ever, at most 2,000 characters, "
    "no personal data."
)
PRIVATE = (
    "Not public: the staff of your community and oversight officers read this, nobody else. "
    "It can be erased for ever."
)
DATE = (
    "Year-month-day: 2022-03-08. Where less is known: 2012-06 a month, 1967 a year, 0836 an early "
    "one, 1989~ about, 1989? uncertain, 197X a decade."
)
DAY = "One day, as year-month-day: 2026-11-01."
SHA256 = (
    "A fingerprint of the exact text, 64 characters 0-9 and a-f. If you do not have it, choose the "
    "file below. The text itself is not kept here."
)


class Label(Struct, frozen=True):
    """What a field is called and what to know before it is filled in."""

    name: str
    hint: str = ""


_MEANINGS: dict[Status, str] = {
    "proposed": "Somebody has proposed it; the approvals or signatures are missing.",
    "agreed": "Both sides have signed; it has not taken effect yet.",
    "active": "It is in force.",
    "suspended": "It is on hold until its condition is met; it has not ended.",
    "ended": "It was in force or agreed, and is over for good.",
    "declined": "One side said no to the proposal.",
    "withdrawn": "Who proposed it took the proposal back.",
    "lapsed": "It was never completed, and its time is over.",
}
STATUS_WORDS: dict[Status, tuple[str, str]] = {
    status: (capitalised(word(status)), meaning) for status, meaning in _MEANINGS.items()
}
"""What a status is called and what it means, in the order of a partnership's life."""

GLOSSARY: tuple[tuple[str, str], ...] = (
    *STATUS_WORDS.values(),
    (
        "Under transparency review",
        "An oversight officer examines the partnership. A review stands beside the status; it does "
        "not change it, but it may hold back entry into force, renewal and a higher level.",
    ),
    (
        "Undetermined",
        "What is known does not say which status held on that day. All that are possible "
        "are named.",
    ),
    (
        "Legacy record, not verified",
        "A partnership from before this register, taken over from a source. It is said how "
        "good the source is, from a signed copy down to a mere list.",
    ),
    (
        "Kind of partnership",
        "What the two call it: sister city, twin town, friendship city, pairing of regions.",
    ),
    (
        "Level of the partnership",
        "How far it goes: contact, friendship, project partnership, full partnership.",
    ),
    (
        "Term",
        "The time for which an agreement was made. It is renewed before it ends; an agreement "
        "without a term goes on until somebody ends it.",
    ),
    (
        "Vitality",
        "How much is heard of a partnership: alive, quiet, dormant, emeritus. A rule of the "
        "community says when. It never changes the status.",
    ),
    (
        "Recognition",
        "Whether a body, such as an association of sister cities, lists the partnership, and "
        "from which day on.",
    ),
    (
        "Notice of termination",
        "One side has said that the partnership is to end on a day. Until its end is recorded, "
        "the partnership goes on.",
    ),
    (
        "Advice, legal review, offer",
        "What a proposal gathers before it is signed: what committees advise, what the legal "
        "officer says of the text, the letter of the mayor to the other side. None of them binds "
        "the council: it may approve a text that the legal review did not see, and then the page "
        "says so.",
    ),
    (
        "As of the day",
        "The day in the world that you ask about: what held on that day.",
    ),
    (
        "As known on",
        "The day up to which the register's entries count: what could be known on that day.",
    ),
    (
        "Entry",
        "Every act is one entry, numbered 1, 2, 3 without gaps. Entries are never changed or "
        "removed; a mistake is corrected by a further entry.",
    ),
    (
        "Private value, erasure",
        "A few fields are not public: a contact, the name behind a signature, the annex of a "
        "finding. The entry holds a seal of each instead. One person may ask that they be erased, "
        "another decides; then nobody can read them any more, and every proof stays valid.",
    ),
    (
        "Date of the act, recorded",
        "When an act took place in the world, and when it was written here.",
    ),
    (
        "Deciding body, recorder",
        "Who decided (a council, a mayor, a counterpart), and who wrote it down, by pseudonym.",
    ),
)

LABELS: dict[str, Label] = {
    "home": Label("Home community", "The community that proposes."),
    "counterpart": Label("Counterpart", "The community abroad, or the other side."),
    "RecordLegacyPartnership.home": Label("First community"),
    "RecordLegacyPartnership.counterpart": Label("Second community"),
    "Party.community": Label(
        "Identifier",
        "For example us-norfolk: the country, then the name. Where this register knows the "
        "community already, the identifier that its pages show.",
    ),
    "RequestCorrection.community": Label("Which party", "Only for the name or country of a party."),
    "name": Label("Name"),
    "country": Label("Country", "Two letters of ISO 3166-1, for example DE. Empty if it has none."),
    "level": Label("Kind of place", "City, county, prefecture, province, region or state."),
    "country_at_start": Label(
        "Country when the partnership began", "Only if it was another one, for example DD."
    ),
    "qid": Label("Wikidata item", "For example Q1715."),
    "latitude": Label("Latitude", "Degrees, for example 52.37."),
    "longitude": Label("Longitude", "Degrees, for example 9.73."),
    "population": Label("Population"),
    "tier": Label("Level of the partnership", "How far it goes, whatever the two call it."),
    "kind": Label("Kind of partnership"),
    "ReportActivity.kind": Label("Kind of activity"),
    "motives": Label("Why this partner", "Choose all that apply."),
    "statement": Label("Statement"),
    "sponsor": Label("Sponsor", "An office or association, not a person."),
    "evidence": Label(
        "Evidence", "Documents that this rests on. Leave rows empty that you do not need."
    ),
    "sources": Label("Source", "Where this is written. Leave rows empty that you do not need."),
    "title": Label("Title"),
    "dated": Label("Date", "For example 2022-03-08 or 1967."),
    "link": Label("Link", "Begins with https://"),
    "sha256": Label("SHA-256", "Its fingerprint, if you have it."),
    "vote": Label("Vote", "How many members. Leave empty what nobody did."),
    "in_favour": Label("In favour"),
    "against": Label("Against"),
    "abstained": Label("Abstained"),
    "absent": Label("Absent"),
    "text_sha256": Label("SHA-256 of the agreement's text", SHA256),
    "reason": Label("Reason"),
    "signer_office": Label("Office that signed", "For example: Mayor. Not a person's name."),
    "home_office": Label("Office that signed for the home community", "For example: Mayor."),
    "counterpart_office": Label("Office that signed for the counterpart", "For example: Mayor."),
    "advisory_body": Label("Who advised", "The committee or commission, not a person."),
    "advice": Label("Advice"),
    "conditions": Label("Conditions", "Only where the advice has some."),
    "reviewer_office": Label("Office that reviewed", "For example: City Attorney. Not a person."),
    "RecordLegalReview.outcome": Label("Outcome"),
    "RecordLegalReview.text_sha256": Label("SHA-256 of the text that was reviewed", SHA256),
    "Vary.text_sha256": Label("SHA-256 of the changed text", SHA256),
    "Promote.text_sha256": Label("SHA-256 of the newly signed text", SHA256),
    "Promote.tier": Label("New level", "A higher one than it has."),
    "Demote.tier": Label("New level", "A lower one than it has."),
    "Lapse.reason": Label("Reason", "Why it was never completed."),
    "term_end": Label("Term ends", "Empty if it is for an unlimited time. " + DATE),
    "Renew.term_end": Label("New end of the term", "Later than the end so far. " + DATE),
    "effective_day": Label("To end on", DAY),
    "notice_days": Label("Term of notice in days", "From the day of the notice; 0 if none."),
    "vitality": Label("How quiet it is"),
    "MarkDormant.rule": Label(
        "Rule or policy", "The one by which it counts as such: norfolk-policy/3-years."
    ),
    "last_activity": Label("Last activity", "When something last happened. " + DATE),
    "recognising_body": Label("Body", "For example: Sister Cities International."),
    "listed": Label(
        "Does the body list it from that day on?", "No: it does not, or no longer does."
    ),
    "delegated_by": Label("On whose delegation", "An office, if the head did not sign."),
    "outcome": Label("What came of it"),
    "CloseReview.outcome": Label("Outcome"),
    "year": Label("Year of the report", "Four digits."),
    "nothing_happened": Label("Nothing happened this year", "An honest report of a quiet year."),
    "money": Label("Money", "One row for each currency. Received is spent plus carried over."),
    "currency": Label("Currency", "For example EUR."),
    "received": Label("Received", "For example 1250.00"),
    "spent": Label("Spent", "For example 1250.00"),
    "carried_over": Label("Carried over", "For example 0.00"),
    "condition": Label("Condition", "What must be so for the partnership to resume."),
    "waiting_days": Label("Waiting time in days", "0 if there is none."),
    "review_by": Label("To be looked at again by", DAY),
    "attestation": Label("How the condition is met"),
    "cause": Label("Cause"),
    "counterpart_told_on": Label("Counterpart told on", DATE),
    "status": Label("Status"),
    "grade": Label("How good the source is"),
    "listed_on": Label("Listed on", "The date at which the source lists it. " + DATE),
    "since": Label("Bond since", "The documented beginning, also an informal one."),
    "formally_since": Label("Formally since", "The formal agreement."),
    "RecordRecognition.on": Label("From which day on", DATE),
    "Lapse.on": Label("Lapsed on", DATE),
    "GiveNotice.on": Label("Date of the notice", DATE),
    "DatedFact.on": Label("Date", DATE),
    "source": Label("Source"),
    "position": Label(
        "Entry that is wrong", "The entry stays readable; the correction follows it."
    ),
    "field": Label("What is wrong in it"),
    "value": Label("What it should say", "A date is written as 2022-03-08, a country as DE."),
    "request": Label("Request"),
    "contact": Label("Who answers questions about it", "A person, and how to reach them."),
    "signer_name": Label("Name of the person who signed"),
    "annex": Label("Annex", "What of the finding is kept from the public: names, sources."),
    "RequestErasure.position": Label(
        "Entry", "All its private values are erased. The entry itself stays, and its proof."
    ),
    "RequestErasure.ground": Label("Why they are to be erased"),
    "RequestErasure.law": Label(
        "Law", "The clause that demands it, where you know it. No personal data: this is public."
    ),
    "ApproveErasure.request": Label("Request", "This cannot be undone."),
    "ground": Label("Ground"),
    "criteria": Label("Criteria"),
    "no_tie": Label("I have no tie to this partnership", "Without this no review can be opened."),
    "hold": Label(
        "Hold steps back",
        "Until the review is closed the agreement cannot take effect, its term not be renewed, its "
        "level not be raised.",
    ),
    "review": Label("Review"),
    "question": Label("Question"),
    "addressee": Label("Addressee", "An office or body, not a person."),
    "elements": Label("Elements that the question is about"),
    "answer_by": Label("Answer by", DAY),
    "rule": Label("Rule", "Only where the register acts by itself. Leave it empty."),
    "element": Label("Element"),
    "result": Label("Finding"),
    "unanswered_because": Label("Why a request has no answer"),
}

ACT_LABELS: dict[str, Label] = {
    "on": Label("Date of the act", "When it was decided or took place. " + DATE),
    "body": Label("Who decided"),
    "body_name": Label(
        "Public name of who decided", "For example: City Council of Hannover. Not a person's name."
    ),
}


def act_labels(command: str) -> dict[str, Label]:
    """The labels of an act's own date and body, for the command of that name."""
    return ACT_LABELS | {"on": LABELS.get(f"{command}.on", ACT_LABELS["on"])}


def label_of(owner: str, field: str) -> Label:
    """The label of a field of the Struct named `owner`."""
    return LABELS.get(f"{owner}.{field}") or LABELS.get(field) or Label(capitalised(word(field)))
