"""The whole sample: every pair of the shipped files as one story."""

from msgspec import Struct

from adapters.sample import demonstration
from adapters.sample.acts import acts
from adapters.sample.files import cities, edges, life_events, seeds
from adapters.sample.founding import founding
from adapters.sample.lives import Life, Lives
from adapters.sample.story import Step, Story


class Sample(Struct, frozen=True):
    """`skipped` are rows that are no partnership, each with the reason.

    `in_several_files` counts pairs that were merged, `look_alikes` pairs that share all names with
    another one and were kept apart because their Wikidata items differ.
    """

    stories: tuple[Story, ...]
    skipped: tuple[tuple[str, str], ...]
    in_several_files: int
    look_alikes: int


def read_sample() -> Sample:
    """Read, merge and tell the shipped files; the same stories on every call."""
    lives, skipped = Lives(), []
    lives.add_wikidata(cities(), edges())
    for seed in seeds():
        if seed.kind == "cluster":
            why = seed.note.partition(";")[0]  # after it come notes for programs
            reason = f"{seed.a.name} and {seed.b.name} is a claim, not a partnership: {why}."
            skipped.append((f"seed-partnerships.csv, {seed.id}", reason))
        else:
            lives.add_seed(seed)
    for event in life_events():
        lives.add_event(event)
    every = list(lives)
    return Sample(
        stories=(*map(_story, every), demonstration.agreed()),
        skipped=tuple(skipped),
        in_several_files=sum(life.files > 1 for life in every),
        look_alikes=lives.look_alikes,
    )


def _story(life: Life) -> Story:
    steps: list[Step] = [founding(life)]
    for event in life.events:
        steps += acts(life, event, len(steps) + 1)
    if life.pair == demonstration.REVIEWED:
        steps += demonstration.review(len(steps) + 1)
    return Story(life.pair, f"{life.home.name} - {life.counterpart.name}", tuple(steps))
