"""The package `eventsourcing` keeping a register and a timeline, by its runner of projections.

Each event is applied in a transaction of its own with its tracking, as the package's manual says:
one row of the timeline, one version of the partnership, and its state.
"""

import json
import time
from typing import Any, TypeAlias
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Composed

from tests.benchmarks.peer import Register, environment, life_of, lives
from tests.benchmarks.stored import LIFE

_TABLES = (
    "create table if not exists their_state (partnership uuid primary key, state jsonb not null)",
    "create table if not exists their_version (partnership uuid, position bigint, home text, "
    "counterpart text, activities int, version jsonb, primary key (partnership, position))",
    "create index if not exists their_version_by_home on their_version (home)",
    "create table if not exists their_item "
    "(position bigint primary key, partnership uuid, kind text, item jsonb)",
    "create index if not exists their_item_of_partnership on their_item (partnership, position)",
)
_STATE = """
    insert into their_state values (%s, %s)
    on conflict (partnership) do update set state = excluded.state
"""
_FOUND = "select state from their_state where partnership = %s"


class View(PostgresTrackingRecorder):
    """Both read models and how far they have read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sql_create_statements.extend(Composed([SQL(statement)]) for statement in _TABLES)

    def apply(self, event: Any, tracking: Tracking) -> None:
        """The event's effects and its tracking, together or not at all."""
        partnership, position = event.originator_id, tracking.notification_id
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            row = cursor.execute(_FOUND, (partnership,)).fetchone()
            state = row["state"] if row else {"activities": -1, "home": "", "counterpart": ""}
            state = _after(state, event)
            told = json.dumps(state)
            cursor.execute(_STATE, (partnership, told))
            cursor.execute(
                "insert into their_version values (%s, %s, %s, %s, %s, %s)",
                (partnership, position, state["home"], state["counterpart"],
                 state["activities"], told),
            )  # fmt: skip
            item = json.dumps({"kind": type(event).__name__, "statement": event.statement})
            cursor.execute(
                "insert into their_item values (%s, %s, %s, %s)",
                (position, partnership, type(event).__name__, item),
            )


def _after(state: dict[str, Any], event: Any) -> dict[str, Any]:
    named = {"home": event.home, "counterpart": event.counterpart} if hasattr(event, "home") else {}
    return {**state, **named, "activities": state["activities"] + 1}


class RegisterAndTimeline(Projection[View]):
    """Hands every event to the view."""

    name = "register_and_timeline"
    topics = ()

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.apply(domain_event, tracking)


_Runner: TypeAlias = ProjectionRunner[Application[UUID], View]


def projected_a_second(dsn: str, events: int) -> float:
    """Events a second from an empty view to the end of an application with `events`."""
    env = environment(dsn)
    application = Register(env=env)
    recorder: Any = application.recorder
    for batch in lives(life_of(application), events // LIFE):
        recorder.insert_events(batch)
    end = recorder.max_notification_id()
    begun = time.perf_counter()
    runner: _Runner = ProjectionRunner(
        application_class=Register, projection_class=RegisterAndTimeline, view_class=View, env=env
    )
    with runner:
        runner.wait(end, timeout=600)
        done = time.perf_counter() - begun
    application.close()
    return events / done
