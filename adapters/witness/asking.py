"""The register's side: each witness is asked to sign each checkpoint, beside the notary's work.

Nothing waits for a witness, and none can stop the register: what it answers is either its true
signature on the published checkpoint, or something to tell people.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import asyncpg
import httpx
import structlog

from adapters.clock import utc_now, wait_at_most
from adapters.notary.notary import Signed
from adapters.notary.published import Published, PublishedLog
from adapters.postgres.errors import LOST
from adapters.signing.ed25519 import verify
from adapters.witness.client import Answer, Unanswered, client_for_witnesses, submit
from adapters.witness.foreign import foreign_in
from adapters.witness.witnessing import Witnessings, WitnessNotice
from domain.transparency.cosignature import time_of, witnessed_at
from domain.transparency.errors import NotProven
from domain.transparency.lines import number
from domain.transparency.note import Signer, format_signature, format_vkey, parse_note, parse_vkey
from domain.transparency.policy import AskedWitness, AskedWitnesses, LogKey, Policy
from domain.transparency.submission import Submission, format_submission

PERIOD = 5.0  # seconds after which a checkpoint is seen that nobody rang for
PAUSE, LONGEST_PAUSE = 5.0, 60.0  # seconds before a witness is asked again that did not sign
FRESH = timedelta(hours=1)  # how old a signature becomes on a ledger that does not grow
_TRIES = 3  # with the size that it names; others may show it checkpoints meanwhile
CLOCKS_APART = timedelta(minutes=10)

_log = structlog.get_logger("twinledger.witness")

_IT_IS_ASKED_AGAIN = "It is asked again by itself. If this stays, ask whoever keeps it."
_ANOTHER_HISTORY = (
    "Either somebody else signs with this register's key, or it was set back or rewritten{or_else}."
    " Whoever keeps the register: stop the service, keep a copy of the database and of the "
    "notary's folder as they are, and compare with what the witness shows at {address}; "
    "deploy/README.md has the steps."
)


class NotCosigned(Exception):
    """The witness has not signed; `notice` says why, for people."""

    def __init__(self, notice: WitnessNotice) -> None:
        super().__init__(notice.problem)
        self.notice = notice


class AskedOne:
    """One witness and what it is asked, one submission at a time."""

    def __init__(
        self,
        witness: AskedWitness,
        log: PublishedLog,
        witnessings: Witnessings,
        client: httpx.AsyncClient,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._witness, self._log, self._told = witness, log, witnessings
        self._client, self._now = client, now

    async def ask(self) -> bool:
        """Have it sign the last checkpoint, if it has not; false where there is nothing to ask.

        Raises `NotCosigned`.
        """
        latest = await self._log.latest()
        if latest is None:
            return False
        size, at = await self._told.signed_by(self._witness.key, latest.origin)
        if size >= latest.size and at is not None and self._now() - at < FRESH:
            return False
        for _ in range(_TRIES):
            answer = await self._submit(latest, size)
            if answer.status != 409:
                await self._take(latest, size, answer)
                return True
            said = self._size_in(answer)
            if said > latest.size:
                # Somebody may have shown it a checkpoint that is later than the one read here.
                latest = await self._log.latest() or latest
            if said > latest.size:
                raise self._conflict(
                    f"has signed {said} entries of this register, of which only {latest.size} are "
                    "signed here."
                )
            if said == size:
                raise self._conflict(f"has signed another root over the first {said} entries.")
            size = said
        raise self._not_cosigned("is busy with other checkpoints of it.", _IT_IS_ASKED_AGAIN)

    async def _submit(self, latest: Published, old: int) -> Answer:
        proof = await self._log.consistency(old, latest.size)
        body = format_submission(Submission(old, proof, latest.note))
        try:
            return await submit(self._client, self._witness.address, body)
        except Unanswered as error:
            raise self._not_cosigned(f"{error.problem}.", _IT_IS_ASKED_AGAIN) from error

    async def _take(self, latest: Published, old: int, answer: Answer) -> None:
        """Publish its signature, or raise what it says instead."""
        match answer.status:
            case 200:
                await self._publish(latest, answer.content)
            case 404:
                keys = await self._log.present_keys(latest.origin)
                vkeys = " ".join(key.vkey for key in keys)
                raise self._not_cosigned(
                    "does not know this register.",
                    f"Give the register's key to whoever keeps it, for `twinledger witness trust "
                    f"{vkeys}`.",
                )
            case 403:
                if (foreign := await foreign_in(self._log, answer)) is not None:
                    raise self._conflict(
                        f"keeps a checkpoint of {foreign.size} entries that is signed with this "
                        "register's key and is not of this register.",
                        or_else="",
                    )
                raise self._not_cosigned(
                    "does not accept what this register signs: it does not know its key, or keeps "
                    "evidence that there are two histories.",
                    f"Look at what it shows at {self._witness.address}, and ask whoever keeps it.",
                )
            case 422:
                raise self._conflict(
                    f"has signed other entries than the first {old} of this register."
                )
            case status:
                raise self._not_cosigned(
                    f"answers with status {status} and does not sign.", _IT_IS_ASKED_AGAIN
                )

    async def _publish(self, latest: Published, lines: bytes) -> None:
        key = self._witness.key
        try:
            note = parse_note(latest.note + lines)
            time = witnessed_at(note, key, verify)
        except NotProven:
            time = None
        if time is None:
            raise self._not_cosigned(
                "answers with something that is not its signature on this checkpoint.",
                "Compare its key in TWINLEDGER_WITNESSES with the one that it shows at "
                f"{self._witness.address}/key.",
            )
        apart = abs(time - self._now().timestamp())
        if apart > CLOCKS_APART.total_seconds():
            raise self._not_cosigned(
                f"signs with a clock that is {apart / 60:.0f} minutes from this one.",
                "Set both clocks by the time servers of the net.",
            )
        line = next(one for one in note.signatures if one.is_by(key) and time_of(one) == time)
        await self._told.add(key, latest.origin, latest.size, time, format_signature(line))
        await self._told.give(key, WitnessNotice())

    def _size_in(self, answer: Answer) -> int:
        try:
            return number(answer.content.decode("ascii").removesuffix("\n"), "size")
        except (UnicodeDecodeError, NotProven) as error:
            raise self._not_cosigned(
                "says that it goes on from elsewhere, but not from where.", _IT_IS_ASKED_AGAIN
            ) from error

    def _conflict(self, problem: str, or_else: str = ", or the witness is wrong") -> NotCosigned:
        remedy = _ANOTHER_HISTORY.format(address=self._witness.address, or_else=or_else)
        return NotCosigned(WitnessNotice(True, f"The witness {self._name} {problem}", remedy))

    def _not_cosigned(self, problem: str, remedy: str) -> NotCosigned:
        return NotCosigned(WitnessNotice(False, f"The witness {self._name} {problem}", remedy))

    @property
    def _name(self) -> str:
        return self._witness.key.name

    async def tell(self, notice: WitnessNotice) -> None:
        """Keep what it said. A conflict stays said until there is another, or the witness signs."""
        former = await self._told.notice_of(self._witness.key)
        if notice != former and (notice.conflict or not former.conflict):
            _log.warning("not_cosigned", witness=format_vkey(self._witness.key), why=notice.problem)
            await self._told.give(self._witness.key, notice)


class AskingWitnesses:
    """Has every witness of `asked` sign for the ledger in `schema`, until it is stopped."""

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        asked: AskedWitnesses,
        *,
        schema: str = "twinledger",
        period: float = PERIOD,
        pause: float = PAUSE,
    ) -> None:
        self._asked, self._period, self._pause = asked, period, pause
        self._log = PublishedLog(pool, schema=schema)
        self._witnessings = Witnessings(pool, schema=schema)
        self._rung = [asyncio.Event() for _ in asked.witnesses]

    def ring(self, _signers: Sequence[Signer] = (), _signed: Signed | None = None) -> None:
        """Say that there is a new checkpoint; it may be told to a `NotaryAtWork`."""
        for event in self._rung:
            event.set()

    async def keep(self, stop: asyncio.Event) -> None:
        """Ask until `stop` is set. Whatever fails is said, and tried again later."""
        if not await self._announced(stop):
            return
        async with client_for_witnesses() as client:
            await asyncio.gather(
                *(
                    self._keep_one(AskedOne(one, self._log, self._witnessings, client), rung, stop)
                    for one, rung in zip(self._asked.witnesses, self._rung, strict=True)
                )
            )

    async def _announced(self, stop: asyncio.Event) -> bool:
        """Let everybody know who is asked, as soon as there is a log; false where nobody can be."""
        while not stop.is_set():
            try:
                latest = await self._log.latest()
                if latest is not None:
                    # Raises where a log would vouch for itself.
                    keys = await self._log.present_keys(latest.origin)
                    logs = tuple(LogKey(parse_vkey(key.vkey)) for key in keys)
                    Policy(logs, tuple(w.key for w in self._asked.witnesses), self._asked.quorum)
                    await self._witnessings.announce(self._asked)
                    return True
            except NotProven as error:
                _log.error("witnesses_refused", problem=error.problem, remedy=error.remedy)
                return False
            except Exception:
                # Nobody waits for this task: what ended it would end all asking without a word.
                _log.warning("witnesses_not_announced", exc_info=True)
            await wait_at_most(self._period, stop)
        return False

    async def _keep_one(self, one: AskedOne, rung: asyncio.Event, stop: asyncio.Event) -> None:
        pause = self._pause
        while not stop.is_set():
            rung.clear()
            try:
                signed = await _signed(one)
            except Exception:
                # A fault with one witness is no reason to ask the others no more.
                _log.exception("asking_failed")
                signed = False
            if signed:
                pause = self._pause
                await wait_at_most(self._period, rung)
                continue
            await wait_at_most(pause, stop)
            pause = min(2 * pause, LONGEST_PAUSE)


async def _signed(one: AskedOne) -> bool:
    """Whether it signs now; what it says instead is kept where the database can be reached."""
    try:
        await one.ask()
    except NotCosigned as error:
        with suppress(*LOST, asyncpg.PostgresError):
            await one.tell(error.notice)
        return False
    return True
