"""What is done to the real processes while clients are at work. Each returns when it has ended.

Faults wait for states, never for times: that somebody waits, was refused, or was replaced.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import asyncpg

from adapters.postgres.folder import APP_ROLE
from projections.register import RegisterProjection
from tests.adapters.processes import parent_of
from tests.faults.real.asking import ask, request
from tests.faults.real.pair import PostgresPair
from tests.faults.real.postgres import RealPostgres, kill

if TYPE_CHECKING:
    from tests.faults.real.stage import Stage

Fault = Callable[["Stage"], Awaitable[None]]

_BACKENDS = f"""
    select pid from pg_stat_activity
    where usename = '{APP_ROLE}' and backend_type = 'client backend'
"""
_LISTENING = f"""
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where usename = '{APP_ROLE}' and query ilike 'listen%'
"""
_WAITING = f"""
    select count(*) from pg_stat_activity where usename = '{APP_ROLE}' and wait_event_type = 'Lock'
"""
_CANCEL_WAITING = """
    select count(pg_cancel_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep'
"""
_SLOW_READS = 30  # three times as many as a replica has connections
_ROWS = f"twinledger_views.register_version_v{RegisterProjection.version}"
_YEAR = 365 * 86_400.0  # seconds


async def a_backend_is_killed(stage: "Stage") -> None:
    """One of the server's processes, by SIGKILL: Postgres ends all others and recovers."""
    found = await stage.postgres.fetch(_BACKENDS)
    if found:
        kill(stage.chance.choice(found)["pid"])


async def the_database_is_killed(stage: "Stage") -> None:
    """Every process of it, as when its machine stops; somebody starts it again."""
    await stage.postgres.kill_whole()


async def a_service_is_killed(stage: "Stage") -> None:
    await stage.chance.choice(stage.services).kill()


async def a_worker_is_killed(stage: "Stage") -> None:
    await stage.chance.choice(stage.services).kill_child("worker")


async def the_notary_is_killed(stage: "Stage") -> None:
    await stage.one.kill_child("notary")


async def a_service_is_stopped_and_goes_on(stage: "Stage") -> None:
    """SIGSTOP in the middle of whatever it does; SIGCONT when the other has recorded an act."""
    stopped, other = stage.chance.sample(list(stage.services), 2)
    stopped.signal(signal.SIGSTOP)
    try:
        act = stage.clients.next_act()
        await stage.clients.once(act, other)
    finally:
        stopped.signal(signal.SIGCONT)
    await stage.clients.do(act)


async def nobody_hears_the_notifications(stage: "Stage") -> None:
    """The connections that LISTEN are ended, again and again."""
    for _ in range(3):
        await stage.postgres.fetch(_LISTENING)
        await stage.acknowledges(2)


async def connections_run_out(stage: "Stage") -> None:
    """The server lets the application have two connections in all, until clients felt it."""
    try:
        await stage.postgres.fetch(f"alter role {APP_ROLE} connection limit 2")
        await stage.postgres.fetch(f"select pg_terminate_backend(pid) from ({_BACKENDS}) as all_of")
        await stage.refused(5)
    finally:
        await stage.postgres.fetch(f"alter role {APP_ROLE} connection limit -1")


async def slow_reads_take_all_connections(stage: "Stage") -> None:
    """More reads than there are connections wait for a table; then all of them are answered."""
    sent = request("GET", "/api/v1/partnerships")
    async with held(stage, f"lock table {_ROWS} in access exclusive mode"):
        reads = [
            asyncio.create_task(ask(service.port, sent))
            for service in stage.services
            for _ in range(_SLOW_READS)
        ]
        await waiting(stage, 10)
    for answer in await asyncio.gather(*reads, return_exceptions=True):
        if isinstance(answer, BaseException) or answer.status not in (200, 503):
            raise AssertionError(f"a slow read was answered with {answer}")


async def a_writer_holds_the_head(stage: "Stage") -> None:
    """Somebody begins to write and does nothing more; reads go on, appends wait until he ends."""
    async with held(stage, "select size from twinledger.head for update"):
        await waiting(stage, 1)
        await stage.reads_go_on()


async def a_writer_holds_the_head_for_long(stage: "Stage") -> None:
    """So long that who waits is told that nothing was recorded."""
    async with held(stage, "select size from twinledger.head for update"):
        told = stage.clients.told.refused
        before = told["not-recorded"]
        await stage.comes_true(lambda: told["not-recorded"] > before, "no answer to who waits")
        await stage.reads_go_on()


async def a_reader_reads_for_long(stage: "Stage") -> None:
    """A transaction that began before what is recorded meanwhile."""
    async with held(stage, "select count(*) from twinledger.event"):
        await stage.acknowledges(5)


async def a_clock_jumps(stage: "Stage") -> None:
    """That of one replica: two days back, ten years ahead, and right again."""
    service, days = stage.chance.choice(stage.services), set()
    for seconds in (-2 * 86_400.0, 10 * _YEAR, 0.0):
        service.skew.write_text(str(seconds), encoding="utf-8")
        await stage.acknowledges(2)
        read = await ask(service.port, request("GET", "/api/v1/partnerships"))
        days.add(read.json()["as_of"])
    if len(days) != 3:
        raise AssertionError(f"its clock did not jump: it read as of {days}")


async def clients_leave_at_any_byte(stage: "Stage") -> None:
    """The line is closed after the first byte, a twentieth, and so on; then after the last one, a
    little earlier and a little later than the answer comes. Then all is sent again.
    """
    for part in range(30):
        act = stage.clients.next_act()
        after = max(1, len(act.sent) * part // 20) if part < 20 else None
        await stage.clients.leave(act, stage.chance.choice(stage.services), after)
        await stage.clients.do(act)


async def keys_are_sent_to_both_at_once(stage: "Stage") -> None:
    """Each act four times at the same moment, twice to each replica."""
    for _ in range(5):
        act = stage.clients.next_act()
        await asyncio.gather(
            *(stage.clients.once(act, service) for service in (*stage.services, *stage.services))
        )
        await stage.clients.do(act)


async def the_disk_is_full(stage: "Stage") -> None:
    """Until acts were refused, while whoever reads goes on; then there is room again."""
    # What is written ahead has a file that is long enough: no table can grow, but all can be read.
    # The file is made by the first that is written to it, so something is.
    await stage.postgres.fetch("select pg_switch_wal()")
    await stage.postgres.fetch("select pg_logical_emit_message(true, 'room', '')")
    async with full(stage):
        await stage.refused(5)
        await stage.reads_go_on()


async def nothing_can_be_written_ahead(stage: "Stage") -> None:
    """The disk is full, and the server needs a new file for its log: it stops itself."""
    owner = await stage.postgres.owner()
    async with full(stage):
        with suppress(asyncpg.PostgresError, OSError):
            await owner.execute("select pg_switch_wal()")
        owner.terminate()
        await stage.refused(5)


async def the_primary_is_lost(stage: "Stage") -> None:
    """The standby is away, somebody ends the waiting for it again and again, and the primary is
    lost for ever. When clients have felt it, the standby comes back and takes its place.
    """
    assert isinstance(stage.postgres, PostgresPair)
    async with stage.postgres.without_the_standby():
        for _ in range(20):
            await stage.postgres.fetch(_CANCEL_WAITING)
        stage.reader.may_be_told = True
        await stage.postgres.lose_the_primary()
        await stage.refused(1)
    await stage.postgres.promote()


async def the_supervisor_is_killed(stage: "Stage") -> None:
    """The process between a service and the server that it keeps: the server ends."""
    kill(parent_of(await stage.postgres.process()))
    await stage.refused(1)


FAULTS: tuple[Fault, ...] = (
    a_backend_is_killed,
    the_database_is_killed,
    a_service_is_killed,
    a_worker_is_killed,
    the_notary_is_killed,
    a_service_is_stopped_and_goes_on,
    nobody_hears_the_notifications,
    connections_run_out,
    slow_reads_take_all_connections,
    a_writer_holds_the_head,
    a_writer_holds_the_head_for_long,
    a_reader_reads_for_long,
    a_clock_jumps,
    clients_leave_at_any_byte,
    keys_are_sent_to_both_at_once,
)
OF_A_SMALL_DISK: tuple[Fault, ...] = (the_disk_is_full, nothing_can_be_written_ahead)


@asynccontextmanager
async def held(stage: "Stage", sql: str) -> AsyncIterator[None]:
    """The owner has begun a transaction with that statement, and is idle in it."""
    owner = await stage.postgres.owner()
    try:
        transaction = owner.transaction()
        await transaction.start()
        await owner.execute(sql)
        yield
    finally:
        owner.terminate()


@asynccontextmanager
async def full(stage: "Stage") -> AsyncIterator[None]:
    """The disk of the database has no byte left; in the end it has, and the server runs."""
    assert stage.disk is not None
    stage.disk.fill()
    try:
        yield
    finally:
        stage.disk.make_room()
        assert isinstance(stage.postgres, RealPostgres)
        await stage.postgres.start_again()


async def waiting(stage: "Stage", number: int) -> None:
    """Until so many of the application's connections wait for somebody's lock."""
    async with asyncio.timeout(60):
        while (await stage.postgres.fetch(_WAITING))[0][0] < number:  # noqa: ASYNC110 - Postgres rings no bell
            await asyncio.sleep(0.05)
