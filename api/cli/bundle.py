"""`bundle`: the whole register as one file, for others to verify."""

import asyncio
import os
from pathlib import Path

import click

from adapters.bundles import Differing, to_hand_out
from adapters.bundles import bundle as bundled
from adapters.notary.published import Published, PublishedLog
from adapters.output import require_writable
from api.cli import Failed
from api.cli.running import on_register, progress_bar
from api.wiring import Running


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def bundle(file: Path) -> None:
    """Write everything that is signed into FILE, a zip file that others verify without us.

    What the verifier needs beside it is the register's public key, which they should have from
    elsewhere: `python3 twinledger_verify.py bundle FILE --key KEY`, or `twinledger verify FILE`.
    Of a register that is read-only, or whose entries are not what was recorded, it is written too,
    and the exit code is 1.
    """
    require_writable(file)
    if file.exists() and not file.is_file():
        raise Failed(
            f"{file} is no file that can be replaced by a whole one. Name a new file, or an older "
            "bundle; nothing was written.",
            3,
        )
    # Only a whole one bears the name, and an older one stays until then.
    unfinished = file.with_name(f"{file.name}.unfinished")

    async def work(system: Running) -> tuple[Published, Differing, bool]:
        log = PublishedLog(system.pool, schema=system.settings.schema)
        latest = await to_hand_out(log)
        if latest is None:
            raise Failed(
                "Nothing of this register is signed yet. Let `twinledger serve` or `twinledger "
                "notary` run for a moment.",
                3,
            )
        differing = await asyncio.to_thread(Differing, latest, system.settings.folder_of_notary)
        with unfinished.open("wb") as out, progress_bar("Writing entries") as progress:
            async for piece in bundled(log, latest, progress, differing):
                out.write(piece)
        os.replace(unfinished, file)
        return latest, differing, (await system.standings.now()).notice.closes

    try:
        latest, differing, in_doubt = on_register(work, caught_up=False, warns=True)
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(f"{file}: {latest.size:,} entries, signed as {latest.origin}.")
    told = _differing(differing, latest.size)
    if told:
        click.echo(told, err=True)
    if told or in_doubt:
        # Written all the same: it is evidence of what is here.
        raise Failed("What was written may not be what was signed: do not hand it out.", 1)


def _differing(found: Differing, size: int) -> str:
    """What is wrong with the entries that were written; empty where nothing is."""
    keep = "Keep everything as it is: it is evidence. `twinledger verify` says more."
    if found.count:
        more = " and others" if found.count > len(found.first) else ""
        places = ", ".join(map(str, found.first)) + more
        are = "1 is" if found.count == 1 else f"{found.count:,} are"
        return f"Of the {size:,} entries in it {are} not what was recorded: {places}. {keep}"
    if not found.signed:
        return (
            f"The {size:,} entries in it are not those that were signed: some were changed, and "
            f"the hashes beside them too. {keep}"
        )
    return ""
