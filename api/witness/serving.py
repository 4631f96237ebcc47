"""The witness at work: a server that a signal ends, without a register and a database."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from adapters.listening import require_free_port
from adapters.witness.witness import Witness
from api.serving import answers
from api.witness.app import create_witness_app

MOST_CONNECTIONS = 256


async def serve_witness(
    witness: Witness, host: str, port: int, *, ready: Callable[[str], None]
) -> None:
    """Serve until SIGTERM, or SIGINT (then `KeyboardInterrupt`).

    `ready` is told the address as soon as it can be opened.
    """
    require_free_port(host, port)
    server = Server(
        create_witness_app(witness),
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        backpressure=MOST_CONNECTIONS,
        log_enabled=False,
    )
    stop = asyncio.Event()
    signals: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        signals.append(number)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    answering = asyncio.create_task(answers(host, port))
    try:
        await asyncio.wait({serving, stopping, answering}, return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            ready(f"http://{host}:{port}")
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.set()
        answering.cancel()
        stopping.cancel()
        server.stop()  # type: ignore[no-untyped-call] # granian leaves it without types
        with suppress(asyncio.CancelledError):
            await serving
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    if signal.SIGINT in signals:
        raise KeyboardInterrupt  # as every other command that Ctrl-C stops
