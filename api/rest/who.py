"""Who asks, below `/api`: only a bearer token says so, never a cookie and never the address.

NotSignedIn       (401) there is no token, or it opens nothing
ReadOnlyToken     (403) the token was made for reading

    person = await person_of(request)     a read: None without a token
    actor = await recorder_of(request)    a command: the person as the rules see them
"""

from msgspec import Struct

from adapters.accounts import KEY_PREFIX, Account
from adapters.tokens import TOKEN_PREFIX, is_well_formed
from api.identity import account_actor
from api.requests import HttpRequest, services_of
from domain.ports import Actor

_HOW = "Send the header `Authorization: Bearer` with a token of your account"


class NotSignedIn(Exception):
    """Nobody known asks. `remedy` says how to get a token that opens something."""

    code = "not-signed-in"

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem, self.remedy = problem, remedy


class ReadOnlyToken(Exception):
    """The person may record, but not with this token."""

    code = "read-only-token"

    def __init__(self) -> None:
        self.problem = "This token was made for reading; nothing can be recorded with it."
        self.remedy = "Use a token that is not read-only."
        super().__init__(f"{self.problem} {self.remedy}")


class Person(Struct, frozen=True):
    """An account, acting through a token. Its pseudonym, role and community are the account's."""

    account: Account
    read_only: bool


async def person_of(request: HttpRequest) -> Person | None:
    """Whose token the request carries, as of at most a second ago; None when it carries none.

    Raises `NotSignedIn` for anything else in the header: reading with a token that has ended is
    told, not answered as if it were the public.
    """
    # The gate lets nobody through who sends two.
    headers = request.scope["headers"]
    given = next((value for name, value in headers if name == b"authorization"), None)
    if given is None:
        return None
    token = _token(given)
    tokens = services_of(request).tokens
    bearer = await tokens.whose(token) if tokens is not None else None
    if bearer is None:
        raise NotSignedIn(
            "This token opens nothing: it has expired, was revoked or never was.",
            "Ask whoever keeps the register for a new one (`twinledger token add`).",
        )
    return Person(bearer.account, bearer.read_only)


async def recorder_of(request: HttpRequest) -> Actor:
    """As whom a command is decided; the deciding body is the role's usual one until it is named.

    Raises `NotSignedIn` without a token, `ReadOnlyToken` with one that only reads.
    """
    person = await person_of(request)
    if person is None:
        raise NotSignedIn("Recording needs a token; this request carries none.", f"{_HOW}.")
    if person.read_only:
        raise ReadOnlyToken
    return account_actor(person.account)


async def known_token_only(request: HttpRequest) -> None:
    """For `before_request`: raise `NotSignedIn` where a token is sent that opens nothing.

    Not for commands: each asks for its recorder by itself.
    """
    if request.method != "POST":
        await person_of(request)


def _token(given: bytes) -> str:
    """The token in the header, well formed. Raises `NotSignedIn`."""
    scheme, _, token = given.decode("latin-1").partition(" ")
    token = token.strip(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn("The header `Authorization` holds no bearer token.", f"{_HOW}.")
    if token.startswith(KEY_PREFIX):
        raise NotSignedIn(
            "This is the key of an account, which signs in on the pages; no token.",
            f"{_HOW}; `twinledger token add` makes one.",
        )
    if not is_well_formed(token):
        raise NotSignedIn(
            "This is no token as they are given out: its length or checksum is off.",
            f"{_HOW}, whole and as it was shown: it begins with {TOKEN_PREFIX}.",
        )
    return token
