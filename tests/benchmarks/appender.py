"""A process that appends: `python -m tests.benchmarks.appender DSN CLIENTS SECONDS` says its rate.

It begins when it reads a line, so that several begin together.
"""

import sys

from api.event_loop import run_program
from tests.benchmarks.workloads import appends_a_second


async def main() -> None:
    """Say `ready`, wait for the line, append, and say how many a second were stored."""
    dsn, clients, seconds = sys.argv[1:]
    print("ready", flush=True)
    sys.stdin.readline()
    print(await appends_a_second(dsn, clients=int(clients), seconds=float(seconds)), flush=True)


if __name__ == "__main__":
    run_program(main())
