"""Three-valued logic: what is not known decides nothing, and what is decided stays."""

from hypothesis import given
from hypothesis import strategies as st

from domain.regime.truth import Truth, conjunction, disjunction, negation

truths = st.sampled_from([True, False, None])
several = st.lists(truths, min_size=1, max_size=5)


@given(several)
def test_not_all_is_the_same_as_some_not(values: list[Truth]) -> None:
    assert negation(conjunction(values)) is disjunction(negation(value) for value in values)


@given(several)
def test_not_any_is_the_same_as_all_not(values: list[Truth]) -> None:
    assert negation(disjunction(values)) is conjunction(negation(value) for value in values)


@given(several, st.data())
def test_learning_what_was_unknown_never_flips_an_answer(
    values: list[Truth], data: st.DataObject
) -> None:
    learnt = [data.draw(st.booleans()) if value is None else value for value in values]

    for join in (conjunction, disjunction):
        assert join(values) in (None, join(learnt))


@given(st.lists(st.booleans(), min_size=1))
def test_with_all_known_it_is_ordinary_logic(values: list[bool]) -> None:
    assert conjunction(values) is all(values)
    assert disjunction(values) is any(values)
