"""Corrections: what a request may ask, and who decides on it. The entry corrected always stays."""

import re

from domain.citations import cited
from domain.dates import parse
from domain.decider import Act
from domain.partnership import checks
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.state import Known
from domain.refusals import AlreadyRecorded, Invalid, NotFound, SamePerson


def requested(command: c.RequestCorrection, state: Known, act: Act) -> e.CorrectionRequested:
    """The entry is one of this record and says such a thing; the new value can be read."""
    record = state.record
    if command.position not in record.positions:
        raise NotFound(
            "entry of this partnership at position",
            str(command.position),
            "The history lists the positions.",
        )
    if command.field == "effective" and record.legacy and command.position == record.founded_at:
        raise Invalid(
            "field", "a record from before has two beginnings", "Use since or formally_since."
        )
    if command.field == "effective" and command.position not in record.dates:
        raise Invalid("field", "this entry has no date of its own", "Name the entry of the act.")
    if command.field != "effective" and command.position != record.founded_at:
        raise Invalid(
            "position",
            f"the entry at {command.position} does not say {command.field}",
            f"The entry at {record.founded_at} does.",
        )
    match command.field:
        case "since" | "formally_since" if not record.legacy:
            raise Invalid(
                "field",
                "a partnership that was proposed here begins with its own acts",
                "Use effective, and name the entry of the act.",
            )
        case "effective" | "since" | "formally_since":
            checks.taken_place(parse(command.value, field="value"), act, field="value")
        case "party_country":
            if re.fullmatch(r"[A-Z]{2}", command.value) is None:
                raise Invalid(
                    "value", f"{command.value!r} is not a country code", "Use ISO 3166-1: DE, US."
                )
        case "party_name":
            if not command.value.strip():
                raise Invalid("value", "the name is empty", "Write the name.")
    if any(
        (pending.asked.position, pending.asked.field, pending.asked.community, pending.asked.value)
        == (command.position, command.field, command.community, command.value)
        for pending in record.corrections
    ):
        raise AlreadyRecorded("A request for this correction", "It waits for the second person.")
    if command.field.startswith("party_") and state.record.side_of(command.community) is None:
        raise Invalid(
            "community",
            f"{command.community!r} is no party of this partnership",
            f"It is one of {' and '.join(state.record.communities)}.",
        )
    return e.CorrectionRequested(
        state.record.id,
        command.position,
        command.field,
        command.value,
        command.reason,
        command.community,
        cited(command.evidence),
    )


def decided(
    command: c.ApproveCorrection | c.RejectCorrection, state: Known, act: Act
) -> e.RecordCorrected | e.CorrectionRejected:
    """A waiting request, decided by somebody else than who asked for it."""
    pending = {pending.position: pending for pending in state.record.corrections}
    if command.request not in pending:
        raise NotFound(
            "waiting request for a correction at position",
            str(command.request),
            "The history lists the requests.",
        )
    asked = pending[command.request].asked
    if pending[command.request].recorder == act.actor.recorder:
        raise SamePerson(act="decide on the correction", because="you requested it")
    if isinstance(command, c.RejectCorrection):
        return e.CorrectionRejected(state.record.id, command.request, command.reason)
    return e.RecordCorrected(
        state.record.id,
        command.request,
        asked.position,
        asked.field,
        asked.value,
        asked.reason,
        asked.community,
    )
