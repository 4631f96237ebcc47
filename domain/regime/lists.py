"""Reference lists: what an authority published, edition by edition."""

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from domain.refusals import NotFound


class ScoreList(Struct, frozen=True):
    """A score per country and edition. `sha256` is that of the file as it was published.

    `editions` maps an edition to scores by ISO 3166-1 alpha-2; a country that is absent has none.
    """

    id: str
    title: str
    attribution: str
    sha256: str
    editions: dict[str, dict[str, int]]

    @property
    def newest(self) -> str:
        """The latest edition that is here."""
        return max(self.editions)

    def edition(self, edition: str) -> dict[str, int]:
        """The scores of one edition. Raises `NotFound`, naming the editions there are."""
        if edition not in self.editions:
            raise NotFound(
                f"edition of {self.title}",
                edition,
                f"There are {', '.join(sorted(self.editions))}.",
            )
        return self.editions[edition]


Lists: TypeAlias = Mapping[str, ScoreList]
"""The lists at hand, by id."""


def list_of(lists: Lists, id_: str) -> ScoreList:
    """The list of that id. Raises `NotFound`, naming the lists there are."""
    if id_ not in lists:
        raise NotFound("reference list", id_, f"There are {', '.join(sorted(lists))}.")
    return lists[id_]
