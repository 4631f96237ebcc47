"""What values are called in a sentence. Nothing of it is stored in the ledger."""

from collections.abc import Iterable

from domain.ports import Actor
from domain.values import Kind, MoneyLine, Status, Tier, Vote
from projections.dossier.dossier import Dossier

KINDS: dict[Kind, str] = {
    "sister_city": "a sister-city partnership",
    "twin_town": "a twin-town partnership",
    "domestic_twin_town": "a twin-town partnership within the country",
    "friendship_city": "a friendship-city partnership",
    "historic_bond": "a historic bond",
    "pairing": "a pairing",
    "adoption": "an adoption",
    "region_pairing": "a pairing of regions",
}
TIERS: dict[Tier, str] = {
    "contact": "contact",
    "friendship": "friendship",
    "project": "project partnership",
    "sister": "full partnership",
}
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
GRADES: dict[str, str] = {
    "signed_copy": "a signed copy",
    "minute": "minutes of a meeting",
    "named_page": "a page that names it",
    "seed_text": "a text that mentions it",
    "general_knowledge": "general knowledge",
    "list_only": "a list only",
}
CAUSES: dict[str, str] = {
    "mutual": "by mutual agreement",
    "home": "by decision of the home side",
    "counterpart": "by decision of the counterpart",
    "expiry": "because its term expired",
    "statute": "by statute",
    "declaration": "by a declaration",
    "party_abolished": "because a party was abolished",
}
ACTIVITIES: dict[str, str] = {
    "visit": "A visit",
    "exchange": "An exchange",
    "culture": "A cultural activity",
    "education": "An educational activity",
    "economy": "An economic activity",
    "aid": "Aid",
    "ceremony": "A ceremony",
    "other": "An activity",
}
GROUNDS: dict[str, str] = {
    "complaint": "after a complaint",
    "screening_hit": "after a hit in a screening",
    "schedule": "as scheduled",
    "statute": "because a law requires it",
    "oversight_order": "by order of the oversight body",
}
RESULTS: dict[str, str] = {
    "met": "met",
    "partly_met": "partly met",
    "not_met": "not met",
    "no_evidence": "no evidence found",
    "not_applicable": "not applicable",
}
OUTCOMES: dict[str, str] = {
    "no_action": "no action needed",
    "conditions": "conditions set",
    "recommend_suspension": "suspension recommended",
    "recommend_ending": "ending recommended",
}
FIELDS: dict[str, str] = {
    "effective": "Date of the act",
    "since": "Bond since",
    "formally_since": "Formal agreement since",
    "party_name": "Name of a party",
    "party_country": "Country of a party",
}
ROLES: dict[str, str] = {
    "clerk": "clerk",
    "counterpart": "counterpart",
    "oversight_officer": "oversight officer",
    "approver": "approver",
    "analyst": "analyst",
    "administrator": "administrator",
    "system": "the register itself",
}
_OF_A_COMMUNITY: dict[str, str] = {
    "council": "council",
    "mayor": "mayor",
    "councillor": "councillor",
    "community_body": "community body",
    "staff": "administration",
    "association": "association",
}
_ALONE: dict[str, str] = {
    "oversight_office": "the oversight office",
    "legislature": "the legislature",
    "minister": "the minister",
    "register": "the register",
}


def who(actor: Actor, dossier: Dossier) -> str:
    """The deciding body by its name, or by what it is: `the council of Norfolk`."""
    if actor.body_name:
        return actor.body_name
    if actor.body in _ALONE:
        return _ALONE[actor.body]
    if actor.body == "counterpart":
        return dossier.counterpart.name
    body = _OF_A_COMMUNITY.get(actor.body)
    party = dossier.party(actor.community)
    if body is None:
        return "a body that is not recorded"
    return f"the {body} of {party.name}" if party else f"the {body}"


def votes(vote: Vote) -> str:
    """`7 in favour, 2 against, 1 abstained`; nobody is not named, except in favour and against."""
    counted = [f"{vote.in_favour} in favour", f"{vote.against} against"]
    if vote.abstained:
        counted.append(f"{vote.abstained} abstained")
    if vote.absent:
        counted.append(f"{vote.absent} absent")
    return ", ".join(counted)


def money(line: MoneyLine) -> str:
    """`EUR: 1,200.00 received, 1,000.00 spent, 200.00 carried over`."""
    received, spent, carried = map(_amount, (line.received, line.spent, line.carried_over))
    return f"{line.currency}: {received} received, {spent} spent, {carried} carried over"


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def short(text: str, length: int = 240) -> str:
    """`text` in one line, cut after a word where it is longer."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    return line[:length].rpartition(" ")[0].rstrip(",;:") + " ..."


def _amount(hundredths: int) -> str:
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100:,}.{abs(hundredths) % 100:02}"
