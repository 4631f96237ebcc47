"""What the fields of a command must satisfy, once its row in the rules lets it through."""

from datetime import timedelta

from domain.citations import cited
from domain.dates import EdtfDate, parse, surely_before
from domain.decider import Act
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.parties import two_parties
from domain.partnership.state import Known, Proposed, State, Suspended, Unknown
from domain.refusals import (
    AlreadyPaired,
    AlreadyRecorded,
    AnotherVersion,
    Invalid,
    NotYourBody,
    NotYourCommunity,
)
from domain.values import LIVE, Body, Sha256, Tier, Vote, mint_partnership_id

_UNDATED = (
    c.RecordLegacyPartnership,
    c.RequestCorrection,
    c.ApproveCorrection,
    c.RejectCorrection,
)
_LIFE = (c.ReportActivity, c.FileAnnualReport)

_BODIES_OF_CAUSE: dict[c.Cause, frozenset[Body]] = {
    "mutual": frozenset({"council", "counterpart"}),
    "home": frozenset({"council"}),
    "counterpart": frozenset({"counterpart"}),
    "expiry": frozenset({"council", "counterpart"}),
    "statute": frozenset({"legislature"}),
    "declaration": frozenset({"minister"}),
    "party_abolished": frozenset({"council", "counterpart", "legislature"}),
}


def dated(command: c.PartnershipCommand, state: State, act: Act) -> None:
    """An act in the world has a day, not in the future and not before the step it builds on."""
    if act.on is not None:
        taken_place(act.on, act)
    if isinstance(command, _UNDATED):
        return
    if act.on is None:
        raise Invalid("on", "the day of the act is missing", "Say when it was decided or happened.")
    if isinstance(state, Unknown) or isinstance(command, _LIFE):
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


def _builds_on(command: c.PartnershipCommand, state: Known, act: Act) -> frozenset[int]:
    """The entries before which it cannot have happened; steps side by side are in no order."""
    if isinstance(command, c.SignAgreement) and isinstance(state, Proposed):
        first = {"home"} if side(state, act) == "home" else {"home", "counterpart"}
        return frozenset(at for who, at in state.approved_at.items() if who in first)
    return state.record.reached_at


def may_propose(command: c.SubmitProposal, state: Unknown, act: Act) -> None:
    """Two different parties, the home side's own clerk, a motive, no live one of the same tier."""
    if act.actor.community != command.home.community:
        raise NotYourCommunity(
            act="submit a proposal",
            community=act.actor.community,
            communities=[command.home.community],
        )
    if "unknown" in command.motives:
        raise Invalid("motives", "a proposal says why", "Choose at least one motive.")
    two_parties(command.home, command.counterpart)
    _no_live_one(state, command.tier)


def legacy(
    command: c.RecordLegacyPartnership, state: Unknown, act: Act
) -> e.LegacyPartnershipRecorded:
    """A partnership from before the register, with the doubt that its dates have."""
    two_parties(command.home, command.counterpart)
    if command.status in LIVE:
        _no_live_one(state, command.tier)
    communities = [command.home.community, command.counterpart.community]
    if act.actor.role == "clerk" and act.actor.community not in communities:
        raise NotYourCommunity(
            act="record a partnership from before this register",
            community=act.actor.community,
            communities=communities,
        )
    if act.actor.role == "administrator" and command.grade == "signed_copy":
        raise Invalid(
            "grade", "an import has seen no signed copy", "Let a clerk of a party record it."
        )
    if command.listed_on:
        taken_place(parse(command.listed_on, field="listed_on"), act, field="listed_on")
    starts = []
    for field, fact in (("since", command.since), ("formally_since", command.formally_since)):
        if fact is not None:
            starts.append(parse(fact.on, field=f"{field}.on"))
            taken_place(starts[-1], act, field=f"{field}.on")
    if len(starts) == 2 and surely_before(starts[1], starts[0]):
        raise Invalid(
            "formally_since",
            f"{starts[1].text} lies before the bond itself, {starts[0].text}",
            "The bond comes first, the formal agreement after it.",
        )
    return e.LegacyPartnershipRecorded(
        mint_partnership_id(act.key),
        home=command.home,
        counterpart=command.counterpart,
        status=command.status,
        tier=command.tier,
        kind=command.kind,
        grade=command.grade,
        sources=cited(command.sources, field="sources"),
        listed_on=command.listed_on,
        since=command.since,
        formally_since=command.formally_since,
        motives=command.motives,
        statement=command.statement,
    )


