"""What all pages have in common, the pages around the register, and the answers to nonsense."""

import pytest

from api.app import HEADERS
from tests.api.desk import Desk
from tests.api.narrow import seen_when_narrow


async def test_the_help_page_gives_each_word_one_meaning(desk: Desk) -> None:
    page = await desk.get("/help")

    assert "It is on hold until its condition is met; it has not ended." in page.text


async def test_health_says_where_the_ledger_ends_and_what_is_shown(desk: Desk) -> None:
    await desk.propose()

    assert (await desk.client.get("/healthz")).json() == {
        "ledger": 1,
        "shown": 1,
        "parked": [],
        "signed": 0,
        "notary": "",
        "read_only": False,
        "witnessed": 0,
        "witnesses": [],
        "erasures_pending": 0,
    }


async def test_that_it_is_a_demonstration_is_said_on_a_telephone_too(desk: Desk) -> None:
    page = await desk.get("/partnerships")

    assert "Demonstration: real partnerships, and you may act as anybody." in page.text
    assert "Demonstration Acting as" in seen_when_narrow(page.html)


@pytest.mark.parametrize("address", ["/partnerships", "/history", "/healthz"])
async def test_a_monitor_may_ask_only_whether_a_page_is_there(desk: Desk, address: str) -> None:
    assert (await desk.client.head(address)).status_code == 200


async def test_names_are_text_and_never_markup(desk: Desk) -> None:
    page = await desk.get(await desk.propose(**{"counterpart.name": "<script>x</script>&amp;"}))

    assert "<script" not in page.html
    assert "Norfolk – <script>x</script>&amp;" in page.text


@pytest.mark.parametrize("address", ["/partnerships", "/history", "/help", "/sign-in", "/nope"])
async def test_every_page_has_one_heading_a_language_and_a_way_past_the_menu(
    desk: Desk, address: str
) -> None:
    page = await desk.get(address)

    assert page.tags.count("h1") == 1
    assert '<html lang="en">' in page.html
    assert page.links.count("#main") == 1
    assert "main" in page.ids
    assert "<script" not in page.html
    assert "style=" not in page.html


@pytest.mark.parametrize(
    "address", ["/partnerships", "/nope", "/static/twinledger.css", "/static/nope", "/healthz"]
)
async def test_every_answer_forbids_what_the_pages_do_not_need(desk: Desk, address: str) -> None:
    answer = await desk.client.get(address)

    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/partnerships/TL-0000-0000", 404),
        ("/partnerships/no-such-thing", 404),
        ("/partnerships/%00", 404),
        ("/partnerships/%ff%fe", 404),
        ("/partnerships/" + "x" * 5000, 404),
        ("/partnerships/TL-0000-0000/acts/suspend", 404),
        ("/partnerships/TL-0000-0000/acts/fly", 404),
        ("/partnerships?q=%00", 400),
        ("/partnerships?q=%ff", 400),
        ("/partnerships?q=%ed%a0%80", 400),
        ("/partnerships?q=" + "x" * 300, 400),
        ("/partnerships?q=%25_%5c'\"", 200),
        ("/partnerships?status=nonsense", 400),
        ("/partnerships?country=USA", 400),
        ("/partnerships?country=%F0%9F%8F%B3", 200),
        ("/partnerships?after=nonsense", 400),
        ("/partnerships?after=WyJcdTAwMDAiLCJ4Il0=", 400),
        ("/partnerships?after=%00", 400),
        ("/partnerships?community=nonsense", 200),
        ("/partnerships?community=%00", 400),
        ("/partnerships?tier=nonsense", 400),
        ("/partnerships?as-of=0000-01-01", 400),
        ("/partnerships?as-of=9999-12-31", 200),
        ("/partnerships?as-of=0001-01-01", 200),
        ("/partnerships?known-at=0001-01-01", 200),
        ("/partnerships?known-at=9999-12-31", 200),
        ("/partnerships?position=99999999999999999999", 400),
        ("/partnerships?position=1_0", 400),
        ("/partnerships?position=%D9%A1", 400),
        ("/partnerships?" + "&".join(f"a{n}=1" for n in range(3000)), 400),
        ("/static/../app.py", 404),
        ("/static/%2e%2e/rendering.py", 404),
    ],
)
async def test_nonsense_in_an_address_is_answered_and_never_a_fault(
    desk: Desk, address: str, status: int
) -> None:
    answer = await desk.client.get(address)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_program_gets_a_problem_document(desk: Desk) -> None:
    answer = await desk.client.get(
        "/partnerships/no-such-thing", headers={"accept": "application/json"}
    )

    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == 404


@pytest.mark.parametrize(
    "address",
    [
        "/partnerships",
        "/history",
        "/history.csv",
        "/reports/sister-city-transparency",
        "/reports/sister-city-transparency.json",
        "/partnerships/{}",
    ],
)
async def test_two_ends_for_one_clock_are_refused_and_what_was_typed_stays(
    desk: Desk, address: str
) -> None:
    reference = (await desk.propose()).rpartition("/")[2]
    page = await desk.get(f"{address.format(reference)}?known-at=2026-11-20&position=1")

    assert (page.status, page.title[:6], page.focused) == (400, "Error:", "error-summary")
    assert "A day as known (known-at) and an entry (position) both say" in page.text
    assert "Leave one of the two out." in page.text
    assert (page.fields["known-at"], page.fields["position"]) == ("2026-11-20", "1")


async def test_a_file_of_the_log_as_known_on_a_day_is_there(desk: Desk) -> None:
    await desk.propose()
    page = await desk.get("/history?known-at=9999-12-31")

    (link,) = [link for link in page.links if link.startswith("/history.csv?")]
    assert (await desk.client.get(link)).status_code == 200
