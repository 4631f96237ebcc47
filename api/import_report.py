"""What came of the rows of an imported list, with a sentence for each that is not plainly new."""

from typing import Literal, TypeAlias

from msgspec import Struct

from adapters.imports import RefusedRow

Line: TypeAlias = Literal["line", "row", "item"]
"""What a line of the file is called: in a workbook a row, in JSON an item of the list."""
Why: TypeAlias = Literal["in_file", "in_register", "over_in_register", "earlier_run"]


class Duplicate(Struct, frozen=True, gc=False):
    """A row that says what is known. `of_line` is its twin in the file, else `reference` is set.

    `differs` says what the row has otherwise than its twin; empty for nothing. `word` is what a
    line is called.
    """

    line: int
    why: Why
    reference: str = ""
    of_line: int = 0
    differs: str = ""
    word: Line = "line"

    @property
    def reason(self) -> str:
        """The sentence for people."""
        match self.why:
            case "in_file" if self.differs:
                return (
                    f"The same pair as in {self.word} {self.of_line}, but {self.differs}. If both "
                    "are true, record the second by hand, and name two places so that they can be "
                    "told apart."
                )
            case "in_file":
                return f"The same pair as in {self.word} {self.of_line}."
            case "earlier_run":
                return f"Recorded by an earlier run of this import as {self.reference}."
            case "in_register":
                return f"Already in the register as {self.reference}."
            case "over_in_register":
                return (
                    f"In the register as {self.reference}, which is over. "
                    "If the two began anew, record that by hand."
                )


class LookAlike(Struct, frozen=True):
    """A row in which a `name`, or the whole pair, is new and may be another one but for its signs.

    The other one is `of_line` of the file or `reference` in the register, as `other` has it. `word`
    is what a line is called.
    """

    line: int
    name: str
    other: str
    reference: str = ""
    of_line: int = 0
    word: Line = "line"

    @property
    def reason(self) -> str:
        """The sentence for people."""
        where = f"{self.word} {self.of_line}" if self.of_line else self.reference
        return f"{self.name} may be {self.other} of {where}."


class ImportReport(Struct, frozen=True):
    """What came of the rows: new, duplicates, refused and skipped are all of them.

    `look_alikes` are pairs among the new ones. Where they were to be left out they are `skipped`
    instead. `names_alike` are names of communities in rows that are new or skipped. Lines are of
    the file; `line` is what one is called.
    """

    file: str
    source: str
    listed_on: str
    dry_run: bool
    rows: int
    new: int
    duplicates: tuple[Duplicate, ...]
    refused: tuple[RefusedRow, ...]
    look_alikes: tuple[LookAlike, ...]
    skipped: tuple[LookAlike, ...] = ()
    names_alike: tuple[LookAlike, ...] = ()
    columns_unused: tuple[str, ...] = ()
    line: Line = "line"
