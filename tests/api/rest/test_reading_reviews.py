"""Reviews as programs read them."""

from domain.review import commands as r
from domain.values import PartnershipId
from tests.api.rest.programs import Program
from tests.projections.played import MINUTE, NORFOLK, OFFICER, Clerks, clerk, legacy


async def test_a_review_is_read_with_its_requests_answers_and_findings(
    program: Program, clerks: Clerks
) -> None:
    review, reference = await reviewed(clerks)
    opened, now = (
        await program.read(f"/reviews/{review}?position=2"),
        await program.read(f"/reviews/{review}"),
    )

    assert (opened["review"]["open"], opened["elements_missing"]) == (True, ["K"])
    assert (now["review"]["open"], now["review"]["outcome"]) == (False, "no_action")
    assert [(one["question"], one["answer"]["statement"]) for one in now["requests"]] == [
        ("Why?", "Because.")
    ]
    assert [(one["element"], one["result"]) for one in now["findings"]] == [("K", "met")]
    assert now["closing"]["statement"] == "Done."
    assert now["review"]["partnership"] == reference


async def test_reviews_are_listed_by_whether_they_are_open_and_by_ground(
    program: Program, clerks: Clerks
) -> None:
    review, reference = await reviewed(clerks)

    async def found(query: str) -> list[str]:
        return [item["review"] for item in (await program.read(query))["items"]]

    assert await found("/reviews") == [review]
    assert await found("/reviews?open=yes") == []
    assert await found("/reviews?open=yes&as-of=2023-06-01") == [review]
    assert await found("/reviews?open=no&ground=statute") == []
    assert await found(f"/partnerships/{reference}/reviews") == [review]


async def reviewed(clerks: Clerks) -> tuple[str, PartnershipId]:
    """A review of a partnership, opened on 2 May 2023 and closed since, and the partnership."""
    reference = await clerks.found(legacy())
    opening = r.OpenReview("complaint", "continuation/1", "Does it go on?", no_tie=True)
    opened = await clerks.record(opening, OFFICER, on="2023-05-02", partnership=reference)
    review = opened.events[0].review  # type: ignore[union-attr]  # that is what was opened
    for command, by in (
        (r.RequestInformation(review, "Why?", "the council of Norfolk"), OFFICER),
        (r.RecordAnswer(review, 3, "Because."), clerk(NORFOLK)),
        (r.RecordFinding(review, "K", "met", "It is kept.", (MINUTE,)), OFFICER),
        (r.CloseReview(review, "no_action", "Done."), OFFICER),
    ):
        await clerks.record(command, by, partnership=reference)
    return review, reference
