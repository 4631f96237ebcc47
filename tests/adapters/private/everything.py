"""All that a database holds, as text: for whoever looks for something that must not be there."""

import asyncpg


async def tables_with(dsn: str, secret: str) -> list[str]:
    """The tables of which a row shows `secret`: as text, in JSON, or as its bytes."""
    spellings = (secret, secret.encode("unicode_escape").decode(), secret.encode().hex())
    connection = await asyncpg.connect(dsn)
    try:
        tables = await connection.fetch(
            "select format('%I.%I', schemaname, tablename) as name from pg_tables "
            "where schemaname not in ('pg_catalog', 'information_schema') order by 1"
        )
        assert tables
        found = []
        for (name,) in tables:
            sql = f"select exists (select from {name} t, unnest($1::text[]) s "
            if await connection.fetchval(sql + "where position(s in t::text) > 0)", spellings):
                found.append(name)
        return found
    finally:
        await connection.close()
