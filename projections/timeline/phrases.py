"""Parts of sentences: who decided, how they voted, what it cost. The ledger stores none of it."""

from collections.abc import Iterable
from typing import Protocol

from domain.partnership.commands import LegalOutcome
from domain.ports import Actor
from domain.values import MoneyLine, Party, Vote
from projections.words import word

_OF_A_COMMUNITY = (
    *("council", "mayor", "councillor", "community_body", "staff", "association"),
    *("advisory_committee", "legal_officer"),
)
_ALONE = ("oversight_office", "legislature", "minister", "register")


class Scene(Protocol):
    """What a sentence names of the partnership, as it is after the act that the sentence tells."""

    @property
    def home(self) -> Party: ...

    @property
    def counterpart(self) -> Party: ...

    @property
    def reviewed(self) -> tuple[tuple[str, LegalOutcome], ...]:
        """The SHA-256 of each text that a legal review saw, with its outcome."""
        ...

    @property
    def approved_text(self) -> str:
        """The SHA-256 of the text that the home council approved, empty until then."""
        ...

    def party(self, community: str) -> Party | None:
        """The side with this community's id."""
        ...

    def criteria_of(self, review: str) -> str:
        """The id of the criteria of a review, empty for one that there is not."""
        ...


def who_decided(actor: Actor, scene: Scene) -> str:
    """The deciding body by its name, or by what it is: `the council of Norfolk`."""
    if actor.body_name:
        return actor.body_name
    body = f"the {word(actor.body)}"
    if actor.body in _ALONE:
        return body
    if actor.body == "counterpart":
        return scene.counterpart.name
    if actor.body not in _OF_A_COMMUNITY:
        return "a body that is not recorded"
    party = scene.party(actor.community)
    return f"{body} of {party.name}" if party else body


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
