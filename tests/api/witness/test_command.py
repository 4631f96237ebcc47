"""What the keeper of a witness is told on the command line, and what only they can decide."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from domain.transparency.note import format_vkey
from tests.adapters.witness.watched import FORGED, Watching
from tests.domain.transparency.log import LOG, ORIGIN, WITNESSES

Says = Callable[..., Result]


@pytest.fixture
def says(tmp_path: Path) -> Says:
    def said(*words: str) -> Result:
        folder = {"TWINLEDGER_WITNESS_FOLDER": str(tmp_path), "TWINLEDGER_DATA": str(tmp_path)}
        return CliRunner().invoke(main, ["witness", *words], env=folder)

    return said


async def test_the_status_says_what_was_witnessed(tmp_path: Path, says: Says) -> None:
    await Watching(tmp_path).submits(0, 5)
    status = says("status")

    assert status.exit_code == 0
    assert f"{ORIGIN}: witnessed up to entry 5, last 2026-11-24 12:00 UTC." in status.output


async def test_two_histories_are_told_with_where_the_evidence_is(
    tmp_path: Path, says: Says
) -> None:
    watching = Watching(tmp_path)
    await watching.submits(0, 5)
    await watching.submits(5, 5, leaves=FORGED)
    status = says("status")

    assert status.exit_code == 1
    assert f"TWO HISTORIES of {ORIGIN}" in status.output
    (kept,) = (tmp_path / "evidence").glob("*/1")
    assert str(kept) in status.output.replace("\n", "")


async def test_its_keeper_lets_it_go_on_and_says_why(tmp_path: Path, says: Says) -> None:
    watching = Watching(tmp_path)
    await watching.submits(0, 5)
    await watching.submits(5, 5, leaves=FORGED)
    asked = says("resume", ORIGIN, "--because", "The council of Norfolk decided.")
    assert asked.exit_code == 1  # nobody said yes
    assert (await watching.submits(5, 9)).status_code == 403

    assert says("resume", ORIGIN, "--yes", "--because", "The council decided.").exit_code == 0
    assert (await watching.submits(5, 9)).status_code == 200
    assert "The council decided." in (await watching.client.get("/")).text
    assert says("status").exit_code == 0


def test_there_is_nothing_to_go_on_with_where_nothing_is_stopped(says: Says) -> None:
    assert "Nothing is stopped" in says("resume", ORIGIN, "--yes", "--because", "So.").output


def test_a_key_is_trusted_once_and_taken_back(says: Says) -> None:
    vkey = format_vkey(LOG.key)
    assert "is witnessed from now on" in says("trust", vkey).output
    assert "was trusted already" in says("trust", vkey).output
    assert "Nothing more is signed for it." in says("distrust", vkey).output
    assert says("distrust", vkey).exit_code == 1


@pytest.mark.parametrize(
    ("key", "code"),
    [("norfolk", 2), (format_vkey(LOG.key)[:-4], 2), (format_vkey(WITNESSES[0].key), 3)],
)
def test_what_is_no_key_of_a_log_is_refused(key: str, code: int, says: Says) -> None:
    assert says("trust", key).exit_code == code


def test_where_there_is_no_witness_yet_that_is_said(says: Says) -> None:
    status = says("status")

    assert status.exit_code == 3
    assert "There is no witness in" in status.output
