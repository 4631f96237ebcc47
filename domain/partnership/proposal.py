"""A proposal until both sides have signed: what its acts must satisfy, and what then happened."""

from domain.citations import cited
from domain.decider import Act
from domain.names import fold
from domain.partnership import checks
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.parties import told_apart, two_parties
from domain.partnership.state import Agreed, Proposed, Unknown
from domain.refusals import (
    AlreadyRecorded,
    AnotherVersion,
    Invalid,
    NotYourBody,
    NotYourCommunity,
)
from domain.values import Sha256, Vote, mint_partnership_id


def submitted(command: c.SubmitProposal, state: Unknown, act: Act) -> e.ProposalSubmitted:
    """Two different parties, the home side's own clerk, a motive, no live one of the same tier.

    Neither party is a second id for a name that is known.
    """
    if act.actor.community != command.home.community:
        raise NotYourCommunity(
            act="submit a proposal",
            community=act.actor.community,
            communities=[command.home.community],
        )
    if "unknown" in command.motives:
        raise Invalid("motives", "a proposal says why", "Choose at least one motive.")
    two_parties(command.home, command.counterpart)
    told_apart(command.home, command.counterpart, state, act)
    checks.no_live_one(state.live, command.tier)
    return e.ProposalSubmitted(
        mint_partnership_id(act.key),
        home=command.home,
        counterpart=command.counterpart,
        tier=command.tier,
        kind=command.kind,
        motives=tuple(dict.fromkeys(command.motives)),
        statement=command.statement,
        sponsor=command.sponsor,
        evidence=cited(command.evidence),
    )


def recommended(command: c.RecordRecommendation, state: Proposed) -> e.RecommendationRecorded:
    """Conditions where there are some; a body may change its mind, not say the same twice."""
    if command.advice == "conditional" and not command.conditions.strip():
        raise Invalid("conditions", "the advice is conditional", "Say under which conditions.")
    if command.advice != "conditional" and command.conditions:
        raise Invalid(
            "conditions", "the advice has no conditions", "Leave them out, or choose conditional."
        )
    said = command.advice, command.conditions
    if state.advised.get(fold(command.advisory_body)) == said:
        raise AlreadyRecorded(
            f"This advice of {command.advisory_body}", "Another advice of it can follow."
        )
    return e.RecommendationRecorded(
        state.record.id,
        command.advisory_body,
        command.advice,
        command.conditions,
        command.statement,
        cited(command.evidence),
    )


def reviewed(command: c.RecordLegalReview, state: Proposed) -> e.LegalReviewRecorded:
    """An office reviews a text once; a changed text has another SHA-256."""
    known = {(fold(office), text) for office, text, _ in state.reviewed}
    if (fold(command.reviewer_office), command.text_sha256) in known:
        raise AlreadyRecorded(
            f"The review of this text by {command.reviewer_office}",
            "A changed text is reviewed anew, under its own SHA-256.",
        )
    return e.LegalReviewRecorded(
        state.record.id,
        command.reviewer_office,
        command.outcome,
        command.text_sha256,
        command.statement,
        cited(command.evidence),
    )


def approved(command: c.ApproveByCouncil, state: Proposed) -> e.HomeApprovalGiven:
    """More in favour than against, on the text that the counterpart approved if it did."""
    _adopted(command.vote)
    _same_text(command.text_sha256, state.counterpart_approval)
    return e.HomeApprovalGiven(
        state.record.id,
        command.vote,
        command.text_sha256,
        cited(command.evidence),
        command.statement,
    )


def declined(command: c.Decline, state: Proposed, act: Act) -> e.ProposalDeclined:
    """By the council at home, or by the counterpart."""
    by: e.Side = "counterpart" if act.actor.body == "counterpart" else "home"
    return e.ProposalDeclined(state.record.id, by, command.reason, cited(command.evidence))


def withdrawn(command: c.Withdraw, state: Proposed, act: Act) -> e.ProposalWithdrawn:
    """Who proposed withdraws; where a legacy record does not say who, any body that proposes."""
    proposed_by = state.record.proposing_body
    if proposed_by not in ("", act.actor.body):
        raise NotYourBody(act="withdraw the proposal", body=act.actor.body, bodies=[proposed_by])
    return e.ProposalWithdrawn(state.record.id, command.reason, cited(command.evidence))


def lapsed(command: c.Lapse, state: Proposed | Agreed, act: Act) -> e.PartnershipLapsed:
    """The system names its rule, a person the reason."""
    checks.by_rule(command.rule, act)
    if not command.rule and not command.reason.strip():
        raise Invalid("reason", "nobody knows why it lapsed", "Say why it was not completed.")
    return e.PartnershipLapsed(
        state.record.id, command.reason, cited(command.evidence), command.rule
    )


def offered(command: c.SendOffer, state: Proposed) -> e.OfferSent:
    """The letter that follows the council's approval."""
    return e.OfferSent(
        state.record.id, command.signer_office, command.statement, cited(command.evidence)
    )


def counterpart_approved(
    command: c.RecordCounterpartApproval, state: Proposed
) -> e.CounterpartApprovalRecorded:
    """Of the text that the home council approved, if it did."""
    _same_text(command.text_sha256, state.home_approval)
    return e.CounterpartApprovalRecorded(
        state.record.id, command.text_sha256, cited(command.evidence), command.statement
    )


def signed(command: c.SignAgreement, state: Proposed, act: Act) -> e.AgreementSigned:
    """The text approved; the second signature completes the agreement."""
    _same_text(command.text_sha256, state.home_approval)
    side = checks.side(state, act)
    return e.AgreementSigned(
        state.record.id,
        side,
        command.signer_office,
        command.text_sha256,
        completes=state.signed | {side} == {"home", "counterpart"},
        delegated_by=command.delegated_by,
        evidence=cited(command.evidence),
    )


def _adopted(vote: Vote) -> None:
    if vote.in_favour <= vote.against:
        raise Invalid(
            "vote",
            f"{vote.in_favour} in favour and {vote.against} against is no majority",
            "Record that the proposal is declined, or correct the count.",
        )


def _same_text(given: Sha256, approved: str) -> None:
    """A signature or approval is for the text approved before, where one was."""
    if approved and given != approved:
        raise AnotherVersion(approved=approved, given=given)
