"""The file with a private key: made once, read by its owner only, told to nobody."""

import os
from pathlib import Path

import pytest

from adapters.signing.ed25519 import verify
from adapters.signing.key_file import KeyFileRefused, load_signer, make_key_file
from domain.transparency.errors import Malformed
from domain.transparency.note import COSIGNATURE, ED25519, format_note, parse_vkey, sign_note
from tests.domain.transparency import published as p

NAME = "register.example/ledger/1"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.key"


def written(file: Path, text: str, mode: int = 0o600) -> Path:
    file.write_text(text)
    file.chmod(mode)
    return file


@pytest.mark.parametrize("kind", [ED25519, COSIGNATURE])
def test_a_new_key_signs_what_its_public_half_verifies(file: Path, kind: int) -> None:
    key = make_key_file(file, NAME, kind)

    signer = load_signer(file)

    assert (signer.key, key.name, key.kind) == (key, NAME, kind)
    assert verify(key.public, b"text", signer.sign(b"text"))
    assert not verify(key.public, b"other", signer.sign(b"text"))


def test_each_new_key_is_another(tmp_path: Path) -> None:
    assert make_key_file(tmp_path / "a", NAME, ED25519) != make_key_file(
        tmp_path / "b", NAME, ED25519
    )


def test_nobody_else_can_read_the_new_file(file: Path) -> None:
    before = os.umask(0)
    try:
        make_key_file(file, NAME, ED25519)
    finally:
        os.umask(before)

    assert file.stat().st_mode & 0o777 == 0o600


def test_the_published_private_key_signs_the_published_note(file: Path) -> None:
    signer = load_signer(written(file, p.PETER_PRIVATE))

    assert signer.key == parse_vkey(p.PETER)
    assert format_note(sign_note(p.GO_TEXT, [signer])) == f"{p.GO_TEXT}\n{p.PETER_LINE}".encode()


def test_an_older_key_is_never_written_over(file: Path) -> None:
    written(file, p.PETER_PRIVATE)

    with pytest.raises(KeyFileRefused, match="is there already"):
        make_key_file(file, NAME, ED25519)

    assert file.read_text() == p.PETER_PRIVATE


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o601])
def test_a_key_that_others_can_touch_signs_nothing(file: Path, mode: int) -> None:
    written(file, p.PETER_PRIVATE, mode)

    with pytest.raises(KeyFileRefused, match=f"open to others .mode {mode:04o}") as refusal:
        load_signer(file)

    assert "chmod 600" in refusal.value.remedy


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_that_only_its_owner_reads_is_used(file: Path, mode: int) -> None:
    assert load_signer(written(file, p.PETER_PRIVATE + "\n", mode)).key.name == "PeterNeumann"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        p.PETER,
        p.PETER_PRIVATE[:-1],
        p.PETER_PRIVATE[:-4],
        p.PETER_PRIVATE.replace("PeterNeumann", "PeterNeuman"),
        p.PETER_PRIVATE.replace("c74f20a3", "c74f20a4"),
        p.PETER_PRIVATE.replace("PRIVATE", "PUBLIC"),
        p.PETER_PRIVATE.replace("+AYEK", "+BYEK"),
        p.PETER_PRIVATE + "\n\n",
        "PRIVATE+KEY+a+00000000+",
        "PRIVATE+KEY+a+00000000+AQ==",
    ],
)
def test_half_a_key_is_refused_and_not_told(file: Path, text: str) -> None:
    with pytest.raises(KeyFileRefused, match="holds no key") as refusal:
        load_signer(written(file, text))

    assert "AYEKFALV" not in str(refusal.value)
    assert refusal.value.__context__ is None


def test_a_file_of_other_bytes_is_no_key(file: Path) -> None:
    file.write_bytes(b"\xff" * 100)
    file.chmod(0o600)

    with pytest.raises(KeyFileRefused, match="holds no key"):
        load_signer(file)


def test_a_missing_file_or_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyFileRefused, match="is not there"):
        load_signer(tmp_path / "no.key")
    with pytest.raises(KeyFileRefused, match="cannot be read"):
        load_signer(written(tmp_path / "log.key", p.PETER_PRIVATE) / "below")
    with pytest.raises(KeyFileRefused, match="cannot be written"):
        make_key_file(tmp_path / "none" / "log.key", NAME, ED25519)


def test_a_name_that_no_key_can_bear_makes_no_file(file: Path) -> None:
    with pytest.raises(Malformed, match="no name of a key"):
        make_key_file(file, "two words", ED25519)

    assert not file.exists()


def test_a_key_does_not_show_itself(file: Path) -> None:
    signer = load_signer(written(file, p.PETER_PRIVATE))

    assert "AYEKFALV" not in repr(signer)


@pytest.mark.parametrize(("public", "signature"), [(b"short", bytes(64)), (bytes(32), b"short")])
def test_bytes_that_are_no_key_or_signature_verify_nothing(public: bytes, signature: bytes) -> None:
    assert not verify(public, b"text", signature)
