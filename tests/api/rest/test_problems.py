"""What a program is told that asked for what is not done."""

from typing import Any

import pytest

from adapters.postgres.pool import open_pool
from domain.errors import ConditionFailed, OutcomeUnknown
from tests.adapters.proxy import proxied
from tests.api.rest.programs import PROPOSAL, Program, a_program
from tests.conftest import Database


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api", 404, "no-such-address"),
        ("GET", "/api/v2/partnerships", 404, "no-such-address"),
        ("GET", "/api/v1/cities", 404, "no-such-address"),
        ("DELETE", "/api/v1/partnerships/actions", 405, "method-not-possible"),
        ("POST", "/api/v1/partnerships/TL-0000-0000/actions/dissolve", 404, "no-such-address"),
        ("GET", "/api/v1/partnerships/actions?colour=red", 400, "malformed"),
    ],
)
async def test_below_the_interface_every_problem_is_a_document(
    method: str, path: str, status: int, code: str, program: Program
) -> None:
    told = await program.client.request(method, path, headers={"accept": "text/html"})

    assert (told.status_code, told.json()["code"]) == (status, code)
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["type"] == f"/help/problems/{code}"
    assert told.json()["instance"] == path.partition("?")[0]


@pytest.mark.parametrize("path", ["/api/v1/partnerships/actions", "/partnerships"])
async def test_a_method_that_is_not_possible_names_those_that_are(
    path: str, program: Program
) -> None:
    told = await program.client.delete(path)

    assert told.status_code == 405
    assert {"GET", "HEAD"} <= {one.strip() for one in told.headers["allow"].split(",")}


async def test_a_body_that_is_no_json_is_refused_before_it_is_read(program: Program) -> None:
    told = await program.client.post(
        "/api/v1/partnerships/actions/submit-proposal", content="on=2026", headers={"a": "b"}
    )

    assert (told.status_code, told.json()["code"]) == (415, "not-json")


async def test_a_dry_run_is_yes_or_no(program: Program) -> None:
    told = await program.act("/actions/submit-proposal", PROPOSAL, query="?dry-run=perhaps")

    assert told.status_code == 422
    assert told.json()["errors"][0]["parameter"] == "dry-run"
    assert await program.head() == 0


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OutcomeUnknown(command_key="k"), 503, "outcome-unknown"),
        (ConditionFailed(after=1, position=2), 409, "busy"),
    ],
)
async def test_what_may_succeed_later_says_so(
    error: Exception, status: int, code: str, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any) -> None:
        raise error

    monkeypatch.setattr(type(program.services.ledger), "append", fails)
    told = await program.act("/actions/submit-proposal", PROPOSAL)

    assert (told.status_code, told.json()["code"]) == (status, code)
    assert told.json()["retryable"] is True
    assert told.headers["retry-after"]


async def test_a_fault_is_a_document_and_tells_nothing_of_the_inside(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(type(program.services.ledger), "append", fails)
    told = await program.act("/actions/submit-proposal", PROPOSAL)

    assert (told.status_code, told.json()["code"]) == (500, "fault")
    assert "secret" not in told.text


async def test_everybody_s_browser_may_read_and_nobody_s_cookie_records(program: Program) -> None:
    cookies = {"cookie": "twinledger_session=x; twinledger_role=clerk"}
    read = await program.get("/partnerships/actions", origin="https://elsewhere.example")
    told = await program.client.post(
        "/api/v1/partnerships/actions/submit-proposal",
        json=PROPOSAL,
        headers={"origin": "https://elsewhere.example", "idempotency-key": "k", **cookies},
    )

    assert read.headers["access-control-allow-origin"] == "*"
    assert told.status_code == 401
    assert "access-control-allow-origin" not in told.headers


async def test_a_database_that_is_away_is_told_as_what_ends(database: Database) -> None:
    async with (
        proxied(database.app_dsn) as line,
        await open_pool(line.dsn) as pool,
        a_program(pool) as program,
    ):
        line.always = "cut before it arrives"
        await pool.expire_connections()

        read = await program.get("/entries")
        acted = await program.act("/actions/submit-proposal", PROPOSAL)

    for told in (read, acted):
        assert (told.status_code, told.json()["code"]) == (503, "database-away")
        assert told.json()["retryable"] is True
