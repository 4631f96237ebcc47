"""Who looks at a page, and the page as they see it."""

from typing import Any

from litestar import Response
from litestar.datastructures import Cookie

from api.identity import DEMO_ROLE_NAMES, DEMO_ROLES, Visitor
from api.requests import HttpRequest, services_of
from api.web.rendering import render

ROLE_COOKIE = "twinledger_role"
SESSION_COOKIE = "twinledger_session"


async def visitor_of(request: HttpRequest) -> Visitor:
    """In the demo the chosen role, elsewhere the account that is signed in."""
    services = services_of(request)
    if services.demo:
        chosen = request.cookies.get(ROLE_COOKIE)
        return Visitor(demo=next((role for role in DEMO_ROLES if role == chosen), None))
    token = request.cookies.get(SESSION_COOKIE)
    if services.accounts is None or not token:
        return Visitor()
    return Visitor(account=await services.accounts.session(token))


async def page(
    request: HttpRequest, template: str, *, status: int = 200, **values: Any
) -> Response[bytes]:
    """The page with its head: where the visitor is and as whom."""
    services = services_of(request)
    query = request.scope["query_string"].decode("ascii", "replace")
    return render(
        template,
        status=status,
        register_name=services.name,
        visitor=await visitor_of(request),
        demo=services.demo,
        demo_roles=DEMO_ROLE_NAMES,
        standing=await services.standing(),
        witnessing=await services.witnessing(),
        can_sign_in=services.accounts is not None and not services.demo,
        here=request.scope["path"] + (f"?{query}" if query else ""),
        **values,
    )


def secret_cookie(request: HttpRequest, name: str, value: str) -> Cookie:
    """A cookie that only this site's own pages send back, and no script reads."""
    return Cookie(
        key=name,
        value=value,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        max_age=None if value else 0,
    )


def see(target: str) -> Response[bytes]:
    """After a form: look at `target`, so that reloading repeats nothing."""
    return Response(b"", status_code=303, headers={"location": target}, media_type="text/plain")
