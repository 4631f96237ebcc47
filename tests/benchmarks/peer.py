"""The Python package `eventsourcing` doing the same work on the same server, as its manual says."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.dcb.api import DCBRecorder
from eventsourcing.dcb.domain import Tagged
from eventsourcing.dcb.msgpack import Decision, MessagePackMapper
from eventsourcing.dcb.postgres_tt import PostgresTTDCBFactory
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import Environment

from tests.benchmarks.stored import LIFE, STATEMENT

THREADS = 32
_BATCH = 5_000
_PIPELINE = 500  # events inserted at once: with many more its pipeline never comes back


class Partnership(Aggregate):
    """Recorded once, with activities reported of it."""

    @event("Recorded")
    def __init__(self, home: str, counterpart: str, statement: str) -> None:
        self.home, self.counterpart, self.statement = home, counterpart, statement
        self.activities = 0

    @event("ActivityReported")
    def report(self, kind: str, statement: str) -> None:
        """One more."""
        self.activities += 1


class Register(Application[UUID]):
    """As the package makes it: JSON, no snapshots, no cache."""


class ActivityReported(Decision):
    """The same event for the recorder with a condition on tags."""

    partnership: str
    kind: str
    statement: str


def environment(dsn: str) -> dict[str, str]:
    """Its settings for a database on a Unix socket."""
    parts = urlsplit(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parse_qs(parts.query)["host"][0],
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": "unused",
        "POSTGRES_POOL_SIZE": str(THREADS),
        "POSTGRES_MAX_OVERFLOW": "0",
        "POSTGRES_MAX_WAITING": str(THREADS),
    }


def life_of(application: Register) -> list[StoredEvent]:
    """What is stored of one partnership: it is recorded, and activities are reported of it."""
    partnership = Partnership("a-0", "b-0", STATEMENT)
    for _ in range(LIFE - 1):
        partnership.report("visit", STATEMENT)
    to_stored: Any = application.mapper.to_stored_event
    return [to_stored(one) for one in partnership.collect_events()]


def lives(template: Sequence[StoredEvent], partnerships: int) -> Iterator[list[StoredEvent]]:
    """The same of as many partnerships, in batches of whole ones."""
    for _ in range(0, partnerships, _PIPELINE // LIFE):
        ids = [uuid4() for _ in range(_PIPELINE // LIFE)]
        yield [_as_of(one, partnership) for partnership in ids for one in template]


def _as_of(one: StoredEvent, partnership: UUID) -> StoredEvent:
    return StoredEvent(partnership, one.originator_version, one.topic, one.state)


class Peer:
    """An application and a recorder of its own, in a database that nobody else uses."""

    def __init__(self, dsn: str) -> None:
        self.application = Register(env=environment(dsn))
        factory = PostgresTTDCBFactory(env=Environment("dcb", env=environment(dsn)))
        self.dcb: DCBRecorder = factory.dcb_recorder()
        self._mapper = MessagePackMapper()
        self.partnerships: list[UUID | str] = []
        self._template = life_of(self.application)

    def fill(self, events: int) -> None:
        """As many events as our ledger has, `LIFE` of each partnership, in both recorders."""
        recorder: Any = self.application.recorder
        for batch in lives(self._template, events // LIFE):
            recorder.insert_events(batch)
            self.partnerships += [one.originator_id for one in batch[::LIFE]]
        one = self._mapper.to_dcb_event(
            Tagged(
                ["partnership:a", "pair:a|b", "community:a"],
                ActivityReported("a", "visit", STATEMENT),
            )
        )
        for _ in range(0, events, _BATCH):
            self.dcb.append([one] * _BATCH)

    def appends_a_second(self, seconds: float) -> float:
        """One event in a transaction of its own, by as many threads as we have clients."""
        recorder: Any = self.application.recorder
        first = self._template[0]
        start = time.perf_counter()

        def client(_: int) -> int:
            done = 0
            while time.perf_counter() < start + seconds:
                recorder.insert_events([_as_of(first, uuid4())])
                done += 1
            return done

        with ThreadPoolExecutor(THREADS) as threads:
            done = sum(threads.map(client, range(THREADS)))
        return done / (time.perf_counter() - start)

    def load(self, number: int) -> int:
        """One partnership read and folded; the activities that were reported of it."""
        repository: Any = self.application.repository
        found: Partnership = repository.get(self.partnerships[number % len(self.partnerships)])
        return found.activities

    def replay(self) -> float:
        """Events a second, each decoded to its class, by the default recorder."""
        recorder: Any = self.application.recorder
        to_domain: Any = self.application.mapper.to_domain_event
        begun, done, start = time.perf_counter(), 0, 1
        while notifications := recorder.select_notifications(start, _BATCH):
            for one in notifications:
                to_domain(one)
            done += len(notifications)
            start = notifications[-1].id + 1
        return done / (time.perf_counter() - begun)

    def replay_by_tags(self) -> float:
        """Events a second, each decoded to its class, by the recorder with tags."""
        begun, done, last = time.perf_counter(), 0, 0
        while True:
            read = 0
            for one in self.dcb.read(after=last, limit=_BATCH):
                self._mapper.to_domain_event(one.event)
                last, read = one.position, read + 1
            done += read
            if read < _BATCH:
                return done / (time.perf_counter() - begun)

    def close(self) -> None:
        """Give its connections back."""
        self.application.close()


@contextmanager
def peer(dsn: str, events: int) -> Iterator[Peer]:
    """Filled with `events` and ready."""
    one = Peer(dsn)
    one.fill(events)
    try:
        yield one
    finally:
        one.close()
