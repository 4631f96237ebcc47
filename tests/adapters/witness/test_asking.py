"""The register asks its witnesses; whatever they answer, it goes on as before."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import msgspec
import pytest

from adapters.clock import utc_now
from adapters.notary.keys import signers_in
from adapters.signing.ed25519 import Ed25519Signer, verify
from adapters.witness.asking import AskedOne, NotCosigned
from adapters.witness.evidence import evidence_in
from adapters.witness.folder import trust
from adapters.witness.witnessing import Witnessing, Witnessings
from domain.transparency.cosignature import cosign
from domain.transparency.errors import TooFewWitnesses
from domain.transparency.note import COSIGNATURE, format_signature, parse_note
from domain.transparency.policy import (
    AskedWitness,
    AskedWitnesses,
    parse_policy,
    verify_checkpoint,
)
from domain.transparency.submission import parse_submission
from tests.adapters.notary.desk import SCHEMA, NotaryDesk, altered, at_the_notary, record
from tests.adapters.witness.watched import FORGED, Watching, body, signed
from tests.conftest import Database

Answer = Callable[[httpx.Request], httpx.Response]
ADDRESS = "http://witness.test"
LIAR = Ed25519Signer("witness.liar.example", COSIGNATURE, bytes([3]) * 32)
OTHER = Ed25519Signer("witness.liar.example", COSIGNATURE, bytes([4]) * 32)


class Register:
    """A register with a notary, and one witness that it asks."""

    def __init__(self, desk: NotaryDesk, client: httpx.AsyncClient, signer: Ed25519Signer) -> None:
        self.desk, self.key, self._client = desk, signer.key, client
        self.witnessings = Witnessings(desk.pool)
        self.now = utc_now

    async def announces(self) -> None:
        """Let everybody know of the witness."""
        await self.witnessings.announce(AskedWitnesses((AskedWitness(self.key, ADDRESS),), 1))

    async def asks(self) -> bool:
        """Ask as a fresh process does; what the witness says instead of signing is kept."""
        witness = AskedWitness(self.key, ADDRESS)
        one = AskedOne(witness, self.desk.log, self.witnessings, self._client, now=self.now)
        try:
            return await one.ask()
        except NotCosigned as error:
            await one.tell(error.notice)
            return False

    async def stands(self) -> Witnessing:
        """What its pages say."""
        return await Witnessings(self.desk.pool).now()

    async def checkpoint(self) -> bytes:
        """What everybody may read."""
        latest = await self.desk.log.latest()
        assert latest is not None
        return latest.cosigned


@pytest.fixture
async def desk(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> AsyncIterator[NotaryDesk]:
    """A notary that has signed three entries."""
    await record(pool, 3)
    async with at_the_notary(pool, tmp_path / "notary") as opened:
        await opened.sign()
        yield opened


@pytest.fixture
async def watching(desk: NotaryDesk, tmp_path: Path) -> Watching:
    """A witness that trusts the register."""
    opened = Watching(tmp_path / "witness", trusts=False)
    opened.now = utc_now()
    trust(opened.folder, desk.policy.logs[0].key)
    return opened


@pytest.fixture
async def register(desk: NotaryDesk, watching: Watching) -> Register:
    opened = Register(desk, watching.client, watching.signer)
    await opened.announces()
    return opened


async def test_a_checkpoint_that_was_witnessed_satisfies_the_policy_that_is_handed_out(
    register: Register,
) -> None:
    policy = parse_policy(
        (await register.desk.log.policy(register.desk.policy.logs[0].key.name)).decode()
    )
    with pytest.raises(TooFewWitnesses):
        verify_checkpoint(await register.checkpoint(), policy, verify)

    assert await register.asks()
    (witnessed,) = verify_checkpoint(await register.checkpoint(), policy, verify).witnesses
    assert witnessed.name == "witness.lodz.example"
    stands = await register.stands()
    assert stands.size == 3
    assert "witnessed by witness.lodz.example up to entry 3, on" in stands.sentence


async def test_it_goes_on_from_what_the_witness_has_signed(register: Register) -> None:
    await register.asks()
    for _ in range(3):
        await record(register.desk.pool, 300)
        await register.desk.notary.step()
        assert await register.asks()

    assert (await register.stands()).size == 903


async def test_a_register_that_forgot_what_was_signed_learns_it_from_the_witness(
    register: Register, database: Database
) -> None:
    await register.asks()
    await altered(database.owner_dsn, "delete from twinledger.cosignature", tables=("cosignature",))
    await record(register.desk.pool, 4)
    await register.desk.notary.step()

    assert await register.asks()
    assert (await register.stands()).size == 7


async def test_what_is_signed_already_is_not_asked_again_before_an_hour_has_gone(
    register: Register, watching: Watching
) -> None:
    await register.asks()
    assert not await register.asks()

    watching.now += timedelta(hours=2)
    register.now = lambda: watching.now
    assert await register.asks()
    (word,) = (await register.stands()).witnesses
    assert word.at == watching.now.replace(microsecond=0)
    assert (await register.checkpoint()).count("— witness.lodz.example".encode()) == 1


async def test_an_entry_is_proven_under_the_last_checkpoint_that_was_witnessed(
    register: Register,
) -> None:
    await register.asks()
    await record(register.desk.pool, 1)
    await register.desk.notary.step()

    log = register.desk.log
    best, last = await log.best_over(3), await log.best_over(4)
    assert best is not None
    assert last is not None
    assert (best.size, last.size) == (3, 4)


async def test_a_witness_that_does_not_know_the_register_is_told_of_with_the_remedy(
    desk: NotaryDesk, tmp_path: Path
) -> None:
    stranger = Watching(tmp_path / "stranger", trusts=False)
    register = Register(desk, stranger.client, stranger.signer)
    await register.announces()
    await register.asks()

    (word,) = (await register.stands()).witnesses
    assert not word.notice.conflict
    assert "does not know this register" in word.notice.problem
    assert "twinledger witness trust " in word.notice.remedy


async def test_a_notice_goes_when_the_witness_signs(register: Register, watching: Watching) -> None:
    (watching.folder / "logs").rename(watching.folder / "away")
    await register.asks()
    assert (await register.stands()).witnesses[0].notice.problem

    (watching.folder / "away").rename(watching.folder / "logs")
    await register.asks()
    assert not (await register.stands()).witnesses[0].notice.problem


async def test_a_rewritten_register_is_caught_and_both_sides_say_so(
    register: Register, watching: Watching, database: Database, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await register.asks()
    honest = await register.desk.log.latest()
    assert honest is not None
    folder = register.desk.folder
    # Who holds the database and the notary's key begins again with another history.
    await altered(
        database.owner_dsn,
        "delete from twinledger.event where position > 1",
        "update twinledger.head set size = 1",
        "delete from twinledger.checkpoint",
        "delete from twinledger.cosignature",
        tables=("event", "checkpoint", "cosignature"),
    )
    (folder / "state.json").unlink()
    await record(pool, 4)
    forger = NotaryDesk(pool, folder)
    assert await forger.sign() == 5
    register.desk = forger
    await register.asks()

    (kept,) = evidence_in(watching.folder)
    assert kept.about.fork
    assert kept.part("witnessed.checkpoint") == honest.note
    (word,) = (await register.stands()).conflicts
    assert "has signed other entries than the first 3 of this register" in word.notice.problem
    assert (await register.stands()).sentence == "not witnessed"
    # It stays said, also when the witness then only refuses.
    await register.asks()
    assert (await register.stands()).conflicts


async def test_a_register_that_was_set_back_is_caught(
    register: Register, database: Database, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await record(pool, 2)
    await register.desk.notary.step()
    await register.asks()
    await altered(
        database.owner_dsn,
        "delete from twinledger.checkpoint where size > 3",
        "delete from twinledger.cosignature",
        tables=("checkpoint", "cosignature"),
    )
    await register.asks()

    (word,) = (await register.stands()).conflicts
    assert "has signed 5 entries of this register, of which only 3 are" in word.notice.problem


def signature(request: httpx.Request, by: Ed25519Signer, *, text: str = "", age: int = 0) -> bytes:
    """The cosignature line on what was submitted, or on another text."""
    note = parse_note(parse_submission(request.content).checkpoint)
    time = int(utc_now().timestamp()) - age
    return f"{format_signature(cosign(text or note.text, by, time))}\n".encode()


def answered(status: int, content: bytes) -> httpx.Response:
    """An answer that arrives as from the net."""
    return httpx.Response(status, stream=httpx.ByteStream(content))


def slow(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("it does not answer")


def gone(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nothing listens there")


LIES: dict[str, tuple[Answer, str]] = {
    "wrong key": (lambda asked: answered(200, signature(asked, OTHER)), "is not its"),
    "other root": (
        lambda asked: answered(200, signature(asked, LIAR, text="other\n3\nroot\n")),
        "is not its signature",
    ),
    "old": (lambda asked: answered(200, signature(asked, LIAR, age=4000)), "67 min"),
    "empty": (lambda _: answered(200, b""), "is not its signature"),
    "garbage": (lambda _: answered(200, bytes(range(256))), "is not its signature"),
    "huge": (lambda _: answered(200, b"a" * 20_000_000), "at a length"),
    "redirect": (
        lambda _: httpx.Response(
            307, headers={"location": "http://127.0.0.1:1/"}, stream=httpx.ByteStream(b"")
        ),
        "answers with status 307",
    ),
    "no size": (lambda _: answered(409, b"-1\n"), "but not from where"),
    "broken": (lambda _: answered(500, b"oh"), "status 500"),
    "slow": (slow, "does not answer in time"),
    "gone": (gone, "cannot be reached"),
}


@pytest.fixture
async def lied_to(desk: NotaryDesk, request: pytest.FixtureRequest) -> AsyncIterator[Register]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(request.param)) as client:
        register = Register(desk, client, LIAR)
        await register.announces()
        yield register


@pytest.mark.parametrize(("lied_to", "told"), LIES.values(), ids=LIES, indirect=["lied_to"])
async def test_a_witness_that_lies_changes_nothing_and_is_told_of(
    lied_to: Register, told: str
) -> None:
    before = await lied_to.checkpoint()
    await lied_to.asks()

    assert await lied_to.checkpoint() == before
    stands = await lied_to.stands()
    assert stands.sentence == "not witnessed"
    assert told in stands.witnesses[0].notice.problem
    assert not stands.conflicts
    # And the register goes on.
    await record(lied_to.desk.pool, 1)
    await lied_to.desk.notary.step()
    assert (await lied_to.desk.verified(4)).size == 4


@pytest.mark.parametrize(
    "lied_to",
    [
        lambda _: answered(409, b"99\n"),
        lambda _: answered(409, b"0\n"),
        lambda _: answered(422, b"no\n"),
    ],
    ids=["more entries", "the same size", "wrong proof"],
    indirect=True,
)
async def test_a_witness_that_claims_another_history_is_told_of_in_red_and_stops_nothing(
    lied_to: Register,
) -> None:
    await lied_to.asks()
    assert (await lied_to.stands()).conflicts

    await record(lied_to.desk.pool, 1)
    await lied_to.desk.notary.step()
    assert (await lied_to.desk.verified(4)).size == 4


async def test_a_cosignature_that_somebody_wrote_into_the_database_does_not_count(
    register: Register,
) -> None:
    latest = await register.desk.log.latest()
    assert latest is not None
    line = format_signature(cosign("other\n", LIAR, 1_795_000_000))
    await register.witnessings.add(register.key, latest.origin, 3, 1_795_000_000, line)

    assert (await register.stands()).sentence == "not witnessed"


def stopped(*notes: bytes) -> Answer:
    """The refusal of a witness that keeps these notes as evidence."""
    told = {"problem": "", "remedy": "", "checkpoints": [note.decode() for note in notes]}
    return lambda _: httpx.Response(
        403,
        headers={"content-type": "application/json"},
        stream=httpx.ByteStream(msgspec.json.encode(told)),
    )


async def test_who_signs_with_a_stolen_key_is_found_by_what_the_witness_keeps(
    register: Register, watching: Watching
) -> None:
    await register.asks()
    signer = signers_in(register.desk.folder, schema=SCHEMA, origin=None)[0]
    forged = signed(3, leaves=FORGED, by=signer, origin=signer.key.name)
    assert (await watching.sent(body(3, 3, note=forged))).status_code == 409
    await record(register.desk.pool, 1)
    await register.desk.notary.step()
    await register.asks()

    (word,) = (await register.stands()).conflicts
    assert (
        "a checkpoint of 3 entries that is signed with this register's key" in word.notice.problem
    )
    assert (await register.stands()).size == 3


async def test_evidence_against_a_register_is_checked_before_it_is_believed(
    desk: NotaryDesk,
) -> None:
    own = (await desk.log.latest() or pytest.fail("nothing is signed")).note
    forged = signed(3, leaves=FORGED, origin=desk.policy.logs[0].key.name)
    for notes in ((own, forged), (b"garbage", b""), ()):
        lies = httpx.MockTransport(stopped(*notes))
        async with httpx.AsyncClient(transport=lies) as client:
            register = Register(desk, client, LIAR)
            await register.announces()
            await register.asks()
        assert not (await register.stands()).conflicts
        assert "does not accept" in (await register.stands()).witnesses[0].notice.problem
