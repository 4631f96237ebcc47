"""Who may record what: the table of recorders, cell by cell, written by hand."""

from typing import get_args

import pytest
from msgspec.structs import replace

from domain.answers import VERBS, answers, who_may_act
from domain.partnership.rules import RULES
from domain.ports import Actor
from domain.review.commands import ReviewCommand
from domain.review.rules import RULES as REVIEW_RULES
from domain.review.state import Reviews
from domain.values import Role
from tests.domain.given import Did, given
from tests.domain.people import (
    ADMINISTRATOR,
    ANALYST,
    APPROVER,
    CLERK,
    CLERK_ABROAD,
    COUNTERPART,
    OFFICER,
    SECOND_CLERK,
    STRANGER,
    SYSTEM,
    deciding,
)
from tests.domain.stages import (
    ACTIVE,
    AGREED,
    ALL_STAGES,
    APPROVED_BY_BOTH,
    ASKED,
    DECLINED,
    ENDED,
    PROPOSED,
    SUSPENDED,
    UNDER_REVIEW,
    WITHDRAWN,
)

COLUMNS = ("clerk", "counterpart", "oversight_officer", "approver", "administrator", "system")
TABLE = """
verb                          clerk  counterpart  oversight_officer  approver  administrator  system
submit-proposal               yes    -            -                  -         -              -
record-recommendation         yes    -            -                  -         -              -
record-legal-review           yes    -            -                  -         -              -
approve-by-council            yes    -            -                  -         -              -
decline                       yes    yes          -                  -         -              -
withdraw                      yes    -            -                  -         -              -
lapse                         yes    -            -                  -         -              yes
send-offer                    yes    -            -                  -         -              -
record-counterpart-approval   yes    yes          -                  -         -              -
sign-agreement                yes    yes          -                  -         -              -
bring-into-force              yes    -            -                  -         -              yes
report-activity               yes    -            -                  -         -              -
file-annual-report            yes    -            -                  -         -              -
vary                          yes    -            -                  -         -              -
renew                         yes    -            -                  -         -              -
promote                       yes    -            -                  -         -              -
demote                        yes    -            -                  -         -              -
suspend                       yes    -            -                  -         -              -
resume                        yes    -            -                  -         -              -
mark-dormant                  yes    -            -                  -         -              yes
revive                        yes    -            -                  -         -              yes
give-notice                   yes    yes          -                  -         -              -
end                           yes    yes          -                  -         -              -
record-recognition            yes    -            -                  -         -              -
record-legacy-partnership     yes    -            -                  -         yes            -
request-correction            yes    -            -                  -         -              -
approve-correction            -      -            yes                yes       -              -
reject-correction             -      -            yes                yes       -              -
request-erasure               yes    -            yes                -         -              -
approve-erasure               -      -            yes                yes       -              -
reject-erasure                -      -            yes                yes       -              -
open-review                   -      -            yes                -         -              -
request-information           -      -            yes                -         -              -
record-answer                 yes    -            -                  -         -              -
record-finding                -      -            yes                -         -              -
close-review                  -      -            yes                -         -              -
"""
CELLS = {
    (cells[0], role): cell == "yes"
    for cells in map(str.split, TABLE.strip().splitlines()[1:])
    for role, cell in zip((*COLUMNS, "analyst"), (*cells[1:], "-"), strict=True)
}
PEOPLE: dict[str, tuple[Actor, ...]] = {
    "clerk": (CLERK, SECOND_CLERK, CLERK_ABROAD),
    "counterpart": (COUNTERPART,),
    "oversight_officer": (OFFICER,),
    "approver": (APPROVER,),
    "administrator": (ADMINISTRATOR,),
    "system": (SYSTEM,),
    "analyst": (ANALYST,),
}


def states() -> list[Reviews]:
    asked = (*UNDER_REVIEW, ASKED)
    return [Reviews(), *(given(*history).state for history in (*ALL_STAGES.values(), asked))]


def codes(verb: str, role: str) -> set[str]:
    """Every answer that the people of a role get for a verb, whatever the stage."""
    return {
        answer.code
        for state in states()
        for actor in PEOPLE[role]
        for answer in answers(state, actor)
        if answer.verb == verb
    }


def test_the_table_has_every_verb_and_every_role() -> None:
    assert {verb for verb, _ in CELLS} == set(VERBS)
    assert {role for _, role in CELLS} == set(get_args(Role))


@pytest.mark.parametrize(("verb", "role"), [cell for cell, may in CELLS.items() if not may])
def test_a_role_without_a_say_is_told_so_at_every_stage(verb: str, role: str) -> None:
    assert codes(verb, role) == {"not-your-role"}


@pytest.mark.parametrize(("verb", "role"), [cell for cell, may in CELLS.items() if may])
def test_a_role_with_a_say_is_never_told_that_it_has_none(verb: str, role: str) -> None:
    assert "not-your-role" not in codes(verb, role)


@pytest.mark.parametrize("verb", list(VERBS))
def test_the_roles_that_record_a_verb_are_those_of_the_table(verb: str) -> None:
    expected = sorted(role for (of, role), may in CELLS.items() if of == verb and may)

    assert list(who_may_act(Reviews(), verb)) == expected


