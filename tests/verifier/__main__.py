"""Changes a signed ledger at random, seed by seed, and names each change that was not found.

python -m tests.verifier --seeds 10000          the next ones, and how many were missed
python -m tests.verifier --first 4711 --seeds 1  one of them again
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from adapters.notary.keys import signers_in
from adapters.postgres.pool import open_pool
from domain.transparency.note import format_vkey
from tests.adapters.notary.desk import SCHEMA
from tests.benchmarks.server import database, durable_server
from tests.verifier.changes import hunt
from tests.verifier.ledger import SIZE, Outsider, SignedLedger, fill_and_sign


async def play(server: str, first: int, seeds: int) -> int:
    began, missed, alarms, done = time.monotonic(), 0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with database(server) as dsn, await open_pool(dsn) as pool:
            await fill_and_sign(pool, folder / "notary")
            (signer,) = signers_in(folder / "notary", schema=SCHEMA, origin=None)
            outsider = Outsider(format_vkey(signer.key), folder / "outsider")
            ledger = SignedLedger(pool, dsn, folder / "notary", folder / "verified")
            async for seed, what in hunt(range(first, first + seeds), ledger, outsider):
                if what:
                    print(f"seed {seed}: {what}", flush=True)
                missed += bool(what) and seed >= 0
                alarms += bool(what) and seed < 0
                done += seed >= 0
                if seed >= 0 and done % 500 == 0:
                    print(f"{done:,} of {seeds:,}, {missed} missed, {_spent(began)}", flush=True)
    told = f"{missed} missed, {alarms} false alarms, {_spent(began)}"
    print(f"{done:,} changes of a ledger of {SIZE:,} entries: {told}")
    return missed + alarms


def _spent(began: float) -> str:
    return f"{time.monotonic() - began:.0f} s"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.verifier")
    parser.add_argument("--seeds", type=int, default=1000, help="how many changes")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    options = parser.parse_args()
    with durable_server() as server:
        return asyncio.run(play(server, options.first, options.seeds)) > 0


if __name__ == "__main__":
    sys.exit(main())
