"""Half of the race's batchers, in a process of its own. Prints what each append was told, as JSON.

python -m tests.adapters.race_worker NAME BATCHERS APPENDS, with the DSN in RACE_DSN.
"""

import asyncio
import json
import os
import sys

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from domain.errors import ConditionFailed
from tests.adapters.submissions import event, submission

FAILING = 10  # every tenth append decides on old knowledge
AT_ONCE = 4  # appends that each batcher has on their way, so that there are groups


async def batch(name: str, appends: int) -> list[tuple[str, int]]:
    """One ledger on one connection; gives the tag and the position of each event it appended."""
    appended: list[tuple[str, int]] = []
    numbers = iter(range(appends))

    async def client(ledger: PostgresLedger) -> None:
        for n in numbers:
            tag = f"{name}-{n}"
            stale = n % FAILING == 5
            try:
                receipt = await ledger.append(
                    submission(
                        event(tag, "everyone"),
                        event(f"{tag}-too"),
                        unless="known" if stale else tag,
                        key=tag,
                    )
                )
            except ConditionFailed:
                assert stale, tag
                continue
            assert not stale, tag
            appended.append((tag, receipt.first_position))
            appended.append((f"{tag}-too", receipt.last_position))

    async with await open_pool(os.environ["RACE_DSN"], size=1) as pool:
        ledger = PostgresLedger(pool, patience=60)
        await asyncio.gather(*[client(ledger) for _ in range(AT_ONCE)])
    return appended


async def main(name: str, batchers: int, appends: int) -> None:
    results = await asyncio.gather(*[batch(f"{name}{b}", appends) for b in range(batchers)])
    print(json.dumps([entry for result in results for entry in result]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
