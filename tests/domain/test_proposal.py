"""From a proposal to an agreement: rows 1, 8, 9, 10, 12 and 13."""

import pytest
from msgspec.structs import replace

from domain.partnership import commands as c
from domain.partnership import events as e
from domain.refusals import (
    AlreadyPaired,
    AlreadyRecorded,
    AnotherVersion,
    Invalid,
    NotAtThisStage,
    NotYourBody,
    NotYourCommunity,
    SamePerson,
    WaitingFor,
)
from domain.values import Citation, CommunityId, Vote, mint_partnership_id
from tests.domain.given import Did, given
from tests.domain.people import (
    ADMINISTRATOR,
    CLERK_ABROAD,
    COUNTERPART,
    KITAKYUSHU,
    NORFOLK,
    SECOND_CLERK,
    STRANGER,
    deciding,
)
from tests.domain.stages import (
    ACTIVE,
    AGREED,
    APPROVED,
    APPROVED_BY_BOTH,
    COUNTERPART_APPROVED,
    DECLINED,
    ENDED,
    ID,
    LEGACY_ACTIVE,
    OTHER_TEXT,
    PROPOSED,
    RESOLUTION,
    SIGNED_BY_ONE,
    TEXT,
    WITHDRAWN,
    legacy,
)

PROPOSE = c.SubmitProposal(
    NORFOLK, KITAKYUSHU, "sister", "sister_city", ("trade", "culture"), "Two ports.", "Ms. Chair"
)
APPROVE = c.ApproveByCouncil(Vote(7, 1), TEXT, RESOLUTION)
CONFIRM = c.RecordCounterpartApproval(TEXT, RESOLUTION)
SIGN = c.SignAgreement("Mayor", TEXT)
COUNCILLOR = deciding("councillor")
MAYOR = deciding("mayor")


def test_a_councillor_proposes_a_partnership() -> None:
    given().when(PROPOSE, by=COUNCILLOR, key="k-1").then(
        e.ProposalSubmitted(
            mint_partnership_id("k-1"),
            NORFOLK,
            KITAKYUSHU,
            "sister",
            "sister_city",
            ("trade", "culture"),
            "Two ports.",
            "Ms. Chair",
        )
    )


def test_a_motive_named_twice_is_recorded_once() -> None:
    command = c.SubmitProposal(
        NORFOLK, KITAKYUSHU, "sister", "sister_city", ("trade", "culture", "trade")
    )

    (event,) = given().when(command, by=COUNCILLOR).decide()

    assert isinstance(event, e.ProposalSubmitted)
    assert event.motives == ("trade", "culture")


def test_a_proposal_has_two_different_sides() -> None:
    command = c.SubmitProposal(NORFOLK, NORFOLK, "sister", "sister_city", ("trade",))

    assert given().when(command, by=COUNCILLOR).refused(Invalid).field == "counterpart"


def test_no_identifier_can_be_mistaken_for_a_pair_of_communities() -> None:
    strange = replace(KITAKYUSHU, community=CommunityId("jp-a|jp-b"))
    command = c.SubmitProposal(NORFOLK, strange, "sister", "sister_city", ("trade",))

    refusal = given().when(command, by=COUNCILLOR).refused(Invalid)

    assert refusal.field == "counterpart.community"


def test_a_proposal_says_why() -> None:
    command = c.SubmitProposal(NORFOLK, KITAKYUSHU, "sister", "sister_city", ("unknown",))

    assert given().when(command, by=COUNCILLOR).refused(Invalid).field == "motives"


def test_a_clerk_proposes_for_the_own_community_only() -> None:
    refusal = given().when(PROPOSE, by=deciding("councillor", STRANGER)).refused(NotYourCommunity)

    assert refusal.communities == (NORFOLK.community,)


def test_a_council_that_would_approve_does_not_propose() -> None:
    given().when(PROPOSE, by=deciding("council")).refused(NotYourBody)


@pytest.mark.parametrize("history", [PROPOSED, AGREED, ACTIVE, LEGACY_ACTIVE])
def test_two_communities_have_one_live_partnership_of_a_tier(history: tuple[Did, ...]) -> None:
    refusal = given(*history).when(PROPOSE, by=COUNCILLOR).refused(AlreadyPaired)

    assert refusal.partnership == ID


@pytest.mark.parametrize("history", [DECLINED, WITHDRAWN, ENDED, legacy("lapsed")])
def test_what_is_over_may_begin_anew(history: tuple[Did, ...]) -> None:
    assert given(*history).when(PROPOSE, by=COUNCILLOR).decide()


def test_sister_cities_may_propose_a_project_beside() -> None:
    command = c.SubmitProposal(NORFOLK, KITAKYUSHU, "project", "sister_city", ("trade",))

    assert given(*ACTIVE).when(command, by=COUNCILLOR).decide()


def test_a_proposal_has_the_day_on_which_it_was_made() -> None:
    assert given().when(PROPOSE, by=COUNCILLOR, on=None).refused(Invalid).field == "on"


