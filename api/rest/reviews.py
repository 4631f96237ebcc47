"""Transparency reviews: the list, and one with all that was asked, answered and found."""

from datetime import date, datetime
from typing import Annotated, Literal, get_args

from litestar import Response, route
from litestar.di import Provide
from litestar.params import FromPath
from msgspec import Struct
from msgspec.structs import replace

from api.requests import READ, HttpRequest, services_of
from api.rest import parameters
from api.rest.moments import At, Pinned, asked
from api.rest.paging import Listing, PagePinned, answered, cursor_after, listed, one_of, place
from domain.decider import Entry
from domain.history import entry_of
from domain.partnership.evolve import History
from domain.ports import Unreadable
from domain.refusals import NotFound
from domain.review import events as r
from domain.review.commands import Ground, Outcome, Result
from domain.review.criteria import CRITERIA_SETS
from domain.values import Citation, PartnershipId
from projections.reviews.review import ReviewSummary

GROUNDS: tuple[Ground, ...] = get_args(Ground)


class ReviewSummaries(Listing, frozen=True, kw_only=True):
    """Reviews opened by the day, those opened first in front."""

    items: tuple[ReviewSummary, ...]


class AnswerGiven(Struct, frozen=True):
    """`on` is the EDTF date of the act, empty where it has none of its own; here and below."""

    position: int
    recorded_at: datetime
    on: str
    statement: str
    evidence: tuple[Citation, ...]


class InformationAsked(Struct, frozen=True):
    """A request for information. `answer_by` is a day or empty, `answer` null while it waits."""

    position: int
    recorded_at: datetime
    on: str
    question: str
    addressee: str
    elements: tuple[str, ...]
    answer_by: str
    answer: AnswerGiven | None


class ElementFound(Struct, frozen=True):
    """A finding on one element; `question` is what the element asks."""

    position: int
    recorded_at: datetime
    on: str
    element: str
    question: str
    result: Result
    statement: str
    evidence: tuple[Citation, ...]


class ReviewClosing(Struct, frozen=True):
    """`unanswered_because` says why a request was left without an answer."""

    position: int
    recorded_at: datetime
    on: str
    outcome: Outcome
    statement: str
    unanswered_because: str


class ReviewAt(Struct, frozen=True):
    """One review, as known at `position`; `review.open` is as of the day `as_of`.

    `elements_missing` have no finding yet. Requests and findings count from their recording on.
    `incomplete_from` is the first entry of its partnership that cannot be shown, null where all
    are.
    """

    as_of: date
    position: int
    review: ReviewSummary
    evidence: tuple[Citation, ...]
    requests: tuple[InformationAsked, ...]
    findings: tuple[ElementFound, ...]
    elements_missing: tuple[str, ...]
    closing: ReviewClosing | None
    incomplete_from: int | None = None


IsOpen = Annotated[
    Literal["yes", "no"] | None,
    parameters.named("open", "Only those that were open on the day, or only others."),
]
OnGround = Annotated[
    str | None,
    parameters.named("ground", "Only those opened on this ground.", enum=GROUNDS),
]


@route(
    "/reviews",
    http_method=READ,
    summary="Transparency reviews",
    dependencies={"page": Provide(place)},
)
async def reviews(
    request: HttpRequest, page: PagePinned, open: IsOpen = None, ground: OnGround = None
) -> Response[ReviewSummaries]:
    """Of the whole register, opened by the day, the first in front."""
    return await reviews_page(
        request,
        page,
        open=None if open is None else open == "yes",
        ground=one_of(ground, GROUNDS, "ground"),
    )


