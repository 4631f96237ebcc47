"""The reviews as the ways in read them."""

from datetime import date

from domain.review.commands import Ground
from projections.projection import Pool, place_of
from projections.reviews.projection import ReviewsProjection, decode
from projections.reviews.review import ReviewPage, ReviewSummary, summary

_GET = """
    select note from {schema}.review_version{suffix}
    where review = $1 and from_position <= $2 and to_position > $2
"""
_WHERE = """
    from_position <= $1 and to_position > $1 and opened_on <= $2
    and ($3::boolean is null or (closed_on > $2) = $3)
    and ($4::text is null or ground = $4)
    and ($5 = '' or partnership = $5)
"""
_PAGE = f"""
    select note from {{schema}}.review_version{{suffix}}
    where {_WHERE} and opened_position > $6
    order by opened_position limit $7
"""
_TOTAL = f"select count(*) from {{schema}}.review_version{{suffix}} where {_WHERE}"


class PostgresReviewList:
    """A `projections.reviews.review.ReviewList` on the table that `Runner` fills."""

    def __init__(self, pool: Pool, *, schema: str = "twinledger") -> None:
        self._pool = pool
        place = place_of(ReviewsProjection(), schema)
        self._get, self._page, self._total = map(place.sql, (_GET, _PAGE, _TOTAL))

    async def search(
        self,
        *,
        day: date,
        position: int,
        open: bool | None = None,
        ground: Ground | None = None,
        partnership: str = "",
        after: int = 0,
        limit: int = 50,
        total: bool = False,
    ) -> ReviewPage:
        asked = (position, day, open, ground, partnership)
        rows = await self._pool.fetch(self._page, *asked, after, limit + 1)
        shown = tuple(summary(decode(row["note"]), day) for row in rows[:limit])
        return ReviewPage(
            shown,
            next_after=shown[-1].opened_position if len(rows) > limit else None,
            total=await self._pool.fetchval(self._total, *asked) if total else None,
        )

    async def get(self, review: str, *, day: date, position: int) -> ReviewSummary | None:
        stored = await self._pool.fetchval(self._get, review, position)
        return None if stored is None else summary(decode(stored), day)
