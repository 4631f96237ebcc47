"""`check`, `rebuild`, `retry`: do the read models show all that is recorded, as it is?"""

import click
from msgspec import Struct

from adapters.notary.standing import Notice
from adapters.private.audit import PrivateProblem, audit_private
from adapters.witness.witnessing import Witnessing
from api.cli import Failed
from api.cli.running import echo_json, in_doubt, on_register, progress_bar
from api.wiring import Running
from domain.ports import UNREADABLE, Head
from projections.all import PROJECTIONS
from projections.conservation import Standing, status
from projections.kept import Kept, forget, kept, roll_back
from projections.projection import place_of
from projections.rebuild import Rebuilt
from projections.rebuild import rebuild as rebuild_projections
from projections.retrying import Retried
from projections.retrying import retry as retry_projection
from projections.words import capitalised

NAMES = tuple(projection.name for projection in PROJECTIONS)

_SHOWN = 20
"""Parked entries that are told one by one; all are counted."""


@click.command()
@click.option("--json", "as_json", is_flag=True)
def check(as_json: bool) -> None:
    """Is everything in place: the ledger's end, what the notary says of it, and each read model
    weighed against it.
    """

    class Found(Struct, frozen=True):
        register: str
        notice: Notice
        head: Head
        standings: tuple[Standing, ...]
        kept: tuple[Kept, ...]
        witnessing: Witnessing
        private: tuple[PrivateProblem, ...]
        pending: int

    async def work(system: Running) -> Found:
        named = await system.named()
        head = await system.ledger.head()
        standings = await status(system.pool, system.ledger, system.settings.schema)
        former = await kept(system.pool, system.settings.schema)
        return Found(
            named.name,
            (await system.standings.now()).notice,
            head,
            standings,
            former,
            await system.witnessings.now(),
            await audit_private(
                system.pool, system.private, system.erasures, system.settings.schema
            ),
            await system.erasures.count(),
        )

    # Not caught up first: what keeps a read model from catching up is what is looked for.
    found = on_register(work, caught_up=False)
    unsound = [standing.projection for standing in found.standings if not standing.sound]
    parked = [standing for standing in found.standings if standing.parked]
    missing = max(one.missing for one in found.standings)
    unreadable = max(one.recorded.get(UNREADABLE, 0) for one in found.standings)
    if as_json:
        echo_json(
            {
                "register": found.register,
                "notice": found.notice,
                "head": found.head.position,
                "projections": found.standings,
                "kept": found.kept,
                "witnessed": found.witnessing.size,
                "witnesses": found.witnessing.witnesses,
                "private": found.private,
                "erasures_pending": found.pending,
            }
        )
    else:
        _tell_notice(found.notice)
        click.echo(f"{found.register}: {found.head.position} entries.")
        for standing in found.standings:
            click.echo(f"{standing.projection}: {_stands(standing)}")
            _tell_parked(standing)
            if not standing.sound:
                _tell_counts(standing)
        _tell_kept(found.kept)
        click.echo(f"{capitalised(found.witnessing.sentence)}.")
        for one in found.witnessing.witnesses:
            if one.notice.problem:
                click.echo(f"  {one.notice.problem} {one.notice.remedy}")
        for wrong in found.private:
            click.echo(f"Private value {wrong.field} of entry {wrong.position}: {wrong.what}.")
        click.echo("This counted entries; `twinledger verify` reads every one and checks its hash.")
        if not (found.notice.closes or missing or unreadable):
            # Else it would compare the rows with what was altered.
            click.echo("`twinledger rebuild` compares every row of what people read.")
    if found.notice.closes:
        # Before all else: what helps against the others would be done to an altered ledger.
        raise Failed(
            "This register is read-only, and what it shows may not be what was recorded. Do first "
            "what the notary says, before anything else that is told here.",
            1,
        )
    if found.witnessing.conflicts:
        raise Failed(
            "A witness knows another history of this register. Keep what is here as it is: it is "
            "evidence. deploy/README.md has the steps.",
            1,
        )
    if found.pending:
        raise Failed(
            f"{found.pending} erased private values still have a key: run `twinledger erase`.", 1
        )
    if found.private:
        raise Failed(
            "Private values are not as they were recorded. If the database or the folder of keys "
            "was restored: deploy/README.md says what belongs together. If not, keep everything as "
            "it is: it is evidence.",
            1,
        )
    if missing:
        entries = "1 entry is" if missing == 1 else f"{missing} entries are"
        raise Failed(
            f"{entries} missing in the ledger: somebody removed them from the database. Rebuild "
            "nothing, and keep everything as it is: it is evidence. `twinledger verify` names "
            "each; a backup or a bundle has what was recorded.",
            1,
        )
    if unreadable:
        entries = "1 entry is" if unreadable == 1 else f"{unreadable} entries are"
        raise Failed(
            f"{entries} not as recorded: the bytes were changed in the database, or cannot be "
            "read. Rebuild nothing, and keep everything as it is: it is evidence. `twinledger "
            "verify` names each; a backup or a bundle has what was recorded.",
            1,
        )
    if unsound:
        raise Failed(
            f"Rebuild what does not agree: `twinledger rebuild {' '.join(unsound)}`. "
            "The ledger itself is read by `twinledger verify`.",
            1,
        )
    if parked:
        raise Failed(
            "What waits is recorded and safe, but not shown. A release that can follow it shows it "
            "by itself; `twinledger retry` tries now.",
            1,
        )


