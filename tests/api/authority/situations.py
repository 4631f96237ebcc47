"""The situations of the authority table: partnerships at the stages at which acts are possible."""

from collections.abc import Callable
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from api.commands import execute
from domain.dates import parse
from domain.decider import Act
from domain.history import Command, submission_of
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.ports import Actor, Condition, Ledger
from domain.review import commands as r
from domain.review.criteria import TRANSPARENCY_ACT
from domain.values import PartnershipId, ReviewId, Vote, mint_partnership_id
from tests.api.desk import now
from tests.domain.people import (
    CLERK,
    COUNTERPART,
    KITAKYUSHU,
    NORFOLK,
    OFFICER,
    SECOND_CLERK,
    deciding,
)
from tests.domain.stages import RESOLUTION, TEXT


class Seeded(Struct):
    """A partnership as it stands: the positions of its entries in order, and its open review."""

    partnership: PartnershipId
    positions: list[int]
    review: ReviewId = ReviewId("")


class Step(Struct, frozen=True):
    """One act on the way to a situation; `command` may need to know what went before."""

    command: Command | Callable[[Seeded], Command]
    by: Actor
    on: str = "2026-05-01"


PROPOSED: tuple[Step, ...] = ()
"""Submitted by the clerk: who approves is somebody else."""
APPROVED = (*PROPOSED, Step(c.ApproveByCouncil(Vote(7, 1), TEXT, RESOLUTION), SECOND_CLERK))
APPROVED_BY_BOTH = (*APPROVED, Step(c.RecordCounterpartApproval(TEXT, RESOLUTION), COUNTERPART))
AGREED = (
    *APPROVED_BY_BOTH,
    Step(c.SignAgreement("Mayor", TEXT), deciding("mayor")),
    Step(c.SignAgreement("Mayor", TEXT), COUNTERPART),
)
SIGNED_BY_NAME = (
    *APPROVED_BY_BOTH,
    Step(c.SignAgreement("Mayor", TEXT, signer_name="Ottilie Morgenstern"), deciding("mayor")),
    Step(c.SignAgreement("Mayor", TEXT), COUNTERPART),
    Step(c.BringIntoForce(), CLERK),
)
ACTIVE = (*AGREED, Step(c.BringIntoForce(), CLERK))
UNDER_REVIEW = (
    *ACTIVE,
    Step(r.OpenReview("statute", TRANSPARENCY_ACT.id, "As it asks.", no_tie=True), OFFICER),
)

SITUATIONS: dict[str, tuple[Step, ...]] = {
    "": ACTIVE,
    "proposed by the clerk": PROPOSED,
    "approved at home": APPROVED,
    "approved by both": APPROVED_BY_BOTH,
    "agreed": AGREED,
    "active": ACTIVE,
    "active for a term": (*AGREED, Step(c.BringIntoForce(term_end="2027-05-01"), CLERK)),
    "marked dormant": (
        *ACTIVE,
        Step(c.MarkDormant("dormant", "policy-7", "2026-05-02"), CLERK, "2026-06-01"),
    ),
    "suspended by the home side": (
        *ACTIVE,
        Step(c.Suspend("No contact.", "Until there is.", RESOLUTION), CLERK, "2026-06-01"),
    ),
    "correction requested by the clerk": (
        *ACTIVE,
        Step(
            lambda there: c.RequestCorrection(
                there.positions[-1], "effective", "2026-04", "The minute says so."
            ),
            CLERK,
            "",
        ),
    ),
    "signed by name": SIGNED_BY_NAME,
    "erasure requested by the clerk": (
        *SIGNED_BY_NAME,
        Step(lambda there: c.RequestErasure(there.positions[3], "objection"), CLERK, ""),
    ),
    "under review": UNDER_REVIEW,
    "asked by the officer": (
        *UNDER_REVIEW,
        Step(
            lambda there: r.RequestInformation(there.review, "Which contracts?", "The council"),
            OFFICER,
        ),
    ),
    "all elements answered": (
        *UNDER_REVIEW,
        *(
            Step(
                lambda there, code=code: r.RecordFinding(  # type: ignore[misc] # bound at once
                    there.review, code, "met", "Seen.", RESOLUTION
                ),
                OFFICER,
            )
            for code in TRANSPARENCY_ACT.codes
        ),
    ),
}

_numbers = count(1)


async def seed(ledger: Ledger, situation: str, *, demo: bool = False) -> Seeded:
    """A new partnership between the two communities of the table, brought to the situation; in
    the demo by its own people.
    """
    number = next(_numbers)
    there = await _founded(ledger, number, demo=demo)
    for step_number, step in enumerate(SITUATIONS[situation], 1):
        command = step.command if isinstance(step.command, Struct) else step.command(there)
        on = parse(step.on) if step.on else None
        outcome = await execute(
            ledger,
            command,
            Act(_of_demo(step.by) if demo else step.by, f"seed-{number}-{step_number}", now(), on),
            partnership=there.partnership,
        )
        assert outcome.receipt is not None
        there.positions.append(outcome.receipt.last_position)
        there.review = getattr(outcome.events[0], "review", there.review)
    return there


async def free_the_pair(ledger: Ledger, partnership: PartnershipId) -> None:
    """End it, so that another one of its level may live between the two communities."""
    number = next(_numbers)
    act = Act(CLERK, f"seed-{number}", now(), parse("2026-11-21"))
    await execute(ledger, c.End("home", RESOLUTION), act, partnership=partnership)


def _of_demo(actor: Actor) -> Actor:
    return replace(actor, recorder=f"demo-{actor.recorder}")


async def _founded(ledger: Ledger, number: int, *, demo: bool) -> Seeded:
    """Stored without asking for the pair: many stand side by side here."""
    clerk = deciding("councillor")
    act = Act(_of_demo(clerk) if demo else clerk, f"seed-{number}", now(), parse("2026-01-12"))
    partnership = mint_partnership_id(act.key)
    submitted = e.ProposalSubmitted(
        partnership,
        NORFOLK,
        KITAKYUSHU,
        tier="friendship",
        kind="friendship_city",
        motives=("trade",),
    )
    command = c.SubmitProposal(
        NORFOLK, KITAKYUSHU, submitted.tier, submitted.kind, submitted.motives
    )
    receipt = await ledger.append(
        submission_of([submitted], command, act, condition=Condition(frozenset(), 0))
    )
    return Seeded(partnership, [receipt.last_position])
