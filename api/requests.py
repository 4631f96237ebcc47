"""A request, as every way in over HTTP meets it."""

from typing import Any

from litestar import HttpMethod, Request

from api.services import Services

READ = (HttpMethod.GET, HttpMethod.HEAD)
"""How a page is asked for: whole, or only whether it is there. The server sends a HEAD no body."""

HttpRequest = Request[Any, Any, Any]


def services_of(request: HttpRequest) -> Services:
    """What the application was created with."""
    services: Services = request.app.state.services
    return services
