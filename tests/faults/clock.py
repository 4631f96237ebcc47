"""An event loop whose time is simulated: who sleeps is woken at once, in the order of the clock."""

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class _NoIO(selectors.BaseSelector):
    """Nothing ever arrives from outside; waiting moves the clock instead."""

    def __init__(self) -> None:
        self.now = 0.0
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(
        self, fileobj: Any, events: int, data: Any = None
    ) -> selectors.SelectorKey:  # the loop's own pipe to itself, which nobody writes to
        key = selectors.SelectorKey(fileobj, _descriptor(fileobj), events, data)
        self._keys[key.fd] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(_descriptor(fileobj))

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("everybody waits, and nothing will ever happen")
        self.now += max(0.0, timeout)
        return []


def _descriptor(fileobj: Any) -> int:
    return fileobj if isinstance(fileobj, int) else int(fileobj.fileno())


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Its `time()` begins at 0 and passes only while nobody has anything to do."""

    def __init__(self) -> None:
        self._simulated = _NoIO()
        super().__init__(self._simulated)

    def time(self) -> float:
        return self._simulated.now


def simulated(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end in simulated time."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(main)
