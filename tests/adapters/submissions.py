"""Short ways to say what a test appends."""

import hashlib
from itertools import count

from msgspec import Raw

from domain.ports import Actor, Condition, NewEvent, Submission

CLERK = Actor(
    body="council",
    body_name="Council of Norfolk",
    community="Q49231",
    recorder="r-7f3a",
    role="clerk",
)
_keys = count(1)


def event(
    *tags: str,
    public: bytes = b'{"kind":"visit","partnership":"TL-7K3Q-9FZM","statement":"a visit"}',
    type: str = "partnership.activity_reported.v1",
    effective: str | None = "2026-11",
) -> NewEvent:
    return NewEvent(type=type, public=Raw(public), tags=tags, effective=effective)


def submission(
    *events: NewEvent,
    unless: str | None = None,
    after: int = 0,
    seen: bytes = b"",
    key: str | None = None,
    scope: str = "r-7f3a",
    body: str = "the body",
    reply: bytes = b"TL-7K3Q-9FZM",
) -> Submission:
    """Append `events`, unless something tagged `unless` stands later than `after`, or the event
    there has another leaf hash than `seen`.
    """
    tags = frozenset[str]() if unless is None else frozenset({unless})
    return Submission(
        events=events,
        condition=Condition(tags, after, seen),
        actor=CLERK,
        on_behalf_of="",
        command_scope=scope,
        command_key=key if key is not None else f"key-{next(_keys)}",
        digest=hashlib.sha256(body.encode()).digest(),
        reply=reply,
    )
