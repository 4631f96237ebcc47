"""How a process of ours runs: on which event loop, and how often it looks for garbage."""

import asyncio
import gc
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

if sys.platform == "win32":  # there is no uvloop: Python's own does the same, more slowly
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

T = TypeVar("T")


def run_program(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, as `asyncio.run` does."""
    settle()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


def settle() -> None:
    """What is loaded by now stays and is not looked through again; what comes, seldom.

    Nearly all that is made is immutable and goes as soon as nobody needs it. To look for the few
    things that hold each other after every 700 new ones takes a quarter of the time of a rebuild.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
