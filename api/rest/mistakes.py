"""What is wrong with a body that does not fit its type: all of it, each mistake at its place."""

from typing import Any

import msgspec
from msgspec.inspect import type_info

from adapters.shapes import Unexplained, mistakes_of
from api.refusals import UnfitBody


def unfit_body(error: msgspec.DecodeError, body: bytes, shape: Any) -> UnfitBody:
    """All that is wrong with a body that the decoder refused with `error`."""
    try:
        document = msgspec.json.decode(body)
    except msgspec.DecodeError as broken:
        return UnfitBody((Unexplained((), type_info(shape), str(broken)),))
    return UnfitBody(mistakes_of(error, document, shape))