def _tell_notice(notice: Notice) -> None:
    if notice.closes:
        click.echo(in_doubt(notice))
    elif notice.problem:
        click.echo(f"Nothing more is signed. {notice.problem} {notice.remedy}")


def _stands(standing: Standing) -> str:
    """How a read model stands; one that is behind is shown as soon as somebody builds on."""
    if standing.behind and not standing.built:
        return (
            f"not built yet from the {standing.behind} entries, as after a restore; the next "
            "`twinledger serve` or `twinledger rebuild` builds it."
        )
    agrees = "agrees with the ledger" if standing.sound else "does NOT agree with the ledger"
    up_to = f"{agrees} up to entry {standing.position}"
    if not standing.behind:
        return f"{up_to}."
    return f"{up_to}; the {standing.behind} after it come with the next `twinledger serve`."


def _tell_parked(standing: Standing) -> None:
    if not standing.parked:
        return
    applied = standing.position - len(standing.parked)
    click.echo(f"  {applied} of these entries are shown, {len(standing.parked)} wait:")
    for one in standing.parked[:_SHOWN]:
        why = one.reason or "waits behind another of the same"
        click.echo(f"  entry {one.position}, {' '.join(one.keys)}: {why}")
    if len(standing.parked) > _SHOWN:
        click.echo(f"  and {len(standing.parked) - _SHOWN} more; --json names all")


def _tell_counts(standing: Standing) -> None:
    for kind in sorted(standing.counted.keys() | standing.recorded.keys()):
        shown, recorded = standing.counted.get(kind, 0), standing.recorded.get(kind, 0)
        parked = sum(one.type == kind for one in standing.parked)
        if shown + parked != recorded:
            click.echo(f"  {kind}: {recorded} recorded, {shown} counted, {parked} waiting")


def _tell_kept(found: tuple[Kept, ...]) -> None:
    if not found:
        return
    names = list(dict.fromkeys(one.projection for one in found))
    click.echo(
        f"Kept beside, of {', '.join(names)}: tables of an older release or from before a rebuild. "
        "`twinledger rebuild --forget` removes them, when no older release runs any more."
    )


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES), metavar="[NAME]...")
@click.option("--roll-back", is_flag=True, help="Bring back the tables before the last rebuild.")
@click.option("--forget", "forgets", is_flag=True, help="Remove what is kept beside.")
@click.option(
    "--anyway", is_flag=True, help="Also where the register is read-only, or less would be shown."
)
@click.option("--json", "as_json", is_flag=True)
def rebuild(
    names: tuple[str, ...], roll_back: bool, forgets: bool, anyway: bool, as_json: bool
) -> None:
    """Build read models anew beside the live ones, compare them, and swap them in.

    NAME is one of them; without it all are rebuilt. Pages stay up. What was live is kept, to go
    back to, until the next rebuild. While the register is read-only nothing is rebuilt, for the
    pages would show what was changed, and go on to when it is put right; nor where the ledger
    lacks entries, or some would wait that do not wait now.
    """
    if roll_back and forgets:
        raise click.UsageError("--roll-back needs what --forget removes: give one of them.")
    if roll_back and not names:
        raise click.UsageError("--roll-back needs the NAME of what is to be as it was before.")
    if roll_back:
        _roll_back(names, as_json=as_json)
    elif forgets:
        _forget(names, as_json=as_json)
    else:
        _rebuild(names or NAMES, anyway=anyway, as_json=as_json)


