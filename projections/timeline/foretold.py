"""What the timeline would say of acts that are decided but not recorded."""

from collections.abc import Iterable

from domain.decider import Entry
from domain.partnership.evolve import History
from projections.dossier.fold import fold
from projections.timeline.sentences import sentence


def foretold(
    recorded: Iterable[Entry[History]], decided: Iterable[Entry[History]]
) -> tuple[str, ...]:
    """A sentence for each of `decided`, which would follow all that is `recorded` of the same
    partnership. Raises `CannotFollow` where one of them does not.
    """
    folded, sentences = None, []
    for entry in recorded:
        folded = fold(folded, entry)
    for entry in decided:
        folded = fold(folded, entry)
        sentences.append(sentence(entry, folded.dossier))
    return tuple(sentences)
