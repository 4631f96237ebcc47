"""Serving: the pages, and beside them the worker that builds them and the notary that signs what is
recorded, ended by one signal."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from adapters.accounts import RegisterName
from adapters.listening import require_free_port
from adapters.postgres.errors import ServerWentAway
from api.app import create_app
from api.event_loop import settle
from api.rest.ledger_watch import watch_of
from api.wiring import Running

MOST_CONNECTIONS = 768
"""Held open at once; who comes then waits. Far more than may wait for entries, so that nobody who
only listens keeps others from reading, and with all else below the usual 1,024 open files."""

PATIENCE = 1.0
"""Seconds for which a request waits for a free connection to the database, before it is told to
come again: who waits longer has often gone, and makes others wait."""

_log = structlog.get_logger("twinledger.serving")


async def serve(
    system: Running, named: RegisterName, *, ready: Callable[[str], None], works: bool = True
) -> None:
    """Serve until SIGTERM, or SIGINT (then `KeyboardInterrupt`); requests under way are finished.

    The read models must be there (`Runner.catch_up`). `ready` is told the address as soon as it can
    be opened. A projection that cannot go on ends the service, loudly (`WorkerStopped`): pages that
    silently show yesterday would be worse than none. So does the end of a database that this
    process keeps, with `ServerWentAway`: whoever starts the service again starts both. Unless it
    `works`, it starts no worker: others build what it shows. The notary, where it is here, ends
    nothing: what it finds is shown, and an altered ledger takes no more acts.
    """
    settings = system.settings
    # Asked again: much may have happened since, and two servers could share it without a word.
    require_free_port(settings.host, settings.port)
    system.pool.patience = PATIENCE
    app = create_app(system.services(named))
    server = Server(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        # Not whichever HTTP is spoken first: who then says nothing would be waited for for ever.
        http=HTTPModes.http1,
        websockets=False,
        backpressure=MOST_CONNECTIONS,
        log_enabled=False,
    )
    settle()  # the application is loaded too
    stop = asyncio.Event()
    signals: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        signals.append(number)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    answered = asyncio.Event()  # who waits to see their act still needs the worker
    projecting = asyncio.create_task(system.worker.keep(answered) if works else _none(answered))
    signing = asyncio.create_task(system.notary.keep(stop) if system.notary else _none(stop))
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    answering = asyncio.create_task(answers(settings.host, settings.port))
    losing = asyncio.create_task(system.database_ends())
    ends = {projecting, serving, stopping, losing}
    try:
        await asyncio.wait({*ends, answering}, return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            ready(f"http://{settings.host}:{settings.port}")
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.set()
        answering.cancel()
        losing.cancel()
        watch_of(app).close()
        if not system.database_lives():
            # Nobody starts it again under this process: who waits for it is told so now.
            system.pool.terminate()
        server.stop()  # type: ignore[no-untyped-call] # granian leaves it without types
        with suppress(asyncio.CancelledError):
            await serving
        await signing
        answered.set()
        stopping.cancel()
        # Raises what ended it, if it did not end because of the signal.
        await projecting
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    _log.info("stopped")
    if not system.database_lives():
        raise ServerWentAway(
            "The database that this process kept has ended by itself.",
            "See the server's log, then start again; what was acknowledged is safe.",
        )
    if signal.SIGINT in signals:
        raise KeyboardInterrupt  # as every other command that Ctrl-C stops


async def _none(stop: asyncio.Event) -> None:
    """In place of a worker."""
    await stop.wait()


async def answers(host: str, port: int) -> None:
    """Return when somebody can connect: the address is not told before that."""
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return
