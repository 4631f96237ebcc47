"""The command line: the same verbs as the pages. Exit codes: 0 done; 1 the rules or the checks say
no; 2 the words are off; 3 Twinledger cannot run here; 130 stopped by Ctrl-C."""

import sys
from importlib import import_module
from typing import Any

import click

from adapters.accounts import PseudonymTaken
from adapters.ledger.errors import LedgerUnavailable
from adapters.problems import CannotRun
from domain.errors import LedgerAnswer
from domain.refusals import Refused
from projections.errors import AlreadyRebuilding, ProjectionStopped

# Loaded when called, so that the help and the small commands start at once.
_WHERE = {
    "account": "api.cli.accounts",
    "check": "api.cli.ledger",
    "db": "api.cli.db",
    "demo": "api.cli.serving",
    "do": "api.cli.acts",
    "history": "api.cli.records",
    "import": "api.cli.data",
    "init": "api.cli.serving",
    "rebuild": "api.cli.ledger",
    "report": "api.cli.data",
    "search": "api.cli.records",
    "serve": "api.cli.serving",
    "show": "api.cli.records",
    "verify": "api.cli.ledger",
}


class Failed(click.ClickException):
    """One clear sentence and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc] # click reads it from the instance too

    def show(self, file: Any = None) -> None:
        """To standard error, so that output can be piped."""
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

    def invoke(self, ctx: click.Context) -> Any:
        """Run; what is known to go wrong becomes a sentence, all else is a fault and stays loud."""
        try:
            return super().invoke(ctx)
        except (Refused, LedgerAnswer, PseudonymTaken) as refusal:
            raise Failed(str(refusal), 1) from refusal
        except (CannotRun, LedgerUnavailable, ProjectionStopped, AlreadyRebuilding) as problem:
            raise Failed(str(problem), 3) from problem
        except KeyboardInterrupt:
            raise Failed(
                "Stopped. What was recorded stays; the same command goes on.", 130
            ) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="twinledger", message="Twinledger %(version)s")
def main() -> None:
    """The register of partnerships between communities.

    Start with `twinledger demo`. Settings are environment variables that begin with TWINLEDGER_.
    """
