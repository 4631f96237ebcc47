"""What came of the rows of an imported list, with a sentence for each that was not plainly new."""

from typing import Literal, TypeAlias

from msgspec import Struct

from adapters.imports import RefusedRow

Line: TypeAlias = Literal["line", "row", "object"]
Why: TypeAlias = Literal["in_file", "in_register", "over_in_register", "earlier_run"]


class Duplicate(Struct, frozen=True, gc=False):
    """A row that says what is known. `of_line` is its twin in the file, else `reference` is set.

    `differs` says what the row has otherwise than its twin; empty for nothing.
    """

    line: int
    why: Why
    reference: str = ""
    of_line: int = 0
    differs: str = ""

    @property
    def reason(self) -> str:
        """The sentence for people."""
        match self.why:
            case "in_file" if self.differs:
                return (
                    f"The same pair as in line {self.of_line}, but {self.differs}. If both are "
                    "true, record the second by hand, and name two places so that they can be "
                    "told apart."
                )
            case "in_file":
                return f"The same pair as in line {self.of_line}."
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
    """A new row in which a `name`, or the whole pair, may be another one but for signs in it.

    The other one is `of_line` of the file or `reference` in the register, as `other` has it.
    """

    line: int
    name: str
    other: str
    reference: str = ""
    of_line: int = 0

    @property
    def reason(self) -> str:
        """The sentence for people."""
        where = f"line {self.of_line}" if self.of_line else self.reference
        return f"{self.name} may be {self.other} of {where}."


class ImportReport(Struct, frozen=True):
    """What came of the rows: new, duplicates and refused are all of them. Lines are of the file.

    `line` says what a line is: in a workbook a row, in JSON an object. `look_alikes` are pairs,
    `names_alike` names of communities; they are among the new ones.
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
    names_alike: tuple[LookAlike, ...] = ()
    columns_unused: tuple[str, ...] = ()
    line: Line = "line"
