"""References as they are minted and typed, and what a field may hold."""

import re
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.partnership.commands import Suspend
from domain.refusals import Invalid
from domain.values import (
    Citation,
    CommunityId,
    Country,
    Name,
    RequiredStatement,
    Sha256,
    Vote,
    mint_partnership_id,
    mint_review_id,
    pair_of,
    read_partnership_id,
)


def test_a_reference_stays_the_same_for_ever() -> None:
    assert mint_partnership_id("import/Q1/Q2") == "TL-RHWS-ZTP5"
    assert mint_partnership_id("0190b7c4-1c1a-7b1e-8b1a-3d1b1f4d6a10") == "TL-C9X7-2BDA"
    assert mint_review_id("import/Q1/Q2") == "TR-6MNP-T1YX"


@given(st.text())
def test_a_minted_reference_is_read_again(key: str) -> None:
    minted = mint_partnership_id(key)

    assert read_partnership_id(minted) == minted
    assert read_partnership_id(minted.lower().replace("-", "").replace("0", "o")) == minted


@pytest.mark.parametrize(
    "typed",
    [
        "TL-7K3Q-9FZM",
        "tl-7k3q-9fzm",
        "  TL-7K3Q-9FZM\n",
        "TL7K3Q9FZM",
        "7K3Q-9FZM",
        "7k3q 9fzm",
        "TL–7K3Q–9FZM",
        "TL 7K3Q 9FZM",
        "TL_7K3Q_9FZM.",
    ],
)
def test_a_reference_is_read_as_people_type_it(typed: str) -> None:
    assert read_partnership_id(typed) == "TL-7K3Q-9FZM"


def test_letters_that_look_like_digits_are_digits() -> None:
    assert read_partnership_id("TL-OIL0-1111") == "TL-0110-1111"


@pytest.mark.parametrize(
    "typed", ["", "TL", "TL-7K3Q", "TL-7K3Q-9FZMM", "TR-7K3Q-9FZM", "TL-UUUU-UUUU", "٧K3Q-9FZM"]
)
def test_what_is_no_reference_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid, match="TL-7K3Q-9FZM"):
        read_partnership_id(typed)


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_reference_or_refused(typed: str) -> None:
    with suppress(Invalid):
        assert re.fullmatch(r"TL-[0-9A-Z]{4}-[0-9A-Z]{4}", read_partnership_id(typed), re.ASCII)


def test_a_pair_is_the_same_from_either_side() -> None:
    norfolk, kitakyushu = CommunityId("Q49231"), CommunityId("Q180937")

    assert pair_of(norfolk, kitakyushu) == pair_of(kitakyushu, norfolk) == "Q180937|Q49231"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("DE\n", Country),
        ("de", Country),
        ("DEU", Country),
        ("a" * 64 + "\n", Sha256),
        ("A" * 64, Sha256),
        ("", Name),
        (" ", Name),
        ("x" * 201, Name),
        ("", RequiredStatement),
        (" \t ", RequiredStatement),
        ("x" * 2001, RequiredStatement),
        ({"title": "Resolution", "sha256": "a" * 64 + "\n"}, Citation),
        ({"title": "Resolution", "page": 3}, Citation),
        ({"in_favour": -1}, Vote),
        ({"reason": "War.", "condition": " ", "evidence": [{"title": "Resolution"}]}, Suspend),
        ({"reason": "War.", "condition": "Peace.", "evidence": []}, Suspend),
    ],
)
def test_a_field_holds_what_it_may(value: object, kind: type) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, kind)


@pytest.mark.parametrize(("value", "kind"), [("", Country), ("DE", Country), ("a" * 64, Sha256)])
def test_a_code_is_taken_as_it_is(value: str, kind: type) -> None:
    assert msgspec.convert(value, kind) == value
