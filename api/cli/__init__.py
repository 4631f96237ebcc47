"""The command line: the same verbs as the pages. Exit codes: 0 done; 1 the rules or the checks say
no; 2 the words are off; 3 Twinledger cannot run here; 130 stopped by Ctrl-C, 141 as nobody reads on
(a closed pipe), 143 by SIGTERM.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import click

# Loaded when called, so that the help and the small commands start at once.
_WHERE = {
    "account": "api.cli.accounts",
    "bundle": "api.cli.bundle",
    "check": "api.cli.read_models",
    "db": "api.cli.db",
    "demo": "api.cli.serving",
    "do": "api.cli.acts",
    "erase": "api.cli.erase",
    "history": "api.cli.records",
    "import": "api.cli.data",
    "init": "api.cli.serving",
    "log": "api.cli.log",
    "notary": "api.cli.notary",
    "rebuild": "api.cli.read_models",
    "report": "api.cli.reports",
    "retry": "api.cli.read_models",
    "search": "api.cli.records",
    "serve": "api.cli.serving",
    "show": "api.cli.records",
    "token": "api.cli.tokens",
    "verify": "api.cli.verify",
    "witness": "api.cli.witness",
    "worker": "api.cli.worker",
}


class Failed(click.ClickException):
    """One clear sentence and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc] # click reads it from the instance too

    def show(self, file: Any = None) -> None:
        """To standard error, so that output can be piped. Where it cannot be told, the exit code
        still is.
        """
        with suppress(OSError):
            click.echo(self.format_message(), file=file or sys.stderr)


class Commands(click.Group):
    """Finds a command's module when it is asked for, and turns known failures into sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order."""
        return sorted(_WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module that has the command."""
        if cmd_name not in _WHERE:
            return None
        attribute = cmd_name if cmd_name != "import" else "import_"
        command = getattr(import_module(_WHERE[cmd_name]), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is no command")
        return command

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the words; a Ctrl-C meanwhile ends it as quietly as before."""
        try:
            with _in_sentences():  # a help text too may find a full disk
                return super().make_context(info_name, args, parent, **extra)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(130) from None  # else click says "Aborted!" and exits 1

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what is no text: no field, no reference and no search could hold it."""
        for argument in args:
            if any("\ud800" <= character <= "\udfff" for character in argument):
                raise click.UsageError(
                    f"{argument[:60]!a} is not text in UTF-8. Set the terminal to UTF-8 and type "
                    "it again; a file with such a name has to be renamed."
                )
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and tell what is known to go wrong in a sentence."""
        try:
            with _in_sentences():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Failed(
                "Stopped. What was recorded stays; the same command goes on.", 130
            ) from None


@contextmanager
def _in_sentences() -> Iterator[None]:
    """What is known to go wrong becomes a sentence, all else is a fault and stays loud."""
    try:
        yield
        sys.stdout.flush()  # a full disk shows here, where it is told
    except (click.exceptions.Exit, click.Abort):
        raise
    except click.ClickException as error:  # the words are off, or one of ours
        with suppress(OSError):  # where it cannot be told, the exit code still is
            error.show()
        raise click.exceptions.Exit(error.exit_code) from error
    except BrokenPipeError:
        raise click.exceptions.Exit(141) from None  # else click exits 1, as for a "no"
    except Exception as error:
        if (known := _told(error)) is None:
            raise
        raise known from error
    finally:
        _give_up_unwritten()


def _give_up_unwritten() -> None:
    """What could not be written fails again when Python ends, with an exit code of its own."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _told(error: Exception) -> Failed | None:
    # Imported here: a Ctrl-C while Python still loads must find something that catches it.
    from adapters.accounts import PseudonymTaken  # noqa: PLC0415 - see above
    from adapters.ledger.errors import LedgerUnavailable  # noqa: PLC0415 - see above
    from adapters.notary.errors import LedgerClosed  # noqa: PLC0415 - see above
    from adapters.problems import CannotRun  # noqa: PLC0415 - see above
    from api.refusals import RequestRefused  # noqa: PLC0415 - see above
    from domain.errors import (  # noqa: PLC0415 - see above
        EntryUnreadable,
        LedgerAnswer,
        NotCanonical,
        RowUnsound,
        UnknownEventType,
    )
    from domain.refusals import Refused  # noqa: PLC0415 - see above
    from projections.errors import (  # noqa: PLC0415 - see above
        AlreadyRebuilding,
        EntriesMissing,
        ProjectionBusy,
        ProjectionStopped,
        ShowsLess,
    )

    match error:
        case NotCanonical():
            field = error.field.rpartition(".public.")[2]
            return Failed(f"{field}: it {error.problem}. {error.remedy}", 1)
        case EntriesMissing() | ShowsLess():
            return Failed(str(error), 1)
        case CannotRun() | LedgerUnavailable() | LedgerClosed() | ProjectionStopped():
            return Failed(str(error), 3)
        case AlreadyRebuilding() | ProjectionBusy() | UnknownEventType() | EntryUnreadable():
            return Failed(str(error), 3)
        case RowUnsound():
            return Failed(str(error), 3)
        case Refused() | RequestRefused() | LedgerAnswer() | PseudonymTaken():
            return Failed(str(error), 1)
        case OSError(errno=errno.ENOSPC | errno.EDQUOT | errno.EFBIG):
            return Failed(
                "The disk is full where the answer was to be written; what was recorded stays. "
                "Free some space, or write it elsewhere.",
                3,
            )
        case _:
            return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="twinledger", message="Twinledger %(version)s")
def main() -> None:
    """The register of partnerships between communities.

    Start with `twinledger demo`. Settings are environment variables that begin with TWINLEDGER_.
    """
