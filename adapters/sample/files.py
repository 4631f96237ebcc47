"""The shipped files as rows. Their columns are told in README.md."""

import csv
import io
from collections.abc import Iterator
from importlib.resources import files

from msgspec import Struct

from domain.names import tidy


class City(Struct, frozen=True):
    """A row of wikidata-cities.csv."""

    qid: str
    name: str
    country: str
    latitude: str
    longitude: str
    population: int | None

    @property
    def number(self) -> int:
        """The number in the QID, by which items are ordered."""
        return int(self.qid.removeprefix("Q"))


class Side(Struct, frozen=True):
    """A party as lifecycle-events.csv and seed-partnerships.csv name it."""

    name: str
    country: str
    level: str = ""


class LifeEvent(Struct, frozen=True):
    """A row of lifecycle-events.csv. `happened` is its column event, `listed` relation_ids."""

    id: str
    a: Side
    b: Side
    happened: str
    on: str
    actor: str
    instrument: str
    note: str
    source: str
    listed: str


class Seed(Struct, frozen=True):
    """A row of seed-partnerships.csv; `networks` are not part of the register yet."""

    id: str
    a: Side
    b: Side
    kind: str
    start: str
    start_source: str
    formal: str
    formal_source: str
    motives: tuple[str, ...]
    source: str
    note: str
    listed: str


def cities() -> dict[str, City]:
    """By QID."""
    return {
        row["qid"]: City(
            row["qid"],
            tidy(row["label"]),
            row["iso2"],
            row["lat"],
            row["lon"],
            int(row["population"]) if row["population"] else None,
        )
        for row in _rows("wikidata-cities.csv")
    }


def edges() -> Iterator[tuple[str, str]]:
    """Pairs of QIDs, each pair once."""
    return ((row["a_qid"], row["b_qid"]) for row in _rows("wikidata-edges.csv"))


def life_events() -> Iterator[LifeEvent]:
    for row in _rows("lifecycle-events.csv"):
        yield LifeEvent(
            row["event_id"],
            Side(tidy(row["a_name"]), row["a_country"]),
            Side(tidy(row["b_name"]), row["b_country"]),
            row["event"],
            row["event_edtf"],
            row["actor"],
            row["instrument"],
            row["condition_or_note"],
            row["source"],
            row["relation_ids"],
        )


def seeds() -> Iterator[Seed]:
    for row in _rows("seed-partnerships.csv"):
        yield Seed(
            row["seed_id"],
            _leveled_side(row, "a"),
            _leveled_side(row, "b"),
            row["kind"],
            row["start_edtf"],
            row["start_source"],
            row["formal_edtf"],
            row["formal_source"],
            tuple(row["motives"].split(";")) if row["motives"] else (),
            row["source"],
            row["note"],
            row["relation_ids"],
        )


def _leveled_side(row: dict[str, str], letter: str) -> Side:
    level = row[f"{letter}_admin_level"].replace("_", " ")
    return Side(tidy(row[f"{letter}_name"]), row[f"{letter}_country"], level)


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("adapters.sample").joinpath(name).read_text(encoding="utf-8")
    yield from csv.DictReader(io.StringIO(text), strict=True)
