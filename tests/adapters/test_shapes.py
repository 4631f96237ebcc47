"""What is wrong with a document is told whole: each place, the problem, what helps."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta
from msgspec.inspect import StrType, type_info

import adapters.regimes
from adapters.shapes import MOST, in_words, line, mistakes, mistakes_of
from adapters.shapes.words import BLANK, FORMS
from api.rest.schemas import body_of
from domain.answers import VERBS
from domain.partnership.commands import FileAnnualReport, ReportActivity, SubmitProposal
from domain.regime.regime import Example, Regime
from domain.regime.rule import Rule
from domain.values import Edtf
from tests.adapters.documents import documents

HOME = {"community": "us-norfolk", "name": "Norfolk", "country": "US"}
AWAY = {"community": "jp-kitakyushu", "name": "北九州市", "country": "JP"}
PROPOSAL: dict[str, Any] = {
    "home": HOME,
    "counterpart": AWAY,
    "tier": "sister",
    "kind": "sister_city",
    "motives": ["trade"],
}
ACTIVITY: dict[str, Any] = {"kind": "visit", "statement": "The choir came."}
PAGES = [{"title": "Minutes"}]
REGIMES = sorted(Path(adapters.regimes.__file__).parent.glob("*.toml"))


def told(document: Any, shape: Any = ReportActivity) -> dict[str, str]:
    """The field of each mistake with its problem and remedy, as one text."""
    return {one.field: ". ".join(in_words(one)) for one in mistakes(document, shape)}


def refused(document: Any, shape: Any, *, strict: bool = True) -> msgspec.ValidationError | None:
    try:
        msgspec.convert(document, shape, strict=strict)
    except msgspec.ValidationError as error:
        return error
    return None


def refused_as_json(document: Any, shape: Any) -> msgspec.ValidationError | None:
    try:
        msgspec.json.decode(msgspec.json.encode(document), type=shape)
    except msgspec.ValidationError as error:
        return error
    return None


def sent_for(verb: str) -> st.SearchStrategy[tuple[str, Any]]:
    return st.tuples(st.just(verb), documents(type_info(body_of(verb))))


def typed_for(verb: str) -> st.SearchStrategy[tuple[str, Any]]:
    return st.tuples(st.just(verb), documents(type_info(VERBS[verb])))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(VERBS)).flatmap(sent_for))
def test_what_the_decoder_refuses_is_explained_and_nothing_else(sent: tuple[str, Any]) -> None:
    verb, document = sent
    refusal = refused_as_json(document, body_of(verb))

    assert bool(list(mistakes(document, body_of(verb)))) == bool(refusal), refusal


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(VERBS)).flatmap(typed_for))
def test_what_is_typed_loosely_is_explained_alike(typed: tuple[str, Any]) -> None:
    verb, document = typed
    refusal = refused(document, VERBS[verb], strict=False)

    assert bool(list(mistakes(document, VERBS[verb], strict=False))) == bool(refusal), refusal


@settings(max_examples=100, deadline=None)
@given(documents(type_info(Regime), depth=7))
def test_a_regime_of_any_kind_is_explained(document: Any) -> None:
    refusal = refused(document, Regime)

    assert bool(list(mistakes(document, Regime))) == bool(refusal), refusal


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_regime_that_is_wrong_in_one_place_is_explained(data: st.DataObject) -> None:
    regime = tomllib.loads(data.draw(st.sampled_from(REGIMES)).read_text("utf-8"))
    around, key = data.draw(st.sampled_from(list(places(regime))))
    around[key] = data.draw(st.sampled_from(["", "US", 7, -1, True, None, [], {}, "x" * 301]))

    refusal = refused(regime, Regime)

    assert bool(list(mistakes(regime, Regime))) == bool(refusal), refusal


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document that something else can be put to."""
    if not isinstance(value, dict | list):
        return
    for key, held in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        yield from places(held)


@pytest.mark.parametrize("shape", [*map(body_of, VERBS), Regime])
def test_every_pattern_has_words(shape: Any) -> None:
    patterns = set(_patterns(type_info(shape), set()))

    assert patterns <= {None, BLANK, *FORMS}


def _patterns(described: Any, seen: set[int]) -> Iterator[str | None]:
    if id(described) in seen or not isinstance(described, msgspec.Struct):
        return
    seen.add(id(described))
    if isinstance(described, StrType):
        yield described.pattern
    for name in described.__struct_fields__:
        inner = getattr(described, name)
        for part in inner if isinstance(inner, tuple) else (inner,):
            yield from _patterns(part, seen)


def test_all_that_is_wrong_is_told_with_its_place_and_what_helps() -> None:
    wrong = {"kind": "visite", "statment": "x", "evidence": [{"title": ""}, 7], "outcome": 5}

    assert told(wrong) == {
        "kind": "'visite' is not possible. Did you mean 'visit'? One of: aid, ceremony, culture, "
        "economy, education, exchange, other, visit.",
        "statement": "this is missing. It takes text, at most 2,000 characters.",
        "statment": "there is no such field. Did you mean 'statement'?",
        "outcome": "this is a number. It takes text, at most 2,000 characters.",
        "evidence[0].title": "this is empty. It takes text, at most 200 characters.",
        "evidence[1]": "this is a number. It takes an object with title (needed), dated, link, "
        "sha256.",
    }


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        (
            ACTIVITY | {"statement": 2314 * "x"},
            "statement",
            "this has 2,314 characters, at most 2,",
        ),
        (ACTIVITY | {"statement": " \n"}, "statement", "this is empty. It takes text"),
        (ACTIVITY | {"evidence": 51 * [{"title": "x"}]}, "evidence", "51 items, at most 50 are"),
        (ACTIVITY | {"statement": None}, "statement", "this is null. It takes text"),
        (ACTIVITY | {"evidence": "x"}, "evidence", "this is text. It takes a list of at most 50"),
        (
            ACTIVITY | {"evidence": [{"title": "x", "sha256": "0"}]},
            "evidence[0].sha256",
            "64 digits",
        ),
        (
            ACTIVITY | {"evidence": [{"title": "x", "dated": 41 * "2"}]},
            "evidence[0].dated",
            "41 char",
        ),
        (ACTIVITY | {"colour": "red"}, "colour", "no such field. Leave it out"),
        ([], "", "this is a list. It takes an object with kind (needed), statement (needed), "),
    ],
)
def test_a_mistake_is_told_in_plain_words(wrong: Any, field: str, words: str) -> None:
    assert words in told(wrong)[field]


