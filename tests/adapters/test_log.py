import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from adapters.log import configure_log, logged_with
from adapters.settings import SettingsRefused


@pytest.fixture(autouse=True)
def usual_log() -> Iterator[None]:
    """Put back what the log was: it belongs to the whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)
    structlog.reset_defaults()


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_line_carries_the_request_and_the_command(tmp_path: Path) -> None:
    configure_log(tmp_path / "log")
    log = structlog.get_logger("api")
    with logged_with(request_id="r1"), logged_with(command_id="c1"):
        log.info("recorded", position=7)
    log.info("idle")
    first, second = lines(tmp_path / "log")

    assert first["request_id"] == "r1"
    assert first["command_id"] == "c1"
    assert (first["event"], first["position"], first["level"]) == ("recorded", 7, "info")
    assert "request_id" not in second


def test_what_a_library_logs_is_json_too(tmp_path: Path) -> None:
    configure_log(tmp_path / "log")
    logging.getLogger("granian").warning("a %s", "worker")

    assert lines(tmp_path / "log")[0]["event"] == "a worker"


def test_an_exception_is_part_of_its_line(tmp_path: Path) -> None:
    configure_log(tmp_path / "log")
    try:
        raise ValueError("no")
    except ValueError:
        structlog.get_logger("api").exception("failed")
    (line,) = lines(tmp_path / "log")

    assert "ValueError" in json.dumps(line["exception"])


def test_without_a_file_the_log_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure_log()
    structlog.get_logger("api").info("hello")

    assert json.loads(capsys.readouterr().err)["event"] == "hello"


def test_a_log_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="TWINLEDGER_LOG names"):
        configure_log(tmp_path / "missing" / "log")


def test_a_fault_is_logged_without_what_was_in_its_variables(tmp_path: Path) -> None:
    configure_log(tmp_path / "log")
    try:
        _fail_with("a key that nobody may read")
    except ZeroDivisionError:
        structlog.get_logger("api").exception("fault")

    assert "ZeroDivisionError" in (tmp_path / "log").read_text()
    assert "nobody may read" not in (tmp_path / "log").read_text()


def _fail_with(secret: str) -> float:
    return len(secret) / 0
