"""The model loses in a fail-over what Postgres can lose, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tests.faults.database import Database
from tests.faults.write_ahead import Cursor, Written


class _Commits:
    """A database whose waits for the standby end as it is told, one commit after the other."""

    def __init__(self, *arrived: bool) -> None:
        self._arrived: Iterator[bool] = iter(arrived)
        self.warnings = 0
        self.database = Database(
            clock=lambda: datetime.now(UTC),
            flush=self._nothing,
            replicated=self._replicated,
            earliest=datetime(1, 1, 1, tzinfo=UTC),
        )

    async def of(self, *effects: int) -> "_Commits":
        for effect in effects:
            await self.database.commit(Written(applied=(effect,)), self._warn)
        return self

    def left_after_a_fail_over(self) -> list[int]:
        """Where the standby has no more than it must have."""
        self.database.recover(self.database.log.on_standby)
        return self.database.applied

    async def _nothing(self) -> None:
        pass

    async def _replicated(self) -> bool:
        return next(self._arrived)

    def _warn(self) -> None:
        self.warnings += 1


async def test_what_was_acknowledged_with_a_warning_can_be_lost() -> None:
    commits = await _Commits(True, False, False).of(1, 2, 3)
    assert (commits.database.applied, commits.warnings) == ([1, 2, 3], 2)

    assert commits.left_after_a_fail_over() == [1]


async def test_a_later_commit_without_a_warning_takes_all_before_it_to_the_standby() -> None:
    commits = await _Commits(False, True, False).of(1, 2, 3)

    assert commits.left_after_a_fail_over() == [1, 2]


async def test_a_standby_has_nothing_that_the_primary_had_not_on_its_disk() -> None:
    commits = await _Commits(True).of(1)
    commits.database.commit_without_waiting(Written(applied=(2,)))

    assert (commits.database.log.on_disk, commits.database.log.end) == (1, 2)


async def test_a_crash_alone_loses_nothing_that_was_on_the_disk() -> None:
    commits = await _Commits(False, False).of(1, 2)
    commits.database.recover(commits.database.log.on_disk)

    assert commits.database.applied == [1, 2]


async def test_a_read_model_fails_over_with_its_ledger() -> None:
    commits = await _Commits(True, False).of(1)
    commits.database.commit_without_waiting(Written(applied=(2,), cursor=Cursor(position=2)))
    await commits.of(3)

    assert commits.left_after_a_fail_over() == [1]
    assert commits.database.cursor == Cursor()
