"""The web application: routes, what every answer carries, and who may send a form."""

from collections.abc import Awaitable, Callable
from os import urandom
from typing import Any
from urllib.parse import urlsplit

import structlog
from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.exceptions import PermissionDeniedException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from adapters.notary.standing import Standing
from adapters.postgres.errors import LOST
from api.metrics import metrics
from api.problems import HANDLERS
from api.rest import docs
from api.rest.router import router
from api.services import Services
from api.transparency import HANDLERS as TRANSPARENCY
from api.verifier.routes import HANDLERS as VERIFIER
from api.web import acts, around, audit, partnership, private, register, reports
from api.web.static_files import static_files
from api.web.typed import LARGEST_FORM

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: browsers would then send forms with the origin `null`.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
_RAW_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_NO_CACHE = (b"cache-control", b"no-cache")
_FOR_OTHER_SITES = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"As-At, ETag, In-Doubt, Last-Position, Link, Retry-After"),
]
_DOUBTED = (b"in-doubt", b"true")

_log = structlog.stdlib.get_logger("twinledger.app")


def create_app(services: Services) -> Litestar:
    """All pages over `services`. Nothing is opened here; who opened it closes it."""
    return Litestar(
        [
            register.home,
            register.register,
            partnership.partnership,
            private.private,
            acts.act_form,
            acts.act,
            acts.proposal_form,
            acts.propose,
            acts.legacy_form,
            acts.record_legacy,
            audit.history,
            audit.history_as_csv,
            audit.history_as_json_lines,
            reports.reports,
            reports.report,
            reports.report_as_json,
            reports.report_as_csv,
            reports.report_as_text,
            reports.figure,
            reports.claims,
            around.help_page,
            around.health,
            metrics,
            around.choose_role,
            around.sign_in_form,
            around.sign_in,
            around.sign_out,
            *docs.PAGES,
            *TRANSPARENCY,
            *VERIFIER,
            router(),
            static_files(),
        ],
        state=State({"services": services}),
        exception_handlers=HANDLERS,
        before_request=own_forms_only,
        before_send=[_Headers(services.standing).add],
        middleware=[_with_request_id],
        request_max_body_size=LARGEST_FORM,
        openapi_config=None,
        logging_config=None,
    )


async def own_forms_only(request: Request[Any, Any, Any]) -> None:
    """Refuse a form that another site sent: it would act with this visitor's cookies.

    Below `/api` cookies mean nothing, so there is nothing to act with.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or request.scope["path"].startswith("/api/"):
        return
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    if site not in ("same-origin", "none") or (origin and urlsplit(origin).netloc != host):
        raise PermissionDeniedException


class _Headers:
    """What every answer carries."""

    def __init__(self, standing: Callable[[], Awaitable[Standing]]) -> None:
        self._standing = standing
        self._doubted = False

    async def add(self, message: Message, scope: Scope) -> None:
        """To the beginning of an answer."""
        if message["type"] != "http.response.start":
            return
        path = scope["path"]
        headers = [*message["headers"], *_RAW_HEADERS]
        # What says itself how long it stays, and files that are shipped, keep their own.
        if not path.startswith("/static/") and not any(
            name.lower() == b"cache-control" for name, _ in message["headers"]
        ):
            headers.append(_NO_CACHE)
        if path.startswith("/api/v1"):
            if await self._in_doubt():
                headers.append(_DOUBTED)
            if scope.get("method") in ("GET", "HEAD"):
                headers += _FOR_OTHER_SITES
        message["headers"] = headers

    async def _in_doubt(self) -> bool:
        """Whether the register is known not to be the one that was signed: its pages say so in red.

        Where nobody can tell now, it is what was known last.
        """
        try:
            self._doubted = (await self._standing()).notice.closes
        except Exception as problem:
            # The answer is there, and may say that an act is recorded: it goes out. In an outage
            # there are thousands, and the way through the code says nothing.
            way = None if isinstance(problem, LOST) else problem
            _log.error("standing_unknown", reason=type(problem).__name__, exc_info=way)
        return self._doubted


def _with_request_id(app: ASGIApp) -> ASGIApp:
    """Everything that is logged while a request is answered carries the same id."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        with structlog.contextvars.bound_contextvars(request_id=urandom(16).hex()):
            await app(scope, receive, send)

    return answer
