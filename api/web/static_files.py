"""Style sheet and pictures: the files that are shipped, and no other path."""

from typing import Any

from litestar import Router
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.static_files import create_static_files_router

from api.web.rendering import FOLDER

_FOLDER = FOLDER / "static"


def static_files() -> Router:
    """The files of `static/`, as they are named there when the application starts."""
    shipped = {f"/{file.relative_to(_FOLDER).as_posix()}" for file in _FOLDER.rglob("*")}

    def shipped_only(asked: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        # The file system is never asked for another name: it has faults of its own for odd ones.
        if asked.path_params["file_path"] not in shipped:
            raise NotFoundException

    return create_static_files_router(path="/static", directories=[_FOLDER], guards=[shipped_only])
