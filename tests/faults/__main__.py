"""Plays seeds of the simulator, or faults on real processes, and names each promise broken.

python -m tests.faults --seeds 10000            the next ones, and how many went wrong
python -m tests.faults --seed 4711              one again, call by call
python -m tests.faults --real --minutes 10      real processes; `--seed` says in which order
"""

import argparse
import sys
import time

from tests.faults.real.long_run import play
from tests.faults.simulator import Run, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seeds", type=int, default=1000, help="how many to play")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="play this one, and tell all of it")
    parser.add_argument("--real", action="store_true", help="kill and fill real processes instead")
    parser.add_argument("--minutes", type=float, default=10.0, help="for how long, with --real")
    options = parser.parse_args()
    if options.real:
        return play(options.minutes, options.seed or 0)
    if options.seed is not None:
        played = run(options.seed)
        _tell(played)
        return bool(played.violations)
    return _play(options.first, options.seeds)


def _tell(played: Run) -> None:
    for call in played.history.calls:
        places = call.receipt and (call.receipt.first_position, call.receipt.last_position)
        print(f"{call.act:12} {call.key:14} {call.outcome:8} {places or ''}")
    print(f"{len(played.ledger)} events, {len(played.violations)} promises broken")
    for violation in played.violations:
        print(f"  {violation}")


def _play(first: int, seeds: int) -> int:
    began, wrong = time.monotonic(), 0
    for number, seed in enumerate(range(first, first + seeds), 1):
        try:
            broken = [str(violation) for violation in run(seed).violations]
        except Exception as error:  # a seed that ends by a fault of its own is a finding too
            broken = [f"{type(error).__name__}: {error}"]
        wrong += bool(broken)
        for what in broken:
            print(f"seed {seed}: {what}")
        if number % 500 == 0:
            print(f"{number:,} of {seeds:,}, {wrong} wrong, {time.monotonic() - began:.0f} s")
    print(f"{seeds:,} seeds, {wrong} wrong, {time.monotonic() - began:.0f} s")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
