"""Whom a verifier trusts, and for what."""

import pytest
from msgspec.structs import astuple, replace

from adapters.signing.ed25519 import Ed25519Signer, verify
from domain.transparency.errors import Malformed, TooFewWitnesses, Unsigned, WrongSignature
from domain.transparency.note import (
    COSIGNATURE,
    ED25519,
    Note,
    VerifierKey,
    format_note,
    format_vkey,
    parse_note,
    parse_vkey,
)
from domain.transparency.policy import (
    LogKey,
    Policy,
    format_policy,
    format_witnesses,
    parse_policy,
    parse_witnesses,
    verify_checkpoint,
)
from tests.domain.transparency import published as p
from tests.domain.transparency.log import (
    LOG,
    NOON,
    ORIGIN,
    STRANGER,
    WITNESSES,
    checkpoint,
    policy,
)

W1, W2, W3 = (format_vkey(witness.key) for witness in WITNESSES)
OTHER = format_vkey(VerifierKey("paris.example/witness", COSIGNATURE, bytes(32)))
FILE = f"""\
# Whom we trust
log {format_vkey(LOG.key)} register.example/ledger

witness berlin\t{W1}
  witness lyon {W2} lyon.example/witness
witness turin {W3}
group cities 2 berlin lyon turin
quorum cities
"""


def test_a_policy_file_is_read() -> None:
    assert parse_policy(FILE) == policy(quorum=2)


@pytest.mark.parametrize("quorum", [0, 1, 2, 3])
def test_a_policy_is_read_as_it_was_written(quorum: int) -> None:
    assert parse_policy(format_policy(policy(quorum))) == policy(quorum)


@pytest.mark.parametrize(
    ("group", "quorum", "needed"),
    [
        ("group cities any berlin lyon turin", "cities", 1),
        ("group cities all berlin lyon turin", "cities", 3),
        ("group cities all berlin lyon turin", "lyon", 1),
        ("group cities all berlin lyon turin", "none", 0),
    ],
)
def test_a_quorum_is_any_all_one_or_none(group: str, quorum: str, needed: int) -> None:
    text = FILE.replace("group cities 2 berlin lyon turin", group)

    read = parse_policy(text.replace("quorum cities", f"quorum {quorum}"))

    assert read.quorum == needed
    assert WITNESSES[1].key in read.witnesses


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("quorum cities\n", ""),
        ("quorum cities", "quorum nobody"),
        ("quorum cities", "quorum cities\nquorum none"),
        ("group cities 2", "group cities 4"),
        ("group cities 2", "group cities 0"),
        ("group cities 2", "group cities 02"),
        ("group cities 2 berlin lyon turin", "group cities any"),
        ("lyon turin\nquorum cities", "lyon lyon\nquorum none"),
        ("lyon turin\n", "lyon paris\n"),
        ("quorum cities", "group all any cities\nquorum all"),
        ("quorum cities", "group lyon any berlin\nquorum lyon"),
        ("quorum cities", "group none any berlin\nquorum none"),
        ("quorum cities", f"witness lyon {OTHER}\nquorum cities"),
        (W3, W2),
        (W3, format_vkey(VerifierKey("another", 4, WITNESSES[1].key.public))),
        (W3, format_vkey(VerifierKey("itself", 4, LOG.key.public))),
        (W3, format_vkey(STRANGER.key)),
        (W3, W3[:-4]),
        (format_vkey(LOG.key), OTHER),
        (f"log {format_vkey(LOG.key)} register.example/ledger", ""),
        ("witness turin", "Witness turin"),
        ("we trust\n", "we trust\r\n"),
        ("lyon turin\n", "lyon\u00a0turin\n"),
    ],
)
def test_a_policy_that_is_not_understood_whole_is_refused(old: str, new: str) -> None:
    assert old in FILE

    with pytest.raises(Malformed):
        parse_policy(FILE.replace(old, new))


def test_a_checkpoint_with_enough_witnesses_is_verified() -> None:
    verified = verify_checkpoint(checkpoint(7, witnesses=WITNESSES[:2]), policy(2), verify)

    assert (verified.checkpoint.origin, verified.checkpoint.size) == (ORIGIN, 7)
    assert [(each.name, each.time) for each in verified.witnesses] == [
        ("city0.example/witness", NOON),
        ("city1.example/witness", NOON + 1),
    ]


