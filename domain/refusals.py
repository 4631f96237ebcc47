"""The tree of refusals. A refusal is an answer, not a fault: nothing happened, nothing is stored.

    Refused                  the rules say no
      Invalid                a field of the act cannot be as it is: field, problem, remedy
      NotFound               there is no such record, review, request or entry
      NotNow                 the record is at another stage, or waits for somebody
        NotAtThisStage       the act belongs to other stages
        WaitingFor           an earlier step is missing
        OnHold               an open review holds the step back
        AlreadyRecorded      it was done before
        AlreadyPaired        the two communities already have a live partnership of this tier
        AnotherVersion       the approval or signature is for another text
        ElementsUnanswered   a review cannot close with an unanswered element
      NotYours               this person, role or body may not do it
        NotYourRole          the role does not record this act
        NotYourCommunity     the recorder acts for another community
        NotYourBody          the body does not decide this act
        SamePerson           who did the first half may not do the second

Every refusal has a stable `code` and a sentence that says what to do.
"""

from collections.abc import Iterable

from domain.roles import BODIES, ROLES
from domain.tiers import TIER_NAMES


class Refused(Exception):
    """The rules say no. `code` is stable, the message is for people."""

    code = "refused"


class Invalid(Refused):
    """`field` (a path such as `home.name`) cannot be as it is."""

    code = "invalid"

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"{field}: {problem}. {remedy}")
        self.field, self.problem, self.remedy = field, problem, remedy


class NotFound(Refused):
    """There is nothing of this name."""

    code = "not-found"

    def __init__(self, what: str, name: str, remedy: str) -> None:
        super().__init__(f"There is no {what} {name!r}. {remedy}")
        self.what, self.name = what, name


class NotNow(Refused):
    """The record is not where this act needs it to be."""

    code = "not-now"


class NotAtThisStage(NotNow):
    """The act belongs to other stages than the one at which the record stands."""

    code = "not-at-this-stage"

    def __init__(self, *, act: str, stage: str, stages: Iterable[str]) -> None:
        self.act, self.stage, self.stages = act, stage, tuple(stages)
        possible = " or ".join(self.stages)
        super().__init__(
            f"Cannot {act}: the partnership is {stage}; this needs it to be {possible}."
        )


class WaitingFor(NotNow):
    """An earlier step is missing."""

    code = "waiting"

    def __init__(self, *, act: str, missing: str) -> None:
        super().__init__(f"Cannot {act} yet: waiting for {missing}.")
        self.act, self.missing = act, missing


class OnHold(NotNow):
    """An open review with a hold stops the step; the hold ends with the review."""

    code = "on-hold"

    def __init__(self, *, act: str, review: str) -> None:
        super().__init__(
            f"Cannot {act}: transparency review {review} is open and holds this step back. "
            "It becomes possible when the review is closed."
        )
        self.act, self.review = act, review


class AlreadyRecorded(NotNow):
    """The same step, period or answer was recorded before."""

    code = "already-recorded"

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} is already recorded. {remedy}")
        self.what = what


class AlreadyPaired(NotNow):
    """The two communities already have a live partnership of the same tier."""

    code = "already-paired"

    def __init__(self, *, partnership: str, tier: str) -> None:
        super().__init__(
            f"The two communities already have a live partnership of the level {_words(tier)}: "
            f"{partnership}. Open that one, or choose another level."
        )
        self.partnership, self.tier = partnership, tier


class AnotherVersion(NotNow):
    """A signature or approval names another text than the one approved before."""

    code = "another-version"

    def __init__(self, *, approved: str, given: str) -> None:
        super().__init__(
            f"The text approved has the SHA-256 {approved[:12]}..., this one {given[:12]}... "
            "Use the approved text; a changed text begins as a new proposal, this one withdrawn."
        )
        self.approved, self.given = approved, given


class ElementsUnanswered(NotNow):
    """A review cannot be closed while an element has neither a finding nor a reason."""

    code = "elements-unanswered"

    def __init__(self, *, review: str, elements: Iterable[str]) -> None:
        self.review, self.elements = review, tuple(elements)
        super().__init__(
            f"Cannot close review {review}: no finding yet for {', '.join(self.elements)}. "
            "Record a finding for each, or that it does not apply and because of what."
        )


class NotYours(Refused):
    """This person, role or body may not do it."""

    code = "not-yours"


class NotYourRole(NotYours):
    """The role does not record this act."""

    code = "not-your-role"

    def __init__(self, *, act: str, role: str, roles: Iterable[str]) -> None:
        self.act, self.role, self.roles = act, role, tuple(sorted(roles))
        super().__init__(
            f"The role {_words(role)} may not {act}. "
            f"It is recorded by: {', '.join(map(_words, self.roles))}."
        )


class NotYourCommunity(NotYours):
    """The recorder acts for a community that has no say in this act."""

    code = "not-your-community"

    def __init__(self, *, act: str, community: str, communities: Iterable[str]) -> None:
        self.act, self.community, self.communities = act, community, tuple(communities)
        super().__init__(
            f"Who acts for {community or 'no community'} may not {act} here. "
            f"It is for {' or '.join(self.communities)}."
        )


class NotYourBody(NotYours):
    """The body does not decide this act."""

    code = "not-your-body"

    def __init__(self, *, act: str, body: str, bodies: Iterable[str]) -> None:
        self.act, self.body, self.bodies = act, body, tuple(sorted(bodies))
        super().__init__(
            f"A decision to {act} is taken by: {', '.join(map(_words, self.bodies))}; "
            f"not by {_words(body)}."
        )


class SamePerson(NotYours):
    """Four eyes: who did the first half may not do the second."""

    code = "same-person"

    def __init__(self, *, act: str, because: str) -> None:
        super().__init__(
            f"The same person may not {act}: {because}. Ask somebody else to record it."
        )
        self.act, self.because = act, because


_WORDS: dict[str, str] = dict((*ROLES.items(), *BODIES.items(), *TIER_NAMES.items()))


def _words(code: str) -> str:
    return _WORDS.get(code) or code.replace("_", " ")
