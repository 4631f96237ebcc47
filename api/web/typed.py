"""What a browser sends, as what was typed: queries and forms, read strictly and kept whole."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions.http_exceptions import InternalServerException, RequestEntityTooLarge

from api.problems import TooLarge, Unreadable
from api.typed import Typed, folded

LARGEST_FORM = 2_000_000
LARGEST_FILE = 25_000_000
LARGEST_BODY = LARGEST_FILE + LARGEST_FORM
SLOWEST_FORM = 600.0  # seconds, so that a form that never ends holds no connection for ever
_MOST_FIELDS = 2_000


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