STAGES = """
verb                         nothing proposed approved agreed active suspended ended
submit-proposal              yes     -        -        -      -      -         -
record-recommendation        -       yes      yes      -      -      -         -
record-legal-review          -       yes      yes      -      -      -         -
approve-by-council           -       yes      -        -      -      -         -
decline                      -       yes      yes      -      -      -         -
withdraw                     -       yes      yes      -      -      -         -
lapse                        -       yes      yes      yes    -      -         -
send-offer                   -       -        yes      -      -      -         -
record-counterpart-approval  -       yes      -        -      -      -         -
sign-agreement               -       -        yes      -      -      -         -
bring-into-force             -       -        -        yes    -      -         -
report-activity              -       -        -        -      yes    yes       -
file-annual-report           -       -        -        -      yes    yes       -
vary                         -       -        -        yes    yes    -         -
renew                        -       -        -        -      -      -         -
promote                      -       -        -        -      -      -         -
demote                       -       -        -        -      yes    -         -
suspend                      -       -        -        -      yes    -         -
resume                       -       -        -        -      -      yes       -
mark-dormant                 -       -        -        -      yes    yes       -
revive                       -       -        -        -      -      -         -
give-notice                  -       -        -        -      yes    yes       -
end                          -       -        -        yes    yes    yes       -
record-recognition           -       yes      yes      yes    yes    yes       yes
record-legacy-partnership    yes     -        -        -      -      -         -
request-correction           -       yes      yes      yes    yes    yes       yes
approve-correction           -       -        -        -      -      -         -
reject-correction            -       -        -        -      -      -         -
request-erasure              -       -        -        -      -      -         -
approve-erasure              -       -        -        -      -      -         -
reject-erasure               -       -        -        -      -      -         -
open-review                  -       yes      yes      yes    yes    yes       yes
request-information          -       -        -        -      -      -         -
record-answer                -       -        -        -      -      -         -
record-finding               -       -        -        -      -      -         -
close-review                 -       -        -        -      -      -         -
"""
HISTORIES: dict[str, tuple[Did, ...]] = {
    "nothing": (),
    "proposed": PROPOSED,
    "approved": APPROVED_BY_BOTH,
    "agreed": AGREED,
    "active": ACTIVE,
    "suspended": SUSPENDED,
    "ended": ENDED,
}


@pytest.mark.parametrize(("number", "stage"), list(enumerate(HISTORIES, 1)))
def test_what_somebody_may_do_at_each_stage(number: int, stage: str) -> None:
    expected = {row.split()[0]: row.split()[number] == "yes" for row in STAGES.splitlines()[2:]}
    state = given(*HISTORIES[stage]).state
    people = [actor for actors in PEOPLE.values() for actor in actors]

    may = {a.verb for actor in people for a in answers(state, actor) if a.allowed}

    assert may == {verb for verb, allowed in expected.items() if allowed}


@pytest.mark.parametrize("history", [PROPOSED, ACTIVE, DECLINED, WITHDRAWN, ENDED])
def test_a_stranger_changes_nothing(history: tuple[Did, ...]) -> None:
    assert not [a for a in answers(given(*history).state, STRANGER) if a.allowed]


def test_an_answer_completes_the_sentence_you_may() -> None:
    answer = next(a for a in answers(given(*ACTIVE).state, CLERK) if a.verb == "suspend")

    assert (answer.allowed, answer.act, answer.because) == (True, "suspend the partnership", "")


def test_an_answer_says_because_of_what_not() -> None:
    answer = next(a for a in answers(given(*ENDED).state, CLERK) if a.verb == "suspend")

    assert (answer.allowed, answer.code) == (False, "not-at-this-stage")
    assert "needs it to be active" in answer.because


def test_an_answer_waits_for_no_body_to_be_named() -> None:
    state = given(*ACTIVE).state
    staff = {a.verb for a in answers(state, deciding("staff")) if a.allowed}

    assert staff == {a.verb for a in answers(state, CLERK) if a.allowed}


def test_the_recorder_of_the_home_side_is_a_clerk_of_it() -> None:
    state = given(*PROPOSED).state
    told = {a.verb: a.code for a in answers(state, CLERK_ABROAD)}

    assert told["decline"] == told["withdraw"] == "not-your-community"


def test_each_verb_is_a_row_of_one_table() -> None:
    assert set(VERBS.values()) == {*RULES, *REVIEW_RULES}
    assert all(
        issubclass(shape, ReviewCommand) == (shape in REVIEW_RULES) for shape in VERBS.values()
    )


def test_a_counterpart_speaks_for_the_counterpart_alone() -> None:
    for rule in RULES.values():
        if "counterpart" in rule.roles:
            assert rule.bodies_for("counterpart") == {"counterpart"}


def test_the_bodies_of_a_row_are_those_of_all_its_recorders() -> None:
    row = next(rule for rule in RULES.values() if rule.act == "sign the agreement")

    assert row.bodies == {"mayor", "counterpart"}
    assert row.bodies_for("clerk") == {"mayor"}
    assert row.bodies_for("analyst") == frozenset()


def test_an_actor_of_a_role_that_is_not_known_may_do_nothing() -> None:
    state = given(*ACTIVE).state

    assert {a.code for a in answers(state, replace(CLERK, role="mayor"))} == {"not-your-role"}
