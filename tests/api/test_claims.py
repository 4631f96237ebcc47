"""What is said, what the data say: each claim with a verdict, its rule and its null model."""

import csv
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from random import Random

import pytest

from adapters.claims import shipped_claims
from adapters.ledger.memory import MemoryLedger
from api.claims import Checked, CheckedClaims, ClaimChecks
from api.distances import NULL_MODEL, compare, place
from api.refusals import NotShownYet
from api.web.rendering import render
from domain.values import CommunityId, Party
from tests.api.narrow import seen_when_narrow
from tests.api.reported import Facts, happened

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"


class Pairs(Facts):
    """A register that only knows pairs."""

    def __init__(self, pairs: Iterable[tuple[Party, Party]]) -> None:
        super().__init__(())
        self.of = list(pairs)

    async def pairs(self) -> AsyncIterator[tuple[str, Party, Party, bool]]:
        for number, (home, counterpart) in enumerate(self.of):
            yield f"TL-{number:08}", home, counterpart, True


def town(name: str, longitude: float, country: str = "FR", qid: str = "") -> Party:
    """A town on the equator, where a degree is 111 km."""
    return Party(
        CommunityId(f"xx-{name.casefold()}"),
        name,
        country,
        latitude="0",
        longitude=str(longitude),
        qid=qid,
    )


def neighbours(pairs: int = 150) -> list[tuple[Party, Party]]:
    """Each paired with the next town, 111 km away, all around the equator."""
    return [
        (town(f"West {number}", number), town(f"East {number}", number + 1))
        for number in range(pairs)
    ]


def checks(
    pairs: Iterable[tuple[Party, Party]],
    ledger: MemoryLedger | None = None,
    *,
    shown: int = 100,
    missing: Sequence[int] = (),
    clock: Callable[[], float] = lambda: 0.0,
) -> ClaimChecks:
    async def reached(position: int) -> bool:
        return position <= shown

    async def first_missing(position: int) -> int | None:
        return min(missing, default=None)

    ledger = ledger or MemoryLedger()
    return ClaimChecks(Pairs(pairs), ledger, reached, first_missing, clock=clock)


async def checked(pairs: Iterable[tuple[Party, Party]]) -> CheckedClaims:
    return await checks(pairs).checked()


def row(claims: CheckedClaims, claim: str) -> Checked:
    return next(checked for checked in claims.rows if checked.claim.id == claim)


async def test_all_thirteen_claims_are_told_each_with_a_verdict_and_its_rule() -> None:
    claims = await checked([])

    assert [each.claim.id for each in claims.rows] == [f"K{n:02}" for n in range(1, 14)]
    assert all(each.rule and each.because for each in claims.rows)


async def test_where_partners_lie_near_the_claim_on_distance_is_not_borne_out() -> None:
    found = row(await checked(neighbours()), "K01")

    assert found.verdict == "not_borne_out"
    assert found.compared is not None
    assert round(found.compared.actual.median) == 111
    assert found.compared.lowest > 1000


async def test_where_partners_are_drawn_by_chance_nothing_speaks_against_it() -> None:
    west, east = zip(*neighbours(), strict=True)
    drawn = Random(1).sample(east, len(east))  # noqa: S311 - a draw that comes again

    assert row(await checked(zip(west, drawn, strict=True)), "K01").verdict == "nothing_against_it"


async def test_saint_petersburg_is_no_record_where_another_has_more_partners() -> None:
    most = [(town("Bethlehem", 35), town(f"Friend {n}", n)) for n in range(100)]
    russian = [(town("Saint Petersburg", 30, "RU"), town(f"Friend {n}", n)) for n in range(47)]

    found = row(await checked(most + russian), "K02")

    assert found.verdict == "not_borne_out"
    assert [(one.name, one.partners) for one in found.ranking[:2]] == [
        ("Bethlehem", 100),
        ("Saint Petersburg", 47),
    ]


async def test_where_it_has_the_most_nothing_speaks_against_it() -> None:
    pairs = [(town("St. Petersburg", 30, "RU"), town(f"Friend {n}", n)) for n in range(100)]

    assert row(await checked(pairs), "K02").verdict == "nothing_against_it"


