"""`twinledger account`: who may record in an own register."""

import re
from typing import TypeVar, get_args

import click

from adapters.accounts import Account
from api.cli import Failed
from api.cli.running import echo_json, on_register
from api.wiring import Running
from domain.values import CommunityId, Role
from projections.words import word

R = TypeVar("R")

ROLES: tuple[Role, ...] = tuple(role for role in get_args(Role) if role != "system")
OF_A_COMMUNITY = ("clerk", "counterpart")


class RoleName(click.Choice[R]):
    """A role as people type it, with hyphens: `oversight-officer`. Underscores are taken too."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """Both ways of writing a role are one."""
        return super().normalize_choice(choice, ctx).replace("_", "-")


class Pseudonym(click.ParamType[str]):
    """What stands beside every act for ever: never a person's name."""

    name = "pseudonym"
    _form = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is not of the form, saying which form it has."""
        if not self._form.fullmatch(value):
            self.fail(
                f"{value!r} cannot be a pseudonym: use small letters, digits and hyphens, at most "
                "40, beginning with a letter, such as clerk-1.",
                param,
                ctx,
            )
        return value


@click.group()
def account() -> None:
    """People who record, each under a pseudonym with a key of their own."""


@account.command()
@click.argument("pseudonym", type=Pseudonym())
@click.option("--role", type=RoleName(ROLES), required=True)
@click.option("--community", default="", help="For clerks and counterparts: such as us-norfolk.")
@click.option("--community-name", default="", help="Its name, such as Norfolk.")
def add(pseudonym: str, role: Role, community: str, community_name: str) -> None:
    """Add an account and show its key, this once.

    PSEUDONYM stands beside every act for ever: clerk-1, never a person's name.
    """
    if (role in OF_A_COMMUNITY) != bool(community):
        needs = "needs --community, the community for which it acts"
        raise click.UsageError(
            f"The role {word(role)} {needs if role in OF_A_COMMUNITY else 'acts for no community'}."
        )
    wanted = Account(pseudonym, role, CommunityId(community), community_name or community)

    async def work(system: Running) -> str:
        return await system.accounts.add(wanted)

    key = on_register(work, caught_up=False)
    click.echo(
        f"Account {pseudonym} ({word(role)}{', ' + community if community else ''}) is added."
    )
    tell_key(key)


@account.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """All accounts."""

    async def work(system: Running) -> tuple[tuple[Account, bool], ...]:
        return await system.accounts.list()

    accounts = on_register(work, caught_up=False)
    if as_json:
        echo_json([{"account": known, "open": is_open} for known, is_open in accounts])
        return
    for known, is_open in accounts:
        place = f", {known.community_name} ({known.community})" if known.community else ""
        click.echo(f"{known.pseudonym}: {word(known.role)}{place}{'' if is_open else ', closed'}")


@account.command("new-key")
@click.argument("pseudonym")
def new_key(pseudonym: str) -> None:
    """Replace a key that was lost or seen; the old one ends at once, and the account's tokens."""

    async def work(system: Running) -> str | None:
        return await system.accounts.renew_key(pseudonym)

    key = on_register(work, caught_up=False)
    if key is None:
        raise no_such_account(pseudonym)
    tell_key(key)


@account.command()
@click.argument("pseudonym")
def close(pseudonym: str) -> None:
    """Close an account and end its tokens; what it recorded stays."""

    async def work(system: Running) -> bool:
        return await system.accounts.close(pseudonym)

    if not on_register(work, caught_up=False):
        raise no_such_account(pseudonym)
    click.echo(f"Account {pseudonym} is closed. What it recorded stays.")


def tell_key(key: str) -> None:
    """Show a key with what to do with it."""
    click.echo(f"Its key, shown this once: {key}")
    click.echo("It signs in on the pages; on the command line it goes into TWINLEDGER_KEY.")


def no_such_account(pseudonym: str) -> Failed:
    """There is none that is open."""
    return Failed(
        f"There is no open account {pseudonym!r}. `twinledger account list` shows all.", 1
    )
