"""The rows of lifecycle-events.csv as acts: who decided, on which instrument, in which words."""

import re

from adapters.sample.files import LifeEvent
from adapters.sample.lives import Life
from adapters.sample.story import OFFICER, Step, clerk, counterpart, key
from domain.partnership.commands import End, Suspend
from domain.ports import Actor
from domain.review.commands import CloseReview, OpenReview, RecordFinding, ReviewCommand
from domain.review.criteria import CONTINUATION
from domain.values import Body, Citation, Party, mint_review_id

_NO_REASON = "The source gives no reason."
_NO_CONDITION = "Until further notice: the source states no condition."
_NOT_NAMED = "a body not named in the source"

# How the file's column actor begins, the body that is, and its public name at a community.
_BODIES: tuple[tuple[str, Body, str], ...] = (
    ("City Council", "council", "{} City Council"),
    ("Board of Supervisors", "council", "{} Board of Supervisors"),
    ("Council member", "councillor", "Council member of {}"),
    ("Mayor", "mayor", "Mayor of {}"),
    ("Sister City Association", "association", "{} Sister City Association"),
    ("Town Affiliation Committee", "community_body", "{} Town Affiliation Committee"),
    ("Community cultural association", "community_body", "Community cultural association in {}"),
)


def citation(event: LifeEvent) -> Citation:
    """The instrument as the source tells it. The file names sites, not pages: so no link."""
    instrument = event.instrument or event.happened.replace("_kept", "")
    return Citation(
        f"{instrument[0].upper()}{instrument[1:]}, as told by {event.source} "
        f"(lifecycle-events.csv, {event.id})",
        dated=event.on,
    )


def told(event: LifeEvent) -> str:
    """The file's own words on who, by what and what else; empty when it has none."""
    parts = (
        f"Who acted, as the source has it: {event.actor}." if event.actor else "",
        f"By: {event.instrument}." if event.instrument else "",
        f"The source adds: {event.note}." if event.note else "",
    )
    return " ".join(filter(None, parts))


def founder(event: LifeEvent, home: Party) -> Actor:
    """Who recorded an establishment, a proposal or a lapse: the home side's clerk."""
    if event.actor.startswith("Mayor of the partner"):
        partner = event.b.name
        return clerk(home.community, "counterpart", f"Mayor of {partner}")
    body, name = _body(event, home)
    return clerk(home.community, body, name)


def acts(life: Life, event: LifeEvent, number: int) -> tuple[Step, ...]:
    """What follows the founding, from step `number` on; nothing for what founding has told."""
    match event.happened:
        case "suspended":
            return (_suspension(life, event, number),)
        case "ended":
            return (_end(life, event, number),)
        case "review_kept":
            return _review(life, event, number)
        case _:
            return ()


def _suspension(life: Life, event: LifeEvent, number: int) -> Step:
    until = event.note.partition(";")[0] if event.note.startswith("until ") else ""
    command = Suspend(
        reason=f"{_NO_REASON} {told(event)}".strip(),
        condition=f"{until[0].upper()}{until[1:]}." if until else _NO_CONDITION,
        evidence=(citation(event),),
    )
    return Step(key(life.pair, number), command, _decider(event, life.home), event.on)


def _end(life: Life, event: LifeEvent, number: int) -> Step:
    by_partner = event.actor.endswith("(the partner)")
    statement = told(event) or "The source names neither who decided nor why."
    if life.in_wikidata:
        statement += " Wikidata still listed the pair in January 2022."
    command = End(
        cause="counterpart" if by_partner else "home",
        evidence=(citation(event),),
        statement=statement,
    )
    actor = (
        counterpart(life.counterpart.community, life.counterpart.name)
        if by_partner
        else _decider(event, life.home)
    )
    return Step(key(life.pair, number), command, actor, event.on)


def _review(life: Life, event: LifeEvent, number: int) -> tuple[Step, ...]:
    review = mint_review_id(key(life.pair, number))
    kept = f"The partnership was kept. {told(event)}".strip()
    commands: tuple[ReviewCommand, ...] = (
        OpenReview(
            "complaint",
            CONTINUATION.id,
            "Whether to go on was in question; the source names no formal review. " + told(event),
            no_tie=True,
            evidence=(citation(event),),
        ),
        RecordFinding(review, "K", "met", kept, (citation(event),)),
        CloseReview(review, "no_action", kept),
    )
    return tuple(
        Step(key(life.pair, n), command, OFFICER, event.on)
        for n, command in enumerate(commands, number)
    )


def _decider(event: LifeEvent, home: Party) -> Actor:
    body, name = _body(event, home)
    if body == "unknown":
        # The rules want a body that may decide it; which one it was, the source does not say.
        body, name = "council", _NOT_NAMED
    return clerk(home.community, body, name)


def _body(event: LifeEvent, home: Party) -> tuple[Body, str]:
    for beginning, body, name in _BODIES:
        if re.match(rf"{beginning}\b", event.actor):
            return body, name.format(home.name)
    return "unknown", ""
