"""A proof to keep: C2SP tlog-proof. It shows without any server that a leaf is in the ledger.

c2sp.org/tlog-proof@v1
extra <base64>              left out where there is none
index <number>
<hash>                      one a line, from the leaf's sibling up to below the root
                            a blank line, and the signed checkpoint as it came
"""

from msgspec import Struct

from domain.transparency.errors import Malformed
from domain.transparency.lines import (
    LARGEST,
    MOST_HASHES,
    decoded,
    decoded_hashes,
    encoded,
    number,
    text_of,
)
from domain.transparency.note import Verifier
from domain.transparency.policy import Policy, VerifiedCheckpoint, verify_checkpoint
from domain.transparency.proofs import verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"


class ProofFile(Struct, frozen=True):
    """Where a leaf stands, the path from it to the root, and the signed note with that root.

    `extra` is for whoever makes the file: nothing signs it.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def parse_proof(data: bytes) -> ProofFile:
    """The proof in a file. Its checkpoint is taken as it is; `verify_proof` reads it."""
    head, blank, checkpoint = text_of(data, "proof").partition("\n\n")
    header, *lines = head.split("\n")
    if header != HEADER or not blank:
        raise _malformed(f"does not begin with {HEADER} and lines up to a blank one")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decoded(lines.pop(0).removeprefix("extra "), "proof, extra")
    if not lines or not lines[0].startswith("index "):
        raise _malformed("does not say the index of the leaf")
    index = number(lines[0].removeprefix("index "), "proof, index")
    return ProofFile(index, decoded_hashes(lines[1:], "proof"), checkpoint.encode(), extra)


def format_proof(proof: ProofFile) -> bytes:
    """The proof as a file: what `parse_proof` reads."""
    if not 0 <= proof.index <= LARGEST or len(proof.hashes) > MOST_HASHES:
        raise _malformed("cannot be written")
    lines = [HEADER, f"index {proof.index}", *(encoded(each) for each in proof.hashes)]
    if proof.extra is not None:
        lines.insert(1, f"extra {encoded(proof.extra)}")
    return "\n".join(lines).encode() + b"\n\n" + proof.checkpoint


def verify_proof(
    proof: ProofFile, leaf: bytes, policy: Policy, verifier: Verifier
) -> VerifiedCheckpoint:
    """The checkpoint under which the leaf hash `leaf` stands at `proof.index`.

    Raises `NotProven` with the first reason why that is not shown. No network, clock or server is
    asked: what `policy` trusts decides, and the times in the answer are the witnesses' word.
    """
    verified = verify_checkpoint(proof.checkpoint, policy, verifier)
    verify_inclusion(
        leaf,
        index=proof.index,
        size=verified.checkpoint.size,
        proof=proof.hashes,
        root=verified.checkpoint.root,
    )
    return verified


def _malformed(problem: str) -> Malformed:
    return Malformed("proof", problem, "Fetch it again and keep it as it came.")
