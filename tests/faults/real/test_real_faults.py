"""Two replicas of the service, a durable Postgres and clients, all real: whatever is killed, filled
or held under them, nothing acknowledged is lost or doubled, and the read models are what the ledger
says. `python -m tests.faults --real` does it all in random order, for as long as one likes.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.faults.real import faults
from tests.faults.real.small_disk import NoSmallDisk, SmallDisk, small_disk
from tests.faults.real.stage import Stage, stage, stage_of_a_town_hall, stage_with_a_standby


@pytest.fixture(scope="module")
async def real() -> AsyncIterator[Stage]:
    async with stage(1) as made:
        yield made


async def test_a_server_process_that_is_killed_takes_nothing_along(real: Stage) -> None:
    await real.goes_through(faults.a_backend_is_killed)

    assert await real.weighed() == []


async def test_a_database_that_is_killed_whole_has_all_that_was_acknowledged(real: Stage) -> None:
    await real.goes_through(faults.the_database_is_killed)

    assert await real.weighed() == []


async def test_a_service_that_is_killed_leaves_nothing_half_done(real: Stage) -> None:
    await real.goes_through(faults.a_service_is_killed)

    assert await real.weighed() == []


async def test_a_worker_and_a_notary_that_are_killed_are_replaced(real: Stage) -> None:
    await real.goes_through(faults.a_worker_is_killed)
    await real.goes_through(faults.the_notary_is_killed)

    assert await real.weighed() == []


async def test_without_connections_for_all_nobody_is_told_what_is_not_so(real: Stage) -> None:
    await real.goes_through(faults.connections_run_out)
    await real.goes_through(faults.slow_reads_take_all_connections)

    assert await real.weighed() == []


async def test_who_holds_the_ledger_or_reads_for_long_holds_up_nobody_who_reads(
    real: Stage,
) -> None:
    await real.goes_through(faults.a_writer_holds_the_head)
    await real.goes_through(faults.a_reader_reads_for_long)

    assert await real.weighed() == []


async def test_a_wrong_clock_neither_moves_recorded_time_nor_stops_anybody(real: Stage) -> None:
    await real.goes_through(faults.a_clock_jumps)

    assert await real.weighed() == []


async def test_pages_follow_the_ledger_also_when_nobody_hears_of_it(real: Stage) -> None:
    await real.goes_through(faults.nobody_hears_the_notifications)

    assert await real.weighed() == []


async def test_who_leaves_in_the_middle_of_a_request_and_comes_back_has_acted_once(
    real: Stage,
) -> None:
    await real.goes_through(faults.clients_leave_at_any_byte)

    assert await real.weighed() == []


async def test_an_act_that_two_services_get_at_the_same_moment_is_recorded_once(
    real: Stage,
) -> None:
    await real.goes_through(faults.keys_are_sent_to_both_at_once)

    assert await real.weighed() == []


async def test_all_that_happened_was_in_doubt_for_somebody_and_is_settled(real: Stage) -> None:
    assert await real.weighed() == []
    told = real.clients.told
    assert min(told.unknown, told.settled, told.repeated, told.problems) > 0
    assert len(real.reader.checkpoints) > 0


async def test_the_commands_of_an_operator_say_that_all_is_well(real: Stage) -> None:
    verified, checked = await asyncio.gather(real.one.command("verify"), real.one.command("check"))

    assert "NOT" not in verified + checked


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    try:
        with small_disk(256) as made:
            yield made
    except NoSmallDisk as error:
        pytest.skip(str(error))


async def test_on_a_full_disk_acts_are_refused_reads_go_on_and_room_is_enough_to_go_on(
    disk: SmallDisk,
) -> None:
    async with stage(2, disk=disk) as real:
        await real.goes_through(faults.the_disk_is_full)
        await real.goes_through(faults.nothing_can_be_written_ahead)

        assert await real.weighed() == []


async def test_a_service_that_keeps_its_database_ends_with_it_and_comes_back_whole() -> None:
    async with stage_of_a_town_hall(3) as real:
        for fault in (
            faults.the_database_is_killed,
            faults.a_service_is_killed,
            faults.the_supervisor_is_killed,
        ):
            await real.goes_through(fault)

        assert await real.weighed() == []


async def test_where_the_primary_is_lost_the_standby_has_all_that_was_acknowledged() -> None:
    async with stage_with_a_standby(4) as real:
        await real.goes_through(faults.the_primary_is_lost)

        assert await real.weighed() == []
