"""What people typed, as text: queries and forms, read strictly and kept whole."""

import asyncio
import hashlib
import re
import unicodedata
from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions.http_exceptions import InternalServerException, RequestEntityTooLarge
from msgspec import Struct

from adapters.ledger.text import check_text
from api.problems import TooLarge, Unreadable, told
from domain.errors import NotCanonical

LARGEST_FORM = 2_000_000
LARGEST_FILE = 25_000_000
LARGEST_BODY = LARGEST_FILE + LARGEST_FORM
SLOWEST_FORM = 600.0  # seconds, so that a form that never ends holds no connection for ever
_MOST_FIELDS = 2_000
_MOST_MARKS = 30

# From the first blank of a row of them only: else each blank would be tried, and a form be endless.
_BREAKS = re.compile("(?<! ) *+[\t\n\v\f\r\x85\u2028\u2029]\\s*")
# Marks that show nothing and come along when text is copied from a page or a word processor.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


class Typed(Struct, frozen=True):
    """Names and values in the order in which they came; values folded to lines in NFC."""

    pairs: tuple[tuple[str, str], ...] = ()

    def one(self, name: str) -> str:
        """The last value of that name, empty when there is none."""
        return next((value for known, value in reversed(self.pairs) if known == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of that name that is not empty."""
        return tuple(value for known, value in self.pairs if known == name and value)

    def has(self, start: str) -> bool:
        """Whether anything was typed in a field whose path begins with `start`."""
        return any(value for name, value in self.pairs if name.startswith(start))

    def rows(self, path: str) -> int:
        """The number of the last row with something typed in it, of the rows `path[n]`."""
        row = re.compile(re.escape(path) + r"\[([0-9]{1,3})\]", re.ASCII)
        found = [int(m[1]) + 1 for name, value in self.pairs if value and (m := row.match(name))]
        return max(found, default=0)

    def with_(self, **changes: str) -> "Typed":
        """The same with other values for some names."""
        kept = ((name, value) for name, value in self.pairs if name not in changes)
        return Typed((*kept, *changes.items()))

    def query(self, **changes: str) -> str:
        """As a query string, empty values left out."""
        return urlencode([(name, value) for name, value in self.with_(**changes).pairs if value])


def folded(text: str) -> str:
    """One line, in NFC, without marks that show nothing and without blanks around it."""
    return _normalized(_UNSEEN.sub("", _BREAKS.sub(" ", text))).strip()


def _normalized(text: str) -> str:
    """In NFC; as it is where more marks are stacked on one letter than any language does.

    Putting marks in order takes the square of their number. The bound is that of the stream-safe
    text format (UAX #15, section 13); `unfit` then refuses what is not in NFC.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    stacked = 0
    for character in text:
        stacked = stacked + 1 if unicodedata.combining(character) else 0
        if stacked > _MOST_MARKS:
            return text
    return unicodedata.normalize("NFC", text)


def unfit(text: str) -> str:
    """Why the register cannot hold this text; empty when it can."""
    try:
        check_text(text, "")
    except NotCanonical as error:
        return told(error).items[0].text
    return ""


def read_query(request: Request[Any, Any, Any]) -> Typed:
    """The query of the address. Raises `Unreadable`."""
    return _pairs(request.scope["query_string"])


async def read_form(request: Request[Any, Any, Any]) -> tuple[Typed, dict[str, str]]:
    """The form, and the SHA-256 of each file that came with it; the files are not kept.

    Raises `Unreadable` or `TooLarge`.
    """
    kind = request.content_type[0]
    try:
        async with asyncio.timeout(SLOWEST_FORM):
            if kind == "multipart/form-data":
                return await _multipart(request)
            if kind != "application/x-www-form-urlencoded":
                raise Unreadable("Send the form as a browser does: urlencoded or multipart.")
            body = await request.body()
    except TimeoutError:
        raise Unreadable("The form did not arrive in ten minutes. Go back and try again.") from None
    except RequestEntityTooLarge:
        raise TooLarge(
            "A file for its SHA-256 may have at most 25 MB. Go back: compute the SHA-256 yourself "
            "(sha256sum FILE) and type it instead."
        ) from None
    except InternalServerException:  # what litestar calls a body that breaks off
        raise Unreadable("The form broke off on its way. Go back and send it again.") from None
    if len(body) > LARGEST_FORM:
        raise TooLarge("A form may have at most 2 MB. Go back and shorten it.")
    return _pairs(body), {}


def _pairs(raw: bytes) -> Typed:
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Unreadable(
            "The address or the form holds bytes that are not text in UTF-8, or too many fields."
        ) from None
    return _typed(pairs)


def _typed(pairs: Iterable[tuple[str, str]]) -> Typed:
    return Typed(tuple((name, folded(value)) for name, value in pairs))


async def _multipart(request: Request[Any, Any, Any]) -> tuple[Typed, dict[str, str]]:
    try:
        form = await request.form()
    except (ValueError, LookupError):
        raise Unreadable("The form holds bytes that are not text in UTF-8.") from None
    texts: list[tuple[str, str]] = []
    hashes: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            hashes[name] = await _sha256(value)
        else:
            texts.append((name, value))
    await form.close()
    if sum(len(value) for _, value in texts) > LARGEST_FORM:
        raise TooLarge("A form may have at most 2 MB beside its file. Go back and shorten it.")
    return _typed(texts), hashes


async def _sha256(file: UploadFile) -> str:
    digest = hashlib.sha256()
    async for chunk in _chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(1 << 20):
        yield chunk
