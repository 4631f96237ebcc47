"""One value under one key: it opens as what was committed to, or not at all."""

import secrets

import pytest

from adapters.private.sealing import KEY_SIZE, Altered, seal, unseal
from domain.private import SALT_SIZE, Committed, commitment_of

KEY = secrets.token_bytes(KEY_SIZE)
SALT = secrets.token_bytes(SALT_SIZE)
VALUE = b'"Ottilie"'
SAID = Committed("contact", VALUE, SALT, commitment_of(SALT, "contact", VALUE))


def test_what_was_sealed_opens_as_it_was() -> None:
    assert unseal("contact", SAID.commitment, seal(SAID, KEY), KEY) == VALUE


def test_the_same_value_is_sealed_in_another_way_each_time() -> None:
    assert seal(SAID, KEY) != seal(SAID, KEY)


def test_whoever_has_the_key_cannot_put_other_words_into_its_place() -> None:
    forged = Committed("contact", b'"Adam"', SALT, SAID.commitment)

    with pytest.raises(Altered):
        unseal("contact", SAID.commitment, seal(forged, KEY), KEY)


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_a_piece_of_it_opens_as_nothing(length: int) -> None:
    with pytest.raises(Altered):
        unseal("contact", SAID.commitment, seal(SAID, KEY)[:length], KEY)


def test_another_key_or_half_of_one_opens_nothing() -> None:
    for key in (secrets.token_bytes(KEY_SIZE), KEY[:7], b""):
        with pytest.raises(Altered):
            unseal("contact", SAID.commitment, seal(SAID, KEY), key)


def test_what_is_shown_of_a_value_on_its_way_is_not_the_value() -> None:
    assert "Ottilie" not in repr(SAID)


def test_a_commitment_is_what_anybody_computes_from_the_specification() -> None:
    assert commitment_of(bytes(32), "contact", b'"A"') == (
        "8db11752cba1da8df2ee0613eb8db2a39116bac400bb6644cfe9124e6b283fd1"
    )
