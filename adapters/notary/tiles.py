"""The tiles of the log and the entries under them, as they are stored."""

from collections.abc import Collection, Mapping

import asyncpg

from adapters.migrate import check_name
from domain.transparency.errors import OutsideTree
from domain.transparency.tiles import WIDTH, Bundle, Tile, bundle_data
from domain.transparency.tree import HASH_SIZE

# LIMIT keeps each look an index scan over one tile, also where a plan was made while a table was
# small. A hash of another length, which only who owns the database can put there, would move those
# behind it: zeros stand in its place.
_LEAF_HASHES = f"""
    select tile.begin, tile.end_, count(*), string_agg(leaf.leaf_hash, '' order by leaf.position)
    from unnest($1::bigint[], $2::bigint[]) as tile(begin, end_)
    cross join lateral (
        select position, case when octet_length(leaf_hash) = {HASH_SIZE} then leaf_hash
            else decode('{bytes(HASH_SIZE).hex()}', 'hex') end as leaf_hash
        from {{schema}}.event
        where position > tile.begin and position <= tile.end_ order by position limit {WIDTH}
    ) as leaf
    group by tile.begin, tile.end_
"""
_HASHES = f"""
    select stored.level, stored.index, stored.hash
    from unnest($1::smallint[], $2::bigint[], $3::bigint[]) as tile(level, begin, end_)
    cross join lateral (
        select level, index, hash from {{schema}}.tile_hash
        where level = tile.level and index >= tile.begin and index < tile.end_
        order by index limit {WIDTH}
    ) as stored
"""
_HASHES_OF_LEVEL = """
    select index, hash from {schema}.tile_hash
    where level = $1 and index >= $2 and index < $3 order by index
"""
_LEAVES = """
    select leaf from {schema}.event where position > $1 and position <= $2 order by position
"""


class StoredTiles:
    """What can be read of the hash tree in `schema`. The leaf hashes are the entries' own; those of
    higher levels are stored by who publishes. Nothing is computed, and nothing believed, here.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, schema: str = "twinledger") -> None:
        check_name("schema", schema)
        self._pool = pool
        self._leaf_hashes = _LEAF_HASHES.format(schema=schema)
        self._hashes = _HASHES.format(schema=schema)
        self._of_level = _HASHES_OF_LEVEL.format(schema=schema)
        self._leaves = _LEAVES.format(schema=schema)

    async def hashes(self, level: int, begin: int, end: int) -> dict[int, bytes]:
        """The stored hashes of a level from 1 on: by index, from `begin` up to, not with, `end`."""
        rows = await self._pool.fetch(self._of_level, level, begin, end)
        return {row[0]: row[1] for row in rows}

    async def tiles(
        self,
        tiles: Collection[Tile],
        fresh: Mapping[tuple[int, int], bytes] | None = None,
    ) -> dict[Tile, bytes]:
        """The bytes of each of these tiles. However many they are, the database is asked once for
        those of level 0, and once for the others.

        `fresh` are hashes by level and index that count before the stored ones. Raises
        `OutsideTree` where not all of a tile is there.
        """
        leaf_tiles = {tile for tile in tiles if tile.level == 0}
        higher = [tile for tile in tiles if tile not in leaf_tiles]
        return await self._of_leaves(leaf_tiles) | await self._of_hashes(higher, fresh or {})

    async def bundle(self, bundle: Bundle) -> bytes:
        """The bytes of an entry bundle. Raises `OutsideTree` where not all of it is there."""
        begin = bundle.index * WIDTH
        rows = await self._pool.fetch(self._leaves, begin, begin + bundle.width)
        if len(rows) != bundle.width:
            raise OutsideTree(index=begin + bundle.width - 1, size=begin + len(rows))
        return bundle_data([row[0] for row in rows])

    async def _of_leaves(self, tiles: Collection[Tile]) -> dict[Tile, bytes]:
        if not tiles:
            return {}
        begins, ends = [_begin(tile) for tile in tiles], [_end(tile) for tile in tiles]
        rows = await self._pool.fetch(self._leaf_hashes, begins, ends)
        found = {(begin, end): (count, hashes) for begin, end, count, hashes in rows}
        data = {}
        for tile in tiles:
            count, data[tile] = found.get((_begin(tile), _end(tile)), (0, b""))
            if count != tile.width:
                raise OutsideTree(index=_end(tile) - 1, size=_begin(tile) + count)
        return data

    async def _of_hashes(
        self, tiles: Collection[Tile], fresh: Mapping[tuple[int, int], bytes]
    ) -> dict[Tile, bytes]:
        if not tiles:
            return {}
        levels = [tile.level for tile in tiles]
        begins, ends = [_begin(tile) for tile in tiles], [_end(tile) for tile in tiles]
        rows = await self._pool.fetch(self._hashes, levels, begins, ends)
        found = {(level, index): stored for level, index, stored in rows} | dict(fresh)
        data = {}
        for tile in tiles:
            places = [(tile.level, index) for index in range(_begin(tile), _end(tile))]
            there = [found[place] for place in places if place in found]
            if len(there) != tile.width:
                raise OutsideTree(index=_end(tile) - 1, size=_begin(tile) + len(there))
            data[tile] = b"".join(there)
        return data


def _begin(tile: Tile) -> int:
    """The first hash of its level that it holds."""
    return tile.index * WIDTH


def _end(tile: Tile) -> int:
    """The first one after it."""
    return tile.index * WIDTH + tile.width
