"""given(history).when(command).then(events), or .refused(Why)."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from msgspec import Struct

from domain.dates import parse
from domain.decider import Act, Entry
from domain.history import Command
from domain.partnership.commands import FoundingCommand
from domain.partnership.decider import PARTNERSHIP
from domain.partnership.evolve import History
from domain.partnership.pair import not_recorded_yet
from domain.ports import Actor
from domain.refusals import Refused
from domain.review.commands import ReviewCommand
from domain.review.evolve import REVIEW
from domain.review.state import Reviews
from tests.domain.people import CLERK

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

R = TypeVar("R", bound=Refused)


class Did(Struct, frozen=True):
    """One thing that happened, by whom it was recorded, when, and what it committed to."""

    event: History
    by: Actor = CLERK
    on: str = ""
    private: dict[str, str] = {}


class Given:
    """A history; its entries stand at the positions 1, 2, 3 ..."""

    def __init__(self, *history: Did) -> None:
        self.entries = tuple(
            Entry(
                position,
                NOW - timedelta(hours=len(history) - position),
                parse(did.on) if did.on else None,
                did.by,
                did.event,
                did.private,
            )
            for position, did in enumerate(history, 1)
        )

    @property
    def state(self) -> Reviews:
        return REVIEW.fold(self.entries)

    def when(
        self,
        command: Command,
        *,
        by: Actor = CLERK,
        on: str | None = "2026-11-20",
        key: str = "a key",
        now: datetime = NOW,
    ) -> "When":
        return When(self, command, Act(by, key, now, parse(on) if on else None))


class When:
    """A command asked of a history."""

    def __init__(self, given: Given, command: Command, act: Act) -> None:
        self.given, self.command, self.act = given, command, act

    def decide(self) -> tuple[History, ...]:
        if isinstance(self.command, ReviewCommand):
            return REVIEW.decide(self.command, self.given.state, self.act)
        if isinstance(self.command, FoundingCommand):
            live = not_recorded_yet(self.given.entries)
            return PARTNERSHIP.decide(self.command, live, self.act)
        return PARTNERSHIP.decide(self.command, self.given.state.partnership, self.act)

    def then(self, *events: History) -> None:
        assert self.decide() == events

    def refused(self, why: type[R]) -> R:
        with pytest.raises(why) as refusal:
            self.decide()
        assert type(refusal.value) is why
        return refusal.value


def given(*history: Did) -> Given:
    return Given(*history)
