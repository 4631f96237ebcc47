"""What the ways in need of the world; `api/wiring.py` decides which classes these are."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from msgspec import Struct

from api.identity import Accounts
from domain.ports import Ledger
from projections.views import Register, Timeline


class Services(Struct, frozen=True, kw_only=True):
    """`wait_for(position)` returns when the read models show that position, or after its bound.

    `now` is the time in UTC. In the demo everybody may choose a role, and `accounts` is not asked;
    without both nobody can record. `name` is the register's own, empty before it has one.
    """

    ledger: Ledger
    register: Register
    timeline: Timeline
    wait_for: Callable[[int], Awaitable[None]]
    accounts: Accounts | None
    demo: bool
    now: Callable[[], datetime]
    name: str = ""
