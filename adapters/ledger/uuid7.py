"""Ids that begin with the time at which they were made (RFC 9562, section 5.7).

Nothing rests on their order: positions order events.
"""

import os
import time

_VARIANT = "89ab"  # the bits 10 and two of noise, as a hexadecimal digit


def uuid7() -> str:
    milliseconds = f"{time.time_ns() // 1_000_000:012x}"
    noise = os.urandom(10)
    digits = noise.hex()
    return (
        f"{milliseconds[:8]}-{milliseconds[8:]}-7{digits[:3]}"
        f"-{_VARIANT[noise[9] & 3]}{digits[3:6]}-{digits[6:18]}"
    )
