"""`twinledger verify` and `twinledger bundle`, as the keeper of a register says them."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from adapters.notary.keys import KEY, signers_in
from adapters.notary.published import PublishedLog
from adapters.postgres.pool import open_pool
from adapters.signing.ed25519 import Ed25519Signer
from adapters.witness.witnessing import Witnessings
from domain.transparency.cosignature import cosign
from domain.transparency.note import format_signature, format_vkey, parse_note
from domain.transparency.policy import AskedWitness, AskedWitnesses, format_witnesses
from tests.adapters.notary.desk import SCHEMA, altered, at_the_notary, record
from tests.conftest import Database
from tests.domain.transparency.log import NOON, WITNESSES
from tests.journeys.test_command_line import Desk

SIZE = 600


class Keeper(Desk):
    """Who keeps a register of 600 entries that are signed."""

    def __init__(self, dsn: str, data: Path) -> None:
        super().__init__(dsn, str(data))
        self._dsn, self.data_folder = dsn, data
        self.notary = data / "notary" / SCHEMA
        self.done("init", "--name", "Register of Norfolk")

    def signs(self, more: int) -> None:
        async def sign() -> None:
            async with await open_pool(self._dsn) as pool, at_the_notary(pool, self.notary) as at:
                await record(pool, more)
                await at.sign()

        asyncio.run(sign())

    def witnessed(self, by: Ed25519Signer, policy: str, *, forged: bool = False) -> None:
        """The last checkpoint is signed by a city; whom the notary asks is said in the database."""

        async def publish() -> None:
            async with await open_pool(self._dsn) as pool:
                published = await PublishedLog(pool).latest()
                assert published is not None
                text = parse_note(published.note).text + ("-" if forged else "")
                line = format_signature(cosign(text, by, NOON))
                sql = "insert into twinledger.witness_policy (policy) values ($1)"
                await pool.execute(sql, policy)
                about = (by.key, published.origin, published.size)
                await Witnessings(pool).add(*about, NOON, line)

        asyncio.run(publish())

    @property
    def key(self) -> str:
        (signer,) = signers_in(self.notary, schema=SCHEMA, origin=None)
        return format_vkey(signer.key)


@pytest.fixture
def keeper(database: Database, tmp_path: Path) -> Keeper:
    keeper = Keeper(database.owner_dsn, tmp_path / "data")
    keeper.signs(SIZE)
    return keeper


def test_columns_and_what_was_signed_are_told_apart(keeper: Keeper) -> None:
    told = keeper.done("verify")

    columns, _, signed = told.partition("Apart from that, held against what was signed:\n")
    assert "No entry is missing" in columns
    assert "VERIFIED" not in columns
    assert signed.startswith("VERIFIED. The first 600 entries are those that were signed.")
    assert "not witnessed" in signed


def test_what_is_not_signed_yet_is_said(database: Database, tmp_path: Path) -> None:
    told = Keeper(database.owner_dsn, tmp_path / "data").done("verify")

    assert told.endswith("Nothing of it is signed yet: only the register vouches for itself.\n")


def test_programs_are_told_both(keeper: Keeper) -> None:
    told = keeper.data("verify")

    assert (told["columns"]["size"], told["signed"]["result"]) == (SIZE, "verified")


def test_a_changed_entry_fails_both_and_a_changed_column_the_one(
    keeper: Keeper, database: Database
) -> None:
    change = "update twinledger.event set {} where position = 300"
    asyncio.run(altered(database.owner_dsn, change.format("tag_1 = 7")))
    told = keeper.refused("verify")
    assert "filed under other tags" in told
    assert "\nVERIFIED. " in told

    asyncio.run(altered(database.owner_dsn, change.format("leaf = set_byte(leaf, 9, 9)")))
    told = keeper.refused("verify")
    assert "Position 300: the entry's bytes do not hash to its leaf hash" in told
    assert "Entry 300: it was changed: its bytes are not those that were signed." in told


def test_on_a_machine_without_the_key_it_is_asked_for_and_remembered(keeper: Keeper) -> None:
    key = keeper.key
    shutil.move(keeper.notary, keeper.notary.with_name("elsewhere"))

    assert "CANNOT BE TOLD, because: You have named no key" in keeper.refused("verify", code=2)
    keeper.done("verify", "--key", key)
    keeper.done("verify")


def test_a_key_that_this_user_may_not_read_is_not_the_end(keeper: Keeper) -> None:
    keeper.done("verify")
    (keeper.notary / KEY).unlink()

    keeper.done("verify")  # by the key that is remembered


def test_a_bundle_is_written_and_verified_where_there_is_no_register(
    keeper: Keeper, tmp_path: Path
) -> None:
    file = tmp_path / "register.zip"
    assert f"{SIZE} entries, signed as" in keeper.done("bundle", str(file))

    elsewhere = Desk("postgresql://nowhere.invalid/", str(tmp_path / "elsewhere"))
    words = ("verify", "--full", str(file), "--state", str(tmp_path / "state"))
    assert "VERIFIED. All 600 entries" in elsewhere.done(*words, "--key", keeper.key)
    assert json.loads(elsewhere.done(*words, "--json"))["size"] == SIZE
    file.write_bytes(file.read_bytes().replace(b"tile/0/000", b"tile/0/009"))
    assert "NOT VERIFIED" in elsewhere.refused(*words)


def test_a_bundle_is_whole_or_not_written(
    keeper: Keeper, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "register.zip"
    file.write_bytes(b"an older one")
    asyncio.run(altered(database.owner_dsn, "delete from twinledger.event where position = 300"))
    told = keeper.refused("bundle", str(file), code=3)

    assert "the ledger lacks what was signed" in told
    assert file.read_bytes() == b"an older one"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data", "register.zip"]


def test_the_same_register_gives_the_same_bundle(keeper: Keeper, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        keeper.done("bundle", str(tmp_path / name))

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_before_the_first_signature_there_is_nothing_to_hand_out(
    database: Database, tmp_path: Path
) -> None:
    keeper = Keeper(database.owner_dsn, tmp_path / "data")

    assert "is signed yet" in keeper.refused("bundle", str(tmp_path / "a.zip"), code=3)


def test_a_folder_that_is_not_there_is_told_before_anything_is_read(
    keeper: Keeper, tmp_path: Path
) -> None:
    told = keeper.refused("bundle", str(tmp_path / "none" / "a.zip"), code=3)

    assert "There is no folder" in told


CITY, OTHER = WITNESSES[0], WITNESSES[1]


def asking(*cities: Ed25519Signer, quorum: int = 1) -> str:
    asked = tuple(AskedWitness(one.key, f"https://{one.key.name}") for one in cities)
    return format_witnesses(AskedWitnesses(asked, quorum))


class TestWitnessed:
    """Where no file names them, the notary has said in the database whom it asks."""

    def test_who_has_signed_is_named_and_whose_word_it_is_that_they_are_asked(
        self, keeper: Keeper
    ) -> None:
        keeper.witnessed(CITY, asking(CITY, OTHER))
        told = keeper.done("verify")

        assert f"Witnesses: 1 of 2 have signed; 1 needed ({CITY.key.name} at " in told
        assert "is the database's own word" in told
        assert "not witnessed" not in told

    def test_witnesses_that_come_a_moment_later_are_not_waited_for(self, keeper: Keeper) -> None:
        keeper.witnessed(CITY, asking(CITY))
        keeper.signs(5)
        told = keeper.done("verify")

        assert "Witnesses: the one that is asked has not signed this checkpoint yet." in told
        assert f"Up to entry {SIZE}: 1 of 1 have signed; 1 needed ({CITY.key.name} at " in told
        assert "not witnessed" not in told

    def test_too_few_are_not_taken_for_enough(self, keeper: Keeper) -> None:
        keeper.witnessed(CITY, asking(CITY, OTHER, quorum=2))

        assert "1 of 2 have signed; 2 needed" in keeper.done("verify")

    def test_a_file_that_names_them_goes_before_the_database(
        self, keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keeper.witnessed(CITY, asking(OTHER))
        (tmp_path / "witnesses").write_text(asking(CITY))
        monkeypatch.setenv("TWINLEDGER_WITNESSES", str(tmp_path / "witnesses"))
        told = keeper.done("verify")

        assert f"1 of 1 have signed; 1 needed ({CITY.key.name}" in told
        assert "TWINLEDGER_WITNESSES" in told
        assert "own word" not in told

    def test_a_signature_that_the_witness_did_not_make_is_forged(self, keeper: Keeper) -> None:
        keeper.witnessed(CITY, asking(CITY), forged=True)

        assert f"The signature of {CITY.key.name} on the checkpoint" in keeper.refused("verify")

    def test_a_signature_of_somebody_who_is_not_asked_counts_for_nothing(
        self, keeper: Keeper
    ) -> None:
        keeper.witnessed(CITY, "")
        told = keeper.done("verify")

        assert f"a signature of {CITY.key.name} that was not asked for" in told
        assert "own word" not in told

    def test_what_the_database_says_of_witnesses_and_nobody_can_read_is_told(
        self, keeper: Keeper
    ) -> None:
        keeper.witnessed(CITY, "trust everybody\n")

        assert "Whom the notary asks to witness cannot be read" in keeper.done("verify")
