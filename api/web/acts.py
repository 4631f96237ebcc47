"""The one form that records an act: fill in, check, record."""

import re
import secrets
from collections.abc import Sequence

from litestar import Response, post, route
from litestar.params import FromPath
from msgspec.structs import replace

from api import as_at
from api.as_at import AsAt
from api.commands import execute
from api.identity import acting_for, bodies_for, deciding
from api.next_steps import next_steps
from api.problems import Item as Mistake
from api.problems import Told, attempt
from api.requests import READ, HttpRequest, services_of
from api.same_history import shared_until
from api.typed import Typed, unfit
from api.web.cases import Case, case_of
from api.web.check import Line, date_line, entries_of, lines_of, state_after, status_change
from api.web.fields import Group, Rows
from api.web.reading import read, read_date, rows_to_show
from api.web.typed import LARGEST_BODY, read_form
from api.web.visitors import page, see, visitor_of
from api.web.wording import act_labels
from domain.answers import who_may_act
from domain.dates import parse
from domain.decider import Act
from domain.errors import CommandKeyReused, ConditionFailed, OutcomeUnknown
from domain.history import Command
from domain.partnership.commands import (
    RecordLegacyPartnership,
    SubmitProposal,
)
from domain.ports import Actor
from domain.private import private_fields
from domain.refusals import NotYourRole
from projections.timeline import foretold
from projections.views import TimelineItem
from projections.words import word

_KEY = re.compile("[A-Za-z0-9_-]{20,64}", re.ASCII)
_UNFIT = "Something is missing or cannot be read"


@route("/partnerships/{ref:str}/acts/{verb:str}", http_method=READ)
async def act_form(
    request: HttpRequest, ref: FromPath[str], verb: FromPath[str]
) -> Response[bytes]:
    """The empty form, or why it cannot be filled in."""
    return await _first(request, await case_of(request, verb, ref))


@post("/partnerships/{ref:str}/acts/{verb:str}", request_max_body_size=LARGEST_BODY)
async def act(request: HttpRequest, ref: FromPath[str], verb: FromPath[str]) -> Response[bytes]:
    """Check or record what was filled in."""
    return await _next(request, await case_of(request, verb, ref))


@route("/proposals/new", http_method=READ)
async def proposal_form(request: HttpRequest) -> Response[bytes]:
    """A proposal begins a record."""
    return await _first(request, await case_of(request, "submit-proposal", None))


@post("/proposals/new", request_max_body_size=LARGEST_BODY)
async def propose(request: HttpRequest) -> Response[bytes]:
    """Check or record a proposal."""
    return await _next(request, await case_of(request, "submit-proposal", None))


@route("/legacy/new", http_method=READ)
async def legacy_form(request: HttpRequest) -> Response[bytes]:
    """A partnership from before this register begins a record, too."""
    return await _first(request, await case_of(request, "record-legacy-partnership", None))


@post("/legacy/new", request_max_body_size=LARGEST_BODY)
async def record_legacy(request: HttpRequest) -> Response[bytes]:
    """Check or record a partnership from before this register."""
    return await _next(request, await case_of(request, "record-legacy-partnership", None))


async def _first(request: HttpRequest, case: Case) -> Response[bytes]:
    if not case.answer.allowed:
        return await _refused(request, case)
    values = {"key": secrets.token_urlsafe(24), "expected": str(case.version)}
    account = (await visitor_of(request)).account
    if case.partnership is None and account is not None and account.community:
        values |= {"home.community": account.community, "home.name": account.community_name}
    return await _form(request, case, Typed(tuple(values.items())))


async def _next(request: HttpRequest, case: Case) -> Response[bytes]:
    if case.actor is None:
        return await _refused(request, case)
    typed, hashes = await read_form(request)
    step = typed.one("step")
    typed, mistakes = _with_hashes(typed, hashes)
    if not _KEY.fullmatch(typed.one("key")):
        typed = typed.with_(key=secrets.token_urlsafe(24))
        mistakes.append(Mistake("", "The form came without its key. Check it again."))
    if step in ("edit", "more") and not mistakes:
        return await _form(request, case, typed, more=step == "more")
    command, wrong = read(case.shape, case.items, typed)
    # The date stands first in the form, and so in the list of what is wrong.
    mistakes += sorted([*wrong, *_circumstances(case, typed)], key=lambda one: one.field != "on")
    if command is None or mistakes:
        return await _form(request, case, typed, Told(422, _UNFIT, tuple(mistakes)))
    return await _decide(request, case, typed, command, record=step == "record")


async def _decide(
    request: HttpRequest, case: Case, typed: Typed, command: Command, *, record: bool
) -> Response[bytes]:
    services = services_of(request)
    on = typed.one("on")
    act = Act(
        _actor(case, typed, command),
        typed.one("key"),
        services.now(),
        parse(on, field="on") if on and case.dated != "no" else None,
    )
    work = execute(
        services.ledger,
        command,
        act,
        partnership=case.partnership,
        expected=_expected(case, typed),
        dry_run=not record,
    )
    outcome = await attempt(work)
    if isinstance(outcome, Told):
        return await _told(request, case, typed, outcome)
    if outcome.receipt is None:
        lines = _lines(case, typed, act)
        entries = entries_of(outcome, act, case.version.position)
        after = state_after(case.state, entries)
        return await page(
            request,
            "check.html",
            case=case,
            typed=typed,
            lines=lines,
            change=status_change(case.state, after),
            sentences=foretold(case.state, entries),
            steps=next_steps(after),
            told=None,
        )
    receipt = outcome.receipt
    await services.wait_for(receipt.last_position)
    again = "&again=yes" if receipt.replayed else ""
    return see(f"/partnerships/{outcome.partnership}?recorded={receipt.first_position}{again}")


