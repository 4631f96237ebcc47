"""What is said, and what the data say: each claim with a verdict that names its rule.

A verdict is computed from this register where it holds enough, else told of the lists that were
checked when the claim was written down, else there is none.
"""

import asyncio
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Literal, TypeAlias

from msgspec import Struct

from adapters.claims import Claim, shipped_claims
from api.as_at import as_at
from api.distances import RUNS, Compared, Point, compare, place
from api.refusals import NotShownYet
from domain.dates import in_words
from domain.names import fold
from domain.ports import Head, Ledger
from domain.values import Party
from projections.views import Moment, PartnershipView, Register
from projections.words import beginning

Verdict: TypeAlias = Literal["not_borne_out", "nothing_against_it", "not_tested"]

ENOUGH = 100
"""Pairs that a register must hold before it is asked about a claim on all partnerships."""

_RANKS_SHOWN = 10
_SAINT_PETERSBURG = "Q656"
_SAINT_PETERSBURG_NAMES = {"saint petersburg", "st. petersburg", "st petersburg"}
_FIRSTS = {
    "K03": (("worthington", "US"), ("crailsheim", "DE")),
    "K04": (("paderborn", "DE"), ("le mans", "FR")),
    "K05": (("keighley", "GB"), ("poix-du-nord", "FR")),
}
"""The two of each claim that somebody was the first."""

_DISTANCE_RULE = (
    f"Not borne out where the median distance lies outside those of all {RUNS} shuffled runs, "
    f"which chance alone does at most twice in {RUNS + 1} times. Fewer than {ENOUGH} pairs with "
    "coordinates are not tested."
)
_RECORD_RULE = (
    "Not borne out where another community has more partners here; a partner counts once, and only "
    f"in a partnership that has not ended. Fewer than {ENOUGH} such pairs are not tested."
)
_LISTS_RULE = "The check on the lists of pairs that is told beside it."
_NO_RULE = "None: nothing recorded here could speak for or against it."
_FIRST_RULE = (
    "None: a register that does not hold every partnership there ever was cannot show that one "
    "was the first. What is recorded of the two is told."
)


class Ranked(Struct, frozen=True):
    """A community by its number of partners; `rank` is 1 for the most, shared by equals."""

    rank: int
    name: str
    country: str
    partners: int


class Recorded(Struct, frozen=True):
    """A partnership that a claim names, with the dates that the register has of it, in words."""

    partnership: str
    subject: str
    dates: tuple[str, ...]


class Checked(Struct, frozen=True, kw_only=True):
    """A claim, its verdict, the rule by which it was reached and why it came out so."""

    claim: Claim
    verdict: Verdict
    rule: str
    because: str
    compared: Compared | None = None
    ranking: tuple[Ranked, ...] = ()
    recorded: tuple[Recorded, ...] = ()


class CheckedClaims(Struct, frozen=True):
    """All claims. `position` is how many entries the register had when it was read, `leaf_hash`
    that of the last of them, in hexadecimal. `incomplete_from` is the first of them that could not
    be counted, None where all were.
    """

    position: int
    leaf_hash: str
    pairs: int
    sha256: str
    rows: tuple[Checked, ...]
    incomplete_from: int | None = None


class _Pair(Struct, frozen=True):
    partnership: str
    home: Party
    counterpart: Party


