"""Where the two joiners stand that show nothing themselves and change the letters beside them.

The contexts are those of UAX #31 (Unicode Identifiers and Syntax), section 2.3, A1, A2 and B, a
little narrower: the letters on both sides are of one script, and between virama and letter stands
nothing but the joiner. Joining types are those of ArabicShaping.txt for the Arabic block.
"""

import unicodedata

NON_JOINER, JOINER = "\u200c", "\u200d"
JOINERS = frozenset((NON_JOINER, JOINER))

_VIRAMA = 9
"""The canonical combining class of signs that take a letter's vowel away."""
_ARABIC = range(0x0620, 0x0700)
_JOINED_ON_NO_SIDE = frozenset("ءٴ")
_JOINED_TO_THE_LETTER_BEFORE = frozenset("آأؤإاةدذرزوٱٲٳٵٶٷۀۍۏےۓەۮۯڈډڊڋڌڍڎڏڐڑڒړڔڕږڗژڙۃۄۅۆۇۈۉۊۋ")
"""Letters that the next one never joins: behind them nothing is there to be broken."""


def is_joiner_in_place(text: str, at: int) -> bool:
    """Whether the joiner at `at` can make a difference that a reader of the script sees."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if before and unicodedata.combining(before) == _VIRAMA:
        letter = _beside(text, at - 1, -1)
        return _is_letter(letter) and _is_letter(after) and _script(letter) == _script(after)
    if text[at] == JOINER:
        return False
    joined, following = _beside(text, at, -1), _beside(text, at, 1)
    return (
        _is_arabic(joined)
        and _is_arabic(following)
        and joined not in _JOINED_ON_NO_SIDE | _JOINED_TO_THE_LETTER_BEFORE
        and following not in _JOINED_ON_NO_SIDE
    )


def _beside(text: str, at: int, step: int) -> str:
    """The next character on one side of `at` that is no mark; empty at the end of the text."""
    at += step
    while 0 <= at < len(text) and unicodedata.category(text[at]) in ("Mn", "Mc"):
        at += step
    return text[at] if 0 <= at < len(text) else ""


def _is_letter(character: str) -> bool:
    return bool(character) and unicodedata.category(character) == "Lo"


def _is_arabic(character: str) -> bool:
    return _is_letter(character) and ord(character) in _ARABIC


def _script(letter: str) -> str:
    """The first word of its name, which for the letters in question is the script's."""
    return unicodedata.name(letter, "").partition(" ")[0]
