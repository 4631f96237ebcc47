"""Signed notes: C2SP signed-note. A text, a blank line, and one line for each signature.

    — name base64(key id || signature)

The domain holds no cryptography: a `Signer` is handed in, and a `Verifier` checks Ed25519.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Protocol

from msgspec import Struct

from domain.transparency.errors import Malformed, WrongSignature
from domain.transparency.lines import decoded, encoded, text_of

ED25519 = 0x01  # signature types of C2SP signed-note, Signature types
COSIGNATURE = 0x04
PUBLIC_SIZE = 32
MOST_SIGNATURES = 100
_DASH = "— "


class Verifier(Protocol):
    """Ed25519 as in RFC 8032 section 5.1.7."""

    def __call__(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the key `public` made `signature` on `message`; false for any other bytes."""
        ...


class VerifierKey(Struct, frozen=True):
    """A public key as verifiers are given it: under which name, for which type of signature."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        require_name(self.name, "key")
        if self.kind not in (ED25519, COSIGNATURE):
            raise Malformed(
                "key",
                f"its signature type 0x{self.kind:02x} is not known here",
                "Use an Ed25519 key: type 0x01 for a log, 0x04 for a witness.",
            )
        if len(self.public) != PUBLIC_SIZE:
            raise Malformed(
                "key", f"is {len(self.public)} bytes long", "An Ed25519 key has 32 bytes."
            )

    @property
    def key_id(self) -> bytes:
        """The four bytes that tell a key from others of its name."""
        material = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(material).digest()[:4]


class Signer(Protocol):
    """Who signs: the public half, and Ed25519 as in RFC 8032 section 5.1.6."""

    @property
    def key(self) -> VerifierKey:
        """What verifiers need."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature on `message`."""
        ...


class Signature(Struct, frozen=True):
    """A signature line. Nothing in it is true before it is verified."""

    name: str
    key_id: bytes
    value: bytes

    def is_by(self, key: VerifierKey) -> bool:
        """Whether it says that `key` made it: both name and key id are that key's."""
        return (self.name, self.key_id) == (key.name, key.key_id)


class Note(Struct, frozen=True):
    """A text, with its last newline, and who signed it."""

    text: str
    signatures: tuple[Signature, ...]


def parse_note(data: bytes) -> Note:
    """The note in `data`, every byte of which belongs to the text or to a signature line."""
    text, blank, signed = text_of(data, "note").rpartition("\n\n")
    if not blank:
        raise _not_a_note("has no blank line between text and signatures")
    if not signed.endswith("\n"):
        raise _not_a_note("does not end with a whole signature line")
    lines = signed[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise _not_a_note(f"has more than {MOST_SIGNATURES} signatures")
    return Note(text + "\n", tuple(parse_signature(line) for line in lines))


def format_note(note: Note) -> bytes:
    """The note as bytes: what `parse_note` reads."""
    lines = "".join(format_signature(each) + "\n" for each in note.signatures)
    return f"{note.text}\n{lines}".encode()


def parse_signature(line: str) -> Signature:
    """One signature line, without its newline."""
    name, space, value = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise _not_a_note(f"the line {line[:60]!r} is no signature")
    require_name(name, "note")
    data = decoded(value, f"note, signature of {name}")
    if len(data) <= 4:
        raise _not_a_note(f"the signature of {name} is too short")
    return Signature(name, data[:4], data[4:])


def format_signature(signature: Signature) -> str:
    """The signature line, without its newline."""
    return f"{_DASH}{signature.name} {encoded(signature.key_id + signature.value)}"


def sign_note(text: str, signers: Iterable[Signer]) -> Note:
    """`text`, which ends in a newline, signed by each of the `signers`."""
    if not text.endswith("\n"):
        raise _not_a_note("the text to sign does not end with a newline")
    message = text.encode()
    text_of(message, "note")
    signatures = (
        Signature(signer.key.name, signer.key.key_id, signer.sign(message)) for signer in signers
    )
    return Note(text, tuple(signatures))


def verify_note(
    note: Note, keys: Iterable[VerifierKey], verifier: Verifier
) -> tuple[VerifierKey, ...]:
    """Which of the `keys` have signed: none of them, where the note bears other names only.

    Raises `WrongSignature` where a line claims to be by one of them and is not; lines of
    unknown keys are passed over, as C2SP signed-note, Signatures, asks.
    """
    message, found = note.text.encode(), []
    for key in keys:
        lines = [line for line in note.signatures if line.is_by(key)]
        if not all(verifier(key.public, message, line.value) for line in lines):
            raise WrongSignature(name=key.name)
        if lines:
            found.append(key)
    return tuple(found)


def parse_vkey(text: str) -> VerifierKey:
    """A key as `name+key id+base64(type || public key)`; its key id must be the computed one."""
    parts = text.split("+", 2)  # base64 may hold a plus, a name may not
    if len(parts) != 3:
        raise _not_a_key("does not have three parts with a plus between them")
    name, key_id, material = parts
    data = decoded(material, "key")
    if not data:
        raise _not_a_key("has no type and no bytes")
    key = VerifierKey(name, data[0], data[1:])
    if key.key_id.hex() != key_id:
        raise _not_a_key(f"its id is {key.key_id.hex()}, not {key_id[:8]!r}")
    return key


def format_vkey(key: VerifierKey) -> str:
    """The key as text: what `parse_vkey` reads."""
    return f"{key.name}+{key.key_id.hex()}+{encoded(bytes([key.kind]) + key.public)}"


def require_name(name: str, what: str) -> None:
    """Raise unless `name` can name a key: not empty, without spaces, plus or control characters."""
    if not name or any(sign.isspace() or sign == "+" or sign < " " for sign in name):
        raise Malformed(
            what,
            f"{name[:60]!r} is no name of a key",
            "Write it as an address without spaces and plus, such as register.example/ledger.",
        )


def _not_a_note(problem: str) -> Malformed:
    return Malformed("note", problem, "Fetch it again and keep it as it came.")


def _not_a_key(problem: str) -> Malformed:
    return Malformed(
        "key", problem, "Copy it whole, as its owner published it: name+12345678+base64."
    )
