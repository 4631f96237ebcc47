"""The forms of what stands beside the status: each is filled in, recorded and told."""

import pytest

from domain.values import TIERS
from tests.api.desk import CITED, HASH, PROPOSAL, Desk

OTHER = "b" * 64
OFFICES = {"home_office": "Mayor", "counterpart_office": "Lord Mayor"}
ON = {"on": "2026-06-01"}
OF_A_PROPOSAL: tuple[tuple[str, dict[str, str], str], ...] = (
    (
        "record-recommendation",
        {"advisory_body": "Sister Cities Commission", "advice": "conditional"}
        | {"conditions": "With a budget."},
        "Recommendation of Sister Cities Commission on 1 June 2026, in favour under conditions: "
        "With a budget.",
    ),
    (
        "record-legal-review",
        {"reviewer_office": "City Attorney", "outcome": "approved_as_to_form", "text_sha256": HASH},
        "Legal review by City Attorney on 1 June 2026: approved as to form",
    ),
    ("lapse", {"reason": "No answer came.", "body": "council"}, "Lapsed on 1 June 2026, recorded"),
)
OF_A_LIFE: tuple[tuple[str, dict[str, str], str], ...] = (
    (
        "vary",
        CITED | OFFICES | {"text_sha256": OTHER, "body": "council"},
        "Agreement varied on 1 June 2026: a changed text, signed by Mayor and Lord Mayor",
    ),
    (
        "demote",
        CITED | {"tier": "project", "reason": "Little happens."},
        "Level lowered by the council of Norfolk on 1 June 2026 to project partnership",
    ),
    (
        "mark-dormant",
        {"vitality": "dormant", "rule": "norfolk-policy/3-years", "last_activity": "2026-05"}
        | {"body": "staff"},
        "Marked as dormant on 1 June 2026 by the administration of Norfolk: last activity in "
        "May 2026, by the rule norfolk-policy/3-years",
    ),
    (
        "give-notice",
        CITED | {"effective_day": "2026-12-31", "notice_days": "90", "body": "mayor"},
        "Notice of termination given for Norfolk on 1 June 2026, to end it on 31 December 2026",
    ),
    (
        "record-recognition",
        CITED
        | {"recognising_body": "Sister Cities International", "listed": "yes"}
        | {"body": "association"},
        "Listed by Sister Cities International from 1 June 2026 on",
    ),
    (
        "record-recognition",
        CITED
        | {"recognising_body": "Sister Cities International", "listed": "yes"}
        | {"body": "association", "on": "2026-05/.."},
        "Listed by Sister Cities International, from May 2026 on, recorded",
    ),
)


@pytest.mark.parametrize(("verb", "typed", "told"), OF_A_PROPOSAL)
async def test_a_form_of_a_proposal(
    desk: Desk, verb: str, typed: dict[str, str], told: str
) -> None:
    page = await desk.propose()
    await desk.acts_as("second-clerk")

    done = await desk.record(f"{page}/acts/{verb}", ON | typed)

    assert told in done.text


@pytest.mark.parametrize(("verb", "typed", "told"), OF_A_LIFE)
async def test_a_form_of_a_life(desk: Desk, verb: str, typed: dict[str, str], told: str) -> None:
    page = await desk.activate()
    await desk.acts_as("clerk")

    done = await desk.record(f"{page}/acts/{verb}", ON | typed)

    assert told in done.text


async def test_the_mayor_sends_an_offer_after_the_councils_approval(desk: Desk) -> None:
    page = await desk.propose()
    await desk.acts_as("second-clerk")
    approval = {"on": "2026-02-10", "vote.in_favour": "7", "vote.against": "1"}
    await desk.record(f"{page}/acts/approve-by-council", approval | CITED | {"text_sha256": HASH})

    done = await desk.record(f"{page}/acts/send-offer", ON | {"signer_office": "Mayor"})

    assert "Offer sent to 北九州市 on 1 June 2026, signed by Mayor" in done.text


