"""The service without its projections: gate, token, key, load, decide, append, and nothing else."""

from granian.constants import Interfaces
from granian.server.embed import Server

from adapters.log import configure_log
from adapters.settings import read_settings
from api.app import create_app
from api.event_loop import run_program
from api.wiring import running


async def main() -> None:
    """Serve as `twinledger serve` does; whoever wants to read what was recorded runs a worker."""
    settings = read_settings()
    configure_log()
    async with running(settings) as system:
        server = Server(
            create_app(system.services(await system.named())),
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGI,
            websockets=False,
            log_enabled=False,
        )
        await server.serve()


if __name__ == "__main__":
    run_program(main())
