"""What is asked of private values: that they be erased. One person asks, another decides."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.partnership.commands.base import Command
from domain.values import RequiredStatement, ShortText

ErasureGround = Literal[
    "no_longer_needed", "consent_withdrawn", "objection", "unlawful", "legal_obligation"
]
"""Why somebody must be forgotten: Regulation (EU) 2016/679, Article 17(1), points (a) to (e)."""


class RequestErasure(Command, frozen=True):
    """Row 33, first half. `position` names the entry all of whose private values are to be erased.

    `law` is the clause that demands it, where it is another than that of the ground.
    """

    position: Annotated[int, Meta(ge=1)]
    ground: ErasureGround
    law: ShortText = ""


class ApproveErasure(Command, frozen=True):
    """Row 33, second half. `request` is the position of the request. It cannot be undone."""

    request: Annotated[int, Meta(ge=1)]


class RejectErasure(Command, frozen=True):
    """Row 33, second half: the private values stay."""

    request: Annotated[int, Meta(ge=1)]
    reason: RequiredStatement
