"""JSON: a list of objects, or one object a line. Streamed, one object in memory at a time."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from adapters.imports.errors import BrokenJson, NotATable
from adapters.imports.table import Row, Table, check_text_file, shown

_PIECE = 65_536
_LONGEST = 1_000_000  # characters of one object
_DEEPEST = 4
_SPACE = re.compile(r"[ \t\r\n]*")
_NEEDED = "It takes a list of objects, or one object a line, as in "
_EXAMPLE = '{"a_name": "Halle", "a_country": "Germany", "b_name": "Ufa", "b_country": "Russia"}.'


def begins(start: bytes) -> bool:
    """Whether a file that begins so is JSON."""
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")


def check(path: Path) -> Table:
    """Read the whole file once; its columns are the members of all objects, as first met."""
    bytes_ = check_text_file(path)
    names: dict[str, None] = {}
    count = 0
    for members in _objects(path):
        count += 1
        names.update(dict.fromkeys(members))
    if not names:
        raise NotATable(f"{path} holds no row.", _NEEDED + _EXAMPLE)
    return Table(path, "json", tuple(names), 0, count, bytes_.sha256)


def records(path: Path, header: tuple[str, ...]) -> Iterator[Row]:
    """The objects as rows under `header`; what an object does not have is empty.

    A row's line is the number of its object: a whole list may stand on one line.
    """
    for number, members in enumerate(_objects(path), 1):
        yield Row(number, tuple(members.get(name, "") for name in header))


def _objects(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        reader = _Reader(path, text)
        listed = reader.next_sign() == "["
        if listed:
            reader.skip()
        while (sign := reader.next_sign()) not in ("", "]"):
            if sign != "{":
                raise reader.broken(f"{sign!r} stands where an object should begin")
            yield _flat(reader, reader.value())
            if listed and reader.next_sign() == ",":
                reader.skip()
                if reader.next_sign() == "]":
                    raise reader.broken("a comma stands before the end of the list")
            elif listed and reader.next_sign() != "]":
                raise reader.broken("a comma or the end of the list is missing")
        if listed:
            if reader.next_sign() != "]":
                raise reader.broken("the end of the list is missing")
            reader.skip()
        if reader.next_sign():
            raise reader.broken("something follows the end of the list")


class _Reader:
    """The text, from value to value; `line` is that of the next sign."""

    def __init__(self, path: Path, text: TextIO) -> None:
        self._path, self._text = path, text
        self._held, self._at = "", 0
        self.line = 1
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_members, parse_float=str, parse_int=str, parse_constant=_constant
        )

    def next_sign(self) -> str:
        """The next character that is no space, not taken yet; empty at the end."""
        while True:
            space = _SPACE.match(self._held, self._at)
            end = space.end() if space else self._at
            self._take(end)
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def skip(self) -> None:
        """Take one sign."""
        self._take(self._at + 1)

    def value(self) -> Any:
        """The value that begins here."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._held, self._at)
            except json.JSONDecodeError as error:
                if len(self._held) - self._at > _LONGEST:
                    raise self.broken(
                        f"the object that begins here cannot be read ({error.msg}), "
                        f"or has more than {_LONGEST:,} characters"
                    ) from None
                if not self._more():
                    raise self.broken(
                        f"the object that begins here cannot be read ({error.msg})"
                    ) from None
            except _Twice as error:
                raise self.broken(f"one object names {str(error)!r} twice") from None
            except _NoJson as error:
                raise self.broken(f"{error} stands, which JSON has not: null is nothing") from None
            except RecursionError:
                raise self.broken("the object that begins here is too deep") from None
            else:
                self._take(end)
                return value

    def broken(self, problem: str) -> BrokenJson:
        """The refusal at this place."""
        return BrokenJson(
            f"{self._path} is not as needed: in line {self.line} {problem}.",
            "Correct it, or fetch the file again if it was cut off. " + _NEEDED + _EXAMPLE,
            line=self.line,
        )

    def _more(self) -> bool:
        piece = self._text.read(_PIECE)
        self._held, self._at = self._held[self._at :] + piece, 0
        return bool(piece)

    def _take(self, end: int) -> None:
        self.line += self._held.count("\n", self._at, end)
        self._at = end


class _Twice(Exception):
    """A member is there twice, so nobody can say which one counts."""


class _NoJson(Exception):
    """NaN or Infinity, as some programs write what is missing: nobody shall read a name in it."""


def _constant(written: str) -> str:
    raise _NoJson(written)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(shown(name))
        found[name] = value
    return found


def _flat(reader: _Reader, members: dict[str, Any], at: str = "", deep: int = 1) -> dict[str, str]:
    """Members of an object within are named `home.name`."""
    found: dict[str, str] = {}
    for name, value in members.items():
        path = shown(at + name)
        if path in found:
            raise reader.broken(f"one object names {path!r} twice")
        if isinstance(value, dict):
            if deep == _DEEPEST:
                raise reader.broken("an object is too deep")
            found |= _flat(reader, value, f"{path}.", deep + 1)
        elif isinstance(value, list):
            if any(isinstance(item, dict | list) for item in value):
                raise reader.broken(f"{path!r} holds a list of more than plain values")
            found[path] = "; ".join(map(_text, value))
        else:
            found[path] = _text(value)
    return found


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
