"""The decider of a partnership: every command, at the stages from which it may start."""

from typing import assert_never

from domain.decider import Act
from domain.partnership import agreement, checks, corrections, erasure, legacy, life, proposal
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.rules import refusal
from domain.partnership.state import Active, Agreed, Proposed, State, Suspended, Unknown


def decide(command: c.PartnershipCommand, state: State, act: Act) -> tuple[e.PartnershipEvent, ...]:
    """Answer `command` with what happened, or raise `Refused` and nothing has happened."""
    refused = refusal(type(command), state, act.actor)
    if refused is not None:
        raise refused
    checks.dated(command, state, act)
    return (_event(command, state, act),)


def _event(command: c.PartnershipCommand, state: State, act: Act) -> e.PartnershipEvent:
    match command, state:
        case c.SubmitProposal(), Unknown():
            return proposal.submitted(command, state, act)
        case c.RecordLegacyPartnership(), Unknown():
            return legacy.taken_over(command, state, act)
        case c.RecordRecommendation(), Proposed():
            return proposal.recommended(command, state)
        case c.RecordLegalReview(), Proposed():
            return proposal.reviewed(command, state)
        case c.ApproveByCouncil(), Proposed():
            return proposal.approved(command, state)
        case c.Decline(), Proposed():
            return proposal.declined(command, state, act)
        case c.Withdraw(), Proposed():
            return proposal.withdrawn(command, state, act)
        case c.Lapse(), (Proposed() | Agreed()):
            return proposal.lapsed(command, state, act)
        case c.SendOffer(), Proposed():
            return proposal.offered(command, state)
        case c.RecordCounterpartApproval(), Proposed():
            return proposal.counterpart_approved(command, state)
        case c.SignAgreement(), Proposed():
            return proposal.signed(command, state, act)
        case c.BringIntoForce(), Agreed():
            return agreement.activated(command, state, act)
        case c.Vary(), (Agreed() | Active()):
            return agreement.varied(command, state)
        case c.Renew(), Active():
            return agreement.renewed(command, state, act)
        case c.Promote(), Active():
            return agreement.promoted(command, state)
        case c.Demote(), Active():
            return agreement.demoted(command, state)
        case c.Suspend(), Active():
            return agreement.suspended(command, state)
        case c.Resume(), Suspended():
            return agreement.resumed(command, state, act)
        case c.GiveNotice(), (Active() | Suspended()):
            return agreement.notice_given(command, state, act)
        case c.End(), (Agreed() | Active() | Suspended()):
            return agreement.ended(command, state, act)
        case c.ReportActivity(), (Active() | Suspended()):
            return life.activity(command, state)
        case c.FileAnnualReport(), (Active() | Suspended()):
            return life.annual_report(command, state, act)
        case c.MarkDormant(), (Active() | Suspended()):
            return life.gone_quiet(command, state, act)
        case c.Revive(), (Active() | Suspended()):
            return life.revived(command, state, act)
        case c.RecordRecognition(), _ if not isinstance(state, Unknown):
            return life.recognised(command, state, act)
        case c.RequestCorrection(), _ if not isinstance(state, Unknown):
            return corrections.requested(command, state, act)
        case (c.ApproveCorrection() | c.RejectCorrection(), _) if not isinstance(state, Unknown):
            return corrections.decided(command, state, act)
        case c.RequestErasure(), _ if not isinstance(state, Unknown):
            return erasure.requested(command, state)
        case (c.ApproveErasure() | c.RejectErasure(), _) if not isinstance(state, Unknown):
            return erasure.decided(command, state, act)
        case (
            c.SubmitProposal()
            | c.RecordLegacyPartnership()
            | c.RecordRecommendation()
            | c.RecordLegalReview()
            | c.ApproveByCouncil()
            | c.Decline()
            | c.Withdraw()
            | c.Lapse()
            | c.SendOffer()
            | c.RecordCounterpartApproval()
            | c.SignAgreement()
            | c.BringIntoForce()
            | c.Vary()
            | c.Renew()
            | c.Promote()
            | c.Demote()
            | c.Suspend()
            | c.Resume()
            | c.GiveNotice()
            | c.End()
            | c.ReportActivity()
            | c.FileAnnualReport()
            | c.MarkDormant()
            | c.Revive()
            | c.RecordRecognition()
            | c.RequestCorrection()
            | c.ApproveCorrection()
            | c.RejectCorrection()
            | c.RequestErasure()
            | c.ApproveErasure()
            | c.RejectErasure(),
            _,
        ):
            # Its name alone: a command may say what no log may show.
            raise AssertionError(f"the rules let {type(command).__name__} through at {state!r}")
        case _:
            assert_never(command)
