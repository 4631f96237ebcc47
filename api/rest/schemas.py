"""The shapes of a command: what is sent, and what is answered. They make the OpenAPI."""

from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from api.identity import bodies_for
from api.permitted import answer_for, dated
from domain.answers import VERBS, who_may_act
from domain.review.state import Reviews
from domain.values import Edtf

OpenApiReference = dict[Literal["$ref"], str]

On = Annotated[
    Edtf,
    Meta(
        min_length=1,
        description="When it was decided or happened, in EDTF (ISO 8601-2): 2026-03-05, 1989-06, "
        "1950~.",
    ),
]
BodyName = Annotated[
    str,
    Meta(
        max_length=200,
        description="The public name of who decided, such as Norfolk City Council.",
    ),
]

_WHO_DECIDED = (
    "Who decided it, whoever records it. It is left out only where one body alone is possible for "
    "who sends it."
)


class Request(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every command's body has beside its own fields and, where it has one, its date."""

    deciding_body_name: BodyName = ""


class RecordedEntry(Struct, frozen=True):
    """One entry that the command made. `position` is null in a dry run: none is given away.

    `proof` is where its receipt is, within a second or two (until then 404 `not-signed-yet`); it
    is null in a dry run. The bytes that it proves are beside it, at `/entries/{position}/leaf`.
    """

    position: int | None
    type: str
    effective: str | None
    sentence: str
    proof: str | None


class Done(Struct, frozen=True):
    """What the command did. `etag` is the record's new version: the position of its last entry with
    its leaf hash; null in a dry run.
    """

    partnership: str
    dry_run: bool
    recorded_at: str | None
    entries: tuple[RecordedEntry, ...]
    etag: str | None


class Action(Struct, frozen=True):
    """One verb. `act` completes "You may ..."; `code` and `because` are empty when allowed.

    `body` leads to the JSON Schema of what is sent.
    """

    verb: str
    act: str
    allowed: bool
    code: str
    because: str
    address: str
    body: OpenApiReference


class Actions(Struct, frozen=True):
    """What may be done by who asks. `partnership` is null for what begins a record.

    `etag` is null for what begins a record, and where an earlier moment was asked about.
    """

    partnership: str | None
    as_of: date
    position: int
    etag: str | None
    actions: tuple[Action, ...]


def name_of(verb: str) -> str:
    """What the body of a verb is called among the components: `SuspendRequest`."""
    return f"{VERBS[verb].__name__}Request"


def reference_of(verb: str) -> OpenApiReference:
    """Where the schema of a verb's body is."""
    return {"$ref": f"/api/v1/openapi.json#/components/schemas/{name_of(verb)}"}


def act_of(verb: str) -> str:
    """Completes "You may ...": suspend the partnership."""
    return answer_for(verb, Reviews(), None).act


@cache
def body_of(verb: str) -> type[Struct]:
    """What is sent for a verb."""
    shape = VERBS[verb]
    fields: list[Any] = [("command", shape)]
    when = dated(shape)
    if when != "no":
        fields.append(("on", On) if when == "must" else ("on", On | UnsetType, UNSET))
    fields.append(("deciding_body", _deciding(verb) | UnsetType, UNSET))
    return defstruct(
        name_of(verb),
        fields,
        bases=(Request,),
        module=__name__,
        kw_only=True,
        frozen=True,
        forbid_unknown_fields=True,
    )


@cache
def decoder_of(verb: str) -> msgspec.json.Decoder[Any]:
    """Reads a body, strictly."""
    return msgspec.json.Decoder(body_of(verb))


def _deciding(verb: str) -> Any:
    """The bodies that may have decided it, whoever records it."""
    roles = who_may_act(Reviews(), verb)
    bodies = tuple(sorted({body for role in roles for body in bodies_for(verb, role)}))
    return Annotated[Literal[bodies], Meta(description=_WHO_DECIDED)]
