"""Erasures: one person asks, another decides, and the certificate says which values, never what."""

import pytest
from msgspec.structs import replace

from domain.answers import answers
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.refusals import AlreadyRecorded, Invalid, NotFound, SamePerson, WaitingFor
from tests.domain.given import Did, given
from tests.domain.people import APPROVER, CLERK, OFFICER, SECOND_CLERK, STRANGER
from tests.domain.stages import ACTIVE, ID, SUBMITTED

SAID = replace(SUBMITTED, private={"contact": "ab" * 32})
HISTORY = (SAID, *ACTIVE[1:])
AT = len(HISTORY) + 1
ASK = c.RequestErasure(1, "consent_withdrawn", "GDPR, Article 17(1)(b)")
ASKED = Did(e.ErasureRequested(ID, 1, ASK.ground, ASK.law))
CERTIFICATE = e.PrivateValuesErased(
    ID, AT, 1, (e.ErasedValue("contact", "ab" * 32),), ASK.ground, ASK.law
)
WAITING = (*HISTORY, ASKED)
ERASED = (*WAITING, Did(CERTIFICATE, APPROVER))


@pytest.mark.parametrize("who", [CLERK, SECOND_CLERK, OFFICER])
def test_a_clerk_or_an_officer_asks_for_an_erasure(who) -> None:  # type: ignore[no-untyped-def]  # an actor
    given(*HISTORY).when(ASK, by=who, on=None).then(ASKED.event)


def test_nobody_asks_where_nothing_is_private() -> None:
    refused = given(*ACTIVE).when(ASK, on=None).refused(WaitingFor)

    assert "there are none" in str(refused)


@pytest.mark.parametrize(("position", "why"), [(99, NotFound), (2, Invalid)])
def test_an_erasure_names_an_entry_with_private_values(position, why) -> None:  # type: ignore[no-untyped-def]  # a case
    given(*HISTORY).when(c.RequestErasure(position, "objection"), on=None).refused(why)


def test_an_erasure_is_asked_for_once() -> None:
    given(*WAITING).when(ASK, by=SECOND_CLERK, on=None).refused(AlreadyRecorded)


@pytest.mark.parametrize("who", [APPROVER, OFFICER])
def test_a_second_person_approves_it_and_the_certificate_names_the_values(who) -> None:  # type: ignore[no-untyped-def]  # an actor
    given(*WAITING).when(c.ApproveErasure(AT), by=who, on=None).then(CERTIFICATE)


def test_a_second_person_rejects_it() -> None:
    given(*WAITING).when(c.RejectErasure(AT, "A public office."), by=OFFICER, on=None).then(
        e.ErasureRejected(ID, AT, "A public office.")
    )


@pytest.mark.parametrize("decision", [c.ApproveErasure(AT), c.RejectErasure(AT, "No.")])
def test_who_asked_never_decides_whatever_the_role(
    decision: c.ApproveErasure | c.RejectErasure,
) -> None:
    same = replace(APPROVER, recorder=CLERK.recorder)
    by_two = (*HISTORY, ASKED)

    given(*by_two).when(decision, by=same, on=None).refused(SamePerson)


def test_an_officer_who_asked_for_one_decides_on_the_other_only() -> None:
    both = (SAID, replace(ACTIVE[1], private={"annex": "cd" * 32}), *ACTIVE[2:])
    history = (*both, Did(e.ErasureRequested(ID, 1, "objection"), OFFICER), Did(ASKED.event))

    given(*history).when(c.ApproveErasure(AT), by=OFFICER, on=None).refused(SamePerson)


def test_what_nobody_asked_for_is_not_decided() -> None:
    given(*HISTORY).when(c.ApproveErasure(1), by=OFFICER, on=None).refused(WaitingFor)
    given(*WAITING).when(c.ApproveErasure(1), by=OFFICER, on=None).refused(NotFound)


def test_what_is_erased_is_not_erased_again() -> None:
    state = given(*ERASED).state.partnership

    assert (state.record.private, state.record.erasures) == ({}, ())  # type: ignore[union-attr]  # it is known
    given(*ERASED).when(ASK, on=None).refused(WaitingFor)


def test_a_rejected_erasure_may_be_asked_for_again() -> None:
    rejected = (*WAITING, Did(e.ErasureRejected(ID, AT, "No."), OFFICER))

    given(*rejected).when(ASK, on=None).then(ASKED.event)


def test_a_stranger_has_no_say() -> None:
    told = {a.verb: a.allowed for a in answers(given(*WAITING).state, STRANGER)}

    assert not told["request-erasure"]
    assert not told["approve-erasure"]
