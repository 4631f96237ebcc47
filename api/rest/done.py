"""What is answered to a command: the same bytes, however often it is sent."""

import re

import msgspec
from litestar import Response

from api import as_at
from api.as_at import AsAt
from api.commands import Outcome
from api.rest.schemas import Done, RecordedEntry
from domain.dates import parse
from domain.decider import Act, Entry
from domain.history import event_type
from domain.values import PartnershipId
from projections.timeline.foretold import foretold

ETAG = f'"{as_at.PATTERN.removeprefix("^").removesuffix("$")}"'
"""What an ETag of a partnership is, as a regular expression."""


def etag_of(version: AsAt) -> str:
    """The version of a partnership that ends with this entry."""
    return f'"{version}"'


def version_of(etag: str) -> AsAt | None:
    """The entry that an ETag names; None where it is no ETag of a partnership."""
    quoted = re.fullmatch('"([^"]*)"', etag)
    return None if quoted is None else as_at.parsed(quoted[1])


def address_of(partnership: PartnershipId | None) -> str:
    """Where a partnership is, or all of them are."""
    return "/api/v1/partnerships" + (f"/{partnership}" if partnership else "")


def done(outcome: Outcome, act: Act, *, dry_run: bool) -> Response[bytes]:
    """What was recorded, or in a dry run what would be; the words are the timeline's."""
    receipt = None if dry_run else outcome.receipt
    first = receipt.first_position if receipt else None
    etag = etag_of(AsAt(receipt.last_position, receipt.leaf_hash)) if receipt else None
    decided = [
        Entry(
            (first or 0) + number,
            receipt.recorded_at if receipt else act.now,
            parse(effective) if effective else None,
            act.actor,
            event,
        )
        for number, (event, effective) in enumerate(
            zip(outcome.events, outcome.effective, strict=True)
        )
    ]
    answer = Done(
        outcome.partnership,
        dry_run,
        receipt.recorded_at.isoformat() if receipt else None,
        tuple(
            RecordedEntry(
                entry.position if receipt else None,
                event_type(entry.event),
                effective,
                sentence,
                f"/entries/{entry.position}/proof" if receipt else None,
            )
            for entry, effective, sentence in zip(
                decided, outcome.effective, foretold(outcome.before, decided), strict=True
            )
        ),
        etag,
    )
    headers = {}
    if receipt and etag:
        headers = {
            "location": address_of(outcome.partnership),
            "etag": etag,
            "last-position": str(receipt.last_position),
        }
    if outcome.receipt and outcome.receipt.replayed:
        headers["idempotency-replayed"] = "true"
    return Response(
        msgspec.json.encode(answer),
        status_code=201 if receipt else 200,
        media_type="application/json",
        headers=headers,
    )
