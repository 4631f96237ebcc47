"""`bundle`: the whole register as one file, for others to verify."""

import os
from pathlib import Path

import click

from adapters.bundles import bundle as bundled
from adapters.bundles import to_hand_out
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
    Of a register that is read-only it is written too, and the exit code is 1.
    """
    require_writable(file)
    # Only a whole one bears the name, and an older one stays until then.
    unfinished = file.with_name(f"{file.name}.unfinished")

    async def work(system: Running) -> tuple[Published, bool]:
        log = PublishedLog(system.pool, schema=system.settings.schema)
        latest = await to_hand_out(log)
        if latest is None:
            raise Failed(
                "Nothing of this register is signed yet. Let `twinledger serve` or `twinledger "
                "notary` run for a moment.",
                3,
            )
        with unfinished.open("wb") as out, progress_bar("Writing entries") as progress:
            async for piece in bundled(log, latest, progress):
                out.write(piece)
        os.replace(unfinished, file)
        return latest, (await system.standings.now()).notice.closes

    try:
        latest, in_doubt = on_register(work, caught_up=False, warns=True)
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(f"{file}: {latest.size:,} entries, signed as {latest.origin}.")
    if in_doubt:
        # Written all the same: it is evidence of what is here.
        raise Failed("What was written may not be what was signed: do not hand it out.", 1)
