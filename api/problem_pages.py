"""Problems as pages: what a person is told whose request is not done."""

import asyncio
from contextlib import suppress
from typing import Any

from litestar import Litestar, Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from api.requests import services_of
from api.web.rendering import render
from api.web.visitors import page as page_of_register

AT_MOST = 3.0  # seconds for what all pages have in common; who is told of a problem waits no longer

_AGAIN = (
    "Nothing was recorded unless you saw a receipt; sending the same form again never records "
    "twice."
)
_OF_STATUS: dict[int, tuple[str, str]] = {
    400: (
        "This cannot be read",
        "The request is not as a browser sends it. Go back and try again.",
    ),
    403: (
        "This form came from elsewhere",
        "Forms are taken from the pages of this register only. Open the page here and try again.",
    ),
    404: ("There is no such page", "Check the address, or search the register."),
    405: ("Not possible here", "This address can be read, or takes a form, not both."),
    413: ("Too large", "A form takes at most 2 MB, a file for its SHA-256 at most 25 MB."),
    415: ("This cannot be read", "Send the form as a browser does."),
    500: ("Something is broken here", f"The fault is on our side and is in the log. {_AGAIN}"),
    503: (
        "The register cannot be reached now",
        f"Its database does not answer. Try again in some seconds. {_AGAIN}",
    ),
}


class ProblemPage(Response[bytes]):
    """The page of a problem. With `alone` the database is not asked for what all pages have in
    common: it is what does not answer.

    It is made when it is sent, for that has to be waited for, and who handles an error cannot wait.
    """

    def __init__(self, status: int, title: str, detail: str, *, alone: bool = False) -> None:
        super().__init__(b"", status_code=status, media_type="text/html")
        self._told: dict[str, Any] = {"status": status, "title": title, "detail": detail}
        self._alone = alone

    def to_asgi_response(
        self, app: Litestar | None, request: Request[Any, Any, Any], **more: Any
    ) -> ASGIResponse:
        return _MadeWhenSent(self, request, more)

    async def made(self, request: Request[Any, Any, Any], more: dict[str, Any]) -> ASGIResponse:
        """The page with its head, or where that cannot be had with the register's name alone."""
        # Whatever else is broken, and be it this: the problem is told.
        with suppress(Exception):
            if not self._alone:
                async with asyncio.timeout(AT_MOST):
                    made = await page_of_register(request, "problem.html", **self._told)
                    self.content = made.content
        if not self.content:
            name = services_of(request).name
            self.content = render("problem.html", register_name=name, **self._told).content
        return super().to_asgi_response(None, request, **more)


class _MadeWhenSent(ASGIResponse):
    def __init__(
        self, page: ProblemPage, request: Request[Any, Any, Any], more: dict[str, Any]
    ) -> None:
        super().__init__(status_code=page.status_code)
        self._page, self._request, self._more = page, request, more

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._page.made(self._request, self._more)
        await response(scope, receive, send)


def page(status: int, title: str, detail: str, *, alone: bool = False) -> ProblemPage:
    """The page of a problem; `alone` where the database does not answer."""
    return ProblemPage(status, title, detail, alone=alone)


def page_of(status: int, *, alone: bool = False) -> ProblemPage:
    """The page of a problem of which nothing but the status is known."""
    return page(status, *_OF_STATUS.get(status, _OF_STATUS[400]), alone=alone)
