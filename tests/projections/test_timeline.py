"""Each entry as a person reads it."""

import pytest

from domain.dates import when_in_words as when
from domain.history import EVENT_TYPES
from domain.partnership import commands as c
from domain.ports import Actor
from domain.review import commands as r
from domain.values import Citation, MoneyLine, PartnershipId, ReviewId
from projections.register import PostgresRegister
from projections.runner import Runner
from projections.timeline import PostgresTimeline
from projections.views import Change, LogFilters, Moment, TimelineItem
from tests.projections.played import (
    KALININGRAD,
    LODZ,
    MINUTE,
    NORFOLK,
    OFFICER,
    RESUME,
    SUSPEND,
    TEXT,
    Clerks,
    clerk,
    counterpart,
    legacy,
    proposal,
    vote,
)

EARLIER = "e" * 64
Life = tuple[PartnershipId, tuple[TimelineItem, ...]]


@pytest.fixture
async def life(clerks: Clerks, runner: Runner, timeline: PostgresTimeline) -> Life:
    """A partnership from its proposal to its end, with a review and two corrections."""
    council, mayor = clerk(NORFOLK, recorder="r-2"), clerk(NORFOLK, "mayor")
    abroad = counterpart(LODZ)
    reference = await clerks.found(proposal(), mayor, on="2021-01-05")
    steps: list[tuple[c.PartnershipCommand, Actor, str]] = [
        (c.ApproveByCouncil(vote(), TEXT, (MINUTE,)), council, "2021-02-01"),
        (c.RecordCounterpartApproval(TEXT, (MINUTE,)), abroad, "2021-03-02"),
        (c.SignAgreement("the Mayor", TEXT), mayor, "2021-04"),
        (c.SignAgreement("the President of the City", TEXT), abroad, "2021-05"),
        (c.BringIntoForce(), council, "2021-06-01"),
        (c.ReportActivity("visit", "Twelve pupils came."), council, "2021-09"),
        (
            c.FileAnnualReport(
                2021, money=(MoneyLine("USD", 120000, 100050, 19950),), statement="One visit."
            ),
            council,
            "2022-01-10",
        ),
        (SUSPEND, council, "2022-03-08"),
        (RESUME, council, "2023-02"),
    ]
    for command, by, on in steps:
        await clerks.record(command, by, on=on, partnership=reference)
    opening = r.OpenReview("complaint", "continuation/1", "Does it go on?", no_tie=True, hold=True)
    await clerks.record(opening, OFFICER, on="2023-05-02", partnership=reference)
    await runner.catch_up()
    review = ReviewId((await timeline.of(reference))[-1].sentence.split()[2])
    asked = await clerks.record(
        r.RequestInformation(review, "Why?", "the council of Norfolk", answer_by="2023-08-01"),
        OFFICER,
        partnership=reference,
    )
    assert asked.receipt is not None
    answer = r.RecordAnswer(review, asked.receipt.first_position, "Because.")
    await clerks.record(answer, council, partnership=reference)
    finding = r.RecordFinding(review, "K", "met", "It is kept.", (MINUTE,))
    await clerks.record(finding, OFFICER, partnership=reference)
    await clerks.record(r.CloseReview(review, "no_action", "Done."), OFFICER, partnership=reference)
    await clerks.corrected(reference, 9, "effective", "2022-03-09")
    request = c.RequestCorrection(
        1, "party_name", "Norfolk, Virginia", "Clearer.", NORFOLK.community
    )
    waiting = await clerks.record(request, council, partnership=reference)
    assert waiting.receipt is not None
    rejection = c.RejectCorrection(waiting.receipt.first_position, "The name is short.")
    await clerks.record(rejection, OFFICER, partnership=reference)
    ending = c.End("mutual", (MINUTE,), counterpart_told_on="2024-01")
    await clerks.record(ending, council, on="2024-02-01", partnership=reference)
    await runner.catch_up()
    return reference, await timeline.of(reference)


