"""Answers become a chart: states, follow-ups, weighted counts and formulas, on findings made by hand."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from triage.chart import Chart, Interval, State, Value
from triage.charting import chart_of
from triage.conditions import Condition, Not, Present
from triage.findings import Answerer, CountItem, DerivedQuantity, FindingDefinition, FormulaSource, Kind, Unit
from triage.formulas import parse
from triage.knowledge import KnowledgeBase

UNIT = Unit("1")


def asked(name: str, only_if: Condition | None = None) -> FindingDefinition:
    return FindingDefinition(name, Kind.BOOLEAN, name, "", Answerer.PERSON, "made", only_if=only_if)


def formula(text: str, valid_when: Condition | None = None) -> FormulaSource:
    return FormulaSource(parse(text), valid_when, text)


def charted(
    knowledge: KnowledgeBase, quantity: DerivedQuantity, answers: Mapping[str, Value | None]
) -> tuple[Value | None, State]:
    """Give the value and state of one derived quantity, named `q`."""
    made = replace(knowledge, findings={}, derived={"q": quantity}, patterns={}, screen=())
    chart = chart_of(made, answers)
    return chart.values.get("q"), chart.state("q")


def test_an_answer_is_a_value_and_an_answer_in_vain_is_not(knowledge: KnowledgeBase) -> None:
    made = replace(knowledge, findings={name: asked(name) for name in "abc"}, derived={}, screen=())
    chart = chart_of(made, {"a": False, "b": None})

    assert chart == Chart({"a": False}, {"a": State.ANSWERED, "b": State.ASKED_UNKNOWN})
    assert chart.state("c") is State.NOT_ASKED


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({"parent": False}, State.NOT_APPLICABLE),
        ({"parent": False, "child": None}, State.NOT_APPLICABLE),
        ({"parent": False, "child": False}, State.ANSWERED),
        ({"parent": False, "child": True}, State.ANSWERED),
        ({"parent": True}, State.NOT_ASKED),
        ({"parent": True, "child": None}, State.ASKED_UNKNOWN),
        ({"parent": None}, State.NOT_ASKED),
        ({}, State.NOT_ASKED),
    ],
)
def test_a_follow_up_does_not_apply_when_its_parent_was_denied(
    knowledge: KnowledgeBase, answers: dict[str, Value | None], state: State
) -> None:
    findings = {one.id: one for one in (asked("child", Present("parent")), asked("parent"))}
    chart = chart_of(replace(knowledge, findings=findings, derived={}, screen=()), answers)

    assert chart.state("child") is state
    assert chart.values == {name: value for name, value in answers.items() if value is not None}


def test_a_follow_up_of_a_follow_up_goes_with_it(knowledge: KnowledgeBase) -> None:
    """Whatever the order of the files: a parent that does not apply counts as no."""
    chain = (asked("last", Present("middle")), asked("middle", Present("first")), asked("first"))
    chart = chart_of(
        replace(knowledge, findings={one.id: one for one in chain}, derived={}, screen=()), {"first": False}
    )

    assert chart.state("middle") is chart.state("last") is State.NOT_APPLICABLE


COUNT = DerivedQuantity(
    "q", "Points", UNIT,
    count=(CountItem(Present("a"), 2.0), CountItem(Present("b"), -1.0), CountItem(Not(Present("c")), 0.5)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "value"),
    [
        ({"a": True, "b": True, "c": False}, 1.5),
        ({"a": True, "b": False, "c": True}, 2.0),
        ({"a": False, "b": True, "c": True}, -1.0),
        ({"a": False, "b": False, "c": True}, 0.0),
        ({"b": False, "c": True}, Interval(0.0, 2.0)),
        ({"a": True, "b": None, "c": True}, Interval(1.0, 2.0)),
        ({"a": True, "b": True}, Interval(1.0, 1.5)),
        ({}, Interval(-1.0, 2.5)),
    ],
)
def test_a_count_adds_what_holds_and_stays_open_by_what_is_not_known(
    knowledge: KnowledgeBase, answers: dict[str, Value | None], value: Value
) -> None:
    assert charted(knowledge, COUNT, answers) == (value, State.ANSWERED)


def test_a_count_is_rounded_so_that_every_reader_compares_the_same_number(knowledge: KnowledgeBase) -> None:
    tenths = DerivedQuantity("q", "Points", UNIT, count=tuple(CountItem(Present(name), 0.1) for name in "abc"))

    assert charted(knowledge, tenths, dict.fromkeys("abc", True)) == (0.3, State.ANSWERED)
    assert charted(knowledge, tenths, {}) == (Interval(0.0, 0.3), State.ANSWERED)
    falling = replace(tenths, count=tuple(replace(item, weight=-0.1) for item in tenths.count))
    assert charted(knowledge, falling, {}) == (Interval(-0.3, 0.0), State.ANSWERED)


SOURCES = DerivedQuantity(
    "q",
    "Ratio",
    UNIT,
    sources=(formula("x + y", Present("fits")), formula("x * 10", Not(Present("off"))), formula("z")),
)


@pytest.mark.parametrize(
    ("answers", "value"),
    [
        ({"x": 1.0, "y": 2.0, "z": 9.0, "fits": True, "off": False}, 3.0),
        ({"x": 1.0, "y": 2.0, "z": 9.0, "fits": False, "off": False}, 10.0),
        ({"x": 1.0, "y": 2.0, "z": 9.0, "fits": None, "off": False}, 10.0),
        ({"x": 1.0, "z": 9.0, "fits": True, "off": False}, 10.0),
        ({"x": 1.0, "y": 2.0, "z": 9.0, "fits": False}, 9.0),
        ({"x": 0.0, "y": 0.0, "z": 9.0, "fits": True}, 0.0),
    ],
)
def test_the_first_formula_that_is_valid_and_known_is_taken(
    knowledge: KnowledgeBase, answers: dict[str, Value | None], value: float
) -> None:
    assert charted(knowledge, SOURCES, answers) == (value, State.ANSWERED)


@pytest.mark.parametrize("answers", [{}, {"x": 1.0, "y": 2.0}, {"x": 1.0, "off": True}, {"z": True}, {"z": "9"}])
def test_without_a_formula_that_can_be_used_a_quantity_is_not_known(
    knowledge: KnowledgeBase, answers: dict[str, Value | None]
) -> None:
    """A yes is no number, and neither is a word."""
    assert charted(knowledge, SOURCES, answers) == (None, State.NOT_ASKED)
