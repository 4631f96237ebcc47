"""What the gate refuses before anything is decoded, and which place of the request is meant.

GateRefusal
  NotJson            the body is announced as something else than JSON in UTF-8
  BodyTooLarge       more was sent than the route takes
  BodyTooSlow        the body did not arrive in time
  AddressTooLong     a query longer than any that means something
  Malformed          cannot be read, or two readers could read two things from it
  Unfit              can be read, but the register cannot hold such a text or number
"""

from typing import ClassVar, Literal

from msgspec import Struct

Place = Literal["body", "parameter", "header", "path"]


class Finding(Struct, frozen=True):
    """One thing that is wrong, where, and what helps.

    `name` is a JSON pointer into the body (RFC 6901; empty for all of it), the name of a query
    parameter or of a header, and empty for the path.
    """

    place: Place
    name: str
    code: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        match self.place, self.name:
            case place, "":
                named = f"The {place}"
            case ("body" | "path") as place, name:
                named = f"In the {place}, {name}"
            case place, name:
                named = f"The {place} {name!a}"
        return f"{named} {self.problem}. {self.remedy}"


class GateRefusal(Exception):
    """Nothing of the request was used. `code` names the kind, `findings` say it place by place."""

    code: ClassVar[str]

    def __init__(self, *findings: Finding) -> None:
        super().__init__(" ".join(map(str, findings)))
        self.findings = findings


class NotJson(GateRefusal):
    """The body is announced as something else than JSON in UTF-8."""

    code = "not-json"


class BodyTooLarge(GateRefusal):
    """More was sent than the route takes."""

    code = "body-too-large"


class BodyTooSlow(GateRefusal):
    """The body did not arrive in time. The same request may be sent again."""

    code = "body-too-slow"


class AddressTooLong(GateRefusal):
    """A query longer than any that means something."""

    code = "address-too-long"


class Malformed(GateRefusal):
    """The request cannot be read, or two readers could read two things from it."""

    code = "malformed"


class Unfit(GateRefusal):
    """The request can be read, but the register cannot hold such a text or number."""

    code = "unfit"
