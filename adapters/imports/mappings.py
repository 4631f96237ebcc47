"""What people said of the columns of a list, remembered by the list's header."""

import asyncpg
import msgspec

from adapters.imports.columns import Columns, Said, header_digest


class PostgresMappings:
    """The table of `0004_import_mappings.sql`."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", schema: str) -> None:
        self._pool, self._table = pool, f"{schema}.import_mapping"

    async def remembered(self) -> dict[bytes, Said]:
        """All of them, by the digest of the header."""
        rows = await self._pool.fetch(f"select header_hash, said from {self._table}")
        return {row["header_hash"]: msgspec.json.decode(row["said"], type=Said) for row in rows}

    async def remember(self, columns: Columns, *, recorder: str) -> None:
        """From now on a list with this header is read so; what was said before is replaced."""
        await self._pool.execute(
            f"insert into {self._table} (header_hash, header, said, recorder) "
            "values ($1, $2, $3, $4) on conflict (header_hash) do update set "
            "said = excluded.said, recorder = excluded.recorder, said_at = clock_timestamp()",
            header_digest(columns.header),
            list(columns.header),
            msgspec.json.encode(columns.said).decode(),
            recorder,
        )
