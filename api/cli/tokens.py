"""`twinledger token`: with what a program acts for an account."""

from datetime import timedelta

import click

from adapters.tokens import LONGEST, KnownToken
from api.cli import Failed
from api.cli.accounts import no_such_account
from api.cli.running import echo_json, on_register
from api.wiring import Running

USUAL_DAYS = 90


@click.group()
def token() -> None:
    """Tokens, with which programs act for an account."""


@token.command()
@click.argument("pseudonym")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST.days),
    default=USUAL_DAYS,
    show_default=True,
    help="How long it lasts.",
)
@click.option("--read-only", is_flag=True, help="With it nothing can be recorded.")
def add(pseudonym: str, days: int, read_only: bool) -> None:
    """Make a token of an account and show it, this once.

    What a program records with it stands under PSEUDONYM, as if its person had recorded it.
    """

    async def work(system: Running) -> tuple[int, str] | None:
        return await system.tokens.add(pseudonym, lasts=timedelta(days=days), read_only=read_only)

    made = on_register(work, caught_up=False)
    if made is None:
        raise no_such_account(pseudonym)
    number, secret = made
    what = "to read with" if read_only else "to read and record with"
    click.echo(f"Token {number} of {pseudonym}, {what}, lasts {days} days.")
    click.echo(f"It is shown this once: {secret}")
    click.echo("A program sends it as `Authorization: Bearer ...`, never in an address.")


@token.command("list")
@click.option("--all", "every", is_flag=True, help="Those that ended in the last 30 days, too.")
@click.option("--json", "as_json", is_flag=True)
def list_(every: bool, as_json: bool) -> None:
    """The tokens in force, with when each was last used."""

    async def work(system: Running) -> tuple[KnownToken, ...]:
        return await system.tokens.list()

    known = [one for one in on_register(work, caught_up=False) if every or one.in_force]
    if as_json:
        echo_json(known)
        return
    for one in known:
        click.echo(_told(one))
    if not known:
        click.echo("No token is in force. `twinledger token add PSEUDONYM` makes one.")


@token.command()
@click.argument("number", type=click.IntRange(1, 2**63 - 1))
def revoke(number: int) -> None:
    """End a token; a second later it opens nothing any more."""

    async def work(system: Running) -> bool:
        return await system.tokens.revoke(number)

    if not on_register(work, caught_up=False):
        raise Failed(
            f"There is no token {number} in force. `twinledger token list` shows all that are.", 1
        )
    click.echo(f"Token {number} is revoked. What was recorded with it stays.")


def _told(one: KnownToken) -> str:
    reads = ", read only" if one.read_only else ""
    used = (
        f"last used {one.last_used_at:%Y-%m-%d %H:%M} UTC, to the hour"
        if one.last_used_at
        else "never used"
    )
    if one.revoked_at is not None:
        ends = f"revoked {one.revoked_at:%Y-%m-%d %H:%M} UTC"
    else:
        ends = f"until {one.ends_at:%Y-%m-%d %H:%M} UTC"
    return (
        f"{one.number}: {one.pseudonym}{reads}, {ends}{'' if one.in_force else ', ended'}, {used}"
    )
