"""The check page: what was typed, line by line in words, before it is recorded for ever."""

from collections.abc import Iterable

from msgspec import Struct

from api.commands import Outcome
from api.countries import country_name
from api.typed import Typed
from api.web.fields import Field, Group, Item, Rows
from api.web.wording import STATUS_WORDS
from domain.dates import in_words
from domain.decider import Act, Entry
from domain.partnership.evolve import History
from domain.partnership.state import Unknown, status_of
from domain.review.evolve import REVIEW
from domain.review.state import Reviews


class Line(Struct, frozen=True):
    """One value: what it is, under which heading, and how it will be read."""

    label: str
    value: str


def lines_of(items: Iterable[Item], typed: Typed, heading: str = "") -> list[Line]:
    """Everything that was filled in, in the order of the form."""
    lines: list[Line] = []
    for item in items:
        match item:
            case Field():
                if value := _in_words(item, typed):
                    lines.append(Line(f"{heading}{item.label}", value))
            case Group():
                lines += lines_of(item.items, typed, f"{item.label}: ")
            case Rows():
                for number in range(typed.rows(item.path)):
                    if typed.has(f"{item.path}[{number}]."):
                        lines += lines_of(item.row(number), typed, f"{item.label} {number + 1}: ")
    return lines


def entries_of(outcome: Outcome, act: Act, position: int) -> tuple[Entry[History], ...]:
    """What `outcome` would record behind `position`."""
    return tuple(
        Entry(number, act.now, act.on, act.actor, event)
        for number, event in enumerate(outcome.events, position + 1)
    )


def state_after(state: Reviews, entries: Iterable[Entry[History]]) -> Reviews:
    """The partnership and its reviews once `entries` are recorded."""
    for entry in entries:
        state = REVIEW.evolve(state, entry)
    return state


def status_change(before: Reviews, after: Reviews) -> str:
    """What the partnership will be; empty when its status stays."""
    before_words, after_words = _status(before), _status(after)
    if before_words == after_words:
        return ""
    return (
        f"{before_words} becomes {after_words}"
        if before_words
        else f"The partnership will be: {after_words}"
    )


def date_line(label: str, text: str) -> Line:
    """A date as it was typed and in words."""
    words = in_words(text)
    return Line(label, text if words == text else f"{text}, that is {words}")


def country_line(code: str) -> str:
    """A code and its name, so that a slip is seen."""
    name = country_name(code)
    return code if name == code else f"{code}, that is {name}"


def _status(state: Reviews) -> str:
    if isinstance(state.partnership, Unknown):
        return ""
    return STATUS_WORDS[status_of(state.partnership)][0]


def _in_words(field: Field, typed: Typed) -> str:
    text = typed.one(field.path)
    match field.kind:
        case "many":
            return ", ".join(field.chosen(value) for value in typed.all(field.path))
        case "yes":
            return "yes" if text else "no"
        case "one":
            return field.chosen(text)
        case "date":
            return date_line("", text).value if text else ""
        case "country":
            return country_line(text.upper())
        case _:
            return text
