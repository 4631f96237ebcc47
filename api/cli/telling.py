"""What `do` answers: what is allowed and if not because of what, and what was recorded; and what
every command that reads has to say beside its answer."""

import click

from api.as_at import AsAt
from api.cli.running import echo_json
from api.commands import Outcome
from api.next_steps import next_steps
from domain.answers import VERBS, Answer
from domain.dates import in_words
from domain.history import event_type
from domain.partnership.commands import FoundingCommand
from domain.partnership.state import Unknown
from domain.ports import Receipt
from domain.review.state import Reviews


def tell_incomplete(position: int | None) -> None:
    """From which entry on what is read lacks something; on standard error, beside the answer."""
    if position is not None:
        click.echo(
            f"Incomplete from entry {position} on: it is recorded, but this release cannot show "
            "it. `twinledger check` says why.",
            err=True,
        )


def tell_answers(
    state: Reviews, found: tuple[Answer, ...], *, everything: bool, as_json: bool
) -> None:
    """What is allowed, and of the refusals those that are next; the others when asked for.

    Of something that is not recorded only the acts that begin a record are told.
    """
    if as_json:
        echo_json(found)
        return
    nearest = {step.verb for step in next_steps(state)}
    heading = "You may not:" if everything else "Next, but not for you now:"
    if isinstance(state.partnership, Unknown):
        heading = "You may not:"
        nearest = {verb for verb, shape in VERBS.items() if issubclass(shape, FoundingCommand)}
        found = tuple(answer for answer in found if answer.verb in nearest)
    allowed = [answer for answer in found if answer.allowed]
    refused = [answer for answer in found if not answer.allowed]
    told = [answer for answer in refused if everything or answer.verb in nearest]
    if allowed:
        click.echo("You may:")
    else:
        click.echo("There is nothing here that you may record now.")
    for answer in allowed:
        click.echo(f"  {answer.verb}: {answer.act}")
    if told:
        click.echo(heading)
    for answer in told:
        click.echo(f"  {answer.verb}: {answer.because}")
    if others := len(refused) - len(told):
        acts = "act is" if others == 1 else "acts are"
        click.echo(f"{others} other {acts} not possible for you now; --all says why.")


def tell_outcome(outcome: Outcome, sentences: tuple[str, ...], as_json: bool) -> None:
    """What was recorded, or would be, in the timeline's own sentences."""
    receipt = outcome.receipt
    if as_json:
        echo_json(
            {
                "partnership": outcome.partnership,
                "events": [
                    {"type": event_type(event), "public": event} for event in outcome.events
                ],
                "position": receipt.last_position if receipt else None,
                "last_entry": _last_entry(receipt),
                "proofs": _proofs(receipt),
                "recorded_at": receipt.recorded_at if receipt else None,
                "replayed": receipt.replayed if receipt else False,
            }
        )
        return
    if receipt is None:
        click.echo("This would be recorded:")
    elif receipt.replayed:
        click.echo(f"This act was recorded before, as entry {receipt.last_position}:")
    else:
        day = in_words(receipt.recorded_at.date().isoformat())
        click.echo(
            f"Recorded for {outcome.partnership} as entry {receipt.last_position} "
            f"of the register, {day} {receipt.recorded_at:%H:%M} UTC:"
        )
    for sentence in sentences:
        click.echo(f"  {sentence}")
    if receipt is None:
        click.echo("Nothing is recorded yet. Without --dry-run it is.")
        return
    click.echo(f"Once it is signed, the service has its receipt: {', '.join(_proofs(receipt))}")


def _last_entry(receipt: Receipt | None) -> str | None:
    """What `--expected` takes in the next act."""
    return str(AsAt(receipt.last_position, receipt.leaf_hash)) if receipt else None


def _proofs(receipt: Receipt | None) -> list[str]:
    """Where the service has the proof of each entry."""
    if receipt is None:
        return []
    positions = range(receipt.first_position, receipt.last_position + 1)
    return [f"/entries/{position}/proof" for position in positions]
