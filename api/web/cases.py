"""An act on a record: who would do it, on what, and whether they may."""

from msgspec import Struct

from api import as_at
from api.as_at import AsAt
from api.commands import reviews_of
from api.permitted import answer_for, dated
from api.requests import HttpRequest, services_of
from api.web.choices import choices_for
from api.web.fields import Item, fields_of
from api.web.visitors import visitor_of
from domain.answers import VERBS, Answer
from domain.history import Command
from domain.partnership.state import Record, Unknown
from domain.ports import Actor
from domain.refusals import NotFound
from domain.review.state import Reviews
from domain.values import PartnershipId, read_partnership_id
from projections.views import TimelineItem

FOUNDING = {"submit-proposal": "/proposals/new", "record-legacy-partnership": "/legacy/new"}
"""The acts that begin a record have an address of their own."""


class Case(Struct, frozen=True):
    """An act on a record: who would do it, on what, with which fields, and whether they may.

    `version` is the last entry of the record, the beginning for an act that begins one.
    """

    verb: str
    shape: type[Command]
    partnership: PartnershipId | None
    state: Reviews
    version: AsAt
    actor: Actor | None
    answer: Answer
    items: tuple[Item, ...]
    timeline: tuple[TimelineItem, ...]

    @property
    def address(self) -> str:
        """Where the form is."""
        if self.partnership is None:
            return FOUNDING[self.verb]
        return f"/partnerships/{self.partnership}/acts/{self.verb}"

    @property
    def record(self) -> Record | None:
        """The partnership, None for an act that begins one."""
        partnership = self.state.partnership
        return None if isinstance(partnership, Unknown) else partnership.record

    @property
    def dated(self) -> str:
        """As `dated`."""
        return dated(self.shape)


async def case_of(request: HttpRequest, verb: str, ref: str | None) -> Case:
    """The case of `verb` on the partnership `ref`, None for the acts that begin a record.

    Raises `NotFound` for an unknown verb or record, `Invalid` for what is no reference.
    """
    if verb not in VERBS:
        raise NotFound("act", verb[:60], "The page of the partnership lists the acts.")
    services = services_of(request)
    partnership, state, version = None, Reviews(), as_at.BEGINNING
    timeline: tuple[TimelineItem, ...] = ()
    if ref is not None:
        partnership = read_partnership_id(ref)
        state, version = await reviews_of(services.ledger, partnership)
        timeline = await services.timeline.of(partnership)
    actor = (await visitor_of(request)).acting_on(state.partnership)
    return Case(
        verb,
        VERBS[verb],
        partnership,
        state,
        version,
        actor,
        answer_for(verb, state, actor),
        fields_of(VERBS[verb], choices_for(verb, state, timeline)),
        timeline,
    )
