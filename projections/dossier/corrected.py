"""A dossier after a correction: the entry corrected stays, what it said is read anew."""

from typing import Any, assert_never

from msgspec.structs import replace

from domain.partnership import events as e
from domain.values import DatedFact
from projections.dossier.dossier import Dossier, Step


def corrected(dossier: Dossier, event: e.RecordCorrected) -> Dossier:
    """With what the correction says, wherever it stood."""
    match event.field:
        case "effective" if event.position == dossier.first_position and dossier.legacy:
            # The date of a legacy record is the day on which the partnership began.
            start = "since" if dossier.since or not dossier.formally_since else "formally_since"
            return _begun(dossier, start, event.value)
        case "effective":
            return _redated(dossier, event.position, event.value)
        case "since" | "formally_since":
            return _begun(dossier, event.field, event.value)
        case "party_name" | "party_country":
            # The domain's fold has corrected the party.
            return dossier
        case _:
            assert_never(event.field)


def _begun(dossier: Dossier, field: str, on: str) -> Dossier:
    fact: DatedFact | None = getattr(dossier, field)
    fact = replace(fact, on=on) if fact else DatedFact(on, dossier.grade or "minute")
    changes: dict[str, Any] = {field: fact}
    dossier = replace(dossier, **changes)
    start = dossier.since or dossier.formally_since
    if not dossier.legacy or start is None:
        return dossier
    first, *others = dossier.acts
    begun = replace(first, step=replace(first.step, on=start.on))
    return replace(dossier, acts=(begun, *others))


def _redated(dossier: Dossier, position: int, on: str) -> Dossier:
    def redated(step: Step) -> Step:
        return replace(step, on=on) if step.position == position else step

    return replace(
        dossier,
        acts=tuple(replace(act, step=redated(act.step)) for act in dossier.acts),
        tiers=tuple(replace(act, step=redated(act.step)) for act in dossier.tiers),
        terms=tuple(replace(act, step=redated(act.step)) for act in dossier.terms),
        vitalities=tuple(replace(act, step=redated(act.step)) for act in dossier.vitalities),
        notices=tuple(replace(act, step=redated(act.step)) for act in dossier.notices),
        recognitions=tuple(replace(act, step=redated(act.step)) for act in dossier.recognitions),
        approvals=tuple(replace(a, step=redated(a.step)) for a in dossier.approvals),
        reviews=tuple(
            replace(
                note,
                opened=redated(note.opened),
                closed=redated(note.closed) if note.closed else None,
            )
            for note in dossier.reviews
        ),
    )
