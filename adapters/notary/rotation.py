"""Replacing the key of a log, while it still is in good hands; and a new log where it is not.

rotate     a second key is made beside the first; from then on both sign each checkpoint
retire     the second key alone goes on, and the first is gone; 30 days later, so that everybody
           who checks has met both together
renew      the log ends, and one with a name and a key of its own takes its place
"""

from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct

from adapters.durable import keep_names
from adapters.notary.errors import StateRefused
from adapters.notary.keys import KEY, SECOND_KEY, make_key, signers_in
from adapters.notary.leaves import FILE as LEAVES
from adapters.notary.published import PublishedLog
from adapters.notary.state import NotaryState, owned, read_state
from adapters.signing.ed25519 import verify
from adapters.signing.key_file import made_up_name
from domain.transparency.note import Signer, VerifierKey, format_vkey, parse_note, verify_note

OVERLAP = timedelta(days=30)


class Renewed(Struct, frozen=True):
    """The log `before` ended, after `last_size` entries that it counts for; `key` is of the new."""

    before: str
    last_size: int
    key: VerifierKey
    kept: Path


def rotate(folder: Path, *, schema: str, origin: str | None) -> VerifierKey:
    """Make the second key. The notary meets it within a second, and signs with both.

    Raises `StateRefused` where there is no first one, or a second one already.
    """
    if not (folder / KEY).exists():
        raise StateRefused(
            f"There is no key in {folder} that could be replaced.",
            "Name the notary's folder in TWINLEDGER_NOTARY_FOLDER. Before the first start there "
            "is none.",
        )
    signers = signers_in(folder, schema=schema, origin=origin)
    if len(signers) > 1:
        raise StateRefused(
            "The key is being replaced already: two of them sign.",
            "End the first one with `twinledger notary retire`, then begin again.",
        )
    return make_key(folder / SECOND_KEY, signers[0].key.name)


async def retire(
    folder: Path,
    log: PublishedLog,
    *,
    schema: str,
    origin: str | None,
    now: datetime,
    early: bool = False,
) -> tuple[VerifierKey, int]:
    """Let the second key alone go on; gives it, and the last size for which the first one counts.

    Raises `StateRefused` before both have signed, and within 30 days of that unless it is `early`.
    May be repeated after a crash.
    """
    signers = signers_in(folder, schema=schema, origin=origin)
    if len(signers) < 2:
        raise StateRefused(
            "There is no second key that could go on alone.",
            "`twinledger notary rotate` makes one; both sign for 30 days.",
        )
    first, second = signers
    last_size = await _both_signed(log, first, second)
    keys = {key.vkey: key for key in await log.keys()}
    until = keys[format_vkey(second.key)].announced_at + OVERLAP
    if now < until and not early:
        raise StateRefused(
            f"Both keys sign together until {until:%Y-%m-%d}, so that everybody who checks meets "
            "the second one beside the first.",
            "Come again then, or say --early where nobody checks yet.",
        )
    # Said first: if this ends in between, the first key signs on for nothing until it is repeated.
    await log.end_key(keys[format_vkey(first.key)], last_size)
    _rename(folder / SECOND_KEY, folder / KEY)
    return second.key, last_size


async def renew(
    folder: Path, log: PublishedLog, *, schema: str, origin: str | None, trusted: int | None
) -> Renewed:
    """End the log, and begin one with another name and key over the same entries.

    What the old keys signed counts up to `trusted` entries, all that were published if None. What
    lay in the folder is kept beside, as evidence. Raises `AnotherNotary` while the notary runs, and
    `StateRefused` for a name that was used before.
    """
    with owned(folder) as state:
        published = await log.latest()
        before = published.origin if published else _named_in(folder)
        last_size = published.size if published else 0
        if trusted is not None and trusted > last_size:
            raise StateRefused(
                f"No more than {last_size} entries were signed.", "Name that number or less."
            )
        last_size = last_size if trusted is None else trusted
        used = {key.origin for key in await log.keys()} | {before}
        if origin in used or not before:
            raise StateRefused(
                f"The log was called {before} before." if before else "Nothing was signed yet.",
                "A new log needs a name that was never used: set TWINLEDGER_ORIGIN to it, such as "
                f"{before or 'register.example/ledger'}/2, or leave it out.",
            )
        kept = _set_aside(folder)
        for key in await log.present_keys(before):
            await log.end_key(key, last_size)
        made = make_key(folder / KEY, origin or made_up_name(schema))
        state.load()
        state.save(NotaryState(made.name, follows=before))
    return Renewed(before, last_size, made, kept)


async def _both_signed(log: PublishedLog, first: Signer, second: Signer) -> int:
    """The size of the last checkpoint, which both have signed."""
    published = await log.latest()
    signed = published and verify_note(parse_note(published.note), [first.key, second.key], verify)
    if published is None or not signed or len(signed) < 2:
        raise StateRefused(
            "Nothing was signed with both keys yet.",
            "Both sign the next checkpoint: when the next act is recorded, while the notary runs.",
        )
    return published.size


def _named_in(folder: Path) -> str:
    state = read_state(folder)
    return state.origin if state else ""


def _set_aside(folder: Path) -> Path:
    """Move what the old log had into a folder of its own, the state first: it is what is loaded."""
    number = 1
    while (kept := folder / f"ended-{number}").exists():
        number += 1
    kept.mkdir(mode=0o700)
    for name in ("state.json", KEY, SECOND_KEY, LEAVES):
        if (folder / name).exists():
            _rename(folder / name, kept / name)
    return kept


def _rename(file: Path, other: Path) -> None:
    """Give a file another name, so that it survives a power cut."""
    file.replace(other)
    for folder in {file.parent, other.parent}:
        keep_names(folder)
