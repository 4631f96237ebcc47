"""The decider of a partnership: every command, at the stages from which it may start."""

from typing import assert_never

from domain.citations import cited
from domain.dates import parse, parse_day
from domain.decider import Act
from domain.partnership import checks, corrections
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.rules import refusal
from domain.partnership.state import Active, Agreed, Proposed, State, Suspended, Unknown
from domain.values import mint_partnership_id


def decide(command: c.PartnershipCommand, state: State, act: Act) -> tuple[e.PartnershipEvent, ...]:
    """Answer `command` with what happened, or raise `Refused` and nothing has happened."""
    refused = refusal(type(command), state, act.actor)
    if refused is not None:
        raise refused
    checks.dated(command, state, act)
    match command, state:
        case c.SubmitProposal(), Unknown():
            checks.may_propose(command, state, act)
            return (
                e.ProposalSubmitted(
                    mint_partnership_id(act.key),
                    home=command.home,
                    counterpart=command.counterpart,
                    tier=command.tier,
                    kind=command.kind,
                    motives=tuple(dict.fromkeys(command.motives)),
                    statement=command.statement,
                    sponsor=command.sponsor,
                    evidence=cited(command.evidence),
                ),
            )
        case c.RecordLegacyPartnership(), Unknown():
            return (checks.legacy(command, state, act),)
        case c.ApproveByCouncil(), Proposed():
            checks.adopted(command.vote)
            checks.same_text(command.text_sha256, state.counterpart_approval)
            return (
                e.HomeApprovalGiven(
                    state.record.id,
                    command.vote,
                    command.text_sha256,
                    cited(command.evidence),
                    command.statement,
                ),
            )
        case c.Decline(), Proposed():
            decided_by: e.Side = "counterpart" if act.actor.body == "counterpart" else "home"
            return (
                e.ProposalDeclined(
                    state.record.id, decided_by, command.reason, cited(command.evidence)
                ),
            )
        case c.Withdraw(), Proposed():
            checks.by_proposer(state, act)
            return (e.ProposalWithdrawn(state.record.id, command.reason, cited(command.evidence)),)
        case c.RecordCounterpartApproval(), Proposed():
            checks.same_text(command.text_sha256, state.home_approval)
            return (
                e.CounterpartApprovalRecorded(
                    state.record.id,
                    command.text_sha256,
                    cited(command.evidence),
                    command.statement,
                ),
            )
        case c.SignAgreement(), Proposed():
            checks.same_text(command.text_sha256, state.home_approval)
            side = checks.side(state, act)
            return (
                e.AgreementSigned(
                    state.record.id,
                    side,
                    command.signer_office,
                    command.text_sha256,
                    completes=state.signed | {side} == {"home", "counterpart"},
                    delegated_by=command.delegated_by,
                    evidence=cited(command.evidence),
                ),
            )
        case c.BringIntoForce(), Agreed():
            checks.by_rule(command, act)
            return (
                e.PartnershipActivated(
                    state.record.id,
                    command.statement,
                    cited(command.evidence),
                    command.rule,
                ),
            )
        case c.ReportActivity(), (Active() | Suspended()):
            return (
                e.ActivityReported(
                    state.record.id,
                    command.kind,
                    command.statement,
                    command.outcome,
                    cited(command.evidence),
                ),
            )
        case c.FileAnnualReport(), (Active() | Suspended()):
            return (checks.annual_report(command, state, act),)
        case c.Suspend(), Active():
            if command.review_by:
                parse_day(command.review_by, field="review_by")
            return (
                e.PartnershipSuspended(
                    state.record.id,
                    command.reason,
                    command.condition,
                    cited(command.evidence),
                    command.waiting_days,
                    command.review_by,
                ),
            )
        case c.Resume(), Suspended():
            checks.same_body_or_higher(state.suspended_by, act.actor.body)
            checks.waited(state, act)
            return (
                e.PartnershipResumed(state.record.id, command.attestation, cited(command.evidence)),
            )
        case c.End(), (Agreed() | Active() | Suspended()):
            checks.cause_fits(command.cause, state, act)
            if command.counterpart_told_on:
                parse(command.counterpart_told_on, field="counterpart_told_on")
            return (
                e.PartnershipEnded(
                    state.record.id,
                    command.cause,
                    cited(command.evidence),
                    command.statement,
                    command.counterpart_told_on,
                ),
            )
        case c.RequestCorrection(), _ if not isinstance(state, Unknown):
            return (corrections.requested(command, state, act),)
        case (c.ApproveCorrection() | c.RejectCorrection(), _) if not isinstance(state, Unknown):
            return (corrections.decided(command, state, act),)
        case (
            c.SubmitProposal()
            | c.RecordLegacyPartnership()
            | c.ApproveByCouncil()
            | c.Decline()
            | c.Withdraw()
            | c.RecordCounterpartApproval()
            | c.SignAgreement()
            | c.BringIntoForce()
            | c.ReportActivity()
            | c.FileAnnualReport()
            | c.Suspend()
            | c.Resume()
            | c.End()
            | c.RequestCorrection()
            | c.ApproveCorrection()
            | c.RejectCorrection(),
            _,
        ):
            raise AssertionError(f"the rules let {command!r} through at {state!r}")
        case _:
            assert_never(command)
