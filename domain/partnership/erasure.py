"""Erasures: what a request may ask, and who decides on it. The entry and its proof always stay."""

from domain.decider import Act
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.state import Known
from domain.refusals import AlreadyRecorded, Invalid, NotFound, SamePerson


def requested(command: c.RequestErasure, state: Known) -> e.ErasureRequested:
    """The entry is one of this record and has private values that are still there."""
    record = state.record
    if command.position not in record.positions:
        raise NotFound(
            "entry of this partnership at position",
            str(command.position),
            "The history lists the positions.",
        )
    if command.position not in record.private:
        there = ", ".join(map(str, sorted(record.private))) or "none"
        raise Invalid(
            "position",
            f"the entry at {command.position} has no private values, or none any more",
            f"Entries that have some: {there}.",
        )
    if any(pending.asked.position == command.position for pending in record.erasures):
        raise AlreadyRecorded("A request for this erasure", "It waits for the second person.")
    return e.ErasureRequested(record.id, command.position, command.ground, command.law)


def decided(
    command: c.ApproveErasure | c.RejectErasure, state: Known, act: Act
) -> e.PrivateValuesErased | e.ErasureRejected:
    """A waiting request, decided by somebody else than who asked for it."""
    pending = {pending.position: pending for pending in state.record.erasures}
    if command.request not in pending:
        raise NotFound(
            "waiting request for an erasure at position",
            str(command.request),
            "The history lists the requests.",
        )
    if pending[command.request].recorder == act.actor.recorder:
        raise SamePerson(act="decide on the erasure", because="you requested it")
    if isinstance(command, c.RejectErasure):
        return e.ErasureRejected(state.record.id, command.request, command.reason)
    asked = pending[command.request].asked
    values = sorted(state.record.private[asked.position].items())
    return e.PrivateValuesErased(
        state.record.id,
        command.request,
        asked.position,
        tuple(e.ErasedValue(field, commitment) for field, commitment in values),
        asked.ground,
        asked.law,
    )
