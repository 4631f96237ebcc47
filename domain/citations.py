"""What a citation must satisfy, in a partnership and in a review."""

from urllib.parse import urlsplit

from domain.dates import parse
from domain.refusals import Invalid
from domain.values import Citation


def cited(citations: tuple[Citation, ...], *, field: str = "evidence") -> tuple[Citation, ...]:
    """Citations whose dates can be read and whose links are web addresses."""
    for number, citation in enumerate(citations):
        if citation.dated:
            parse(citation.dated, field=f"{field}[{number}].dated")
        if citation.link and not _is_web_address(citation.link):
            raise Invalid(
                f"{field}[{number}].link",
                f"{citation.link!r} is not a web address",
                "Begin it with https:// and write spaces as %20, or leave it empty.",
            )
    return citations


def _is_web_address(link: str) -> bool:
    try:
        address = urlsplit(link)
        host = address.hostname
    except ValueError:  # such as a bracket that is not closed
        return False
    return address.scheme in ("https", "http") and bool(host) and not any(map(str.isspace, link))
