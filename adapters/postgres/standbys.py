"""Whether what was committed is where it cannot be lost, also where standbys have to have it first.

A commit waits for them, and that wait can be ended from outside (`pg_cancel_backend`): then the
transaction is committed on the primary alone, the call succeeds, and all that is said is a warning.
What a second call finds there may be lost with the primary too. So a warning counts as an unknown
outcome, and what is found recorded is answered when a later commit has come to the standbys: what
stands before it in the log has come there with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import asyncpg
from asyncpg.pool import PoolConnectionProxy

LET_WARN = "set_config('client_min_messages', 'warning', true) as warning"
"""Read in a transaction, it has the server warn at its end, also where it shall say errors only."""

# A transaction that only reads waits for nobody; this one writes ahead, and nothing else.
_COMMIT = f"select pg_logical_emit_message(true, 'twinledger', '') from {LET_WARN}"

# A standby that is asked has it, and waits for nobody.
_AWAITED = "select current_setting('synchronous_standby_names') <> '' and not pg_is_in_recovery()"

_PLACE = "SyncRepWaitForLSN"
"""The function of Postgres that waits for standbys, and warns where that wait is ended."""


class NotReplicated(Exception):
    """It is committed on one server, and whether any other has it nobody knows."""


@contextmanager
def heard(connection: "PoolConnectionProxy[asyncpg.Record]") -> Iterator[None]:
    """Raises `NotReplicated` at the end where the wait of a commit was ended meanwhile.

    What is called says `LET_WARN`.

    That warning has no code of its own, and its words are in the server's language: it is known by
    the place in the server that it comes from. Of a server that does not say where, each is taken
    for it. Others, such as of a queue of notifications that fills, change nothing.
    """
    warnings: list[str] = []

    def hear(_connection: object, said: asyncpg.PostgresLogMessage) -> None:
        fields = said.as_dict()
        place = fields.get("server_source_function", _PLACE)
        if fields.get("severity_en") == "WARNING" and place == _PLACE:
            warnings.append(str(said.message))

    connection.add_log_listener(hear)
    try:
        yield
    finally:
        with suppress(asyncpg.InterfaceError):  # the line was cut
            connection.remove_log_listener(hear)
    if warnings:
        raise NotReplicated("; ".join(warnings))


async def wait_for_standbys(
    connection: "PoolConnectionProxy[asyncpg.Record]", *, seconds: float
) -> None:
    """Return when all that is committed by now is as durable as the server is told to make it.

    Raises `NotReplicated` where that wait was ended from outside, or takes more than `seconds`; the
    server then gives it up as well, for nothing was to be recorded.
    """
    if not await connection.fetchval(_AWAITED, timeout=seconds):
        return
    with heard(connection):
        try:
            await connection.execute(_COMMIT, timeout=seconds)
        except TimeoutError as error:
            raise NotReplicated(f"no standby answered in {seconds:g} s") from error
