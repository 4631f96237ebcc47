"""The pages around the register: the words, health, and who the visitor is."""

from litestar import Response, post, route
from msgspec import Struct

from adapters.witness.witnessing import WitnessWord
from api.identity import DEMO_ROLES
from api.requests import READ, HttpRequest, services_of
from api.web.typed import read_form
from api.web.visitors import ROLE_COOKIE, SESSION_COOKIE, page, secret_cookie, see
from api.web.wording import GLOSSARY
from projections.parked import Parked


class Health(Struct, frozen=True):
    """`parked` are entries that wait, the first hundred of them: none where all is well.

    `signed` entries are signed by the register itself. `notary` says why no more are, and
    `read_only` that nothing is recorded for that reason; empty and false where all is well. Others
    have `witnessed` as many; `witnesses` are asked to, each with what is wrong, and in a `conflict`
    with another history than this one. Of `erasures_pending` private values a key is still to be
    destroyed.
    """

    ledger: int
    shown: int
    parked: tuple[Parked, ...]
    signed: int
    notary: str
    read_only: bool
    witnessed: int
    witnesses: tuple[WitnessWord, ...]
    erasures_pending: int


@route("/help", http_method=READ)
async def help_page(request: HttpRequest) -> Response[bytes]:
    """Each word of the register with its one meaning."""
    return await page(request, "help.html", section="help", glossary=GLOSSARY)


@route("/healthz", http_method=READ)
async def health(request: HttpRequest) -> Health:
    """Where the ledger ends, up to where it is shown and signed, and what keeps it from more."""
    services = services_of(request)
    head = await services.ledger.head()
    parked = await services.parking.all(limit=100)
    standing, witnessing = await services.standing(), await services.witnessing()
    return Health(
        head.position,
        (await services.shown()).position,
        parked,
        standing.signed,
        standing.notice.problem,
        standing.notice.closes,
        witnessing.size,
        witnessing.witnesses,
        await services.erasures.count(),
    )


@post("/acting")
async def choose_role(request: HttpRequest) -> Response[bytes]:
    """In the demo: act as somebody else. Anything unknown is nobody."""
    typed, _ = await read_form(request)
    chosen = next((role for role in DEMO_ROLES if role == typed.one("role")), "")
    answer = see(_back(typed.one("back")))
    if services_of(request).demo:
        answer.set_cookie(secret_cookie(request, ROLE_COOKIE, chosen))
    return answer


@route("/sign-in", http_method=READ)
async def sign_in_form(request: HttpRequest) -> Response[bytes]:
    """Who records signs in with the key of their account."""
    return await page(request, "sign_in.html", section="", problem="")


@post("/sign-in")
async def sign_in(request: HttpRequest) -> Response[bytes]:
    """The same answer for every key that opens nothing."""
    typed, _ = await read_form(request)
    accounts = services_of(request).accounts
    account = await accounts.find(typed.one("key")) if accounts and typed.one("key") else None
    if accounts is None or account is None:
        problem = "This key opens no account. Check it, or ask your administrator for a new one."
        return await page(request, "sign_in.html", status=403, section="", problem=problem)
    token = await accounts.open_session(account)
    answer = see("/partnerships")
    answer.set_cookie(secret_cookie(request, SESSION_COOKIE, token))
    return answer


@post("/sign-out")
async def sign_out(request: HttpRequest) -> Response[bytes]:
    """End the session on the server, then in the browser."""
    token = request.cookies.get(SESSION_COOKIE)
    accounts = services_of(request).accounts
    if accounts is not None and token:
        await accounts.close_session(token)
    answer = see("/partnerships")
    answer.set_cookie(secret_cookie(request, SESSION_COOKIE, ""))
    return answer


def _back(path: str) -> str:
    """A page of this site, never another one."""
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if inside and path.isascii() and path.isprintable() else "/partnerships"
