"""Acts in the order in which they took place, as far as their dates tell."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from projections.dossier.dossier import Step
from projections.dossier.spans import bounds, in_order


class Dated(Struct, frozen=True):
    """An act of which only the step matters."""

    step: Step


def steps() -> st.SearchStrategy[Step]:
    days = st.integers(0, 1500).map(lambda n: (date(2020, 1, 1) + timedelta(n)).isoformat())
    dates = st.one_of(
        st.just(""),
        days,
        days.map(lambda day: day[:7]),
        days.map(lambda day: f"{day[:4]}~"),
        days.map(lambda day: f"../{day}"),
    )
    return st.builds(Step, on=dates, certain_by=st.just(date(2026, 1, 1)))


@given(st.lists(steps().map(Dated), max_size=30, unique_by=lambda act: act.step.position))
def test_the_next_one_is_the_first_recorded_that_may_precede_all_that_are_left(
    acts: list[Dated],
) -> None:
    left = list(acts)
    for act in in_order(acts):
        surely_over = min(bounds(one.step)[1] for one in left)
        first = next(one for one in left if bounds(one.step)[0] <= surely_over)
        assert act is first
        left.remove(first)
    assert not left
