"""What a log sends a witness, as C2SP tlog-witness writes it."""

import pytest

from domain.transparency.errors import Malformed
from domain.transparency.proofs import consistency_proof, nodes_of
from domain.transparency.submission import Submission, format_submission, parse_submission
from tests.domain.transparency.log import LEAVES, checkpoint

SENT = Submission(3, consistency_proof(3, 7, nodes_of(LEAVES)), checkpoint(7))
FIRST = Submission(0, (), checkpoint(7))


@pytest.mark.parametrize("submission", [SENT, FIRST])
def test_a_submission_is_read_as_it_was_written(submission: Submission) -> None:
    assert parse_submission(format_submission(submission)) == submission


def test_it_begins_with_the_old_size_and_the_proof() -> None:
    lines = format_submission(SENT).decode().split("\n")

    assert lines[0] == "old 3"
    assert all(len(line) == 44 for line in lines[1:5])
    assert lines[5:7] == ["", "register.example/ledger/1"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"old 3\n", b""),
        (b"old 3", b"old 03"),
        (b"old 3", b"old -3"),
        (b"old 3", b"new 3"),
        (b"old 3", b"3"),
        (b"old 3\n", b"old 3\nAAAA\n"),
        (b"old 3\n", b"old 3\n" + (b"A" * 43 + b"=\n") * 60),
        (b"\n\nregister", b"\nregister"),
    ],
)
def test_what_is_no_submission_is_refused(old: bytes, new: bytes) -> None:
    body = format_submission(SENT)
    assert old in body

    with pytest.raises(Malformed):
        parse_submission(body.replace(old, new))


def test_a_submission_without_a_checkpoint_is_refused() -> None:
    with pytest.raises(Malformed, match="up to a blank one"):
        parse_submission(b"old 3")
