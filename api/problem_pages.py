"""Problems as pages: what a person is told whose request is not done."""

from litestar import Response

from api.web.rendering import render

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


def page(status: int, title: str, detail: str) -> Response[bytes]:
    """The page of a problem."""
    return render("problem.html", status=status, title=title, detail=detail)


def page_of(status: int) -> Response[bytes]:
    """The page of a problem of which nothing but the status is known."""
    return page(status, *_OF_STATUS.get(status, _OF_STATUS[400]))
