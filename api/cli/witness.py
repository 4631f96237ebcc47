"""`witness`: cosign what other registers sign. It needs a folder and a port, and no register."""

from datetime import datetime
from typing import Any

import click

from adapters.clock import utc_now
from adapters.listening import require_free_port
from adapters.log import configure_log
from adapters.settings import Settings, read_settings
from adapters.witness.evidence import Evidence, evidence_in, settle
from adapters.witness.folder import distrust as distrust_key
from adapters.witness.folder import owned, require_folder, trusted_logs, witness_signer
from adapters.witness.folder import trust as trust_key
from adapters.witness.witness import Witness
from api.cli import Failed
from api.cli.running import echo_json
from api.event_loop import run_program
from api.witness.serving import serve_witness
from api.witness.standing import WitnessedLog, in_words, standing_of
from domain.transparency.errors import Malformed
from domain.transparency.note import VerifierKey, format_vkey, parse_vkey


class Vkey(click.ParamType[VerifierKey]):
    """A public key as its owner publishes it."""

    name = "key"

    def convert(self, value: Any, param: Any, ctx: Any) -> VerifierKey:
        """Read it whole or not at all."""
        try:
            return parse_vkey(str(value).strip())
        except Malformed as error:
            self.fail(str(error), param, ctx)


@click.group(invoke_without_command=True)
@click.pass_context
def witness(context: click.Context) -> None:
    """Be a witness for the registers of others: sign what each signs while it tells one story.

    It listens at TWINLEDGER_HOST and TWINLEDGER_PORT, and keeps what it has seen in its folder. The
    first time it makes a key. Ctrl-C or SIGTERM ends it.
    """
    if context.invoked_subcommand is None:
        _serve()


def _serve() -> None:
    settings = read_settings()
    configure_log(settings.log)
    folder = settings.folder_of_witness
    require_free_port(settings.host, settings.port)
    with owned(folder):
        signer = witness_signer(folder, settings.witness_name)
        # What only its keeper can put right is said before anybody asks.
        standing = standing_of(folder, signer.key.name, format_vkey(signer.key))

        def ready(address: str) -> None:
            click.echo(f"Witness {signer.key.name}: {address} (Ctrl-C ends it). Its public key:")
            click.echo(f"  {standing.vkey}")
            if not standing.logs:
                click.echo("It witnesses nothing yet: `twinledger witness trust KEY` adds a log.")
            _tell_forks(evidence_in(folder))

        run_program(
            serve_witness(
                Witness(folder, signer, utc_now), settings.host, settings.port, ready=ready
            )
        )


@witness.command()
@click.argument("key", type=Vkey())
def trust(key: VerifierKey) -> None:
    """Witness the log that signs with KEY, as its register shows it at /verify.

    A witness that runs learns of it by itself. While a register replaces its key, add the second
    one, too.
    """
    folder = read_settings().folder_of_witness
    require_folder(folder)
    added = trust_key(folder, key)
    click.echo(f"{key.name} {'is witnessed from now on' if added else 'was trusted already'}.")
    click.echo("Compare the key with what the register's keeper gave you on paper or in minutes.")


@witness.command()
@click.argument("key", type=Vkey())
def distrust(key: VerifierKey) -> None:
    """Accept nothing that KEY alone signs: it was replaced, or stolen.

    What was witnessed stays remembered.
    """
    folder = read_settings().folder_of_witness
    if not distrust_key(folder, key):
        raise Failed(f"This witness does not trust {format_vkey(key)}.", 1)
    left = any(other.name == key.name for other in trusted_logs(folder))
    after = "Its other key goes on." if left else "Nothing more is signed for it."
    click.echo(f"The key of {key.name} is no longer trusted. {after}")


@witness.command()
@click.option("--json", "as_json", is_flag=True)
def status(as_json: bool) -> None:
    """What was witnessed, and what evidence there is. Exit code 1 where a log has two histories."""
    settings = read_settings()
    folder = settings.folder_of_witness
    signer = _signer(settings)
    standing = standing_of(folder, signer.name, format_vkey(signer))
    if as_json:
        echo_json(standing)
    else:
        click.echo(f"Witness {standing.name}. Its public key:")
        click.echo(f"  {standing.vkey}")
        for log in standing.logs:
            click.echo(f"{log.origin}: {_stands(log)}")
        if not standing.logs:
            click.echo("It witnesses nothing yet: `twinledger witness trust KEY` adds a log.")
        _tell_forks(evidence_in(folder))
    if any(log.stopped for log in standing.logs):
        raise Failed(
            "Keep the evidence as it is, and give it to the register's authority and to the body "
            "that oversees it. `twinledger witness resume ORIGIN` goes on when they have decided.",
            1,
        )


@witness.command()
@click.argument("origin")
@click.option("--because", required=True, help="What was decided, by whom; it is shown for ever.")
@click.confirmation_option(
    "--yes", prompt="Was it decided that what this witness signed is the right history?"
)
def resume(origin: str, because: str) -> None:
    """Sign again for the log ORIGIN, of which there are two histories.

    It goes on from what this witness had signed, never from the other history. The evidence stays,
    with what was decided. Where the other one is right, or the key was stolen, the register begins
    a new log: trust that one, and distrust this one.
    """
    folder = read_settings().folder_of_witness
    stopping = [one for one in evidence_in(folder, origin) if one.stops]
    if not stopping:
        raise Failed(f"Nothing is stopped for {origin}. `twinledger witness status` names all.", 1)
    for one in stopping:
        settle(one, f"{_day(utc_now())}: {' '.join(because.split())}")
    click.echo(f"Signing for {origin} again, from what was signed before. The evidence stays.")


def _signer(settings: Settings) -> VerifierKey:
    folder = settings.folder_of_witness
    if not (folder / "key").exists():
        raise Failed(
            f"There is no witness in {folder} yet. `twinledger witness` makes one; or name its "
            "folder in TWINLEDGER_WITNESS_FOLDER.",
            3,
        )
    return witness_signer(folder, settings.witness_name).key


def _stands(log: WitnessedLog) -> str:
    if log.stopped:
        return f"TWO HISTORIES; nothing is signed. Before, {log.entries} entries were witnessed."
    seen = f"witnessed up to entry {log.entries}, last {_time(log.at)}" if log.at else "nothing yet"
    return f"{seen}." if log.keys else f"{seen}; its key is no longer trusted."


def _tell_forks(evidence: list[Evidence]) -> None:
    for one in evidence:
        if one.settled:
            continue
        sign = "TWO HISTORIES of" if one.about.fork else "Something does not fit:"
        click.echo(click.style(f"{sign} {one.about.origin}", fg="red", bold=True))
        click.echo(f"  {in_words(one)}")
        click.echo(f"  Noticed {_time(one.about.noticed)}; kept in {one.folder}")


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
