"""Which format a file has is told by how it begins, never by its name."""

from collections.abc import Iterator
from pathlib import Path

from adapters.imports import csv_file, json_file, workbook
from adapters.imports.table import IsHeader, Row, Table, beginning


def check(path: Path, is_header: IsHeader) -> Table:
    """Read the whole file once; raise `FileRefused` for what makes all of it unreadable.

    `is_header` says of the cells of a row whether they name the columns of a list.
    """
    start = beginning(path)
    if workbook.begins(start):
        return workbook.check(path, is_header)
    if json_file.begins(start):
        return json_file.check(path)
    return csv_file.check(path, is_header)


def rows(table: Table) -> Iterator[Row]:
    """The rows after the header, in order; empty ones are left out."""
    if table.format == "json":
        return json_file.records(table.path, table.header)
    if table.format == "workbook":
        records = workbook.records(table.path, table.sheet)
    else:
        records = csv_file.records(table.path, table.separator)
    return (row for row in records if row.line > table.header_line)
