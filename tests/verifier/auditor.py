"""Who verifies: a folder to remember in, the register's key, and the files that were handed out."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.verifier import twinledger_verify as standalone
from api.verifier.twinledger_verify import CannotTell, NotVerified, Verified
from domain.transparency.proof_file import ProofFile, format_proof
from tests.verifier.register import KEY, Register, written

Files = Mapping[str, bytes]


class Auditor:
    """Asks the verifier, and keeps what it said."""

    def __init__(self, folder: Path, *trusts: str) -> None:
        self.folder, self.trusts = folder, trusts or ("--key", KEY)

    def ask(self, *words: str | Path) -> standalone.Answer:
        remembers = ("--state", self.folder / "state")
        asked = standalone.parser().parse_args([*map(str, (*words, *remembers)), *self.trusts])
        return standalone.answer_to(asked.work, asked)

    def file(self, name: str, content: bytes) -> Path:
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def bundle(self, files: Files, *words: str | Path) -> standalone.Answer:
        return self.ask("bundle", self.zip(files), *words)

    def zip(self, files: Files, name: str = "register.zip") -> Path:
        return written(dict(files), self.folder / name)

    def receipt(self, register: Register, position: int, leaf: bytes | None = None) -> Any:
        proof = self.file("a.proof", proof_of(register, position))
        entry = self.file("an.entry", register.leaves[position - 1] if leaf is None else leaf)
        return self.ask("receipt", proof, entry)

    def record(self, document: Any, *words: str | Path) -> standalone.Answer:
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        return self.ask("record", self.file("record.json", content), *words)

    def report(self, document: Any, *words: str | Path) -> standalone.Answer:
        file = self.file("report.json", json.dumps(document).encode())
        return self.ask("report", file, *words)


def proof_of(register: Register, position: int, note: bytes | None = None) -> bytes:
    hashes = register.proof(position)
    return format_proof(ProofFile(position - 1, hashes, note or register.note()))


def record_of(register: Register, reference: str) -> dict[str, Any]:
    """All entries of a partnership, as the register hands them out."""
    tag = f"partnership:{reference}"
    entries = [
        {
            "position": position,
            "leaf": leaf.decode(),
            "proof": [base64.b64encode(each).decode() for each in register.proof(position)],
        }
        for position, leaf in enumerate(register.leaves, 1)
        if tag in json.loads(leaf)["tags"]
    ]
    return {
        "format": "twinledger-record/1",
        "partnership": reference,
        "checkpoint": register.note().decode(),
        "entries": entries,
    }


def verified(answer: standalone.Answer) -> Verified:
    assert isinstance(answer, Verified), list(standalone.told(answer))
    return answer


def refused(answer: standalone.Answer) -> NotVerified:
    assert isinstance(answer, NotVerified), list(standalone.told(answer))
    return answer


def unsure(answer: standalone.Answer) -> CannotTell:
    assert isinstance(answer, CannotTell), list(standalone.told(answer))
    return answer
