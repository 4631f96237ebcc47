"""Which checkpoint a bundle and a record stand under, where witnesses sign a moment later."""

from adapters.bundles import to_hand_out
from adapters.notary.published import PublishedLog
from api.verifier.twinledger_verify import parse_note
from domain.transparency.cosignature import cosign
from domain.transparency.note import Note, format_note, format_vkey
from tests.domain.transparency.log import NOON, WITNESSES
from tests.verifier.ledger import SIZE, STEPS, SignedLedger

BEFORE = STEPS[-2]


async def witnessed(ledger: SignedLedger) -> PublishedLog:
    """A city is asked to witness, and has signed the last checkpoint but one."""
    log, city = PublishedLog(ledger.pool), WITNESSES[0]
    latest = await log.latest()
    assert latest is not None
    notes = dict(await log.earlier(latest, 64))
    text = parse_note(notes[BEFORE]).text
    line = format_note(Note(text, (cosign(text, city, NOON),))).decode().splitlines()[-1]
    await ledger.pool.execute(
        "insert into twinledger.witness_policy (policy) values ($1)",
        f"witness city {format_vkey(city.key)} https://city.example\nquorum city\n",
    )
    await ledger.pool.execute(
        "insert into twinledger.cosignature (origin, size, name, key_id, at, line) "
        "values ($1, $2, $3, $4, $5, $6)",
        latest.origin, BEFORE, city.key.name, city.key.key_id, NOON, line,
    )  # fmt: skip
    return log


async def size_handed_out(log: PublishedLog) -> int:
    published = await to_hand_out(log)
    assert published is not None
    return published.size


async def test_without_witnesses_all_that_is_signed_is_handed_out(ledger: SignedLedger) -> None:
    assert await size_handed_out(PublishedLog(ledger.pool)) == SIZE


async def test_what_enough_witnesses_signed_is_handed_out(ledger: SignedLedger) -> None:
    assert await size_handed_out(await witnessed(ledger)) == BEFORE


async def test_witnesses_that_are_long_behind_hold_nothing_back(ledger: SignedLedger) -> None:
    log = await witnessed(ledger)
    earlier = "published_at = published_at - interval '2 hours'"
    await ledger.tampered(f"update checkpoint set {earlier} where size <= {BEFORE}")

    assert await size_handed_out(log) == SIZE
