"""Where nobody can be told: a full disk, a closed stream, a reader who has gone."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.processes import ROOT
from tests.api.cli.terminal import Terminal

FULL = "The disk is full where the answer was to be written"


def _in_a_shell(words: str, out: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = f"{shlex.quote(sys.executable)} -c 'from api.start import main; main()' {words} {out}"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | environment,
    )


def test_an_answer_that_could_not_be_written_is_none_and_a_no_is_only_what_the_checks_say(
    hannover: Terminal,
) -> None:
    data = str(hannover.environment["TWINLEDGER_DATA"])
    for out, codes in (
        (">/dev/full", {3}),
        (">/dev/full 2>/dev/full", {3}),
        ("2>/dev/full", {0}),  # how far it is nobody needs to hear
        (">&-", {0}),
        (">&- 2>&- <&-", {0}),
        ("| true", {0, 141}),  # who is quick has written before it goes
    ):
        done = _in_a_shell("verify", out, TWINLEDGER_DATA=data)
        assert done.returncode in codes, (out, done.stderr)
        assert "Traceback" not in done.stderr, out
        assert "Exception ignored" not in done.stderr, out
        if out == ">/dev/full":
            assert FULL in done.stderr


@pytest.mark.parametrize("words", ["--help", "--version", "show --help"])
def test_a_help_text_too_may_find_a_full_disk(words: str) -> None:
    done = _in_a_shell(words, ">/dev/full")

    assert (done.returncode, done.stderr.count("Traceback")) == (3, 0)
    assert FULL in done.stderr


@pytest.mark.parametrize("words", ["no-such-command", "show", "rebuild --roll-back"])
def test_words_that_are_off_are_told_by_the_exit_code_where_nothing_can_be_written(
    words: str,
) -> None:
    assert _in_a_shell(words, "2>/dev/full").returncode == 2


def test_a_bundle_takes_the_place_of_a_file_and_of_nothing_else(
    hannover: Terminal, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = _in_a_shell(
        f"bundle {pipe}", "", TWINLEDGER_DATA=str(hannover.environment["TWINLEDGER_DATA"])
    )

    assert (done.returncode, pipe.is_fifo()) == (3, True)
    assert "is no file that can be replaced" in done.stderr