class Motto(msgspec.Struct, forbid_unknown_fields=True):
    """A text as short as a date, and a date that may be left open."""

    words: Annotated[str, Meta(max_length=40)]
    chosen: Edtf | None = None


def test_a_short_text_is_not_taken_for_a_date_and_a_date_is_told_as_one() -> None:
    wrong = told({"words": 7, "chosen": 7}, Motto)

    assert wrong["words"] == "this is a number. It takes text, at most 40 characters."
    assert "It takes a date in EDTF, such as 2026-03-05" in wrong["chosen"]
    assert "at most 40 are possible" in told({"words": "x", "chosen": 41 * "2"}, Motto)["chosen"]


@pytest.mark.parametrize("verb", ["suspend", "report-activity"])
def test_the_date_of_an_act_is_told_as_a_date_also_where_it_is_left_out(verb: str) -> None:
    assert "a date in EDTF" in told({"command": {}}, body_of(verb))["on"]
    assert "a date in EDTF" in told({"command": {}, "on": ""}, body_of(verb))["on"]


@pytest.mark.parametrize(
    ("possible", "beyond", "shape"),
    [
        ({"year": 800}, {"year": 799}, FileAnnualReport),
        ({"year": 9999}, {"year": 10_000}, FileAnnualReport),
        (ACTIVITY | {"outcome": 2000 * "x"}, ACTIVITY | {"outcome": 2001 * "x"}, ReportActivity),
        (ACTIVITY | {"evidence": 50 * PAGES}, ACTIVITY | {"evidence": 51 * PAGES}, ReportActivity),
    ],
)
def test_a_limit_is_possible_and_what_is_beyond_it_is_not(
    possible: Any, beyond: Any, shape: Any
) -> None:
    assert told(possible, shape) == {}
    assert len(told(beyond, shape)) == 1


@pytest.mark.parametrize(
    ("party", "field", "words"),
    [
        (HOME | {"country": "usa"}, "home.country", "two capital letters, such as JP"),
        (HOME | {"country": "US\n"}, "home.country", "two capital letters, such as JP"),
        (HOME | {"population": "many"}, "home.population", "It takes a whole number or null."),
        (HOME | {"population": True}, "home.population", "this is true. It takes a whole number"),
        (HOME | {"population": 0.5}, "home.population", "this is a number with a fraction"),
    ],
)
def test_a_mistake_in_a_part_is_told_there(party: Any, field: str, words: str) -> None:
    assert words in told(PROPOSAL | {"home": party}, SubmitProposal)[field]


def test_mistakes_are_told_in_the_order_of_the_fields() -> None:
    assert list(told({"home": {}}, SubmitProposal)) == [
        *("home.community", "home.name", "home.country"),
        *("counterpart", "tier", "kind", "motives"),
    ]


def test_an_example_has_two_parties_and_says_yes_or_no_of_each_body() -> None:
    wrong = {"name": "x", "parties": [{"country": "US"}], "expect": "applies"}

    assert "exactly 2" in told(wrong, Example)["parties"]
    assert (
        "true or false" in told(wrong | {"recognised": {"SCI": "yes"}}, Example)["recognised.SCI"]
    )


def test_what_is_typed_is_told_when_no_number_can_be_read_from_it() -> None:
    typed = {"year": "799", "nothing_happened": "maybe"}

    wrong = {one.field: in_words(one)[0] for one in mistakes(typed, FileAnnualReport, strict=False)}
    assert wrong == {"year": "this is less than 800", "nothing_happened": "this is text"}


def test_what_nobody_foresaw_is_told_in_the_decoder_s_words() -> None:
    error = msgspec.ValidationError("Expected something new")

    assert [in_words(one)[0] for one in mistakes_of(error, ACTIVITY, ReportActivity)] == [
        "Expected something new"
    ]


def test_of_very_many_mistakes_the_first_are_told() -> None:
    wrong = ACTIVITY | {f"field-{number}": 1 for number in range(10 * MOST)}
    error = refused(wrong, ReportActivity)

    assert error is not None
    assert len(mistakes_of(error, wrong, ReportActivity)) == MOST


def test_what_is_beyond_a_list_s_length_is_not_looked_at() -> None:
    wrong = ACTIVITY | {"evidence": 50 * [{"title": "x"}] + 5000 * [{}]}

    assert list(told(wrong)) == ["evidence"]


def test_a_name_of_thousands_of_letters_is_not_told_whole() -> None:
    (mistake,) = mistakes(ACTIVITY | {9000 * "x": 1}, ReportActivity)

    assert len(line(mistake)) < 300


def test_a_rule_may_be_nested_deeper_than_python_calls() -> None:
    rule: Any = {"test": "recognised_by", "clause": "c"}
    for _ in range(2000):
        rule = {"test": "not", "clause": "c", "of": rule}

    assert [one.path[-1] for one in mistakes(rule, Rule)] == ["body"]