def test_a_proposal_of_next_year_is_not_made_yet() -> None:
    assert given().when(PROPOSE, by=COUNCILLOR, on="2027").refused(Invalid).field == "on"


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "norfolk.example/41",
        "https://",
        "https:///41",
        "https://norfolk.example/a resolution",
        "https://[norfolk",
    ],
)
def test_a_link_in_the_evidence_is_a_web_address(link: str) -> None:
    evidence = (Citation("Letter"), Citation("Minutes", link=link))

    refusal = given().when(replace(PROPOSE, evidence=evidence), by=COUNCILLOR).refused(Invalid)

    assert refusal.field == "evidence[1].link"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("population", -5),
        ("latitude", "abc"),
        ("latitude", "90.1"),
        ("latitude", "52,37"),
        ("longitude", "-180.5"),
        ("longitude", "1e2"),
        ("longitude", "nan"),
    ],
)
def test_a_community_is_described_by_values_that_can_be_true(field: str, value: object) -> None:
    command = replace(PROPOSE, counterpart=replace(KITAKYUSHU, **{field: value}))

    refusal = given().when(command, by=COUNCILLOR).refused(Invalid)

    assert refusal.field == f"counterpart.{field}"


def test_a_community_may_lie_at_the_edges_of_the_map_with_nobody_in_it() -> None:
    home = replace(NORFOLK, population=0, latitude="-90", longitude="180.0")

    (event,) = given().when(replace(PROPOSE, home=home), by=COUNCILLOR).decide()

    assert isinstance(event, e.ProposalSubmitted)
    assert event.home == home


def test_a_date_in_the_evidence_can_be_read() -> None:
    evidence = (Citation("Letter", "in spring"),)
    command = c.SubmitProposal(
        NORFOLK, KITAKYUSHU, "sister", "sister_city", ("trade",), evidence=evidence
    )

    assert given().when(command, by=COUNCILLOR).refused(Invalid).field == "evidence[0].dated"


def test_another_clerk_records_that_the_council_approved() -> None:
    given(*PROPOSED).when(APPROVE, by=SECOND_CLERK).then(
        e.HomeApprovalGiven(ID, Vote(7, 1), TEXT, RESOLUTION)
    )


def test_who_submitted_the_proposal_does_not_record_its_approval() -> None:
    given(*PROPOSED).when(APPROVE).refused(SamePerson)


def test_who_listed_it_as_proposed_does_not_record_its_approval() -> None:
    listed = Did(legacy("proposed")[0].event, SECOND_CLERK)

    given(listed).when(APPROVE, by=SECOND_CLERK).refused(SamePerson)


def test_a_mayor_alone_does_not_approve() -> None:
    given(*PROPOSED).when(APPROVE, by=deciding("mayor", SECOND_CLERK)).refused(NotYourBody)


@pytest.mark.parametrize("vote", [Vote(4, 4), Vote(3, 5), Vote(0)])
def test_no_majority_is_no_approval(vote: Vote) -> None:
    command = c.ApproveByCouncil(vote, TEXT, RESOLUTION)

    assert given(*PROPOSED).when(command, by=SECOND_CLERK).refused(Invalid).field == "vote"


def test_an_approval_is_recorded_once() -> None:
    given(*APPROVED).when(APPROVE, by=SECOND_CLERK).refused(AlreadyRecorded)


def test_an_approval_does_not_come_before_the_proposal() -> None:
    refusal = given(*PROPOSED).when(APPROVE, by=SECOND_CLERK, on="2026-01-11").refused(Invalid)

    assert refusal.field == "on"


def test_the_council_approves_the_text_that_the_counterpart_approved() -> None:
    command = c.ApproveByCouncil(Vote(7), OTHER_TEXT, RESOLUTION)
    history = given(*PROPOSED, COUNTERPART_APPROVED)

    history.when(command, by=SECOND_CLERK).refused(AnotherVersion)


def test_the_home_council_declines() -> None:
    given(*APPROVED).when(c.Decline("No budget.")).then(
        e.ProposalDeclined(ID, "home", "No budget.")
    )


def test_the_counterpart_declines_for_its_own_side() -> None:
    given(*PROPOSED).when(c.Decline("Not now."), by=COUNTERPART).then(
        e.ProposalDeclined(ID, "counterpart", "Not now.")
    )


def test_a_clerk_records_that_the_counterpart_declined() -> None:
    given(*PROPOSED).when(c.Decline("Not now."), by=deciding("counterpart")).then(
        e.ProposalDeclined(ID, "counterpart", "Not now.")
    )


def test_the_counterpart_does_not_decline_for_the_home_council() -> None:
    given(*PROPOSED).when(c.Decline("Not now."), by=deciding("council", COUNTERPART)).refused(
        NotYourBody
    )


def test_a_partnership_in_force_is_not_declined() -> None:
    refusal = given(*ACTIVE).when(c.Decline("Too late.")).refused(NotAtThisStage)

    assert refusal.stages == ("proposed",)


