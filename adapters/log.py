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
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = _handler_for(file)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
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
