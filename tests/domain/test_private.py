"""Which fields are private, who may read them, and what is kept of them."""

import pytest

from domain.answers import VERBS
from domain.history import EVENT_TYPES, digest_of, submission_of
from domain.partnership import commands as c
from domain.ports import Actor, Condition
from domain.private import may_read, private_fields, private_part, public_part
from tests.domain.given import given
from tests.domain.people import (
    ADMINISTRATOR,
    ANALYST,
    APPROVER,
    CLERK,
    CLERK_ABROAD,
    COUNTERPART,
    NORFOLK,
    OFFICER,
    STRANGER,
    SYSTEM,
    deciding,
)
from tests.domain.stages import APPROVED_BY_BOTH, TEXT

SIGN = c.SignAgreement("Mayor", TEXT, signer_name="Ottilie Morgenstern")


def test_the_private_fields_are_these() -> None:
    private = {f"{verb} {name}" for verb, shape in VERBS.items() for name in private_fields(shape)}

    assert private == {
        "submit-proposal contact",
        "sign-agreement signer_name",
        "record-finding annex",
    }


def test_what_is_private_stands_in_no_event() -> None:
    stored = {field for shape in EVENT_TYPES.values() for field in shape.__struct_fields__}
    private = {field for shape in VERBS.values() for field in private_fields(shape)}

    assert not stored & private


def test_an_act_is_told_apart_by_its_public_part_alone() -> None:
    act = given(*APPROVED_BY_BOTH).when(SIGN).act

    assert public_part(SIGN) == c.SignAgreement("Mayor", TEXT)
    assert digest_of(SIGN, act, None) == digest_of(public_part(SIGN), act, None)


def test_the_private_part_goes_with_the_first_event() -> None:
    when = given(*APPROVED_BY_BOTH).when(SIGN, by=deciding("mayor"))

    submission = submission_of(when.decide(), SIGN, when.act, condition=Condition(frozenset(), 0))

    assert {k: bytes(v) for k, v in submission.events[0].private.items()} == {
        "signer_name": b'"Ottilie Morgenstern"'
    }
    assert b"Ottilie" not in bytes(submission.events[0].public)


def test_what_is_left_empty_is_no_private_value() -> None:
    assert private_part(c.SignAgreement("Mayor", TEXT)) == {}


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (None, False),
        (CLERK, True),
        (CLERK_ABROAD, False),
        (COUNTERPART, False),
        (STRANGER, False),
        (OFFICER, True),
        (APPROVER, False),
        (ANALYST, False),
        (ADMINISTRATOR, False),
        (SYSTEM, False),
    ],
)
def test_the_staff_of_the_community_and_officers_read_and_nobody_else(
    who: Actor | None, may: bool
) -> None:
    assert may_read(who, NORFOLK.community) is may


@pytest.mark.parametrize("who", [CLERK, APPROVER, COUNTERPART, ADMINISTRATOR])
def test_what_an_officer_recorded_is_for_officers(who: Actor) -> None:
    assert may_read(OFFICER, "")
    assert not may_read(who, "")
