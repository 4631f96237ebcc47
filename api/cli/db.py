"""`twinledger db`: the database of the register, for the operator."""

import asyncio
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from adapters.postgres.connect import (
    Server,
    bring_up_to_date,
    connect,
    require_posix,
)
from adapters.postgres.errors import DatabaseProblem, FolderInUse
from adapters.postgres.restore import require_readable, restore
from adapters.postgres.tools import back_up, holds_register, require_new, shell, state
from adapters.problems import CannotRun
from adapters.settings import Settings, read_settings
from api.cli import Failed
from api.cli.running import require_register
from api.event_loop import run_program
from api.wiring import NoRegister

T = TypeVar("T")


@click.group()
def db() -> None:
    """Start, stop, back up and restore the database."""


@db.command()
def start() -> None:
    """Start the database of the data folder; it stays until `db stop`."""
    settings = embedded_settings("started")
    run(start_to_stay(settings))


async def start_to_stay(settings: Settings) -> None:
    from adapters.postgres.embedded import EmbeddedPostgres  # noqa: PLC0415 - needs POSIX

    embedded = EmbeddedPostgres(
        settings.data, pg_bin=settings.pg_bin, pg_user=settings.pg_user, stays=True
    )
    await embedded.start()
    running = embedded.running
    if embedded.joined and not running.stays:
        raise FolderInUse(
            f"The database of {settings.data} runs already, for process {running.owner}, and ends "
            "with it.",
            "End that process first if the database is to stay.",
        )
    await bring_up_to_date(
        Server(embedded.owner_dsn, embedded.app_dsn, embedded=True), settings.schema
    )
    already = "already " if embedded.joined else ""
    click.echo(f"The database of {settings.data} runs {already}(process {running.server}).")
    click.echo("It stays until `twinledger db stop`.")


@db.command()
def stop() -> None:
    """Stop the database that `db start` started."""
    settings = embedded_settings("stopped")
    from adapters.postgres.embedded import stop_server  # noqa: PLC0415 - needs POSIX

    stopped = run(stop_server(settings.data))
    click.echo(
        f"The database of {settings.data} has ended."
        if stopped
        else f"No database runs on {settings.data}."
    )


@db.command()
@click.option("--owner", is_flag=True, help="The DSN that may also change tables.")
def dsn(owner: bool) -> None:
    """Print the DSN of the running database; it holds the password."""
    settings = read_settings()
    if settings.dsn is not None:
        click.echo((settings.owner_dsn or settings.dsn) if owner else settings.dsn)
    else:
        require_posix()
        click.echo(run(dsn_of_running(settings, owner=owner)))


async def dsn_of_running(settings: Settings, *, owner: bool) -> str:
    from adapters.postgres.embedded import EmbeddedPostgres  # noqa: PLC0415 - needs POSIX

    embedded = EmbeddedPostgres(settings.data)
    if not await embedded.join():
        raise DatabaseProblem(
            f"No database runs on {settings.data}.", "Start it with `twinledger db start`."
        )
    return embedded.owner_dsn if owner else embedded.app_dsn


@db.command(name="shell", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def open_shell(arguments: tuple[str, ...]) -> None:
    """Open psql on the register, as the application; ARGUMENTS are psql's."""
    settings = read_settings()
    require_register(settings)

    async def body() -> int:
        async with connect(settings) as server:
            major, _ = await state(server.app_dsn, settings.schema)
            return shell(server, settings, arguments, major=major)

    sys.exit(run(body()))


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write the whole register to FILE, which must not exist yet."""
    settings = read_settings()
    require_new(file)
    require_register(settings)

    async def body() -> None:
        if settings.dsn is not None:  # connecting would make tables on a server without any
            await require_named(settings.owner_dsn or settings.dsn, settings.schema)
        async with connect(settings) as server:
            await require_named(server.owner_dsn, settings.schema)
            click.echo(f"Writing the register to {file} ...")
            with ended_in_order(f"No backup was written to {file}."):
                extent = await back_up(server, settings, file)
            click.echo(f"Done: {extent.events:,} events, {extent.bytes:,} bytes.")

    run(body())


async def require_named(dsn: str, schema: str) -> None:
    """Raise `NoRegister` before `init` or `demo`: a backup of nothing would be taken for one."""
    if not await holds_register(dsn, schema):
        raise NoRegister


@contextmanager
def ended_in_order(told: str) -> Iterator[None]:
    """While this lasts, SIGTERM and a closed terminal let the work tidy up, as Ctrl-C does."""
    if sys.platform == "win32":  # its event loop takes no signals
        yield
        return
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    received: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        received.append(number)
        if task is not None:
            task.cancel()

    handled = [
        number
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN  # under nohup it goes on
    ]
    for number in handled:
        loop.add_signal_handler(number, end, number)
    try:
        yield
    except asyncio.CancelledError:
        if not received:
            raise
        raise Failed(f"Stopped by {received[0].name}. {told}", 128 + received[0]) from None
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


@db.command(name="restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore_backup(file: Path) -> None:
    """Put the backup FILE into an empty register; one with events is never touched."""
    settings = read_settings()
    require_readable(file)

    async def body() -> None:
        async with connect(settings, provisional=True) as server:
            click.echo(f"Restoring the register from {file} ...")
            extent = await restore(server, settings, file)
            # The backup may be of an older release.
            await bring_up_to_date(server, settings.schema)
            click.echo(f"Done: {extent.events:,} events.")
            click.echo(
                "The pages are built from them by the next `twinledger serve` (or `rebuild`)."
            )

    run(body())


def embedded_settings(what: str) -> Settings:
    settings = read_settings()
    if settings.dsn is not None:
        raise CannotRun(
            f"TWINLEDGER_DSN names a server of its own; it is not {what} from here.",
            "Use its own service manager, or leave the variable out for the database of the data "
            "folder.",
        )
    require_posix()
    return settings


def run(work: Coroutine[Any, Any, T]) -> T:
    return run_program(work)
