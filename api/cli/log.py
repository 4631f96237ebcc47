"""`log`: every act of the register, filtered as on the page of the audit log."""

from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal

import click

from api import as_at, same_history
from api.audit import BODIES, KINDS, Question, read_question
from api.cli.output import output_option, written_to
from api.cli.running import on_register
from api.cli.telling import tell_incomplete
from api.exports import FORMATS, export
from api.typed import Typed, folded
from api.wiring import Running
from projections.views import LogEntry
from projections.words import word


@click.command()
@click.option("--kind", help=f"{', '.join(KINDS)}, or a type such as partnership.suspended.v1.")
@click.option("--community", help="Its whole name, or its identifier.")
@click.option("--partnership", help="Its reference.")
@click.option("--body", help=f"Who decided: {', '.join(BODIES)}.")
@click.option("--recorder", help="Who recorded, by the pseudonym.")
@click.option("--recorded-from", help="The first day (UTC): 2026-11-01.")
@click.option("--recorded-to", help="The last day, included.")
@click.option("--known-at", help="As far as was recorded by the end of this day (UTC).")
@click.option("--position", help="As far as was recorded at this position.")
@click.option("--limit", default=20, type=click.IntRange(1, 500), help="Lines of text.")
@click.option("--format", "format_", type=click.Choice(("text", *FORMATS)), default="text")
@output_option
def log(
    *,
    limit: int,
    format_: Literal["text", "csv", "jsonl"],
    output: Path | None,
    **filters: str | None,
) -> None:
    """Every act of the register: what was decided, by whom, and who recorded it.

    As text the latest ones, newest first. As csv or jsonl all that fit, oldest first, with the
    entry that the register ended at; the same question at the same --position gives the same file.
    """
    typed = Typed(
        tuple((name.replace("_", "-"), folded(text)) for name, text in filters.items() if text)
    )

    async def work(system: Running) -> None:
        services = system.services(await system.named())
        question = await read_question(services, typed)
        if question.mistakes:
            told = (f"--{mistake.field}: {mistake.text}" for mistake in question.mistakes)
            raise click.UsageError("\n".join(told))
        tell_incomplete(question.incomplete_from)
        with written_to(output) as to:
            if format_ == "text":
                await _tell(system, question, limit, to)
                return
            known = await as_at.as_at(services.ledger, question.filters.position or 0)
            entries = system.timeline.entries(question.filters)
            require = partial(same_history.require, services, known)
            pieces = export(
                *(entries, format_, str(known), require), incomplete_from=question.incomplete_from
            )
            async for piece in pieces:
                to.write(piece)

    on_register(work, warns=True)


async def _tell(system: Running, question: Question, limit: int, to: BinaryIO) -> None:
    total = sum((await system.timeline.counts(question.filters)).values())
    found = await system.timeline.log(question.filters, limit=limit)
    lines = [line for entry in found.entries for line in _lines(entry)]
    lines.append(f"{len(found.entries)} of {total} shown, newest first.")
    to.write("".join(f"{line}\n" for line in lines).encode())


def _lines(entry: LogEntry) -> tuple[str, str, str]:
    item = entry.item
    corrected = f" (corrected by entry {item.corrected_by})" if item.corrected_by else ""
    return (
        f"{item.position}  {item.recorded_at:%Y-%m-%d %H:%M} UTC  {item.partnership}  "
        f"{entry.home} - {entry.counterpart}",
        f"      {item.sentence}{corrected}",
        f"      Recorded by {entry.recorder} ({word(entry.role)})",
    )
