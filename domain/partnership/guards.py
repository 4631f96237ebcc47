"""What must hold before an act, as far as it can be said before its form is filled in.

A guard knows the record and who acts, and answers why not, or None. The rows of `rules.py` name
them. Its docstring is what people read of it before they act: a demand, in a sentence.
"""

from collections.abc import Callable

from domain.partnership.state import Known, Proposed, Suspended
from domain.ports import Actor
from domain.refusals import (
    AlreadyRecorded,
    NotYourCommunity,
    OnHold,
    Refused,
    SamePerson,
    WaitingFor,
)
from domain.values import Tier

Guard = Callable[[Known, Actor], Refused | None]


def approval_is_open(state: Known, actor: Actor) -> Refused | None:
    """The home council approves once."""
    if isinstance(state, Proposed) and state.home_approval:
        return AlreadyRecorded("The approval of the home council", "The next step is signing.")
    return None


def counterpart_approval_is_open(state: Known, actor: Actor) -> Refused | None:
    """The counterpart approves once."""
    if isinstance(state, Proposed) and state.counterpart_approval:
        return AlreadyRecorded("The approval of the counterpart", "The next step is signing.")
    return None


def not_the_proposer(act: str) -> Guard:
    """Who submitted a proposal does not record what judges it."""

    def guard(state: Known, actor: Actor) -> Refused | None:
        if actor.recorder == state.record.proposer:
            return SamePerson(act=act, because="you submitted it")
        return None

    guard.__doc__ = "Not by who submitted the proposal."
    return guard


def an_offer_is_due(state: Known, actor: Actor) -> Refused | None:
    """Once, after the approval of the home council."""
    if not isinstance(state, Proposed):
        return None
    if not state.home_approval:
        home = state.record.home.name
        return WaitingFor(act="send the offer", missing=f"the approval of {home}")
    if state.offered:
        return AlreadyRecorded("The offer", "The next step is the counterpart's approval.")
    return None


def approvals_come_first(state: Known, actor: Actor) -> Refused | None:
    """The home council has approved; for the counterpart, the counterpart too."""
    if not isinstance(state, Proposed):
        return None
    if not state.home_approval:
        return WaitingFor(act="sign", missing=f"the approval of {state.record.home.name}")
    if state.record.side_of(actor.community) == "counterpart" and not state.counterpart_approval:
        return WaitingFor(act="sign", missing=f"the approval of {state.record.counterpart.name}")
    return None


def own_side_has_not_signed(state: Known, actor: Actor) -> Refused | None:
    """Each side signs once."""
    side = state.record.side_of(actor.community)
    if isinstance(state, Proposed) and side in state.signed:
        other = state.record.counterpart if side == "home" else state.record.home
        return AlreadyRecorded("Your side's signature", f"It is the turn of {other.name}.")
    return None


def no_hold(act: str) -> Guard:
    """An open review may hold the act back."""

    def guard(state: Known, actor: Actor) -> Refused | None:
        holds = sorted(state.record.holds)
        return OnHold(act=act, review=holds[0]) if holds else None

    guard.__doc__ = "Not while an open transparency review holds it back."
    return guard


def whose_suspension(state: Known, actor: Actor) -> Refused | None:
    """By the side that suspended it."""
    if isinstance(state, Suspended) and state.suspended_for not in ("", actor.community):
        return NotYourCommunity(
            act="resume what the other side suspended",
            community=actor.community,
            communities=[state.suspended_for],
        )
    return None


def a_correction_waits(state: Known, actor: Actor) -> Refused | None:
    """A correction waits that somebody else has requested."""
    if not state.record.corrections:
        return WaitingFor(act="decide on a correction", missing="a request for one")
    if all(pending.recorder == actor.recorder for pending in state.record.corrections):
        return SamePerson(act="decide on the correction", because="you requested it")
    return None


def private_values_are_there(state: Known, actor: Actor) -> Refused | None:
    """An entry of the partnership has private values."""
    if not state.record.private:
        return WaitingFor(act="request an erasure", missing="private values: there are none")
    return None


def an_erasure_waits(state: Known, actor: Actor) -> Refused | None:
    """An erasure waits that somebody else has requested."""
    if not state.record.erasures:
        return WaitingFor(act="decide on an erasure", missing="a request for one")
    if all(pending.recorder == actor.recorder for pending in state.record.erasures):
        return SamePerson(act="decide on the erasure", because="you requested it")
    return None


def a_term_is_known(state: Known, actor: Actor) -> Refused | None:
    """The partnership has a term."""
    if not state.record.term_end:
        return WaitingFor(
            act="renew the term",
            missing="a term: none was recorded when the agreement came into force",
        )
    return None


def not_at(tier: Tier, act: str) -> Guard:
    """There is no level beyond the last one."""

    def guard(state: Known, actor: Actor) -> Refused | None:
        if state.record.tier == tier:
            return AlreadyRecorded(f"The {act} possible level", "There is no other beyond it.")
        return None

    guard.__doc__ = f"The partnership is not at the {act} level."
    return guard


def has_gone_quiet(state: Known, actor: Actor) -> Refused | None:
    """The partnership was marked as dormant."""
    if state.record.vitality in (None, "fresh"):
        return WaitingFor(act="revive the partnership", missing="it to be marked dormant first")
    return None


def a_side_may_give_notice(state: Known, actor: Actor) -> Refused | None:
    """One notice a side: that of the recorder's own, or the counterpart's on its evidence."""
    possible = {state.record.side_of(actor.community), "counterpart"}
    if possible <= state.record.notices.keys():
        whose = "each side" if len(possible) == 2 else state.record.counterpart.name
        return AlreadyRecorded(f"The notice of {whose}", "The next step is the end.")
    return None
