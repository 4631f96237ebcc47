"""The audit log as it is asked for, from an address or a command line: which entries, and up to
where."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from api.moments import day_of, read_moment, whole_number
from api.problems import Item as Mistake
from api.services import Services
from api.typed import Typed, unfit
from domain.dates import in_words
from domain.history import EVENT_TYPES
from domain.refusals import Invalid
from domain.upcasting import present_type
from domain.values import Body, read_partnership_id
from projections.views import ItemKind, LogFilters
from projections.words import capitalised, word

KINDS: dict[ItemKind, str] = {
    "step": "Steps of a partnership",
    "review": "Transparency reviews",
    "report": "Activities, vitality, recognition",
    "correction": "Corrections",
    "erasure": "Erasures",
}
BODIES: tuple[Body, ...] = get_args(Body)
_LONGEST = 200


def entry_type(tag: str) -> str:
    """A storage tag in words: `partnership.agreement_signed.v1` is *Agreement signed*.

    What tags call a tier is the level of a partnership for whoever reads.
    """
    noun, act, _version = tag.split(".")
    subject = "" if noun == "partnership" else f"{noun} "
    return capitalised(f"{subject}{act}".replace("_", " ").replace("tier", "level"))


TYPES: dict[str, str] = {tag: entry_type(tag) for tag in EVENT_TYPES}
"""Each storage tag that is written, in words: what has an older one is read as it."""


class Question(Struct, frozen=True):
    """What is asked of the audit log. `filters.position` is always set: as known at which entry.

    `before` and `after` say from where the page goes on; with mistakes nothing is looked up.
    `incomplete_from` is the first entry up to there that is recorded and cannot be shown, of all
    that is recorded where nobody named an end.
    """

    filters: LogFilters
    before: int | None = None
    after: int | None = None
    mistakes: tuple[Mistake, ...] = ()
    incomplete_from: int | None = None


async def read_question(services: Services, typed: Typed) -> Question:
    """`recorder`, `body`, `kind` (or a storage tag), `community`, `partnership`, the days
    `recorded-from` and `recorded-to` (UTC, both included), and the clock of `read_moment`.
    """
    asked = await read_moment(services, typed)
    mistakes = list(asked.mistakes)
    for field in ("recorder", "community"):
        text = typed.one(field)
        if problem := unfit(text):
            mistakes.append(Mistake(field, problem))
        elif len(text) > _LONGEST:
            mistakes.append(Mistake(field, f"This has at most {_LONGEST} characters. Shorten it."))
    body, kind = typed.one("body"), present_type(typed.one("kind"))
    if body and body not in BODIES:
        mistakes.append(Mistake("body", "There is no such deciding body. Choose one."))
    if kind and kind not in KINDS and kind not in TYPES:
        mistakes.append(Mistake("kind", "There is no such kind of entry. Choose one."))
    first = day_of(typed, "recorded-from", mistakes)
    last = day_of(typed, "recorded-to", mistakes)
    if first and last and last < first:
        problem = "The period ends before it begins. Give a later day here, or an earlier one"
        mistakes.append(Mistake("recorded-to", f"{problem} as its first."))
    filters = LogFilters(
        recorder=typed.one("recorder"),
        body=body,
        kind=next((known for known in KINDS if known == kind), None),
        type=kind if kind in TYPES else "",
        community=typed.one("community"),
        partnership=_reference(typed, mistakes),
        position=asked.moment.position,
    )
    before, after = _number(typed, "before", mistakes), _number(typed, "after", mistakes)
    if mistakes:
        return Question(filters, mistakes=tuple(mistakes))
    bounded = await _bounded(services, filters, first, last)
    # Not up to the last entry that is shown: the newest of all may be the one that cannot be.
    incomplete_from = await services.parking.first(asked.moment.position)
    return Question(bounded, before, after, incomplete_from=incomplete_from)


def in_a_sentence(typed: Typed) -> list[str]:
    """What was asked for, as a list of the log says it of itself."""
    called = {str(kind): name for kind, name in (*KINDS.items(), *TYPES.items())}
    said: list[tuple[str, str, Callable[[str], str]]] = [
        ("kind", "of the kind \u201c{}\u201d", lambda kind: called.get(present_type(kind), kind)),
        ("recorder", "recorded by {}", str),
        ("body", "decided by: {}", word),
        ("community", "about {}", str),
        ("partnership", "of {}", str),
        ("recorded-from", "recorded from {} on", in_words),
        ("recorded-to", "recorded up to {}", in_words),
        ("known-at", "as known on {}", in_words),
        ("position", "up to entry {}", str),
    ]
    return [text.format(shown(typed.one(field))) for field, text, shown in said if typed.one(field)]


async def _bounded(
    services: Services, filters: LogFilters, first: date | None, last: date | None
) -> LogFilters:
    """Days as positions: time never runs backwards along them."""
    known = services.ledger.position_known_at
    # An entry that cannot be shown was read too: a log without it is of the moment behind it.
    shown = max(await services.timeline.shown(), (await services.shown()).position)
    position = shown if filters.position is None else min(filters.position, shown)
    after = await known(_before(first)) if first else 0
    until = await known(datetime.combine(last, time.max, UTC)) if last else None
    return replace(filters, after=after, until=until, position=position)


def _before(day: date) -> datetime:
    """The last moment before it that the ledger can tell apart (microseconds)."""
    begins = datetime.combine(day, time.min, UTC)
    return begins if day == date.min else begins - timedelta(microseconds=1)


def _reference(typed: Typed, mistakes: list[Mistake]) -> str:
    text = typed.one("partnership")
    try:
        return read_partnership_id(text) if text else ""
    except Invalid as error:
        mistakes.append(Mistake("partnership", f"{capitalised(error.problem)}. {error.remedy}"))
        return ""


def _number(typed: Typed, field: str, mistakes: list[Mistake]) -> int | None:
    text = typed.one(field)
    number = whole_number(text)
    if text and number is None:
        remedy = "Begin again at the first page."
        mistakes.append(Mistake(field, f"{text[:20]!r} is not a place in this list. {remedy}"))
    return number
