"""A superuser changes what was signed, with all guards off: it is found, and where is said."""

from collections.abc import Sequence

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from adapters.notary.growing import GrowingTree
from adapters.notary.keys import signers_in
from api.verifier.twinledger_verify import Place
from domain.transparency.checkpoint import Checkpoint, format_checkpoint
from domain.transparency.note import Signer, format_note, format_vkey, sign_note
from tests.adapters.notary.desk import SCHEMA
from tests.adapters.submissions import event, submission
from tests.domain.transparency.log import STRANGER
from tests.verifier.auditor import refused, verified
from tests.verifier.ledger import SIZE, STEPS, Outsider, SignedLedger

CHANGED = "leaf = set_byte(leaf, 60, get_byte(leaf, 60) # 1)"
REWRITTEN = "leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'a visit', 'no visit'), 'UTF8')"
HASHED = "leaf_hash = sha256('\\x00'::bytea || leaf)"
SWAPPED = """
    update event a set {columns} from event b
    where (a.position, b.position) in ((1200, 3100), (3100, 1200))
"""


def spans(places: Sequence[Place]) -> list[tuple[int, int]]:
    return [(place.first, place.last) for place in places]


async def test_an_untouched_ledger_is_sound_and_verified_again_and_again(
    ledger: SignedLedger, outsider: Outsider
) -> None:
    for _ in range(2):
        assert (await ledger.columns()).sound
        answer = await ledger.signed()
        assert answer is not None
        assert verified(answer).under.checkpoint.size == SIZE
        verified(outsider.looks_at(await ledger.files()))


async def test_a_ledger_that_grows_meanwhile_is_verified(ledger: SignedLedger) -> None:
    await PostgresLedger(ledger.pool).append(submission(event("n")))

    answer = await ledger.signed()
    assert answer is not None
    verified(answer)


# What is done, the positions that are named, and what is said there. All in the middle of the log.
EXACT = [
    (f"update event set {CHANGED} where position = 2345", [2345], "it was changed"),
    ("update event set leaf = '' where position = 2345", [2345], "it is missing"),
    ("update event set leaf_hash = sha256('') where position = 2345", [2345], "stored hash was"),
    ("update event set leaf_hash = '' where position = 2345", [2345], "stored hash was"),
    ("delete from event where position = 2345", [2345], "it is missing"),
    ("delete from event where position = 1", [1], "it is missing"),
    (f"delete from event where position = {SIZE}", [SIZE], "it is missing"),
    (f"delete from event where position > {SIZE - 3}", [5198, 5199, 5200], "it is missing"),
    (f"update event set position = 9999 where position = {SIZE}", [SIZE], "it is missing"),
    (SWAPPED.format(columns="leaf = b.leaf"), [1200, 3100], "instead"),
]
# Where the hashes were changed too, the place is known as closely as what is still right tells.
NEAR = [
    (f"update event set {CHANGED} where position = 2345", (2305, 2560)),
    (SWAPPED.format(columns="leaf = b.leaf, leaf_hash = b.leaf_hash"), (1025, 1280)),
    ("update tile_hash set hash = sha256('') where (level, index) = (1, 7)", (1793, 2048)),
]


@pytest.mark.parametrize(("statement", "positions", "what"), EXACT)
async def test_what_was_done_is_named_with_its_very_positions(
    ledger: SignedLedger, statement: str, positions: list[int], what: str
) -> None:
    await ledger.tampered(statement)
    answer = await ledger.signed()
    columns = await ledger.columns()

    assert answer is not None
    named = [place for place in refused(answer).places if what in place.what]
    assert spans(named) == [(position, position) for position in positions]
    assert not columns.sound
    assert {problem.position for problem in columns.problems} & {*positions, positions[-1] + 1}


