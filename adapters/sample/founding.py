"""The first act of a story: what all files together know of the pair, each date with its grade."""

import re
from typing import get_args

from msgspec import convert
from msgspec.structs import replace

from adapters.sample.acts import citation, founder, told
from adapters.sample.files import LifeEvent
from adapters.sample.lives import Life
from adapters.sample.story import IMPORTER, Step, key
from domain.dates import parse
from domain.partnership.commands import RecordLegacyPartnership
from domain.ports import Actor
from domain.values import Citation, DatedFact, Grade, Kind, Motive, Party, Status, Tier

WIKIDATA_ON = "2022-01"
WIKIPEDIA_ON = "2026-02"

_BEST_FIRST: tuple[Grade, ...] = get_args(Grade)
_FOUNDING = ("established", "proposed", "lapsed")


def founding(life: Life) -> Step:
    """The pair as a record from before this register."""
    event = next((event for event in life.events if event.happened in _FOUNDING), None)
    status = _status(event)
    command = RecordLegacyPartnership(
        home=_placed(life.home, life, "a"),
        counterpart=_placed(life.counterpart, life, "b"),
        status=status,
        tier=_tier(life),
        kind=_kind(life),
        grade=_grade(life),
        sources=_sources(life),
        listed_on=_listed_on(life) if status == "active" else "",
        since=_since(life, event),
        formally_since=_formally_since(life),
        motives=_motives(life, event),
        statement=_statement(life, event),
    )
    return Step(key(life.pair, 1), command, _recorder(life, event))


def _status(event: LifeEvent | None) -> Status:
    match event:
        case LifeEvent(happened="proposed"):
            return "proposed"
        case LifeEvent(happened="lapsed"):
            return "lapsed"
        case _:
            return "active"


def _tier(life: Life) -> Tier:
    words = " ".join(f"{e.actor} {e.instrument} {e.note}" for e in life.events)
    return "friendship" if "friendship city" in words else "sister"


def _kind(life: Life) -> Kind:
    if life.seed:
        kind: Kind = convert(life.seed.kind, Kind)
        return kind
    if any("state-level" in event.note for event in life.events):
        return "region_pairing"
    return "friendship_city" if _tier(life) == "friendship" else "sister_city"


def _placed(party: Party, life: Life, letter: str) -> Party:
    if letter == "b" and life.seed:
        lay_in = re.search(r"the second party lay in ([A-Z]{2})", life.seed.note)
        return replace(party, country_at_start=lay_in[1]) if lay_in else party
    if letter == "a":
        # The file notes the level of the first party only: "county-level party".
        levels = (re.match(r"(\w+)-level party", event.note) for event in life.events)
        return next((replace(party, level=level[1]) for level in levels if level), party)
    return party


def _grade(life: Life) -> Grade:
    grades: list[Grade] = ["list_only"]
    if life.events:
        grades.append("named_page")
    if life.seed:
        grades.append(_graded(life.seed.source))
    return min(grades, key=_BEST_FIRST.index)


def _graded(source: str) -> Grade:
    """What a source column says: the seed text, general knowledge, or a page that it names."""
    if source.startswith("seed text"):
        return "seed_text"
    return "general_knowledge" if source == "general knowledge" else "named_page"


def _sources(life: Life) -> tuple[Citation, ...]:
    found = []
    if life.in_wikidata:
        home, counterpart = life.home.qid, life.counterpart.qid
        found.append(
            Citation(
                f"Wikidata, crawl of January 2022: {home} and {counterpart}",
                dated=WIKIDATA_ON,
                link=f"https://www.wikidata.org/wiki/{home}",
            )
        )
    if life.seed:
        source = life.seed.source
        title = f"{source[0].upper()}{source[1:]} (seed-partnerships.csv, {life.seed.id})"
        found.append(Citation(title))
    found += [citation(event) for event in life.events]
    found += [
        Citation(f"English Wikipedia, lists of February 2026, row {row}", dated=WIKIPEDIA_ON)
        for row in _wikipedia_rows(life)
    ]
    return tuple(found)


def _wikipedia_rows(life: Life) -> list[str]:
    told_by = [life.seed.listed if life.seed else "", *(event.listed for event in life.events)]
    return list(dict.fromkeys(filter(None, told_by)))


def _listed_on(life: Life) -> str:
    """The earliest day on which a source shows the pair: a list, or an act that presupposes it."""
    days = [event.on for event in life.events if event.happened != "established"]
    days += [WIKIDATA_ON] if life.in_wikidata else []
    days += [WIKIPEDIA_ON] if _wikipedia_rows(life) else []
    return min(days, key=lambda day: (str(parse(day).earliest), day), default="")


def _since(life: Life, event: LifeEvent | None) -> DatedFact | None:
    if event:
        return DatedFact(event.on, "named_page", event.source)
    if life.seed and life.seed.start:
        return DatedFact(life.seed.start, _graded(life.seed.start_source), life.seed.start_source)
    return None


def _formally_since(life: Life) -> DatedFact | None:
    if life.seed and life.seed.formal:
        source = life.seed.formal_source
        return DatedFact(life.seed.formal, _graded(source), source)
    return None


def _motives(life: Life, event: LifeEvent | None) -> tuple[Motive, ...]:
    if life.seed:
        return convert(life.seed.motives, tuple[Motive, ...])
    if event and event.actor.startswith("Mayor of the partner asked"):
        return ("requested_by_partner",)
    return ()


def _statement(life: Life, event: LifeEvent | None) -> str:
    note = life.seed.note if life.seed else ""
    sentences = [f"{note[0].upper()}{note[1:]}."] if note else []
    if event:
        sentences.append(told(event))
    sentences += [
        f"Several communities are named {name}; the source does not say which one it means."
        for name in life.unplaced
    ]
    return " ".join(filter(None, sentences))


def _recorder(life: Life, event: LifeEvent | None) -> Actor:
    return founder(event, life.home) if event else IMPORTER
