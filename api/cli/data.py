"""`import`: files in."""

from collections.abc import Sequence
from pathlib import Path

import click

from adapters.clock import utc_now
from adapters.imports import RefusedRow, Relations, read_said
from adapters.imports.errors import FileRefused
from api.cli import Failed
from api.cli.acts import the_person
from api.cli.columns import ask_columns, columns_as_json, tell_columns
from api.cli.mistakes import slips
from api.cli.running import echo_json, on_register, progress_bar
from api.import_report import Duplicate, ImportReport, Line, LookAlike
from api.importing import import_list, open_list
from api.wiring import Running
from domain.dates import when_in_words
from domain.ports import Actor
from projections.words import word

_SHOWN = 20  # rows of each kind that are told; --json tells all


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, record nothing.")
@click.option("--source", help="What list it is and who keeps it; relations.csv says it itself.")
@click.option("--listed-on", help="The day of the list (EDTF); relations.csv says it itself.")
@click.option(
    "--column",
    "held",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds what: a_name=Town. Remembered for files with this header.",
)
@click.option(
    "--always",
    multiple=True,
    metavar="FIELD=VALUE",
    help='What is the same in every row: a_name="Halle (Saale)". Remembered, too.',
)
@click.option(
    "--skip-look-alikes",
    is_flag=True,
    help="Leave out new pairs that another one of the list or the register looks like.",
)
@click.option("--columns", "only_columns", is_flag=True, help="Show what each column is taken for.")
@click.option("--json", "as_json", is_flag=True, help="All rows with their reasons, for scripts.")
def import_(
    file: Path,
    *,
    dry_run: bool,
    source: str | None,
    listed_on: str | None,
    held: tuple[str, ...],
    always: tuple[str, ...],
    skip_look_alikes: bool,
    only_columns: bool,
    as_json: bool,
) -> None:
    """Take over a list of partnerships; a second run changes nothing.

    FILE is CSV, a workbook (XLSX, XLS, ODS) or JSON. The columns needed are a_name, a_country,
    b_name and b_country (or a_iso2 and b_iso2 for codes); others are since, formally_since, status,
    a_latitude, a_longitude and the like, relation_id. Usual names such as city1 are known. Every
    record cites the list.

    A row that cannot be recorded is refused with its reason, and the others are taken: exit code 0
    with the counts. Where every row was refused it is 1. --columns and --dry-run record nothing;
    --columns needs no key.
    """
    with slips():
        said = read_said(held, always)

    async def work(system: Running) -> ImportReport | Relations:
        remembered = await system.mappings.remembered()
        if only_columns:
            return await open_list(file, said=said, remembered=remembered)
        actor = await _importer(system)
        relations = await open_list(file, said=said, remembered=remembered)
        if (asked := ask_columns(relations, said)) != said:
            relations = await open_list(file, said=asked, remembered=remembered)
        _require(relations, source=source, listed_on=listed_on)
        if asked:
            await system.mappings.remember(relations.columns, recorder=actor.recorder)
        with progress_bar("Comparing" if dry_run else "Importing") as progress:
            report = await import_list(
                relations,
                system.ledger,
                system.register,
                dry_run=dry_run,
                source=source,
                listed_on=listed_on,
                actor=actor,
                now=utc_now(),
                progress=progress,
                skip_look_alikes=skip_look_alikes,
            )
        if not dry_run:
            with progress_bar("Building the pages") as progress:
                await system.runner.catch_up(progress)
        return report

    found = on_register(work, warns=dry_run)
    if isinstance(found, Relations):
        if as_json:
            echo_json(columns_as_json(found))
        else:
            tell_columns(found)
            if said:
                click.echo("Say --column and --always again with the import, which remembers them.")
        return
    if as_json:
        echo_json(_as_json(found))
    else:
        _tell(found)
    if len(found.refused) == found.rows > 0:
        raise Failed(
            f"Every row of {found.file} was refused: nothing of it is in the register. Correct "
            "the rows as their reasons say, and import the file again.",
            1,
        )


async def _importer(system: Running) -> Actor:
    """An administrator: in the demo the sample's own, elsewhere the account of the key."""
    if (await system.named()).demo:
        return Actor("register", "Sample register", "", "demo-administrator-1", "administrator")
    actor = await the_person(system)
    if actor.role != "administrator":
        raise Failed(
            f"A list is imported by an administrator; {actor.recorder} is {word(actor.role)}.", 1
        )
    return actor


def _require(relations: Relations, *, source: str | None, listed_on: str | None) -> None:
    """End with all that is amiss at once."""
    if amiss := relations.amiss(source=source, listed_on=listed_on):
        of_the_file = any(isinstance(one, FileRefused) for one in amiss)
        told = "\n  ".join(map(str, amiss))
        raise Failed(f"Nothing is recorded.\n  {told}", 3 if of_the_file else 2)


def _as_json(report: ImportReport) -> object:
    return {
        "file": report.file,
        "source": report.source,
        "listed_on": report.listed_on,
        "dry_run": report.dry_run,
        "rows": report.rows,
        "a_line_is": report.line,
        "new": report.new,
        "duplicate": [_line(row) for row in report.duplicates],
        "refused": [_line(row) | {"field": row.field} for row in report.refused],
        "skipped": [_line(row) for row in report.skipped],
        "look_alikes": [_line(row) for row in report.look_alikes],
        "names_alike": [_line(row) for row in report.names_alike],
        "columns_unused": report.columns_unused,
    }


def _line(row: Duplicate | RefusedRow | LookAlike) -> dict[str, object]:
    return {"line": row.line, "reason": row.reason}


def _tell(report: ImportReport) -> None:
    verb = "would be recorded" if report.dry_run else "recorded"
    click.echo(f"{report.file}, listed{when_in_words(report.listed_on)}: {report.rows} rows.")
    click.echo(f"  source: {report.source}")
    if report.columns_unused:
        click.echo(f"  columns not used: {', '.join(report.columns_unused)}")
    click.echo(f"  new: {report.new} {verb}")
    _tell_rows("duplicate", report.duplicates, report.line)
    _tell_rows("refused", report.refused, report.line)
    if report.skipped:
        _tell_rows("skipped, look alike another", report.skipped, report.line)
    if report.look_alikes:
        _tell_rows("of the new ones, look alike another", report.look_alikes, report.line)
    if report.names_alike:
        _tell_rows("names that look alike another", report.names_alike, report.line)
    if report.dry_run and (report.look_alikes or report.names_alike or report.skipped):
        click.echo("  Where two are the same place, write in the list the name that the other has.")
    if report.dry_run and report.look_alikes:
        click.echo(f"  --skip-look-alikes leaves out {_pairs(len(report.look_alikes))} alike.")


def _pairs(count: int) -> str:
    return "the one pair that looks" if count == 1 else f"the {count} pairs that look"


def _tell_rows(what: str, rows: Sequence[Duplicate | RefusedRow | LookAlike], word: Line) -> None:
    click.echo(f"  {what}: {len(rows)}")
    for row in rows[:_SHOWN]:
        click.echo(f"    {word} {row.line}: {row.reason}")
    if len(rows) > _SHOWN:
        click.echo(f"    ... and {len(rows) - _SHOWN} more; --json lists all.")
