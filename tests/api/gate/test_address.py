"""One address for one thing, each parameter known and once."""

from urllib.parse import parse_qsl, quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.gate.address import check_path, check_query
from api.gate.errors import AddressTooLong, GateRefusal, Malformed, Unfit
from api.gate.route import Route

ROUTE = Route(("as-of", "limit", "q"), frozenset({"limit"}), 1_000)


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"q=",
        b"q",
        b"q=Norfolk&limit=5",
        b"q=K%C3%B6ln",
        b"q=%E5%8C%97+%e4%b9%9d",
        b"%71=1",
        b"q=a=b",
        b"limit=0",
        b"limit=-1",
        b"limit=9007199254740991",
        b"limit=",
        b"as-of=2026-01-01",
        b"q=%26%3D%25%2B",
    ],
)
def test_a_plain_query_is_taken(query: bytes) -> None:
    check_query(query, ROUTE)


@pytest.mark.parametrize(
    ("query", "name", "code"),
    [
        (b"asof=2026", "asof", "parameter-unknown"),
        (b"as_of=2026", "as_of", "parameter-unknown"),
        (b"AS-OF=2026", "AS-OF", "parameter-unknown"),
        (b"q[]=1", "q[]", "parameter-unknown"),
        (b"=1", "", "parameter-unknown"),
        (b"&", "", "parameter-unknown"),
        (b"q=1&", "", "parameter-unknown"),
        (b"q=1;limit=2&x", "x", "parameter-unknown"),
        (b"q=1&q=1", "q", "parameter-twice"),
        (b"q=1&%71=2", "q", "parameter-twice"),
        (b"q=%", "q", "parameter-not-encoded"),
        (b"q=%4", "q", "parameter-not-encoded"),
        (b"q=%zz", "q", "parameter-not-encoded"),
        (b"q=%u0041", "q", "parameter-not-encoded"),
        (b"q=100%25%", "q", "parameter-not-encoded"),
        (b"q=\xc3\xb6", "q", "parameter-not-encoded"),
        (b"%zz=1", "", "parameter-not-encoded"),
        (b"q=%FF", "q", "parameter-not-utf-8"),
        (b"q=%C0%AF", "q", "parameter-not-utf-8"),
        (b"q=%ED%A0%80", "q", "parameter-not-utf-8"),
        (b"q=%F6", "q", "parameter-not-utf-8"),
        (b"q=%00", "q", "text-unfit"),
        (b"q=a%0Ab", "q", "text-unfit"),
        (b"q=%E2%80%AE", "q", "text-unfit"),
        (b"q=o%CC%88", "q", "text-unfit"),
        (b"limit=1_0", "limit", "number-not-whole"),
        (b"limit=1.0", "limit", "number-not-whole"),
        (b"limit=1e3", "limit", "number-not-whole"),
        (b"limit=%2B1", "limit", "number-not-whole"),
        (b"limit=01", "limit", "number-not-whole"),
        (b"limit=-0", "limit", "number-not-whole"),
        (b"limit=+1", "limit", "number-not-whole"),
        (b"limit=1%00", "limit", "number-not-whole"),
        (b"limit=1%0A", "limit", "number-not-whole"),
        (b"limit=%D9%A1", "limit", "number-not-whole"),
        (b"limit=9007199254740992", "limit", "number-not-whole"),
        (b"limit=" + b"9" * 5_000, "limit", "number-not-whole"),
    ],
)
def test_a_query_with_two_meanings_is_refused_by_name(query: bytes, name: str, code: str) -> None:
    with pytest.raises((Malformed, Unfit)) as refusal:
        check_query(query, ROUTE)

    (finding,) = refusal.value.findings
    assert (finding.place, finding.name, finding.code) == ("parameter", name, code)


def test_an_unknown_parameter_is_told_which_ones_there_are() -> None:
    with pytest.raises(Malformed, match="Possible are: as-of, limit, q"):
        check_query(b"page=2", ROUTE)


def test_a_query_longer_than_any_search_is_refused() -> None:
    with pytest.raises(AddressTooLong):
        check_query(b"q=" + b"a" * 10_000, ROUTE)


@given(st.sampled_from((b"", b"q=", b"limit=")), st.binary(max_size=100))
def test_any_query_is_taken_or_refused_and_never_a_fault(start: bytes, rest: bytes) -> None:
    try:
        check_query(start + rest, ROUTE)
    except GateRefusal:
        return

    parameters = parse_qsl((start + rest).decode("ascii"), keep_blank_values=True)
    assert {name for name, _ in parameters} <= set(ROUTE.parameters)


@pytest.mark.parametrize(
    "raw",
    [
        b"/api/v1/partnerships/",
        b"/api/v1//partnerships",
        b"/api/v1/%70artnerships",
        b"/api/v1/partnerships%00",
        b"/api/v1/\xff",
    ],
)
def test_another_spelling_of_an_address_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed, match="another spelling"):
        check_path(raw, "/api/v1/partnerships", {})


@pytest.mark.parametrize("text", ["1_0", "010", "+10", " 10"])
def test_another_spelling_of_a_number_in_the_path_is_refused(text: str) -> None:
    path = f"/api/v1/entries/{text}"
    with pytest.raises(Malformed, match="In the path, position is not a whole number"):
        check_path(quote(path, safe="/+").encode(), path, {"position": 10})


def test_an_id_in_other_letters_has_one_spelling() -> None:
    check_path(b"/api/v1/communities/jp-%E5%8C%97", "/api/v1/communities/jp-北", {})
    with pytest.raises(Malformed, match="another spelling"):
        check_path(b"/api/v1/communities/jp-%e5%8c%97", "/api/v1/communities/jp-北", {})


@pytest.mark.parametrize("hidden", ["\0", "\u202e", "e\u0301"])
def test_an_address_holds_only_text_that_shows(hidden: str) -> None:
    path = f"/api/v1/communities/{hidden}"
    with pytest.raises(Malformed, match="The path"):
        check_path(quote(path).encode(), path, {})
