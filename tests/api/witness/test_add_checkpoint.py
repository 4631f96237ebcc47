"""C2SP tlog-witness, add-checkpoint: what a log is answered."""

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from adapters.signing.ed25519 import Ed25519Signer
from adapters.witness.folder import distrust, trust
from domain.transparency.note import ED25519, format_note, parse_note
from domain.transparency.submission import Submission, format_submission
from tests.adapters.witness.watched import NOON, Watching, body, signed
from tests.domain.transparency.log import LOG, ORIGIN, STRANGER


@pytest.fixture
def watching(tmp_path: Path) -> Watching:
    return Watching(tmp_path)


async def test_a_first_checkpoint_is_cosigned_with_the_time(watching: Watching) -> None:
    answer = await watching.submits(0, 5)

    assert answer.status_code == 200
    assert watching.time_of(answer, signed(5)) == int(NOON.timestamp())
    assert answer.text.startswith("— witness.lodz.example ")
    assert answer.text.endswith("\n")


async def test_what_goes_on_from_the_last_one_is_cosigned_also_after_a_restart(
    watching: Watching,
) -> None:
    await watching.submits(0, 5)
    watching.again()
    answer = await watching.submits(5, 9)

    assert answer.status_code == 200
    assert watching.time_of(answer, signed(9))


async def test_the_same_tree_again_is_cosigned_again_with_the_new_time(watching: Watching) -> None:
    await watching.submits(0, 5)
    watching.now = NOON.replace(hour=18)
    answer = await watching.submits(5, 5)

    assert watching.time_of(answer, signed(5)) == int(watching.now.timestamp())


async def test_who_begins_at_another_size_is_told_the_right_one(watching: Watching) -> None:
    await watching.submits(0, 5)
    for old, new in ((0, 9), (4, 9), (6, 9), (0, 5), (3, 4)):
        answer = await watching.submits(old, new)
        assert (answer.status_code, answer.content) == (409, b"5\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"


async def test_before_the_first_one_the_right_size_is_zero(watching: Watching) -> None:
    answer = await watching.submits(3, 5)

    assert (answer.status_code, answer.content) == (409, b"0\n")


async def test_a_log_that_nobody_told_of_is_not_found(tmp_path: Path) -> None:
    answer = await Watching(tmp_path, trusts=False).submits(0, 5)

    assert answer.status_code == 404
    assert f"does not know a log called {ORIGIN}" in answer.text


async def test_a_checkpoint_that_a_stranger_signed_is_refused(watching: Watching) -> None:
    forged = format_note(parse_note(signed(5))).replace(b"\n5\n", b"\n6\n")
    for note in (signed(5, by=STRANGER), forged):
        answer = await watching.sent(body(0, 5, note=note))
        assert answer.status_code == 403


async def test_a_second_key_of_the_log_counts_while_it_is_trusted(watching: Watching) -> None:
    trust(watching.folder, STRANGER.key)
    assert (await watching.sent(body(0, 5, note=signed(5, by=STRANGER)))).status_code == 200

    distrust(watching.folder, LOG.key)
    assert (await watching.submits(5, 9)).status_code == 403


async def test_a_key_counts_for_its_own_log_only(watching: Watching) -> None:
    other = Ed25519Signer("register.example/other", ED25519, bytes([7]) * 32)
    trust(watching.folder, other.key)

    assert (await watching.sent(body(0, 5, note=signed(5, by=other)))).status_code == 403


@pytest.mark.parametrize("mangled", ["cut", "longer", "flipped", "empty"])
async def test_a_proof_that_does_not_lead_to_the_root_is_refused(
    mangled: str, watching: Watching
) -> None:
    await watching.submits(0, 5)
    proofs = {"cut": 1, "longer": 9, "flipped": 5, "empty": 0}
    hashes = tuple(bytes([place]) * 32 for place in range(proofs[mangled]))
    answer = await watching.sent(format_submission(Submission(5, hashes, signed(9))))

    assert answer.status_code == 422
    assert (await watching.submits(5, 9)).status_code == 200


async def test_a_first_checkpoint_with_a_proof_is_refused(watching: Watching) -> None:
    answer = await watching.sent(format_submission(Submission(0, (bytes(32),), signed(5))))

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"old 0\n",
        b"old 00\n\n" + signed(5),
        b"old 0\r\n\r\n" + signed(5),
        b"old -1\n\n" + signed(5),
        b"old 0\n\n" + signed(5)[:-2],
        b"old 0\nshort\n\n" + signed(5),
        b"old 6\n\n" + signed(5),
        format_submission(Submission(5, (bytes(32),) * 64, signed(9))),
        b"\xff" * 100,
    ],
)
async def test_what_is_not_of_its_form_is_refused(sent: bytes, watching: Watching) -> None:
    assert (await watching.sent(sent)).status_code == 400


async def test_a_body_that_is_too_long_is_not_read(watching: Watching) -> None:
    assert (await watching.sent(b"old 0\n\n" + b"a" * 70_000)).status_code == 413


async def test_of_many_submissions_at_once_one_wins_and_the_others_are_told_its_size(
    watching: Watching,
) -> None:
    await watching.submits(0, 5)
    answers = await asyncio.gather(*(watching.submits(5, new) for new in (9, 7, 12, 6)))

    won = [answer for answer in answers if answer.status_code == 200]
    told = {answer.content for answer in answers if answer.status_code == 409}
    assert len(won) == 1
    assert len(told) == 1
    size = int(told.pop())
    assert watching.time_of(won[0], signed(size))


async def test_logs_do_not_get_into_each_others_way(watching: Watching) -> None:
    other = Ed25519Signer("register.example/other", ED25519, bytes([7]) * 32)
    trust(watching.folder, other.key)
    await watching.submits(0, 5)
    note = signed(3, by=other, origin=other.key.name)

    assert (await watching.sent(body(0, 3, note=note))).status_code == 200
    assert (await watching.submits(5, 9)).status_code == 200


async def test_a_folder_that_cannot_be_written_signs_nothing_and_goes_on_when_it_can(
    watching: Watching, logged: list[MutableMapping[str, Any]]
) -> None:
    await watching.submits(0, 5)
    draft = next((watching.folder / "seen").glob("*.json")).with_suffix(".json.new")
    draft.mkdir()
    assert (await watching.submits(5, 9)).status_code == 503
    assert "cannot be written" in logged[-1]["problem"]

    draft.rmdir()
    assert (await watching.submits(5, 9)).status_code == 200