def test_who_proposed_withdraws() -> None:
    given(*PROPOSED).when(c.Withdraw("Postponed."), by=COUNCILLOR).then(
        e.ProposalWithdrawn(ID, "Postponed.")
    )


def test_another_body_does_not_withdraw_the_proposal() -> None:
    given(*PROPOSED).when(c.Withdraw(), by=deciding("association")).refused(NotYourBody)


def test_where_nobody_knows_who_proposed_any_proposing_body_withdraws() -> None:
    given(*legacy("proposed")).when(c.Withdraw(), by=deciding("staff")).then(
        e.ProposalWithdrawn(ID)
    )


def test_the_counterpart_confirms_by_its_link() -> None:
    given(*APPROVED).when(CONFIRM, by=COUNTERPART).then(
        e.CounterpartApprovalRecorded(ID, TEXT, RESOLUTION)
    )


def test_a_clerk_records_the_counterparts_approval_on_evidence() -> None:
    given(*PROPOSED).when(CONFIRM, by=deciding("counterpart")).then(
        e.CounterpartApprovalRecorded(ID, TEXT, RESOLUTION)
    )


def test_the_counterparts_approval_is_recorded_once() -> None:
    given(*APPROVED_BY_BOTH).when(CONFIRM, by=COUNTERPART).refused(AlreadyRecorded)


def test_the_counterpart_approves_the_text_that_the_council_approved() -> None:
    command = c.RecordCounterpartApproval(OTHER_TEXT, RESOLUTION)

    refusal = given(*APPROVED).when(command, by=COUNTERPART).refused(AnotherVersion)

    assert (refusal.approved, refusal.given) == (TEXT, OTHER_TEXT)


def test_the_counterpart_may_have_approved_before_the_home_council() -> None:
    assert given(*APPROVED).when(CONFIRM, by=COUNTERPART, on="2026-02-01").decide()


def test_a_clerk_of_the_other_side_acts_as_the_counterpart_until_it_is_agreed() -> None:
    by = deciding("counterpart", CLERK_ABROAD)

    refusal = given(*APPROVED).when(CONFIRM, by=by).refused(NotYourCommunity)

    assert refusal.communities == (NORFOLK.community,)


def test_a_counterpart_of_another_partnership_does_not_confirm() -> None:
    by = deciding("counterpart", STRANGER)
    stranger = type(by)(by.body, "", by.community, by.recorder, "counterpart")

    given(*APPROVED).when(CONFIRM, by=stranger).refused(NotYourCommunity)


def test_the_mayor_signs_first() -> None:
    given(*APPROVED).when(SIGN, by=MAYOR).then(
        e.AgreementSigned(ID, "home", "Mayor", TEXT, completes=False)
    )


def test_the_second_signature_makes_it_agreed() -> None:
    given(*SIGNED_BY_ONE).when(SIGN, by=COUNTERPART).then(
        e.AgreementSigned(ID, "counterpart", "Mayor", TEXT, completes=True)
    )


def test_nobody_signs_before_the_council_approved() -> None:
    refusal = given(*PROPOSED, COUNTERPART_APPROVED).when(SIGN, by=COUNTERPART).refused(WaitingFor)

    assert refusal.missing == "the approval of Norfolk"


def test_the_counterpart_signs_after_its_own_approval() -> None:
    refusal = given(*APPROVED).when(SIGN, by=COUNTERPART).refused(WaitingFor)

    assert refusal.missing == "the approval of Kitakyushu"


def test_a_side_signs_once() -> None:
    given(*SIGNED_BY_ONE).when(SIGN, by=MAYOR).refused(AlreadyRecorded)


def test_a_clerk_does_not_sign_for_the_counterpart() -> None:
    given(*SIGNED_BY_ONE).when(SIGN, by=deciding("counterpart")).refused(AlreadyRecorded)
    given(*APPROVED).when(SIGN, by=deciding("counterpart")).refused(NotYourBody)


@pytest.mark.parametrize("history", [APPROVED, APPROVED_BY_BOTH])
def test_a_signature_is_for_the_approved_text(history: tuple[Did, ...]) -> None:
    command = c.SignAgreement("Mayor", OTHER_TEXT)

    given(*history).when(command, by=MAYOR).refused(AnotherVersion)


def test_the_home_side_does_not_sign_before_its_approval() -> None:
    refusal = given(*APPROVED).when(SIGN, by=MAYOR, on="2026-02-09").refused(Invalid)

    assert refusal.field == "on"


def test_the_counterpart_does_not_sign_before_its_own_approval() -> None:
    refusal = given(*SIGNED_BY_ONE).when(SIGN, by=COUNTERPART, on="2026-03-04").refused(Invalid)

    assert refusal.field == "on"


def test_the_counterpart_may_have_signed_before_the_mayor() -> None:
    assert given(*SIGNED_BY_ONE).when(SIGN, by=COUNTERPART, on="2026-03-20").decide()


def test_an_administrator_does_not_take_part() -> None:
    with pytest.raises(Exception, match="It is recorded by: clerk"):
        given(*PROPOSED).when(APPROVE, by=ADMINISTRATOR).decide()
