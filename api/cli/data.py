"""`import`: files in."""

from pathlib import Path

import click

from adapters.clock import utc_now
from api.cli import Failed
from api.cli.acts import the_person
from api.cli.running import echo_json, on_register, progress_bar
from api.import_report import ImportReport
from api.importing import import_file
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
@click.option("--json", "as_json", is_flag=True, help="All rows with their reasons, for scripts.")
def import_(
    file: Path, *, dry_run: bool, source: str | None, listed_on: str | None, as_json: bool
) -> None:
    """Take over a list of partnerships (relations.csv); a second run changes nothing.

    The columns needed are a_name, a_iso2, b_name and b_iso2. Every record cites the list.

    A row that cannot be recorded is refused with its reason, and the others are taken: exit code 0
    with the counts. Where every row was refused it is 1.
    """

    async def work(system: Running) -> ImportReport:
        with progress_bar("Importing") as progress:
            report = await import_file(
                file,
                system.ledger,
                system.register,
                dry_run=dry_run,
                source=source,
                listed_on=listed_on,
                actor=await _importer(system),
                now=utc_now(),
                progress=progress,
            )
        with progress_bar("Building the pages") as progress:
            await system.runner.catch_up(progress)
        return report

    report = on_register(work)
    if as_json:
        echo_json(
            {
                "file": report.file,
                "source": report.source,
                "listed_on": report.listed_on,
                "dry_run": report.dry_run,
                "rows": report.rows,
                "new": report.new,
                "duplicate": [
                    {"line": row.line, "reason": row.reason} for row in report.duplicates
                ],
                "refused": [{"line": row.line, "reason": row.reason} for row in report.refused],
                "look_alikes": report.look_alikes,
            }
        )
    else:
        _tell(report)
    if len(report.refused) == report.rows > 0:
        raise Failed(
            f"Every row of {report.file} was refused: nothing of it is in the register. Correct "
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


def _tell(report: ImportReport) -> None:
    verb = "would be recorded" if report.dry_run else "recorded"
    click.echo(f"{report.file}, listed{when_in_words(report.listed_on)}: {report.rows} rows.")
    click.echo(f"  source: {report.source}")
    click.echo(f"  new: {report.new} {verb}")
    click.echo(f"  duplicate: {len(report.duplicates)}")
    for duplicate in report.duplicates[:_SHOWN]:
        click.echo(f"    line {duplicate.line}: {duplicate.reason}")
    _rest(len(report.duplicates))
    click.echo(f"  refused: {len(report.refused)}")
    for refused in report.refused[:_SHOWN]:
        click.echo(f"    line {refused.line}: {refused.reason}")
    _rest(len(report.refused))
    if report.look_alikes:
        click.echo(f"  of the new ones, look alike another: {len(report.look_alikes)}")


def _rest(count: int) -> None:
    if count > _SHOWN:
        click.echo(f"    ... and {count - _SHOWN} more; --json lists all.")
