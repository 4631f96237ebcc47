"""A little that is not real, so that every stage can be seen; its statements begin so."""

from hashlib import sha256

from adapters.sample.story import OFFICER, Step, Story, clerk, counterpart, key
from domain.history import Command
from domain.partnership.commands import (
    ApproveByCouncil,
    RecordCounterpartApproval,
    SignAgreement,
    SubmitProposal,
)
from domain.ports import Actor
from domain.review.commands import OpenReview, RecordFinding, RequestInformation, ReviewCommand
from domain.review.criteria import TRANSPARENCY_ACT
from domain.values import Citation, CommunityId, Party, Vote, mint_review_id, pair_of

REVIEWED = pair_of(CommunityId("us-norfolk"), CommunityId("ru-kaliningrad"))

_HOME = Party(CommunityId("xx-demonstration-town-a"), "Demonstration Town A", "")
_COUNTERPART = Party(CommunityId("xx-demonstration-town-b"), "Demonstration Town B", "")


def review(number: int) -> tuple[Step, ...]:
    """A transparency review of a real, suspended partnership, from step `number` of its story on.

    It has no date in the world: it began when the demonstration was loaded.
    """
    id_ = mint_review_id(key(REVIEWED, number))
    commands: tuple[ReviewCommand, ...] = (
        OpenReview(
            "screening_hit",
            TRANSPARENCY_ACT.id,
            "Demonstration: Russia scores 28 in the Corruption Perceptions Index 2019.",
            no_tie=True,
            evidence=(
                Citation(
                    "Transparency International, Corruption Perceptions Index 2019", dated="2019"
                ),
            ),
        ),
        RecordFinding(
            id_,
            "1A",
            "no_evidence",
            "Demonstration: the sources cited in this register do not say how it was chosen.",
        ),
        RecordFinding(
            id_,
            "1B",
            "no_evidence",
            "Demonstration: no activity has been reported to this register.",
        ),
        RequestInformation(
            id_,
            "Demonstration: which activities took place before the suspension, and which contracts "
            "are public?",
            "Norfolk Sister City Association",
            ("1B", "1D"),
        ),
    )
    return tuple(
        Step(key(REVIEWED, n), command, OFFICER) for n, command in enumerate(commands, number)
    )


def agreed() -> Story:
    """Two invented towns, from proposal to agreed; it waits to be brought into force."""
    text = sha256(b"Demonstration: the text of an agreement").hexdigest()
    minutes = Citation("Demonstration: minutes of the council", dated="2025-03-20")
    letter = Citation("Demonstration: letter of the counterpart", dated="2025-04-02")
    home, abroad = _HOME.community, _COUNTERPART.community
    councillor = clerk(home, "councillor", "A councillor of Demonstration Town A")
    council = Actor(
        "council", "Council of Demonstration Town A", home, "sample-clerk-2-demonstration", "clerk"
    )
    mayor = clerk(home, "mayor", "Mayor of Demonstration Town A")
    partner = counterpart(abroad, "Demonstration Town B")
    acts: tuple[tuple[Command, Actor, str], ...] = (
        (
            SubmitProposal(
                _HOME,
                _COUNTERPART,
                "sister",
                "sister_city",
                ("culture", "youth_exchange"),
                "Demonstration: these two towns do not exist.",
            ),
            councillor,
            "2025-03-04",
        ),
        (
            ApproveByCouncil(
                Vote(7, 1), text, (minutes,), "Demonstration: the council approved the text."
            ),
            council,
            "2025-03-20",
        ),
        (
            RecordCounterpartApproval(
                text, (letter,), "Demonstration: the counterpart approved the same text."
            ),
            partner,
            "2025-04-02",
        ),
        (SignAgreement("Mayor of Demonstration Town A", text), mayor, "2025-05-09"),
        (SignAgreement("Mayor of Demonstration Town B", text), partner, "2025-05-09"),
    )
    pair = pair_of(home, abroad)
    return Story(
        pair,
        f"{_HOME.name} - {_COUNTERPART.name}",
        tuple(Step(key(pair, n), command, who, on) for n, (command, who, on) in enumerate(acts, 1)),
    )
