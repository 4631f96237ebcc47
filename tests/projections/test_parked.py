"""An event that cannot be followed parks its key: the others go on, and a retry makes it whole."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest
from msgspec import Raw

from adapters.ledger import PostgresLedger
from domain.decider import Entry
from domain.partnership.evolve import History
from domain.ports import UNREADABLE, Actor, Condition, NewEvent, Submission
from domain.values import PartnershipId
from projections.all import PROJECTIONS
from projections.communities import CommunitiesProjection, PostgresCommunities
from projections.conservation import status
from projections.errors import ProjectionBusy, UnknownEvent
from projections.kept import kept
from projections.parked import Parking
from projections.projection import CannotFollow, Connection, Place, place_of
from projections.rebuild import rebuild
from projections.register import PostgresRegister, RegisterProjection
from projections.retrying import Retried, retry
from projections.runner import Runner
from projections.views import Filters, Moment
from tests.adapters.notary.desk import altered
from tests.conftest import SCHEMA, Database
from tests.projections.played import (
    KALININGRAD,
    LE_MANS,
    LODZ,
    NORFOLK,
    PADERBORN,
    RESUME,
    SUSPEND,
    Clerks,
    clerk,
    legacy,
)


async def append(ledger: PostgresLedger, type_: str, public: bytes, *tags: str) -> None:
    """An event that no command of this release would record."""
    event = NewEvent(type_, Raw(public), tags or ("partnership:TL-0000-0000",))
    actor = Actor("register", "", "", "r-import", "administrator")
    nothing = Condition(frozenset(), 0)
    await ledger.append(Submission((event,), nothing, actor, "", "r", type_, b"d" * 32))


async def unknown(ledger: PostgresLedger, partnership: PartnershipId) -> None:
    await append(ledger, "partnership.renamed.v9", b'{"a":1}', f"partnership:{partnership}")


class Flawed(RegisterProjection):
    """A release with a flaw: it cannot follow a suspension."""

    fault: Exception | None = None

    async def apply(
        self, batch: Sequence[Entry[History]], connection: Connection, place: Place
    ) -> None:
        await super().apply(batch, connection, place)
        for entry in batch:
            if type(entry.event).__name__ == "PartnershipSuspended":
                raise self.fault or CannotFollow(entry.position, "a flaw")


async def test_other_keys_go_on_and_later_events_of_the_key_queue_behind(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, register: PostgresRegister
) -> None:
    reference = await clerks.found(legacy())
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)
    other = await clerks.found(legacy(NORFOLK, LODZ))
    await clerks.record(RESUME, clerk(NORFOLK), on="2025-05", partnership=reference)
    await Runner(pool, clerks.ledger, projections=[Flawed()]).catch_up()

    shown = await register.get(reference, Moment())
    assert shown is not None
    assert shown.statuses == ("active",)  # as it was before entry 2: not resumed without reason
    assert await register.get(other, Moment()) is not None
    parked = await Parking(pool).all()
    assert [(one.position, one.keys) for one in parked] == [
        (2, (f"partnership:{reference}",)),
        (4, (f"partnership:{reference}",)),
    ]
    assert "a flaw" in parked[0].reason
    assert parked[1].reason == ""


@pytest.mark.parametrize("fault", [KeyError("status"), RecursionError("deep"), None], ids=repr)
async def test_one_event_is_parked_for_whatever_reason_and_all_others_are_applied(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, fault: Exception | None
) -> None:
    references = [await clerks.found(legacy(NORFOLK, other)) for other in (KALININGRAD, LE_MANS)]
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=references[0])
    for other in (LODZ, PADERBORN):
        await clerks.found(legacy(NORFOLK, other))
    flawed = Flawed()
    flawed.fault = fault
    await Runner(pool, clerks.ledger, projections=[flawed]).catch_up()

    assert [one.position for one in await Parking(pool).all()] == [3]
    assert await pool.fetchval(f"select count(*) from {SCHEMA}_views.register_version_v6") == 4


async def test_bytes_that_were_changed_are_not_shown_and_once_put_right_they_are(
    database: Database,
    pool: "asyncpg.Pool[asyncpg.Record]",
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
) -> None:
    other = await clerks.found(legacy(NORFOLK, LODZ))
    reference = await clerks.found(legacy(NORFOLK, LE_MANS))
    change = (
        "update twinledger.event set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), "
        "'{}', '{}'), 'UTF8') where position = 2"
    )
    await altered(database.owner_dsn, change.format("Le Mans", "Xe Mans"))
    await runner.catch_up()
    (built,) = await rebuild(pool, clerks.ledger, SCHEMA, ["register"])
    assert built.parked == 1
    assert await register.get(reference, Moment()) is None
    assert await register.get(other, Moment()) is not None
    (parked, *_) = await Parking(pool).all()
    assert "its bytes were changed after it was recorded" in parked.reason

    await altered(database.owner_dsn, change.format("Xe Mans", "Le Mans"))
    for projection in PROJECTIONS:
        await retry(pool, clerks.ledger, projection, place_of(projection, SCHEMA))
    shown = await register.get(reference, Moment())
    assert shown is not None
    assert shown.counterpart.name == "Le Mans"
    assert await Parking(pool).all() == ()


@pytest.mark.parametrize("position", [1, 2])
@pytest.mark.parametrize("leaf", [r"'\x00'", "''", "'{}'", r"'\xff'::bytea || leaf"])
async def test_what_came_of_a_record_after_bytes_that_are_no_entry_waits_behind_them(
    *,
    leaf: str,
    position: int,
    database: Database,
    pool: "asyncpg.Pool[asyncpg.Record]",
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
) -> None:
    reference = await clerks.found(legacy(NORFOLK, LE_MANS))
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)
    await clerks.record(RESUME, clerk(NORFOLK), on="2025-05", partnership=reference)
    other = await clerks.found(legacy(NORFOLK, LODZ))
    keep = "create table public.kept as select * from twinledger.event"
    change = f"update twinledger.event set leaf = ({leaf})::bytea where position = {position}"
    await altered(database.owner_dsn, keep, change)
    await runner.catch_up()

    parking = Parking(pool, projections=[RegisterProjection()])
    assert [one.position for one in await parking.all()] == list(range(position, 4))
    assert await parking.incomplete_from(reference) == position
    assert await parking.incomplete_from(other) is None
    assert await register.get(other, Moment()) is not None
    assert all(standing.sound for standing in await status(pool, clerks.ledger))
    (built,) = await rebuild(pool, clerks.ledger, SCHEMA, ["register"])
    assert built.parked == 4 - position

    back = "update twinledger.event e set leaf = k.leaf from public.kept k"
    await altered(database.owner_dsn, f"{back} where k.position = e.position")
    assert all(standing.sound for standing in await status(pool, clerks.ledger))
    for projection in PROJECTIONS:
        await retry(pool, clerks.ledger, projection, place_of(projection, SCHEMA))
    shown = await register.get(reference, Moment())
    assert shown is not None
    assert (shown.statuses, shown.version) == (("active",), 3)
    assert await Parking(pool).all() == ()
    assert all(standing.sound for standing in await status(pool, clerks.ledger))


async def test_an_entry_that_is_changed_after_it_was_shown_does_not_add_up(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    await altered(database.owner_dsn, r"update twinledger.event set leaf = '\x00'")

    standings = await status(pool, clerks.ledger)
    assert not any(standing.sound for standing in standings)
    assert {standing.recorded[UNREADABLE] for standing in standings} == {1}


async def test_a_fault_that_no_event_causes_parks_nothing(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    await runner.catch_up()
    await pool.execute(f"drop table {SCHEMA}_views.register_state_v6")
    await clerks.found(legacy())
    with pytest.raises(asyncpg.UndefinedTableError):
        await runner.catch_up()
    assert await Parking(pool).all() == ()


async def test_a_retry_applies_in_order_and_makes_it_the_same_as_a_rebuild(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, register: PostgresRegister
) -> None:
    reference = await clerks.found(legacy())
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)
    await clerks.record(RESUME, clerk(NORFOLK), on="2025-05", partnership=reference)
    await Runner(pool, clerks.ledger, projections=[Flawed()]).catch_up()
    place = place_of(RegisterProjection(), SCHEMA)
    args = (pool, clerks.ledger)

    (failed,) = await retry(*args, Flawed(), place)
    assert (failed.applied, failed.still_parked) == ((), (2, 3))
    (healed,) = await retry(*args, RegisterProjection(), place, key=f"partnership:{reference}")
    assert healed == Retried("register", (f"partnership:{reference}",), (2, 3))
    assert await Parking(pool).all() == ()
    (same, *_) = await rebuild(pool, clerks.ledger, SCHEMA, ["register"])
    assert same.digest_live == same.digest


async def test_two_who_retry_at_once_apply_it_once(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks
) -> None:
    reference = await clerks.found(legacy())
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)
    await Runner(pool, clerks.ledger, projections=[Flawed()]).catch_up()
    place = place_of(RegisterProjection(), SCHEMA)
    both = [Retried("register", (f"partnership:{reference}",), (2,))]

    found = await asyncio.gather(
        *(retry(pool, clerks.ledger, RegisterProjection(), place) for _ in range(4)),
        return_exceptions=True,
    )
    assert [list(one) for one in found if isinstance(one, tuple) and one and one[0].applied] == [
        both
    ]
    assert all(isinstance(one, tuple | ProjectionBusy) for one in found)
    retried = [each for one in found if isinstance(one, tuple) for each in one]
    assert not any(each.still_parked for each in retried)
    register = [one for one in await status(pool, clerks.ledger) if one.projection == "register"]
    assert register[0].sound


async def test_a_retry_goes_as_far_as_it_can(
    pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger, clerks: Clerks
) -> None:
    reference = await clerks.found(legacy())
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)
    await unknown(ledger, reference)
    await Runner(pool, ledger, projections=[Flawed()]).catch_up()
    place = place_of(RegisterProjection(), SCHEMA)
    (half,) = await retry(pool, ledger, RegisterProjection(), place)
    assert (half.applied, half.still_parked) == ((2,), (3,))
    assert "partnership.renamed.v9" in half.reason


async def test_a_newer_release_tries_once_by_itself(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    reference = await clerks.found(legacy())
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)
    flawed = [Flawed()]
    await Runner(pool, clerks.ledger, projections=flawed).catch_up()
    await Runner(pool, clerks.ledger).catch_up()  # the same release: it is known to fail
    assert len(await Parking(pool).all()) == 1
    await pool.execute(f"update {SCHEMA}_views.projection_parked set release = '0.0.1'")
    await Runner(pool, clerks.ledger).catch_up()
    assert await Parking(pool).all() == ()


async def test_an_unknown_event_parks_its_key_where_people_read_and_stops_a_rebuild(
    pool: "asyncpg.Pool[asyncpg.Record]",
    ledger: PostgresLedger,
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
) -> None:
    reference = await clerks.found(legacy())
    await unknown(ledger, reference)
    await clerks.found(legacy(NORFOLK, LODZ))
    await runner.catch_up()

    assert (await register.search(Filters(), Moment())).total == 2
    parking = Parking(pool)
    assert {one.projection for one in await parking.all()} == {
        s.projection for s in await status(pool, ledger)
    }
    assert await parking.incomplete_from(reference) == 2
    assert await parking.incomplete_from(reference, 1) is None
    with pytest.raises(UnknownEvent, match=r"position 1: .*renamed\.v9.*Nothing was swapped"):
        await rebuild(pool, ledger, SCHEMA, ["register"])
    assert await kept(pool, SCHEMA) == ()
    assert (await register.search(Filters(), Moment())).total == 2


async def test_an_event_of_another_shape_than_its_type_has_is_parked_alone(
    pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger, clerks: Clerks, runner: Runner
) -> None:
    await append(ledger, "partnership.resumed.v1", b'{"partnership":"TL-0000-0000"}')
    await clerks.found(legacy())
    await runner.catch_up()
    parked = {one.projection: one for one in await Parking(pool).all()}
    assert "communities" not in parked  # it does nothing with this type
    assert "attestation" in parked["register"].reason


async def test_what_waits_is_counted_apart_and_all_is_accounted_for(
    pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger, clerks: Clerks, runner: Runner
) -> None:
    await unknown(ledger, await clerks.found(legacy()))
    await runner.catch_up()
    for standing in await status(pool, ledger):
        assert standing.sound
        assert sum(standing.counted.values()) + len(standing.parked) == standing.position
    await pool.execute(f"delete from {SCHEMA}_views.projection_parked")
    assert not any(standing.sound for standing in await status(pool, ledger))


async def test_a_community_is_held_back_by_any_of_its_partnerships(
    pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger, clerks: Clerks, runner: Runner
) -> None:
    """The unknown event may have named one of the two anew, whoever is partnered with it next."""
    await unknown(ledger, await clerks.found(legacy(NORFOLK, LODZ)))
    await clerks.found(legacy(NORFOLK, LE_MANS))
    await clerks.found(legacy(PADERBORN, KALININGRAD))
    await runner.catch_up()
    communities = PostgresCommunities(pool)
    assert await communities.get(LE_MANS.community, position=4) is None
    assert await communities.get(PADERBORN.community, position=4) is not None
    place = place_of(CommunitiesProjection(), SCHEMA)
    waits = [
        one.position for one in await Parking(pool, projections=[CommunitiesProjection()]).all()
    ]
    assert waits == [2, 3]
    (retried,) = await retry(pool, ledger, CommunitiesProjection(), place)
    assert retried.still_parked == (2, 3)
