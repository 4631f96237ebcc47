"""A witness that is killed between what it has seen and its answer: never two roots at one size."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.witness.errors import WitnessFolderRefused
from adapters.witness.evidence import evidence_in
from adapters.witness.folder import owned
from adapters.witness.seen import all_seen
from tests.adapters.witness.watched import FORGED, Watching, body, signed

ROOT = Path(__file__).parents[3]


def killed(when: str, folder: Path, sent: bytes) -> None:
    command = (sys.executable, "-m", "tests.adapters.witness.killed", when, str(folder))
    done = subprocess.run(command, cwd=ROOT, input=sent, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("when", "remembered"), [("before", [5]), ("after", [9])])
async def test_the_next_witness_goes_on_from_what_was_saved(
    when: str, remembered: list[int], tmp_path: Path
) -> None:
    await Watching(tmp_path).submits(0, 5)
    killed(when, tmp_path, body(5, 9))
    assert [one.checkpoint.size for one in all_seen(tmp_path)] == remembered

    again = Watching(tmp_path)
    answer = await again.submits(remembered[0], 9)
    assert answer.status_code == 200
    assert again.time_of(answer, signed(9))


async def test_another_history_is_not_signed_after_a_signature_that_nobody_got(
    tmp_path: Path,
) -> None:
    await Watching(tmp_path).submits(0, 5)
    killed("after", tmp_path, body(5, 9))

    again = Watching(tmp_path)
    assert (await again.submits(5, 9, leaves=FORGED)).status_code == 409
    assert evidence_in(tmp_path)[0].about.fork


def test_there_is_one_witness_for_a_folder(tmp_path: Path) -> None:
    again = pytest.raises(WitnessFolderRefused, match="Another witness has the folder")
    with owned(tmp_path), again, owned(tmp_path):
        pass
