"""A regime: one reading of a law, a bill or a membership rule, as dated data."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.dates import parse
from domain.refusals import Invalid, Refused
from domain.regime.facts import PartnershipFacts, PartyFacts
from domain.regime.lists import Lists, list_of
from domain.regime.rule import Code, OtherPartyScoreAtMost, Rule, Text, nodes
from domain.review.criteria import criteria_set
from domain.values import CommunityId, Edtf, PartnershipId, ShortText, Status

Verdict = Literal["applies", "does_not_apply", "undetermined", "contested"]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]


class Clause(Struct, frozen=True, forbid_unknown_fields=True):
    """What the text says, in our words.

    `citation` is the place in the text, `source` where it was read.
    """

    id: Text
    citation: Text
    says: Annotated[str, Meta(min_length=1, max_length=1000)]
    source: Text


class Territory(Struct, frozen=True, forbid_unknown_fields=True):
    """A place whose belonging the rule leaves open; `names` find it where a code is missing."""

    code: Code
    names: Annotated[tuple[Text, ...], Meta(min_length=1)]


class ExampleParty(Struct, frozen=True, forbid_unknown_fields=True):
    country: Annotated[str, Meta(pattern=r"^([A-Z]{2})?$")]
    level: ShortText = ""


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """A case with its answer. Each rule ships with some, and the tests hold it to them."""

    name: Text
    parties: tuple[ExampleParty, ExampleParty]
    expect: Verdict
    statuses: tuple[Status, ...] = ("active",)
    recognised: dict[str, bool] = {}

    @property
    def facts(self) -> PartnershipFacts:
        """The case as the register would tell it."""
        one, other = (
            PartyFacts(CommunityId(f"example-{side}"), f"{side} party", party.country, party.level)
            for side, party in zip(("one", "other"), self.parties, strict=True)
        )
        return PartnershipFacts(
            PartnershipId("TL-0000-0000"),
            (one, other),
            "sister",
            frozenset(self.statuses),
            legacy=False,
            recognised=self.recognised,
            findings=frozenset(),
        )


class Regime(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new reading of the text is a new version; a file that was used is never edited.

    `notice` is what every report under it says first. `report` names the report it is made for,
    `criteria` the elements that a review under it answers. Dates are EDTF, empty where there is
    none; a bill has no `in_force_from`.
    """

    id: Slug
    version: Annotated[int, Meta(ge=1)]
    title: Text
    form: Literal["bill", "statute", "regulation", "membership_rule"]
    notice: Annotated[str, Meta(min_length=1, max_length=1000)]
    report: Slug
    criteria: Text
    introduced: Edtf = ""
    in_force_from: Edtf = ""
    in_force_until: Edtf = ""
    clauses: Annotated[tuple[Clause, ...], Meta(min_length=1)]
    rule: Rule
    territories: tuple[Territory, ...] = ()
    examples: Annotated[tuple[Example, ...], Meta(min_length=1)]


def check(regime: Regime, lists: Lists) -> None:
    """Refuse what the types cannot: an unknown clause, list, edition or criteria set, a bad date.

    Raises `Invalid`, naming the field as it is in the file.
    """
    known = [clause.id for clause in regime.clauses]
    if repeated := {id_ for id_ in known if known.count(id_) > 1}:
        raise Invalid("clauses", f"{min(repeated)!r} stands twice", "Give each clause its own id.")
    for path, node in nodes(regime.rule):
        if node.clause not in known:
            raise Invalid(
                f"{path}.clause",
                f"{node.clause!r} is not one of the clauses",
                f"Use one of {', '.join(known)}, or add it under [[clauses]].",
            )
        if isinstance(node, OtherPartyScoreAtMost):
            _check_edition(node, path, lists)
    criteria_set(regime.criteria)
    for field in ("introduced", "in_force_from", "in_force_until"):
        if text := getattr(regime, field):
            parse(text, field=field)
    if regime.form == "bill" and regime.in_force_from:
        raise Invalid(
            "in_force_from", "a bill is not in force", "Leave it out, or change the form."
        )


def _check_edition(node: OtherPartyScoreAtMost, path: str, lists: Lists) -> None:
    field = f"{path}.list"
    try:
        scores = list_of(lists, node.list)
        field = f"{path}.edition"
        scores.edition(node.edition)
    except Refused as refused:
        raise Invalid(
            field, str(refused).rstrip("."), "Use one of these, or add the list (adapters/lists)."
        ) from None
