from pathlib import Path

import pytest

from tests.adapters.processes import begin_keeping, told
from tests.api.cli.terminal import Terminal, execute


def test_a_started_database_stays_until_it_is_stopped(terminal: Terminal) -> None:
    assert "It stays until `twinledger db stop`" in terminal("start")
    assert "runs already" in terminal("start")
    assert execute(terminal("dsn").strip(), "SELECT size FROM twinledger.head") == [(0,)]
    assert "has ended" in terminal("stop")
    assert "No database runs" in terminal("stop")


def test_the_dsn_of_a_database_that_does_not_run_is_not_invented(terminal: Terminal) -> None:
    assert "Start it with `twinledger db start`" in terminal("dsn", code=3)


def test_a_database_that_belongs_to_a_process_is_neither_kept_nor_stopped(
    data_folder: Path,
) -> None:
    at = Terminal(TWINLEDGER_DATA=str(data_folder))
    keeper = told(begin_keeping(data_folder))
    number = keeper.process.pid
    assert f"for process {number}, and ends with it" in at("start", code=3)
    assert f"belongs to process {number} and ends with it" in at("stop", code=3)
    keeper.end()


def test_the_shell_asks_as_the_application(
    terminal: Terminal, capfd: pytest.CaptureFixture[str]
) -> None:
    terminal("start")
    terminal("shell", "-Atc", "SELECT current_user, size FROM head")
    assert "twinledger|0" in capfd.readouterr().out
    terminal("shell", "-c", "DELETE FROM event", code=1)
    assert "permission denied" in capfd.readouterr().err


def test_a_wrong_setting_is_one_sentence(data_folder: Path) -> None:
    at = Terminal(TWINLEDGER_DATA=str(data_folder), TWINLEDGER_PROT="8000")
    assert at("start", code=3) == (
        "TWINLEDGER_PROT is not a setting. Did you mean TWINLEDGER_PORT?\n"
    )
