"""What is wrong with an import file as a whole. Nothing of it has been recorded.

FileRefused              one sentence with the problem, one with the remedy
  FileMissing            there is no such file, it is a folder, or it may not be read
  NotATable              it is empty, or another program's format
  WrongEncoding          it is text, but not in UTF-8
  BrokenCsv              a quotation mark is left open or stands in the wrong place
  BrokenJson             it is no list of objects, or broken off
  BrokenWorkbook         it is damaged, empty, too large or protected by a password
  WrongColumns           columns that are missing or there twice, or said but not there
"""

from adapters.problems import CannotRun


class FileRefused(CannotRun):
    """The file cannot be imported as it is."""


class FileMissing(FileRefused):
    """It cannot be opened."""


class NotATable(FileRefused):
    """It holds no rows."""


class WrongEncoding(FileRefused):
    """`line` is the first line that is not UTF-8, `byte` where in that line, from 1."""

    def __init__(self, problem: str, remedy: str, *, line: int, byte: int) -> None:
        super().__init__(problem, remedy)
        self.line, self.byte = line, byte


class BrokenCsv(FileRefused):
    """`line` is where the row begins that cannot be read."""

    def __init__(self, problem: str, remedy: str, *, line: int) -> None:
        super().__init__(problem, remedy)
        self.line = line


class BrokenJson(FileRefused):
    """`line` is where it cannot be read on."""

    def __init__(self, problem: str, remedy: str, *, line: int) -> None:
        super().__init__(problem, remedy)
        self.line = line


class BrokenWorkbook(FileRefused):
    """The workbook's own program may still open it."""


class WrongColumns(FileRefused):
    """The columns that are needed are not known, or those that were named are not there."""
