"""The README of the domain names what there is."""

import re
from pathlib import Path

import domain
from domain.answers import VERBS

README = (Path(domain.__file__).parent / "README.md").read_text()


def test_every_command_stands_in_the_diagram_or_below_it() -> None:
    stages = README.partition("## Stages")[2].partition("##")[0]

    assert {shape.__name__ for shape in VERBS.values()} <= set(re.findall(r"[A-Za-z]+", stages))


def test_every_file_that_is_named_exists() -> None:
    table = README.partition("| --- | --- |")[2].partition("\n\n")[0]
    named = [name for row in table.splitlines() for name in row.partition("` |")[0].split("`")]
    files = [name for name in named if name.endswith((".py", "/"))]

    assert files
    assert all((Path(domain.__file__).parent / name).exists() for name in files)
