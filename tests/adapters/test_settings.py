from pathlib import Path

import pytest

from adapters.settings import Settings, SettingsRefused, read_settings


def refused(**variables: str) -> str:
    with pytest.raises(SettingsRefused) as refusal:
        read_settings({"HOME": "/people/clerk"} | variables)
    return str(refusal.value)


def test_without_variables_everything_has_a_default() -> None:
    settings = read_settings({"HOME": "/people/clerk", "XDG_DATA_HOME": "/srv/data"})

    assert settings == Settings(data=Path("/srv/data/twinledger"))
    assert (settings.host, settings.port, settings.schema) == ("127.0.0.1", 8000, "twinledger")


def test_every_setting_can_be_given() -> None:
    settings = read_settings(
        {
            "TWINLEDGER_DSN": "postgresql://app:pw@db.example/register",
            "TWINLEDGER_OWNER_DSN": "postgresql://owner:pw@db.example/register",
            "TWINLEDGER_DIRECT_DSN": "postgresql://app:pw@primary.example/register",
            "TWINLEDGER_DATA": "/srv/twinledger",
            "TWINLEDGER_SCHEMA": "lower_saxony",
            "TWINLEDGER_HOST": "0.0.0.0",  # noqa: S104 - nothing listens in this test
            "TWINLEDGER_PORT": "80",
            "TWINLEDGER_LOG": "/var/log/twinledger.jsonl",
            "TWINLEDGER_PG_BIN": "/usr/lib/postgresql/18/bin",
            "TWINLEDGER_PG_USER": "postgres",
            "TWINLEDGER_STATEMENT_CACHE": "0",
            "PATH": "/bin",
        }
    )

    assert settings.schema == "lower_saxony"
    assert settings.port == 80
    assert settings.statement_cache == 0
    assert settings.pg_bin == Path("/usr/lib/postgresql/18/bin")


def test_a_misspelt_variable_is_refused_with_the_near_one() -> None:
    assert refused(TWINLEDGER_DTAA="/srv") == (
        "TWINLEDGER_DTAA is not a setting. Did you mean TWINLEDGER_DATA?"
    )


def test_an_unknown_variable_is_refused_with_all_that_there_are() -> None:
    message = refused(TWINLEDGER_COLOUR="red")

    assert message.startswith("TWINLEDGER_COLOUR is not a setting. The settings are TWINLEDGER_")
    assert "TWINLEDGER_STATEMENT_CACHE" in message


def test_the_test_servers_variable_is_left_to_the_tests() -> None:
    read_settings({"HOME": "/people/clerk", "TWINLEDGER_TEST_DSN": "postgresql://x@y/z"})


@pytest.mark.parametrize("port", ["0", "65536", "http", "80.5"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    message = refused(TWINLEDGER_PORT=port)

    assert message.startswith(f"TWINLEDGER_PORT has a value {port!r} that cannot be used")
    assert message.endswith("Use a whole number from 1 to 65535.")


@pytest.mark.parametrize("schema", ["Upper", "pg_own", "a-b", "1st", "x" * 41, 'a"; drop'])
def test_a_schema_name_that_would_need_quoting_is_refused(schema: str) -> None:
    assert "TWINLEDGER_SCHEMA has a value" in refused(TWINLEDGER_SCHEMA=schema)


def test_an_empty_variable_is_refused() -> None:
    assert refused(TWINLEDGER_DATA=" ") == (
        "TWINLEDGER_DATA is empty. Name a folder, or leave the variable out."
    )


def test_a_wrong_dsn_is_refused_without_showing_its_password() -> None:
    message = refused(TWINLEDGER_DSN="mysql://root:hunter2@db/register")

    assert "postgresql://user:password@host:5432/database" in message
    assert "hunter2" not in message


def test_an_owner_without_a_server_is_refused() -> None:
    for variable in ("TWINLEDGER_OWNER_DSN", "TWINLEDGER_DIRECT_DSN"):
        assert "is set without TWINLEDGER_DSN" in refused(**{variable: "postgresql://o@h/d"})


def test_settings_never_show_a_password() -> None:
    settings = Settings(data=Path("/srv"), dsn="postgresql://app:hunter2@db/register")

    assert "hunter2" not in f"{settings!r} {settings}"


def test_root_has_its_data_where_the_servers_account_can_reach_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("sys.platform", "linux")
    assert read_settings({"HOME": "/root"}).data == Path("/var/lib/twinledger")


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", "/people/clerk/.local/share/twinledger"),
        ("darwin", "/people/clerk/Library/Application Support/twinledger"),
    ],
)
def test_a_user_has_a_folder_of_the_platform(
    monkeypatch: pytest.MonkeyPatch, platform: str, folder: str
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("sys.platform", platform)
    assert read_settings({"HOME": "/people/clerk"}).data == Path(folder)


@pytest.mark.parametrize("data", ["/srv/two\nlines", b"/srv/\xff".decode(errors="surrogateescape")])
def test_a_value_that_no_message_could_show_is_refused(data: str) -> None:
    assert "does not show" in refused(TWINLEDGER_DATA=data)
