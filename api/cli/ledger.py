"""`check`, `verify`, `rebuild`: is all of it there, unchanged, and shown as it is?"""

import click

from adapters.ledger.audit import Audit, audit
from api.cli import Failed
from api.cli.running import echo_json, on_register, progress_bar
from api.wiring import Running
from domain.ports import Head
from projections.all import PROJECTIONS
from projections.conservation import Standing, status
from projections.rebuild import Rebuilt
from projections.rebuild import rebuild as rebuild_projections

NAMES = tuple(projection.name for projection in PROJECTIONS)


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


@click.command()
@click.option("--json", "as_json", is_flag=True)
def check(as_json: bool) -> None:
    """Is everything in place: the ledger's end, and each read model weighed against it."""

    async def work(system: Running) -> tuple[str, Head, tuple[Standing, ...]]:
        named = await system.named()
        head = await system.ledger.head()
        standings = await status(system.pool, system.ledger, system.settings.schema)
        return named.name, head, standings

    # Not caught up first: what keeps a read model from catching up is what is looked for.
    name, head, standings = on_register(work, caught_up=False)
    unsound = [standing.projection for standing in standings if not standing.sound]
    if as_json:
        echo_json({"register": name, "head": head.position, "projections": standings})
    else:
        click.echo(f"{name}: {head.position} entries.")
        for standing in standings:
            click.echo(f"{standing.projection}: {_stands(standing)}")
            if not standing.sound:
                _tell_counts(standing)
        click.echo("This counted entries; `twinledger verify` reads every one and checks its hash.")
    if unsound:
        raise Failed(
            f"Rebuild what does not agree: `twinledger rebuild {' '.join(unsound)}`. "
            "The ledger itself is read by `twinledger verify`.",
            1,
        )


def _stands(standing: Standing) -> str:
    """How a read model stands; one that is behind is shown as soon as somebody builds on."""
    if standing.behind and not standing.built:
        return (
            f"not built yet from the {standing.behind} entries, as after a restore; the next "
            "`twinledger serve` or `twinledger rebuild` builds it."
        )
    agrees = "agrees with the ledger" if standing.sound else "does NOT agree with the ledger"
    up_to = f"{agrees} up to entry {standing.position}"
    if not standing.behind:
        return f"{up_to}."
    return f"{up_to}; the {standing.behind} after it come with the next `twinledger serve`."


def _tell_counts(standing: Standing) -> None:
    for kind in sorted(standing.counted.keys() | standing.recorded.keys()):
        shown, recorded = standing.counted.get(kind, 0), standing.recorded.get(kind, 0)
        if shown != recorded:
            click.echo(f"  {kind}: {recorded} recorded, {shown} counted")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES), metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True)
def rebuild(names: tuple[str, ...], as_json: bool) -> None:
    """Build read models anew beside the live ones, compare them, and swap them in.

    NAME is one of them; without it all are rebuilt. Pages stay up.
    """

    async def work(system: Running) -> tuple[Rebuilt, ...]:
        with progress_bar("Rebuilding") as progress:
            return await rebuild_projections(
                system.pool, system.ledger, system.settings.schema, names, progress
            )

    done = on_register(work, caught_up=False)
    if as_json:
        echo_json(done)
        return
    for one in done:
        click.echo(f"{one.projection}: rebuilt from {one.position} entries.")
        if one.digest_live is None:
            click.echo("  The live one could not be compared; the rebuilt one takes its place.")
        elif one.same:
            click.echo(f"  The same in every row and column: {one.digest}.")
        else:
            click.echo(f"  {one.different_rows} rows differed; the rebuilt ones are in place now:")
            for difference in one.differences:
                click.echo(f"    {difference.table} {' '.join(difference.key)}: {difference.what}")
