"""One word for each value, wherever people read it."""

from typing import get_args

import pytest

from domain.partnership.commands import (
    ActivityKind,
    Advice,
    Cause,
    CorrectableField,
    LegalOutcome,
)
from domain.review.commands import Ground, Outcome, Result
from domain.values import Body, Grade, Kind, Motive, Role, Status, Tier, Vitality
from projections import words as w

NAMES = [
    *((Status, w.STATUSES), (Tier, w.TIERS), (Kind, w.KINDS), (Motive, w.MOTIVES)),
    *((Grade, w.GRADES), (Role, w.ROLES), (Body, w.BODIES), (ActivityKind, w.ACTIVITIES)),
    *((Cause, w.CAUSES), (Ground, w.GROUNDS), (Result, w.RESULTS), (Outcome, w.OUTCOMES)),
    *((Advice, w.ADVICE), (LegalOutcome, w.LEGAL_OUTCOMES), (Vitality, w.VITALITIES)),
    (CorrectableField, w.CORRECTABLE),
]
IN_A_SENTENCE = [
    *((Kind, w.KINDS_IN_A_SENTENCE), (ActivityKind, w.ACTIVITIES_IN_A_SENTENCE)),
    *((Cause, w.CAUSES_IN_A_SENTENCE), (Ground, w.GROUNDS_IN_A_SENTENCE)),
    (CorrectableField, w.CORRECTABLE_AS_HEADINGS),
]


@pytest.mark.parametrize(("values", "words"), [*NAMES, *IN_A_SENTENCE])
def test_every_value_that_can_be_recorded_has_its_word(
    values: object, words: dict[str, str]
) -> None:
    assert set(words) == set(get_args(values))
    assert not any("_" in word for word in words.values())


@pytest.mark.parametrize(("values", "words"), NAMES)
def test_a_value_has_the_same_word_in_every_list(values: object, words: dict[str, str]) -> None:
    assert {value: w.word(value) for value in get_args(values)} == words


@pytest.mark.parametrize(
    ("statuses", "perhaps_not", "read"),
    [
        (("active",), False, "Active"),
        (("active",), True, "Undetermined: not begun or active"),
        (("active", "suspended", "ended"), False, "Undetermined: active, suspended or ended"),
        ((), False, "Not begun"),
    ],
)
def test_a_status_is_said_with_its_doubt(
    statuses: tuple[Status, ...], perhaps_not: bool, read: str
) -> None:
    assert w.status_text(statuses, perhaps_not) == read
