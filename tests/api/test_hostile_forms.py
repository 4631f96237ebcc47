"""Forms that no page of ours has sent: from other sites, or of no shape at all."""

import pytest

from api.web.typed import LARGEST_FORM
from tests.api.desk import PROPOSAL, Desk


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_form_sent_by_another_site_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    await desk.acts_as("clerk")
    checked = await desk.send(await desk.get("/proposals/new"), PROPOSAL)
    data = checked.fields | {"step": "record"}
    answer = await desk.client.post("/proposals/new", data=data, headers=headers)

    assert answer.status_code == 403
    assert "Forms are taken from the pages of this register only." in answer.text
    assert await desk.events() == 0


async def test_a_form_sent_from_our_own_page_is_taken(desk: Desk) -> None:
    await desk.acts_as("clerk")
    form = await desk.get("/proposals/new")
    headers = {"origin": "http://register.test", "sec-fetch-site": "same-origin"}
    answer = await desk.client.post("/proposals/new", data=form.fields | PROPOSAL, headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"on=%00", 422),
        ("application/x-www-form-urlencoded", b"on=%ff", 400),
        ("application/x-www-form-urlencoded", b"\xff\xfe", 400),
        ("application/x-www-form-urlencoded", b"", 422),
        ("application/x-www-form-urlencoded", b"on=" + b"x" * LARGEST_FORM, 413),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 3000), 400),
        ("application/x-www-form-urlencoded", b"evidence[999999999].title=x", 422),
        ("application/x-www-form-urlencoded", b"evidence[998].title=x&evidence[-1].title=y", 422),
        ("application/x-www-form-urlencoded", b"home.population=" + b"9" * 5000, 422),
        ("application/x-www-form-urlencoded", b"key=x&expected=nonsense&step=nonsense", 422),
        ("application/json", b"{}", 400),
        ("text/plain", b"on=2026", 400),
        ("", b"on=2026", 400),
        ("multipart/form-data", b"no boundary", 400),
        ("multipart/form-data; boundary=x", b"no parts", 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="on"\r\n\r\n\xff\r\n--x--\r\n',
            400,
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="on"\r\n'
            b"Content-Type: text/plain; charset=nonsense\r\n\r\na\r\n--x--\r\n",
            400,
        ),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 2000, 400),
    ],
)
async def test_nonsense_in_a_form_is_answered_and_never_a_fault(
    desk: Desk, kind: str, body: bytes, status: int
) -> None:
    await desk.acts_as("clerk")
    headers = {"content-type": kind} if kind else {}
    answer = await desk.client.post("/proposals/new", content=body, headers=headers)

    assert answer.status_code == status, answer.text
    assert await desk.events() == 0


@pytest.mark.parametrize("back", ["//elsewhere.example", "https://elsewhere.example", "/\\x", ""])
async def test_choosing_a_role_never_leads_to_another_site(desk: Desk, back: str) -> None:
    answer = await desk.client.post("/acting", data={"role": "clerk", "back": back})

    assert answer.headers["location"] == "/partnerships"
