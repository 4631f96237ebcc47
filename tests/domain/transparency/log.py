"""A small log of our own for the tests: leaves, keys that are always the same, checkpoints."""

from collections.abc import Sequence

from adapters.signing.ed25519 import Ed25519Signer
from domain.transparency.checkpoint import Checkpoint, format_checkpoint
from domain.transparency.cosignature import cosign
from domain.transparency.note import COSIGNATURE, ED25519, Note, format_note, sign_note
from domain.transparency.policy import LogKey, Policy
from domain.transparency.proof_file import ProofFile
from domain.transparency.proofs import inclusion_proof, nodes_of
from domain.transparency.tree import leaf_hash, root_of

ORIGIN = "register.example/ledger/1"
NOON = 1795435200
LEAVES = [leaf_hash(f"event {position}".encode()) for position in range(1, 101)]

LOG = Ed25519Signer(ORIGIN, ED25519, bytes([1]) * 32)
STRANGER = Ed25519Signer(ORIGIN, ED25519, bytes([2]) * 32)
WITNESSES = [
    Ed25519Signer(f"city{place}.example/witness", COSIGNATURE, bytes([10 + place]) * 32)
    for place in range(3)
]


def policy(quorum: int = 2) -> Policy:
    """Our log, and `quorum` of the three witnesses."""
    return Policy((LogKey(LOG.key),), tuple(each.key for each in WITNESSES), quorum)


def checkpoint(
    size: int, *, by: Ed25519Signer = LOG, witnesses: Sequence[Ed25519Signer] = ()
) -> bytes:
    """The signed note of the first `size` leaves."""
    text = format_checkpoint(Checkpoint(ORIGIN, size, root_of(LEAVES[:size])))
    signed = sign_note(text, [by])
    lines = [cosign(text, witness, NOON + place) for place, witness in enumerate(witnesses)]
    return format_note(Note(text, (*signed.signatures, *lines)))


def proof(index: int, size: int, note: bytes | None = None) -> ProofFile:
    """The proof that leaf `index` is among the first `size`; two of three witnesses have signed."""
    hashes = inclusion_proof(index, size, nodes_of(LEAVES))
    return ProofFile(index, hashes, note or checkpoint(size, witnesses=WITNESSES[:2]))
