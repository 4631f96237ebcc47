"""The communities as the ways in read them."""

from datetime import date

from projections.communities.community import Community, CommunityPage
from projections.communities.projection import CommunitiesProjection, decode
from projections.projection import Pool, place_of
from projections.register import RegisterProjection
from projections.register.names import patterns

_GET = """
    select recorded from {schema}.community_version{suffix}
    where community = $1 and from_position <= $2 and to_position > $2
"""
# $4 is null where no day is asked: then nobody has to look into the register.
_WHERE = """
    c.from_position <= $1 and c.to_position > $1
    and ($2::text[] is null or c.search_text like all($2))
    and ($3 = '' or c.country = $3)
    and ($4::date is null or c.community in (
        select unnest(v.communities) from {schema}.register_version{register} v
        where v.from_position <= $1 and v.to_position > $1 and v.begun_from <= $4
    ))
"""
_PAGE = f"""
    select c.recorded, c.name_key, c.community from {{schema}}.community_version{{suffix}} c
    where {_WHERE} and (c.name_key, c.community) > ($5, $6)
    order by c.name_key, c.community limit $7
"""
_TOTAL = f"select count(*) from {{schema}}.community_version{{suffix}} c where {_WHERE}"


class PostgresCommunities:
    """A `projections.communities.community.Communities` on the table that `Runner` fills."""

    def __init__(self, pool: Pool, *, schema: str = "twinledger") -> None:
        self._pool = pool
        place = place_of(CommunitiesProjection(), schema)
        register = place_of(RegisterProjection(), schema)
        self._get, self._page, self._total = (
            place.sql(text).replace("{register}", register.suffix) for text in (_GET, _PAGE, _TOTAL)
        )

    async def search(
        self,
        *,
        position: int,
        as_of: date | None = None,
        query: str = "",
        country: str = "",
        after: tuple[str, str] | None = None,
        limit: int = 50,
        total: bool = False,
    ) -> CommunityPage:
        words = patterns(query) or None
        asked = (position, words, country, as_of)
        rows = await self._pool.fetch(self._page, *asked, *(after or ("", "")), limit + 1)
        shown = rows[:limit]
        last = shown[-1] if len(rows) > limit else None
        return CommunityPage(
            tuple(decode(row["recorded"]) for row in shown),
            next_after=(last["name_key"], last["community"]) if last else None,
            total=await self._pool.fetchval(self._total, *asked) if total else None,
        )

    async def get(self, community: str, *, position: int) -> Community | None:
        stored = await self._pool.fetchval(self._get, community, position)
        return None if stored is None else decode(stored)
