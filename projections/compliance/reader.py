"""What compliance reports count, partnership by partnership."""

from collections.abc import AsyncGenerator

import msgspec

from projections.compliance.facts import ComplianceFacts, Row, folded
from projections.compliance.noted import Noted
from projections.compliance.projection import ComplianceProjection
from projections.projection import Pool, place_of

_KNOWN_AT = """
    select partnership, position, fact from {schema}.compliance_fact{suffix}
    where position <= $1 order by partnership, position
"""
_AT_A_TIME = 500
"""Rows that a stream holds in memory."""

_DECODER: msgspec.json.Decoder[Noted] = msgspec.json.Decoder(Noted)


class PostgresCompliance:
    """A `Compliance` of `facts.py` on the table that `Runner` fills."""

    def __init__(self, pool: Pool, *, schema: str = "twinledger") -> None:
        self._pool = pool
        self._known_at = place_of(ComplianceProjection(), schema).sql(_KNOWN_AT)

    async def facts(self, position: int) -> AsyncGenerator[ComplianceFacts, None]:
        partnership: str = ""
        rows: list[Row] = []
        # One cursor is one snapshot: what is recorded meanwhile is not in it.
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            async for row in connection.cursor(self._known_at, position, prefetch=_AT_A_TIME):
                if rows and row["partnership"] != partnership:
                    yield folded(partnership, rows)
                    rows = []
                partnership = row["partnership"]
                rows.append((row["position"], _DECODER.decode(row["fact"])))
        if rows:
            yield folded(partnership, rows)
