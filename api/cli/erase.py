"""`erase`: what was approved to be erased, and whether every key of it is destroyed."""

import click

from adapters.private.erasing import Certificate
from api.cli.running import echo_json, on_register
from api.wiring import Running


@click.command()
@click.option("--json", "as_json", is_flag=True)
def erase(as_json: bool) -> None:
    """Destroy what certificates of erasure name, where that is still to be done, and list them.

    An erasure is an act: `twinledger do REF request-erasure position=N ground=objection` asks for
    it, `twinledger do REF approve-erasure request=M` by another person approves it, and the keys
    are destroyed at once. The names listed here are those of the keys: remove these from every
    copy of the folder that holds them, too.
    """

    async def work(system: Running) -> tuple[int, tuple[Certificate, ...]]:
        return await system.erasures.carry_out(), await system.erasures.certificates()

    done, certificates = on_register(work, caught_up=False)
    if as_json:
        echo_json({"destroyed_now": done, "certificates": certificates})
        return
    for one in certificates:
        click.echo(
            f"Certificate entry {one.position}, {one.recorded_at:%Y-%m-%d %H:%M} UTC, of "
            f"{one.partnership}:"
        )
        for place in one.places:
            click.echo(f"  {place.field} of entry {place.position}, key {place.commitment}")
    if not certificates:
        click.echo("Nothing was ever erased here.")
    else:
        click.echo("Every key that these certificates name is destroyed.")
