"""Names of places: how they are compared, and the readable ids that communities get from them."""

import unicodedata
from functools import lru_cache
from typing import Protocol, TypeVar

from domain.refusals import Invalid
from domain.values import CommunityId, Party

JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))
"""For `str.translate`: names are compared without what only tells letters how to join."""

K_contra = TypeVar("K_contra", contravariant=True)
V = TypeVar("V")

LONGEST_ID = 240  # characters: a name has at most 200


def tidy(name: str) -> str:
    """The name as it is recorded: Unicode normal form C, without space around it."""
    return unicodedata.normalize("NFC", name).strip()


@lru_cache(maxsize=32_768)
def fold(name: str) -> str:
    """The name as it is compared: compatible characters, case, joiners and runs of space do
    not count.
    """
    return " ".join(unicodedata.normalize("NFKC", name.translate(JOINERS)).casefold().split())


def same_name(one: Party, other: Party) -> bool:
    """Whether the two have one name and one country, as names are compared."""
    return one.country == other.country and fold(one.name) == fold(other.name)


@lru_cache(maxsize=32_768)
def slug(name: str, country: str) -> str:
    """`us-norfolk`: the country, then the letters and digits of any script; `xx` for no country.

    Two names may share one ("La Valette du Var", "La Valette-du-Var"): `Communities` tells apart.
    Empty when there is no letter or digit in the name.
    """
    text = unicodedata.normalize("NFC", fold(name))
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in text)
    words = "-".join("".join(kept).split())
    return f"{country.lower() or 'xx'}-{words}" if words else ""


def is_community_id(text: str) -> bool:
    """Whether it is of the form that `slug` makes; so no id can hold the bar between a pair's."""
    return 0 < len(text) <= LONGEST_ID and all(
        c == "-" or unicodedata.category(c)[0] in "LMN" for c in text
    )


class Kept(Protocol[K_contra, V]):
    """Values by key, in a dictionary or elsewhere."""

    def get(self, key: K_contra, default: V, /) -> V:
        """The value of the key, `default` where it has none."""
        ...

    def __contains__(self, key: K_contra, /) -> bool: ...

    def __setitem__(self, key: K_contra, value: V, /) -> None: ...


class Communities:
    """The ids of communities by folded name and country; no id is ever given to two names.

    Where there are very many, `ids` and `taken` may be kept elsewhere than in memory.
    """

    def __init__(
        self,
        ids: Kept[tuple[str, str], tuple[CommunityId, ...]] | None = None,
        taken: Kept[CommunityId, bool] | None = None,
    ) -> None:
        self._ids: Kept[tuple[str, str], tuple[CommunityId, ...]] = {} if ids is None else ids
        self._taken: Kept[CommunityId, bool] = {} if taken is None else taken

    def named(self, name: str, country: str) -> tuple[CommunityId, ...]:
        """Those of this name: several are homonyms, and which one is meant cannot be guessed."""
        return self._ids.get((fold(name), country), ())

    def know(self, community: CommunityId, name: str, country: str) -> CommunityId:
        """Remember that `community` bears this name."""
        key = fold(name), country
        ids = self._ids.get(key, ())
        if community not in ids:
            self._ids[key] = (*ids, community)
            self._taken[community] = True
        return community

    def new(self, name: str, country: str, *, apart: str = "") -> CommunityId:
        """A new id for this name: the plain slug, or with `apart` or a number where it is taken."""
        plain = slug(name, country)
        if not plain:
            raise Invalid("name", f"{name!r} has no letter", "Write the name of the place.")
        community, number = CommunityId(plain), 1
        if apart and community in self._taken:
            community = CommunityId(f"{plain}-{apart}")
        while community in self._taken:
            number += 1
            community = CommunityId(f"{plain}-{number}")
        return self.know(community, name, country)
