"""Signed notes and the keys under them, as other people's tools write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.signing.ed25519 import verify
from domain.transparency.errors import Malformed, WrongSignature
from domain.transparency.note import (
    ED25519,
    MOST_SIGNATURES,
    Note,
    Signature,
    VerifierKey,
    format_note,
    format_vkey,
    parse_note,
    parse_vkey,
    sign_note,
    verify_note,
)
from tests.domain.transparency import published as p
from tests.domain.transparency.log import LOG, STRANGER

PETER, ENOCH = parse_vkey(p.PETER), parse_vkey(p.ENOCH)
names = st.text(min_size=1).filter(
    lambda name: not any(sign.isspace() or sign == "+" or sign < " " for sign in name)
)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"))
signatures = st.builds(
    Signature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)
)


@pytest.mark.parametrize(
    ("vkey", "data"),
    [(p.PETER, p.GO_NOTE), (p.ENOCH, p.GO_NOTE), (p.EXAMPLE_KEY, p.EXAMPLE_NOTE)],
)
def test_published_notes_are_signed_by_the_published_keys(vkey: str, data: bytes) -> None:
    key = parse_vkey(vkey)

    assert verify_note(parse_note(data), [key], verify) == (key,)


@pytest.mark.parametrize("vkey", [p.PETER, p.ENOCH, p.EXAMPLE_KEY, p.ARCHE, p.REMORA, p.GARDEN])
def test_a_published_key_is_written_as_it_was_published(vkey: str) -> None:
    assert format_vkey(parse_vkey(vkey)) == vkey


def test_a_note_of_several_is_signed_by_those_who_are_known() -> None:
    note = parse_note(p.GO_NOTE)

    assert note.text == p.GO_TEXT
    assert verify_note(note, [PETER, ENOCH], verify) == (PETER, ENOCH)
    assert verify_note(note, [LOG.key], verify) == ()


def test_one_changed_letter_is_found() -> None:
    note = parse_note(p.GO_NOTE.replace(b"answer", b"Answer"))

    with pytest.raises(WrongSignature, match="PeterNeumann") as refusal:
        verify_note(note, [PETER], verify)

    assert refusal.value.name == "PeterNeumann"


def test_a_second_line_in_the_name_of_a_known_key_must_be_right_too() -> None:
    note = parse_note(p.GO_NOTE)
    forged = Signature(PETER.name, PETER.key_id, bytes(64))

    with pytest.raises(WrongSignature):
        verify_note(Note(note.text, (*note.signatures, forged)), [PETER], verify)


def test_a_key_with_the_same_name_has_another_id() -> None:
    note = sign_note("text\n", [STRANGER])

    assert LOG.key.name == STRANGER.key.name
    assert verify_note(note, [LOG.key], verify) == ()


def test_what_we_sign_can_be_verified() -> None:
    note = parse_note(format_note(sign_note("One line\n\nand another\n", [LOG, STRANGER])))

    assert note.text == "One line\n\nand another\n"
    assert verify_note(note, [LOG.key, STRANGER.key], verify) == (LOG.key, STRANGER.key)


@given(texts, st.lists(signatures, min_size=1, max_size=4))
def test_a_note_is_read_as_it_was_written(text: str, lines: list[Signature]) -> None:
    note = Note(text + "\n", tuple(lines))

    assert parse_note(format_note(note)) == note


@given(st.integers(0, len(p.GO_NOTE) - 1), st.integers(0, 7))
def test_no_bit_of_a_signed_note_can_be_changed(place: int, bit: int) -> None:
    data = bytearray(p.GO_NOTE)
    data[place] ^= 1 << bit

    try:
        found = verify_note(parse_note(bytes(data)), [PETER, ENOCH], verify)
    except (Malformed, WrongSignature):
        return
    # A name or an id that changed makes the line a stranger's: the other one still holds.
    assert len(found) < 2
    assert parse_note(bytes(data)).text == p.GO_TEXT


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(p.GO_TEXT.encode(), id="no signature"),
        pytest.param(p.GO_TEXT.encode() + b"\n", id="no signature after the blank line"),
        pytest.param(p.GO_NOTE[:-1], id="last newline missing"),
        pytest.param(p.GO_NOTE + b"\n", id="newline too many"),
        pytest.param(b"\x01" + p.GO_NOTE, id="control character"),
        pytest.param(b"\xff" + p.GO_NOTE, id="no UTF-8"),
        pytest.param(p.GO_NOTE.replace(b"\n", b"\r\n"), id="line ends of Windows"),
        pytest.param(p.GO_NOTE + b"Unexpected line.\n", id="a line that is no signature"),
        pytest.param(p.GO_NOTE.replace(b"PeterNeumann", b"Peter Neumann"), id="space in the name"),
        pytest.param(p.GO_NOTE.replace(b"PeterNeumann", b"Peter+"), id="plus in the name"),
        pytest.param(p.GO_NOTE.replace("— P".encode(), b"- P"), id="hyphen for the dash"),
        pytest.param(p.GO_NOTE.replace(b"nAM=\n", b"nAM\n"), id="base64 without padding"),
        pytest.param(p.GO_NOTE.replace(b"nAM=\n", b"nAN=\n"), id="base64 with stray bits"),
        pytest.param(p.GO_NOTE.replace(b"x08g", b"x0!8g"), id="base64 with other signs"),
        pytest.param("text\n\n— name x08goA==\n".encode(), id="key id alone"),
        pytest.param(
            f"{p.GO_TEXT}\n{p.PETER_LINE * (MOST_SIGNATURES + 1)}".encode(), id="signatures galore"
        ),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"^note"):
        parse_note(data)


@pytest.mark.parametrize("text", ["no newline", "", "tab\there\n"])
def test_a_text_that_nobody_could_read_back_is_not_signed(text: str) -> None:
    with pytest.raises(Malformed):
        sign_note(text, [LOG])


def test_no_part_of_a_key_can_be_left_out_or_changed() -> None:
    for begin in range(len(p.PETER)):
        for end in range(begin + 1, len(p.PETER) + 1):
            if end - begin < len(p.PETER):
                with pytest.raises(Malformed, match=r"^key"):
                    parse_vkey(p.PETER[begin:end])
    for place, sign in enumerate(p.PETER):
        with pytest.raises(Malformed, match=r"^key"):
            parse_vkey(p.PETER[:place] + chr(ord(sign) + 1) + p.PETER[place + 1 :])


@pytest.mark.parametrize(
    "vkey",
    [
        # From the same source: a key that is too long, and an unknown type, each with its own id.
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+",
        "",
    ],
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(Malformed, match=r"^key"):
        parse_vkey(vkey)


@given(names, st.binary(min_size=32, max_size=32))
def test_a_key_is_read_as_it_was_written(name: str, public: bytes) -> None:
    key = VerifierKey(name, ED25519, public)

    assert parse_vkey(format_vkey(key)) == key