@route(
    "/reviews/{review_id:str}",
    http_method=READ,
    summary="One transparency review",
    dependencies={"at": Provide(asked)},
)
async def review(request: HttpRequest, review_id: FromPath[str], at: Pinned) -> Response[ReviewAt]:
    """With its requests for information, their answers, the findings, and how it was closed."""
    services = services_of(request)
    summary = await services.reviews.get(review_id, day=at.as_of, position=at.position)
    if summary is None:
        raise NotFound(
            "review",
            review_id[:40],
            f"At entry {at.position} there was none of this id; the list of reviews has all.",
        )
    recorded = await services.ledger.read(frozenset({f"review:{review_id}"}))
    known = [one for one in recorded if one.position <= at.position]
    entries = [entry_of(one) for one in known if not isinstance(one, Unreadable)]
    waits_from = await services.parking.incomplete_from(
        PartnershipId(summary.partnership), at.position
    )
    # Also one that was changed after the read models had it.
    left_out = [one.position for one in known if isinstance(one, Unreadable)]
    left_out += [waits_from] if waits_from is not None else []
    incomplete = min(left_out, default=None)
    return answered(replace(_detailed(at, summary, entries), incomplete_from=incomplete), at)


async def reviews_page(
    request: HttpRequest,
    page: PagePinned,
    *,
    open: bool | None = None,
    ground: Ground | None = None,
    partnership: PartnershipId | None = None,
) -> Response[ReviewSummaries]:
    """Some of the reviews, as the parameters choose them."""
    services, position = services_of(request), page.at.position
    found = await services.reviews.search(
        day=page.at.as_of,
        position=position,
        open=open,
        ground=ground,
        partnership=partnership or "",
        after=page.after_position(),
        limit=page.limit,
        total=page.total,
    )
    return listed(
        request,
        ReviewSummaries(
            as_of=page.at.as_of,
            position=position,
            leaf_hash=page.at.leaf_hash.hex(),
            items=found.rows,
            next=cursor_after(request, page.at, found.next_after),
            total=found.total,
            incomplete_from=(
                await services.parking.incomplete_from(partnership, position)
                if partnership
                else await services.parking.first(position)
            ),
        ),
    )


def _detailed(at: At, summary: ReviewSummary, entries: list[Entry[History]]) -> ReviewAt:
    criteria = CRITERIA_SETS.get(summary.criteria)
    questions = {one.code: one.question for one in criteria.elements} if criteria else {}
    answers = {e.event.request: e for e in entries if isinstance(e.event, r.AnswerRecorded)}
    evidence: tuple[Citation, ...] = ()
    requests: list[InformationAsked] = []
    findings: list[ElementFound] = []
    closing = None
    for entry in entries:
        event, circumstances = entry.event, (entry.position, entry.recorded_at, _on(entry))
        match event:
            case r.ReviewOpened():
                evidence = event.evidence
            case r.InformationRequested():
                requests.append(
                    InformationAsked(
                        *circumstances,
                        event.question,
                        event.addressee,
                        event.elements,
                        event.answer_by,
                        _answer(answers.get(entry.position)),
                    )
                )
            case r.FindingRecorded():
                question = questions.get(event.element, "")
                findings.append(
                    ElementFound(
                        *circumstances,
                        event.element,
                        question,
                        event.result,
                        event.statement,
                        event.evidence,
                    )
                )
            case r.ReviewClosed():
                closing = ReviewClosing(
                    *circumstances, event.outcome, event.statement, event.unanswered_because
                )
            case _:
                pass  # an answer stands with its request
    missing = tuple(code for code in questions if code not in summary.elements_found)
    return ReviewAt(
        at.as_of,
        at.position,
        summary,
        evidence,
        tuple(requests),
        tuple(findings),
        missing,
        closing,
    )


def _answer(entry: Entry[History] | None) -> AnswerGiven | None:
    if entry is None or not isinstance(entry.event, r.AnswerRecorded):
        return None
    return AnswerGiven(
        entry.position, entry.recorded_at, _on(entry), entry.event.statement, entry.event.evidence
    )


def _on(entry: Entry[History]) -> str:
    return entry.on.text if entry.on else ""


HANDLERS = (reviews, review)
