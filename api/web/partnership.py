"""One partnership: where it stands, what happens next, what happened, and the acts."""

from litestar import Response, route
from litestar.params import FromPath
from msgspec import Struct

from api.commands import reviews_of
from api.identity import Visitor
from api.moments import Asked, read_moment, whole_number
from api.next_steps import next_steps
from api.problems import Told
from api.requests import READ, HttpRequest, services_of
from api.services import Services
from api.typed import Typed
from api.web.cases import FOUNDING
from api.web.typed import read_query
from api.web.visitors import page, see, visitor_of
from api.web.wording import STATUS_WORDS
from domain.answers import Answer, answers
from domain.errors import EntryUnreadable
from domain.partnership.state import Unknown
from domain.refusals import Invalid, NotFound
from domain.review.criteria import criteria_set
from domain.review.evolve import REVIEW
from domain.review.state import Reviews
from domain.values import PartnershipId, read_partnership_id
from projections.views import TimelineItem


class Acts(Struct, frozen=True):
    """What the visitor may do with the record now, and what not, with the reasons."""

    allowed: tuple[Answer, ...] = ()
    refused: tuple[Answer, ...] = ()


@route("/partnerships/{ref:str}", http_method=READ)
async def partnership(request: HttpRequest, ref: FromPath[str]) -> Response[bytes]:
    """The page of one partnership, now or at another moment of either clock."""
    services = services_of(request)
    reference = reference_of(ref)
    if reference != ref:
        return see(f"/partnerships/{reference}")
    typed = read_query(request)
    asked = await read_moment(services, typed)
    state, waits_from = await _followed(services, reference)
    known = waits_from is None
    view = await services.register.get(reference, asked.moment)
    if asked.mistakes or view is None:
        return await _without(request, reference, state, typed, asked, waits_from=waits_from)
    timeline = await services.timeline.of(reference, position=asked.moment.position)
    acts = acts_of(state, await visitor_of(request)) if asked.now and known else Acts()
    return await page(
        request,
        "partnership.html",
        section="register",
        view=view,
        asked=asked,
        typed=typed,
        told=None,
        timeline=timeline,
        steps=next_steps(state) if asked.now and known else (),
        acts=acts,
        private=known and _has_private(state),
        receipt=_receipt(typed, timeline),
        statuses=STATUS_WORDS,
        criteria=criteria_set,
        changed=bool(timeline) and timeline[-1].position != view.version and known,
        incomplete_from=_by(asked, waits_from),
    )


async def _followed(services: Services, reference: PartnershipId) -> tuple[Reviews, int | None]:
    """How the rules see it; or from which entry on it cannot be followed, nor judged by them."""
    waits_from = await services.parking.incomplete_from(reference)
    if waits_from is None:
        try:
            return (await reviews_of(services.ledger, reference))[0], None
        except EntryUnreadable as error:  # changed after the read models had it
            waits_from = error.position
    return REVIEW.initial, waits_from


def _by(asked: Asked, waits_from: int | None) -> int | None:
    """The first entry that is missing of what is asked; None where it came later."""
    position = asked.moment.position
    return None if waits_from is None or (position or waits_from) < waits_from else waits_from


def _has_private(state: Reviews) -> bool:
    """Whether something private was ever said on this record, erased or not."""
    if isinstance(state.partnership, Unknown):
        return False
    return state.partnership.record.had_private


def acts_of(state: Reviews, visitor: Visitor) -> Acts:
    """The answers of the rules, without the acts that begin a record."""
    actor = visitor.acting_on(state.partnership)
    if actor is None:
        return Acts()
    known = [answer for answer in answers(state, actor) if answer.verb not in FOUNDING]
    return Acts(
        tuple(answer for answer in known if answer.allowed),
        tuple(answer for answer in known if not answer.allowed),
    )


def reference_of(text: str) -> PartnershipId:
    """The partnership that an address names. Raises `NotFound` for what is no reference."""
    try:
        return read_partnership_id(text)
    except Invalid:
        raise NotFound(
            "partnership", text[:40], "References look like TL-7K3Q-9FZM. Search the register."
        ) from None


async def _without(
    request: HttpRequest,
    reference: PartnershipId,
    state: Reviews,
    typed: Typed,
    asked: Asked,
    *,
    waits_from: int | None,
) -> Response[bytes]:
    """The record exists, but there is nothing to show at this moment."""
    mistakes = Told(400, "Some of the address cannot be read", asked.mistakes)
    return await page(
        request,
        "no_view.html",
        status=400 if asked.mistakes else 200,
        section="register",
        reference=reference,
        incomplete_from=_by(asked, waits_from),
        record=None if isinstance(state.partnership, Unknown) else state.partnership.record,
        typed=typed,
        asked=asked,
        told=mistakes if asked.mistakes else None,
    )


def _receipt(typed: Typed, timeline: tuple[TimelineItem, ...]) -> TimelineItem | None:
    """The entry that a form has just led to."""
    position = whole_number(typed.one("recorded"))
    return next((item for item in timeline if item.position == position), None)