async def test_saint_petersburg_in_florida_is_another_city() -> None:
    pairs = [(town("St. Petersburg", 30, "US"), town(f"Friend {n}", n)) for n in range(100)]

    found = row(await checked(pairs), "K02")

    assert "has no partnership here" in found.because


@pytest.mark.parametrize("claim", ["K01", "K02"])
async def test_a_small_register_tells_what_the_lists_said(claim: str) -> None:
    found = row(await checked(neighbours(3)), claim)

    assert found.verdict == "not_borne_out"
    assert "Not computed from this register" in found.because
    assert found.claim.data.startswith("not reproduced")


def test_the_null_model_keeps_degrees_and_names_its_runs_and_seed() -> None:
    assert "keeps its number of partners" in NULL_MODEL
    assert "20 runs" in NULL_MODEL
    assert "13016900" in NULL_MODEL


def test_the_same_pairs_give_the_same_comparison() -> None:
    pairs = [(place(0, n), place(10, 2 * n)) for n in range(50)]

    assert compare(pairs) == compare(pairs)
    assert sum(compare(pairs).shuffled.shares) == pytest.approx(1)


@pytest.mark.skipif(not DATA.exists(), reason="relations.csv is not beside this repository")
def test_on_the_real_list_the_medians_are_those_that_the_claim_is_told_with() -> None:
    cities = {
        city["city_id"]: place(float(city["lat"]), float(city["lon"]))
        for city in _rows("cities.csv")
        if city["lat"]
    }
    pairs = [
        (cities[row["a_id"]], cities[row["b_id"]])
        for row in _rows("relations.csv")
        if row["a_id"] in cities and row["b_id"] in cities
    ]

    compared = compare(pairs)

    assert (len(pairs), round(compared.actual.median)) == (24_640, 1001)
    assert 2150 < compared.shuffled.median < 2240
    assert not compared.chance_alone


def _rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


async def test_an_answer_is_kept_for_its_position_and_a_while_longer() -> None:
    ledger, now = MemoryLedger(), [0.0]
    kept = checks([], ledger, clock=lambda: now[0])
    first = await kept.checked()

    await happened(ledger)
    assert await kept.checked() is first
    now[0] = 301.0
    assert (await kept.checked()).position == 1


async def test_what_was_checked_without_an_entry_says_so_until_it_is_checked_with_it() -> None:
    missing, now = [2], [0.0]
    kept = checks([], missing=missing, clock=lambda: now[0])
    first = await kept.checked()
    missing.clear()

    assert first.incomplete_from == 2
    assert await kept.checked() is first
    now[0] = 301.0
    assert (await kept.checked()).incomplete_from is None


async def test_what_was_checked_on_a_history_that_is_gone_is_not_told_on_another() -> None:
    ledger, restored = MemoryLedger(), MemoryLedger()
    kept = checks([], ledger, clock=lambda: 0.0)
    for one in (ledger, restored):
        await happened(one)
    first = await kept.checked()
    kept._ledger = restored
    again = await kept.checked()

    assert (first.position, again.position) == (1, 1)
    assert first.leaf_hash != again.leaf_hash


async def test_nothing_is_computed_from_what_is_not_shown_yet() -> None:
    ledger = MemoryLedger()
    await happened(ledger)

    with pytest.raises(NotShownYet):
        await checks([], ledger, shown=0).checked()


async def test_where_there_is_no_room_for_bars_nothing_is_said_of_them() -> None:
    made = render(
        "claims.html",
        checked=await checked(neighbours()),
        incomplete_from=None,
        null_model=NULL_MODEL,
        runs=20,
        bands=["0 km"] * 7,
        lists=[],
    ).content.decode()
    words, narrow = re.sub(r"<[^>]*>", "", made), seen_when_narrow(made)

    assert "as recorded here (upper bar), and where partners are shuffled (lower bar, mean" in words
    assert "as recorded here, and where partners are shuffled (mean of 20 runs)" in narrow
    assert "bar" not in narrow


def test_the_file_of_claims_is_the_one_that_was_compiled() -> None:
    claims = shipped_claims()

    assert claims.sha256.startswith("d291f367152d165e")
    assert [claim.id for claim in claims.rows if claim.not_reproduced] == ["K01", "K02"]
