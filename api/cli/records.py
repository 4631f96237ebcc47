"""`show`, `history`, `search`: the register, read."""

import click
from msgspec import to_builtins

from api.as_at import AsAt, recorded_then
from api.cli.mistakes import slips
from api.cli.running import echo_json, on_register
from api.cli.telling import tell_incomplete
from api.countries import country_name
from api.reports.issue import position_asked_for
from api.unshown import unshown_from
from api.wiring import Running
from domain.dates import in_words, parse_day, when_in_words
from domain.refusals import NotFound
from domain.values import PartnershipId, Party, read_partnership_id
from projections.parked import Parking
from projections.views import Filters, Moment, Page, PartnershipView, TimelineItem
from projections.words import beginning, status_text, word


async def moment_of(
    system: Running, as_of: str | None, known_at: str | None, position: int | None
) -> Moment:
    """The two clocks as they are typed: a day in the world, and what was known by then."""
    with slips():
        day = parse_day(as_of, field="--as-of") if as_of is not None else None
        if known_at is None and position is None:
            return Moment(day)
        known = await position_asked_for(system.ledger, known_at=known_at, position=position)
        return Moment(day, known)


@click.command()
@click.argument("reference", metavar="REF")
@click.option("--as-of", help="How it stood on this day in the world.")
@click.option("--known-at", help="As far as was recorded by the end of this day (UTC).")
@click.option("--position", type=int, help="As far as was recorded at this position.")
@click.option("--json", "as_json", is_flag=True)
def show(
    reference: str, as_of: str | None, known_at: str | None, position: int | None, as_json: bool
) -> None:
    """One partnership in words."""
    with slips():
        wanted = read_partnership_id(reference)

    async def work(system: Running) -> tuple[PartnershipView, AsAt | None, int | None]:
        moment = await moment_of(system, as_of, known_at, position)
        view = await system.register.get(wanted, moment)
        if view is None:
            raise await _not_found(system, wanted, reference, moment.position)
        incomplete_from = await _parking(system).incomplete_from(wanted, moment.position)
        last = await recorded_then(system.ledger, view.version, view.recorded_at)
        return view, last, incomplete_from

    view, last_entry, incomplete_from = on_register(work, warns=True)
    tell_incomplete(incomplete_from)
    if as_json:
        echo_json({**to_builtins(view), "last_entry": last_entry and str(last_entry)})
        return
    for line in described(view, last_entry):
        click.echo(line)


def _parking(system: Running) -> Parking:
    return Parking(system.pool, schema=system.settings.schema)


async def _not_found(
    system: Running, wanted: PartnershipId, typed: str, position: int | None
) -> NotFound:
    """There is nothing to show; `typed` is told as it is, and not as it was read."""
    incomplete_from = await unshown_from(system.ledger, _parking(system), wanted, position)
    if incomplete_from is not None:
        remedy = f"It is recorded, but its entries from {incomplete_from} on cannot be shown here"
        return NotFound("partnership that can be shown", typed[:40], f"{remedy} yet.")
    return NotFound("partnership", typed[:40], "Check the reference, or search the register.")


def described(view: PartnershipView, last_entry: AsAt | None) -> list[str]:
    """A partnership as lines of plain words; the last one says what `do --expected` takes.

    `last_entry` is None where the ledger has another one than what is shown ends with.
    """
    lines = [
        f"{_named(view.home)} and {_named(view.counterpart)}",
        f"Reference: {view.partnership}",
        f"Status: {_status(view)}",
    ]
    lines += [f"Under transparency review: {review.review}" for review in view.open_reviews]
    if view.condition:
        lines.append(f"Resumes when: {view.condition}")
    begun = beginning(view.statuses)
    for label, fact in ((begun, view.since), ("Formal agreement", view.formally_since)):
        if fact is not None:
            lines.append(f"{label}: {in_words(fact.on)} (known from {word(fact.grade)})")
    if view.legacy:
        listed = f", listed{when_in_words(view.listed_on)}" if view.listed_on else ""
        lines.append(f"Legacy record, not verified{listed}")
    lines += [f"Source: {source.title}" for source in view.sources]
    if view.statement:
        lines.append(f"Public statement: {view.statement}")
    # A position alone is none that `--expected` takes.
    replaced = f"{view.version}, which the register has just replaced; ask again in a moment."
    lines.append(f"Last entry: {last_entry or replaced}")
    return lines


def _named(party: Party) -> str:
    return f"{party.name} ({country_name(party.country) or 'no country recorded'})"


def _status(view: PartnershipView) -> str:
    text = status_text(view.statuses, view.possibly_not_begun)
    certain = len(view.statuses) == 1 and not view.possibly_not_begun
    return f"{text} since {in_words(view.status_since)}" if certain and view.status_since else text


@click.command()
@click.argument("reference", metavar="REF")
@click.option("--position", type=int, help="Only what was recorded up to this position.")
@click.option("--json", "as_json", is_flag=True)
def history(reference: str, position: int | None, as_json: bool) -> None:
    """All acts of one partnership: who, when, on which basis, what changed."""
    with slips():
        wanted = read_partnership_id(reference)

    async def work(system: Running) -> tuple[tuple[TimelineItem, ...], int | None]:
        with slips():
            known = position and await position_asked_for(system.ledger, position=position)
        items = await system.timeline.of(wanted, position=known)
        if not items:
            raise await _not_found(system, wanted, reference, known)
        return items, await _parking(system).incomplete_from(wanted, known)

    items, incomplete_from = on_register(work, warns=True)
    tell_incomplete(incomplete_from)
    if as_json:
        echo_json(items)
        return
    for item in items:
        click.echo(f"{item.position}  {item.recorded_at:%Y-%m-%d %H:%M} UTC  {item.sentence}")
        for change in item.changes:
            before = f"{change.before} -> " if change.before else ""
            click.echo(f"      {change.label}: {before}{change.after}")
        if item.statement:
            click.echo(f"      {item.statement}")
        for citation in item.basis:
            dated = f", {in_words(citation.dated)}" if citation.dated else ""
            click.echo(f"      Basis: {citation.title}{dated} {citation.link}".rstrip())
        if item.corrected_by is not None:
            click.echo(f"      Corrected by entry {item.corrected_by}.")


@click.command()
@click.argument("query", default="")
@click.option("--country", default="", help="ISO code of one of the two: JP.")
@click.option("--limit", default=20, type=click.IntRange(1, 500))
@click.option("--json", "as_json", is_flag=True)
def search(query: str, country: str, limit: int, as_json: bool) -> None:
    """Find partnerships by name, reference or country."""

    async def work(system: Running) -> tuple[Page, int | None]:
        filters = Filters(query=query, country=country.upper())
        page = await system.register.search(filters, Moment(), limit=limit)
        return page, await _parking(system).first()

    page, incomplete_from = on_register(work, warns=True)
    tell_incomplete(incomplete_from)
    if as_json:
        echo_json(page)
        return
    for row in page.rows:
        click.echo(f"{row.partnership}  {row.home.name} - {row.counterpart.name}  {_status(row)}")
    click.echo(f"{len(page.rows)} of {page.total} shown.")
