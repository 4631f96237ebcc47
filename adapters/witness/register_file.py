"""The file in which a register names its witnesses: C2SP tlog-policy, without the log."""

from pathlib import Path

from adapters.witness.errors import WitnessesRefused
from domain.transparency.errors import Malformed
from domain.transparency.policy import AskedWitnesses, parse_witnesses

_REMEDY = (
    "Write a line `witness NAME KEY https://ADDRESS` for each, and `quorum NAME` at the end; "
    "deploy/README.md shows it."
)


def read_witnesses(file: Path | None) -> AskedWitnesses:
    """Whom the register asks; nobody without a file. Raises `WitnessesRefused`."""
    if file is None:
        return AskedWitnesses()
    try:
        return parse_witnesses(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WitnessesRefused(file, f"it cannot be read ({error.strerror}).", _REMEDY) from error
    except UnicodeDecodeError as error:
        raise WitnessesRefused(file, "it is no text in UTF-8.", _REMEDY) from error
    except Malformed as error:
        raise WitnessesRefused(file, error.problem, _REMEDY) from error
