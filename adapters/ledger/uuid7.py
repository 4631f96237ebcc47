"""Ids that sort by the time they were made (RFC 9562 version 7), rising within a process.

Nothing rests on that order: positions order events. It only keeps neighbours near each other.
"""

import os
import time

_RANDOM_BITS = 74  # 12 before and 62 after the variant


class Uuid7:
    """Makes ids; each is larger than the one before, also when the clock runs back."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> str:
        noise = int.from_bytes(os.urandom(10)) >> 6
        fresh = time.time_ns() // 1_000_000 << _RANDOM_BITS | noise
        # Within one millisecond the next id follows its predecessor at a random distance.
        step = 1 + (noise & 0xFFFF_FFFF)
        self._last = number = max(fresh, self._last + step)
        milliseconds, rest = number >> _RANDOM_BITS, number & (1 << _RANDOM_BITS) - 1
        value = (
            milliseconds << 80 | 0x7 << 76 | rest >> 62 << 64 | 0b10 << 62 | rest & (1 << 62) - 1
        )
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
