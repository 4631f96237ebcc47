"""A register with two histories: caught, kept as evidence, shown in red, and signed no more."""

from pathlib import Path

import pytest

from adapters.witness.evidence import evidence_in, settle
from domain.transparency.submission import Submission, format_submission
from tests.adapters.witness.watched import FORGED, Watching, body, signed
from tests.api.desk import Page
from tests.domain.transparency.log import LEAVES, ORIGIN


@pytest.fixture
async def watching(tmp_path: Path) -> Watching:
    """A witness that has signed five entries."""
    opened = Watching(tmp_path)
    assert (await opened.submits(0, 5)).status_code == 200
    return opened


@pytest.mark.parametrize("old", [0, 5])
async def test_two_roots_for_one_size_are_kept_and_nothing_is_signed_afterwards(
    old: int, watching: Watching
) -> None:
    answer = await watching.submits(old, 5, leaves=FORGED)
    assert answer.status_code == 409

    (kept,) = evidence_in(watching.folder)
    assert kept.about.shows == "two roots"
    assert kept.part("witnessed.checkpoint") == signed(5)
    assert kept.part("other.checkpoint") == signed(5, leaves=FORGED)
    for leaves in (LEAVES, FORGED):
        assert (await watching.submits(5, 9, leaves=leaves)).status_code == 403


async def test_a_proof_that_shows_another_beginning_is_a_fork(watching: Watching) -> None:
    assert (await watching.submits(5, 9, leaves=FORGED)).status_code == 422

    (kept,) = evidence_in(watching.folder)
    assert kept.about.shows == "another beginning"
    assert kept.part("submission") == body(5, 9, leaves=FORGED)
    assert (await watching.submits(5, 9)).status_code == 403


async def test_a_stranger_with_a_wrong_proof_cannot_stop_a_log(watching: Watching) -> None:
    wrong = format_submission(Submission(5, (bytes(32),) * 3, signed(9)))
    assert (await watching.sent(wrong)).status_code == 422
    assert [one.about.fork for one in evidence_in(watching.folder)] == [False]

    assert (await watching.submits(5, 9)).status_code == 200
    assert "It was the proof that did not fit" in evidence_in(watching.folder)[0].settled


async def test_a_wrong_proof_is_kept_once_however_often_it_is_sent(watching: Watching) -> None:
    for place in range(3):
        wrong = format_submission(Submission(5, (bytes([place]) * 32,), signed(9)))
        await watching.sent(wrong)

    assert len(evidence_in(watching.folder)) == 1


async def test_what_did_not_fit_becomes_a_fork_when_the_other_history_comes(tmp_path: Path) -> None:
    watching = Watching(tmp_path)
    await watching.submits(0, 4)  # a tree whose root no proof holds
    assert (await watching.submits(4, 9, leaves=FORGED)).status_code == 422
    assert [one.about.fork for one in evidence_in(tmp_path)] == [False]

    answer = await watching.submits(4, 9)
    assert (answer.status_code, answer.content) == (409, b"4\n")
    _, fork = evidence_in(tmp_path)
    assert fork.part("witnessed.checkpoint") == signed(9, leaves=FORGED)
    assert fork.part("other.checkpoint") == signed(9)


async def test_evidence_stays_over_a_restart_and_is_never_written_over(watching: Watching) -> None:
    await watching.submits(5, 5, leaves=FORGED)
    (first,) = evidence_in(watching.folder)
    settle(first, "2026-11-24: the council decided.")
    watching.again()
    other = [LEAVES[0], LEAVES[2], *LEAVES[2:]]
    await watching.submits(5, 5, leaves=other)

    one, two = evidence_in(watching.folder)
    assert one.part("other.checkpoint") == signed(5, leaves=FORGED)
    assert two.part("other.checkpoint") == signed(5, leaves=other)


async def test_when_its_keeper_has_decided_it_goes_on_from_what_it_had_signed(
    watching: Watching,
) -> None:
    await watching.submits(5, 5, leaves=FORGED)
    settle(evidence_in(watching.folder)[0], "2026-11-24: the second one was a forgery.")

    assert (await watching.submits(5, 9)).status_code == 200
    assert (await watching.submits(9, 12, leaves=FORGED)).status_code == 422


async def test_the_page_shows_two_histories_in_red_with_both_notes(watching: Watching) -> None:
    await watching.submits(5, 5, leaves=FORGED)
    page = Page(await watching.client.get("/"))

    assert f"Two histories of {ORIGIN}." in page.text
    assert "Somebody was shown another history than others" in page.text
    assert 'class="notice fork"' in page.html
    notes = [link for link in page.links if link.endswith(".checkpoint")]
    assert [(await watching.client.get(link)).content for link in notes] == [
        signed(5),
        signed(5, leaves=FORGED),
    ]


async def test_the_page_says_what_was_witnessed_and_with_which_key(watching: Watching) -> None:
    page = Page(await watching.client.get("/"))

    assert f"{ORIGIN}: up to entry 5, last 24 November 2026 12:00 UTC." in page.text
    assert (await watching.client.get("/key")).text.strip() in page.text
    told = (await watching.client.get("/witness.json")).json()
    assert [(log["origin"], log["entries"]) for log in told["logs"]] == [(ORIGIN, 5)]


@pytest.mark.parametrize(
    "path", ["/evidence/x/1/submission", "/evidence/%2e%2e/1/key", "/nothing", "/add-checkpoint"]
)
async def test_nothing_else_can_be_read(path: str, watching: Watching) -> None:
    assert (await watching.client.get(path)).status_code in (404, 405)
