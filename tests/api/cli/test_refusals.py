"""What cannot be done as it is asked is a sentence on the command line, never a traceback."""

import pytest
from click.testing import CliRunner

from api.cli import main, reports
from api.refusals import NotShownYet, NotSignedYet, RequestRefused, TooManyReports

REPORT = ("report", "sister-city-transparency", "--as-of", "2026-11-01")


@pytest.fixture(params=[NotShownYet(3), NotShownYet(3, 2), TooManyReports(), NotSignedYet()])
def refusal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RequestRefused:
    """What every report is refused with."""
    refused: RequestRefused = request.param

    def refuse(*_: object, **__: object) -> bytes:
        raise refused

    monkeypatch.setattr(reports, "on_register", refuse)
    return refused


def test_whatever_is_refused_is_told_with_its_remedy_and_ends_with_the_code_of_a_refusal(
    refusal: RequestRefused,
) -> None:
    result = CliRunner().invoke(main, list(REPORT))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{refusal.problem} {refusal.remedy}\n"
