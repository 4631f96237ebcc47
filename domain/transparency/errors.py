"""Why something that was handed in proves nothing.

NotProven                it proves nothing: one sentence with the problem, one with the remedy
  Malformed              text or bytes are not of their form; `what` names the part
  OutsideTree            an index or a size that the tree does not have
  WrongPath              the hashes do not lead to the root
  WrongSignature         a trusted key's signature is not by that key, or not on this text
  Unsigned               no key that the policy trusts has signed
  TooFewWitnesses        fewer witnesses than the policy asks for; `found` and `needed`

A function that verifies returns what it has verified, or raises one of these. It never answers
with a value that could be taken for yes.
"""


class NotProven(Exception):
    """Nothing may be concluded from what was handed in."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem, self.remedy = problem, remedy


class Malformed(NotProven):
    """`what` (such as "checkpoint, line 2") is not as its specification says."""

    def __init__(self, what: str, problem: str, remedy: str) -> None:
        super().__init__(f"{what}: {problem}.", remedy)
        self.what = what


class OutsideTree(NotProven):
    """The tree of `size` leaves has no such `index`, or no earlier tree of that size."""

    def __init__(self, *, index: int, size: int) -> None:
        super().__init__(
            f"A tree of {size} leaves does not reach to {index}.",
            "Ask for an earlier one, or wait until a checkpoint covers it.",
        )
        self.index, self.size = index, size


class WrongPath(NotProven):
    """The proof is for another leaf, place, size or root, or the history was altered."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            problem,
            "Fetch record, proof and checkpoint again; if it stays, keep them: they are evidence.",
        )


class WrongSignature(NotProven):
    """`name` is the trusted key whose signature does not fit."""

    def __init__(self, *, name: str) -> None:
        super().__init__(
            f"The signature in the name of {name} was not made by its key on this text.",
            "Trust none of it: fetch the file again, and compare the key with its owner's.",
        )
        self.name = name


class Unsigned(NotProven):
    """None of the `names` that the policy trusts has signed."""

    def __init__(self, *, names: tuple[str, ...]) -> None:
        super().__init__(
            f"None of the trusted keys ({', '.join(names)}) has signed this.",
            "Check that the policy is for this ledger and names its present key.",
        )
        self.names = names


class TooFewWitnesses(NotProven):
    """The log has signed, but others have not seen it often enough."""

    def __init__(self, *, found: int, needed: int) -> None:
        super().__init__(
            f"{found} of the {needed} witnesses that the policy asks for have signed.",
            "Fetch it again later, when more of them have.",
        )
        self.found, self.needed = found, needed
