"""Our four packages have generic names: nothing else in the environment may claim them."""

from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

OURS = ("domain", "adapters", "projections", "api")


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_ships_a_package_of_this_name(name: str) -> None:
    # An editable install is not listed; another wheel with an `api/` would replace our files.
    assert set(packages_distributions().get(name, ["twinledger"])) == {"twinledger"}


def test_the_tests_are_no_package() -> None:
    # One __init__.py here and `domain` would mean `tests/domain`.
    assert not list(Path(__file__).parent.rglob("__init__.py"))
