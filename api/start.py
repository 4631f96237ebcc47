"""Where `twinledger` begins: it loads next to nothing, so that a Ctrl-C is answered at once."""

import os
import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line. Ctrl-C ends it quietly with 130, also while Python still loads it."""
    _open_what_is_closed()
    as_found = signal.getsignal(signal.SIGINT)
    if as_found is not signal.SIG_IGN:  # as the shell has it for what runs in the background
        signal.signal(signal.SIGINT, _end)
    from api.cli import main as commands  # noqa: PLC0415 - the long load that is guarded here

    signal.signal(signal.SIGINT, as_found)
    try:
        commands()
    except KeyboardInterrupt:
        sys.exit(130)


def _open_what_is_closed() -> None:
    """A file or socket that took the number of a closed standard stream would be written to as if
    it were that one, and the event loop ends the process when it closes such a number. Also in the
    processes that are started here.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
        if number == 1:
            sys.stdout = open(number, "w", closefd=False)  # noqa: SIM115 - for good
        if number == 2:
            sys.stderr = open(number, "w", closefd=False)  # noqa: SIM115 - for good
    os.close(number)


def _end(_signal: int, _frame: FrameType | None) -> None:
    # Nothing has begun, so nothing is lost. An exception would not do: it may come up inside an
    # import, where whoever catches it says something else of it, with a traceback.
    os._exit(130)
