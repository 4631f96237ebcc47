"""Who may do what, when: the table that the decider, the pages and the command line all read.

One row per command: the stages it starts from, the roles that record it, the
bodies that decide it, and what must hold before. `refusal` answers for a row without its fields, so
"what is allowed, and if not why" and the decision itself can never differ.
"""

from typing import get_args

from msgspec import Struct

from domain.partnership import commands as c
from domain.partnership import guards as g
from domain.partnership.state import (
    Active,
    Agreed,
    Known,
    Over,
    Proposed,
    State,
    Suspended,
    Unknown,
)
from domain.ports import Actor
from domain.refusals import (
    NotAtThisStage,
    NotYourBody,
    NotYourCommunity,
    NotYourRole,
    Refused,
)
from domain.values import Body, Role

STAGE_NAMES: dict[type[State], str] = {
    Unknown: "not recorded yet",
    Proposed: "proposed",
    Agreed: "agreed",
    Active: "active",
    Suspended: "suspended",
    Over: "ended, declined, withdrawn or lapsed",
}


class Rule(Struct, frozen=True):
    """One row. `act` completes the sentence "You may ...".

    `recorders` maps each role that records the act to the bodies whose decision it records; no
    bodies means any body.
    """

    act: str
    stages: tuple[type[State], ...]
    recorders: dict[Role, frozenset[Body]]
    guards: tuple[g.Guard, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        """Who records it."""
        return frozenset(self.recorders)

    @property
    def bodies(self) -> frozenset[Body]:
        """Who decides it, whoever records it; empty for any body."""
        return frozenset[Body]().union(*self.recorders.values())

    def bodies_for(self, role: str) -> frozenset[Body]:
        """The bodies whose decision this role records; empty for any body."""
        return next((bodies for known, bodies in self.recorders.items() if known == role), _ANY)


_ANY: frozenset[Body] = frozenset()
_COUNCIL: frozenset[Body] = frozenset({"council"})
_MAYOR: frozenset[Body] = frozenset({"mayor"})
_COUNCIL_OR_MAYOR: frozenset[Body] = _COUNCIL | _MAYOR
_COUNTERPART: frozenset[Body] = frozenset({"counterpart"})
# Not the council: it approves, and who proposes does not approve. A councillor moves it there.
_PROPOSERS: frozenset[Body] = frozenset(
    {"councillor", "community_body", "staff", "mayor", "association", "counterpart"}
)
_RECOGNISERS: frozenset[Body] = frozenset({"association", "minister", "legislature"})
_SECOND_PERSON: dict[Role, frozenset[Body]] = {"oversight_officer": _ANY, "approver": _ANY}
_IN_FORCE = (Active, Suspended)
ON_RECORD = (Proposed, Agreed, Active, Suspended, Over)

RULES: dict[type[c.PartnershipCommand], Rule] = {
    c.SubmitProposal: Rule("submit a proposal", (Unknown,), {"clerk": _PROPOSERS}),
    c.RecordRecommendation: Rule(
        "record a recommendation",
        (Proposed,),
        {"clerk": frozenset({"advisory_committee"})},
    ),
    c.RecordLegalReview: Rule(
        "record a legal review",
        (Proposed,),
        {"clerk": frozenset({"legal_officer"})},
        (g.not_the_proposer("record the legal review"),),
    ),
    c.ApproveByCouncil: Rule(
        "record the approval of the home council",
        (Proposed,),
        {"clerk": _COUNCIL},
        (g.approval_is_open, g.not_the_proposer("approve the proposal")),
    ),
    c.Decline: Rule(
        "decline the proposal",
        (Proposed,),
        {"clerk": _COUNCIL | _COUNTERPART, "counterpart": _COUNTERPART},
    ),
    c.Withdraw: Rule("withdraw the proposal", (Proposed,), {"clerk": _PROPOSERS}),
    c.Lapse: Rule("record that it has lapsed", (Proposed, Agreed), {"clerk": _ANY, "system": _ANY}),
    c.SendOffer: Rule(
        "send the offer to the counterpart",
        (Proposed,),
        {"clerk": _MAYOR},
        (g.an_offer_is_due,),
    ),
    c.RecordCounterpartApproval: Rule(
        "record the approval of the counterpart",
        (Proposed,),
        {"clerk": _COUNTERPART, "counterpart": _COUNTERPART},
        (g.counterpart_approval_is_open,),
    ),
    c.SignAgreement: Rule(
        "sign the agreement",
        (Proposed,),
        {"clerk": _MAYOR, "counterpart": _COUNTERPART},
        (g.approvals_come_first, g.own_side_has_not_signed),
    ),
    c.BringIntoForce: Rule(
        "bring the agreement into force",
        (Agreed,),
        {"clerk": _ANY, "system": _ANY},
        (g.no_hold("bring the agreement into force"),),
    ),
    c.ReportActivity: Rule("report an activity", _IN_FORCE, {"clerk": _ANY}),
    c.FileAnnualReport: Rule("file the annual report", _IN_FORCE, {"clerk": _ANY}),
    c.Vary: Rule("vary the agreement", (Agreed, Active), {"clerk": _COUNCIL_OR_MAYOR}),
    c.Renew: Rule(
        "renew the term",
        (Active,),
        {"clerk": _COUNCIL},
        (g.a_term_is_known, g.no_hold("renew the term")),
    ),
    c.Promote: Rule(
        "raise the level of the partnership",
        (Active,),
        {"clerk": _COUNCIL},
        (g.not_at("sister", "highest"), g.no_hold("raise the level of the partnership")),
    ),
    c.Demote: Rule(
        "lower the level of the partnership",
        (Active,),
        {"clerk": _COUNCIL},
        (g.not_at("contact", "lowest"),),
    ),
    c.Suspend: Rule("suspend the partnership", (Active,), {"clerk": _COUNCIL_OR_MAYOR}),
    c.Resume: Rule(
        "resume the partnership",
        (Suspended,),
        {"clerk": _COUNCIL_OR_MAYOR},
        (g.whose_suspension,),
    ),
    c.MarkDormant: Rule(
        "mark the partnership as dormant", _IN_FORCE, {"clerk": _ANY, "system": _ANY}
    ),
    c.Revive: Rule(
        "revive the partnership",
        _IN_FORCE,
        {"clerk": _ANY, "system": _ANY},
        (g.has_gone_quiet,),
    ),
    c.GiveNotice: Rule(
        "give notice of termination",
        _IN_FORCE,
        {"clerk": _MAYOR | _COUNTERPART, "counterpart": _COUNTERPART},
        (g.a_side_may_give_notice,),
    ),
    c.End: Rule(
        "end the partnership",
        (Agreed, Active, Suspended),
        {
            "clerk": frozenset({"council", "counterpart", "legislature", "minister"}),
            "counterpart": _COUNTERPART,
        },
    ),
    c.RecordRecognition: Rule(
        "record the recognition by a body", ON_RECORD, {"clerk": _RECOGNISERS}
    ),
    c.RecordLegacyPartnership: Rule(
        "record a partnership from before this register",
        (Unknown,),
        {"clerk": _ANY, "administrator": _ANY},
    ),
    c.RequestCorrection: Rule("request a correction", ON_RECORD, {"clerk": _ANY}),
    c.ApproveCorrection: Rule(
        "approve a correction", ON_RECORD, _SECOND_PERSON, (g.a_correction_waits,)
    ),
    c.RejectCorrection: Rule(
        "reject a correction", ON_RECORD, _SECOND_PERSON, (g.a_correction_waits,)
    ),
    c.RequestErasure: Rule(
        "request the erasure of private values",
        ON_RECORD,
        {"clerk": _ANY, "oversight_officer": _ANY},
        (g.private_values_are_there,),
    ),
    c.ApproveErasure: Rule("approve an erasure", ON_RECORD, _SECOND_PERSON, (g.an_erasure_waits,)),
    c.RejectErasure: Rule("reject an erasure", ON_RECORD, _SECOND_PERSON, (g.an_erasure_waits,)),
}

COMMANDS: tuple[type[c.PartnershipCommand], ...] = get_args(c.PartnershipCommand)


def refusal(
    command: type[c.PartnershipCommand], state: State, actor: Actor, *, body_known: bool = True
) -> Refused | None:
    """Why `actor` may not do this now, or None.

    With `body_known` False the deciding body is left open, as it is before a form is filled in.
    """
    rule = RULES[command]
    if actor.role not in rule.roles:
        return NotYourRole(act=rule.act, role=actor.role, roles=rule.roles)
    refused = _not_here(rule, state, actor)
    if refused is not None:
        return refused
    # The body comes last: what is refused before it is refused whatever the form will say.
    bodies = rule.bodies_for(actor.role)
    if body_known and bodies and actor.body not in bodies:
        return NotYourBody(act=rule.act, body=actor.body, bodies=bodies)
    return None


def _not_here(rule: Rule, state: State, actor: Actor) -> Refused | None:
    if not isinstance(state, rule.stages):
        return NotAtThisStage(
            act=rule.act,
            stage=STAGE_NAMES[type(state)],
            stages=[STAGE_NAMES[stage] for stage in rule.stages],
        )
    if isinstance(state, Unknown):
        return None
    foreign = _not_a_party(rule.act, state, actor)
    if foreign is not None:
        return foreign
    return next((r for guard in rule.guards if (r := guard(state, actor)) is not None), None)


def _not_a_party(act: str, state: Known, actor: Actor) -> Refused | None:
    """A clerk and an approver act for a party, the counterpart for its own side."""
    side = state.record.side_of(actor.community)
    home, counterpart = state.record.communities
    match actor.role:
        case "clerk" if isinstance(state, Proposed) and side != "home":
            # Until it is agreed there is one home side; the other side acts as the counterpart.
            return NotYourCommunity(act=act, community=actor.community, communities=[home])
        case "clerk" if side is None:
            return NotYourCommunity(
                act=act, community=actor.community, communities=[home, counterpart]
            )
        case "counterpart" if side != "counterpart":
            return NotYourCommunity(act=act, community=actor.community, communities=[counterpart])
        case "approver" if actor.community and side is None:
            # An approver of no community is the register's own.
            return NotYourCommunity(
                act=act, community=actor.community, communities=[home, counterpart]
            )
        case _:
            return None
