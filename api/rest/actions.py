"""The commands: `POST .../actions/{verb}`, and `GET .../actions` for what is allowed now."""

import re
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, post, route
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec.inspect import LiteralType
from msgspec.structs import replace

from adapters.shapes import Missing
from api import as_at
from api.as_at import AsAt
from api.commands import execute, reviews_of
from api.identity import account_actor, bodies_for, deciding
from api.permitted import answer_for
from api.problems import Told, attempt
from api.refusals import KeyReused, MissingHeader, RecordChanged, UnfitBody, UnfitHeader
from api.requests import READ, HttpRequest, services_of
from api.rest import parameters
from api.rest.done import address_of, done, etag_of, version_of
from api.rest.mistakes import unfit_body
from api.rest.moments import At, Pinned, asked
from api.rest.schemas import Action, Actions, act_of, body_of, decoder_of, reference_of
from api.rest.who import ReadOnlyToken, person_of, recorder_of
from api.same_history import shared_until
from api.services import Services
from domain.answers import FOUNDING_VERBS, VERBS, who_may_act
from domain.dates import parse
from domain.decider import Act
from domain.errors import CommandKeyReused, ConditionFailed
from domain.partnership.state import Unknown
from domain.ports import Actor
from domain.refusals import NotYourBody
from domain.review.state import Reviews
from domain.values import PartnershipId, read_partnership_id

DryRun = Annotated[
    Literal["yes", "no"],
    parameters.named("dry-run", "With yes: decide and answer, record nothing."),
]

_KEY = re.compile("[!-~]{1,200}", re.ASCII)


@route(
    "/partnerships/actions",
    http_method=READ,
    summary="What may begin a record",
    dependencies={"at": Provide(asked)},
)
async def founding_actions(request: HttpRequest, at: Pinned) -> Response[Actions]:
    """The verbs that begin a partnership's record, and if not allowed why."""
    return await _allowed(request, None, at)


@route(
    "/partnerships/{ref:str}/actions",
    http_method=READ,
    summary="What may be done now",
    dependencies={"at": Provide(asked)},
)
async def actions(request: HttpRequest, ref: FromPath[str], at: Pinned) -> Response[Actions]:
    """Every verb for this partnership, and if not allowed why.

    With `known-at` or `position`, as the record stood then; the day `as-of` changes nothing here.
    """
    return await _allowed(request, read_partnership_id(ref), at)


async def _allowed(
    request: HttpRequest, partnership: PartnershipId | None, at: At
) -> Response[Actions]:
    services = services_of(request)
    state, version = Reviews(), as_at.BEGINNING
    if partnership is not None:
        # At the present from the ledger itself: what is answered here is what a command meets.
        until = None if at.now else at.position
        state, version = await reviews_of(services.ledger, partnership, until=until)
    person = await person_of(request)
    actor = account_actor(person.account) if person else None
    token = ReadOnlyToken() if person and person.read_only else None
    verbs = [verb for verb in VERBS if (verb in FOUNDING_VERBS) == (partnership is None)]
    head = max(version.position, at.position)
    etag = etag_of(version) if partnership and at.now else None
    answer = Actions(
        partnership,
        at.as_of,
        head,
        etag,
        tuple(_action(verb, state, actor, partnership, token) for verb in verbs),
    )
    return Response(answer, headers={"last-position": str(head), "vary": "authorization"})


def _action(
    verb: str,
    state: Reviews,
    actor: Actor | None,
    partnership: PartnershipId | None,
    token: ReadOnlyToken | None,
) -> Action:
    """What the rules say; what they allow, a token that only reads refuses."""
    answer = answer_for(verb, state, actor)
    if token is not None and answer.allowed:
        answer = replace(answer, allowed=False, code=token.code, because=str(token))
    return Action(
        verb,
        answer.act,
        answer.allowed,
        answer.code,
        answer.because,
        f"{address_of(partnership)}/actions/{verb}",
        reference_of(verb),
    )


def _handler(verb: str) -> HTTPRouteHandler:
    """The operation of one verb: of a path with the record's reference, or of one that founds."""
    if verb in FOUNDING_VERBS:

        @post(f"/partnerships/actions/{verb}", name=verb, opt={"verb": verb})
        async def found(request: HttpRequest, dry_run: DryRun = "no") -> Response[bytes]:
            return await _record(request, verb, None, dry_run=dry_run == "yes")

        return found

    @post(f"/partnerships/{{ref:str}}/actions/{verb}", name=verb, opt={"verb": verb})
    async def act(
        request: HttpRequest, ref: FromPath[str], dry_run: DryRun = "no"
    ) -> Response[bytes]:
        return await _record(request, verb, read_partnership_id(ref), dry_run=dry_run == "yes")

    return act


