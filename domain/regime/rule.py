"""The vocabulary of rules: a few typed tests, joined by all, any and not.

The tags are what regime files say in `test = "..."`: rename a class freely, never a tag. Where the
vocabulary is too small, it gets one more test, here, in `evaluate.py` and in `in_words`: the type
checker names the places.
"""

from collections.abc import Iterator
from typing import Annotated, TypeAlias, assert_never

from msgspec import Meta, Struct

from domain.regime.lists import Lists, list_of
from domain.values import ShortText, Status

Code = Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
Codes = Annotated[tuple[Code, ...], Meta(min_length=1)]
Text = Annotated[str, Meta(min_length=1, max_length=300)]
Score = Annotated[int, Meta(ge=0, le=100)]


class _Node(
    Struct, frozen=True, kw_only=True, tag_field="test", tag="", forbid_unknown_fields=True
):
    """`clause` is the id of the clause that says so.

    `disputed` says who reads the clause otherwise; empty where nobody is known to.
    """

    clause: Text
    disputed: ShortText = ""


class AllOf(_Node, frozen=True, tag="all"):
    of: "Annotated[tuple[Rule, ...], Meta(min_length=1)]"


class AnyOf(_Node, frozen=True, tag="any"):
    of: "Annotated[tuple[Rule, ...], Meta(min_length=1)]"


class Not(_Node, frozen=True, tag="not"):
    of: "Rule"


class ExactlyOnePartyIn(_Node, frozen=True, tag="exactly_one_party_in"):
    """One party lies in one of `countries` and the other does not."""

    countries: Codes


class OtherPartyScoreAtMost(_Node, frozen=True, tag="other_party_score_at_most"):
    """The party outside `other_than`, beside one inside, has a country that scores `threshold` or
    less. False where both or neither lie inside: then there is no such other party.
    """

    other_than: Codes
    list: Text
    edition: Text
    threshold: Score


class RecognisedBy(_Node, frozen=True, tag="recognised_by"):
    """`body` lists the partnership on the day."""

    body: Text


class StatusIn(_Node, frozen=True, tag="status_in"):
    """The status on the day is one of `statuses`; not begun is none of them."""

    statuses: Annotated[tuple[Status, ...], Meta(min_length=1)]


class NoPartyAtLevel(_Node, frozen=True, tag="no_party_at_level"):
    """No party is recorded at one of `levels`.

    The register holds communities, so a level that is not recorded is not a missing fact: the
    test speaks only where a level is known.
    """

    levels: Annotated[tuple[Text, ...], Meta(min_length=1)]


Test: TypeAlias = (
    ExactlyOnePartyIn | OtherPartyScoreAtMost | RecognisedBy | StatusIn | NoPartyAtLevel
)
"""What is asked of the facts; `all`, `any` and `not` join tests."""
Rule: TypeAlias = AllOf | AnyOf | Not | Test


def nodes(rule: Rule, path: str = "rule") -> Iterator[tuple[str, Rule]]:
    """Every node with its path in the file, from the top."""
    yield path, rule
    match rule:
        case AllOf() | AnyOf():
            for number, part in enumerate(rule.of):
                yield from nodes(part, f"{path}.of[{number}]")
        case Not():
            yield from nodes(rule.of, f"{path}.of")
        case (
            ExactlyOnePartyIn()
            | OtherPartyScoreAtMost()
            | RecognisedBy()
            | StatusIn()
            | NoPartyAtLevel()
        ):
            return
        case _:
            assert_never(rule)


def in_words(rule: Rule, lists: Lists) -> str:
    """The rule as a person says it, without a full stop."""
    match rule:
        case AllOf():
            return "all of: " + "; ".join(in_words(part, lists) for part in rule.of)
        case AnyOf():
            return "at least one of: " + "; ".join(in_words(part, lists) for part in rule.of)
        case Not():
            return f"not: {in_words(rule.of, lists)}"
        case ExactlyOnePartyIn():
            return f"exactly one party lies in {' or '.join(rule.countries)}"
        case OtherPartyScoreAtMost():
            title = list_of(lists, rule.list).title
            return (
                f"the country of the other party scores {rule.threshold} or less "
                f"on the {title} {rule.edition}"
            )
        case RecognisedBy():
            return f"{rule.body} recognises the partnership on the day"
        case StatusIn():
            return f"the partnership is {' or '.join(rule.statuses)} on the day"
        case NoPartyAtLevel():
            return f"no party is recorded at the level {' or '.join(rule.levels)}"
        case _:
            assert_never(rule)
