"""The columns of a list: shown, and asked for where they are not known."""

import sys

import click

from adapters.imports import Relations, Said
from adapters.imports.columns import FIELDS
from api.cli import Failed

_EXAMPLE_LENGTH = 30


def tell_columns(relations: Relations) -> None:
    """One line per column: its name, what it holds and how that is known, and the first value."""
    table, columns = relations.table, relations.columns
    where = f"sheet {table.sheet!r}, " if table.sheet else ""
    if table.separator not in ("", ","):
        where += f"separated by {'a tab' if table.separator == chr(9) else table.separator}, "
    if table.header_line:
        line = "row" if table.format == "workbook" else "line"
        where += f"header in {line} {table.header_line}, "
    click.echo(f"{table.path.name}: {where}{relations.rows} rows.")
    first = relations.first()
    fields = {number: field for field, number in columns.at.items()}
    for number, name in enumerate(columns.header):
        field = fields.get(number)
        holds = f"{field}, {columns.how[field]}" if field else "not used"
        value = first.fields[number] if first and number < len(first.fields) else ""
        click.echo(f"  {name or '(no name)'}: {holds}{_example(value)}")
    for field, value in columns.always.items():
        click.echo(f"  in every row, {field}: {value}")
    for field in columns.missing:
        click.echo(f"  missing: {field}, {FIELDS[field].words}")
    if columns.missing:
        click.echo(columns.to_say)


def columns_as_json(relations: Relations) -> object:
    """The same for scripts."""
    columns = relations.columns
    fields = {number: field for field, number in columns.at.items()}
    return {
        "file": relations.table.path.name,
        "format": relations.table.format,
        "rows": relations.rows,
        "columns": [
            {"name": name, "field": (field := fields.get(n)), "how": columns.how.get(field or "")}
            for n, name in enumerate(columns.header)
        ],
        "always": columns.always,
        "missing": columns.missing,
    }


def ask_columns(relations: Relations, said: Said) -> Said:
    """`said`, and what a person at the terminal says of the missing ones; as it is for a script."""
    columns = relations.columns
    if not columns.missing or not sys.stdin.isatty():
        return said
    click.echo(
        f"The columns of {relations.table.path.name}: {', '.join(columns.unused)}.", err=True
    )
    click.echo("Say which column holds what; =VALUE where it is the same in every row.", err=True)
    held, always = dict(said.columns), dict(said.always)
    for field in columns.missing:
        answer = _asked(field, columns.header)
        if answer.startswith("="):
            always[field] = answer[1:].strip()
        else:
            held[field] = answer
    return Said(held, always)


def _asked(field: str, header: tuple[str, ...]) -> str:
    while True:
        try:
            answer = str(click.prompt(f"{field} ({FIELDS[field].words})", err=True)).strip()
        except click.Abort:
            raise Failed("Stopped. Nothing is recorded.", 130) from None
        if answer in header or (answer.startswith("=") and answer[1:].strip()):
            return answer
        click.echo(f"There is no column {answer!r}.", err=True)


def _example(value: str) -> str:
    shown = " ".join(value.split())
    if len(shown) > _EXAMPLE_LENGTH:
        shown = shown[: _EXAMPLE_LENGTH - 1] + "…"
    return f" ({shown})" if shown else ""
