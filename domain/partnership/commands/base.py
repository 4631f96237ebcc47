"""What all commands share."""

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from domain.values import Citation

Evidence: TypeAlias = Annotated[tuple[Citation, ...], Meta(max_length=50)]
NeededEvidence: TypeAlias = Annotated[tuple[Citation, ...], Meta(min_length=1, max_length=50)]
Days: TypeAlias = Annotated[int, Meta(ge=0, le=36_525)]


class Command(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all commands; an unknown field is a mistake to be told, not ignored.

    Defaults are omitted, so that a field added later does not change the digest by which an old
    command is known again.
    """
