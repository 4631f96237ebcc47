"""What every command shares: run on the register, speak to a person or to a script."""

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from math import ceil
from time import monotonic
from typing import TypeVar

import click
import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from adapters.log import configure_log
from adapters.notary.standing import Notice
from adapters.settings import Settings, read_settings
from api.event_loop import run_program
from api.wiring import NoRegister, Running, running

T = TypeVar("T")


def on_register(
    work: Callable[[Running], Awaitable[T]], *, caught_up: bool = True, warns: bool = False
) -> T:
    """Run `work` on the register of the settings, with projections that show all of it.

    It `warns` who reads, on standard error, where the register is in doubt; what records is refused
    there anyway. Raises `NoRegister` where there is none.
    """
    settings = read_settings()
    configure_log(settings.log, level="WARNING")
    require_register(settings)

    async def run() -> T:
        async with running(settings) as system:
            await system.named()
            if warns and (notice := (await system.standings.now()).notice).closes:
                # Before catching up, which may end here: the read models know another ledger then.
                click.echo(in_doubt(notice), err=True)
            if caught_up:
                await system.runner.catch_up()
            return await work(system)

    return run_program(run())


def in_doubt(notice: Notice) -> str:
    """One line on a register that is not the one that was signed, for whoever reads it."""
    return f"This register is read-only. {notice.problem} {notice.remedy}"


def require_register(settings: Settings) -> None:
    """Raise `NoRegister` for a folder that holds none, before a server is made in it.

    Else a slip in TWINLEDGER_DATA would leave a database behind where nobody wanted one.
    """
    if settings.dsn is None and not os.path.lexists(settings.data / "twinledger.json"):
        raise NoRegister


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, a line at every tenth elsewhere; call it with (done, all).

    Nothing is shown before the first call: where nothing is to do, nothing is told.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield plain_lines(label)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console)
    task = bar.add_task(label, total=None)

    def show(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()


def plain_lines(label: str, clock: Callable[[], float] = monotonic) -> Callable[[int, int], None]:
    """The lines of `progress_bar`, with the time left as far as the pace until now tells."""
    told, began = -1, clock()
    first: int | None = None

    def tell(done: int, total: int) -> None:
        nonlocal told, first
        first = done if first is None else first
        tenth = 10 if total == 0 else 10 * done // total
        if tenth <= told:
            return
        told = tenth
        left = ""
        if first < done < total:
            seconds = (clock() - began) * (total - done) / (done - first)
            left = f", about {ceil(seconds)} s left"
        with suppress(OSError):  # where nobody can be told how far it is, it goes on
            click.echo(f"{label}: {done} of {total}{left}", err=True)

    return tell


def echo_json(value: object) -> None:
    """For scripts: indented JSON on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
