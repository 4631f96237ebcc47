"""The headers that decide something, and what a body is said to be."""

import pytest

from api.gate.errors import Malformed, NotJson
from api.gate.headers import check_headers, check_kind, check_no_body


@pytest.mark.parametrize(
    "kind",
    [
        b"application/json",
        b"Application/JSON",
        b"application/json;charset=utf-8",
        b'application/json; charset="UTF-8"',
    ],
)
def test_json_in_utf_8_is_taken(kind: bytes) -> None:
    check_kind({b"content-type": kind})


@pytest.mark.parametrize(
    "kind",
    [
        b"",
        b"text/plain",
        b"text/json",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=x",
        b"application/problem+json",
        b"application/jsonx",
        b"application/json, text/plain",
        b"application/json; charset=utf-16",
        b"application/json; charset=latin-1",
        b"application/json; charset",
        b"application/json;",
        b"application/json; version=1",
    ],
)
def test_any_other_kind_of_body_is_refused(kind: bytes) -> None:
    with pytest.raises(NotJson, match="Send Content-Type: application/json"):
        check_kind({b"content-type": kind})


@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"zstd", b"identity, gzip", b""])
def test_a_compressed_body_is_refused(encoding: bytes) -> None:
    headers = {b"content-type": b"application/json", b"content-encoding": encoding}
    with pytest.raises(NotJson, match="compressed"):
        check_kind(headers)


@pytest.mark.parametrize("name", [b"authorization", b"idempotency-key", b"if-match"])
def test_a_header_that_decides_something_is_there_once(name: bytes) -> None:
    with pytest.raises(Malformed, match="is there twice"):
        check_headers([(name, b"a"), (b"accept", b"b"), (name, b"a")])


@pytest.mark.parametrize("value", [b"a\x00", b"a\x7f", b"a\tb", b"\xff", "ключ".encode()])
def test_a_header_that_decides_something_is_printable_ascii(value: bytes) -> None:
    with pytest.raises(Malformed, match="'Idempotency-Key' has a character"):
        check_headers([(b"idempotency-key", value)])


def test_headers_that_decide_nothing_may_say_what_they_like() -> None:
    named = (b"x-forwarded-by", "Прокси".encode())

    assert check_headers([named, named]) == {}


def test_a_body_with_a_question_is_refused() -> None:
    check_no_body({b"content-length": b"0"})
    with pytest.raises(Malformed, match="announces a body"):
        check_no_body({b"content-length": b"2"})
