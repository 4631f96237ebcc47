"""The headers that decide something: printable ASCII, each once; and a body announced as JSON."""

from collections.abc import Iterable

from api.gate.errors import Finding, Malformed, NotJson

READ = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"idempotency-key",
        b"if-match",
        b"if-none-match",
        b"last-event-id",
    }
)
"""Those whose value decides something. Others are not looked at: proxies write what they like."""


def check_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers of `READ` that are there. Raises `Malformed`."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name not in READ:
            continue
        if name in found:
            raise Malformed(_finding(name, "header-twice", "is there twice", "Send it once."))
        if not (value.isascii() and value.decode("ascii").isprintable()):
            raise Malformed(
                _finding(
                    name,
                    "header-not-ascii",
                    "has a character that is not printable ASCII",
                    "Write it in printable ASCII.",
                )
            )
        found[name] = value
    return found


def check_kind(headers: dict[bytes, bytes]) -> None:
    """Raise `NotJson` unless the body is announced as plain JSON in UTF-8."""
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise NotJson(
            _finding(
                b"content-encoding",
                "body-encoded",
                "announces a compressed body, which is not taken",
                "Send the JSON as it is.",
            )
        )
    kind, *parameters = headers.get(b"content-type", b"").split(b";")
    if kind.strip().lower() != b"application/json" or any(
        parameter.strip().lower() not in (b"charset=utf-8", b'charset="utf-8"')
        for parameter in parameters
    ):
        raise NotJson(
            _finding(
                b"content-type",
                "content-type-not-json",
                "is not application/json" if kind else "is missing",
                "Send Content-Type: application/json, and the JSON in UTF-8.",
            )
        )


def check_no_body(headers: dict[bytes, bytes]) -> None:
    """Raise `Malformed` where a body is announced with a request that has none."""
    if headers.get(b"content-length", b"0").strip() != b"0":
        raise Malformed(
            _finding(
                b"content-length",
                "body-not-taken",
                "announces a body, and nothing is read from one here",
                "Send what you ask for in the query.",
            )
        )


def _finding(name: bytes, code: str, problem: str, remedy: str) -> Finding:
    return Finding("header", name.decode("ascii").title(), code, problem, remedy)
