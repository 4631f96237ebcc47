"""Who acts: from a visitor's role in the demo, or an account, to the `Actor` of an act."""

from typing import Literal, Protocol, get_args

from msgspec import Struct
from msgspec.structs import replace

from adapters.accounts import Account
from domain.answers import VERBS
from domain.partnership.rules import RULES
from domain.partnership.state import State, Unknown
from domain.ports import Actor
from domain.review.commands import ReviewCommand
from domain.values import Body, CommunityId, Role

DemoRole = Literal["clerk", "second-clerk", "counterpart", "oversight-officer", "approver"]
DEMO_ROLES: tuple[DemoRole, ...] = get_args(DemoRole)
DEMO_ROLE_NAMES: dict[DemoRole, str] = {
    "clerk": "clerk of the home community",
    "second-clerk": "second clerk of the home community",
    "counterpart": "counterpart",
    "oversight-officer": "oversight officer",
    "approver": "approver",
}
_DEMO: dict[DemoRole, tuple[str, Role]] = {
    "clerk": ("demo-clerk-1", "clerk"),
    "second-clerk": ("demo-clerk-2", "clerk"),
    "counterpart": ("demo-counterpart-1", "counterpart"),
    "oversight-officer": ("demo-officer-1", "oversight_officer"),
    "approver": ("demo-approver-1", "approver"),
}

# Whose decision somebody records unless the act says otherwise.
_BODY_OF_ROLE: dict[Role, Body] = {
    "clerk": "council",
    "counterpart": "counterpart",
    "oversight_officer": "oversight_office",
    "approver": "oversight_office",
    "analyst": "staff",
    "administrator": "register",
    "system": "register",
}

# The most usual first; where the rules let any body decide, these are what is offered.
_USUAL_BODIES: dict[str, tuple[Body, ...]] = {
    "submit-proposal": ("staff", "mayor", "councillor", "community_body", "association"),
    "withdraw": ("staff", "mayor", "councillor", "community_body", "association"),
    "bring-into-force": ("council", "mayor", "staff"),
    "report-activity": ("staff", "association", "community_body", "mayor", "council"),
    "file-annual-report": ("staff", "association", "community_body", "mayor", "council"),
    "lapse": ("council", "mayor", "staff"),
    "mark-dormant": ("staff", "association", "mayor", "council"),
    "revive": ("staff", "association", "mayor", "council"),
    "record-legacy-partnership": ("unknown", "council", "mayor", "staff", "register"),
    "record-answer": ("staff", "mayor", "council", "association"),
    "request-correction": ("staff", "mayor", "council"),
    "request-erasure": ("staff", "mayor", "council"),
}


class Accounts(Protocol):
    """Who may sign in, and who is signed in. Keys and tokens are secrets; unknown ones are None."""

    async def find(self, key: str) -> Account | None:
        """The open account with this key."""
        ...

    async def open_session(self, account: Account) -> str:
        """A new token that stands for the account until the session ends."""
        ...

    async def session(self, token: str) -> Account | None:
        """Whose session the token is, None when it has ended or never was."""
        ...

    async def close_session(self, token: str) -> None:
        """End a session; an unknown token is no error."""
        ...


class Visitor(Struct, frozen=True):
    """Somebody at the pages: with an account, in a role of the demo, or only reading."""

    account: Account | None = None
    demo: DemoRole | None = None

    def acting_on(self, state: State) -> Actor | None:
        """As whom the visitor acts on a partnership; None for who only reads."""
        if self.account is not None:
            return account_actor(self.account)
        return demo_actor(self.demo, state) if self.demo is not None else None

    @property
    def name(self) -> str:
        """How the pages call them."""
        if self.account is not None:
            return self.account.pseudonym
        return DEMO_ROLE_NAMES[self.demo] if self.demo is not None else "nobody (read only)"


def demo_actor(role: DemoRole, state: State) -> Actor:
    """The demo's person of that role for one partnership: its clerk, its counterpart, and so on.

    Where nothing is recorded yet, a clerk's community is empty until the act names it: see
    `acting_for`.
    """
    recorder, real = _DEMO[role]
    community = ""
    if not isinstance(state, Unknown):
        home, counterpart = state.record.communities
        community = {"clerk": home, "counterpart": counterpart}.get(real, "")
    return Actor(_BODY_OF_ROLE[real], "", community, recorder, real)


def account_actor(account: Account) -> Actor:
    """The person of an account."""
    return Actor(
        _BODY_OF_ROLE[account.role], "", account.community, account.pseudonym, account.role
    )


def acting_for(actor: Actor, home: CommunityId) -> Actor:
    """A clerk of the demo acts for whichever community the new record calls home."""
    if actor.role == "clerk" and not actor.community:
        return replace(actor, community=home)
    return actor


def deciding(actor: Actor, body: str, body_name: str) -> Actor:
    """The same person, recording what another body decided."""
    return replace(actor, body=body, body_name=body_name)


def bodies_for(verb: str, role: str) -> tuple[Body, ...]:
    """The bodies among which who records `verb` chooses the deciding one, the usual one first."""
    shape = VERBS[verb]
    own: Body = next((body for known, body in _BODY_OF_ROLE.items() if known == role), "unknown")
    usual = _USUAL_BODIES.get(verb, ())
    possible: frozenset[Body] = frozenset()
    if not issubclass(shape, ReviewCommand):
        possible = RULES[shape].bodies_for(role)
    if possible:
        ordered = (*usual, *sorted(possible))
        return tuple(dict.fromkeys(body for body in ordered if body in possible))
    return usual if usual and role in ("clerk", "counterpart") else (own,)
