"""What is wrong with a body that does not fit its type, and where in it (RFC 6901)."""

import re

import msgspec

from api.problem_documents import pointer
from api.refusals import UnfitBody

_AT = re.compile(r"(?P<problem>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)
_FIELD = re.compile(r"Object (?P<how>contains unknown|missing required) field `(?P<name>.*)`")
_EMPTY = re.compile(r".*(?:of length >= 1|matching regex '\\\\S')")


def unfit_body(error: msgspec.DecodeError) -> UnfitBody:
    """The decoder's finding with its place, its problem and what helps."""
    if not isinstance(error, msgspec.ValidationError):
        return UnfitBody("", "The body is no JSON.", "Send one JSON object in UTF-8.")
    found = _AT.fullmatch(str(error))
    problem, path = (found["problem"], found["path"] or "") if found else (str(error), "")
    at = pointer(path)
    if field := _FIELD.fullmatch(problem):
        at += pointer(field["name"])
        if field["how"] == "missing required":
            return UnfitBody(at, "This is missing.", f"Send it. {_SCHEMA}")
        return UnfitBody(at, "There is no such field.", f"Leave it out. {_SCHEMA}")
    if _EMPTY.fullmatch(problem):
        return UnfitBody(at, "This is empty.", "Fill it in, or leave out what is not needed.")
    return UnfitBody(at, f"{problem.replace('`', '')}.", _SCHEMA)


_SCHEMA = "The schema of this command is named by GET on its actions, under `body`."
