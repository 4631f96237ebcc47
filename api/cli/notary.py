"""`notary`: signs the ledger on its own, where `serve` does not."""

import asyncio
import signal
from collections.abc import Sequence

import click

from adapters.log import configure_log
from adapters.notary.keeping import Desk, NotaryAtWork
from adapters.notary.keys import signers_in
from adapters.notary.notary import Signed
from adapters.notary.state import owned
from adapters.postgres.errors import ServerWentAway
from adapters.settings import read_settings
from api.cli.running import progress_bar, require_register
from api.wiring import Running, running
from domain.transparency.note import Signer, format_vkey


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
            await _work(system, Desk(folder, settings.schema, settings.origin))

    asyncio.run(run())


async def _work(system: Running, desk: Desk) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    signals: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        signals.append(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    with progress_bar("Reading the ledger") as progress:
        at_work = NotaryAtWork(system.pool, desk, told=_Told(), progress=progress)
        working = asyncio.create_task(at_work.keep(stop))
        stopping = asyncio.create_task(stop.wait())
        living = asyncio.create_task(system.database_ends())
        try:
            await asyncio.wait([working, stopping, living], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (working, stopping, living):
                task.cancel()
            await asyncio.wait([working])
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
    if not system.database_lives():
        raise ServerWentAway(
            "The database that this process kept has ended by itself.",
            "See the server's log, then start again; what was acknowledged is safe.",
        )
    if signal.SIGINT in signals:
        raise KeyboardInterrupt  # as every other command that Ctrl-C stops


class _Told:
    """Says once what is signed and by which key, for whoever starts it to give to others."""

    def __init__(self) -> None:
        self._said = False

    def __call__(self, signers: Sequence[Signer], signed: Signed) -> None:
        if not self._said and signed.size:
            self._said = True
            click.echo(f"Signed up to entry {signed.size}; going on. The public key:")
            for signer in signers:
                click.echo(f"  {format_vkey(signer.key)}")
