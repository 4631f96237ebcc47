"""The sample register, played into a ledger through the commands that people use."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice

from msgspec import Struct

from adapters.accounts import Account, PostgresAccounts, PseudonymTaken
from adapters.sample import Sample, Step, Story, read_sample
from adapters.tokens import PostgresTokens
from api.commands import execute
from api.founding import Founding, found
from domain.dates import parse
from domain.decider import Act
from domain.errors import EntryUnreadable
from domain.history import partnership_tag
from domain.partnership.commands import RecordLegacyPartnership
from domain.ports import Ledger
from domain.refusals import Refused
from domain.values import CommunityId, PartnershipId, Status, pair_of
from projections.views import PartnershipView
from projections.words import status_text

_AT_ONCE = 500
"""Stories that are looked up, and founded, together."""

# A pair, whether the sample leaves it under review, and why to look at it.
_LOOK_FIRST = (
    ("us-norfolk", "ru-kaliningrad", True, "suspended on a condition, under transparency review"),
    ("de-paderborn", "fr-le-mans", False, "a bond of the year 836, a formal agreement of 1967"),
    ("ca-edmonton", "mx-chapala", False, "proposed in 2007 and not decided"),
)

_NORFOLK = (CommunityId("us-norfolk"), "Norfolk")
_KALININGRAD = (CommunityId("ru-kaliningrad"), "Kaliningrad")
PEOPLE = (
    Account("demo-clerk-1", "clerk", *_NORFOLK),
    Account("demo-clerk-2", "clerk", *_NORFOLK),
    Account("demo-counterpart-1", "counterpart", *_KALININGRAD),
    Account("demo-officer-1", "oversight_officer", CommunityId(""), ""),
    Account("demo-approver-1", "approver", CommunityId(""), ""),
    Account("demo-analyst-1", "analyst", CommunityId(""), ""),
    Account("demo-system-1", "system", CommunityId(""), ""),
)
"""Who may record through a token, one or two of each kind. On the pages they are the same people,
but act for whichever partnership is looked at."""
TOKENS_LAST = timedelta(hours=24)

Done = set[tuple[str, str]]
"""Recorder and key of the acts that are recorded."""


class Highlight(Struct, frozen=True):
    """Something to look at first, and why: as the sample leaves it."""

    partnership: PartnershipId
    names: str
    because: str
    status: Status
    under_review: bool

    def now(self, view: PartnershipView) -> str:
        """Why to look at it as it stands now, which others may have changed since."""
        reviewed = bool(view.open_reviews)
        if view.statuses == (self.status,) and reviewed == self.under_review:
            return self.because
        stands = status_text(view.statuses, view.possibly_not_begun).lower()
        review = ", under transparency review" if reviewed else ""
        return f"now {stands}{review}; when the sample was loaded: {self.because}"


class Summary(Struct, frozen=True):
    """What the sample holds, and what this start added to the ledger.

    `refused` are acts that the rules no longer let through, because somebody acted on the record
    before it was complete.
    """

    partnerships: int
    acts: int
    added: int
    in_several_files: int
    look_alikes: int
    skipped: tuple[tuple[str, str], ...]
    refused: tuple[tuple[str, str], ...]
    look_first: tuple[Highlight, ...]


async def load_sample(
    ledger: Ledger, *, progress: Callable[[int, int], None], now: datetime
) -> Summary:
    """Record what is not recorded yet; `progress` is told the acts that stand, and of how many.

    Where nothing is left to record it is told nothing.

    Every act has the same key on every start, so a start after an interrupted one goes on where
    that ended, and a start after a complete one adds nothing.
    """
    sample = await asyncio.to_thread(read_sample)
    total = sum(len(story.steps) for story in sample.stories)
    stand, added = 0, 0
    refused: list[tuple[str, str]] = []
    stories = iter(sample.stories)
    while batch := list(islice(stories, _AT_ONCE)):
        done = await _done(ledger, batch)
        before = len(refused)
        refused += await _play(ledger, batch, done, now)
        acts = [step for story in batch for step in story.steps]
        stand += len(acts)
        added += sum(_mark(step) not in done for step in acts) - (len(refused) - before)
        if added:
            progress(stand, total)
    return Summary(
        partnerships=len(sample.stories),
        acts=total,
        added=added,
        in_several_files=sample.in_several_files,
        look_alikes=sample.look_alikes,
        skipped=sample.skipped,
        refused=tuple(refused),
        look_first=tuple(_look_first(sample)),
    )


async def issue_tokens(
    accounts: PostgresAccounts, tokens: PostgresTokens
) -> tuple[tuple[Account, str], ...]:
    """A new token for each of `PEOPLE` whose account is open; the ones of earlier starts end."""
    issued = []
    for person in PEOPLE:
        with suppress(PseudonymTaken):
            await accounts.add(person)  # nobody is told the key: on the pages a role is chosen
        await tokens.revoke_all_of(person.pseudonym)
        made = await tokens.add(person.pseudonym, lasts=TOKENS_LAST)
        if made is not None:
            issued.append((person, made[1]))
    return tuple(issued)


async def _done(ledger: Ledger, stories: Sequence[Story]) -> Done:
    tags = frozenset(partnership_tag(story.partnership) for story in stories)
    return {(event.actor.recorder, event.command) for event in await ledger.read(tags)}


async def _play(
    ledger: Ledger, stories: Sequence[Story], done: Done, now: datetime
) -> list[tuple[str, str]]:
    """Play what is missing; the keys of acts that were refused, with the reasons."""
    missing = [[step for step in story.steps if _mark(step) not in done] for story in stories]
    foundings = {
        steps[0].key: Founding(steps[0].command, _act(steps[0], now))
        for steps in missing
        if steps and isinstance(steps[0].command, RecordLegacyPartnership)
    }
    answers = await found(ledger, list(foundings.values()))
    refused = [
        (key, str(answer))
        for key, answer in zip(foundings, answers, strict=True)
        if isinstance(answer, Exception)
    ]
    later = await asyncio.gather(
        *(
            _go_on(ledger, story, [step for step in steps if step.key not in foundings], now)
            for story, steps in zip(stories, missing, strict=True)
        )
    )
    return refused + [refusal for refusals in later for refusal in refusals]


async def _go_on(
    ledger: Ledger, story: Story, steps: Sequence[Step], now: datetime
) -> list[tuple[str, str]]:
    """One story's acts, each after the one before."""
    refused = []
    for step in steps:
        founds = step is story.steps[0]
        partnership = None if founds else story.partnership
        try:
            await execute(ledger, step.command, _act(step, now), partnership=partnership)
        except (Refused, EntryUnreadable) as refusal:
            refused.append((step.key, str(refusal)))
    return refused


def _act(step: Step, now: datetime) -> Act:
    return Act(step.actor, step.key, now, parse(step.on) if step.on else None)


def _mark(step: Step) -> tuple[str, str]:
    return step.actor.recorder, step.key


def _look_first(sample: Sample) -> Iterator[Highlight]:
    stories = {story.pair: story for story in sample.stories}
    for home, counterpart, reviewed, because in _LOOK_FIRST:
        story = stories[pair_of(CommunityId(home), CommunityId(counterpart))]
        yield Highlight(story.partnership, story.names, because, story.status, reviewed)
