"""Random changes of a signed ledger, one for each seed: what was done, where, and what finds it."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import asyncpg
from msgspec import Struct

from adapters.ledger.audit import audit
from adapters.notary.growing import GrowingTree
from api.verifier.twinledger_verify import NotVerified, Verified, leaves_in, told
from domain.transparency.tiles import WIDTH, Bundle, Tile, bundle_data, path_of, tiles_of
from domain.transparency.tree import leaf_hash
from tests.adapters.notary.desk import SCHEMA
from tests.verifier.ledger import SIZE, STEPS, TABLES, Connection, Outsider, SignedLedger

A_BYTE = "a byte of an entry"
IN_COLUMNS = 5  # every so many seeds change a column; the others change what is signed


class Change(Struct, frozen=True):
    """What was done to the entries `first` to `last`. `exactly` where that can be told."""

    what: str
    first: int
    last: int
    exactly: bool = False


class Signed:
    """The files of a bundle of the ledger, apart in entries, hashes and checkpoints."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        bundles = [Bundle(at // WIDTH, min(WIDTH, SIZE - at)) for at in range(0, SIZE, WIDTH)]
        self.leaves = [leaf for each in bundles for leaf in leaves_in(files[path_of(each)])]

    def with_leaves(self, leaves: list[bytes], *, hashed: int = 0) -> dict[str, bytes]:
        """With these entries; `hashed` levels of the tree above them are made to fit."""
        files = dict(self.files)
        tree = GrowingTree()
        hashes = {(0, place): leaf_hash(leaf) for place, leaf in enumerate(leaves) if hashed}
        if hashed > 1:
            tree.grow(hashes.values())
            hashes |= {(made.level, made.index): made.hash for made in tree.taken()}
        for at in range(0, SIZE, WIDTH):
            bundle = Bundle(at // WIDTH, min(WIDTH, SIZE - at))
            files[path_of(bundle)] = bundle_data(leaves[at : at + bundle.width])
        for tile in tiles_of(SIZE):
            if tile.level < hashed:
                begin = tile.index * WIDTH
                places = range(begin, begin + tile.width)
                files[path_of(tile)] = b"".join(hashes[tile.level, place] for place in places)
        return files


def between_checkpoints(position: int) -> tuple[int, int]:
    """As closely as the checkpoints tell it alone."""
    before = max((size for size in STEPS if size < position), default=0)
    return before + 1, min(size for size in STEPS if size >= position)


def _byte(data: bytes, chance: Random, begin: int = 0) -> bytes:
    place = chance.randrange(begin, len(data))
    other = data[place] ^ chance.randrange(1, 256)
    return data[:place] + bytes([other]) + data[place + 1 :]


def a_byte_of_an_entry(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    position, leaves = chance.randint(1, SIZE), list(signed.leaves)
    leaves[position - 1] = _byte(leaves[position - 1], chance)
    return signed.with_leaves(leaves), Change(A_BYTE, position, position, True)


def an_entry_without_its_end(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    position, leaves = chance.randint(1, SIZE), list(signed.leaves)
    leaves[position - 1] = leaves[position - 1][: chance.randrange(len(leaves[position - 1]))]
    return signed.with_leaves(leaves), Change("an entry cut short", position, position, True)


def two_entries_swapped(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    one, other = sorted(chance.sample(range(1, SIZE + 1), 2))
    leaves = list(signed.leaves)
    leaves[one - 1], leaves[other - 1] = leaves[other - 1], leaves[one - 1]
    return signed.with_leaves(leaves), Change("two entries swapped", one, one, True)


def an_entry_and_its_hash(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    position, leaves = chance.randint(1, SIZE), list(signed.leaves)
    leaves[position - 1] = _byte(leaves[position - 1], chance)
    files = signed.with_leaves(leaves, hashed=1)
    return files, Change("an entry and its hash", *between_checkpoints(position))


def the_whole_history(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    position, leaves = chance.randint(1, SIZE), list(signed.leaves)
    leaves[position - 1] = _byte(leaves[position - 1], chance)
    files = signed.with_leaves(leaves, hashed=8)
    return files, Change("the history built again", *between_checkpoints(position))


def an_entry_dropped(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    position, leaves = chance.randint(1, SIZE), list(signed.leaves)
    leaves[position - 1 :] = [*leaves[position:], leaves[0]]
    files = signed.with_leaves(leaves, hashed=chance.choice((0, 1, 8)))
    return files, Change("an entry dropped", *between_checkpoints(position))


def an_entry_put_in(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    position, leaves = chance.randint(1, SIZE), list(signed.leaves)
    leaves.insert(position - 1, _byte(leaves[position - 1], chance))
    files = signed.with_leaves(leaves[:SIZE], hashed=chance.choice((0, 1, 8)))
    return files, Change("an entry put in", *between_checkpoints(position))


def the_end_cut_off(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    count, leaves = chance.randint(1, 50), list(signed.leaves)
    leaves[SIZE - count :] = []
    return signed.with_leaves(leaves), Change(
        "the end cut off", SIZE - count + 1, SIZE - count + 1, True
    )


def a_hash(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    tile = chance.choice(list(tiles_of(SIZE)))
    place = chance.randrange(tile.width)
    span = WIDTH**tile.level
    data, at = signed.files[path_of(tile)], 32 * place
    changed = data[:at] + _byte(data[at : at + 32], chance) + data[at + 32 :]
    first = (tile.index * WIDTH + place) * span + 1
    change = Change(f"a hash of level {tile.level}", first, first + span - 1, True)
    return signed.files | {path_of(tile): changed}, change


def a_tile_lost(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    tile = chance.choice([each for each in tiles_of(SIZE) if each.level == 0])
    lost: Tile | Bundle = chance.choice((tile, Bundle(tile.index, tile.width)))
    files = {name: data for name, data in signed.files.items() if name != path_of(lost)}
    first = tile.index * WIDTH + 1
    return files, Change("a file lost", first, first, True)


def the_checkpoint(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    changed = _byte(signed.files["checkpoint"], chance)
    return signed.files | {"checkpoint": changed}, Change("the checkpoint", 0, 0)


def an_earlier_checkpoint(signed: Signed, chance: Random) -> tuple[dict[str, bytes], Change]:
    size = chance.choice(STEPS[:-1])
    name = f"checkpoints/{size}"
    note = signed.files[name]
    text = note.partition(b"\n\n")[0]
    changed = _byte(text, chance) + note[len(text) :]
    return signed.files | {name: changed}, Change("an earlier checkpoint", 0, 0)


KINDS: list[Callable[[Signed, Random], tuple[dict[str, bytes], Change]]] = [
    a_byte_of_an_entry,
    an_entry_without_its_end,
    two_entries_swapped,
    an_entry_and_its_hash,
    the_whole_history,
    an_entry_dropped,
    an_entry_put_in,
    the_end_cut_off,
    a_hash,
    a_tile_lost,
    the_checkpoint,
    an_earlier_checkpoint,
]


def chance_of(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - to be repeated, not to be secret


def look_for(seed: int, signed: Signed, outsider: Outsider) -> str:
    """Change what was signed as `seed` says; what is wrong with what was found, or nothing."""
    chance = chance_of(seed)
    files, change = chance.choice(KINDS)(signed, chance)
    answer = outsider.looks_at(files)
    if not isinstance(answer, NotVerified):
        return f"{change.what}: {next(iter(told(answer)))}"
    if not change.first:
        return ""  # it is the checkpoint itself that is named
    named = answer.places
    spans = [(place.first, place.last) for place in named]
    if change.exactly and (change.first, change.last) not in spans:
        return f"{change.what} at {change.first}: {named[:3]}"
    if not any(place.first <= change.last and place.last >= change.first for place in named):
        return f"{change.what} in {change.first} to {change.last}: {named[:3]}"
    return ""


def _statement(at: int, chance: Random) -> str:
    """A change of the rows about the entry at a position."""
    here, number = f"where position = {at}", chance.getrandbits(60)
    byte, bit, far = chance.randrange(250), chance.randrange(63), SIZE + chance.randint(2, 99)
    return chance.choice(
        [
            f"update event set recorded_at = recorded_at + interval '{number % 999 + 1} us' {here}",
            f"update event set recorded_at = recorded_at - interval '{number % 999 + 1} us' {here}",
            f"update event set recorded_at = 'infinity' {here}",
            f"update event set tag_1 = tag_1 # (1::bigint << {bit}) {here}",
            f"update event set tag_{number % 3 + 2} = {number} {here}",
            f"update event set tag_1 = null {here}",
            f"insert into event_tag values ({number}, {at})",
            f"update event set position = {far} {here}",
            f"delete from event {here}",
            f"update event set leaf = set_byte(leaf, {byte}, get_byte(leaf, {byte}) # 1) {here}",
            f"update event set leaf_hash = set_byte(leaf_hash, {byte % 32}, "
            f"get_byte(leaf_hash, {byte % 32}) # 1) {here}",
            f"insert into command_key select gen_random_uuid(), {at}, {at}, '', ''",
        ]
    )


class OneConnection:
    """A connection with a change that is not committed, where a pool is asked for one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        yield self._connection


async def look_for_in_columns(seed: int, owner: Connection) -> str:
    """The same in the tables themselves, where everything is taken back again."""
    chance = chance_of(seed)
    position = chance.randint(1, SIZE)
    statement = _statement(position, chance)
    changing = owner.transaction(isolation="repeatable_read")
    await changing.start()
    try:
        await owner.execute(statement)
        pool: Any = OneConnection(owner)
        found = await audit(pool, SCHEMA, lambda _done, _all: None)
    finally:
        await changing.rollback()
    if position in {problem.position for problem in found.problems}:
        return ""
    return f"{statement}: {found.problems[:3]}"


async def hunt(
    seeds: Iterable[int], ledger: SignedLedger, outsider: Outsider
) -> AsyncIterator[tuple[int, str]]:
    """For each seed what it did and was not found, or nothing. Yields -1 for a false alarm.

    The ledger is looked at before, after and every 500 seeds in between: it is the same then.
    """
    signed = Signed(await ledger.files())
    owner = await asyncpg.connect(ledger.owner_dsn)
    try:
        await guards(owner, "disable")
        for number, seed in enumerate(seeds):
            if number % 500 == 0:
                yield -1, await _false_alarm(signed, ledger, outsider)
            if seed % IN_COLUMNS == 0:
                yield seed, await look_for_in_columns(seed, owner)
            else:
                yield seed, look_for(seed, signed, outsider)
        yield -1, await _false_alarm(signed, ledger, outsider)
        await guards(owner, "enable always")
    finally:
        await owner.close()
    yield -1, "" if (await ledger.columns()).sound else "the ledger is not as it was before"


async def _false_alarm(signed: Signed, ledger: SignedLedger, outsider: Outsider) -> str:
    answers = [outsider.looks_at(signed.files), await ledger.signed()]
    said = [next(iter(told(each))) for each in answers if each and not isinstance(each, Verified)]
    wrong = [problem for problem in (await ledger.columns()).problems if problem.position]
    return f"a false alarm: {said} {wrong}" if said or wrong else ""


async def guards(owner: Connection, how: str) -> None:
    """`disable` or `enable always` what refuses changes."""
    await owner.execute(f"set search_path = {SCHEMA}")
    for table in TABLES:
        await owner.execute(f"alter table {table} {how} trigger append_only")
