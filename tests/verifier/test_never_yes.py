"""Whatever stands in the files, there is one of the three answers, and yes only where it is so."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.verifier.twinledger_verify import (
    Answer,
    CannotTell,
    NotVerified,
    Verified,
    as_json,
    parse_checkpoint,
    parse_key,
    parse_note,
    parse_policy,
    parse_proof,
    text_of,
    told,
)
from tests.verifier.auditor import Auditor, proof_of, record_of
from tests.verifier.register import KEY, Register, leaf

SMALL = Register(leaf(position) for position in range(1, 20))
NOTE, PROOF, RECORD = SMALL.note(), proof_of(SMALL, 3), record_of(SMALL, "TL-3")
POLICY = f"log {KEY}\nquorum none\n".encode()

fuzzed = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the folder may be used again
)


@st.composite
def changed(draw: st.DrawFn, original: bytes) -> bytes:
    """The original with a piece replaced, doubled or taken out."""
    begin = draw(st.integers(0, len(original)))
    end = draw(st.integers(begin, min(len(original), begin + 40)))
    other = draw(
        st.one_of(
            st.binary(max_size=6),
            st.sampled_from([b"", b"\n\n", b"0", b"-1", b"9" * 400, b"\xe2\x80\x94 ", b"{", b'"']),
            st.just(original[begin:end] * 2),
        )
    )
    return original[:begin] + other + original[end:]


def answered(answer: Answer) -> Answer:
    assert "fault of its own" not in getattr(answer, "why", ""), answer
    assert list(told(answer))
    json.loads(as_json(answer))
    return answer


@fuzzed
@given(proof=changed(PROOF))
def test_a_receipt_says_yes_only_to_what_was_signed(auditor: Auditor, proof: bytes) -> None:
    file, entry = auditor.file("p", proof), auditor.file("e", SMALL.leaves[2])
    answer = answered(auditor.ask("receipt", file, entry))

    # Lines by strangers may stand in a note, and an extra line in a proof; they claim nothing.
    if isinstance(answer, Verified):
        found = parse_proof(proof)
        assert (found.index, found.path) == (2, list(SMALL.proof(3)))
        assert parse_note(found.note).text == parse_note(NOTE).text


@fuzzed
@given(entry=changed(SMALL.leaves[2]))
def test_an_entry_that_differs_is_never_verified(auditor: Auditor, entry: bytes) -> None:
    answer = auditor.ask("receipt", auditor.file("p", PROOF), auditor.file("e", entry))

    assert isinstance(answered(answer), Verified) == (entry == SMALL.leaves[2])


@fuzzed
@given(note=changed(NOTE))
def test_a_checkpoint_that_differs_is_never_verified(auditor: Auditor, note: bytes) -> None:
    answer = answered(auditor.bundle(SMALL.files() | {"checkpoint": note}))

    if isinstance(answer, Verified):
        assert parse_note(note).text == parse_note(NOTE).text


@fuzzed
@given(record=changed(json.dumps(RECORD, indent=1).encode()))
def test_a_record_says_yes_only_to_entries_that_were_signed(
    auditor: Auditor, record: bytes
) -> None:
    answer = answered(auditor.record(record))

    if isinstance(answer, Verified):
        for entry in json.loads(record)["entries"]:
            assert entry["leaf"].encode() == SMALL.leaves[entry["position"] - 1]


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just("TL-3")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner)
    ),
    max_leaves=6,
)


@fuzzed
@given(field=st.sampled_from(["partnership", "checkpoint", "entries", "entry"]), value=json_values)
def test_a_record_of_other_shapes_is_answered(auditor: Auditor, field: str, value: Any) -> None:
    entries = [value, *RECORD["entries"][1:]]
    document = RECORD | ({"entries": entries} if field == "entry" else {field: value})

    assert isinstance(answered(auditor.record(document)), Verified) <= (document == RECORD)


@fuzzed
@given(value=json_values, place=st.sampled_from(["basis", "ledger", "position", "hash", "rows"]))
def test_a_report_of_other_shapes_is_answered(auditor: Auditor, value: Any, place: str) -> None:
    ledger: dict[str, Any] = {"last_position": 3, "leaf_hash": SMALL.levels[0][2].hex()}
    document: dict[str, Any] = {"basis": {"ledger": ledger}, "rows": []}
    match place:
        case "basis" | "rows":
            document[place] = value
        case "ledger":
            document["basis"][place] = value
        case "position":
            ledger["last_position"] = value
        case _:
            ledger["leaf_hash"] = value
    answer = auditor.report(document, "--proof", auditor.file("p", PROOF))

    assert isinstance(answered(answer), Verified) <= (value in (3, []) or place == "rows")


@fuzzed
@given(policy=changed(POLICY), key=changed(KEY.encode()))
def test_what_is_trusted_is_read_whole_or_not_at_all(policy: bytes, key: bytes) -> None:
    for read, data in ((parse_policy, policy), (parse_key, key)):
        try:
            read(text_of(data, "it"))
        except NotVerified:
            continue
        except CannotTell:
            pytest.fail("only a person's own words cannot be told about")


@fuzzed
@given(data=st.binary(max_size=300))
def test_any_bytes_at_all_are_answered(auditor: Auditor, data: bytes) -> None:
    file = auditor.file("x", data)
    for words in (("bundle", file), ("receipt", file, file), ("record", file), ("report", file)):
        assert not isinstance(answered(auditor.ask(*words)), Verified)
    assert not isinstance(answered(auditor.ask("consistency", file, file)), Verified)


@fuzzed
@given(data=st.data())
def test_a_zip_file_with_any_bytes_changed_is_answered(
    auditor: Auditor, data: st.DataObject
) -> None:
    whole = auditor.zip(SMALL.files()).read_bytes()
    file = auditor.file("register.zip", data.draw(changed(whole)))
    answer = answered(auditor.ask("bundle", file))

    if isinstance(answer, Verified):
        assert answer.under.checkpoint == parse_checkpoint(parse_note(NOTE).text)
