"""The settings: environment variables that begin with TWINLEDGER_, decoded once into one value."""

import os
import sys
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from adapters.problems import CannotRun

PREFIX = "TWINLEDGER_"
# Read elsewhere: the server for tests, and the key of the person at the command line.
NOT_SETTINGS = frozenset({"TWINLEDGER_TEST_DSN", "TWINLEDGER_KEY"})

Dsn = Annotated[str, Meta(pattern=r"^postgres(ql)?://")]
Name = Annotated[str, Meta(pattern=r"^(?!pg_)[a-z_][a-z0-9_]{0,39}$")]
Text = Annotated[str, Meta(min_length=1)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Count = Annotated[int, Meta(ge=0, le=10_000)]

_REMEDIES = {
    "dsn": "Write it as postgresql://user:password@host:5432/database.",
    "owner_dsn": "Write it as postgresql://user:password@host:5432/database.",
    "direct_dsn": "Write it as postgresql://user:password@host:5432/database.",
    "data": "Name a folder, or leave the variable out.",
    "schema": "Use 1 to 40 lower-case letters, digits and underscores, beginning with a letter.",
    "host": "Name an address of this machine, for example 127.0.0.1 or 0.0.0.0.",
    "port": "Use a whole number from 1 to 65535.",
    "log": "Name a file, or leave the variable out: the log then goes to standard error.",
    "pg_bin": "Name the folder that holds initdb and postgres, or leave the variable out.",
    "notary": "Write here or elsewhere, or leave the variable out: it is then here.",
    "notary_folder": "Name a folder, or leave the variable out: it is then in the data folder.",
    "origin": "Write it as an address that is yours, such as register.example/ledger.",
    "witnesses": "Name a file as deploy/README.md shows it, or leave it out: nobody is asked.",
    "witness_folder": "Name a folder, or leave the variable out: it is then in the data folder.",
    "witness_name": "Write it as an address that is yours, such as witness.lodz.example.",
    "private_keys": "Name a folder, or leave the variable out: it is then in the data folder.",
    "pg_user": "Name an account of this system, or leave the variable out.",
    "statement_cache": "Use a whole number from 0 (nothing is prepared) to 10000, or leave it out.",
}


class SettingsRefused(CannotRun):
    """A variable that cannot be used; nothing was started. `variable` is its name."""

    def __init__(self, variable: str, problem: str, remedy: str) -> None:
        super().__init__(f"{variable} {problem}.", remedy)
        self.variable = variable


class Settings(Struct, frozen=True, kw_only=True):
    """All that an operator can set. Each field is the variable TWINLEDGER_<FIELD>.

    `dsn` puts Twinledger on a real server; without it, it runs its own in the folder `data`.
    `owner_dsn` names who migrates when `dsn` is a lesser role; `direct_dsn` is the way past a
    pooler that `dsn` leads through. `schema` names the ledger. `pg_bin` and `pg_user` are for its
    own server: where the programs are, and the system account that runs them when Twinledger is
    started by root. `statement_cache` is found out if left out: none behind a pooler. `notary` says
    whether `serve` brings the notary; `notary_folder` is where its key and its state are, and
    `origin` what its log is called, for ever. `private_keys` is the folder of the keys that open
    private values. `witnesses` is a file that names whom the notary asks
    to cosign. `witness_folder` and `witness_name` are for who witnesses the registers of others.
    """

    dsn: Dsn | None = None
    owner_dsn: Dsn | None = None
    direct_dsn: Dsn | None = None
    data: Path
    schema: Name = "twinledger"
    host: Text = "127.0.0.1"
    port: Port = 8000
    log: Path | None = None
    pg_bin: Path | None = None
    pg_user: Text | None = None
    statement_cache: Count | None = None
    notary: Literal["here", "elsewhere"] = "here"
    notary_folder: Path | None = None
    origin: Text | None = None
    private_keys: Path | None = None
    witnesses: Path | None = None
    witness_folder: Path | None = None
    witness_name: Text | None = None

    @property
    def folder_of_witness(self) -> Path:
        """What a witness has, and nothing else: it needs no register."""
        return self.witness_folder or self.data / "witness"

    @property
    def folder_of_notary(self) -> Path:
        """Outside the database, so that no restore of it sets back what was signed."""
        return self.notary_folder or self.data / "notary" / self.schema

    @property
    def folder_of_private_keys(self) -> Path:
        """Outside the database, so that no copy of it brings the keys of private values along."""
        return self.private_keys or self.data / "keys" / self.schema

    def __repr__(self) -> str:
        """Without the DSNs: they hold passwords, and settings end up in logs."""
        return f"Settings(data={str(self.data)!r}, schema={self.schema!r}, dsn={bool(self.dsn)})"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Decode the environment. Raises `SettingsRefused` for the first variable that is wrong."""
    fields = {field.name: field for field in msgspec.structs.fields(Settings)}
    given: dict[str, Any] = {}
    for variable, value in sorted(environ.items()):
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in fields or variable != variable.upper():
            raise SettingsRefused(variable, "is not a setting", _nearest(variable, list(fields)))
        given[name] = _decoded(variable, value, fields[name].type, _REMEDIES[name])
    for name in ("owner_dsn", "direct_dsn"):
        if name in given and "dsn" not in given:
            raise SettingsRefused(
                PREFIX + name.upper(),
                "is set without TWINLEDGER_DSN",
                "Set both for a real server, or neither for Twinledger's own.",
            )
    given.setdefault("data", _default_data_folder(environ))
    return Settings(**given)


def _decoded(variable: str, value: str, wanted: Any, remedy: str) -> Any:
    if not value.strip():
        raise SettingsRefused(variable, "is empty", remedy)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise SettingsRefused(
            variable, "holds a line break, another sign that does not show, or no UTF-8", remedy
        )
    try:
        return msgspec.convert(value, wanted, strict=False, dec_hook=_path_hook)
    except msgspec.ValidationError:
        shown = "" if variable.endswith("DSN") else f" {value!r}"  # a DSN may hold a password
        raise SettingsRefused(variable, f"has a value{shown} that cannot be used", remedy) from None


def _path_hook(_wanted: type, value: str) -> Path:
    """For what msgspec does not know: paths alone; it checks that what comes back is wanted."""
    return Path(os.path.abspath(os.path.expanduser(value)))


def _nearest(variable: str, fields: list[str]) -> str:
    # Without the prefix: it alone would make everything look alike.
    close = get_close_matches(variable.upper().removeprefix(PREFIX).lower(), fields, n=1)
    if close:
        return f"Did you mean {PREFIX}{close[0].upper()}?"
    return f"The settings are {', '.join(sorted(PREFIX + name.upper() for name in fields))}."


def _default_data_folder(environ: Mapping[str, str]) -> Path:
    """The folder of this user's data on this platform.

    For root it is the system's, not one in root's home: the server runs as a lesser account, and
    homes are closed to it.
    """
    chosen = environ.get("XDG_DATA_HOME", "")
    if os.path.isabs(chosen):  # the specification says: ignore relative ones
        return Path(chosen) / "twinledger"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path(
            "/usr/local/var/twinledger" if sys.platform == "darwin" else "/var/lib/twinledger"
        )
    try:
        home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    except RuntimeError:
        raise SettingsRefused(
            "TWINLEDGER_DATA", "is not set and this user has no home", "Name a folder in it."
        ) from None
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "twinledger"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "twinledger"
    return home / ".local" / "share" / "twinledger"
