"""Each tree of failures is drawn whole in its module's docstring: a reader trusts the drawing."""

import re
from importlib import import_module

import pytest

from adapters.problems import CannotRun

TREES = (
    "domain.errors",
    "domain.refusals",
    "domain.transparency.errors",
    "api.gate.errors",
    "api.refusals",
    "adapters.ledger.errors",
    "adapters.imports.errors",
    "adapters.migrate",
    "adapters.notary.errors",
    "adapters.postgres.errors",
    "adapters.witness.errors",
    "projections.errors",
)
OTHERS = (
    "adapters.bundles",
    "adapters.listening",
    "adapters.lists.corruption_perceptions_index",
    "adapters.output",
    "adapters.regimes.loader",
    "adapters.settings",
    "adapters.private.key_folder",
    "adapters.signing.key_file",
)


@pytest.mark.parametrize("name", TREES)
def test_every_failure_of_a_module_stands_in_its_tree(name: str) -> None:
    module = import_module(name)
    failures = {
        kind.__name__
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Exception) and kind.__module__ == name
    }

    assert failures
    assert failures <= set(re.findall(r"^ *(\w+)", module.__doc__ or "", re.MULTILINE))


def test_what_stops_a_start_stands_in_one_tree() -> None:
    drawn = import_module("adapters.problems").__doc__ or ""
    for name in (*TREES, *OTHERS):
        import_module(name)
    kinds = {kind for kind in CannotRun.__subclasses__() if kind.__module__.startswith("adapters")}

    assert {kind.__name__ for kind in kinds} <= set(re.findall(r"^ *(\w+)", drawn, re.MULTILINE))
