from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.cli.terminal import NAME_IT, Terminal, execute


@pytest.fixture
def terminal(data_folder: Path) -> Iterator[Terminal]:
    """At a data folder; a server that was started there is stopped in the end."""
    at = Terminal(TWINLEDGER_DATA=str(data_folder))
    yield at
    at("stop")


@pytest.fixture
def hannover(terminal: Terminal) -> Terminal:
    """At a register that was made a moment ago and holds no event yet, its database running."""
    terminal("start")
    execute(terminal("dsn", "--owner").strip(), NAME_IT)
    return terminal