async def _record(
    request: HttpRequest, verb: str, partnership: PartnershipId | None, *, dry_run: bool
) -> Response[bytes]:
    """Check, decide and record; or, in a dry run, only say what would be recorded."""
    services = services_of(request)
    actor = await recorder_of(request)
    key = _key_of(request)
    expected = None if partnership is None else _expected_of(request)
    sent: Any = _decoded(verb, await request.body())
    on = getattr(sent, "on", msgspec.UNSET)
    act = Act(
        _deciding(verb, actor, sent),
        key,
        services.now(),
        None if on is msgspec.UNSET else parse(on, field="on"),
    )
    work = execute(
        services.ledger,
        sent.command,
        act,
        partnership=partnership,
        expected=expected,
        dry_run=dry_run,
    )
    outcome = await attempt(work)
    if isinstance(outcome, Told):
        raise await _refusal(services, outcome, partnership, expected)
    return done(outcome, act, dry_run=dry_run)


def _key_of(request: HttpRequest) -> str:
    key = request.headers.get("idempotency-key")
    if key is None:
        raise MissingHeader(
            "Idempotency-Key",
            "idempotency-key-missing",
            "Send a new random key with each command, and the same one when you repeat it.",
        )
    if not _KEY.fullmatch(key):
        raise UnfitHeader(
            "Idempotency-Key",
            "idempotency-key-unfit",
            "The key is not 1 to 200 printable ASCII characters without spaces.",
            "Use a UUID, for example.",
        )
    return key


def _expected_of(request: HttpRequest) -> AsAt | None:
    """The last entry that the sender saw, None for whichever is the newest."""
    seen = request.headers.get("if-match")
    if seen is None:
        raise MissingHeader(
            "If-Match",
            "if-match-missing",
            "Send the ETag of the partnership as you saw it, or * for whichever is the newest.",
        )
    if seen.strip() == "*":
        return None
    version = version_of(seen.strip())
    if version is None:
        raise UnfitHeader(
            "If-Match",
            "if-match-unfit",
            "This is not one ETag of a partnership.",
            'Send one as you got it, a position with its leaf hash in quotes: "1234-5be0...". A '
            "position alone does not do, for after a restore another entry may stand there. Or "
            "send * for whichever version is the newest.",
        )
    return version


def _decoded(verb: str, body: bytes) -> Any:
    try:
        return decoder_of(verb).decode(body)
    except msgspec.DecodeError as error:
        raise unfit_body(error, body, body_of(verb)) from None


def _deciding(verb: str, actor: Actor, sent: Any) -> Actor:
    """The same person, recording what the body decided that is named, or the only possible one."""
    possible = bodies_for(verb, actor.role)
    body = sent.deciding_body
    if body is msgspec.UNSET:
        if len(possible) > 1:
            raise UnfitBody((Missing(("deciding_body",), LiteralType(possible)),))
        body = possible[0]
    elif body not in possible and actor.role in who_may_act(Reviews(), verb):
        raise NotYourBody(act=act_of(verb), body=body, bodies=possible)
    return deciding(actor, body, sent.deciding_body_name)


def _is_of(state: Reviews, position: int) -> bool:
    """Whether the entry there is one of the record."""
    there = state.partnership
    return not isinstance(there, Unknown) and position in there.record.positions


async def _refusal(
    services: Services, refused: Told, partnership: PartnershipId | None, seen: AsAt | None
) -> Exception:
    """What to raise: the rules' own words, but for what the headers said."""
    match refused.error:
        case CommandKeyReused():
            return KeyReused()
        case ConditionFailed() if partnership and seen is not None:
            state, version = await reviews_of(services.ledger, partnership)
            await services.wait_for(version.position)
            shared = await shared_until(services, seen)
            anothers = 0 < shared == seen.position and not _is_of(state, seen.position)
            return RecordChanged(
                seen=seen.position,
                shared_until=shared,
                anothers=anothers,
                etag=etag_of(version),
                timeline=f"{address_of(partnership)}/entries",
                changes=await services.timeline.of(partnership, after=0 if anothers else shared),
            )
        case Exception() as error:
            return error
        case None:
            raise AssertionError("what is told comes from an error")


HANDLERS = (founding_actions, actions, *map(_handler, VERBS))
