"""The checker of histories: it is silent when all is well, and names what is not."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
from msgspec import Raw
from msgspec.structs import replace

from domain.ports import Receipt, Recorded
from domain.transparency.tree import leaf_hash
from tests.adapters.submissions import CLERK
from tests.faults.history import History, Version

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def recorded(position: int, act: str, version: int, *, key: str = "") -> Recorded:
    """An event of the record r, as the ledger gives it."""
    text = msgspec.json.encode(Version(act, version)).decode()
    public, leaf = Raw(msgspec.json.encode({"attestation": text})), f"leaf {position}".encode()
    return Recorded(
        position, str(UUID(int=position)), "t.v1", NOON, None, CLERK, "", key or act, ("r",),
        public, leaf, leaf_hash(leaf),
    )  # fmt: skip


LEDGER = [recorded(1, "a", 1), recorded(2, "b", 2)]


def told(*outcomes: tuple[str, str, int]) -> History:
    """What clients were told of acts, each under a key of its name: outcome and position."""
    history = History()
    for act, outcome, position in outcomes:
        call = history.invoked(act, act)
        if outcome == "ok":
            history.acknowledged(call, Receipt(position, position, NOON, b"", False))
        elif outcome == "fail":
            history.failed(call)
    return history


def well() -> History:
    return told(
        ("a", "ok", 1), ("b", "unknown", 0), ("b", "ok", 2), ("c", "fail", 0), ("d", "unknown", 0)
    )  # fmt: skip


def laws(history: History, ledger: list[Recorded], applied: list[int] | None = None) -> list[str]:
    return [violation.law for violation in history.violations(ledger, applied)]


def test_a_history_that_keeps_every_promise_is_not_complained_of() -> None:
    history = well()
    history.saw("reader", LEDGER)

    assert laws(history, LEDGER, [1, 2]) == []


@pytest.mark.parametrize(
    ("history", "law"),
    [
        (told(("a", "ok", 1), ("b", "ok", 3)), "H1"),
        (told(("a", "ok", 1), ("b", "ok", 2), ("c", "ok", 3)), "H1"),
        (told(("a", "ok", 1), ("b", "unknown", 0), ("b", "ok", 2), ("b", "ok", 3)), "H1"),
        (told(("a", "ok", 1), ("b", "fail", 0)), "H2"),
        (told(("a", "ok", 1)), "H2"),
    ],
    ids=["elsewhere", "not there", "two answers", "failed and there", "nobody sent it"],
)
def test_what_clients_were_told_must_be_so(history: History, law: str) -> None:
    assert laws(history, LEDGER) == [law]


def test_an_act_that_was_in_doubt_is_not_recorded_twice() -> None:
    history = told(("a", "ok", 1), ("b", "unknown", 0))
    doubled = [*LEDGER, recorded(3, "b", 3)]

    assert laws(history, doubled) == ["H3", "H3"]  # its key, and the act


def test_an_act_is_not_recorded_under_two_keys() -> None:
    history = told(("a", "ok", 1), ("b", "ok", 2), ("c", "ok", 3))

    assert laws(history, [*LEDGER, recorded(3, "b", 3, key="c")]) == ["H3"]


def test_no_version_is_given_twice_or_left_out() -> None:
    assert laws(well(), [LEDGER[0], recorded(2, "b", 1)]) == ["H4"]


def test_positions_are_dense_leaves_have_their_hashes_and_time_never_runs_back() -> None:
    later = replace(LEDGER[0], recorded_at=NOON.replace(hour=13))
    changed = replace(LEDGER[1], leaf=b"another")

    assert laws(told(("a", "ok", 1), ("b", "ok", 2)), [later, changed]) == ["H5", "H5"]
    assert "H5" in laws(told(("b", "ok", 2)), LEDGER[1:])


@pytest.mark.parametrize("applied", [[1], [1, 2, 2], [2, 1]], ids=["lost", "twice", "turned"])
def test_a_projection_shows_each_entry_once_and_in_order(applied: list[int]) -> None:
    assert laws(told(("a", "ok", 1), ("b", "ok", 2)), LEDGER, applied) == ["H8"]


def test_who_reads_along_misses_nothing_and_nothing_changes_behind_him() -> None:
    for seen in ([LEDGER[1]], [LEDGER[0], LEDGER[0]], [replace(LEDGER[0], leaf_hash=b"x")]):
        history = told(("a", "ok", 1), ("b", "ok", 2))
        history.saw("reader", seen)

        assert laws(history, LEDGER) == ["H9"]


def test_who_reads_along_may_begin_again_where_he_was_told_that_it_is_lost() -> None:
    history = told(("a", "ok", 1), ("b", "ok", 2))
    history.saw("reader", [replace(LEDGER[0], leaf_hash=b"x")])
    history.told_of_another_history("reader")
    history.saw("reader", LEDGER)

    assert laws(history, LEDGER) == []
