"""One request to a witness. Whatever it answers, little of it is read, and not for long."""

import asyncio
from ssl import SSLError

import httpx
from msgspec import Struct

LONGEST_ANSWER = 16_384  # bytes: some signature lines, or a number
PATIENCE = 10.0  # seconds for the whole of it


class Unanswered(Exception):
    """There is no answer that could be read; `problem` goes on from the name of the witness."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Answer(Struct, frozen=True):
    """What a witness said. Nothing in it is believed."""

    status: int
    media_type: str
    content: bytes


def client_for_witnesses() -> httpx.AsyncClient:
    """Who asks: a redirection is an answer that is not followed."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(PATIENCE / 2),
        follow_redirects=False,
        limits=httpx.Limits(max_connections=32),
        headers={"user-agent": "twinledger", "accept-encoding": "identity"},
    )


async def submit(client: httpx.AsyncClient, address: str, body: bytes) -> Answer:
    """Post a submission to the witness at `address`. Raises `Unanswered`."""
    try:
        async with (
            asyncio.timeout(PATIENCE),
            client.stream("POST", f"{address.rstrip('/')}/add-checkpoint", content=body) as answer,
        ):
            content = b""
            # As it came: what is compressed could become much more than was sent.
            async for chunk in answer.aiter_raw():
                content += chunk
                if len(content) > LONGEST_ANSWER:
                    raise Unanswered("answers at a length that no signature has")
            media_type = answer.headers.get("content-type", "").partition(";")[0].strip()
            return Answer(answer.status_code, media_type, content)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise Unanswered("does not answer in time") from error
    except (httpx.HTTPError, httpx.InvalidURL, SSLError, OSError, ValueError) as error:
        raise Unanswered("cannot be reached") from error