def test_one_witness_too_few_is_told() -> None:
    with pytest.raises(TooFewWitnesses, match="1 of the 2 witnesses") as refusal:
        verify_checkpoint(checkpoint(7, witnesses=WITNESSES[:1]), policy(2), verify)

    assert (refusal.value.found, refusal.value.needed) == (1, 2)


def test_one_witness_that_signs_twice_is_one() -> None:
    twice = [WITNESSES[0], WITNESSES[0]]

    with pytest.raises(TooFewWitnesses):
        verify_checkpoint(checkpoint(7, witnesses=twice), policy(2), verify)


def test_a_forged_cosignature_is_no_missing_one() -> None:
    text, (log, witness) = astuple(parse_note(checkpoint(7, witnesses=WITNESSES[:1])))
    forged = replace(witness, value=witness.value[:-1] + bytes([witness.value[-1] ^ 1]))

    with pytest.raises(WrongSignature):
        verify_checkpoint(format_note(Note(text, (log, forged))), policy(0), verify)


def test_a_strangers_checkpoint_is_not_the_logs_whoever_witnessed_it() -> None:
    with pytest.raises(Unsigned, match=ORIGIN):
        verify_checkpoint(checkpoint(7, by=STRANGER, witnesses=WITNESSES), policy(2), verify)


def test_the_key_of_one_log_signs_for_no_other() -> None:
    other = Ed25519Signer("elsewhere.example/ledger", ED25519, bytes([1]) * 32)

    with pytest.raises(Unsigned):
        verify_checkpoint(checkpoint(7, by=other), Policy((LogKey(other.key),)), verify)


def test_a_replaced_key_is_good_for_what_it_signed_before_only() -> None:
    replaced = Policy((LogKey(STRANGER.key), LogKey(LOG.key, last_size=50)))

    assert verify_checkpoint(checkpoint(50), replaced, verify).checkpoint.size == 50
    assert verify_checkpoint(checkpoint(51, by=STRANGER), replaced, verify)
    with pytest.raises(Unsigned):
        verify_checkpoint(checkpoint(51), replaced, verify)


def test_a_public_log_is_verified_with_public_witnesses() -> None:
    witnesses = tuple(parse_vkey(key) for key in (p.REMORA, p.STAGEMOLE, p.SMARTIT, p.GARDEN))
    public = Policy((LogKey(parse_vkey(p.ARCHE)),), witnesses, quorum=4)

    verified = verify_checkpoint(p.WITNESSED, public, verify)

    assert verified.checkpoint.size == 1432088532
    assert {each.time for each in verified.witnesses} == {1779573024}


def test_a_policy_cannot_ask_for_more_than_there_are() -> None:
    with pytest.raises(Malformed, match="4 of 3 witnesses"):
        policy(quorum=4)
    with pytest.raises(Malformed):
        Policy((LogKey(LOG.key),), (), quorum=1)


def test_whom_a_log_asks_is_read_with_their_addresses() -> None:
    text = (
        f"witness lyon {W1} https://lyon.example/witness\nwitness turin {W2} http://turin.example\n"
        "group cities any lyon turin\nquorum cities\n"
    )
    asked = parse_witnesses(text)

    assert [format_vkey(one.key) for one in asked.witnesses] == [W1, W2]
    assert asked.witnesses[0].address == "https://lyon.example/witness"
    assert asked.quorum == 1
    assert parse_witnesses(format_witnesses(asked)) == asked


@pytest.mark.parametrize(
    "line",
    [
        f"witness lyon {W1}",
        f"witness lyon {W1} lyon.example",
        f"witness lyon {W1} ftp://lyon.example",
        f"witness lyon {W1} https://a.example https://b.example",
        f"witness lyon {format_vkey(LOG.key)} https://lyon.example",
        f"witness lyon {W1} https://a.example\nwitness turin {W1} https://b.example",
    ],
)
def test_a_witness_that_cannot_be_asked_is_refused(line: str) -> None:
    with pytest.raises(Malformed):
        parse_witnesses(f"{line}\nquorum none\n")
