"""The whole register as a download of minutes: for few at once, and while they take it."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager

from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Message, Receive, Scope, Send

from api.refusals import TooManyBundles

MOST_AT_ONCE = 2
"""How many one process writes at the same time: each keeps a thread and the database busy."""

PATIENCE = 60.0
"""Seconds in which who downloads takes the next piece, or has gone."""


class BundleStreams:
    """Who downloads the register from this process now."""

    def __init__(self) -> None:
        self._places = MOST_AT_ONCE

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place until the block ends, however it does. Raises `TooManyBundles`."""
        if not self._places:
            raise TooManyBundles(most=MOST_AT_ONCE)
        self._places -= 1
        try:
            yield
        finally:
            self._places += 1


class BundleStream(ASGIStreamingResponse):
    """The answer, of which nothing is sent before it has one of the places of `streams`.

    It breaks off where the one who downloads leaves, or takes nothing for `PATIENCE` seconds. In
    whichever way it ends, `pieces` are closed, and then the place is free.
    """

    def __init__(
        self,
        streams: BundleStreams,
        pieces: AsyncGenerator[bytes, None],
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(iterator=pieces, media_type="application/zip", headers=dict(headers))
        self._streams, self._pieces = streams, pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_patiently(message: Message) -> None:
            async with asyncio.timeout(PATIENCE):
                await send(message)

        with self._streams.place():
            async with aclosing(self._pieces):
                await super().__call__(scope, receive, send_patiently)
