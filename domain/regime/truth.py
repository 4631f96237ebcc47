"""Three-valued logic (Kleene): None is "not known", and what is not known decides nothing."""

from collections.abc import Iterable
from typing import TypeAlias

Truth: TypeAlias = bool | None


def negation(value: Truth) -> Truth:
    """What is not known stays so."""
    return None if value is None else not value


def conjunction(values: Iterable[Truth]) -> Truth:
    """False as soon as one is false, whatever the others turn out to be."""
    seen = set(values)
    if False in seen:
        return False
    return None if None in seen else True


def disjunction(values: Iterable[Truth]) -> Truth:
    """True as soon as one is true, whatever the others turn out to be."""
    seen = set(values)
    if True in seen:
        return True
    return None if None in seen else False
