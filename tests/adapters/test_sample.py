"""What the sample register tells, and what it does not make up."""

import msgspec
import pytest

from adapters.sample import Sample, Story, read_sample
from adapters.sample.files import LifeEvent, Side, cities, edges
from adapters.sample.lives import Lives
from domain.partnership.commands import End, RecordLegacyPartnership, Suspend
from domain.review.commands import CloseReview
from domain.values import DatedFact


@pytest.fixture(scope="module")
def sample() -> Sample:
    return read_sample()


def story(sample: Sample, names: str) -> Story:
    (found,) = (story for story in sample.stories if story.names == names)
    return found


def founding(story: Story) -> RecordLegacyPartnership:
    command = story.steps[0].command
    assert isinstance(command, RecordLegacyPartnership)
    return command


def columbus(number: int) -> LifeEvent:
    """A made-up row about one of the two towns of that name in the United States."""
    side, other = Side("Columbus", "US"), Side("Nowhere", "FR")
    return LifeEvent(f"E{number}", side, other, "ended", "2020", "", "", "", "a page", "")


def test_a_pair_that_is_in_two_files_is_one_record(sample: Sample) -> None:
    together = [story for story in sample.stories if story.pair == "de-bonn|gb-oxford"]

    assert len(together) == 1
    assert [source.title.split(",")[0] for source in founding(together[0]).sources[:2]] == [
        "Wikidata",
        "Seed text (seed-partnerships.csv",
    ]
    assert sample.in_several_files == 11
    assert len({story.pair for story in sample.stories}) == len(sample.stories) == 8182 + 28 + 1


def test_norfolk_and_kaliningrad_stand_suspended_with_the_condition(sample: Sample) -> None:
    told = story(sample, "Norfolk - Kaliningrad")
    suspended = told.steps[1]

    assert told.status == "suspended"
    assert founding(told).since == DatedFact("1992", "named_page", "13newsnow.com")
    assert isinstance(suspended.command, Suspend)
    assert suspended.command.condition == "Until peace and sovereignty are restored in Ukraine."
    assert (suspended.on, suspended.actor.body_name) == ("2022-03-08", "Norfolk City Council")


def test_a_condition_that_the_source_does_not_state_is_not_made_up(sample: Sample) -> None:
    suspended = story(sample, "Des Moines - Stavropol").steps[1].command

    assert isinstance(suspended, Suspend)
    assert suspended.condition == "Until further notice: the source states no condition."
    assert "The source adds: anniversary delegation cancelled." in suspended.reason


def test_paderborn_and_le_mans_have_a_bond_of_836_and_an_agreement_of_1967(sample: Sample) -> None:
    bond = founding(story(sample, "Paderborn - Le Mans"))

    assert bond.kind == "historic_bond"
    assert bond.since == DatedFact("0836", "seed_text", "seed text")
    assert bond.formally_since == DatedFact(
        "1967", "named_page", "de.wikipedia.org Partnergemeinde page"
    )


def test_each_date_keeps_its_grade(sample: Sample) -> None:
    adoption = founding(story(sample, "Keighley - Poix-du-Nord"))

    assert adoption.since == DatedFact("1920", "named_page", "bmcta.co.uk history page")
    assert adoption.formally_since == DatedFact("1986", "named_page", "bmcta.co.uk history page")
    oxford = founding(story(sample, "Oxford - Grenoble"))
    assert oxford.since == DatedFact("1989~", "general_knowledge", "general knowledge")


def test_what_is_only_listed_stays_undated(sample: Sample) -> None:
    listed = [
        founding(story) for story in sample.stories[:-1] if founding(story).grade == "list_only"
    ]

    assert len(listed) == 8182 - 11
    assert {(c.since, c.formally_since, c.listed_on) for c in listed} == {(None, None, "2022-01")}


def test_a_claim_about_fifteen_pairs_is_skipped_and_that_is_said(sample: Sample) -> None:
    assert [where for where, _ in sample.skipped] == ["seed-partnerships.csv, S04"]
    assert "not a partnership" in sample.skipped[0][1]
    assert not [story for story in sample.stories if story.names.startswith("Wales")]


def test_leipzig_lay_in_another_state_when_the_bond_began(sample: Sample) -> None:
    leipzig = founding(story(sample, "Hanover - Leipzig")).counterpart

    assert (leipzig.country, leipzig.country_at_start, leipzig.qid) == ("DE", "DD", "Q2079")


def test_prague_and_shanghai_were_ended_by_the_counterpart(sample: Sample) -> None:
    ended = story(sample, "Prague - Shanghai").steps[-1]

    assert isinstance(ended.command, End)
    assert (ended.command.cause, ended.actor.role, ended.on) == (
        "counterpart",
        "counterpart",
        "2020-01",
    )
    assert "Wikidata still listed" in ended.command.statement


def test_a_partnership_that_was_kept_had_its_question_closed_without_action(
    sample: Sample,
) -> None:
    closed = story(sample, "Gainesville - Novorossiysk").steps[-1]

    assert isinstance(closed.command, CloseReview)
    assert (closed.command.outcome, closed.on) == ("no_action", "2022-03-07")


def test_a_proposal_has_no_motive_that_the_source_does_not_name(sample: Sample) -> None:
    assert founding(story(sample, "Arcadia - Dongfang")).motives == ()
    assert founding(story(sample, "Edmonton - Chapala")).motives == ("requested_by_partner",)


def test_homonyms_of_wikidata_stay_apart(sample: Sample) -> None:
    ids = {c for story in sample.stories for c in story.pair.split("|") if "us-columbus" in c}

    assert ids == {"us-columbus", "us-columbus-q239870"}
    assert sample.look_alikes == 19


def test_a_row_about_one_of_two_homonyms_is_never_guessed() -> None:
    lives = Lives()
    lives.add_wikidata(cities(), edges())
    lives.add_event(columbus(99))

    (told,) = (life for life in lives if life.events)
    assert told.home.community == "us-columbus-e99"
    assert told.unplaced == ("Columbus",)


def test_every_act_could_have_been_typed_by_a_person(sample: Sample) -> None:
    """Commands are built in code here; decoding them checks lengths and patterns as a form does."""
    for told in sample.stories:
        for step in told.steps:
            typed = msgspec.json.encode(step.command)
            assert msgspec.json.decode(typed, type=type(step.command)) == step.command


def test_reading_again_tells_the_same(sample: Sample) -> None:
    keys = [step.key for told in sample.stories for step in told.steps]

    assert len(set(keys)) == len(keys)
    assert read_sample() == sample