def _rebuild(names: tuple[str, ...], *, anyway: bool, as_json: bool) -> None:
    async def work(system: Running) -> tuple[Rebuilt, ...]:
        notice = (await system.standings.now()).notice
        if notice.closes and not anyway:
            raise Failed(
                f"{in_doubt(notice)} Rebuild when that is done; or now with --anyway, and then "
                "once more.",
                1,
            )
        with progress_bar(f"Rebuilding {', '.join(names)}") as progress:
            return await rebuild_projections(
                system.pool,
                system.ledger,
                system.settings.schema,
                names,
                progress,
                anyway=anyway,
            )

    done = on_register(work, caught_up=False)
    if as_json:
        echo_json(done)
        return
    for one in done:
        _tell_rebuilt(one)


def _tell_rebuilt(one: Rebuilt) -> None:
    click.echo(f"{one.projection}: rebuilt from {one.position} entries in {one.seconds:.1f} s.")
    if one.digest_live is None:
        click.echo("  The live one could not be compared; the rebuilt one takes its place.")
    elif one.same:
        click.echo(f"  The same in every row and column: {one.digest}.")
    else:
        click.echo(f"  {one.different_rows} rows differed; the rebuilt ones are in place now:")
        for difference in one.differences:
            click.echo(f"    {difference.table} {' '.join(difference.key)}: {difference.what}")
        if more := one.different_rows - len(one.differences):
            click.echo(f"    and {more} more")
        click.echo(
            f"  `twinledger rebuild {one.projection} --roll-back` brings the former back, and "
            "`twinledger verify` tells whether the entries are those that were signed."
        )
    # Those that wait, and with --anyway those that the ledger lacks.
    if one.digest_live is None and one.parked:
        click.echo(f"  {one.parked} entries are not shown now.")
    elif one.parked != one.parked_live:
        click.echo(f"  {one.parked_live} entries were not shown before, {one.parked} are not now.")


def _roll_back(names: tuple[str, ...], *, as_json: bool) -> None:
    async def work(system: Running) -> tuple[int, ...]:
        return await roll_back(system.pool, system.ledger, system.settings.schema, names)

    positions = dict(zip(names, on_register(work, caught_up=False), strict=True))
    if as_json:
        echo_json(positions)
        return
    for name, position in positions.items():
        click.echo(
            f"{name}: as before the last rebuild, brought up to entry {position}. The rebuilt one "
            "is kept; the same command brings it back."
        )


def _forget(names: tuple[str, ...], *, as_json: bool) -> None:
    async def work(system: Running) -> tuple[Kept, ...]:
        return await forget(system.pool, system.ledger, system.settings.schema, names)

    gone = on_register(work, caught_up=False)
    if as_json:
        echo_json(gone)
        return
    for one in gone:
        tables = ", ".join(one.tables)
        click.echo(f"{one.projection}: removed {tables} (version {one.version}).")
    if not gone:
        click.echo("Nothing is kept.")


@click.command()
@click.argument("name", required=False, type=click.Choice(NAMES))
@click.argument("key", required=False)
@click.option("--json", "as_json", is_flag=True)
def retry(name: str | None, key: str | None, as_json: bool) -> None:
    """Try again what a read model could not follow, in the order in which it was recorded.

    NAME is a read model, KEY what waits in it, such as partnership:TL-7K3Q-9FZM, as `check` names
    it; without them all is tried. Each key is one transaction.
    """

    async def work(system: Running) -> tuple[Retried, ...]:
        done: list[Retried] = []
        for projection in PROJECTIONS:
            if name in (None, projection.name):
                place = place_of(projection, system.settings.schema)
                done += await retry_projection(
                    system.pool, system.ledger, projection, place, key=key
                )
        return tuple(done)

    done = on_register(work)
    if as_json:
        echo_json(done)
    elif not done:
        click.echo("Nothing waits." if key is None else f"Nothing waits for {key}.")
    else:
        for one in done:
            _tell_retried(one)
    if any(one.still_parked for one in done):
        raise Failed(
            "What still waits is recorded, but not shown. A newer release may follow it; bytes "
            "that were changed have to be put right first.",
            1,
        )


def _tell_retried(one: Retried) -> None:
    what = f"{one.projection}, {' '.join(one.keys)}"
    if one.applied:
        entries = ", ".join(map(str, one.applied))
        click.echo(f"{what}: shown now, entries {entries}.")
    if one.still_parked:
        click.echo(f"{what}: entry {one.still_parked[0]} still waits: {one.reason}")
        if behind := len(one.still_parked) - 1:
            click.echo(f"  {behind} wait behind it.")
