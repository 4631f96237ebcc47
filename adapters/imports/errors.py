"""What is wrong with an import file as a whole. Nothing of it has been recorded.

FileRefused              one sentence with the problem, one with the remedy
  FileMissing            there is no such file, it is a folder, or it may not be read
  NotACsvFile            it is empty, a workbook or another program's format
  WrongEncoding          it is text, but not in UTF-8
  BrokenCsv              a quotation mark is left open or stands in the wrong place
  WrongColumns           columns that are missing, unknown or there twice
"""

from adapters.problems import CannotRun


class FileRefused(CannotRun):
    """The file cannot be imported as it is."""


class FileMissing(FileRefused):
    """It cannot be opened."""


class NotACsvFile(FileRefused):
    """It is no table in plain text."""


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


class WrongColumns(FileRefused):
    """The header does not name the columns that are needed, and only known ones."""
