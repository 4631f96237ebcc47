"""Names as people type them: without case, without accents, in every script."""

import unicodedata

from domain.names import JOINERS

_NO_ACCENT = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
"""Letters that Unicode does not take apart, as they are typed without them."""

_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def key(name: str) -> str:
    """`München` as `munchen`, `Łódź` as `lodz`; other scripts keep their letters, without
    joiners.
    """
    if name.isascii():
        return " ".join(name.casefold().split())
    apart = unicodedata.normalize("NFKD", name.translate(JOINERS).casefold()).casefold()
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFC", plain.translate(_NO_ACCENT)).split())


def search_text(reference: str, *names: str) -> str:
    """All that a word of a query may be part of: `muenchen` is found as `munchen` is."""
    keys = {reference.casefold(), reference.casefold().replace("-", "")}
    for name in names:
        keys.add(key(name))
        if not name.isascii():
            composed = unicodedata.normalize("NFC", name.casefold())
            keys.add(key(composed.translate(_SPELLED_OUT)))
    return "\n".join(sorted(keys))


def patterns(query: str) -> list[str]:
    """A LIKE pattern for each word of a query."""
    return [
        "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        for word in key(query).split()
    ]
