"""`notary`: signs the ledger on its own, where `serve` does not; and its keys."""

import asyncio
import signal
from collections.abc import Sequence

import click

from adapters.clock import utc_now
from adapters.log import configure_log
from adapters.notary import rotation
from adapters.notary.keeping import Desk, NotaryAtWork
from adapters.notary.keys import SECOND_KEY, signers_in
from adapters.notary.lost import Loss, note_lost
from adapters.notary.notary import Signed
from adapters.notary.state import owned
from adapters.postgres.errors import ServerWentAway
from adapters.settings import read_settings
from adapters.witness.asking import AskingWitnesses
from adapters.witness.register_file import read_witnesses
from api.cli.running import on_register, progress_bar, require_register
from api.event_loop import run_program
from api.notary import sign
from api.wiring import Running, running
from domain.transparency.note import Signer, VerifierKey, format_vkey
from domain.transparency.policy import AskedWitnesses


@click.group(invoke_without_command=True)
@click.pass_context
def notary(context: click.Context) -> None:
    """Sign the ledger, where `serve` does not (TWINLEDGER_NOTARY=elsewhere).

    It reads and hashes every entry, compares with what it signed last, and signs what has come,
    once a second at most. Ctrl-C or SIGTERM ends it. One is enough for a register.
    """
    if context.invoked_subcommand is None:
        _sign()


def _sign() -> None:
    settings = read_settings()
    configure_log(settings.log)
    require_register(settings)

    async def run() -> None:
        async with running(settings) as system:
            await system.named()
            folder = settings.folder_of_notary
            # What only its keeper can put right is said at once, and not tried again and again.
            with owned(folder):
                signers_in(folder, schema=settings.schema, origin=settings.origin)
            asked = read_witnesses(settings.witnesses)
            await _work(system, Desk(folder, settings.schema, settings.origin), asked)

    run_program(run())


async def _work(system: Running, desk: Desk, asked: AskedWitnesses) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    signals: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        signals.append(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    with progress_bar("Reading the ledger") as progress:
        asking = AskingWitnesses(system.pool, asked, schema=desk.schema)
        at_work = NotaryAtWork(system.pool, desk, told=_Told(asking), progress=progress)
        living = asyncio.create_task(system.database_ends())
        try:
            await sign(at_work, asking, stop, living)
        finally:
            living.cancel()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
    if not system.database_lives():
        raise ServerWentAway(
            "The database that this process kept has ended by itself.",
            "See the server's log, then start again; what was acknowledged is safe.",
        )
    if signal.SIGINT in signals:
        raise KeyboardInterrupt  # as every other command that Ctrl-C stops


@notary.command()
def rotate() -> None:
    """Begin to replace the key: a second one signs beside it.

    Run it on the machine of the notary, which meets the second key within a second. Both sign for
    30 days; then `twinledger notary retire`.
    """
    settings = read_settings()
    key = rotation.rotate(settings.folder_of_notary, schema=settings.schema, origin=settings.origin)
    click.echo("Made a second key. From the next act on both sign. Its public half:")
    click.echo(f"  {format_vkey(key)}")
    click.echo(f"Copy {settings.folder_of_notary / SECOND_KEY} to the place where you keep keys,")
    click.echo("and publish the public half where you published the first one.")
    click.echo("In 30 days: `twinledger notary retire`.")


@notary.command()
@click.option("--early", is_flag=True, help="Before both have signed for 30 days.")
def retire(early: bool) -> None:
    """End the first of two keys: the second alone goes on.

    What the first one signed so far stays proven; what it signs from now on counts for nothing. Its
    file is removed.
    """

    async def work(system: Running) -> tuple[VerifierKey, int]:
        settings = system.settings
        return await rotation.retire(
            settings.folder_of_notary,
            system.log,
            schema=settings.schema,
            origin=settings.origin,
            now=utc_now(),
            early=early,
        )

    key, last_size = on_register(work, caught_up=False)
    click.echo(f"The first key counts up to entry {last_size} and is gone. The second goes on:")
    click.echo(f"  {format_vkey(key)}")
    click.echo("Remove the copies of the first one, too.")


@notary.command()
@click.option(
    "--trusted",
    type=click.IntRange(min=0),
    metavar="SIZE",
    help="Up to how many entries the old key counts; all that it signed if left out.",
)
@click.confirmation_option(
    "--yes", prompt="This ends the log for ever, and begins a new one. Is its key lost or stolen?"
)
def renew(trusted: int | None) -> None:
    """Where the key is lost, or others have it: end the log, and begin a new one.

    The entries stay. The new log has a name and a key of its own (TWINLEDGER_ORIGIN, or a made-up
    name) and covers all of them. Stop the service first; deploy/README.md has the steps.
    """

    async def work(system: Running) -> tuple[Loss | None, rotation.Renewed]:
        settings = system.settings
        # The folder still knows what was signed; the new log's will not.
        loss = await note_lost(system.pool, settings.folder_of_notary, settings.schema)
        made = await rotation.renew(
            settings.folder_of_notary,
            system.log,
            schema=settings.schema,
            origin=settings.origin,
            trusted=trusted,
        )
        return loss, made

    loss, made = on_register(work, caught_up=False)
    if loss is not None:
        click.echo(
            f"{loss.entries} entries that were signed are lost, from {loss.first} to {loss.last}: "
            "/verify lists the hash of each. Ask for the receipts of them."
        )
    click.echo(f"The log {made.before} has ended; it counts up to entry {made.last_size}.")
    click.echo(f"What lay in the folder is kept in {made.kept}: it is evidence.")
    click.echo("The new log begins when the notary starts. Publish its public key:")
    click.echo(f"  {format_vkey(made.key)}")


class _Told:
    """Says once what is signed and by which key, for whoever starts it to give to others; and to
    those who ask the witnesses each time that there is something.
    """

    def __init__(self, asking: AskingWitnesses) -> None:
        self._asking, self._said = asking, False

    def __call__(self, signers: Sequence[Signer], signed: Signed) -> None:
        self._asking.ring()
        if not self._said and signed.size:
            self._said = True
            click.echo(f"Signed up to entry {signed.size}; going on. The public key:")
            for signer in signers:
                click.echo(f"  {format_vkey(signer.key)}")
