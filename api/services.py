"""What the ways in need of the world; `api/wiring.py` decides which classes these are."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from adapters.notary.published import PublishedLog
from adapters.notary.standing import Standing
from adapters.private.erasing import Erasures
from adapters.private.values import PrivateValues
from adapters.tokens import Bearer
from adapters.witness.witnessing import Witnessing, nobody
from api.claims import ClaimChecks
from api.identity import Accounts
from api.reports.issue import Reports
from domain.ports import Head, Ledger
from projections.census import Censuses
from projections.communities.community import Communities
from projections.parked import Parking
from projections.reviews.review import ReviewList
from projections.views import Register, Timeline


class Tokens(Protocol):
    """Who acts with a token, for programs. Tokens are secrets; unknown ones are None."""

    async def whose(self, token: str) -> Bearer | None:
        """The bearer as of at most a second ago: None when it was revoked or expired before."""
        ...


class Services(Struct, frozen=True, kw_only=True):
    """`wait_for(position)` returns when the read models show that position, or after its bound;
    `shown` is the last position that they all show, without its time; what waits before it is asked
    of `parking`. `private` opens private values, for whoever may read them, and `erasures` says
    which are gone. `log` is what the notary has published, `standing` how the ledger stands to it,
    and `witnessing` what others have signed of it.

    `now` is the time in UTC. In the demo everybody may choose a role, and `accounts` is not asked;
    without both nobody can record on the pages. Below `/api` only `tokens` are asked. `name` is the
    register's own, empty before it has one.
    """

    ledger: Ledger
    register: Register
    timeline: Timeline
    reports: Reports
    claims: ClaimChecks
    communities: Communities
    reviews: ReviewList
    shown: Callable[[], Awaitable[Head]]
    wait_for: Callable[[int], Awaitable[None]]
    parking: Parking
    log: PublishedLog
    standing: Callable[[], Awaitable[Standing]]
    censuses: Censuses
    private: PrivateValues
    erasures: Erasures
    accounts: Accounts | None
    demo: bool
    now: Callable[[], datetime]
    name: str = ""
    tokens: Tokens | None = None
    witnessing: Callable[[], Awaitable[Witnessing]] = nobody
