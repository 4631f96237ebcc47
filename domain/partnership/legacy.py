"""A partnership from before the register, taken over with the doubt that its dates have."""

from domain.citations import cited
from domain.dates import parse, surely_before
from domain.decider import Act
from domain.partnership import checks
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.parties import told_apart, two_parties
from domain.partnership.state import Unknown
from domain.refusals import Invalid, NotYourCommunity
from domain.values import LIVE, mint_partnership_id


def taken_over(
    command: c.RecordLegacyPartnership, state: Unknown, act: Act
) -> e.LegacyPartnershipRecorded:
    """What its source lists, by who may say so."""
    two_parties(command.home, command.counterpart)
    told_apart(command.home, command.counterpart, state, act)
    if command.status in LIVE:
        checks.no_live_one(state.live, command.tier)
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
        checks.taken_place(parse(command.listed_on, field="listed_on"), act, field="listed_on")
    starts = []
    for field, fact in (("since", command.since), ("formally_since", command.formally_since)):
        if fact is not None:
            starts.append(parse(fact.on, field=f"{field}.on"))
            checks.taken_place(starts[-1], act, field=f"{field}.on")
    if len(starts) == 2 and surely_before(starts[1], starts[0]):
        raise Invalid(
            "formally_since",
            f"{starts[1].text} lies before the bond itself, {starts[0].text}",
            "The bond comes first, the formal agreement after it.",
        )
    if command.term_end:
        checks.term_end(command.term_end, after=starts[-1] if starts else None)
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
        term_end=command.term_end,
    )
