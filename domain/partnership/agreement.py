"""An agreement: its force, its text, its term, its level, its suspension and its end."""

from datetime import timedelta

from domain.citations import cited
from domain.dates import EdtfDate, parse, parse_day, surely_before
from domain.decider import Act
from domain.partnership import checks
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.state import Active, Agreed, Known, Suspended
from domain.refusals import AlreadyRecorded, Invalid, NotYourBody
from domain.tiers import TIER_NAMES, TIERS
from domain.values import Body

_BODIES_OF_CAUSE: dict[c.Cause, frozenset[Body]] = {
    "mutual": frozenset({"council", "counterpart"}),
    "home": frozenset({"council"}),
    "counterpart": frozenset({"counterpart"}),
    "expiry": frozenset({"council", "counterpart"}),
    "statute": frozenset({"legislature"}),
    "declaration": frozenset({"minister"}),
    "party_abolished": frozenset({"council", "counterpart", "legislature"}),
}


def activated(command: c.BringIntoForce, state: Agreed, act: Act) -> e.PartnershipActivated:
    """A term, where it has one, ends after it begins."""
    checks.by_rule(command.rule, act)
    if command.term_end:
        checks.term_end(command.term_end, after=act.on)
    return e.PartnershipActivated(
        state.record.id,
        command.statement,
        cited(command.evidence),
        command.rule,
        command.term_end,
    )


def varied(command: c.Vary, state: Agreed | Active) -> e.AgreementVaried:
    """Another text than the one that both sides signed last."""
    _another_text(command.text_sha256, state)
    return e.AgreementVaried(
        state.record.id,
        command.text_sha256,
        command.home_office,
        command.counterpart_office,
        cited(command.evidence),
        command.statement,
    )


def renewed(command: c.Renew, state: Active, act: Act) -> e.TermRenewed:
    """Before the term has ended, to a later end."""
    old = parse(state.record.term_end)
    if act.on is not None and surely_before(old, act.on):
        raise Invalid(
            "on",
            f"the term ended with {old.text}, before {act.on.text}",
            "A term is renewed before it ends. Check the day, or make a new proposal.",
        )
    checks.term_end(command.term_end, after=old)
    if not _later(parse(command.term_end), old):
        raise Invalid(
            "term_end",
            f"{command.term_end} is not later than {old.text}, the end so far",
            "Give the new end of the term.",
        )
    return e.TermRenewed(
        state.record.id, command.term_end, cited(command.evidence), command.statement
    )


def promoted(command: c.Promote, state: Active) -> e.TierSet:
    """To a higher level, by a newly signed text; no other live one of that level in the pair."""
    if TIERS.index(command.tier) <= TIERS.index(state.record.tier):
        raise Invalid(
            "tier",
            f"{TIER_NAMES[command.tier]} is not above {TIER_NAMES[state.record.tier]}",
            f"The levels are, upwards: {', '.join(TIER_NAMES.values())}.",
        )
    _another_text(command.text_sha256, state)
    checks.no_live_one(state.beside, command.tier)
    return e.TierSet(
        state.record.id,
        command.tier,
        cited(command.evidence),
        e.SignedText(command.text_sha256, command.home_office, command.counterpart_office),
        statement=command.statement,
    )


def demoted(command: c.Demote, state: Active) -> e.TierSet:
    """To a lower level, for a reason; no other live one of that level in the pair."""
    if TIERS.index(command.tier) >= TIERS.index(state.record.tier):
        raise Invalid(
            "tier",
            f"{TIER_NAMES[command.tier]} is not below {TIER_NAMES[state.record.tier]}",
            f"The levels are, upwards: {', '.join(TIER_NAMES.values())}.",
        )
    checks.no_live_one(state.beside, command.tier)
    return e.TierSet(state.record.id, command.tier, cited(command.evidence), reason=command.reason)


def suspended(command: c.Suspend, state: Active) -> e.PartnershipSuspended:
    """Under a condition; the day of the next look is a day."""
    if command.review_by:
        parse_day(command.review_by, field="review_by")
    return e.PartnershipSuspended(
        state.record.id,
        command.reason,
        command.condition,
        cited(command.evidence),
        command.waiting_days,
        command.review_by,
    )


def resumed(command: c.Resume, state: Suspended, act: Act) -> e.PartnershipResumed:
    """What the council suspended only the council resumes, when the waiting time has passed."""
    if state.suspended_by == "council" and act.actor.body != "council":
        raise NotYourBody(
            act="resume the partnership", body=act.actor.body, bodies=[state.suspended_by]
        )
    _waited(state, act)
    return e.PartnershipResumed(state.record.id, command.attestation, cited(command.evidence))


def notice_given(
    command: c.GiveNotice, state: Active | Suspended, act: Act
) -> e.TerminationNoticeGiven:
    """Once a side; the effective day is not before the notice term has passed."""
    side: e.Side = "counterpart" if act.actor.body == "counterpart" else checks.side(state, act)
    if side in state.record.notices:
        party = state.record.home if side == "home" else state.record.counterpart
        raise AlreadyRecorded(f"The notice of {party.name}", "The next step is the end.")
    effective = parse_day(command.effective_day, field="effective_day")
    given = act.on.earliest if act.on is not None and not act.on.doubted else None
    if given is not None and (effective - given).days < command.notice_days:
        raise Invalid(
            "effective_day",
            f"{effective.isoformat()} is less than {command.notice_days} days after the notice",
            "Choose a later day, or correct the notice term.",
        )
    return e.TerminationNoticeGiven(
        state.record.id,
        side,
        command.effective_day,
        command.notice_days,
        cited(command.evidence),
        command.statement,
    )


def ended(command: c.End, state: Agreed | Active | Suspended, act: Act) -> e.PartnershipEnded:
    """By the body that decides such a cause."""
    _cause_fits(command.cause, state, act)
    if command.counterpart_told_on:
        parse(command.counterpart_told_on, field="counterpart_told_on")
    return e.PartnershipEnded(
        state.record.id,
        command.cause,
        cited(command.evidence),
        command.statement,
        command.counterpart_told_on,
    )


def _later(new: EdtfDate, old: EdtfDate) -> bool:
    """Whether a term goes on: beyond its last day, or in doubt and then not in the same words."""
    if new.doubted or old.doubted or new.latest is None or old.latest is None:
        return new.text != old.text
    return new.latest > old.latest


def _another_text(given: str, state: Known) -> None:
    if given == state.record.text_sha256:
        raise Invalid(
            "text_sha256",
            "this is the text that is agreed already",
            "Give the SHA-256 of the newly signed text.",
        )


def _waited(state: Suspended, act: Act) -> None:
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


def _cause_fits(cause: c.Cause, state: Known, act: Act) -> None:
    """A statute is the legislature's, a declaration the minister's, and so on."""
    bodies = _BODIES_OF_CAUSE[cause]
    if act.actor.body not in bodies:
        raise NotYourBody(
            act=f"end the partnership for the cause {cause.replace('_', ' ')}",
            body=act.actor.body,
            bodies=bodies,
        )
    if cause == "home" and checks.side(state, act) != "home":
        raise Invalid(
            "cause",
            f"home means a decision of {state.record.home.name}, and you act for "
            f"{state.record.counterpart.name}",
            "Choose counterpart, with counterpart as the body, or mutual.",
        )
