"""What values are called: the one home of the words that pages, timeline and command line show.

A value has one word wherever it stands; a sentence that needs another form of it ("a sister-city
partnership") finds that form here too, beside the word. The timeline stores its sentences: who
changes a word that stands in one raises the timeline's version.
"""

from collections.abc import Iterable

from domain import roles, tiers
from domain.partnership.commands import (
    ActivityKind,
    Advice,
    Cause,
    CorrectableField,
    ErasureGround,
    LegalOutcome,
)
from domain.review.commands import Ground, Outcome, Result
from domain.values import Grade, Kind, Motive, Status, Vitality
from projections.views import LegalDoubt

STATUSES: dict[Status, str] = {
    "proposed": "proposed",
    "agreed": "agreed",
    "active": "active",
    "suspended": "suspended",
    "ended": "ended",
    "declined": "declined",
    "withdrawn": "withdrawn",
    "lapsed": "lapsed",
}
TIERS = tiers.TIER_NAMES  # this one, roles and bodies stand in the domain: its refusals name them
KINDS: dict[Kind, str] = {
    "sister_city": "sister city",
    "twin_town": "twin town",
    "domestic_twin_town": "domestic twin town",
    "friendship_city": "friendship city",
    "historic_bond": "historic bond",
    "pairing": "pairing",
    "adoption": "adoption",
    "region_pairing": "region pairing",
}
KINDS_IN_A_SENTENCE: dict[Kind, str] = {
    "sister_city": "a sister-city partnership",
    "twin_town": "a twin-town partnership",
    "domestic_twin_town": "a twin-town partnership within the country",
    "friendship_city": "a friendship-city partnership",
    "historic_bond": "a historic bond",
    "pairing": "a pairing",
    "adoption": "an adoption",
    "region_pairing": "a pairing of regions",
}
MOTIVES: dict[Motive, str] = {
    "common_industry": "common industry",
    "culture": "culture",
    "diaspora": "diaspora",
    "education": "education",
    "food_culture": "food culture",
    "inner_german": "inner-German",
    "name_play": "names alike",
    "post_war_aid": "post-war aid",
    "reconciliation": "reconciliation",
    "religious_tradition": "religious tradition",
    "requested_by_partner": "requested by partner",
    "similarity": "similarity",
    "solidarity": "solidarity",
    "tourism": "tourism",
    "trade": "trade",
    "university_city": "university city",
    "youth_exchange": "youth exchange",
    "unknown": "unknown",
}
GRADES: dict[Grade, str] = {
    "signed_copy": "a signed copy",
    "minute": "minutes of a meeting",
    "named_page": "a page that names it",
    "seed_text": "a text that mentions it",
    "general_knowledge": "general knowledge",
    "list_only": "a list only",
}
ROLES = roles.ROLES
BODIES = roles.BODIES
ACTIVITIES: dict[ActivityKind, str] = {
    "visit": "visit",
    "exchange": "exchange",
    "culture": "culture",
    "education": "education",
    "economy": "economy",
    "aid": "aid",
    "ceremony": "ceremony",
    "other": "other",
}
ACTIVITIES_IN_A_SENTENCE: dict[ActivityKind, str] = {
    "visit": "A visit",
    "exchange": "An exchange",
    "culture": "A cultural activity",
    "education": "An educational activity",
    "economy": "An economic activity",
    "aid": "Aid",
    "ceremony": "A ceremony",
    "other": "An activity",
}
ADVICE: dict[Advice, str] = {
    "for": "in favour",
    "against": "against",
    "conditional": "in favour under conditions",
}
LEGAL_OUTCOMES: dict[LegalOutcome, str] = {
    "approved_as_to_form": "approved as to form",
    "changes_needed": "changes needed",
    "not_approved": "not approved",
}
LEGAL_DOUBTS: dict[LegalDoubt, str] = {
    "another_text": "the legal review saw another text, not the one approved",
    "objection": "a legal review of this text asked for changes or did not approve it",
}
VITALITIES: dict[Vitality, str] = {
    "fresh": "alive",
    "stale": "quiet",
    "dormant": "dormant",
    "emeritus": "emeritus",
}
CAUSES: dict[Cause, str] = {
    "mutual": "mutual",
    "home": "home",
    "counterpart": "counterpart",
    "expiry": "expiry",
    "statute": "statute",
    "declaration": "declaration",
    "party_abolished": "party abolished",
}
CAUSES_IN_A_SENTENCE: dict[Cause, str] = {
    "mutual": "by mutual agreement",
    "home": "by decision of the home side",
    "counterpart": "by decision of the counterpart",
    "expiry": "because its term expired",
    "statute": "by statute",
    "declaration": "by a declaration",
    "party_abolished": "because a party was abolished",
}
GROUNDS: dict[Ground, str] = {
    "complaint": "complaint",
    "screening_hit": "hit in a screening",
    "schedule": "schedule",
    "statute": "statute",
    "oversight_order": "oversight order",
}
GROUNDS_IN_A_SENTENCE: dict[Ground, str] = {
    "complaint": "after a complaint",
    "screening_hit": "after a hit in a screening",
    "schedule": "as scheduled",
    "statute": "because a law requires it",
    "oversight_order": "by order of the oversight body",
}
RESULTS: dict[Result, str] = {
    "met": "met",
    "partly_met": "partly met",
    "not_met": "not met",
    "no_evidence": "no evidence found",
    "not_applicable": "not applicable",
}
OUTCOMES: dict[Outcome, str] = {
    "no_action": "no action needed",
    "conditions": "conditions set",
    "recommend_suspension": "suspension recommended",
    "recommend_ending": "ending recommended",
}
ERASURE_GROUNDS: dict[ErasureGround, str] = {
    "no_longer_needed": "no longer needed",
    "consent_withdrawn": "consent withdrawn",
    "objection": "objection",
    "unlawful": "kept unlawfully",
    "legal_obligation": "a law requires it",
}
ERASURE_GROUNDS_IN_A_SENTENCE: dict[ErasureGround, str] = {
    "no_longer_needed": "because they are no longer needed",
    "consent_withdrawn": "because consent was withdrawn",
    "objection": "because the person objects",
    "unlawful": "because they were kept unlawfully",
    "legal_obligation": "because a law requires it",
}
CORRECTABLE: dict[CorrectableField, str] = {
    "effective": "the date of the act",
    "since": "since when the bond exists",
    "formally_since": "since when it is formally agreed",
    "party_name": "the name of a party",
    "party_country": "the country of a party",
}
CORRECTABLE_AS_HEADINGS: dict[CorrectableField, str] = {
    "effective": "Date of the act",
    "since": "Bond since",
    "formally_since": "Formal agreement since",
    "party_name": "Name of a party",
    "party_country": "Country of a party",
}

