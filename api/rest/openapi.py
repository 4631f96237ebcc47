"""The OpenAPI document of `/api/v1`, made from the routes and their types, so that both agree.

Litestar says which addresses there are and what they are asked with. The shapes are msgspec's own,
because msgspec is what reads and writes them; what every operation has in common is said here.
"""

import re
from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

import msgspec
from litestar import Litestar, Response, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute

from api.problem_documents import MEDIA_TYPE, Problem
from api.problems import codes_of
from api.rest.done import ETAG
from api.rest.schemas import Done, act_of, body_of, name_of
from domain.answers import FOUNDING_VERBS, VERBS, demands, stages_of, who_may_act
from domain.review.state import Reviews
from projections.words import word

TITLE = "The register's interface for programs"
_SCHEMAS = "#/components/schemas/{name}"
_READ_PROBLEMS = (400, 401, 404, 409, 414, 422, 500, 503)
_COMMAND_PROBLEMS = (*_READ_PROBLEMS, 403, 408, 412, 413, 415, 428)
_OF_READS = frozenset(
    """
    malformed not-signed-in not-found no-such-address another-history address-too-long invalid unfit
    fault database-away not-shown-yet too-many-waiting too-many-reports entry-unreadable
    """.split()  # noqa: SIM905 - codes are read more easily without quotation marks
)
_ROW = re.compile(r"^Row \d+[^.]*\.\s*")
_ABOUT = """\
Everybody reads without a token. Commands need one, and only change things by an act that is
recorded for ever: `POST .../actions/{verb}`, with the ETag that was seen in `If-Match` and a new
key in `Idempotency-Key`; the same key again never records twice. `GET .../actions` says what is
allowed now, and if not why. Reads take the day that is asked about (`as-of`) and what was known
then (`known-at` or `position`); `after` waits until one's own write is shown. What is refused is
told as a problem (RFC 9457), whose type leads to a page that explains it. Where the register itself
is in doubt, each answer has the header `In-Doubt`. A clerk and an approver
act for their own community, which is a party; the counterpart acts for its own side. A `tier` is
what the pages call the level of a partnership: `project` is a project partnership, `sister` a full
one."""

Json = dict[str, Any]
Handlers = dict[tuple[str, str], HTTPRouteHandler]


def document(rest: Router) -> Json:
    """The whole document. `rest` is a router of its own: it is used up."""
    config = OpenAPIConfig(
        title=TITLE,
        version="1",
        description=_ABOUT,
        use_handler_docstrings=True,
        render_plugins=[JsonRenderPlugin()],
    )
    app = Litestar([rest], openapi_config=config)
    found: Json = app.openapi_schema.to_schema()
    for item in found["paths"].values():
        item.pop("head", None)
    handlers = _handlers(app)
    answers = {key: shape for key, handler in handlers.items() if (shape := _answer_of(handler))}
    bodies = {verb: body_of(verb) for verb in VERBS}
    schemas, components = msgspec.json.schema_components(
        [*answers.values(), *bodies.values(), Problem], ref_template=_SCHEMAS
    )
    answered = dict(zip(answers, schemas, strict=False))
    for key, handler in handlers.items():
        path, method = key
        _complete(found["paths"][path][method], handler, answered.get(key))
    found["components"] = {
        "schemas": dict(sorted(components.items())),
        "responses": {
            f"Problem{status}": _problem(codes_of(status)) for status in _COMMAND_PROBLEMS
        }
        | {
            f"ReadProblem{status}": _problem(tuple(c for c in codes_of(status) if c in _OF_READS))
            for status in _READ_PROBLEMS
        },
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token of an account; whoever keeps the register gives it out.",
            }
        },
    }
    _tidy(found)
    return found


def _handlers(app: Litestar) -> Handlers:
    """Every operation that is in the document."""
    return {
        (route.path_format, method.lower()): handler
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method in ("GET", "POST") and handler.resolve_include_in_schema()
    }


def _answer_of(handler: HTTPRouteHandler) -> Any:
    """What is answered when it is done; None where that is not one JSON value."""
    if "verb" in handler.opt:
        return Done
    answered = handler.parsed_fn_signature.return_type
    shape = answered.inner_types[0] if answered.is_subclass_of(Response) else answered
    return None if shape.annotation in (bytes, str, None, Any) else shape.annotation


