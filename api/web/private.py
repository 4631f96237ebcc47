"""The page of a partnership's private values: for everybody what there is, for few what it says."""

from litestar import Response, route
from litestar.params import FromPath

from api.commands import reviews_of
from api.permitted import answer_for
from api.private import private_values
from api.requests import READ, HttpRequest, services_of
from api.web.partnership import reference_of
from api.web.visitors import page, visitor_of


@route("/partnerships/{ref:str}/private", http_method=READ)
async def private(request: HttpRequest, ref: FromPath[str]) -> Response[bytes]:
    """No cache keeps it: what it shows depends on who asks, and ends with an erasure."""
    services, reference = services_of(request), reference_of(ref)
    state, _ = await reviews_of(services.ledger, reference)
    actor = (await visitor_of(request)).acting_on(state.partnership)
    answer = await page(
        request,
        "private.html",
        section="register",
        reference=reference,
        record=getattr(state.partnership, "record", None),
        values=await private_values(services, reference, actor),
        may_ask=actor is not None and answer_for("request-erasure", state, actor).allowed,
    )
    answer.headers["cache-control"] = "no-store"
    return answer
