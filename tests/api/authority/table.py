"""The rows of `authority.csv`: method, route, verb, situation, and what each person gets."""

import csv
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from tests.api.authority.people import Way

TABLE = Path(__file__).with_name("authority.csv")


class Row(Struct, frozen=True):
    """One line of the table."""

    method: str
    route: str
    verb: str
    situation: str
    expected: dict[str, str]

    @property
    def way(self) -> Way:
        return "api" if self.route.startswith("/api/v1") else "page"

    @property
    def address(self) -> str:
        """The route of this row's verb."""
        return self.route.replace("{verb}", self.verb)

    @property
    def records(self) -> bool:
        return self.method == "POST" and bool(self.verb)


def rows() -> Iterator[Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            method, route = line.pop("method"), line.pop("route")
            yield Row(method, route, line.pop("verb"), line.pop("situation"), line)


ROWS = tuple(rows())