@pytest.mark.parametrize("position", [1, 2345, 2560, SIZE])
@pytest.mark.parametrize("stored", ["\\x", "\\x00", f"\\x{bytes(33).hex()}"])
async def test_a_hash_of_another_length_is_named_alone_by_who_downloads_the_register(
    ledger: SignedLedger, outsider: Outsider, stored: str, position: int
) -> None:
    """Those behind it in the same tile stand where they stood."""
    await ledger.tampered(f"update event set leaf_hash = '{stored}' where position = {position}")
    answer = refused(outsider.looks_at(await ledger.files()))

    what = "its stored hash was changed in the bundle"
    assert answer.places == (Place(position, position, what),)


@pytest.mark.parametrize(("statement", "place"), NEAR)
async def test_what_was_done_with_its_hashes_is_named_as_closely_as_can_be_told(
    ledger: SignedLedger, outsider: Outsider, statement: str, place: tuple[int, int]
) -> None:
    await ledger.tampered(statement, f"update event set {HASHED}")
    answer = await ledger.signed()

    assert answer is not None
    assert place in spans(refused(answer).places)
    assert place in spans(refused(outsider.looks_at(await ledger.files())).places)


async def test_an_entry_that_was_put_in_is_found_between_two_checkpoints(
    ledger: SignedLedger,
) -> None:
    await ledger.tampered(
        "update event set position = -position where position >= 2345",
        "update event set position = 1 - position where position < 0",
        "insert into event (position, recorded_at, leaf, leaf_hash) "
        "select 2345, recorded_at, leaf, leaf_hash from event where position = 2344",
        "update head set size = size + 1",
    )
    answer = await ledger.signed()

    assert answer is not None
    (first,) = refused(answer).places
    assert (first.first, first.last) == (STEPS[1] + 1, STEPS[2])


@pytest.fixture
async def rebuilt(ledger: SignedLedger) -> SignedLedger:
    """The whole history again with other words in entry 3000: every hash of it is right."""
    await ledger.tampered(f"update event set {REWRITTEN} where position = 3000")
    await ledger.tampered(f"update event set {HASHED} where position = 3000")
    tree = GrowingTree()
    for (each,) in await ledger.pool.fetch(
        f"select leaf_hash from {SCHEMA}.event order by position"
    ):
        tree.grow([each])
    await ledger.tampered(
        *(
            f"update tile_hash set hash = '\\x{one.hash.hex()}' "
            f"where (level, index) = ({one.level}, {one.index})"
            for one in tree.taken()
        )
    )
    return ledger


async def publish(ledger: SignedLedger, signer: Signer, keep: int = 0) -> None:
    """Sign what stands in the database, and leave of the checkpoints those up to `keep`."""
    tree = GrowingTree()
    for (each,) in await ledger.pool.fetch(
        f"select leaf_hash from {SCHEMA}.event order by position"
    ):
        tree.grow([each])
    (trusted,) = signers_in(ledger.notary, schema=SCHEMA, origin=None)
    text = format_checkpoint(Checkpoint(trusted.key.name, tree.size, tree.root()))
    note = format_note(sign_note(text, [signer])).hex()
    await ledger.tampered(
        f"delete from checkpoint where size > {keep}",
        "insert into checkpoint (origin, size, note) "
        f"values ('{trusted.key.name}', {tree.size}, '\\x{note}')",
    )


async def test_a_history_that_was_built_again_is_found_between_two_checkpoints(
    rebuilt: SignedLedger, outsider: Outsider
) -> None:
    assert (await rebuilt.columns()).sound  # all of it agrees with itself
    answer = await rebuilt.signed()

    assert answer is not None
    assert spans(refused(answer).places) == [(STEPS[1] + 1, STEPS[2])]
    found = refused(outsider.looks_at(await rebuilt.files()))
    assert spans(found.places) == [(STEPS[1] + 1, STEPS[2])]


