"""`verify`: is all of it there, unchanged, and what was signed? Or the same of a file."""

import json
import sys

import click
import msgspec
from msgspec import Raw, Struct

from adapters.ledger.audit import Audit, audit
from adapters.witness.register_file import read_witnesses
from api.cli import Failed
from api.cli.running import echo_json, on_register, progress_bar
from api.verifier import twinledger_verify as standalone
from api.verifier.stored import against_what_was_signed
from api.verifier.twinledger_verify import Answer, Verified
from api.wiring import Running

_KINDS = ("bundle", "receipt", "record", "report", "consistency")


class Checked(Struct, frozen=True):
    """The two apart: `columns` compares the rows with their entries, `signed` the entries with what
    was signed; it is null where nothing was signed yet.
    """

    columns: Audit
    signed: Raw


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[FILE]...")
@click.option("--key", "keys", multiple=True, help="The public key, as it was published.")
@click.option("--json", "as_json", is_flag=True)
def verify(words: tuple[str, ...], keys: tuple[str, ...], *, as_json: bool) -> None:
    """Read every entry again: none missing, none changed, each as it was signed.

    Without FILE it is the register itself: the entries and the columns that find them, and, apart
    from that, the root over the entries and the signed checkpoint. With FILE it is what a register
    has handed out, and no database is asked: the same as the verifier that everybody can download
    from /verify.py.

    \b
    twinledger verify register.zip --full     a bundle, and the form of each entry
    twinledger verify receipt A.proof A.json  one entry; also: record, report, consistency
    twinledger verify record --help           what each of them takes
    """
    if words:
        named = words if words[0] in _KINDS else ("bundle", *words)
        options = [f"--key={key}" for key in keys] + (["--json"] if as_json else [])
        sys.exit(standalone.main([*named, *options]))

    async def work(system: Running) -> tuple[Audit, Answer | None]:
        settings = system.settings
        with progress_bar("Reading the ledger") as progress:
            columns = await audit(system.pool, settings.schema, progress)
        # Where no file names them, the notary has said in the database whom it asks.
        witnesses = read_witnesses(settings.witnesses) if settings.witnesses else None
        return columns, await against_what_was_signed(
            system.pool,
            settings.schema,
            notary=settings.folder_of_notary,
            remembered=settings.data / "verified",
            keys=keys,
            witnesses=witnesses,
        )

    columns, signed = on_register(work, caught_up=False)
    if as_json:
        document = None if signed is None else json.loads(standalone.as_json(signed))
        echo_json(Checked(columns, Raw(msgspec.json.encode(document))))
    else:
        _tell(columns)
        _tell_signed(signed)
    if not columns.sound:
        count = columns.problem_count
        problems = "1 problem" if count == 1 else f"{count} problems"
        raise Failed(
            f"The ledger is NOT sound: {problems}. Keep everything as it is, "
            "make a copy of the data folder, and compare with a backup.",
            1,
        )
    if signed is not None and not isinstance(signed, Verified):
        sys.exit(standalone.EXIT_CODES[type(signed)])


def _tell(found: Audit) -> None:
    click.echo(f"Entries read:  {found.size}")
    click.echo(f"Root (RFC 6962), in hexadecimal: {found.root}")
    for problem in found.problems:
        where = f"Position {problem.position}" if problem.position else "The ledger"
        click.echo(f"{where}: {problem.what}")
    if found.sound:
        click.echo(
            "No entry is missing, each is what its hash says, and the columns say what it says."
        )


def _tell_signed(signed: Answer | None) -> None:
    click.echo("Apart from that, held against what was signed:")
    if signed is None:
        click.echo("Nothing of it is signed yet: only the register vouches for itself.")
    else:
        standalone.say(signed, in_json=False)
