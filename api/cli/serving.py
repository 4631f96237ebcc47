"""`demo`, `init`, `serve`."""

from collections.abc import Sequence
from datetime import timedelta

import click

from adapters.accounts import Account, RegisterName
from adapters.clock import utc_now
from adapters.listening import require_free_port
from adapters.log import configure_log
from adapters.problems import CannotRun
from adapters.settings import read_settings
from api.cli.accounts import Pseudonym, tell_key
from api.cli.acts import PublicText
from api.cli.running import in_doubt, progress_bar, require_register
from api.demo import TOKENS_LAST, Highlight, Summary, issue_tokens, load_sample
from api.event_loop import run_program
from api.serving import serve as serve_pages
from api.wiring import Running, running
from domain.values import CommunityId
from projections.views import Counts, Moment
from projections.words import word


class WrongRegister(CannotRun):
    """The command is for another kind of register than the one that is here."""


@click.command()
@click.option("--once", is_flag=True, help="Do all but serve, and end.")
def demo(once: bool) -> None:
    """Load the sample register and show it at http://127.0.0.1:8000."""
    settings = read_settings()
    configure_log(settings.log, level="WARNING")
    if not once:
        require_free_port(settings.host, settings.port)

    async def run() -> None:
        async with running(settings) as system:
            named = await _demonstration(system)
            with progress_bar("Loading the sample register") as progress:
                summary = await load_sample(system.ledger, progress=progress, now=utc_now())
            with progress_bar("Building the pages") as progress:
                await system.runner.catch_up(progress)
            counts = await system.register.counts(Moment())
            _tell(summary, counts, head=(await system.ledger.head()).position)
            look_first = await _as_they_stand(system, summary)
            if once:
                _tell_first("twinledger show ", look_first)
                return

            issued = await issue_tokens(system.accounts, system.tokens)

            def ready(address: str) -> None:
                _tell_first(f"{address}/partnerships/", look_first)
                _tell_tokens(address, issued)
                click.echo(f"\nOpen {address} in a browser. Ctrl-C ends it; nothing is lost.")

            await serve_pages(system, named, ready=ready)

    run_program(run())


async def _demonstration(system: Running) -> RegisterName:
    named = await system.accounts.name_register("Sample register", demo=True)
    if not named.demo:
        raise WrongRegister(
            f"This is your own register, {named.name!r}; the sample is not mixed into it.",
            "Run `twinledger serve`, or name another folder in TWINLEDGER_DATA for the demo.",
        )
    return named


def _tell(summary: Summary, counts: Counts, *, head: int) -> None:
    by_status = sorted(counts.by_status.items(), key=lambda item: -item[1])
    statuses = [f"{count} {word(status)}" for status, count in by_status]
    statuses += [f"{counts.uncertain} undetermined"] if counts.uncertain else []
    total = sum(counts.by_status.values()) + counts.uncertain
    click.echo(f"Sample register: {total} partnerships ({', '.join(statuses)}).")
    just_now = f"{summary.added} of them recorded just now" if summary.added else "loaded before"
    click.echo(
        f"The sample: {summary.acts} acts, of real places but for a few marked as demonstration; "
        f"{just_now}."
    )
    click.echo(f"{summary.in_several_files} pairs stand in more than one source: one record each.")
    for what, because in (*summary.skipped, *summary.refused):
        click.echo(f"Left out: {what}: {because}")
    click.echo(f"The ledger has {head} entries.")


async def _as_they_stand(system: Running, summary: Summary) -> list[tuple[Highlight, str]]:
    """What to look at first, each with its reason as the register has it now."""
    found = []
    for highlight in summary.look_first:
        view = await system.register.get(highlight.partnership, Moment())
        if view is not None:
            found.append((highlight, highlight.now(view)))
    return found


def _tell_first(address: str, look_first: list[tuple[Highlight, str]]) -> None:
    click.echo("")
    click.echo("Look first at:")
    for highlight, because in look_first:
        click.echo(f"  {highlight.names}: {because}")
        click.echo(f"    {address}{highlight.partnership}")


def _tell_tokens(address: str, issued: Sequence[tuple[Account, str]]) -> None:
    hours = TOKENS_LAST // timedelta(hours=1)
    click.echo(f"\nFor programs ({address}/api/docs): a token each, until the next start, at most")
    click.echo(f"{hours} hours. A program sends it as `Authorization: Bearer ...`.")
    for person, token in issued:
        place = f" of {person.community_name}" if person.community else ""
        click.echo(f"  {person.pseudonym} ({word(person.role)}{place})")
        click.echo(f"    {token}")


@click.command()
@click.option(
    "--name",
    required=True,
    type=PublicText(may_be_empty=False),
    help='What the register is called: "Register of Norfolk".',
)
@click.option(
    "--administrator",
    default="administrator",
    type=Pseudonym(),
    help="The first account's pseudonym.",
)
def init(name: str, administrator: str) -> None:
    """Make an own, empty register with its first administrator."""
    settings = read_settings()
    configure_log(settings.log, level="WARNING")

    async def run() -> str:
        async with running(settings) as system:
            there = await system.accounts.register()
            if there is not None:
                raise WrongRegister(
                    f"There is a register here already: {there.name!r}.",
                    "Run `twinledger serve`, or name another folder in TWINLEDGER_DATA.",
                )
            first = Account(administrator, "administrator", CommunityId(""), "")
            key = await system.accounts.found(name, first)
            if key is None:
                raise WrongRegister(
                    "Somebody else has just made a register here.", "Run `twinledger serve`."
                )
            return key

    key = run_program(run())
    click.echo(f"The register {name!r} is ready and empty.")
    click.echo(f"Its first account is {administrator}.")
    tell_key(key)
    click.echo("Next: `twinledger account add` for those who record, then `twinledger serve`.")


@click.command()
@click.option(
    "--no-worker",
    is_flag=True,
    help="Leave building what people read to `twinledger worker`, here or on other machines.",
)
def serve(no_worker: bool) -> None:
    """Serve the register's pages."""
    settings = read_settings()
    configure_log(settings.log)
    require_register(settings)
    require_free_port(settings.host, settings.port)

    async def run() -> None:
        async with running(settings) as system:
            named = await system.named()
            # After a restore or in a new register there is nothing to show yet.
            with progress_bar("Building the pages") as progress:
                await system.runner.catch_up(progress)
            notice = (await system.standings.now()).notice
            if notice.closes:
                click.echo(in_doubt(notice), err=True)
            await serve_pages(
                system,
                named,
                ready=lambda at: click.echo(f"{named.name}: {at} (Ctrl-C ends it)"),
                works=not no_worker,
            )

    run_program(run())
