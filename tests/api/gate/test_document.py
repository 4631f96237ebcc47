"""What a JSON body may be: every refusal says where it is, what it is, and what helps."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.gate.document import check_body
from api.gate.errors import GateRefusal, Malformed, Unfit
from tests.api.gate.bodies import REFUSED, TAKEN


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_body_that_two_readers_could_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises((Malformed, Unfit)) as refusal:
        check_body(body)

    for finding in refusal.value.findings:
        assert finding.place == "body"
        assert finding.problem.isascii()
        assert finding.problem.isprintable()
        assert len(str(finding)) < 500
        assert finding.remedy.endswith(".")


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN)
def test_plain_json_is_taken_and_read_alike_by_two_libraries(body: bytes) -> None:
    check_body(body)

    assert msgspec.json.decode(body) == json.loads(body)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (b'{"a":{"b":[0,{"c":1.5}]}}', "/a/b/1/c", "number-not-whole"),
        (b'{"a/b":{"c~d":"\\n"}}', "/a~1b/c~0d", "text-unfit"),
        (b'{"":"\\n"}', "/", "text-unfit"),
        (b'"\\n"', "", "text-unfit"),
        (b'{"x":[{"a":1,"b":2,"a":3}]}', "/x/0/a", "member-twice"),
        (b'{"x":[{"":1,"":3}]}', "/x/0/", "member-twice"),
        (b'{"x":{"\\u202e":1}}', "/x", "name-unfit"),
        (b'{"x":{"\\u202e":1,"\\u202e":2}}', "/x", "name-unfit"),
        (b'{"x":[1,NaN]}', "/x/1", "number-none"),
        (b'{"x":123456789012345678901}', "/x", "number-too-large"),
        (b'{"x":', "", "body-not-json"),
        (b'{"x":"\xff"}', "", "body-not-utf-8"),
        (b"[" * 40, "", "body-too-deep"),
    ],
)
def test_a_refusal_points_at_the_member_that_it_is_about(
    body: bytes, pointer: str, code: str
) -> None:
    with pytest.raises(GateRefusal) as refusal:
        check_body(body)

    assert [(one.name, one.code) for one in refusal.value.findings] == [(pointer, code)]


def test_every_unfit_text_and_number_is_told_at_once() -> None:
    with pytest.raises(Unfit) as refusal:
        check_body(b'{"a":"\\u0000","b":[1.5,2,"\\u202e"],"c":"ok"}')

    assert [finding.name for finding in refusal.value.findings] == ["/a", "/b/0", "/b/2"]


def test_a_body_of_nothing_but_mistakes_is_told_the_first_twenty() -> None:
    with pytest.raises(Unfit) as refusal:
        check_body(b"[" + b",".join([b"1.5"] * 30_000) + b"]")

    assert len(refusal.value.findings) == 20


def test_a_text_without_an_end_is_read_once_however_many_marks_it_has() -> None:
    # Were it read once from every mark on, this would take hours.
    with pytest.raises(Malformed):
        check_body(b'["' + b'\\"[' * 40_000)


def test_a_name_twice_among_thousands_is_found_in_one_reading() -> None:
    # Were each name looked for among all before it, this would hold a worker for seconds.
    members = b",".join(b'"%d":1' % (number % 19_999) for number in range(20_000))
    with pytest.raises(Malformed, match="/0 is there twice"):
        check_body(b"{" + members + b"}")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(values)
def test_whatever_passes_is_the_same_to_two_libraries(value: object) -> None:
    body = json.dumps(value).encode()
    try:
        check_body(body)
    except GateRefusal:
        return

    assert msgspec.json.decode(body) == json.loads(body) == value


@given(st.binary() | st.text(alphabet='{}[]",:\\u0123dD"eE+-. tfnNI').map(str.encode))
def test_any_bytes_are_taken_or_refused_and_never_a_fault(body: bytes) -> None:
    try:
        check_body(body)
    except GateRefusal:
        return

    msgspec.json.decode(body)
