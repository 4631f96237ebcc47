"""How much is measured."""

from msgspec import Struct


class Plan(Struct, frozen=True):
    """`rounds` of `seconds` each after one to warm up; `partnerships` in the filled register."""

    rounds: int
    seconds: float
    clients: tuple[int, ...]
    partnerships: int
