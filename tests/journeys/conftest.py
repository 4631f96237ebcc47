"""The command line on a register of one's own, with an administrator who is not its founder."""

import pytest

from tests.conftest import Database
from tests.journeys.test_command_line import Desk


@pytest.fixture
def desk(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(database.only_dsn, str(tmp_path_factory.mktemp("data")))
    desk.done("init", "--name", "Register of the state")
    desk.employs("admin-2", "administrator")
    return desk
