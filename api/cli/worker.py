"""`worker`: builds what people read, on its own; any number on any machines, for one register."""

import asyncio
import signal

import click
import structlog

from adapters.log import configure_log
from adapters.postgres.errors import ServerWentAway
from adapters.settings import read_settings
from api.cli.running import require_register
from api.event_loop import run_program
from api.wiring import Running, running

_log = structlog.get_logger("twinledger.worker")

_TELL = 60.0  # seconds between two lines of the log about where it stands


@click.command()
def worker() -> None:
    """Build what people read, beside others that do: `serve` on any machine, or more of these.

    They share the work by themselves; what one does not finish, the next one takes up. Ctrl-C or
    SIGTERM ends it after the batch under way.
    """
    settings = read_settings()
    configure_log(settings.log)
    require_register(settings)

    async def run() -> None:
        async with running(settings) as system:
            await system.named()
            await _work(system)

    run_program(run())


async def _work(system: Running) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    signals: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        signals.append(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    telling = asyncio.create_task(_tell(system, stop))
    _log.info("worker_started", schema=system.settings.schema)
    try:
        await system.runner.run(stop)
    finally:
        telling.cancel()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    _log.info("worker_stopped", signal=signals[0].name if signals else None)
    if not system.database_lives():
        raise ServerWentAway(
            "The database that this process kept has ended by itself.",
            "See the server's log, then start again; what was acknowledged is safe.",
        )
    if signal.SIGINT in signals:
        raise KeyboardInterrupt  # as every other command that Ctrl-C stops


async def _tell(system: Running, stop: asyncio.Event) -> None:
    """Say in the log where it stands, when that has changed; end the work with its database."""
    told = -1
    while system.database_lives():
        try:
            shown = (await system.read.head()).position
            head = (await system.ledger.head()).position
        except Exception as error:  # the work itself tells more, and waits for the database
            _log.warning("cannot_tell", reason=str(error) or type(error).__name__)
        else:
            if shown != told:
                _log.info("worker_at", position=shown, behind=max(0, head - shown))
                told = shown
        for _ in range(int(_TELL)):
            await asyncio.sleep(1.0)
            if not system.database_lives():
                break
    stop.set()