def by_proposer(state: Proposed, act: Act) -> None:
    """Who proposed withdraws; where a legacy record does not say who, any body that proposes."""
    proposed_by = state.record.proposing_body
    if proposed_by not in ("", act.actor.body):
        raise NotYourBody(act="withdraw the proposal", body=act.actor.body, bodies=[proposed_by])


def adopted(vote: Vote) -> None:
    """More in favour than against."""
    if vote.in_favour <= vote.against:
        raise Invalid(
            "vote",
            f"{vote.in_favour} in favour and {vote.against} against is no majority",
            "Record that the proposal is declined, or correct the count.",
        )


def same_text(given: Sha256, approved: str) -> None:
    """A signature or approval is for the text approved before, where one was."""
    if approved and given != approved:
        raise AnotherVersion(approved=approved, given=given)


def side(state: Known, act: Act) -> e.Side:
    """The side for which the recorder acts; the rules have let no stranger through."""
    return state.record.side_of(act.actor.community) or "home"


def annual_report(command: c.FileAnnualReport, state: Known, act: Act) -> e.AnnualReportFiled:
    """One report a year; a nil report has no money; the lines of money balance."""
    if command.year in state.record.reported_years:
        raise AlreadyRecorded(
            f"The annual report of {command.year}", "Request a correction if it is wrong."
        )
    if command.year > act.today.year:
        raise Invalid("year", f"{command.year} lies in the future", "Check the year.")
    if command.nothing_happened and command.money:
        raise Invalid(
            "money", "a report that nothing happened has no money in it", "Leave out one of both."
        )
    if not command.nothing_happened and not command.statement:
        raise Invalid(
            "statement", "the report is empty", "Say what was done, or that nothing happened."
        )
    for number, line in enumerate(command.money):
        if line.received != line.spent + line.carried_over:
            raise Invalid(
                f"money[{number}]",
                f"{line.received} received is not {line.spent} spent plus "
                f"{line.carried_over} carried over",
                "Correct the amounts; they are in hundredths of the currency.",
            )
    return e.AnnualReportFiled(
        state.record.id,
        command.year,
        command.nothing_happened,
        command.statement,
        command.money,
        cited(command.evidence),
    )


def same_body_or_higher(suspended_by: str, resumed_by: str) -> None:
    """What the council suspended only the council resumes."""
    if suspended_by == "council" and resumed_by != "council":
        raise NotYourBody(act="resume the partnership", body=resumed_by, bodies=["council"])


def waited(state: Suspended, act: Act) -> None:
    """The waiting time of the suspension has passed."""
    begun = state.record.reached
    if not state.waiting_days or begun is None or begun.earliest is None:
        return
    free_on = begun.earliest + timedelta(days=state.waiting_days)
    if act.on is not None and not act.on.possibly_reached(free_on - timedelta(days=1)):
        return
    raise Invalid(
        "on",
        f"the waiting time of {state.waiting_days} days from {begun.text} is not over",
        f"It can resume from {free_on.isoformat()} on.",
    )


def cause_fits(cause: c.Cause, state: Known, act: Act) -> None:
    """A statute is the legislature's, a declaration the minister's, and so on."""
    bodies = _BODIES_OF_CAUSE[cause]
    if act.actor.body not in bodies:
        raise NotYourBody(
            act=f"end the partnership for the cause {cause}", body=act.actor.body, bodies=bodies
        )
    if cause == "home" and side(state, act) != "home":
        raise Invalid(
            "cause",
            f"home means a decision of {state.record.home.name}, and you act for "
            f"{state.record.counterpart.name}",
            "Choose counterpart, with counterpart as the body, or mutual.",
        )


def by_rule(command: c.BringIntoForce, act: Act) -> None:
    """What time brings about names the rule that brought it; what a body decided has none."""
    if act.actor.role == "system" and not command.rule:
        raise Invalid("rule", "an act of the system without its rule", "Name the rule's id.")
    if act.actor.role != "system" and command.rule:
        raise Invalid("rule", "only an act of the system has a rule", "Leave it empty.")


def _no_live_one(state: Unknown, tier: Tier) -> None:
    for partnership, live_tier in state.live:
        if live_tier == tier:
            raise AlreadyPaired(partnership=partnership, tier=tier)
