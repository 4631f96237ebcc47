"""Checkpoints, as C2SP tlog-checkpoint writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.transparency.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from domain.transparency.errors import Malformed
from domain.transparency.tree import EMPTY_ROOT

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
EXAMPLE = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"  # of the specification
NOTHING = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


def test_the_example_of_the_specification_is_read_and_written() -> None:
    read = parse_checkpoint(EXAMPLE)

    assert (read.origin, read.size) == ("example.com/behind-the-sofa", 20852163)
    assert format_checkpoint(read) == EXAMPLE


@given(
    st.builds(
        Checkpoint,
        lines,
        st.integers(1, 2**63 - 1),
        st.binary(min_size=32, max_size=32),
        st.lists(lines, max_size=3).map(tuple),
    )
)
def test_a_checkpoint_is_read_as_it_was_written(checkpoint: Checkpoint) -> None:
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


def test_an_empty_log_has_the_root_of_nothing() -> None:
    assert parse_checkpoint(f"o\n0\n{NOTHING}\n").root == EMPTY_ROOT
    with pytest.raises(Malformed, match="no root of a tree of 0 leaves"):
        parse_checkpoint(f"o\n0\n{ROOT}\n")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (f"\n5\n{ROOT}\n", "line 1"),
        (f"o\n05\n{ROOT}\n", "line 2"),
        (f"o\n-5\n{ROOT}\n", "line 2"),
        (f"o\n+5\n{ROOT}\n", "line 2"),
        (f"o\n5 \n{ROOT}\n", "line 2"),
        (f"o\n٥\n{ROOT}\n", "line 2"),
        (f"o\n²\n{ROOT}\n", "line 2"),
        (f"o\n{2**63}\n{ROOT}\n", "line 2"),
        (f"o\n{'9' * 5000}\n{ROOT}\n", "line 2"),
        (f"o\n\n{ROOT}\n", "line 2"),
        ("o\n5\nAAAA\n", "line 3"),
        (f"o\n5\n{ROOT[:-1]}\n", "line 3"),
        (f"o\n5\n{ROOT.replace('I=', 'J=')}\n", "line 3"),
        (f"o\n5\n {ROOT}\n", "line 3"),
        (f"o\n5\n{ROOT}", "cut off"),
        (f"o\n5\n{ROOT}\nextension", "cut off"),
        ("o\n5\n", "cut off"),
        (f"o\n5\n{ROOT}\n\n", "no line of text"),
        ("", "cut off"),
    ],
)
def test_what_is_no_checkpoint_is_refused_with_its_line(text: str, part: str) -> None:
    with pytest.raises(Malformed, match=part):
        parse_checkpoint(text)


@pytest.mark.parametrize("size", [-1, 2**63])
def test_no_checkpoint_is_made_of_what_could_not_be_read_back(size: int) -> None:
    with pytest.raises(Malformed, match="no number of leaves"):
        Checkpoint("o", size, EMPTY_ROOT)
