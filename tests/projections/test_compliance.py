"""What reports count of a partnership: entry by entry, as known at any position."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from domain.partnership import commands as c
from domain.review import commands as r
from domain.review.criteria import TRANSPARENCY_ACT
from domain.values import PartnershipId, ReviewId
from projections.compliance import PostgresCompliance
from projections.compliance.facts import ComplianceFacts
from projections.compliance.noted import Noted
from projections.compliance.projection import ComplianceProjection
from projections.runner import Runner
from tests.projections.played import (
    LE_MANS,
    MINUTE,
    NORFOLK,
    OFFICER,
    PADERBORN,
    Clerks,
    clerk,
    legacy,
)
from tests.projections.test_stored_shapes import shape


@pytest.fixture
def compliance(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresCompliance:
    return PostgresCompliance(pool)


async def only(facts: AsyncIterator[ComplianceFacts]) -> ComplianceFacts:
    (one,) = [each async for each in facts]
    return one


async def reported(clerks: Clerks, on: str) -> tuple[PartnershipId, int]:
    """A partnership with one visit on a day; the entry of the visit."""
    reference = await clerks.found(legacy())
    visit = c.ReportActivity(kind="visit", statement="The choir came.")
    done = await clerks.record(visit, clerk(NORFOLK, "staff"), on=on, partnership=reference)
    assert done.receipt is not None
    return reference, done.receipt.first_position


async def test_a_visit_stands_with_its_kind_its_day_and_its_entry(
    clerks: Clerks, runner: Runner, compliance: PostgresCompliance
) -> None:
    _, entry = await reported(clerks, "2024-05-12")
    await runner.catch_up()

    (visit,) = (await only(compliance.facts(entry))).activities
    assert (visit.kind, visit.position) == ("visit", entry)
    assert visit.earliest == visit.latest == date(2024, 5, 12)


async def test_what_was_reported_later_is_not_known_before(
    clerks: Clerks, runner: Runner, compliance: PostgresCompliance
) -> None:
    _, entry = await reported(clerks, "2024-05-12")
    await runner.catch_up()

    assert (await only(compliance.facts(entry - 1))).activities == ()


async def test_a_corrected_day_counts_from_its_correction_on(
    clerks: Clerks, runner: Runner, compliance: PostgresCompliance
) -> None:
    reference, entry = await reported(clerks, "2024-05-12")
    done = await clerks.corrected(reference, entry, "effective", "2023-05-12")
    await runner.catch_up()

    assert done.receipt is not None
    later = await only(compliance.facts(done.receipt.first_position))
    earlier = await only(compliance.facts(entry))
    assert later.activities[0].latest == date(2023, 5, 12)
    assert earlier.activities[0].latest == date(2024, 5, 12)


async def test_the_latest_finding_on_an_element_counts(
    clerks: Clerks, runner: Runner, compliance: PostgresCompliance
) -> None:
    reference = await clerks.found(legacy())
    opening = r.OpenReview("complaint", TRANSPARENCY_ACT.id, "Asked.", no_tie=True)
    await clerks.record(opening, OFFICER, partnership=reference)
    await runner.catch_up()
    (opened,) = (await only(compliance.facts(2))).reviews
    for result in ("not_met", "met"):
        finding = r.RecordFinding(ReviewId(opened.review), "1E", result, "Read.", (MINUTE,))
        await clerks.record(finding, OFFICER, partnership=reference)
    await runner.catch_up()

    (found,) = (await only(compliance.facts(4))).findings
    assert (found.element, found.result, found.position) == ("1E", "met", 4)
    assert found.criteria == TRANSPARENCY_ACT.id


async def test_partnerships_come_in_order_of_their_reference(
    clerks: Clerks, runner: Runner, compliance: PostgresCompliance
) -> None:
    references = [await clerks.found(legacy()), await clerks.found(legacy(PADERBORN, LE_MANS))]
    await runner.catch_up()

    assert [f.partnership async for f in compliance.facts(2)] == sorted(references)


async def test_recognition_stands_with_its_entries_by_body(
    clerks: Clerks, runner: Runner, compliance: PostgresCompliance
) -> None:
    reference = await clerks.found(legacy())
    listed = c.RecordRecognition("Sister Cities International", listed=True, evidence=(MINUTE,))
    await clerks.record(
        listed, clerk(NORFOLK, "association"), on="2020-05-01", partnership=reference
    )
    await runner.catch_up()

    facts = await only(compliance.facts(2))
    assert facts.recognition == {"Sister Cities International": (2,)}


def test_a_changed_shape_goes_with_a_higher_version() -> None:
    """Where this fails: raise `version` of the projection, and write the new shape here."""
    assert ComplianceProjection.version == 2
    assert shape(Noted) == "14ccea070dc93fb5"
