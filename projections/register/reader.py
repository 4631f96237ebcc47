"""The register as the pages, the command line and the reports read it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from typing import cast

import msgspec

from domain.refusals import Invalid
from domain.regime.facts import PartnershipFacts
from domain.values import LIVE, Party, Status, read_partnership_id
from projections.dossier.dossier import Dossier
from projections.dossier.stored import decode
from projections.projection import Place, Pool, place_of
from projections.register import names, queries
from projections.register.projection import RegisterProjection
from projections.register.view import facts, view
from projections.views import Counts, Filters, Moment, Page, PartnershipView

_AT_A_TIME = 500
"""Rows that a stream holds in memory."""


def today_in_utc() -> date:
    """The day of every read that names none."""
    return datetime.now(UTC).date()


class PostgresRegister:
    """A `projections.views.Register` on the tables that `Runner` fills."""

    def __init__(
        self, pool: Pool, *, schema: str = "twinledger", today: Callable[[], date] = today_in_utc
    ) -> None:
        self._pool, self._today = pool, today
        self._place = place_of(RegisterProjection(), schema)

    async def search(
        self,
        filters: Filters,
        moment: Moment,
        *,
        limit: int = 50,
        after: str | None = None,
        total: bool = True,
    ) -> Page:
        asked = _Question(self._place, moment, self._today())
        sql = asked.sql(
            queries.SEARCH_AND_COUNT if total else queries.SEARCH,
            where=_where(filters, asked),
            after=_after(after, asked),
            limit=asked.value(limit + 1, "bigint"),
        )
        rows = await self._pool.fetch(sql, *asked.values)
        found = [row for row in rows if row["dossier"] is not None]
        shown = found[:limit]
        more = len(found) > limit
        return Page(
            tuple(view(decode(row["dossier"]), asked.day) for row in shown),
            total=rows[0]["n"] if total else None,
            next_after=_token(shown[-1]["name_key"], shown[-1]["partnership"]) if more else None,
        )

    async def get(self, partnership: str, moment: Moment) -> PartnershipView | None:
        asked = _Question(self._place, moment, self._today())
        sql = asked.sql(queries.GET, ref=asked.value(partnership, "text"))
        stored = await self._pool.fetchval(sql, *asked.values)
        return None if stored is None else view(decode(stored), asked.day)

    async def counts(self, moment: Moment) -> Counts:
        asked = _Question(self._place, moment, self._today())
        rows = await self._pool.fetch(asked.sql(queries.COUNTS, day=asked.on_day), *asked.values)
        return Counts(
            {cast(Status, row["status"]): row["n"] for row in rows if row["status"]},
            uncertain=sum(row["n"] for row in rows if not row["status"]),
            under_review=sum(row["under_review"] for row in rows),
        )

    async def countries(self) -> tuple[tuple[str, int], ...]:
        asked = _Question(self._place, Moment(), self._today())
        rows = await self._pool.fetch(asked.sql(queries.COUNTRIES))
        return tuple((row["country"], row["n"]) for row in rows)

    async def facts(self, moment: Moment) -> AsyncIterator[PartnershipFacts]:
        asked = _Question(self._place, moment, self._today())
        async for dossier in self._all(asked):
            yield facts(dossier, asked.day)

    async def pairs(self) -> AsyncIterator[tuple[str, Party, Party, bool]]:
        async for dossier in self._all(_Question(self._place, Moment(), self._today())):
            live = dossier.status in LIVE
            yield dossier.partnership, dossier.home, dossier.counterpart, live

    async def _all(self, asked: "_Question") -> AsyncIterator[Dossier]:
        # One cursor is one snapshot: what is recorded meanwhile is not in it.
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            rows = connection.cursor(asked.sql(queries.ALL), *asked.values, prefetch=_AT_A_TIME)
            async for row in rows:
                yield decode(row["dossier"])


class _Question:
    """A statement in the making: the moment that it is about, and its values in order."""

    def __init__(self, place: Place, moment: Moment, today: date) -> None:
        self._place = place
        self.day = moment.as_of or today
        self.values: list[object] = []
        self._known = queries.KNOWN_NOW
        if moment.position is not None:
            position = self.value(moment.position, "bigint")
            self._known = queries.KNOWN_AT.format(position=position)

    def value(self, value: object, type_: str) -> str:
        """Where `value` stands in the statement."""
        self.values.append(value)
        return f"${len(self.values)}::{type_}"

    @property
    def on_day(self) -> str:
        return self.value(self.day, "date")

    def sql(self, text: str, **parts: str) -> str:
        """Fill in `parts`: fixed pieces of SQL and places of values, never a value itself."""
        return text.format(
            schema=self._place.views, suffix=self._place.suffix, known=self._known, **parts
        )


def _where(filters: Filters, asked: _Question) -> str:
    day = asked.on_day
    clauses = [f"v.begun_from <= {day}"]
    if filters.query.strip():
        words = asked.value(names.patterns(filters.query), "text[]")
        reference = asked.value(_reference(filters.query), "text")
        clauses.append(f"(v.search_text like all({words}) or v.partnership = {reference})")
    if filters.status:
        status = asked.value(filters.status, "text")
        clauses.append(asked.sql(queries.STATUS_IS_CERTAIN, status=status, day=day))
    if filters.country:
        clauses.append(f"v.countries @> array[{asked.value(filters.country, 'text')}]")
    if filters.tier:
        tier = asked.value(filters.tier, "text")
        clauses.append(asked.sql(queries.TIER_ON_DAY, tier=tier, day=day))
    if filters.under_review:
        clauses.append(f"v.under_review @> {day}")
    if filters.community:
        clauses.append(f"v.communities @> array[{asked.value(filters.community, 'text')}]")
    return " and ".join(clauses)


def _reference(query: str) -> str:
    """The reference that the query may be, written with O for 0 or without dashes; else empty."""
    try:
        return read_partnership_id(query)
    except Invalid:
        return ""


def _after(token: str | None, asked: _Question) -> str:
    if token is None:
        return "true"
    try:
        name_key, partnership = msgspec.json.decode(
            urlsafe_b64decode(token.encode()), type=tuple[str, str]
        )
        if "\0" in name_key + partnership:
            raise ValueError("Postgres has no text with a NUL")
    except (ValueError, msgspec.MsgspecError):
        raise Invalid(
            "after", f"{token!r} is not a place in a list", "Begin again at the first page."
        ) from None
    place = f"({asked.value(name_key, 'text')}, {asked.value(partnership, 'text')})"
    return f"(v.name_key, v.partnership) > {place}"


def _token(name_key: str, partnership: str) -> str:
    return urlsafe_b64encode(msgspec.json.encode((name_key, partnership))).decode()
