"""Reads regime files. What is wrong in one is said with its field, the problem and the remedy."""

import hashlib
import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from adapters.problems import CannotRun
from adapters.shapes import WrongType, in_words, line, mistakes_of
from domain.refusals import Invalid, NotFound
from domain.regime.lists import Lists
from domain.regime.regime import Regime, check

_FOLDER = Path(__file__).parent
_LARGEST = 1_000_000  # bytes: a law's rule is some pages; more is another file named by mistake


class RegimeRefused(CannotRun):
    """A regime file that cannot be used. `field` is the place in it, as a path."""

    def __init__(self, file: str, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"Regime file {file}, {field}: {problem.rstrip('.')}.", remedy)
        self.file, self.field, self.remedy = file, field, remedy


class RegimeFile(Struct, frozen=True):
    """A regime with the SHA-256 of its file. `as_shipped` is False for anybody's own file."""

    regime: Regime
    sha256: str
    as_shipped: bool


def shipped_regimes() -> tuple[str, ...]:
    """The names of the regimes that come with Twinledger: an id, with `-v2` for its version 2."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load_regime(where: str | Path, lists: Lists) -> RegimeFile:
    """Load a regime by its name, or from a file: a Path, or text with a slash or ending in .toml.

    Raises `RegimeRefused` for a file that cannot be used, `NotFound` for an unknown name.
    """
    if isinstance(where, Path) or "/" in where or "\\" in where or where.endswith(".toml"):
        return _load(Path(where), lists)
    if where not in shipped_regimes():
        raise NotFound(
            "regime", where, f"There are {', '.join(shipped_regimes())}; or name a .toml file."
        )
    return _load(_FOLDER / f"{where}.toml", lists)


def regime_for_report(report: str, lists: Lists) -> RegimeFile:
    """The shipped regime that a report is made under, its newest text. Raises `NotFound`."""
    loaded = [load_regime(name, lists) for name in shipped_regimes()]
    made_for = [file for file in loaded if file.regime.report == report]
    if not made_for:
        reports = sorted({file.regime.report for file in loaded})
        raise NotFound("report", report, f"There are {', '.join(reports)}.")
    return max(made_for, key=lambda file: (file.regime.introduced, file.regime.version))


def _load(path: Path, lists: Lists) -> RegimeFile:
    content = _content(path)
    sha256 = hashlib.sha256(content).hexdigest()
    regime = _regime(content, path.name)
    try:
        check(regime, lists)
    except Invalid as invalid:
        raise RegimeRefused(path.name, invalid.field, invalid.problem, invalid.remedy) from None
    return RegimeFile(regime, sha256, as_shipped=sha256 in _shipped_hashes())


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise RegimeRefused(
            path.name, "file", f"it cannot be read ({error.strerror})", "Check its path and rights."
        ) from None
    if len(content) > _LARGEST:
        raise RegimeRefused(
            path.name, "file", f"it has more than {_LARGEST:,} bytes", "Name a regime file."
        )
    return content


def _regime(content: bytes, file: str) -> Regime:
    try:
        document = tomllib.loads(content.decode("utf-8"))
        return msgspec.convert(document, Regime)
    except UnicodeDecodeError as error:
        raise RegimeRefused(
            file, f"byte {error.start}", "it is not UTF-8", "Save it as UTF-8 text."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise RegimeRefused(
            file, "TOML", str(error), "Compare the place with the file that is shipped."
        ) from None
    except RecursionError:
        raise RegimeRefused(file, "rule", "it is nested too deeply", "Use fewer levels.") from None
    except msgspec.ValidationError as error:
        first, *others = mistakes_of(error, document, Regime)
        problem, remedy = in_words(first)
        if isinstance(first, WrongType):
            remedy += " In TOML text stands in quotes, numbers without quotes."
        remedy = f"{remedy} Compare it with the file that is shipped."
        remedy = "\n  ".join((remedy, *map(line, others)))
        raise RegimeRefused(file, first.field or "the whole file", problem, remedy) from None


def _shipped_hashes() -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in _FOLDER.glob("*.toml")}