async def test_a_whole_life_reads_as_sentences(life: Life) -> None:
    _, items = life
    review = items[10].sentence.split()[2]
    by = "Norfolk City Council"
    assert [item.sentence for item in items] == [
        f"Proposed by {by} on 5 January 2021: a sister-city partnership between Norfolk and Łódź, "
        "level full partnership",
        f"Approved by {by} on 1 February 2021: 7 in favour, 2 against",
        "Approved on the other side by Council of Łódź on 2 March 2021",
        "Signed for Norfolk by the Mayor in April 2021",
        "Signed for Łódź by the President of the City in May 2021; both sides have signed",
        f"In force on 1 June 2021, brought into force by {by}",
        f"A visit in September 2021, reported by {by}: Twelve pupils came.",
        f"Annual report for 2021 filed by {by}",
        f"Suspended by {by} on 8 March 2022 until peace and sovereignty are restored in Ukraine",
        f"Resumed by {by} in February 2023: Peace is restored.",
        f"Transparency review {review} opened by Office of Oversight on 2 May 2023 after a "
        'complaint, by the criteria "Whether the partnership goes on"; entry into force, '
        "renewal and a higher level are held back until it is closed",
        "Office of Oversight asked the council of Norfolk for information, "
        "to be answered by 1 August 2023",
        f"{by} answered the request in entry 12",
        "Finding by Office of Oversight on K (whether the community keeps the partnership, "
        "and by which act): met",
        f"Transparency review {review} closed by Office of Oversight: no action needed",
        f"Correction of entry 9 requested by {by}: the act took place on 9 March 2022",
        "Entry 9 corrected by Office of Oversight: the act took place on 9 March 2022",
        f"Correction of entry 1 requested by {by}: the name of a party is Norfolk, Virginia",
        "Correction requested in entry 18 rejected by Office of Oversight: The name is short.",
        f"Ended by mutual agreement on 1 February 2024, decided by {by}",
    ]


async def test_no_machine_word_is_left_in_what_people_read(life: Life) -> None:
    _, items = life
    for item in items:
        changed = [text for change in item.changes for text in (change.label, change.after)]
        read = " ".join([item.sentence, item.who, item.recorder_role, *changed])
        assert "_" not in read
        assert not any(tag in read for tag in EVENT_TYPES)


async def test_what_changed_is_said_with_its_value_before_and_after(life: Life) -> None:
    _, items = life
    assert items[8].changes == (
        Change("Status", "active", "suspended"),
        Change("Resumes when", "", "until peace and sovereignty are restored in Ukraine"),
    )
    assert Change("Date of entry 9", "8 March 2022", "9 March 2022") in items[16].changes
    money = "USD: 1,200.00 received, 1,000.50 spent, 199.50 carried over"
    assert items[7].changes == (Change("Money", "", money),)
    assert Change("Open transparency reviews", "none", items[10].sentence.split()[2]) in (
        items[10].changes
    )


async def test_an_entry_names_the_one_that_corrects_it_once_that_is_recorded(
    life: Life, timeline: PostgresTimeline
) -> None:
    reference, items = life
    assert {item.position: item.corrected_by for item in items if item.corrected_by} == {9: 17}
    before = await timeline.of(reference, position=16)
    assert len(before) == 16
    assert not any(item.corrected_by for item in before)


async def test_the_latest_acts_of_the_register_come_newest_first(
    life: Life, clerks: Clerks, runner: Runner, timeline: PostgresTimeline
) -> None:
    other = await clerks.found(legacy(NORFOLK, KALININGRAD, since="1992", listed_on="2026-10"))
    await runner.catch_up()
    page = await timeline.log(LogFilters(), limit=2)
    newest, before = (one.item for one in page.entries)
    assert (newest.partnership, newest.position) == (other, 21)
    assert before.position == 20
    assert newest.sentence == (
        "Taken over from before this register: a sister-city partnership between Norfolk and "
        "Калининград, active, begun in 1992, listed in October 2026; known from a list only"
    )
    assert newest.basis == (Citation(title="A list of twin towns", dated="2026-10-15"),)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2022-03-08", " on 8 March 2022"),
        ("2022-03", " in March 2022"),
        ("0836", " in 836"),
        ("197X", " in the 1970s"),
        ("1989~", " about 1989"),
        ("1989?", ", possibly in 1989"),
        ("2022-03-08?", ", possibly on 8 March 2022"),
        ("1989%", ", possibly about 1989"),
        ("../1989-11", ", until November 1989"),
        ("", ""),
    ],
)
def test_a_date_is_said_with_its_doubt(written: str, read: str) -> None:
    assert when(written) == read


