"""The pages under odd texts, addresses, forms and cookies: always an answer, nothing half done."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.typed import folded, unfit
from api.web import typed
from tests.api.desk import PROPOSAL, Desk, Page
from tests.api.gate.raw import send
from tests.api.gate.texts import TEXTS
from tests.api.gate.untouched import stored

ADDRESSES = ("/partnerships", "/history", "/history.csv", "/history.jsonl", "/help", "/healthz")
PARAMETERS = (
    *("q", "status", "country", "tier", "community", "under-review", "after", "before"),
    *("as-of", "known-at", "position", "recorder", "body", "kind", "partnership"),
    *("recorded-from", "recorded-to", "recorded", "again"),
)
HEADERS = (b"cookie", b"accept", b"host", b"origin", b"content-type", b"content-length")
Header = tuple[bytes, bytes]
FORM = "application/x-www-form-urlencoded"
TYPED = ("home.name", "counterpart.name", "home.community", "tier", "on", "motives")
# One register for all examples: each of them leaves it as it was.
some = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
texts = st.sampled_from(sorted(TEXTS.values())) | st.text() | st.integers().map(str)
# Whoever asks here takes an address of at most 65,536 characters.
in_address = texts.map(lambda text: text[:1_500])
parameters = st.lists(st.tuples(st.sampled_from(PARAMETERS), in_address), max_size=3)


@pytest.fixture
async def proposal(desk: Desk) -> str:
    """The address of a proposal, seen by a clerk."""
    return await desk.propose()


def app_of(desk: Desk) -> Any:
    return desk.client._transport.app  # type: ignore[attr-defined] # the application under test


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


async def sent(desk: Desk, fields: Mapping[str, str]) -> httpx.Response:
    """The answer to the form of a proposal, urlencoded also where that gives no text."""
    fields = {"step": "check", "key": "k" * 20, **fields}
    body = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in fields.items())
    return await desk.client.post(
        "/proposals/new", content=body.encode(), headers={"content-type": FORM}
    )


@some
@given(st.sampled_from((*ADDRESSES, "")), parameters)
async def test_a_page_answers_whatever_is_asked_of_it(
    desk: Desk, proposal: str, address: str, asked: list[tuple[str, str]]
) -> None:
    query = "&".join(f"{name}={encoded(value)}" for name, value in asked)
    answer = await desk.client.get(f"{address or proposal}?{query}")

    assert answer.status_code in (200, 400, 404), query


@some
@given(
    st.sampled_from(("GET", "HEAD", "POST", "PUT", "OPTIONS", "BREW")),
    st.sampled_from((b"/partnerships", b"/history", b"/static", b"/", b"")),
    st.tuples(st.binary(max_size=30), st.binary(max_size=30)),
    st.lists(st.tuples(st.sampled_from(HEADERS), st.binary(max_size=30)), max_size=3),
)
async def test_a_request_of_any_bytes_is_answered(
    desk: Desk, method: str, start: bytes, rest: tuple[bytes, bytes], headers: list[Header]
) -> None:
    path, query = start + rest[0], rest[1]
    answer = await send(app_of(desk), method, path, query=query, headers=tuple(headers))

    assert 200 <= answer.status < 500, answer


async def test_a_reference_that_is_none_is_not_found(desk: Desk) -> None:
    await desk.acts_as("clerk")
    for text in TEXTS.values():
        odd = encoded(text[:500]) or "%20"
        for address in (
            f"/partnerships/{odd}",
            f"/partnerships/{odd}/acts/{odd}",
            f"/static/{odd}",
        ):
            answer = await desk.client.get(address, follow_redirects=True)

            assert answer.status_code in (400, 404, 422), address


async def test_a_form_keeps_what_was_typed_and_records_nothing_of_it(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await desk.acts_as("clerk")
    before = await stored(pool)
    for text in TEXTS.values():
        answer = await sent(desk, PROPOSAL | dict.fromkeys(TYPED, text) | {"on": "nonsense"})

        assert answer.status_code in (400, 422), text
        if answer.status_code == 422:
            assert Page(answer).fields["home.name"] == folded(text)
    assert await stored(pool) == before


async def test_a_name_is_refused_or_recorded_whole_and_shown_as_it_is(desk: Desk) -> None:
    await desk.acts_as("clerk")
    recorded = 0
    for number, (kind, text) in enumerate(TEXTS.items()):
        other = {"counterpart.community": f"jp-{number}", "counterpart.name": f"Place {number}"}
        one = other | {"home.name": text, "expected": ""}
        answer = await sent(desk, PROPOSAL | one | {"step": "record", "key": f"{number:020}"})

        assert answer.status_code in (303, 400, 422), kind
        recorded += answer.status_code == 303
        assert await desk.events() == recorded
        if answer.status_code == 303:
            page = await desk.get(answer.headers["location"])
            assert page.status == 200
            assert " ".join(folded(text).split()) in page.text, kind
    assert recorded > len(TEXTS) // 2


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x"])
async def test_a_form_that_breaks_off_on_its_way_is_no_fault(desk: Desk, kind: str) -> None:
    await desk.acts_as("clerk")
    cookie = f"twinledger_role={desk.client.cookies['twinledger_role']}"
    headers = ((b"content-type", kind.encode()), (b"cookie", cookie.encode()))
    answer = await send(
        app_of(desk), "POST", b"/proposals/new", headers=headers, body=b"--x\r\n", whole=False
    )

    assert answer.status == 400
    assert b"The form broke off on its way." in answer.body


def test_a_megabyte_of_blanks_is_folded_as_it_is_read_once() -> None:
    # Were it read once from every blank on, this would take hours.
    for blanks in (" ", " \n", "\t", "\u3000"):
        assert folded(f"a{blanks * 1_000_000}b \t b").endswith("b b")


def test_marks_are_put_in_order_but_not_a_hundred_thousand_on_one_letter() -> None:
    assert folded("e\u0301\u0323") == "\u1eb9\u0301"
    # Put in order, these would take minutes.
    stacked = "a" + "\u0351\u0316" * 100_000
    assert folded(stacked) == stacked
    assert unfit(stacked)


@given(st.text(alphabet=" \t\n\u2028ab"))
def test_line_breaks_become_one_blank_and_other_blanks_stay(text: str) -> None:
    assert folded(text) == re.sub("[ ]*[\t\n\u2028]\\s*", " ", text).strip()


async def test_a_form_that_never_ends_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed, "SLOWEST_FORM", 0.01)

    async def never_ending() -> AsyncIterator[bytes]:
        yield b"role="
        await asyncio.Event().wait()

    answer = await desk.client.post(
        "/acting", content=never_ending(), headers={"content-type": FORM}
    )

    assert answer.status_code == 400
    assert "did not arrive in ten minutes" in answer.text


@some
@given(st.sampled_from((FORM, "multipart/form-data; boundary=x", "application/json")), st.binary())
async def test_a_form_of_any_bytes_is_answered_and_records_nothing(
    desk: Desk, kind: str, body: bytes
) -> None:
    await desk.acts_as("clerk")
    for address in ("/proposals/new", "/acting", "/sign-in", "/sign-out"):
        answer = await desk.client.post(address, content=body, headers={"content-type": kind})

        assert answer.status_code in (303, 400, 403, 413, 422), address
    assert await desk.events() == 0


@some
@given(st.dictionaries(st.sampled_from(sorted(PROPOSAL)) | st.text(), texts, max_size=5))
async def test_a_form_of_any_fields_is_answered_and_checking_records_nothing(
    desk: Desk, fields: dict[str, str]
) -> None:
    await desk.acts_as("clerk")
    answer = await sent(desk, PROPOSAL | fields | {"step": "check"})

    assert answer.status_code in (200, 400, 413, 422), fields
    assert await desk.events() == 0
