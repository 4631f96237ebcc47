"""Values that every part of the register uses: ids, parties, citations, votes, statements."""

import hashlib
import re
from typing import Annotated, Literal, NewType, TypeAlias

from msgspec import Meta, Struct

from domain import roles, tiers
from domain.refusals import Invalid

PartnershipId = NewType("PartnershipId", str)
ReviewId = NewType("ReviewId", str)
CommunityId = NewType("CommunityId", str)

Role: TypeAlias = roles.Role
Body: TypeAlias = roles.Body
Tier: TypeAlias = tiers.Tier
Kind = Literal[
    "sister_city",
    "twin_town",
    "domestic_twin_town",
    "friendship_city",
    "historic_bond",
    "pairing",
    "adoption",
    "region_pairing",
]
Motive = Literal[
    "common_industry",
    "culture",
    "diaspora",
    "education",
    "food_culture",
    "inner_german",
    "name_play",
    "post_war_aid",
    "reconciliation",
    "religious_tradition",
    "requested_by_partner",
    "similarity",
    "solidarity",
    "tourism",
    "trade",
    "university_city",
    "youth_exchange",
    "unknown",
]
Status = Literal[
    "proposed", "agreed", "active", "suspended", "ended", "declined", "withdrawn", "lapsed"
]
LIVE: frozenset[Status] = frozenset({"proposed", "agreed", "active", "suspended"})

Grade = Literal[
    "signed_copy", "minute", "named_page", "seed_text", "general_knowledge", "list_only"
]

# A pattern is searched, and `$` alone also stands before a last line feed: hence `(?!\n)`. `\S`
# asks for one character that shows, so that a space is no name and no reason.
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
ShortText = Annotated[str, Meta(max_length=300)]
PublicStatement = Annotated[str, Meta(max_length=2000)]
"""Free text that everybody reads for ever: at most 2,000 characters, no personal data."""
RequiredStatement = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"\S")]
"""A `PublicStatement` that may not be empty: a reason, a condition, a question."""
PRIVATE: dict[str, object] = {"x-private": True}
"""What marks a type as private, in the schema for programs too (`domain/private.py`)."""
PrivateLine = Annotated[str, Meta(max_length=300, extra_json_schema=PRIVATE)]
"""Not for everybody: a person's name, how to reach them. It can be erased."""
PrivateText = Annotated[str, Meta(max_length=2000, extra_json_schema=PRIVATE)]
"""Not for everybody, and longer: a note that is kept from the public."""
Country = Annotated[str, Meta(pattern=r"^([A-Z]{2})?$(?!\n)")]
"""ISO 3166-1 alpha-2, or empty where there is none (Northern Cyprus, an unreadable entry)."""
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
Edtf = Annotated[str, Meta(max_length=40, extra_json_schema={"format": "edtf"})]
"""A date with its doubt, in EDTF (ISO 8601-2); `domain/dates.py` reads it."""

Vitality = Literal["fresh", "stale", "dormant", "emeritus"]
"""How alive a partnership is, beside its status: by what was last heard of it."""

TIERS = tiers.TIERS

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PARTNERSHIP_ID = re.compile(r"TL-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


class Party(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One community as a side of a partnership. A default here is part of the storage format.

    `country` is where it lies today, `country_at_start` where it lay when the bond began (`DD`).
    `latitude` and `longitude` are decimal degrees as text, `qid` its Wikidata item.
    """

    community: CommunityId
    name: Name
    country: Country
    level: ShortText = ""
    country_at_start: Country = ""
    qid: ShortText = ""
    latitude: ShortText = ""
    longitude: ShortText = ""
    population: int | None = None


class Citation(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A document that a statement rests on: what it is, when it is from, where it can be read."""

    title: Name
    dated: Edtf = ""
    link: Annotated[str, Meta(max_length=500)] = ""
    sha256: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$(?!\n)")] = ""


class DatedFact(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A date with the doubt it has (EDTF) and what it rests on."""

    on: Edtf
    grade: Grade
    source: ShortText = ""


class Vote(Struct, frozen=True, forbid_unknown_fields=True):
    """How a body voted, in heads."""

    in_favour: Annotated[int, Meta(ge=0, le=10_000)]
    against: Annotated[int, Meta(ge=0, le=10_000)] = 0
    abstained: Annotated[int, Meta(ge=0, le=10_000)] = 0
    absent: Annotated[int, Meta(ge=0, le=10_000)] = 0


class MoneyLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One currency's year, in hundredths: what came in, what was spent, what is carried over."""

    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")]
    received: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    spent: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    carried_over: Annotated[int, Meta(ge=-(2**53) + 1, le=2**53 - 1)] = 0


def pair_of(one: CommunityId, other: CommunityId) -> str:
    """The two communities in one fixed order, whoever is named first."""
    return "|".join(sorted((one, other)))


def mint_partnership_id(command_key: str) -> PartnershipId:
    """`TL-7K3Q-9FZM`: 40 bits of SHA-256 of the founding command's key.

    The same command gives the same id on every retry. Two keys that fall on one id are told apart
    by the append condition: the second is refused, never mixed in.
    """
    return PartnershipId(f"TL-{_code('twinledger/partnership/v1', command_key)}")


def mint_review_id(command_key: str) -> ReviewId:
    """`TR-0H5B-2XWE`, as `mint_partnership_id`."""
    return ReviewId(f"TR-{_code('twinledger/review/v1', command_key)}")


def read_partnership_id(text: str) -> PartnershipId:
    """Accept a reference as people type it: any case, any dashes or none, O for 0, I or L for 1."""
    code = re.sub(r"[\s\u2010-\u2015\u2212_.-]", "", text).upper().removeprefix("TL")
    code = code.replace("O", "0").replace("I", "1").replace("L", "1")
    shaped = f"TL-{code[:4]}-{code[4:]}"
    if not _PARTNERSHIP_ID.fullmatch(shaped):
        raise Invalid(
            "reference", f"{text!r} is not a reference", "References look like TL-7K3Q-9FZM."
        )
    return PartnershipId(shaped)


def _code(purpose: str, key: str) -> str:
    number = int.from_bytes(hashlib.sha256(f"{purpose}\n{key}".encode()).digest()[:5], "big")
    digits = "".join(_CROCKFORD[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{digits[:4]}-{digits[4:]}"