async def test_a_history_that_was_built_again_and_signed_with_the_stolen_key_is_a_fork(
    rebuilt: SignedLedger,
) -> None:
    (signer,) = signers_in(rebuilt.notary, schema=SCHEMA, origin=None)
    await publish(rebuilt, signer)
    answer = await rebuilt.signed()

    assert answer is not None
    assert "signed two histories" in refused(answer).why
    assert all(first <= 3000 <= last for first, last in spans(refused(answer).places))
    assert len(list(rebuilt.remembered.rglob("fork.evidence"))) == 1


async def test_who_verified_before_finds_the_fork_of_the_stolen_key(
    ledger: SignedLedger, outsider: Outsider
) -> None:
    verified(outsider.looks_at(await ledger.files()))
    await ledger.tampered(f"update event set {REWRITTEN} where position = 3000")
    await ledger.tampered(f"update event set {HASHED} where position = 3000")
    (signer,) = signers_in(ledger.notary, schema=SCHEMA, origin=None)
    await publish(ledger, signer)

    assert "two histories" in refused(outsider.looks_at(await ledger.files())).why


async def test_a_checkpoint_of_another_key_is_forged_whatever_the_database_says(
    rebuilt: SignedLedger,
) -> None:
    await publish(rebuilt, STRANGER)
    await rebuilt.tampered(f"update log_key set vkey = '{format_vkey(STRANGER.key)}'")
    answer = await rebuilt.signed()

    assert answer is not None
    assert "is not signed by the key" in refused(answer).why
    assert spans(refused(answer).places) == [(1, SIZE)]


async def test_a_byte_of_the_checkpoint_is_found(ledger: SignedLedger) -> None:
    await ledger.tampered(
        "update checkpoint set note = "
        "set_byte(note, 40, case get_byte(note, 40) when 65 then 66 else 65 end) "
        f"where size = {SIZE}"
    )
    answer = await ledger.signed()

    assert answer is not None
    assert "forged" in refused(answer).why


async def test_a_register_that_was_set_back_lacks_what_its_notary_signed(
    ledger: SignedLedger,
) -> None:
    await ledger.tampered(
        f"delete from event where position > {STEPS[2]}",
        f"delete from checkpoint where size > {STEPS[2]}",
        f"delete from tile_hash where (index + 1) * 256 > {STEPS[2]}",
        f"update head set (size, recorded_at, leaf_hash) = (select position, recorded_at, leaf_hash"
        f" from event where position = {STEPS[2]})",
    )
    answer = await ledger.signed()

    assert answer is not None
    assert refused(answer).places == (Place(STEPS[2] + 1, SIZE, "they are missing"),)


async def test_a_database_without_any_checkpoint_was_tampered_with(ledger: SignedLedger) -> None:
    await ledger.tampered("delete from checkpoint")
    answer = await ledger.signed()

    assert answer is not None
    assert refused(answer).places == (Place(1, SIZE, "the checkpoint over them is gone"),)


@pytest.mark.parametrize(
    ("statement", "position"),
    [
        ("update event set recorded_at = recorded_at - interval '1 s' where position = 2345", 2345),
        ("update event set tag_1 = tag_1 + 1 where position = 2345", 2345),
        ("insert into event_tag values (7, 2345)", 2345),
        ("delete from command_key where first_position <= 2345 and last_position >= 2345", 2345),
    ],
)
async def test_a_changed_column_is_reported_apart_and_changes_nothing_that_was_signed(
    ledger: SignedLedger, statement: str, position: int
) -> None:
    await ledger.tampered(statement)
    columns, answer = await ledger.columns(), await ledger.signed()

    assert position in {problem.position for problem in columns.problems} or (
        columns.problem_count > len(columns.problems)
    )
    assert answer is not None
    verified(answer)


async def test_a_guard_that_is_off_is_told_before_anything_was_changed(
    ledger: SignedLedger,
) -> None:
    owner = await asyncpg.connect(ledger.owner_dsn)
    await owner.execute(f"alter table {SCHEMA}.event disable trigger append_only")
    await owner.close()
    columns = await ledger.columns()

    assert "the table event does not refuse changes" in columns.problems[0].what
