"""`report`: a compliance report, or one figure of it opened, as a file."""

from pathlib import Path

import click

from api.cli.mistakes import slips
from api.cli.output import output_option, written_to
from api.cli.running import on_register
from api.reports import FORMATS, REPORTS, Format
from api.wiring import Running


@click.command()
@click.argument("name", type=click.Choice(REPORTS))
@click.option("--as-of", required=True, help="How the world stood on this day: 2026-11-01.")
@click.option("--known-at", help="As far as was recorded by the end of this day (UTC).")
@click.option("--position", type=int, help="As far as was recorded at this position.")
@click.option("--since", default="", help="Activities and annual reports from this day on.")
@click.option("--community", default="", help="Only its partnerships: us-norfolk.")
@click.option("--figure", default="", help="The rows behind one figure: 5.activities.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text")
@click.option("--regime", help="A regime file of your own, to try what would change.")
@output_option
def report(
    *,
    name: str,
    as_of: str,
    known_at: str | None,
    position: int | None,
    since: str,
    community: str,
    figure: str,
    format_: Format,
    regime: str | None,
    output: Path | None,
) -> None:
    """A compliance report. The same position gives the same bytes.

    The text names behind each number the figure that it is; --figure opens it: what was counted,
    why, and the entries that say so.
    """

    async def work(system: Running) -> bytes:
        with slips():
            question = await system.reports.ask(
                report=name,
                as_of=as_of,
                known_at=known_at,
                position=position,
                since=since,
                community=community,
                regime=regime,
            )
            return await system.reports.issue(question, format_, figure)

    content = on_register(work, warns=True)
    with written_to(output) as to:
        to.write(content)
