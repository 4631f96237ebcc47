"""One call of `append()` in the database: what goes in, and what each of the group is told."""

from collections.abc import Iterable
from datetime import UTC, datetime

import asyncpg

from adapters.ledger.batcher import Waiting
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.leaf import NO_LEAF, decode, stamp_of
from adapters.ledger.prepared import Prepared
from adapters.postgres.errors import NoFreeConnection
from adapters.postgres.times import held_or_first
from domain.errors import CommandKeyReused, ConditionFailed, OutcomeUnknown
from domain.ports import Receipt
from domain.transparency.tree import leaf_hash

# Arrays of numbers and ids go as text: the driver takes three times as long to encode them as
# arrays. An argument is there before the function is called, and with it how long it may wait for
# its turn, in milliseconds, and that a warning shall be heard; both end with the transaction, so a
# pooler may stand between.
APPEND = f"""
    select submission, verdict, from_position, to_position, {held_or_first("at")} as at,
           first_leaf, first_reply
    from {{schema}}.append(
        (select $1::text::uuid[] from set_config('lock_timeout', '{{turn}}', true), {{let_warn}}),
        $2, $3, $4::text::int[], $5::text::int[], $6, $7, $8, $9::text::int[],
        $10::text::bigint[], $11::text::bigint[], $12::text::bigint[], $13::text::bigint[],
        $14::text::bigint[], $15::text::int[],
        $16::text::bigint[], $17::text::bigint[], $18::text::int[],
        $19::text::bigint[], $20, $21::text::int[]
    )
"""

APPEND_PRIVATE = APPEND.replace(".append(", ".append_private(").replace(
    "$21::text::int[]", "$21::text::int[], $22::text::int[], $23, $24"
)
"""The same call with the sealed private values of the group, in the same transaction."""

_BESIDE = 4  # tags of an event that stand in its own row
_NO_TAGS: tuple[int | str, ...] = ("null",) * _BESIDE


def arguments_of(group: list[Waiting], now: datetime) -> list[object]:
    """The arguments of `append()`, in its order."""
    now = now.astimezone(UTC)
    stamp = stamp_of(now)
    keys, digests, replies, firsts, lasts = [], [], [], [], []
    leaves, stamps_at = [], []
    tags: list[tuple[int | str, ...]] = []  # of each event, those beside it
    more_tags: list[int] = []
    more_tagged: list[int] = []
    unless: list[int] = []
    afters: list[int] = []
    submissions: list[int] = []
    seen_at: list[int] = []
    seen_hashes: list[bytes] = []
    seen_by: list[int] = []
    number = 0
    for n, waiting in enumerate(group, 1):
        prepared = waiting.prepared
        submission = prepared.submission
        keys.append(prepared.key)
        digests.append(submission.digest)
        replies.append(submission.reply)
        firsts.append(number + 1)
        for event in prepared.events:
            number += 1
            leaves.append(event.leaf.stamped(stamp))
            stamps_at.append(len(event.leaf.before))
            tags.append((*event.tags, *_NO_TAGS)[:_BESIDE])
            if len(event.tags) > _BESIDE:
                beyond = list(event.tags)[_BESIDE:]
                more_tags += beyond
                more_tagged += [number] * len(beyond)
        lasts.append(number)
        for tag in prepared.condition_tags:
            unless.append(tag)
            afters.append(submission.condition.after)
            submissions.append(n)
        if submission.condition.leaf_hash and submission.condition.after:
            seen_at.append(submission.condition.after)
            seen_hashes.append(submission.condition.leaf_hash)
            seen_by.append(n)
    return [
        *(_array(keys), digests, replies, _array(firsts), _array(lasts)),
        *(now, leaves, list(map(leaf_hash, leaves)), _array(stamps_at)),
        *map(_array, zip(*tags, strict=True)),
        *(_array(more_tags), _array(more_tagged)),
        *(_array(unless), _array(afters), _array(submissions)),
        *(_array(seen_at), seen_hashes, _array(seen_by)),
    ]


