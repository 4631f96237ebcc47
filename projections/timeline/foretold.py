"""What the timeline says of acts that a decision has just brought, before it has read them."""

from collections.abc import Iterable

from msgspec import Struct

from domain.decider import Entry
from domain.partnership.commands import LegalOutcome
from domain.partnership.evolve import History
from domain.partnership.state import Proposed, Unknown
from domain.review.evolve import REVIEW
from domain.review.state import Open, Reviews
from domain.values import Party
from projections.timeline.sentences import sentence


def foretold(before: Reviews, decided: Iterable[Entry[History]]) -> tuple[str, ...]:
    """A sentence for each of `decided`, which follow one partnership as it stood `before`."""
    state, sentences = before, []
    for entry in decided:
        state = REVIEW.evolve(state, entry)
        sentences.append(sentence(entry, _Decided.of(state)))
    return tuple(sentences)


class _Decided(Struct, frozen=True):
    """A `Scene` made of the rules' own state."""

    home: Party
    counterpart: Party
    criteria: dict[str, str]
    reviewed: tuple[tuple[str, LegalOutcome], ...]
    approved_text: str

    @classmethod
    def of(cls, state: Reviews) -> "_Decided":
        if isinstance(state.partnership, Unknown):
            raise AssertionError("after an act there is a partnership")
        record = state.partnership.record
        reviewed: tuple[tuple[str, LegalOutcome], ...] = ()
        approved = ""
        if isinstance(state.partnership, Proposed):
            reviewed = tuple((text, outcome) for _, text, outcome in state.partnership.reviewed)
            approved = state.partnership.home_approval
        criteria = {str(one.id): one.criteria for one in state.reviews if isinstance(one, Open)}
        return cls(record.home, record.counterpart, criteria, reviewed, approved)

    def party(self, community: str) -> Party | None:
        return next((p for p in (self.home, self.counterpart) if p.community == community), None)

    def criteria_of(self, review: str) -> str:
        return self.criteria.get(review, "")
