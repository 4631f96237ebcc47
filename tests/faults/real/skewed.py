"""`twinledger` with a clock that is wrong by the seconds that a file names, and may jump.

python -m tests.faults.real.skewed FILE serve
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import adapters.clock

_FILE = Path(sys.argv.pop(1))


def _wrong() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=float(_FILE.read_text(encoding="utf-8") or 0))


# Before anything else of ours is loaded: from here all that asks for the time gets this one.
adapters.clock.utc_now = _wrong

if __name__ == "__main__":
    from api.start import main

    main()