def _complete(operation: Json, handler: HTTPRouteHandler, answered: Json | None) -> None:
    """What litestar cannot know of an operation: its name, its headers, what it can answer."""
    verb = handler.opt.get("verb")
    operation.pop("deprecated", None)
    operation["operationId"] = verb or handler.fn.__name__.replace("_", "-")
    done = operation["responses"].pop("201" if verb else "200")
    if answered is not None:
        done["content"] = {"application/json": {"schema": answered}}
    if handler.opt.get("streams"):
        done["content"]["text/event-stream"] = {"schema": _TEXT}
    done["headers"] = _HEADERS_OF_READS
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _written(parameter["schema"])
    if verb is None:
        done["description"] = "What was asked for."
        operation["responses"] = {"200": done, **_problems("ReadProblem", _READ_PROBLEMS)}
        operation["security"] = [{}, {"token": []}]
        return
    operation["summary"] = _sentence(act_of(verb))
    operation["description"] = _about(verb)
    operation["tags"] = ["commands"]
    operation["security"] = [{"token": []}]
    operation.setdefault("parameters", []).extend(
        [_KEY] if verb in FOUNDING_VERBS else [_KEY, _SEEN]
    )
    operation["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": _SCHEMAS.format(name=name_of(verb))}}},
    }
    foretold = {
        "description": "A dry run: what would be recorded.",
        "content": done["content"],
        "headers": {
            **_IN_DOUBT,
            "Idempotency-Replayed": _HEADERS_OF_COMMANDS["Idempotency-Replayed"],
        },
    }
    recorded = {**done, "description": "Recorded.", "headers": _HEADERS_OF_COMMANDS}
    operation["responses"] = {"200": foretold, "201": recorded}
    operation["responses"] |= _problems("Problem", _COMMAND_PROBLEMS)


def _written(schema: Json) -> Json:
    """A parameter as it is written: one that is left out is not written as null."""
    possible = [one for one in schema.pop("oneOf", ()) if one != {"type": "null"}]
    schema = {**(possible[0] if possible else {}), **schema}
    if isinstance(schema.get("type"), list):
        schema["type"] = next(kind for kind in schema["type"] if kind != "null")
    if "enum" in schema:
        schema["enum"] = [value for value in schema["enum"] if value is not None]
    schema.pop("description", None)  # it stands beside the schema already
    return schema


def _about(verb: str) -> str:
    """What the command is, who may send it, and what the rules demand before."""
    roles = ", ".join(map(word, who_may_act(Reviews(), verb)))
    parts = [cleandoc(VERBS[verb].__doc__ or ""), f"Recorded by: {roles}."]
    if stages := stages_of(verb):
        parts.append(f"Possible while the partnership is {' or '.join(stages)}.")
    if demanded := demands(verb):
        parts.append(f"The rules demand: {' '.join(demanded)}")
    return "\n\n".join(filter(None, parts))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _header(name: str, description: str, *, required: bool = True) -> Json:
    schema = {"type": "string"}
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": schema,
    }


_KEY = {
    **_header(
        "Idempotency-Key",
        "A new random value for each command; the same one when it is repeated.",
    ),
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
_SEEN = {
    **_header("If-Match", "The ETag of the partnership as it was seen, or * for the newest."),
    "schema": {"type": "string", "pattern": f"^(\\*|{ETAG})$"},
}
_TEXT = {"type": "string"}
_IN_DOUBT: Json = {
    "In-Doubt": {
        "description": "true while the register is read-only because it is not the one that was "
        "signed: what is answered may not be what was recorded. `/healthz` and `/verify` say why. "
        "Not sent otherwise.",
        "schema": _TEXT,
    },
}
_POSITION: Json = {
    **_IN_DOUBT,
    "Last-Position": {"description": "The position that it was answered at.", "schema": _TEXT},
}
_HEADERS_OF_READS: Json = {
    **_POSITION,
    "As-At": {
        "description": "The entry that it was answered at with its leaf hash, for `as-at`.",
        "schema": _TEXT,
    },
    "Link": {"description": "Of a list: the address of its next page.", "schema": _TEXT},
    "ETag": {
        "description": "Of one partnership at present: its last entry, as position and leaf hash.",
        "schema": _TEXT,
    },
}
_HEADERS_OF_COMMANDS: Json = {
    **_POSITION,
    "Location": {"description": "Where the partnership is.", "schema": _TEXT},
    "ETag": {
        "description": "The partnership's last entry now, as position and leaf hash.",
        "schema": _TEXT,
    },
    "Idempotency-Replayed": {
        "description": "true where the answer is that of the first time.",
        "schema": _TEXT,
    },
}


def _problems(name: str, statuses: Iterable[int]) -> Json:
    return {
        str(status): {"$ref": f"#/components/responses/{name}{status}"}
        for status in sorted(statuses)
    }


def _problem(codes: tuple[str, ...]) -> Json:
    return {
        "description": f"A problem: {', '.join(codes)}.",
        "x-codes": codes,
        "headers": _IN_DOUBT,
        "content": {MEDIA_TYPE: {"schema": {"$ref": _SCHEMAS.format(name="Problem")}}},
    }


def _tidy(part: Any) -> None:
    """Docstrings without their indentation and row numbers; patterns as ECMA 262 has them.

    Python's `$` stands also before a last line feed, and so our patterns end in `(?!\\n)`.
    """
    if isinstance(part, list):
        for one in part:
            _tidy(one)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "pattern" and isinstance(value, str):
                part[name] = value.replace("(?!\\n)", "")
            elif name == "description" and isinstance(value, str):
                part[name] = _ROW.sub("", cleandoc(value))
            else:
                _tidy(value)
