"""Names of places: compared by what is heard, identified by what can be typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.names import fold, is_community_id, slug


@pytest.mark.parametrize(
    ("name", "country", "identifier"),
    [
        ("Norfolk", "US", "us-norfolk"),
        ("Le  Mans", "FR", "fr-le-mans"),
        ("広島市", "JP", "jp-広島市"),
        ("Санкт-Петербург", "RU", "ru-санкт-петербург"),
        ("Kyrenia", "", "xx-kyrenia"),
        ("Saint-Cyr-Sur-Loire", "FR", "fr-saint-cyr-sur-loire"),
        ("...", "FR", ""),
    ],
)
def test_a_place_gets_an_identifier_that_can_be_read(
    name: str, country: str, identifier: str
) -> None:
    assert slug(name, country) == identifier


def test_case_spaces_and_compatible_letters_do_not_tell_places_apart() -> None:
    assert fold("Biberach an der Riß") == fold("biberach  an der RISS")
    assert fold("San José") != fold("San Jose")


@given(st.text(max_size=200))
def test_every_identifier_made_from_a_name_is_accepted(name: str) -> None:
    identifier = slug(name, "XX")

    assert not identifier or is_community_id(identifier)


@pytest.mark.parametrize("text", ["", "us norfolk", "us-a|us-b", "us:norfolk", "a" * 300, "a\n"])
def test_what_could_be_mistaken_for_something_else_is_no_identifier(text: str) -> None:
    assert not is_community_id(text)
