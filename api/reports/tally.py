"""Counting: every number is the number of rows that it opens to."""

from collections import Counter
from collections.abc import Iterable

from api.reports.report import CountedRow, Figure, Unit
from domain.regime.facts import PartnershipFacts


class Tally:
    """Counts rows by figure. Only the rows of the figure that is `opened` are kept."""

    def __init__(self, opened: str | None = None) -> None:
        self._numbers: Counter[str] = Counter()
        self._opened = opened
        self._subject, self._partnership = "", ""
        self.rows: list[CountedRow] = []

    def about(self, facts: PartnershipFacts) -> None:
        """What is counted from now on is about this partnership."""
        self._partnership = facts.partnership
        if self._opened is not None:
            self._subject = " – ".join(
                f"{party.name} ({party.country or 'no country code'})" for party in facts.parties
            )

    def count(self, figure: str, because: str, entries: Iterable[int]) -> None:
        """One row more of `figure`."""
        self._numbers[figure] += 1
        if figure == self._opened:
            row = CountedRow(self._partnership, self._subject, because, tuple(sorted(set(entries))))
            self.rows.append(row)

    def __getitem__(self, figure: str) -> int:
        return self._numbers[figure]

    def under(self, start: str) -> list[str]:
        """What follows `start.` in the figures that were counted, in order."""
        return sorted(
            figure.removeprefix(f"{start}.")
            for figure in self._numbers
            if figure.startswith(f"{start}.")
        )

    def figure(
        self,
        id_: str,
        label: str,
        *,
        unit: Unit = "partnerships",
        group: str = "",
        detail: str = "",
    ) -> Figure:
        """The figure as it stands in a report."""
        return Figure(id_, label, self[id_], unit, group, detail)
