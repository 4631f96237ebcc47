"""Long work tells how far it is and how long it still takes, also where there is no terminal."""

import pytest

from api.cli.running import plain_lines


def test_each_tenth_is_a_line_with_the_time_that_is_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = iter((0.0, 2.0, 5.0))
    tell = plain_lines("Rebuilding register", lambda: next(clock))
    for done in (0, 5, 250, 251, 500, 1000):
        tell(done, 1000)
    assert capsys.readouterr().err.splitlines() == [
        "Rebuilding register: 0 of 1000",
        "Rebuilding register: 250 of 1000, about 6 s left",
        "Rebuilding register: 500 of 1000, about 5 s left",
        "Rebuilding register: 1000 of 1000",
    ]


def test_what_was_done_before_says_nothing_about_the_pace(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = iter((0.0,))
    tell = plain_lines("Building the pages", lambda: next(clock))
    tell(900, 1000)
    tell(1000, 1000)
    assert "left" not in capsys.readouterr().err
