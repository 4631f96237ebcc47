"""One sentence per event of an erasure. It says which values and why, never what they were."""

from typing import assert_never

from domain.partnership import events as e
from projections import words as w
from projections.timeline.phrases import listed, short


def of_erasure(
    event: e.ErasureRequested | e.PrivateValuesErased | e.ErasureRejected, who: str
) -> str:
    """What a person reads about `event`; `who` decided it."""
    match event:
        case e.ErasureRequested():
            return (
                f"Erasure of the private values of entry {event.position} requested by {who}, "
                f"{_because(event)}"
            )
        case e.PrivateValuesErased():
            fields = listed([w.word(value.field) for value in event.values])
            return (
                f"Private values of entry {event.position} ({fields}) erased for ever by {who}, "
                f"{_because(event)}"
            )
        case e.ErasureRejected():
            return (
                f"Erasure requested in entry {event.request} rejected by {who}: "
                f"{short(event.reason)}"
            )
        case _:
            assert_never(event)


def _because(event: e.ErasureRequested | e.PrivateValuesErased) -> str:
    law = f" ({event.law})" if event.law else ""
    return f"{w.ERASURE_GROUNDS_IN_A_SENTENCE[event.ground]}{law}"
