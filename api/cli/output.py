"""`--output`: a file, or standard output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import click

from adapters.output import require_writable


def _writable(ctx: click.Context, option: click.Parameter, file: Path | None) -> Path | None:
    if file is None or file == Path("-"):
        return None
    require_writable(file)
    return file


output_option = click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    callback=_writable,
    help="A file; standard output if left out.",
)
"""Gives the command `output`: None for standard output. Refused where it cannot be written."""


@contextmanager
def written_to(output: Path | None) -> Iterator[BinaryIO]:
    """Where the bytes go, opened at once and written out at the end."""
    with output.open("wb") if output else nullcontext(sys.stdout.buffer) as to:
        yield to
        to.flush()  # a full disk shows here, where it is told
