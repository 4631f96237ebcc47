"""One private value under one data key of its own: AES-256-GCM (NIST SP 800-38D).

Sealed bytes are the nonce (12 bytes), then the ciphertext of salt and value with its tag. The
commitment is authenticated with them, so that a row put in another's place opens as nothing.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.private import SALT_SIZE, Committed, commitment_of

KEY_SIZE = 32
_NONCE_SIZE = 12


class Altered(Exception):
    """What the database holds is not what was committed to, or the key is another one."""

    def __init__(self, field: str) -> None:
        super().__init__(f"the private value {field!r} is not the one that the entry commits to")
        self.field = field


def seal(committed: Committed, key: bytes) -> bytes:
    """`committed` as the database may hold it. A key seals one value and no other."""
    nonce = secrets.token_bytes(_NONCE_SIZE)
    plain = committed.salt + committed.value
    return nonce + AESGCM(key).encrypt(nonce, plain, committed.commitment.encode())


def unseal(field: str, commitment: str, sealed: bytes, key: bytes) -> bytes:
    """The value, as canonical JSON. Raises `Altered` unless it is what `commitment` binds."""
    nonce, ciphertext = sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:]
    try:
        plain = AESGCM(key).decrypt(nonce, ciphertext, commitment.encode())
    except (InvalidTag, ValueError):  # ValueError: a nonce or a key of another length
        raise Altered(field) from None
    salt, value = plain[:SALT_SIZE], plain[SALT_SIZE:]
    if commitment_of(salt, field, value) != commitment:
        raise Altered(field)
    return value
