"""The two joiners: taken where a reader sees what they do, refused everywhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ledger.joiners import JOINERS
from adapters.ledger.text import check_text
from domain.errors import NotCanonical
from domain.names import fold, slug
from projections.register.names import key

NON_JOINER, JOINER = "\u200c", "\u200d"


@pytest.mark.parametrize(
    "name",
    [
        f"خانه{NON_JOINER}ها",  # Persian: houses
        f"نمی{NON_JOINER}شود",
        f"می{NON_JOINER}\u064eرود",
        f"ශ්{JOINER}රී ලංකා",  # Sinhala: Sri Lanka
        f"क्{JOINER}ष",
        f"क्{NON_JOINER}ष",
        f"र्{JOINER}य",  # Marathi
        f"ബ്{NON_JOINER}ല",
    ],
)
def test_a_name_keeps_the_joiner_that_its_script_needs(name: str) -> None:
    check_text(name, "name")

    without = name.replace(NON_JOINER, "").replace(JOINER, "")
    assert (fold(name), key(name), slug(name, "")) == (
        fold(without),
        key(without),
        slug(without, ""),
    )


@pytest.mark.parametrize(
    "text",
    [
        f"Nor{JOINER}folk",
        f"Nor{NON_JOINER}folk",
        f"{NON_JOINER}خانه",
        f"خانه{NON_JOINER}",
        f"خانه{NON_JOINER} ها",
        f"خانه{NON_JOINER}{NON_JOINER}ها",
        f"خانه{JOINER}ها",
        f"دار{NON_JOINER}ها",  # nothing joins a reh to what follows
        f"خانه{NON_JOINER}a",
        f"ක්{JOINER}",
        f"ක{JOINER}ර",
        f"क्{JOINER}a",
        f"क्{JOINER}ර",
        f"a्{JOINER}a",
        f"👩{JOINER}👩",
        f"7{NON_JOINER}8",
    ],
)
def test_a_joiner_that_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(NotCanonical, match=r"U\+200[CD]"):
        check_text(text, "name")


_PIECES = st.sampled_from([*JOINERS, "ه", "ا", "د", "َ", "क", "ष", "्", "ක", "ර", "්", "a", "é", " "])


@given(st.text(_PIECES, min_size=1, max_size=12))
def test_no_joiner_is_taken_at_an_end_or_beside_another_script(text: str) -> None:
    try:
        check_text(text, "name")
    except NotCanonical:
        return
    for at, character in enumerate(text):
        if character in JOINERS:
            around = {text[at - 1 : at], text[at + 1 : at + 2]}
            assert not around & {"", " ", "a", "é", *JOINERS}, text.encode("unicode-escape")


@given(st.text(_PIECES, max_size=12))
def test_what_is_taken_with_joiners_is_compared_as_without(text: str) -> None:
    without = "".join(character for character in text if character not in JOINERS)

    assert (fold(text), key(text)) == (fold(without), key(without))