class ClaimChecks:
    """Checks the claims on one register: off the event loop, one at a time, kept by the last entry.

    While entries come in, and while one cannot be counted, a kept answer serves for `fresh_for`
    seconds; it says its position. `reached` says whether the read models show a position, after its
    own bound of waiting, `first_missing` which entry up to there they cannot show.
    """

    def __init__(
        self,
        register: Register,
        ledger: Ledger,
        reached: Callable[[int], Awaitable[bool]],
        first_missing: Callable[[int], Awaitable[int | None]],
        *,
        fresh_for: float = 300.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._register, self._ledger = register, ledger
        self._reached, self._first_missing = reached, first_missing
        self._fresh_for, self._clock = fresh_for, clock
        self._claims = shipped_claims()
        self._kept: CheckedClaims | None = None
        self._made_at = -math.inf
        self._one_at_a_time = asyncio.Lock()

    async def checked(self) -> CheckedClaims:
        """Every claim with what came of checking it. Raises `NotShownYet`."""
        async with self._one_at_a_time:
            head = await self._ledger.head()
            if self._kept is None or not await self._serves(self._kept, head):
                if not await self._reached(head.position):
                    raise NotShownYet(head.position)
                self._kept = await self._check(head)
                self._made_at = self._clock()
            return self._kept

    async def _serves(self, kept: CheckedClaims, head: Head) -> bool:
        if not await self._still_stands(kept):
            return False
        newest = kept.position == head.position and kept.incomplete_from is None
        return newest or self._clock() - self._made_at < self._fresh_for

    async def _still_stands(self, kept: CheckedClaims) -> bool:
        """Whether the register has the entry that was the last one then: else it was set back."""
        return (await as_at(self._ledger, kept.position)).leaf_hash.hex() == kept.leaf_hash

    async def _check(self, head: Head) -> CheckedClaims:
        missing = await self._first_missing(head.position)
        pairs = [
            _Pair(reference, home, counterpart)
            async for reference, home, counterpart, live in self._register.pairs()
            if live
        ]
        pairs.sort(key=lambda pair: pair.partnership)
        found = await asyncio.to_thread(_computed, pairs)
        rows = [await self._row(claim, pairs, found) for claim in self._claims.rows]
        return CheckedClaims(
            head.position,
            head.leaf_hash.hex(),
            len(pairs),
            self._claims.sha256,
            tuple(rows),
            missing,
        )

    async def _row(
        self, claim: Claim, pairs: Sequence[_Pair], found: "dict[str, Checked]"
    ) -> Checked:
        if claim.id in found:
            return found[claim.id]
        if claim.id not in _FIRSTS:
            because = "The register does not record what it is about."
            return Checked(claim=claim, verdict="not_tested", rule=_NO_RULE, because=because)
        named = frozenset(_FIRSTS[claim.id])
        views = [
            await self._register.get(pair.partnership, Moment())
            for pair in pairs
            if _ends(pair) == named
        ]
        recorded = tuple(_recorded(view) for view in views if view is not None)
        because = "The pair is recorded here." if recorded else "The pair is not recorded here."
        return Checked(
            claim=claim,
            verdict="not_tested",
            rule=_FIRST_RULE,
            because=because,
            recorded=recorded,
        )


def _computed(pairs: Sequence[_Pair]) -> dict[str, Checked]:
    claims = {claim.id: claim for claim in shipped_claims().rows}
    return {"K01": _distance(claims["K01"], pairs), "K02": _record(claims["K02"], pairs)}


def _distance(claim: Claim, pairs: Sequence[_Pair]) -> Checked:
    placed = [
        (one, other)
        for pair in pairs
        if (one := _placed(pair.home)) and (other := _placed(pair.counterpart))
    ]
    if len(placed) < ENOUGH:
        return _of_the_lists(claim, f"{len(placed)} pairs here have coordinates on both sides")
    compared = compare(placed)
    told = (
        f"The median distance is {compared.actual.median:,.0f} km; where partners are shuffled it "
        f"is {compared.shuffled.median:,.0f} km, from {compared.lowest:,.0f} to "
        f"{compared.highest:,.0f} km over {RUNS} runs"
    )
    return Checked(
        claim=claim,
        verdict="nothing_against_it" if compared.chance_alone else "not_borne_out",
        rule=_DISTANCE_RULE,
        because=f"{told}, {compared.pairs:,} pairs.",
        compared=compared,
    )


def _record(claim: Claim, pairs: Sequence[_Pair]) -> Checked:
    partners: dict[str, set[str]] = defaultdict(set)
    parties: dict[str, Party] = {}
    for pair in pairs:
        for one, other in ((pair.home, pair.counterpart), (pair.counterpart, pair.home)):
            partners[one.community].add(other.community)
            parties[one.community] = one
    meant = [known for known, party in parties.items() if _is_saint_petersburg(party)]
    if len(pairs) < ENOUGH:
        return _of_the_lists(claim, f"{len(pairs)} partnerships here have not ended")
    if not meant:
        return _of_the_lists(claim, "Saint Petersburg has no partnership here")
    most_first = sorted(parties, key=lambda known: (-len(partners[known]), known))
    numbers = [len(partners[known]) for known in most_first]

    def ranked(known: str) -> Ranked:
        party, number = parties[known], len(partners[known])
        return Ranked(numbers.index(number) + 1, party.name, party.country, number)

    best = min(meant, key=most_first.index)
    shown = dict.fromkeys((*most_first[:_RANKS_SHOWN], best))
    first, own = ranked(most_first[0]), ranked(best)
    return Checked(
        claim=claim,
        verdict="nothing_against_it" if own.rank == 1 else "not_borne_out",
        rule=_RECORD_RULE,
        because=(
            f"{own.name} has {own.partners} partners here, rank {own.rank}; the most has "
            f"{first.name} with {first.partners}."
        ),
        ranking=tuple(map(ranked, shown)),
    )


def _of_the_lists(claim: Claim, too_few: str) -> Checked:
    """This register holds too little: what the lists said when the claim was written down."""
    return Checked(
        claim=claim,
        verdict="not_borne_out" if claim.not_reproduced else "not_tested",
        rule=_LISTS_RULE,
        because=f"Not computed from this register: {too_few}.",
    )


def _placed(party: Party) -> Point | None:
    try:
        latitude, longitude = float(party.latitude), float(party.longitude)
    except ValueError:
        return None
    return place(latitude, longitude) if math.isfinite(latitude + longitude) else None


def _is_saint_petersburg(party: Party) -> bool:
    if party.qid:
        return party.qid == _SAINT_PETERSBURG
    return party.country == "RU" and fold(party.name) in _SAINT_PETERSBURG_NAMES


def _ends(pair: _Pair) -> frozenset[tuple[str, str]]:
    return frozenset((fold(p.name), p.country) for p in (pair.home, pair.counterpart))


def _recorded(view: PartnershipView) -> Recorded:
    labels = ((beginning(view.statuses), view.since), ("Formal agreement", view.formally_since))
    return Recorded(
        view.partnership,
        f"{view.home.name} – {view.counterpart.name}",
        tuple(f"{label} {in_words(fact.on)}" for label, fact in labels if fact),
    )
