"""Ed25519 (RFC 8032) by the package `cryptography`, behind the domain's `Signer` and `Verifier`."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from domain.transparency.note import VerifierKey

SEED_SIZE = 32


class Ed25519Signer:
    """A private key in memory. `key` is its public half, under its name and for its type."""

    def __init__(self, name: str, kind: int, seed: bytes) -> None:
        """`seed` are the 32 secret bytes of RFC 8032 section 5.1.5."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, kind, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature."""
        return self._private.sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key `public` made `signature` on `message`; false for any other bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
