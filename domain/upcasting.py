"""Shapes that stand in leaves for ever and are no longer written.

A stored document of such a type is brought to the present shape when it is read, so that no rule,
page or report knows of the old one. The steps work on the document as it was decoded from JSON: the
class that it once was is gone. Several make a way: from v1 to v2, from there to v3. Leaves, their
hashes and their proofs are never touched.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
from msgspec import Raw, Struct

Document: TypeAlias = dict[str, Any]

_decode = msgspec.json.Decoder(Document).decode

_SIGNED = ("text_sha256", "home_office", "counterpart_office")


class Step(Struct, frozen=True):
    """The storage tag of the following shape, and the same said in it; `change` may not fail."""

    to: str
    change: Callable[[Document], Document]


def _with_signed_text(old: Document) -> Document:
    """Three fields that were there together, when a level was raised, or not at all, are one."""
    kept = {name: value for name, value in old.items() if name not in _SIGNED}
    if "text_sha256" not in old:
        return kept
    return kept | {"signed": {name: old[name] for name in _SIGNED if name in old}}


RETIRED: dict[str, Step] = {
    "partnership.tier_set.v1": Step("partnership.tier_set.v2", _with_signed_text),
}
"""By the storage tag in the leaf."""


def present_type(tag: str) -> str:
    """The storage tag as which a stored one is read; itself where it is still written."""
    while step := RETIRED.get(tag):
        tag = step.to
    return tag


def present(tag: str, document: Raw) -> tuple[str, Raw]:
    """A stored event's storage tag and document, as its shape is written now.

    Raises `msgspec.MsgspecError` where a retired shape is no JSON object.
    """
    if tag not in RETIRED:
        return tag, document
    said = _decode(document)
    while step := RETIRED.get(tag):
        tag, said = step.to, step.change(said)
    return tag, Raw(msgspec.json.encode(said))