async def test_an_approval_says_that_the_legal_review_saw_another_text(
    clerks: Clerks, runner: Runner, timeline: PostgresTimeline, register: PostgresRegister
) -> None:
    reference = await clerks.found(proposal(), clerk(NORFOLK, "mayor"), on="2021-01-05")
    lawyer, council = (clerk(NORFOLK, by, recorder="r-2") for by in ("legal_officer", "council"))
    steps: list[tuple[c.PartnershipCommand, Actor]] = [
        (c.RecordLegalReview("City Attorney", "approved_as_to_form", EARLIER), lawyer),
        (c.ApproveByCouncil(vote(), TEXT, (MINUTE,)), council),
        (c.RecordLegalReview("County Counsel", "changes_needed", EARLIER), lawyer),
    ]
    for command, by in steps:
        await clerks.record(command, by, on="2021-02", partnership=reference)
    await runner.catch_up()

    _, *told = [item.sentence for item in await timeline.of(reference)]
    assert told == [
        "Legal review by City Attorney in February 2021: approved as to form",
        "Approved by Norfolk City Council in February 2021: 7 in favour, 2 against; the legal "
        "review saw another text, not the one approved",
        "Legal review by County Counsel in February 2021, of another text than the one approved: "
        "changes needed",
    ]
    view = await register.get(reference, Moment())
    assert view is not None
    assert view.legal_doubt == "another_text"


@pytest.mark.parametrize("seen", [(), (TEXT,), (EARLIER, TEXT)])
async def test_an_approval_of_a_text_that_the_legal_review_saw_says_nothing_of_it(
    clerks: Clerks, runner: Runner, timeline: PostgresTimeline, seen: tuple[str, ...]
) -> None:
    reference = await clerks.found(proposal(), clerk(NORFOLK, "mayor"), on="2021-01-05")
    for text in seen:
        review = c.RecordLegalReview("City Attorney", "approved_as_to_form", text)
        lawyer = clerk(NORFOLK, "legal_officer", recorder="r-2")
        await clerks.record(review, lawyer, on="2021-02", partnership=reference)
    approval = c.ApproveByCouncil(vote(), TEXT, (MINUTE,))
    await clerks.record(
        approval, clerk(NORFOLK, recorder="r-2"), on="2021-03", partnership=reference
    )
    await runner.catch_up()

    told = (await timeline.of(reference))[-1].sentence
    assert told == "Approved by Norfolk City Council in March 2021: 7 in favour, 2 against"


@pytest.mark.parametrize("outcome", ["changes_needed", "not_approved"])
async def test_an_approval_of_a_text_that_a_legal_review_objected_to_says_so_also_afterwards(
    clerks: Clerks, runner: Runner, register: PostgresRegister, outcome: c.LegalOutcome
) -> None:
    reference = await clerks.found(proposal(), clerk(NORFOLK, "mayor"), on="2021-01-05")
    lawyer, council = (clerk(NORFOLK, by, recorder="r-2") for by in ("legal_officer", "council"))
    approval = c.ApproveByCouncil(vote(), TEXT, (MINUTE,))
    await clerks.record(approval, council, on="2021-02", partnership=reference)
    for office, found in (("City Attorney", outcome), ("County Counsel", "approved_as_to_form")):
        review = c.RecordLegalReview(office, found, TEXT)
        await clerks.record(review, lawyer, on="2021-02", partnership=reference)
    await runner.catch_up()

    view = await register.get(reference, Moment())
    assert view is not None
    assert view.legal_doubt == "objection"


async def test_a_proposal_that_comes_to_nothing_says_because_of_what(
    clerks: Clerks, runner: Runner, timeline: PostgresTimeline
) -> None:
    mayor = clerk(NORFOLK, "mayor")
    declined = await clerks.found(proposal(), mayor, on="2021-01-05")
    no = c.Decline("Too far away.", (MINUTE,))
    await clerks.record(no, counterpart(LODZ), on="2021-02", partnership=declined)
    withdrawn = await clerks.found(proposal(), mayor, on="2022-01-05")
    await clerks.record(c.Withdraw(), mayor, on="2022-02~", partnership=withdrawn)
    await runner.catch_up()
    assert [(await timeline.of(reference))[-1].sentence for reference in (declined, withdrawn)] == [
        "Declined by Council of Łódź in February 2021: Too far away.",
        "Proposal withdrawn by Norfolk City Council about February 2022",
    ]
