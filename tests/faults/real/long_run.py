"""Every fault, round after round, in an order that follows from the seed; each round is weighed."""

import asyncio
import random
import sys
import time
from collections import Counter
from contextlib import ExitStack

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.faults.real.faults import FAULTS, OF_A_SMALL_DISK, Fault
from tests.faults.real.small_disk import NoSmallDisk, SmallDisk, small_disk
from tests.faults.real.stage import Stage, stage

_MEGABYTES = 1024


def play(minutes: float, seed: int) -> int:
    """Go on for so long, and at least one round; the exit code is 1 where a promise was broken."""
    console = Console(file=sys.stdout)
    with ExitStack() as until_the_end:
        disk: SmallDisk | None = None
        try:
            disk = until_the_end.enter_context(small_disk(_MEGABYTES))
        except NoSmallDisk as error:
            console.print(f"No disk is filled: {error}")
        return asyncio.run(_play(minutes, seed, disk, console))


async def _play(minutes: float, seed: int, disk: SmallDisk | None, console: Console) -> int:
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    happened: Counter[str] = Counter()
    broken: list[str] = []
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    async with stage(seed, disk=disk) as real:
        with Progress(*columns, console=console) as progress:
            going = progress.add_task("", total=minutes * 60)
            began = time.monotonic()
            while not broken and (not happened or time.monotonic() - began < minutes * 60):
                for fault in _round(chance, disk):
                    progress.update(
                        going,
                        description=f"{_words(fault)} ({_acknowledged(real)} acknowledged)",
                        completed=time.monotonic() - began,
                    )
                    await real.goes_through(fault)
                    happened[_words(fault)] += 1
                broken = await real.weighed()
                progress.console.print(
                    f"{time.monotonic() - began:4.0f} s, {happened.total()} faults, "
                    f"{_acknowledged(real)} acknowledged, {len(broken)} promises broken"
                )
        _tell(real, happened, broken, console)
    for what in broken:
        console.print(f"seed {seed}: {what}", markup=False)
    return bool(broken)


def _round(chance: random.Random, disk: SmallDisk | None) -> list[Fault]:
    faults = [*FAULTS, *(OF_A_SMALL_DISK if disk else ())]
    chance.shuffle(faults)
    return faults


def _words(fault: Fault) -> str:
    return fault.__name__.replace("_", " ")


def _acknowledged(real: Stage) -> int:
    """Different acts: a repeated one counts once."""
    return len(real.clients.answers)


def _tell(real: Stage, happened: Counter[str], broken: list[str], console: Console) -> None:
    told = real.clients.told
    table = Table("What happened", "times")
    for fault, times in sorted(happened.items()):
        table.add_row(fault, str(times))
    for what, number in (
        ("acts acknowledged", _acknowledged(real)),
        ("acknowledged again, when they were repeated", told.repeated),
        *((f"answered with {code}", number) for code, number in sorted(told.refused.items())),
        ("requests whose outcome nobody told", told.unknown),
        ("acts in doubt, settled by their keys", told.settled),
        ("acts in doubt for ever", len(real.clients.in_doubt)),
        ("checkpoints that somebody was shown", len(real.reader.checkpoints)),
        ("starts of the services", sum(service.starts for service in real.services)),
        ("acknowledged and lost", sum(what.startswith("H1") for what in broken)),
        ("recorded twice", sum(what.startswith("H3") for what in broken)),
        ("promises broken", len(broken)),
    ):
        table.add_row(what, f"{number:,}")
    console.print(table)
