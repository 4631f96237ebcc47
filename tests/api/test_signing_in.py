"""In a register of one's own, whoever acts signs in with a key."""

from adapters.accounts import Account, PostgresAccounts
from domain.values import CommunityId
from tests.api.desk import PROPOSAL, Desk


async def test_who_signs_in_acts_for_their_own_community_only(own_desk: Desk) -> None:
    accounts = own_desk.services.accounts
    assert isinstance(accounts, PostgresAccounts)
    key = await accounts.add(Account("clerk-7", "clerk", CommunityId("us-norfolk"), "Norfolk"))
    before = await own_desk.get("/proposals/new")
    await own_desk.send(await own_desk.get("/sign-in"), {"key": key})
    form = await own_desk.get("/proposals/new")
    foreign = await own_desk.send(form, PROPOSAL | {"home.community": "de-halle"})
    done = await own_desk.record("/proposals/new", PROPOSAL)

    assert before.status == 403
    assert form.fields["home.community"] == "us-norfolk"
    assert foreign.status == 403
    assert "clerk-7" in done.text


async def test_a_wrong_key_opens_nothing_and_says_so(own_desk: Desk) -> None:
    page = await own_desk.send(await own_desk.get("/sign-in"), {"key": "twl_nonsense"})

    assert page.status == 403
    assert page.title.startswith("Error:")
    assert "This key opens no account." in page.text


async def test_after_signing_out_the_session_opens_nothing_more(own_desk: Desk) -> None:
    accounts = own_desk.services.accounts
    assert isinstance(accounts, PostgresAccounts)
    key = await accounts.add(Account("clerk-7", "clerk", CommunityId("us-norfolk"), "Norfolk"))
    signed_in = await own_desk.client.post("/sign-in", data={"key": key})
    session = dict(own_desk.client.cookies)
    await own_desk.client.post("/sign-out", data={"step": ""})
    own_desk.client.cookies.update(session)
    page = await own_desk.get("/proposals/new")

    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert page.status == 403


async def test_in_an_own_register_nobody_chooses_a_role(own_desk: Desk) -> None:
    await own_desk.acts_as("clerk")
    own_desk.client.cookies.set("twinledger_role", "clerk")

    assert (await own_desk.get("/proposals/new")).status == 403