async def test_an_agreement_for_a_term_is_renewed_and_the_page_says_until_when(desk: Desk) -> None:
    page = await desk.agree()
    await desk.acts_as("clerk")
    force = {"on": "2026-05-01", "body": "council", "term_end": "2031-04-30"}
    begun = await desk.record(f"{page}/acts/bring-into-force", force)
    done = await desk.record(f"{page}/acts/renew", ON | CITED | {"term_end": "2036-04-30"})

    assert "Its term ends on 30 April 2031; until then it can be renewed." in begun.text
    assert "Term renewed by the council of Norfolk on 1 June 2026, to end on 30 April" in done.text
    assert "<dt>Term ends</dt><dd>30 April 2036</dd>" in done.html


async def test_what_was_lowered_is_raised_by_a_newly_signed_text(desk: Desk) -> None:
    page = await desk.activate()
    await desk.acts_as("clerk")
    lower = CITED | {"tier": "contact", "reason": "Little happens."}
    await desk.record(f"{page}/acts/demote", ON | lower)
    higher = CITED | OFFICES | {"tier": "friendship", "text_sha256": OTHER}

    done = await desk.record(f"{page}/acts/promote", {"on": "2026-07-01"} | higher)

    assert "Level raised by the council of Norfolk on 1 July 2026 to friendship" in done.text
    assert f"{PROPOSAL['kind'].replace('_', ' ')}, friendship" in done.text


async def test_whether_a_body_lists_it_is_asked_and_not_assumed(desk: Desk) -> None:
    page = await desk.activate()
    await desk.acts_as("clerk")
    form = await desk.get(f"{page}/acts/record-recognition")
    typed = ON | CITED | {"recognising_body": "CEMR", "body": "association"}

    unsaid = await desk.send(form, typed)
    done = await desk.record(f"{page}/acts/record-recognition", typed | {"listed": "no"})

    assert unsaid.status == 422
    assert "list it from that day on? is missing. Choose one." in unsaid.text
    assert "Not listed by CEMR from 1 June 2026 on" in done.text


async def test_only_levels_that_are_higher_are_offered_for_a_higher_one(desk: Desk) -> None:
    page = await desk.activate()
    await desk.acts_as("clerk")
    lower = CITED | {"tier": "friendship", "reason": "Little happens."}
    await desk.record(f"{page}/acts/demote", ON | lower)

    form = await desk.get(f"{page}/acts/promote")

    assert [tier for tier in TIERS if f'value="{tier}"' in form.html] == ["project", "sister"]


async def test_what_went_to_sleep_is_shown_and_revived(desk: Desk) -> None:
    page = await desk.activate()
    await desk.acts_as("clerk")
    quiet = {"vitality": "dormant", "rule": "norfolk-policy/3-years", "last_activity": "2026-05"}
    asleep = await desk.record(f"{page}/acts/mark-dormant", ON | quiet | {"body": "staff"})
    awake = {"on": "2026-07-01", "last_activity": "2026-06-28", "body": "staff"}
    done = await desk.record(f"{page}/acts/revive", awake)

    assert "dormant since 1 June 2026, last activity in May 2026" in asleep.text
    assert "It is marked as dormant." in asleep.text
    assert "Revived on 1 July 2026, recorded by the administration of Norfolk" in done.text


@pytest.mark.parametrize(
    ("verb", "typed", "told"),
    [
        (
            "mark-dormant",
            {"vitality": "dormant", "rule": "our-policy", "last_activity": "2026-06-02"}
            | {"body": "staff"},
            "2026-06-02 lies after the act itself",
        ),
        ("vary", CITED | OFFICES | {"text_sha256": HASH, "body": "council"}, "agreed already"),
        (
            "give-notice",
            CITED | {"effective_day": "2026-06-30", "notice_days": "90", "body": "mayor"},
            "2026-06-30 is less than 90 days after the notice",
        ),
    ],
)
async def test_a_refused_form_keeps_what_was_typed(
    desk: Desk, verb: str, typed: dict[str, str], told: str
) -> None:
    page = await desk.activate()
    await desk.acts_as("clerk")
    form = await desk.get(f"{page}/acts/{verb}")

    refused = await desk.send(form, ON | typed)

    assert refused.status == 422
    assert told in refused.text
    assert {name: refused.fields[name] for name in typed} == typed
