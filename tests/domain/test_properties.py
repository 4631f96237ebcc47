"""What holds in every life of a partnership, whatever is asked of it, by whom and when."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from msgspec.structs import replace

from domain.dates import parse
from domain.decider import Entry
from domain.history import entry_of
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.evolve import History
from domain.partnership.state import Over, Suspended, Unknown, status_of
from domain.refusals import NotAtThisStage, NotYourCommunity, NotYourRole, Refused
from domain.review import commands as rc
from domain.review import events as r
from domain.review.criteria import criteria_set
from domain.review.evolve import REVIEW
from domain.review.state import Reviews
from domain.values import LIVE
from tests.domain.lives import Life, decide, lives

STEPS_OF_LIFE = (
    *(e.HomeApprovalGiven, e.CounterpartApprovalRecorded, e.AgreementSigned),
    *(e.ProposalDeclined, e.ProposalWithdrawn, e.PartnershipLapsed, e.PartnershipActivated),
    *(e.PartnershipSuspended, e.PartnershipResumed, e.PartnershipEnded),
)
MAY_HAPPEN_TWICE = (c.ReportActivity, rc.RequestInformation, rc.RecordFinding)


def states(entries: Sequence[Entry[History]]) -> list[tuple[Reviews, Entry[History]]]:
    """Each entry with the state that it met."""
    met, state = [], Reviews()
    for entry in entries:
        met.append((state, entry))
        state = REVIEW.evolve(state, entry)
    return met


@given(lives())
def test_what_was_stored_and_read_back_folds_to_what_was_decided(life: Life) -> None:
    for step in life.steps:
        known_then = [entry for entry in life.entries if entry.recorded_at < step.act.now]
        assert REVIEW.fold(known_then) == step.before


@given(lives())
def test_the_pages_and_the_decision_agree(life: Life) -> None:
    for step in life.steps:
        founds = isinstance(step.command, c.FoundingCommand)
        if not step.answer.allowed:
            assert step.refused is not None
            assert step.refused.code == step.answer.code
        elif not founds:
            # A founding command names its communities itself: nobody knows them before.
            assert not isinstance(step.refused, NotAtThisStage | NotYourRole | NotYourCommunity)


@given(lives())
def test_what_was_done_is_not_done_twice(life: Life) -> None:
    for step in life.steps:
        if not step.recorded or isinstance(step.command, MAY_HAPPEN_TWICE):
            continue
        after = step.before
        for stored in step.recorded:
            after = REVIEW.evolve(after, entry_of(stored))
        with pytest.raises(Refused):
            decide(step.command, after, replace(step.act, key="another key"))


@given(lives())
def test_a_refusal_says_what_to_do(life: Life) -> None:
    for step in life.steps:
        assert step.refused is None or (step.refused.code and str(step.refused).endswith("."))


# Invariant 1 of the register's rules.
@given(lives())
def test_nothing_is_active_without_two_approvals_and_two_signatures(life: Life) -> None:
    events = [entry.event for entry in life.entries]
    for number, event in enumerate(events):
        if not isinstance(event, e.PartnershipActivated):
            continue
        before = events[:number]
        signed = {s.side: s.text_sha256 for s in before if isinstance(s, e.AgreementSigned)}
        home = [a.text_sha256 for a in before if isinstance(a, e.HomeApprovalGiven)]
        abroad = [a.text_sha256 for a in before if isinstance(a, e.CounterpartApprovalRecorded)]
        founded = before[0]
        if isinstance(founded, e.LegacyPartnershipRecorded) and founded.status != "proposed":
            continue
        assert [*home, *abroad] == [signed["home"], signed["counterpart"]]


# Invariant 2.
@given(lives())
def test_no_clock_changes_what_a_history_means(life: Life) -> None:
    later = [
        replace(entry, recorded_at=entry.recorded_at + timedelta(days=9_999))
        for entry in life.entries
    ]

    assert REVIEW.fold(later) == REVIEW.fold(life.entries)


@given(lives())
def test_what_time_brings_about_names_its_rule(life: Life) -> None:
    for entry in life.entries:
        by_system = entry.actor.role == "system"
        match entry.event:
            case e.PartnershipActivated() | e.PartnershipLapsed() as event:
                assert bool(event.rule) == by_system
            case e.VitalitySet() as event:
                assert bool(event.rule) == (by_system or event.vitality != "fresh")
            case _:
                assert not by_system


@given(lives())
def test_a_hold_keeps_force_term_and_level_as_they_are(life: Life) -> None:
    holds = set[str]()
    for entry in life.entries:
        match entry.event:
            case r.ReviewOpened(hold=True) as opened:
                holds.add(opened.review)
            case r.ReviewClosed() as closed:
                holds.discard(closed.review)
            case e.PartnershipActivated() | e.TermRenewed() | e.TierSet(reason=""):
                assert not holds
            case _:
                pass


@given(lives())
def test_a_term_is_only_renewed_to_a_later_end(life: Life) -> None:
    end = date.min
    for entry in life.entries:
        match entry.event:
            case e.LegacyPartnershipRecorded() | e.PartnershipActivated() as begun:
                end = (parse(begun.term_end).latest if begun.term_end else None) or end
            case e.TermRenewed() as renewed:
                later = parse(renewed.term_end).latest
                assert later
                assert end < later
                end = later
            case _:
                pass


# Invariant 4.
@given(lives())
def test_who_proposed_never_approves_and_who_runs_it_never_closes_its_review(life: Life) -> None:
    proposers, programme = set[str](), set[str]()
    for entry in life.entries:
        match entry.event:
            case e.ProposalSubmitted() | e.LegacyPartnershipRecorded():
                proposers.add(entry.actor.recorder)
            case e.ActivityReported() | e.AnnualReportFiled():
                programme.add(entry.actor.recorder)
            case e.HomeApprovalGiven():
                assert entry.actor.recorder not in proposers
            case r.ReviewClosed():
                assert entry.actor.recorder not in programme
            case _:
                pass


@given(lives())
def test_who_asked_for_a_correction_never_decides_on_it(life: Life) -> None:
    asked = {
        entry.position: entry.actor.recorder
        for entry in life.entries
        if isinstance(entry.event, e.CorrectionRequested)
    }
    for entry in life.entries:
        if isinstance(entry.event, e.RecordCorrected | e.CorrectionRejected):
            assert asked[entry.event.request] != entry.actor.recorder


# Invariant 5.
@given(lives())
def test_no_review_is_closed_with_an_unanswered_element(life: Life) -> None:
    events = [entry.event for entry in life.entries]
    opened = {event.review: event.criteria for event in events if isinstance(event, r.ReviewOpened)}
    for number, event in enumerate(events):
        if isinstance(event, r.ReviewClosed):
            found = {
                finding.element
                for finding in events[:number]
                if isinstance(finding, r.FindingRecorded) and finding.review == event.review
            }
            assert found == set(criteria_set(opened[event.review]).codes)


# Invariants 6 and 7.
@given(lives())
def test_what_is_suspended_resumes_or_ends_and_what_is_over_stays_over(life: Life) -> None:
    for state, entry in states(life.entries):
        if isinstance(entry.event, STEPS_OF_LIFE):
            assert not isinstance(state.partnership, Over)
            if isinstance(state.partnership, Suspended):
                assert isinstance(entry.event, e.PartnershipResumed | e.PartnershipEnded)


@given(lives())
def test_only_a_step_of_its_life_changes_a_status(life: Life) -> None:
    for state, entry in states(life.entries):
        after = REVIEW.evolve(state, entry).partnership
        if isinstance(state.partnership, Unknown) or isinstance(entry.event, STEPS_OF_LIFE):
            continue
        assert not isinstance(after, Unknown)
        assert status_of(after) == status_of(state.partnership)


# Invariant 9.
@given(lives())
def test_both_clocks_are_kept_as_they_were_told(life: Life) -> None:
    for step in life.steps:
        for stored in step.recorded:
            assert stored.recorded_at == step.act.now
            if isinstance(step.command, c.RecordLegacyPartnership):
                start = step.command.since or step.command.formally_since
                assert stored.effective == (start.on if start else None)
            else:
                assert stored.effective == (step.act.on.text if step.act.on else None)


@given(lives())
def test_what_begins_ends_or_moves_a_partnership_is_found_by_its_pair(life: Life) -> None:
    was_live = False
    for stored, (state, entry) in zip(life.recorded, states(life.entries), strict=True):
        after = REVIEW.evolve(state, entry).partnership
        assert not isinstance(after, Unknown)
        is_live = status_of(after) in LIVE
        if is_live != was_live or isinstance(entry.event, e.TierSet):
            assert any(tag.startswith("pair:") for tag in stored.tags)
        was_live = is_live
