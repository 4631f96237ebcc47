"""The log: one JSON object per line, with the request's and the command's id where there is one."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

import msgspec
import structlog
from structlog.typing import Processor

from adapters.settings import SettingsRefused

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    # Without the frames' variables: they hold keys, tokens and DSNs.
    structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    ),
)


def configure_log(file: Path | None = None, *, level: str = "INFO") -> None:
    """Send everything that is logged, by us or by a library, as JSON lines to `file`.

    Without a file it goes to standard error. May be called again; the last call counts.
    Raises `SettingsRefused` when the file cannot be written.
    """
    handler = _handler_for(file)
    structlog.configure(
        processors=[*_SHARED, structlog.processors.JSONRenderer(serializer=_line)],
        logger_factory=lambda name="": _Logger(name, handler),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_line),
            ],
        )
    )
    root = logging.getLogger()
    for former in root.handlers[:]:
        if isinstance(former, logging.StreamHandler) and former.get_name() == "twinledger":
            root.removeHandler(former)
            former.close()
    handler.set_name("twinledger")
    root.addHandler(handler)
    root.setLevel(level)


@contextmanager
def logged_with(*, request_id: str | None = None, command_id: str | None = None) -> Iterator[None]:
    """Within the block, each line that this task logs carries the given ids."""
    ids = {"request_id": request_id, "command_id": command_id}
    given = {name: value for name, value in ids.items() if value is not None}
    with structlog.contextvars.bound_contextvars(**given):
        yield


class _Line(logging.LogRecord):
    """A line as it is to be written: what a record has beside it is already in it."""

    def __init__(self, text: str) -> None:
        self.msg, self.args = text, ()


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Makes a line of what libraries log; ours is one already."""

    def format(self, record: logging.LogRecord) -> str:
        return record.msg if isinstance(record, _Line) else super().format(record)


class _Logger:
    """Where our own lines go: straight to the handler, which answers for what it cannot write.

    Each act writes one, and the way through the standard library costs as much as deciding it.
    """

    def __init__(self, name: str, handler: logging.Handler) -> None:
        self.name, self._handler = name, handler

    def msg(self, text: str) -> None:
        """Write a line."""
        self._handler.handle(_Line(text))

    debug = info = warning = error = critical = msg


def _handler_for(file: Path | None) -> "logging.StreamHandler[Any]":
    if file is None:
        return logging.StreamHandler(sys.stderr)
    try:
        return WatchedFileHandler(file, encoding="utf-8")
    except OSError as error:
        raise SettingsRefused(
            "TWINLEDGER_LOG",
            f"names {file}, which cannot be written ({error.strerror})",
            "Name a file in a folder that this user may write to, or leave the variable out.",
        ) from error


def _line(event: Any, **_ignored: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
