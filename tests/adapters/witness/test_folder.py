"""The folder of a witness: its key, whom it trusts, and what must not be lost."""

from pathlib import Path

import pytest

from adapters.witness.errors import WitnessesRefused, WitnessFolderRefused
from adapters.witness.folder import distrust, trust, trusted_logs, witness_signer
from adapters.witness.register_file import read_witnesses
from domain.transparency.note import format_vkey
from tests.adapters.witness.watched import Watching
from tests.domain.transparency.log import LOG, STRANGER, WITNESSES


def test_the_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    first = witness_signer(tmp_path, "witness.lodz.example")

    assert witness_signer(tmp_path, None).key == first.key
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_witness_keeps_its_name(tmp_path: Path) -> None:
    witness_signer(tmp_path, "witness.lodz.example")
    with pytest.raises(WitnessFolderRefused, match=r"is called witness\.lodz\.example, not"):
        witness_signer(tmp_path, "witness.kobe.example")


def test_a_name_that_can_name_no_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WitnessFolderRefused, match="TWINLEDGER_WITNESS_NAME"):
        witness_signer(tmp_path, "our witness")


async def test_a_lost_key_is_not_replaced_in_silence(tmp_path: Path) -> None:
    await Watching(tmp_path).submits(0, 5)
    (tmp_path / "key").unlink()
    with pytest.raises(WitnessFolderRefused, match="is gone, and this witness has signed with it"):
        witness_signer(tmp_path, None)


def test_logs_are_trusted_and_distrusted_one_by_one(tmp_path: Path) -> None:
    assert trust(tmp_path, LOG.key)
    assert not trust(tmp_path, LOG.key)
    assert trust(tmp_path, STRANGER.key)
    assert distrust(tmp_path, LOG.key)

    assert trusted_logs(tmp_path) == (STRANGER.key,)
    assert not distrust(tmp_path, LOG.key)


def test_a_witness_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(WitnessFolderRefused, match="is not the key of a log"):
        trust(tmp_path, WITNESSES[0].key)


def test_a_file_of_logs_that_cannot_be_read_is_told_and_nothing_is_trusted(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text(f"log {format_vkey(LOG.key)}x\n")
    with pytest.raises(WitnessFolderRefused, match="cannot be read"):
        trusted_logs(tmp_path)


async def test_what_was_seen_and_cannot_be_read_signs_nothing(tmp_path: Path) -> None:
    watching = Watching(tmp_path)
    await watching.submits(0, 5)
    (seen,) = (tmp_path / "seen").glob("*.json")
    seen.write_bytes(seen.read_bytes()[:-40])
    watching.again()

    assert (await watching.submits(5, 9)).status_code == 503
    assert (await watching.submits(0, 9)).status_code == 503


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "no line that says the quorum"),
        (b"quorum all\n", "cannot be read"),
        (b"\xff", "no text in UTF-8"),
    ],
)
def test_a_file_of_witnesses_that_cannot_be_used_is_told(
    text: bytes, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "witnesses"
    file.write_bytes(text)
    with pytest.raises(WitnessesRefused, match=told):
        read_witnesses(file)


def test_a_file_of_witnesses_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WitnessesRefused, match="No such file"):
        read_witnesses(tmp_path / "witnesses")
    assert read_witnesses(None).witnesses == ()
