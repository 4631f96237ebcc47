"""What a command over HTTP is compared with: a litestar handler that does one durable INSERT."""

import os
from typing import Any

import asyncpg
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct

from adapters.postgres.pool import open_pool
from api.event_loop import run_program


class Visit(Struct):
    """The same body as the command's, decoded once and stored as text."""

    on: str
    deciding_body: str
    command: dict[str, Any]


@post("/")
async def insert(data: JSONBody[Visit], state: State) -> dict[str, int]:
    """One row in one transaction, and its number."""
    pool: asyncpg.Pool[asyncpg.Record] = state.pool
    sql = "insert into bare_http (payload) values ($1) returning id"
    return {"id": await pool.fetchval(sql, data.command["statement"])}


async def main() -> None:
    """Serve as `twinledger serve` does: one worker of granian, the same pool."""
    pool = await open_pool(os.environ["TWINLEDGER_DSN"])
    await pool.execute(
        "create table if not exists bare_http (id bigint generated always as identity primary key, "
        "payload text not null)"
    )
    server = Server(
        Litestar([insert], state=State({"pool": pool}), openapi_config=None, logging_config=None),
        address="127.0.0.1",
        port=int(os.environ["TWINLEDGER_PORT"]),
        interface=Interfaces.ASGI,
        websockets=False,
        log_enabled=False,
    )
    await server.serve()


if __name__ == "__main__":
    run_program(main())
