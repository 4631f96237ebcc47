"""Writes the reviews' table: one version of a review for every entry that changes it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from domain.decider import Entry
from domain.partnership import events as e
from domain.partnership.evolve import History
from domain.review.events import REVIEW_EVENTS, ReviewEvent, ReviewOpened
from projections.dossier.fold import step_of
from projections.projection import CannotFollow, Connection, Place, Table
from projections.reviews.review import Note, examined, opened, redated
from projections.versions import add_versions, with_ends

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Note).decode

_KNOWN = """
    select note from {schema}.review_version{suffix}
    where partnership = any($1::text[]) and to_position = 9223372036854775807
    order by opened_position
"""
_COLUMNS = (
    *("review", "from_position", "to_position", "partnership", "ground"),
    *("opened_position", "opened_on", "closed_on", "note"),
)


class ReviewsProjection:
    """See `Projection`; the table is described in tables.sql."""

    name = "reviews"
    version = 1
    keyed_by: Literal["partnership", "community"] = "partnership"
    tables = (Table("review_version", ("review", "from_position")),)
    sql = (Path(__file__).parent / "tables.sql").read_text(encoding="utf-8")
    handles = frozenset({*REVIEW_EVENTS, "partnership.record_corrected.v1"})

    async def apply(
        self, batch: Sequence[Entry[History]], connection: Connection, place: Place
    ) -> None:
        touched = sorted({entry.event.partnership for entry in batch})
        rows = await connection.fetch(place.sql(_KNOWN), touched)
        known: dict[str, Note] = {
            note.review: note for row in rows for note in [decode(row["note"])]
        }
        known_before = set(known)
        versions: dict[str, list[Note]] = {}
        for entry in batch:
            for note in _noted(entry, known):
                known[note.review] = note
                versions.setdefault(note.review, []).append(note)
        await add_versions(
            connection,
            place,
            self.tables[0],
            _COLUMNS,
            [_row(note, end) for found in versions.values() for note, end in with_ends(found)],
            ended={one: found[0].version for one, found in versions.items() if one in known_before},
        )


def _noted(entry: Entry[History], known: dict[str, Note]) -> Iterator[Note]:
    """The reviews that the entry changes, as they are after it."""
    match entry.event:
        case ReviewOpened() as event:
            yield opened(event, entry, step_of(entry))
        case e.RecordCorrected() as event:
            for note in [note for note in known.values() if note.partnership == event.partnership]:
                after = redated(note, event, entry.position)
                if after is not note:
                    yield after
        case event if isinstance(event, ReviewEvent):
            if event.review not in known:
                raise CannotFollow(entry.position, f"review {event.review} is not recorded")
            yield examined(known[event.review], event, entry, step_of(entry))
        case _:
            return


def _row(note: Note, to_position: int) -> tuple[object, ...]:
    return (
        note.review,
        note.version,
        to_position,
        note.partnership,
        note.ground,
        note.opened.position,
        note.opened_on,
        note.closed_on,
        encode(note),
    )