def private_arguments_of(group: list[Waiting]) -> list[object]:
    """What `append_private()` takes beside; nothing where nothing is private."""
    numbers: list[int] = []
    fields: list[str] = []
    ciphertexts: list[bytes] = []
    before = 0
    for waiting in group:
        for number, field, ciphertext in waiting.prepared.sealed:
            numbers.append(before + number)
            fields.append(field)
            ciphertexts.append(ciphertext)
        before += len(waiting.prepared.events)
    return [_array(numbers), fields, ciphertexts] if numbers else []


def _array(values: Iterable[int | str]) -> str:
    """An array of numbers or ids as Postgres reads it."""
    return f"{{{','.join(map(str, values))}}}"


def tell_appended(group: list[Waiting], row: asyncpg.Record) -> int:
    """Give each member of `group` its receipt, and return the last position that one of them got.

    The function's comment in SQL describes `row`.
    """
    position: int = row["from_position"]
    recorded_at: datetime = row["at"]
    for waiting in group:
        prepared = waiting.prepared
        first, position = position + 1, position + len(prepared.events)
        waiting.appended(
            Receipt(
                first,
                position,
                recorded_at,
                prepared.submission.reply,
                False,
                _last_leaf_hash(prepared, recorded_at),
            )
        )
    return position


def _is_first_of(prepared: Prepared, leaf: bytes) -> bool:
    """Whether a stored leaf is that of its first event; of bytes that are none nobody can tell."""
    try:
        return decode(0, leaf, b"").id == prepared.events[0].id
    except NO_LEAF:
        return False


def _last_leaf_hash(prepared: Prepared, recorded_at: datetime) -> bytes:
    """Of its last entry, as the ledger has it: only the time was the database's to say."""
    return leaf_hash(prepared.events[-1].leaf.stamped(stamp_of(recorded_at)))


def tell_refused(group: list[Waiting], rows: list[asyncpg.Record]) -> list[Waiting]:
    """Answer those of `group` that `rows` name, and return the others: they may come again."""
    reasons: dict[int, list[asyncpg.Record]] = {}
    for row in rows:
        reasons.setdefault(row["submission"], []).append(row)
    for number, rows_of_one in reasons.items():
        _tell_one(group[number - 1], rows_of_one)
    return [waiting for number, waiting in enumerate(group, 1) if number not in reasons]


def _tell_one(waiting: Waiting, rows: list[asyncpg.Record]) -> None:
    """Say to one member of a group why: by its key, if the ledger knows that, else by its tags."""
    prepared = waiting.prepared
    submission = prepared.submission
    row = next((row for row in rows if row["verdict"] != "conflict"), rows[0])
    match row["verdict"]:
        case "known":
            # Its own event there: this very append was recorded by a call whose reply was lost.
            own = _is_first_of(prepared, row["first_leaf"])
            waiting.appended(
                Receipt(
                    row["from_position"],
                    row["to_position"],
                    row["at"],
                    row["first_reply"],
                    replayed=not own,
                    leaf_hash=_last_leaf_hash(prepared, row["at"]) if own else b"",
                )
            )
        case "reused":
            waiting.failed(CommandKeyReused(command_key=submission.command_key))
        case "conflict":
            latest = max(row["to_position"] for row in rows)
            waiting.failed(ConditionFailed(after=submission.condition.after, position=latest))
        case verdict:
            raise AssertionError(f"append() answered {verdict!r}")


def said(error: Exception) -> str:
    """One line: Postgres adds details and hints on lines of their own."""
    if isinstance(error, asyncpg.LockNotAvailableError):
        return "another transaction holds the ledger and does not end"
    if isinstance(error, asyncpg.NoDataFoundError | asyncpg.TooManyRowsError):
        return "the one row that says where the ledger ends is missing, or there are several"
    if isinstance(error, NoFreeConnection):
        return error.problem.rstrip(".")
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__


def tell_failed(group: list[Waiting], error: Exception, *, unknown: bool) -> None:
    """Say to all of `group` that nothing was stored, or that nobody knows."""
    for waiting in group:
        answer = (
            OutcomeUnknown(command_key=waiting.prepared.submission.command_key)
            if unknown
            else LedgerUnavailable(reason=said(error))
        )
        answer.__cause__ = error
        waiting.failed(answer)
