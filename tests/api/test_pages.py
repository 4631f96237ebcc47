"""What a visitor reads: the register, one partnership, the words, and the answers to nonsense."""

import pytest

from api.app import HEADERS
from api.web.rendering import thousands
from tests.api.desk import CITED, LEGACY, Desk


async def test_the_front_page_is_the_register(desk: Desk) -> None:
    page = await desk.get("/")

    assert page.address == "/partnerships"
    assert "This register is still empty" in page.text


async def test_a_row_of_the_register_leads_to_the_record(desk: Desk) -> None:
    address = await desk.propose()
    page = await desk.get("/partnerships")

    assert address in page.links
    assert "Norfolk – 北九州市" in page.text
    assert "1 partnership" in page.text


async def test_the_register_is_searched_by_name_status_and_country(desk: Desk) -> None:
    address = await desk.propose()
    found = await desk.get("/partnerships?q=norf&status=proposed&country=JP")
    not_found = await desk.get("/partnerships?q=norf&status=active")

    assert address in found.links
    assert address not in not_found.links


async def test_a_search_without_results_says_what_was_searched(desk: Desk) -> None:
    await desk.propose()
    page = await desk.get("/partnerships?q=Atlantis&country=US")

    assert "No partnership found." in page.text
    assert "the text “Atlantis” in names and references, the country United States" in page.text


async def test_countries_are_named_and_listings_stand_in_for_unknown_beginnings(desk: Desk) -> None:
    await desk.acts_as("clerk")
    await desk.record("/legacy/new", LEGACY | {"listed_on": "2022-01"})
    page = await desk.get("/partnerships?country=DE")

    assert "Germany – France" in page.text
    assert "not known (listed in January 2022)" in page.text
    assert "with the country Germany" in page.text


async def test_many_partnerships_come_in_pages(desk: Desk) -> None:
    for number in range(26):
        await desk.propose(**{"counterpart.community": f"c-{number}"})
    first = await desk.get("/partnerships")
    following = next(link for link in first.links if "after=" in link)
    second = await desk.get(following)

    assert "26 partnerships" in first.text
    assert sum(link.startswith("/partnerships/TL-") for link in first.links) == 25
    assert sum(link.startswith("/partnerships/TL-") for link in second.links) == 1


async def test_a_wrong_day_is_told_beside_its_field_and_the_search_stays(desk: Desk) -> None:
    page = await desk.get("/partnerships?q=Norfolk&as-of=2026-13-01")

    assert page.status == 400
    assert page.title.startswith("Error:")
    assert page.fields["q"] == "Norfolk"
    assert page.fields["as-of"] == "2026-13-01"
    assert "#f-as-of" in page.links
    assert "f-as-of" in page.ids
    assert page.focused == "error-summary"


async def test_a_partnership_says_what_is_next_and_who_must_act(desk: Desk) -> None:
    page = await desk.get(await desk.propose())

    assert "The council of Norfolk decides on the proposal." in page.text
    assert "Who: a clerk of Norfolk, not the one who submitted it." in page.text
    assert "Entry 1 of this register - recorded" in page.text
    assert "not witnessed" in page.text


async def test_each_act_stands_in_the_history_with_its_date_and_basis(desk: Desk) -> None:
    page = await desk.get(await desk.activate())

    assert "10 February 2026, recorded" in page.text
    assert "Resolution 2026-41" in page.text
    assert "https://norfolk.example/41" in page.links
    assert [f"entry-{number}" for number in range(1, 7)] == [
        known for known in page.ids if known.startswith("entry-")
    ]


async def test_a_suspended_one_shows_its_condition(desk: Desk) -> None:
    address = await desk.activate()
    page = await desk.record(
        f"{address}/acts/suspend",
        CITED
        | {
            "on": "2026-08-01",
            "reason": "No contact.",
            "condition": "Until contact is restored.",
            "body": "council",
        },
    )

    assert "Suspended until its condition is met: Until contact is restored." in page.text
    assert "the council decides, a clerk of either community records it" in page.text


async def test_an_open_review_is_shown_beside_the_status(desk: Desk) -> None:
    address = await desk.activate()
    await desk.acts_as("oversight-officer")
    page = await desk.record(
        f"{address}/acts/open-review",
        {
            "ground": "complaint",
            "criteria": "us-sister-city-transparency-act/2025",
            "statement": "A resident complained.",
            "no_tie": "yes",
        },
    )
    listed = await desk.get("/partnerships?under-review=yes")

    assert "Under transparency review." in page.text
    assert "0 of 16 elements have a finding" in page.text
    assert address in listed.links


