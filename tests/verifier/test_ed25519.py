"""The verifier's signatures: RFC 8032's own examples, and another implementation's opinion."""

from random import Random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from api.verifier.twinledger_verify import ed25519_verifies, point_of

ORDER = 2**252 + 27742317777372353535851937790883648493

# RFC 8032 section 7.1: public key, message, signature of tests 1, 2, 3 and SHA(abc).
PUBLISHED = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]

# Every spelling of the eight points of small order, right and not (RFC 8032 section 5.1.3).
Q = 2**255 - 19
EIGHTH = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD83D3D706A17C7
SMALL = [
    number.to_bytes(32, "little")
    for y in (0, 1, Q - 1, Q, Q + 1, EIGHTH, Q - EIGHTH)
    for number in (y, y | 1 << 255)
]


def drawn(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - to be repeated, not to be secret


def theirs(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def signed(seed: int) -> tuple[bytes, bytes, bytes]:
    key = Ed25519PrivateKey.from_private_bytes(drawn(seed).randbytes(32))
    message = b"checkpoint %d" % seed
    return key.public_key().public_bytes_raw(), message, key.sign(message)


@pytest.mark.parametrize(("public", "message", "signature"), PUBLISHED)
def test_the_examples_of_the_rfc_verify(public: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(text) for text in (public, message, signature)]

    assert ed25519_verifies(*parts)
    assert not ed25519_verifies(parts[0], parts[1] + b"\0", parts[2])


@pytest.mark.parametrize("seed", range(20))
def test_what_others_signed_verifies_and_with_any_bit_changed_does_not(seed: int) -> None:
    public, message, signature = signed(seed)
    bit = drawn(seed).randrange(512)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8

    assert ed25519_verifies(public, message, signature)
    assert not ed25519_verifies(public, message, bytes(changed))
    assert not theirs(public, message, bytes(changed))


@pytest.mark.parametrize("times", [1, 2, 8])
def test_a_signature_has_one_spelling(times: int) -> None:
    public, message, signature = signed(0)
    s = int.from_bytes(signature[32:], "little") + times * ORDER
    other = signature[:32] + s.to_bytes(32, "little")

    assert not ed25519_verifies(public, message, other)


@pytest.mark.parametrize("public", SMALL)
def test_a_key_that_would_fit_any_message_is_refused(public: bytes) -> None:
    for first in SMALL:
        for message in (b"one", b"another", b"a third"):
            assert not ed25519_verifies(public, message, first + bytes(32))


@pytest.mark.parametrize("seed", range(30))
def test_on_keys_of_any_32_bytes_it_is_at_least_as_strict_as_others(seed: int) -> None:
    public = drawn(seed).randbytes(32)
    _, message, signature = signed(seed)

    assert ed25519_verifies(public, message, signature) <= theirs(public, message, signature)


@pytest.mark.parametrize("beyond", range(19))
def test_a_point_has_one_spelling(beyond: int) -> None:
    assert point_of((Q + beyond).to_bytes(32, "little")) is None
    assert point_of((Q + beyond | 1 << 255).to_bytes(32, "little")) is None
    for x_is_zero in (1, Q - 1):
        assert point_of((x_is_zero | 1 << 255).to_bytes(32, "little")) is None


def test_what_has_another_length_is_no_key_and_no_signature() -> None:
    public, message, signature = signed(1)

    assert not ed25519_verifies(public + b"\0", message, signature)
    assert not ed25519_verifies(public, message, signature[:-1])
    assert not ed25519_verifies(b"", message, b"")