async def _told(request: HttpRequest, case: Case, typed: Typed, answer: Told) -> Response[bytes]:
    changes: Sequence[TimelineItem] = ()
    match answer.error:
        case ConditionFailed():
            seen = _expected(case, typed) or as_at.BEGINNING
            shared = await shared_until(services_of(request), seen)
            changes = [item for item in case.timeline if item.position > shared]
            happened = (
                "The record has changed since you opened this form"
                if shared == seen.position
                else "What you saw when you opened this form is lost, for this register was "
                "restored from an earlier copy"
            )
            text = (
                f"{happened}; nothing of yours was recorded. "
                "Everything you typed is still here. Read what changed, then check again."
            )
            answer = replace(answer, items=(Mistake("", text),))
            typed = typed.with_(expected=str(case.version))
        case CommandKeyReused():
            typed = typed.with_(key=secrets.token_urlsafe(24), expected=str(case.version))
        case OutcomeUnknown():
            lines = _lines(case, typed, None)
            return await page(
                request,
                "check.html",
                status=answer.status,
                case=case,
                typed=typed,
                lines=lines,
                change="",
                sentences=(),
                steps=(),
                told=answer,
            )
        case _:
            pass
    return await _form(request, case, typed, answer, changes=changes)


async def _form(
    request: HttpRequest,
    case: Case,
    typed: Typed,
    answer: Told | None = None,
    *,
    more: bool = False,
    changes: Sequence[TimelineItem] = (),
) -> Response[bytes]:
    role = case.actor.role if case.actor else ""
    return await page(
        request,
        "act.html",
        status=answer.status if answer else 200,
        case=case,
        typed=typed,
        told=answer,
        changes=changes,
        bodies=bodies_for(case.verb, role),
        act_labels=act_labels(case.shape.__name__),
        private=bool(private_fields(case.shape)),
        with_file=any(getattr(item, "kind", "") == "hash" for item in case.items),
        shown=lambda rows: rows_to_show(rows, typed, more),
        is_group=lambda item: isinstance(item, Group),
        is_rows=lambda item: isinstance(item, Rows),
    )


async def _refused(request: HttpRequest, case: Case) -> Response[bytes]:
    status = 409
    if case.actor is None or case.answer.code.startswith(("not-your", "same-person")):
        status = 403
    return await page(request, "refused.html", status=status, case=case)


def _with_hashes(typed: Typed, hashes: dict[str, str]) -> tuple[Typed, list[Mistake]]:
    """The hash of a chosen file goes into its field, and stays there."""
    mistakes = []
    for name, digest in hashes.items():
        field = name.removesuffix(".file")
        if typed.one(field) not in ("", digest):
            mistakes.append(
                Mistake(field, f"The file's SHA-256 is {digest}, another than the one typed.")
            )
        else:
            typed = typed.with_(**{field: digest})
    return typed, mistakes


def _circumstances(case: Case, typed: Typed) -> list[Mistake]:
    """What is wrong with when it happened and who decided."""
    mistakes: list[Mistake] = []
    on, body, name = typed.one("on"), typed.one("body"), typed.one("body_name")
    label = act_labels(case.shape.__name__)["on"].name
    if case.dated == "must" and not on:
        mistakes.append(Mistake("on", f"{label} is missing. Say when it was decided."))
    elif on and case.dated != "no":
        mistakes += [Mistake("on", f"{label}: {wrong.text}") for wrong in read_date("on", on)]
    bodies = bodies_for(case.verb, case.actor.role if case.actor else "")
    if len(bodies) > 1 and body not in bodies:
        mistakes.append(Mistake("body", "Who decided is missing. Choose one."))
    if len(name) > 200:
        mistakes.append(Mistake("body_name", "The public name is too long, at most 200."))
    elif problem := unfit(name):
        mistakes.append(Mistake("body_name", f"The public name: {problem}"))
    return mistakes


def _actor(case: Case, typed: Typed, command: Command) -> Actor:
    if case.actor is None:
        raise told_nobody(case)
    actor = case.actor
    if isinstance(command, SubmitProposal | RecordLegacyPartnership):
        actor = acting_for(actor, command.home.community)
    bodies = bodies_for(case.verb, actor.role)
    chosen = typed.one("body")
    return deciding(actor, chosen if chosen in bodies else bodies[0], typed.one("body_name"))


def told_nobody(case: Case) -> NotYourRole:
    """For who only reads."""
    roles = who_may_act(case.state, case.verb)
    return NotYourRole(act=case.answer.act, role="nobody", roles=roles)


def _expected(case: Case, typed: Typed) -> AsAt | None:
    """The last entry that the form was opened on. A form that names none decides on what is there;
    one that names it in a way that cannot be read has seen nothing of it.
    """
    if case.partnership is None:
        return None
    seen = typed.one("expected")
    return (as_at.parsed(seen) or as_at.BEGINNING) if seen else case.version


def _lines(case: Case, typed: Typed, act: Act | None) -> list[Line]:
    lines = lines_of(case.items, typed)
    if act is None:
        return lines
    if act.on is not None:
        lines.insert(0, date_line(act_labels(case.shape.__name__)["on"].name, act.on.text))
    body = word(act.actor.body)
    name = f", {act.actor.body_name}" if act.actor.body_name else ""
    return [
        *lines,
        Line("Decided by", body + name),
        Line("Recorded by", f"{act.actor.recorder}, {word(act.actor.role)}"),
    ]
