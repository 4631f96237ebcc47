"""The options of `do` beside the fields: when it was decided, by which body, and what was seen."""

from collections.abc import Iterable

import click

from api.as_at import AsAt, parsed
from api.identity import bodies_for
from domain.answers import who_may_act
from domain.review.state import Reviews
from domain.values import Body
from projections.words import word


class LastEntry(click.ParamType[AsAt]):
    """The entry that a record ended with when it was read: its position and its leaf hash."""

    name = "position-leafhash"

    def convert(
        self, value: str | AsAt, param: click.Parameter | None, ctx: click.Context | None
    ) -> AsAt:
        """A position alone does not do: after a restore another entry may stand there."""
        if isinstance(value, AsAt):
            return value
        if (read := parsed(value)) is None:
            self.fail(
                f"{value[:30]!r} is no position with its leaf hash. Write the last entry as "
                "`twinledger show REF` says it.",
                param,
                ctx,
            )
        return read


def options(verb: str) -> list[str]:
    """One line per option that says something about the act itself."""
    return [
        *_body(verb),
        "--on: when it was decided or happened, such as 2026-03-08; today if left out",
        '--body-name: the public name of who decided, such as "Norfolk City Council"',
    ]


def who_decided(bodies: Iterable[Body]) -> str:
    """The bodies among which one is chosen, with their words where these differ."""
    known = (body if word(body) == body else f"{body} ({word(body)})" for body in bodies)
    return f"who decided it, one of {', '.join(known)}"


def _body(verb: str) -> list[str]:
    roles = [role for role in who_may_act(Reviews(), verb) if role != "system"]
    choosing = [role for role in roles if len(bodies_for(verb, role)) > 1]
    if not choosing:
        return []
    bodies = dict.fromkeys(body for role in choosing for body in bodies_for(verb, role))
    whose = "" if choosing == roles else f" from: {', '.join(map(word, choosing))}"
    return [f"--body (needed{whose}): {who_decided(bodies)}"]
