"""What witnesses sign, and when."""

import pytest
from msgspec.structs import replace

from adapters.signing.ed25519 import verify
from domain.transparency.cosignature import cosign, cosigned_message, time_of, witnessed_at
from domain.transparency.errors import Malformed, WrongSignature
from domain.transparency.lines import decoded
from domain.transparency.note import Note, Signature, parse_note, parse_vkey
from tests.domain.transparency import published as p
from tests.domain.transparency.log import LOG, NOON, WITNESSES

CHECKPOINT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
WITNESS = WITNESSES[0]


def test_the_signed_message_is_that_of_the_specification() -> None:
    assert cosigned_message(CHECKPOINT, 1679315147) == (
        b"cosignature/v1\ntime 1679315147\n" + CHECKPOINT.encode()
    )


def test_the_time_of_a_published_cosignature_is_read() -> None:
    # transparency-dev/formats, note_cosigv1_test.go
    value = decoded(
        "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFi"
        "EBYJXORmnFBOBA==",
        "signature",
    )

    assert time_of(Signature("w", value[:4], value[4:])) == 1727964367


@pytest.mark.parametrize("vkey", [p.REMORA, p.STAGEMOLE, p.SMARTIT, p.GARDEN])
def test_public_witnesses_have_signed_a_public_log(vkey: str) -> None:
    assert witnessed_at(parse_note(p.WITNESSED), parse_vkey(vkey), verify) == 1779573024


def test_a_witness_that_did_not_sign_has_no_time() -> None:
    assert witnessed_at(parse_note(p.WITNESSED), WITNESS.key, verify) is None


def test_the_last_of_several_times_counts() -> None:
    lines = tuple(cosign(CHECKPOINT, WITNESS, NOON + minute) for minute in (0, 120, 60))

    assert witnessed_at(Note(CHECKPOINT, lines), WITNESS.key, verify) == NOON + 120


def test_a_cosignature_is_not_for_another_checkpoint() -> None:
    line = cosign(CHECKPOINT, WITNESS, NOON)

    with pytest.raises(WrongSignature, match=WITNESS.key.name):
        witnessed_at(Note(CHECKPOINT.replace("2085", "2086"), (line,)), WITNESS.key, verify)


def test_nobody_can_change_when_a_witness_signed() -> None:
    line = cosign(CHECKPOINT, WITNESS, NOON)
    later = (NOON + 1).to_bytes(8, "big") + line.value[8:]

    with pytest.raises(WrongSignature):
        witnessed_at(Note(CHECKPOINT, (replace(line, value=later),)), WITNESS.key, verify)


@pytest.mark.parametrize("value", [b"", bytes(64), bytes(73), b"\xff" * 72])
def test_what_is_no_cosignature_is_refused(value: bytes) -> None:
    line = Signature(WITNESS.key.name, WITNESS.key.key_id, value)

    with pytest.raises(Malformed, match="cosignature of city0"):
        witnessed_at(Note(CHECKPOINT, (line,)), WITNESS.key, verify)


def test_the_key_of_a_log_cosigns_nothing() -> None:
    with pytest.raises(Malformed, match="key of type 0x04"):
        cosign(CHECKPOINT, LOG, NOON)
