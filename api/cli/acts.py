"""`twinledger do`: record an act, or see what is allowed and if not because of what."""

import os
import secrets
import unicodedata
from typing import Any, BinaryIO

import click
from click.core import ParameterSource
from msgspec import Struct

from adapters.clock import utc_now
from adapters.ledger.text import check_text
from api.as_at import AsAt
from api.cli import Failed
from api.cli.accounts import RoleName
from api.cli.fields import command_from, document_from
from api.cli.mistakes import slips, usage
from api.cli.options import LastEntry, options, who_decided
from api.cli.running import on_register
from api.cli.telling import tell_answers, tell_outcome
from api.commands import Outcome, execute, reviews_of
from api.identity import (
    DEMO_ROLES,
    DemoRole,
    account_actor,
    acting_for,
    bodies_for,
    deciding,
    demo_actor,
)
from api.wiring import Running
from domain.answers import VERBS, Answer, answers
from domain.dates import parse
from domain.decider import Act, Entry
from domain.errors import NotCanonical
from domain.history import Command
from domain.partnership.commands import FoundingCommand
from domain.partnership.state import Unknown
from domain.ports import Actor
from domain.review.state import Reviews
from domain.values import PartnershipId, read_partnership_id
from projections.timeline import foretold

KEY = "TWINLEDGER_KEY"
PUBLIC = (
    "All that you write is public for ever: at most 2,000 characters a text, and no personal data; "
    "name offices, bodies and documents, not people. Only what is marked as not public is for "
    "few: keep it out of the shell's history with --from-json."
)
_LONGEST_LINE = 200


class PublicText(click.ParamType[str]):
    """A line that everybody reads: at most 200 characters, all of them shown."""

    name = "text"

    def __init__(self, *, may_be_empty: bool = True) -> None:
        self.may_be_empty = may_be_empty

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what a leaf cannot hold, before anything is asked of the register."""
        text = unicodedata.normalize("NFC", value)
        if not self.may_be_empty and not text.strip():
            self.fail("it is empty. Write a name that people know it by.", param, ctx)
        if len(text) > _LONGEST_LINE:
            self.fail(f"it has {len(text)} characters, at most {_LONGEST_LINE} go.", param, ctx)
        try:
            check_text(text, "it")
        except NotCanonical as error:
            self.fail(f"it {error.problem}. {error.remedy}", param, ctx)
        return text


class Asked(Struct, frozen=True):
    """What was typed beside the verb."""

    reference: PartnershipId | None
    role: DemoRole | None
    on: str | None
    body: str | None
    body_name: str
    key: str
    expected: AsAt | None
    dry_run: bool


@click.command()
@click.argument("reference", metavar="REF")
@click.argument("verb", required=False)
@click.argument("words", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--as", "role", type=RoleName(DEMO_ROLES), help="In the demo: who acts.")
@click.option("--on", help="When it was decided or happened (EDTF); today if left out.")
@click.option("--body", help="Which body decided it, where several may.")
@click.option(
    "--body-name", type=PublicText(), default="", help='Its public name: "Norfolk City Council".'
)
@click.option("--key", type=PublicText(), help="The act's key; the same key never records twice.")
@click.option(
    "--expected",
    type=LastEntry(),
    help="Refuse if this is not the record's last entry, as `show` says it.",
)
@click.option(
    "--from-json", "body_file", type=click.File("rb"), help="The fields, as JSON; - reads."
)
@click.option("--dry-run", is_flag=True, help="Decide and show, record nothing.")
@click.option("--all", "everything", is_flag=True, help="Without VERB: every refusal, too.")
@click.option("--json", "as_json", is_flag=True)
def do(
    *,
    reference: str,
    verb: str | None,
    words: tuple[str, ...],
    role: DemoRole | None,
    on: str | None,
    body: str | None,
    body_name: str,
    key: str | None,
    expected: AsAt | None,
    body_file: BinaryIO | None,
    dry_run: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Record VERB for the partnership REF ("new" for a proposal or a legacy record).

    Without VERB: what is allowed now, and if not why. With VERB alone: what it takes.
    Evidence is written "title | date | link | sha256". All that you write is public for ever: at
    most 2,000 characters a text, and no personal data.
    """
    if verb is not None and verb not in VERBS:
        raise click.UsageError(f"There is no verb {verb!r}. There are: {', '.join(VERBS)}.")
    if verb is not None and _alone():
        click.echo(PUBLIC)
        click.echo(f"{verb} takes:\n  " + "\n  ".join((*usage(VERBS[verb]), *options(verb))))
        return
    with slips():
        known = None if reference == "new" else read_partnership_id(reference)
    asked = Asked(
        known,
        role,
        on,
        body,
        body_name,
        key or secrets.token_urlsafe(16),
        expected,
        dry_run,
    )
    if verb is None:
        tell_answers(
            *on_register(lambda system: _answers(system, asked), warns=True),
            everything=everything,
            as_json=as_json,
        )
    else:
        with slips():
            typed = document_from(VERBS[verb], words, body_file.read() if body_file else None)
        # What records is refused in a register in doubt, and says so; a dry run rests on it.
        tell_outcome(
            *on_register(lambda system: _record(system, verb, typed, asked), warns=dry_run), as_json
        )