async def test_a_legacy_record_says_that_it_is_not_verified_and_where_it_is_from(
    desk: Desk,
) -> None:
    await desk.acts_as("clerk")
    page = await desk.record(
        "/legacy/new", LEGACY | {"since.on": "0836", "since.grade": "named_page"}
    )

    assert "Legacy record, not verified." in page.text
    assert "How good the source is: a page that names it." in page.text
    assert "City archive of Paderborn" in page.text
    assert "836 (known from a page that names it; written 0836)" in page.text


async def test_before_it_was_listed_a_legacy_record_is_undetermined(desk: Desk) -> None:
    await desk.acts_as("clerk")
    page = await desk.record("/legacy/new", LEGACY | {"listed_on": "2026-11-01"})
    before = await desk.get(page.address.partition("?")[0] + "?as-of=2001-01-01")

    assert "Undetermined:" in before.text
    assert "You see the past: what held on 1 January 2001" in before.text


async def test_at_an_earlier_position_the_record_is_as_it_was_known(desk: Desk) -> None:
    address = await desk.activate()
    page = await desk.get(f"{address}?position=1")
    too_far = await desk.get(f"{address}?position=999")

    assert "as known at entry 1" in page.text
    assert [known for known in page.ids if known.startswith("entry-")] == ["entry-1"]
    assert not any("/acts/" in link for link in page.links)
    assert too_far.status == 400
    assert "They are numbered from 1 to 6." in too_far.text


async def test_before_it_was_recorded_the_page_says_so(desk: Desk) -> None:
    address = await desk.propose()
    page = await desk.get(f"{address}?known-at=1999-01-01")

    assert page.status == 200
    assert "This partnership was not in the register at that moment." in page.text


async def test_allowed_acts_are_links_and_others_are_shown_with_the_reason(desk: Desk) -> None:
    address = await desk.propose()
    page = await desk.get(address)

    assert f"{address}/acts/withdraw" in page.links
    assert f"{address}/acts/approve-by-council" not in page.links
    assert "you submitted it. Ask somebody else to record it." in page.text
    assert "this needs it to be agreed" in page.text


async def test_who_only_reads_is_offered_no_act(desk: Desk) -> None:
    address = await desk.propose()
    await desk.acts_as("")
    page = await desk.get(address)
    form = await desk.get(f"{address}/acts/withdraw")

    assert "You only read here." in page.text
    assert not any("/acts/" in link for link in page.links)
    assert form.status == 403
    assert "This is recorded by: clerk." in form.text


async def test_who_only_reads_is_told_who_proposes_instead_of_a_button_that_refuses(
    desk: Desk,
) -> None:
    page = await desk.get("/partnerships")

    assert "Who may submit a proposal: clerk. Choose a role at the top of the page" in page.text
    assert not {"/proposals/new", "/legacy/new"} & set(page.links)


@pytest.mark.parametrize("address", ["/proposals/new", "/legacy/new"])
async def test_a_button_and_the_heading_it_leads_to_say_the_same(desk: Desk, address: str) -> None:
    await desk.acts_as("clerk")
    form = await desk.get(address)
    register = await desk.get("/partnerships")

    button = register.html.partition(f'href="{address}">')[2].partition("</a>")[0]
    assert f"<h1>{button}</h1>" in form.html


@pytest.mark.parametrize("status", ["proposed", "declined", "withdrawn"])
async def test_what_was_never_agreed_on_has_the_date_of_its_proposal(
    desk: Desk, status: str
) -> None:
    await desk.acts_as("clerk")
    since = {"since.on": "2007", "since.grade": "minute", "status": status}
    page = await desk.record("/legacy/new", LEGACY | since)

    assert "<dt>Proposed</dt><dd>2007 " in page.html
    assert "Bond since" not in page.text


async def test_the_help_page_gives_each_word_one_meaning(desk: Desk) -> None:
    page = await desk.get("/help")

    assert "It is on hold until its condition is met; it has not ended." in page.text


async def test_health_says_where_the_ledger_ends_and_what_is_shown(desk: Desk) -> None:
    await desk.propose()

    assert (await desk.client.get("/healthz")).json() == {"ledger": 1, "shown": 1}


@pytest.mark.parametrize("address", ["/partnerships", "/history", "/healthz"])
async def test_a_monitor_may_ask_only_whether_a_page_is_there(desk: Desk, address: str) -> None:
    assert (await desk.client.head(address)).status_code == 200


async def test_a_reference_is_found_as_people_type_it(desk: Desk) -> None:
    address = await desk.propose()
    typed = address.rpartition("/")[2].lower().replace("-", "")

    assert (await desk.get(f"/partnerships/{typed}")).address == address


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


def test_how_many_there_are_is_told_with_commas() -> None:
    assert thousands(25_917) == "25,917"
