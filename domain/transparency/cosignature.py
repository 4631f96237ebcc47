"""Cosignatures of witnesses: C2SP tlog-cosignature, with Ed25519 (type 0x04).

A witness says: at this time, this was the largest tree of this log that I have seen, and it goes
on from all that I saw before. The time is in seconds since 1970, in UTC.
"""

from domain.transparency.errors import Malformed, WrongSignature
from domain.transparency.lines import LARGEST
from domain.transparency.note import COSIGNATURE, Note, Signature, Signer, Verifier, VerifierKey

_TIME_SIZE, _SIGNATURE_SIZE = 8, 64


def cosigned_message(text: str, time: int) -> bytes:
    """The bytes that a witness signs for a checkpoint's text."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosign(text: str, signer: Signer, time: int) -> Signature:
    """The witness's signature line for a checkpoint's text."""
    if signer.key.kind != COSIGNATURE or not 0 < time <= LARGEST:
        raise Malformed(
            "cosignature",
            f"{signer.key.name} cannot sign at {time}",
            "A witness has a key of type 0x04, and a time after 1970.",
        )
    value = time.to_bytes(_TIME_SIZE, "big") + signer.sign(cosigned_message(text, time))
    return Signature(signer.key.name, signer.key.key_id, value)


def time_of(signature: Signature) -> int:
    """When the witness says that it signed."""
    if len(signature.value) != _TIME_SIZE + _SIGNATURE_SIZE:
        raise Malformed(
            f"cosignature of {signature.name}",
            f"is {len(signature.value)} bytes long",
            "It has 72 bytes: 8 of the time and 64 of the signature.",
        )
    time = int.from_bytes(signature.value[:_TIME_SIZE], "big")
    if time > LARGEST:
        raise Malformed(
            f"cosignature of {signature.name}", f"{time} is no time", "It is up to 2^63 - 1."
        )
    return time


def witnessed_at(note: Note, witness: VerifierKey, verifier: Verifier) -> int | None:
    """When `witness` signed this checkpoint, the last time; None if it did not.

    Raises `WrongSignature` where a line claims to be by the witness and is not.
    """
    times = []
    for line in note.signatures:
        if line.is_by(witness):
            time = time_of(line)
            message = cosigned_message(note.text, time)
            if not verifier(witness.public, message, line.value[_TIME_SIZE:]):
                raise WrongSignature(name=witness.name)
            times.append(time)
    return max(times, default=None)
