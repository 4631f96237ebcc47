"""Clients of the service that record acts by keys, log what they were told, and never give up.

Each does its next act when the one before is settled: recorded, or refused. Where nothing is
known, or nothing could be recorded, it sends the same again under the same key.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from domain.ports import Receipt
from tests.faults.history import Call, History
from tests.faults.real.asking import Answer, Gone, ask, request
from tests.faults.real.service import Service

NOTHING_STORED = frozenset({"not-recorded", "read-only"})
"""Problems of a service that say so; what else it answers with 5xx says nothing of it."""

PAUSE = 0.1  # seconds before the same is sent again


class Act(Struct, frozen=True):
    """What is sent, however often: `seen` is the position of the version that was seen."""

    key: str
    record: str
    seen: int
    sent: bytes


class Told(Struct):
    """What all clients were told, in numbers."""

    acknowledged: Counter[str] = msgspec.field(default_factory=Counter)
    """By the service that said so."""

    refused: Counter[str] = msgspec.field(default_factory=Counter)
    """By the code of the problem, or by its status."""

    problems: int = 0
    """Of the refusals those for which the service blames itself, 5xx."""

    unknown: int = 0
    settled: int = 0
    """Keys that were in doubt, and are not any more."""

    repeated: int = 0
    """Answers to keys that were recorded before."""


def _position(etag: str) -> int:
    return int(etag.strip('"').partition("-")[0])


class Clients:
    """`records` have the ETags of their last entries. `often` is how many of 100 tries are cut
    by their client, at any byte, and how many are sent to two services at once.
    """

    def __init__(
        self,
        services: Sequence[Service],
        history: History,
        records: dict[str, str],
        token: str,
        chance: random.Random,
        *,
        often: int = 3,
    ) -> None:
        self.history, self.told = history, Told()
        self.acts: dict[str, Act] = {}
        self.answers: dict[str, bytes] = {}
        self._services, self._versions, self._token = services, records, token
        self._chance, self._often = chance, often
        self.in_doubt: set[str] = set()
        self._known: set[str] = set()
        self._of_run = f"{chance.getrandbits(32):08x}"
        self._tasks: list[asyncio.Task[None]] = []
        self._working = False

    def begin(self, number: int = 6) -> None:
        """Let so many of them work at the same time, each on whichever record."""
        if self._working:
            return
        self._working = True
        self._tasks = [asyncio.create_task(self._work()) for _ in range(number)]

    async def end(self) -> None:
        """Return when each has settled its act, so that nothing is in doubt any more."""
        self._working = False
        async with asyncio.timeout(180):
            await asyncio.gather(*self._tasks)

    def give_up(self) -> None:
        """Leave whatever is under way."""
        for task in self._tasks:
            task.cancel()

    def require_working(self) -> None:
        """Raise what has ended one of them before its time."""
        for task in self._tasks:
            if task.done():
                task.result()

    async def _work(self) -> None:
        while self._working:
            await self.do(self.next_act())
            await asyncio.sleep(self._chance.uniform(0, 0.03))

    def next_act(self) -> Act:
        """An activity of a record, on the version of it that was heard of last."""
        record = self._chance.choice(list(self._versions))
        key = f"{self._of_run}-{len(self.acts)}"
        seen = self._versions[record]
        body = {
            "on": "2020-05-04",
            "deciding_body": "staff",
            "command": {"kind": "visit", "statement": f"Nine pupils came. {key}"},
        }
        sent = request(
            "POST",
            f"/api/v1/partnerships/{record}/actions/report-activity",
            msgspec.json.encode(body),
            Content_Type="application/json",
            Authorization=f"Bearer {self._token}",
            If_Match=seen,
            Idempotency_Key=key,
        )
        act = self.acts[key] = Act(key, record, _position(seen), sent)
        return act

    async def do(self, act: Act) -> None:
        """Until it is recorded or refused."""
        while True:
            service = self._chance.choice(self._services)
            fate = self._chance.randrange(100)
            if fate < self._often:
                await self.leave(act, service, self._chance.choice((None, self._some_of(act))))
            elif fate < 2 * self._often:
                if any(await asyncio.gather(*(self.once(act, each) for each in self._services))):
                    return
            elif await self.once(act, service):
                return
            await asyncio.sleep(self._chance.uniform(0, 2 * PAUSE))

    def _some_of(self, act: Act) -> int:
        return self._chance.randint(1, len(act.sent))

    async def leave(self, act: Act, service: Service, after: int | None = None) -> None:
        """Send so many bytes of it, all where none are given, and close the line a little later;
        nobody hears what came of it.
        """
        self.history.invoked(act.key, act.key)
        sent = act.sent if after is None else act.sent[:after]
        try:
            await ask(service.port, sent, leaves_after=self._chance.uniform(0, 0.02))
        except Gone:
            self._doubt(act)

    async def once(self, act: Act, service: Service) -> bool:
        """Ask once; whether it is known now what has come of it."""
        call = self.history.invoked(act.key, act.key)
        try:
            answer = await ask(service.port, act.sent)
        except Gone as gone:
            if gone.taken:
                self._doubt(act)
            else:
                self.history.failed(call)
            return False
        if answer.status == 201:
            self._acknowledged(call, act, answer, service)
            return True
        self.told.refused[answer.code or str(answer.status)] += 1
        if answer.status in (400, 401, 403, 404, 422, 428):
            raise AssertionError(f"{act.key} was not taken: {answer.body.decode()}")
        if answer.status >= 500:
            self.told.problems += 1
            if answer.code in NOTHING_STORED:
                self.history.failed(call)
            else:
                self._doubt(act)
            return False
        self.history.failed(call)
        if act.key in self.answers:
            raise AssertionError(f"{act.key} was recorded, and then refused: {answer.body!r}")
        self._saw(act.record, answer.json()["etag"])
        self._settled(act)
        return True

    def _acknowledged(self, call: Call, act: Act, answer: Answer, service: Service) -> None:
        said = answer.json()
        places = [entry["position"] for entry in said["entries"]]
        at = datetime.fromisoformat(said["recorded_at"])
        replayed = "idempotency-replayed" in answer.headers
        self.history.acknowledged(call, Receipt(places[0], places[-1], at, b"", replayed))
        self.told.acknowledged[service.name] += 1
        self.told.repeated += replayed
        self._saw(act.record, said["etag"])
        self._settled(act)
        first = self.answers.setdefault(act.key, answer.body)
        if first != answer.body:
            raise AssertionError(f"{act.key} has two answers: {first!r} and {answer.body!r}")

    def _saw(self, record: str, etag: str) -> None:
        # Answers overtake each other; at the same position, the later told is of another history.
        self._versions[record] = max(etag, self._versions[record], key=_position)

    def _doubt(self, act: Act) -> None:
        self.told.unknown += 1
        if act.key not in self._known:  # by what another of its tries was told
            self.in_doubt.add(act.key)

    def _settled(self, act: Act) -> None:
        self._known.add(act.key)
        if act.key in self.in_doubt:
            self.in_doubt.remove(act.key)
            self.told.settled += 1


_BEGINNING = f"0-{bytes(32).hex()}"


class Reader:
    """Follows the ledger over HTTP, and keeps every checkpoint that it is shown.

    Where it `may_be_told` that entries are lost that it was shown, it begins again, once.
    """

    def __init__(
        self, services: Sequence[Service], history: History, chance: random.Random
    ) -> None:
        self.checkpoints: set[bytes] = set()
        self.may_be_told = False
        """Of another history; a fault that loses entries says so."""
        self.answered = 0
        """Looks that were answered with entries, or with the word that there are no more."""

        self._services, self._history, self._chance = services, history, chance
        self._cursor = _BEGINNING
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._task = asyncio.create_task(self._follow())

    async def end(self) -> None:
        assert self._task is not None
        self._task.cancel()
        (ended_by,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(ended_by, Exception):
            raise ended_by

    async def _follow(self) -> None:
        while True:
            await self._look(self._chance.choice(self._services))
            await asyncio.sleep(PAUSE)

    async def _look(self, service: Service) -> None:
        """What has come since; where nobody answers, later."""
        try:
            entries = await ask(
                service.port, request("GET", f"/api/v1/entries?cursor={self._cursor}")
            )
            checkpoint = await ask(service.port, request("GET", "/checkpoint"))
        except Gone:
            return
        if checkpoint.status == 200:
            self.checkpoints.add(checkpoint.body)
        if entries.status == 409 and self.may_be_told:
            self.may_be_told = False
            self._history.seen["reader"].clear()
            self._cursor = _BEGINNING
        elif entries.status == 409:
            raise AssertionError(f"a reader was told of another history: {entries.body.decode()}")
        if entries.status != 200:
            return
        self.answered += 1
        for entry in entries.json()["items"]:
            place = (entry["position"], bytes.fromhex(entry["leaf_hash"]))
            self._history.seen["reader"].append(place)
            self._cursor = f"{place[0]}-{entry['leaf_hash']}"
