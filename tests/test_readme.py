"""What the READMEs show exists: commands, settings, files. And every setting is shown."""

import re
from pathlib import Path

import click
import pytest
from msgspec.structs import fields

from adapters.settings import NOT_SETTINGS, PREFIX, Settings
from api.cli import main

ROOT = Path(__file__).parents[1]
READMES = sorted(
    path
    for path in ROOT.rglob("README.md")
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
COMMAND = re.compile(r"\btwinledger ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)", re.ASCII)
SETTINGS = {PREFIX + field.name.upper() for field in fields(Settings)}

every_readme = pytest.mark.parametrize("readme", READMES, ids=lambda p: str(p.relative_to(ROOT)))


@every_readme
def test_every_command_shown_exists(readme: Path) -> None:
    context = click.Context(main)
    for words in COMMAND.findall(_code(readme)):
        name, _, second = words.partition(" ")
        command = main.get_command(context, name)
        assert command is not None, f"twinledger {words}"
        if second and isinstance(command, click.Group):
            assert command.get_command(context, second) is not None, f"twinledger {words}"


@every_readme
def test_every_option_shown_exists(readme: Path) -> None:
    known = {"-r", "--"} | {
        option for command in _commands(main) for p in command.params for option in p.opts
    }
    for line in _code(readme).splitlines():
        if "twinledger " in line and "pip" not in line:
            for option in re.findall(r"(?<=\s)--[a-z-]+", line):
                assert option in known, line


@every_readme
def test_every_setting_shown_exists(readme: Path) -> None:
    shown = set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", readme.read_text(encoding="utf-8")))

    assert shown <= SETTINGS | NOT_SETTINGS


def test_every_setting_is_explained_to_the_operator() -> None:
    shown = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")

    assert {name for name in SETTINGS if name not in shown} == set()


@every_readme
def test_every_file_linked_exists(readme: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", readme.read_text(encoding="utf-8"))

    for link in links:
        assert "://" in link or (readme.parent / link).exists(), link


def _code(readme: Path) -> str:
    text = readme.read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```.*?\n(.*?)```", text, re.S) + re.findall(r"`([^`\n]+)`", text))


def _commands(group: click.Group) -> list[click.Command]:
    context = click.Context(group)
    found: list[click.Command] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append(command)
        if isinstance(command, click.Group):
            found += _commands(command)
    return found
