"""`verify`: is all of it there, and unchanged?"""

import click

from adapters.ledger.audit import Audit, audit
from api.cli import Failed
from api.cli.running import echo_json, on_register, progress_bar
from api.wiring import Running


@click.command()
@click.option("--json", "as_json", is_flag=True)
def verify(as_json: bool) -> None:
    """Read every entry again: none missing, none changed, and the root over all of them."""

    async def work(system: Running) -> Audit:
        with progress_bar("Reading the ledger") as progress:
            return await audit(system.pool, system.settings.schema, progress)

    found = on_register(work, caught_up=False)
    if as_json:
        echo_json(found)
    else:
        _tell(found)
    if not found.sound:
        problems = "1 problem" if found.problem_count == 1 else f"{found.problem_count} problems"
        raise Failed(
            f"The ledger is NOT sound: {problems}. Keep everything as it is, "
            "make a copy of the data folder, and compare with a backup.",
            1,
        )


def _tell(found: Audit) -> None:
    click.echo(f"Entries read:  {found.size}")
    click.echo(f"Root (RFC 6962): {found.root}")
    for problem in found.problems:
        where = f"Position {problem.position}" if problem.position else "The ledger"
        click.echo(f"{where}: {problem.what}")
    if found.sound:
        click.echo(
            "No entry is missing and each is what its hash says. "
            "Not witnessed: nobody else holds a copy of this root yet."
        )
