"""The verifier is one file, for people who have nothing of ours and need to trust none of it."""

import ast
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from api.verifier import twinledger_verify as standalone
from tests.verifier.auditor import Auditor
from tests.verifier.register import KEY, Register

FILE = Path(standalone.__file__)
TREE = ast.parse(FILE.read_text(), feature_version=(3, 9))
ALONE: list[str | Path] = [sys.executable, "-I", "-S", FILE]


def run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    """As somebody does who downloaded the file: an interpreter without packages, in no folder."""
    command = [sys.executable, "-I", "-S", "-W", "error", FILE, *words]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)


def test_it_imports_the_standard_library_and_nothing_else() -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(TREE)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported <= sys.stdlib_module_names
    assert not imported & {"subprocess", "socket", "urllib.request", "importlib", "ctypes"}


def test_it_has_no_way_to_load_more() -> None:
    called = {
        node.func.id
        for node in ast.walk(TREE)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert not called & {"__import__", "exec", "eval", "compile"}


def test_it_verifies_a_bundle_where_nothing_is_installed(
    register: Register, auditor: Auditor, tmp_path: Path
) -> None:
    file = auditor.zip(register.files())
    done = run("bundle", file, "--key", KEY, "--state", tmp_path / "state")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("VERIFIED. All 600 entries are there, each as it was signed")
    assert "not witnessed" in done.stdout


def test_the_exit_code_tells_the_three_answers_apart(
    register: Register, auditor: Auditor, tmp_path: Path
) -> None:
    whole = auditor.zip(register.files())
    broken = auditor.zip(register.files() | {"tile/0/000": bytes(8192)}, "broken.zip")
    state = ("--state", tmp_path / "state")

    assert run("bundle", whole, *state).returncode == 2  # whose key is it?
    assert run("bundle", broken, "--key", KEY, *state).returncode == 1
    assert run("bundle", whole, "--key", KEY, *state).returncode == 0
    assert run("bundle", whole, *state).returncode == 0  # the key is remembered now
    assert run("bundle").returncode == 2


@pytest.mark.parametrize("words", [["--help"], ["bundle", "--help"], ["record", "--help"]])
def test_it_explains_itself(words: list[str]) -> None:
    assert "usage" in run(*words).stdout


def test_what_a_file_writes_never_works_on_the_terminal(auditor: Auditor, tmp_path: Path) -> None:
    file = tmp_path / "a.proof"
    origin = "register\x9b2J\u202e"
    note = f"{origin}\n1\n{'A' * 43}=\n\n— {origin} AAAAAAA=\n"
    file.write_text(f"c2sp.org/tlog-proof@v1\nindex 0\n\n{note}", encoding="utf-8")
    done = run("receipt", file, file, "--state", tmp_path)

    assert (done.returncode, done.stderr) == (2, "")
    assert "none of register\\x9b2J\\u202e is remembered" in done.stdout
    assert all(sign.isprintable() or sign == "\n" for sign in done.stdout)


def in_a_shell(command: Sequence[str | Path], out: str) -> "subprocess.CompletedProcess[str]":
    words = ["bash", "-o", "pipefail", "-c", f"{shlex.join(map(str, command))} {out}"]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("out", [">/dev/full", ">&-", "| true"])
@pytest.mark.parametrize("words", [(), ("--json",)])
def test_where_the_answer_cannot_be_written_nobody_reads_that_it_was_not_verified(
    register: Register, auditor: Auditor, tmp_path: Path, out: str, words: tuple[str, ...]
) -> None:
    file = auditor.zip(register.files())
    command = [*ALONE, "bundle", file, "--key", KEY]
    done = in_a_shell([*command, "--state", tmp_path / "state", *words], out)

    assert done.returncode in ({0, 2} if "true" in out else {2}), done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("words", [["--help"], ["bundle", "--help"], ["bundle"], ["record", FILE]])
def test_how_it_is_used_ends_with_2_too_where_nobody_can_be_told(words: list[str | Path]) -> None:
    done = in_a_shell([*ALONE, *words], ">/dev/full 2>&1")

    assert done.returncode == 2


def test_where_no_errors_can_be_told_the_answer_still_is(
    register: Register, auditor: Auditor, tmp_path: Path
) -> None:
    file = auditor.zip(register.files())
    command = [*ALONE, "bundle", file, "--key", KEY]
    for out in ("2>&-", "2>/dev/full"):
        done = in_a_shell([*command, "--state", tmp_path / "state"], out)
        assert (done.returncode, done.stdout[:9]) == (0, "VERIFIED.")
