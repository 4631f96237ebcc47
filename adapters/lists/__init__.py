"""Reference lists as their authorities published them, and their parsers."""

from pathlib import Path

from adapters.lists.corruption_perceptions_index import read_corruption_perceptions_index
from domain.regime.lists import Lists

_FOLDER = Path(__file__).parent


def shipped_lists() -> Lists:
    """All lists that come with Twinledger, by id."""
    perceptions = read_corruption_perceptions_index(_FOLDER / "CPI2023_GlobalResultsTrends.csv")
    return {perceptions.id: perceptions}
