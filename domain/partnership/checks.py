"""What the acts of a partnership have in common: their day, their side, their rule, their pair."""

from collections.abc import Iterable

from domain.dates import EdtfDate, parse, surely_before
from domain.decider import Act
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.state import Facet, Known, Proposed, State, Unknown
from domain.refusals import AlreadyPaired, Invalid
from domain.values import PartnershipId, Tier

UNDATED = (
    c.RecordLegacyPartnership,
    c.RequestCorrection,
    c.ApproveCorrection,
    c.RejectCorrection,
    c.RequestErasure,
    c.ApproveErasure,
    c.RejectErasure,
)
"""What is asked of the record and not of the world: it has no day of its own."""
_IN_NO_ORDER = (c.ReportActivity, c.FileAnnualReport, c.RecordRecognition)
"""What may be found late, and have been before any other act."""
_BESIDE_THE_STATUS = (c.MarkDormant, c.Revive, c.GiveNotice)
"""What needs it to be in force, and not to have come to the stage of now."""
_FACETS: dict[type[c.PartnershipCommand], tuple[Facet, ...]] = {
    c.Vary: ("text",),
    c.Renew: ("term",),
    c.Promote: ("tier", "text"),
    c.Demote: ("tier",),
    c.MarkDormant: ("vitality",),
    c.Revive: ("vitality",),
}


def dated(command: c.PartnershipCommand, state: State, act: Act) -> None:
    """An act in the world has a day, not in the future and not before the step it builds on."""
    if act.on is not None:
        taken_place(act.on, act)
    if isinstance(command, UNDATED):
        return
    if act.on is None:
        raise Invalid("on", "the day of the act is missing", "Say when it was decided or happened.")
    # A body may well list it from some day on.
    if act.on.latest is None and not isinstance(command, c.RecordRecognition):
        raise Invalid(
            "on", f"{act.on.text} has no end", "Write the day of the act, as far as it is known."
        )
    if isinstance(state, Unknown) or isinstance(command, _IN_NO_ORDER):
        return
    for position in sorted(_builds_on(command, state, act)):
        earlier = state.record.dates.get(position)
        if earlier is not None and surely_before(act.on, earlier):
            raise Invalid(
                "on",
                f"{act.on.text} lies before the step it builds on, {earlier.text}",
                "Check the day, or have the earlier entry corrected first.",
            )


def taken_place(on: EdtfDate, act: Act, *, field: str = "on") -> None:
    """The register says what happened, not what will."""
    if not on.possibly_reached(act.today):
        raise Invalid(
            field, f"{on.text} lies in the future", "Record an act when it has taken place."
        )


def term_end(text: str, *, after: EdtfDate | None) -> None:
    """A term's end can be read, is one date, and does not surely come before `after`."""
    end = parse(text, field="term_end")
    if "/" in text:
        raise Invalid(
            "term_end", f"{text!r} is a span of time", "Write the day on which the term ends."
        )
    if after is not None and surely_before(end, after):
        raise Invalid(
            "term_end",
            f"{text} is not later than {after.text}",
            "Give a later day as the term's end.",
        )


def _builds_on(command: c.PartnershipCommand, state: Known, act: Act) -> frozenset[int]:
    """The entries before which it cannot have happened; steps side by side are in no order."""
    if isinstance(command, c.SignAgreement) and isinstance(state, Proposed):
        first = {"home"} if side(state, act) == "home" else {"home", "counterpart"}
        return frozenset(at for who, at in state.approved_at.items() if who in first)
    if isinstance(command, c.SendOffer) and isinstance(state, Proposed):
        return frozenset({state.approved_at["home"]})
    record, facets = state.record, _FACETS.get(type(command), ())
    last_set = {at for facet, at in record.set_at.items() if facet in facets}
    if isinstance(command, _BESIDE_THE_STATUS):
        return record.in_force_at | last_set
    return record.reached_at | last_set


def side(state: Known, act: Act) -> e.Side:
    """The side for which the recorder acts; the rules have let no stranger through."""
    return state.record.side_of(act.actor.community) or "home"


def by_rule(rule: str, act: Act) -> None:
    """What time brings about names the rule that brought it; what a body decided has none."""
    if act.actor.role == "system" and not rule.strip():
        raise Invalid("rule", "an act of the system without its rule", "Name the rule's id.")
    if act.actor.role != "system" and rule:
        raise Invalid("rule", "only an act of the system has a rule", "Leave it empty.")


def no_live_one(live: Iterable[tuple[PartnershipId, Tier]], tier: Tier) -> None:
    """No other live partnership of this tier between the two communities."""
    for partnership, live_tier in live:
        if live_tier == tier:
            raise AlreadyPaired(partnership=partnership, tier=tier)