def _alone() -> bool:
    """Whether nothing stands beside REF and VERB: with an option, an act is meant."""
    context = click.get_current_context()
    given = {
        name
        for name in context.params
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    return not context.params["words"] and given <= {"reference", "verb", "words"}


async def _answers(system: Running, asked: Asked) -> tuple[Reviews, tuple[Answer, ...]]:
    state = await _state(system, asked)
    return state, answers(state, await _person(system, asked, state))


async def _record(
    system: Running, verb: str, typed: Any, asked: Asked
) -> tuple[Outcome, tuple[str, ...]]:
    """What the act did, and how the timeline tells it."""
    state = await _state(system, asked)
    person = await _person(system, asked, state)
    now = utc_now()
    with slips():
        command = command_from(VERBS[verb], typed, _options_missing(verb, person, asked))
        on = parse(asked.on or now.date().isoformat(), field="--on")
    act = Act(_deciding(person, verb, command, asked), asked.key, now, on)
    founding = isinstance(command, FoundingCommand)
    outcome = await execute(
        system.ledger,
        command,
        act,
        partnership=None if founding else asked.reference,
        expected=asked.expected,
        dry_run=asked.dry_run,
    )
    return outcome, await _sentences(system, outcome, act)


async def _sentences(system: Running, outcome: Outcome, act: Act) -> tuple[str, ...]:
    receipt, partnership = outcome.receipt, outcome.partnership
    if receipt is not None:
        await system.runner.catch_up()
        items = await system.timeline.of(partnership, position=receipt.last_position)
        return tuple(item.sentence for item in items if item.position >= receipt.first_position)
    head = await system.ledger.head()
    decided = (
        Entry(position, act.now, act.on, act.actor, event)
        for position, event in enumerate(outcome.events, head.position + 1)
    )
    return foretold(outcome.before, decided)


async def _state(system: Running, asked: Asked) -> Reviews:
    if asked.reference is None:
        return Reviews(Unknown())
    state, _ = await reviews_of(system.ledger, asked.reference)
    return state


async def _person(system: Running, asked: Asked, state: Reviews) -> Actor:
    """In the demo whoever --as says, elsewhere the account of the key."""
    if (await system.named()).demo:
        if asked.role is None:
            raise click.UsageError(f"In the demo, say who acts: --as {'|'.join(DEMO_ROLES)}.")
        return demo_actor(asked.role, state.partnership)
    if asked.role is not None:
        raise click.UsageError(f"--as is for the demo. Here your key says who you are: set {KEY}.")
    return await the_person(system)


async def the_person(system: Running) -> Actor:
    """Who the key in the environment belongs to."""
    key = os.environ.get(KEY, "")
    account = await system.accounts.find(key) if key else None
    if account is None:
        problem = "is the key of no open account" if key else "is not set"
        raise Failed(
            f"{KEY} {problem}. Set it to the key of your account. Whoever runs this register adds "
            "an account with `twinledger account add`, and replaces a lost key with "
            "`twinledger account new-key`.",
            3,
        )
    return account_actor(account)


def _options_missing(verb: str, person: Actor, asked: Asked) -> list[str]:
    possible = bodies_for(verb, person.role)
    if asked.body is None and len(possible) > 1:
        return [f"--body: {who_decided(possible)}"]
    return []


def _deciding(actor: Actor, verb: str, command: Command, asked: Asked) -> Actor:
    if isinstance(command, FoundingCommand):
        actor = acting_for(actor, command.home.community)
    body = asked.body or bodies_for(verb, actor.role)[0]
    return deciding(actor, body, asked.body_name)
