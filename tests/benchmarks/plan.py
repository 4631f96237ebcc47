"""How much is measured."""

from msgspec import Struct


class Plan(Struct, frozen=True):
    """`rounds` of `seconds` each after one to warm up; `partnerships` in the filled register and
    `events` in the filled ledger.
    """

    rounds: int
    seconds: float
    partnerships: int
    events: int
