"""A page as it is read on a telephone: without what the stylesheet hides where there is no room."""

import re
from html.parser import HTMLParser

from api.web.rendering import FOLDER

_NARROW = re.compile(r"@media \(max-width: 46rem\) \{\n(.*?)\n\}", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_EMPTY = frozenset({"input", "meta", "link", "img", "rect", "br"})


def seen_when_narrow(html: str) -> str:
    """The words of the page that are there, with single spaces."""
    seen = _Seen()
    seen.feed(html)
    return " ".join("".join(seen.words).split())


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        css = (FOLDER / "static" / "twinledger.css").read_text(encoding="utf-8")
        (narrow,) = _NARROW.findall(css)
        hiding = (names for names, rule in _RULE.findall(narrow) if "display: none" in rule)
        self._hidden = [name.split() for names in hiding for name in names.split(",")]
        self._inside: list[set[str]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _EMPTY:
            classes = (dict(attrs).get("class") or "").split()
            self._inside.append({tag, *(f".{name}" for name in classes)})

    def handle_endtag(self, tag: str) -> None:
        while self._inside and tag not in self._inside.pop():
            pass

    def handle_data(self, data: str) -> None:
        if not any(self._hides(selector) for selector in self._hidden):
            self.words.append(data)

    def _hides(self, selector: list[str]) -> bool:
        """Whether its parts match elements around these words, from the outside in."""
        around = iter(self._inside)
        return all(any(part in element for element in around) for part in selector)