WORDS: dict[str, str] = {
    value: word
    for words in (
        *(STATUSES, TIERS, KINDS, MOTIVES, GRADES, ROLES, BODIES, ACTIVITIES, ADVICE),
        *(LEGAL_OUTCOMES, VITALITIES, CAUSES, GROUNDS, RESULTS, OUTCOMES, CORRECTABLE),
        ERASURE_GROUNDS,
    )
    for value, word in words.items()
}
"""All of them. A value that stands in two lists has the same word in both."""


def word(value: str) -> str:
    """A value of the register as a person reads it; one without a word, with spaces."""
    return WORDS.get(value) or value.replace("_", " ")


def capitalised(words: str) -> str:
    """`words` as a heading or at the start of a line begins; the rest stays as it is."""
    return words[:1].upper() + words[1:]


_NO_FURTHER = frozenset(("proposed", "declined", "withdrawn"))


def agreed_on(statuses: Iterable[Status]) -> bool:
    """Whether it possibly came further than a proposal; if not, its first date is the proposal's.

    Without a status it is not known, and not ruled out.
    """
    possible = set(statuses)
    return not possible or not possible <= _NO_FURTHER


def beginning(statuses: Iterable[Status]) -> str:
    """What the date `since` is called."""
    return "Bond since" if agreed_on(statuses) else "Proposed"


def status_text(statuses: tuple[Status, ...], possibly_not_begun: bool = False) -> str:
    """The status in words, with its doubt where several are possible."""
    names = [STATUSES[status] for status in statuses]
    if possibly_not_begun or not names:
        names.insert(0, "not begun")
    if len(names) == 1:
        return capitalised(names[0])
    return f"Undetermined: {', '.join(names[:-1])} or {names[-1]}"
