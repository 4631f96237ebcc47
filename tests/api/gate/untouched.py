"""Whether a refusal has left anything behind."""

import asyncpg

_TABLES = """
select table_schema || '.' || quote_ident(table_name) from information_schema.tables
where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
order by 1
"""


async def stored(pool: "asyncpg.Pool[asyncpg.Record]") -> dict[str, tuple[int, str]]:
    """Of every table how many rows it has, and a digest of all of them."""
    found = {}
    for (table,) in await pool.fetch(_TABLES):
        row = await pool.fetchrow(
            "select count(*), coalesce(md5(string_agg(t::text, '|' order by t::text)), '') "
            f"from {table} t"
        )
        assert row is not None
        found[table] = (row[0], row[1])
    return found
