"""A leaf is exactly reproducible by anybody with a JSON library, and says why when it cannot be."""

import json
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from adapters.ledger.joiners import JOINERS, is_joiner_in_place
from adapters.ledger.leaf import decode, encode, stamp_of
from adapters.ledger.text import check_document, check_text
from domain.errors import NotCanonical
from domain.ports import NewEvent, Recorded
from domain.transparency.tree import leaf_hash
from tests.adapters.submissions import CLERK, event

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ID = "019ab08c-9f00-7abc-8def-0123456789ab"
GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
HASHES = json.loads((Path(__file__).parent / "golden" / "hashes").read_text())

text = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]), max_size=20
).map(lambda s: unicodedata.normalize("NFC", s))
integers = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
documents = st.dictionaries(
    keys,
    st.recursive(
        st.none() | st.booleans() | integers | text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def leaf_of(new: NewEvent, *, command: str = "key-1", on_behalf_of: str = "") -> bytes:
    parts = encode(
        new, id=ID, actor=CLERK, on_behalf_of=on_behalf_of, command=command, field="events[0]"
    )
    return parts.stamped(stamp_of(NOON))


def spelled_by_the_standard_library(leaf: bytes) -> bytes:
    return json.dumps(
        json.loads(leaf), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    ).encode()


def written_again(read: Recorded) -> bytes:
    new = NewEvent(read.type, read.public, read.tags, read.effective)
    parts = encode(
        new,
        id=read.id,
        actor=read.actor,
        on_behalf_of=read.on_behalf_of,
        command=read.command,
        field="event",
        private=read.private,
    )
    return parts.stamped(stamp_of(read.recorded_at))


@given(document=documents, tags=st.lists(text), command=text, effective=st.none() | text)
def test_any_json_library_writes_the_same_bytes(
    document: dict[str, object], tags: list[str], command: str, effective: str | None
) -> None:
    public = msgspec.json.encode(document, order="deterministic")

    leaf = leaf_of(event(*tags, public=public, effective=effective), command=command)

    assert spelled_by_the_standard_library(leaf) == leaf


@given(document=documents, tags=st.lists(text), command=text)
def test_a_leaf_reads_back_as_what_was_written(
    document: dict[str, object], tags: list[str], command: str
) -> None:
    public = msgspec.json.encode(document, order="deterministic")
    leaf = leaf_of(event(*tags, public=public), command=command, on_behalf_of="mayor")

    read = decode(7, leaf, leaf_hash(leaf))

    assert (read.position, read.id, read.recorded_at) == (7, ID, NOON)
    assert (read.actor, read.on_behalf_of, read.command) == (CLERK, "mayor", command)
    assert read.tags == tuple(sorted(set(tags)))
    assert bytes(read.public) == public
    assert written_again(read) == leaf


@given(st.text() | st.text(st.characters(categories=["Cf", "Mn", "Lo"])))
def test_text_is_accepted_only_if_every_character_shows_and_has_one_spelling(value: str) -> None:
    shows = not any(
        unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        and not (c in JOINERS and is_joiner_in_place(value, at))
        for at, c in enumerate(value)
    )

    if shows and unicodedata.is_normalized("NFC", value):
        check_text(value, "note")
    else:
        with pytest.raises(NotCanonical):
            check_text(value, "note")


@pytest.mark.parametrize(
    ("public", "field", "problem"),
    [
        (b'{"a":{"b":1.5}}', "public.a.b", "not an integer"),
        (b'{"a":1e3}', "public.a", "not an integer"),
        (b'{"a":9007199254740992}', "public.a", "2^53"),
        (b'{"a":[1,-9007199254740992]}', "public.a[1]", "2^53"),
        (b'{"a":123456789012345678901234567890}', "public.a", ""),
        (b'{"a":"line\\nfeed"}', "public.a", "U+000A"),
        (b'{"a":"\\u0000"}', "public.a", "U+0000"),
        (b'{"a":"\x7f"}', "public.a", "U+007F"),
        ('{"a":"right\u202eleft"}'.encode(), "public.a", "U+202E"),
        ('{"a":"zero\u200bwidth"}'.encode(), "public.a", "U+200B"),
        ('{"a":"\ufeff"}'.encode(), "public.a", "U+FEFF"),
        ('{"a":"\u0378"}'.encode(), "public.a", "U+0378"),
        ('{"a":"Mu\u0308nchen"}'.encode(), "public.a", "normal form"),
        ('{"städte":1}'.encode(), r"public.'st\xe4dte'", "ASCII"),
        (b'{"b":1,"a":2}', "public", "sorted"),
        (b'{"a": 1}', "public", "no spaces"),
        (b'{"a":1,"a":2}', "public", "no key twice"),
        (b'{"a":"\\u0041"}', "public", "sorted"),
        (b'{"a":-0}', "public", "sorted"),
        (b"[]", "public", "object"),
        (b'{"a":"\xff"}', "public", "UTF-8"),
        (b'{"a":"\xed\xa0\x80"}', "public", "UTF-8"),
        (b'{"a":', "public", "JSON"),
        (b"", "public", "JSON"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "public", "deep"),
        (b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}", "public", "deep"),
    ],
)
def test_a_refusal_names_the_field_and_the_problem(public: bytes, field: str, problem: str) -> None:
    with pytest.raises(NotCanonical) as refusal:
        check_document(Raw(public), "public")

    assert refusal.value.field.startswith(field)
    assert problem in refusal.value.problem
    assert refusal.value.remedy


def test_a_name_in_any_script_is_welcome() -> None:
    for name in (
        "Düsseldorf",
        "Łódź",
        "Αθήνα",
        "Київ",
        "القاهرة",
        "東京都",
        "서울",
        "तेहरान",
        "Nuʻuuli",
    ):
        check_text(name, "name")


def test_a_leaf_is_at_most_65535_bytes() -> None:
    around = len(leaf_of(event("a", public=b'{"a":""}')))

    longest = leaf_of(event("a", public=b'{"a":"%b"}' % (b"x" * (65_535 - around))))
    assert len(longest) == 65_535
    with pytest.raises(NotCanonical, match=r"events\[0\]: is larger than 65,535 bytes"):
        leaf_of(event("a", public=b'{"a":"%b"}' % (b"x" * (65_536 - around))))


def test_nobody_can_write_into_the_fields_around_a_document() -> None:
    leaf = leaf_of(event('t","type":"x', public=b'{"a":"\\",\\"v\\":2"}'), command='"},"v":2,"x":"')

    assert json.loads(leaf)["v"] == 1
    assert json.loads(leaf)["tags"] == ['t","type":"x']


def test_nobody_can_move_the_place_of_the_time() -> None:
    said = '"recorded_at":"0000-00-00T00:00:00.000000Z"'
    public = json.dumps({"a": said}, separators=(",", ":")).encode()
    leaf = json.loads(leaf_of(event(said, public=public, type=said), command=said))

    assert leaf["recorded_at"] == "2026-11-23T12:00:00.000000Z"
    assert [leaf["public"]["a"], *leaf["tags"], leaf["type"], leaf["command"]] == [said] * 4


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_what_was_ever_stored_can_be_read_and_written_again(file: Path) -> None:
    leaf = file.read_bytes()

    read = decode(1, leaf, leaf_hash(leaf))

    assert leaf_hash(leaf).hex() == HASHES[file.stem]
    assert spelled_by_the_standard_library(leaf) == leaf
    assert written_again(read) == leaf


def test_each_stored_shape_has_its_hash_on_record() -> None:
    assert {file.stem for file in GOLDEN} == set(HASHES)
