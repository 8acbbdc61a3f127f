"""The compiled reader, and the checked engine that holds it against experta."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from itertools import product
from typing import Any

import pytest

from triage import EngineDisagreement, Triage, UnknownNameError, ends, truth
from triage.chart import Chart, State
from triage.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    Known,
    Missing,
    Not,
    NotShown,
    PatternHolds,
    Present,
    Urgency,
    UrgencyAtLeast,
)
from triage.errors import TriageError
from triage.interpreters.ask import Program
from triage.truth import Truth

DAY = date(2026, 3, 12)
ORDER = (Truth.FALSE, Truth.UNKNOWN, Truth.TRUE)
SPANS = [(low, high) for low in ORDER for high in ORDER[ORDER.index(low) :]]


def part(name: str, span: tuple[Truth, Truth]) -> tuple[Condition, Chart, list[str]]:
    """Give a condition that may end anywhere in a span, the chart it does so on, and what is open."""
    match span:
        case (low, high) if low is high:
            value = {Truth.TRUE: True, Truth.FALSE: False}.get(low)
            told = {} if value is None else {name: value}
            return Present(name), Chart(told, {name: State.ANSWERED if told else State.ASKED_UNKNOWN}), []
        case (Truth.FALSE, Truth.TRUE):
            return Present(name), Chart({}, {}), [name]
        case (Truth.UNKNOWN, Truth.TRUE):
            return Known(name), Chart({}, {}), [name]
        case _:
            return Not(Known(name)), Chart({}, {}), [name]


def ends_of(build: Callable[[tuple[Condition, ...]], Condition], spans: Sequence[tuple[Truth, Truth]]) -> int:
    parts = [part(name, span) for name, span in zip("abc", spans, strict=False)]
    values = {name: value for _, chart, _ in parts for name, value in chart.values.items()}
    states = {name: state for _, chart, _ in parts for name, state in chart.states.items()}
    program = Program({}, {"rule": build(tuple(condition for condition, _, _ in parts))})
    return program.bounds(Chart(values, states), [name for _, _, names in parts for name in names]).rule("rule")


def span_of(values: Iterable[Truth]) -> int:
    found = sorted(values, key=ORDER.index)
    return ends.between(found[0], found[-1])


def inside(span: tuple[Truth, Truth]) -> tuple[Truth, ...]:
    return ORDER[ORDER.index(span[0]) : ORDER.index(span[1]) + 1]


@pytest.mark.parametrize("number", [-1, 0, 1, 2, 3, 4])
def test_at_least_ends_where_some_choice_ends_and_nowhere_beyond(number: int) -> None:
    for spans in product(SPANS, repeat=3):
        expected = span_of(truth.at_least(number, choice) for choice in product(*map(inside, spans)))
        assert ends_of(partial(AtLeast, number), spans) == expected


def test_every_operation_ends_where_some_choice_ends_and_nowhere_beyond() -> None:
    for spans in product(SPANS, repeat=2):
        pairs = list(product(*map(inside, spans)))
        assert ends_of(AllOf, spans) == span_of(truth.at_least(2, pair) for pair in pairs)
        assert ends_of(AnyOf, spans) == span_of(truth.at_least(1, pair) for pair in pairs)
        one, other = (ends.between(*span) for span in spans)
        assert ends.either(one, other) == span_of([*inside(spans[0]), *inside(spans[1])])
    for span in SPANS:
        assert ends_of(lambda parts: Not(parts[0]), [span]) == span_of(map(truth.negate, inside(span)))
        shown = span_of(truth.of(value is not Truth.TRUE) for value in inside(span))
        assert ends_of(lambda parts: NotShown(parts[0]), [span]) == shown
        assert ends.may_hold(ends.between(*span)) == (span[1] is Truth.TRUE)
        assert ends.may_fail(ends.between(*span)) == (span[0] is Truth.FALSE)


def test_equal_parts_are_computed_once() -> None:
    twice = AnyOf((Present("a"), Present("b")))
    program = Program(
        {}, {"one": AllOf((twice, Present("c"))), "two": AllOf((Present("c"), AnyOf((Present("b"), Present("a")))))}
    )

    assert program.rules["one"] == program.rules["two"]
    assert len(program.nodes) == 5


def test_what_is_open_may_end_any_way_and_what_is_settled_may_not() -> None:
    rules = {
        "both": AllOf((Present("a"), Present("b"))),
        "either": AnyOf((Present("a"), Present("b"))),
        "gap": Missing("b"),
    }
    program = Program({}, rules)
    reading = program.bounds(Chart({"a": False}, {"a": State.ANSWERED}), ["b", "nobody tests this"])

    assert reading.rule("both") == ends.FALSE
    assert reading.rule("either") == ends.ANY
    assert reading.rule("gap") == ends.ANY
    assert reading.open_in("both") == frozenset()
    assert reading.open_in("either") == {"b"}


def test_many_parts_do_not_nest_too_deeply() -> None:
    names = [f"f{number}" for number in range(300)]
    program = Program({}, {"all": AllOf(tuple(map(Present, names))), "any": AnyOf(tuple(map(Present, names)))})
    chart = Chart(dict.fromkeys(names, True), dict.fromkeys(names, State.ANSWERED))

    assert program.read(chart).true_rules() == ["all", "any"]


def test_the_evidence_is_every_way_to_a_rule() -> None:
    patterns = {"p": AtLeast(1, (Present("a"), Not(Present("b"))))}
    program = Program(patterns, {"r": AllOf((PatternHolds("p"), NotShown(Present("c"))))})
    firing = program.fire(Chart({"a": True, "b": False}, {"a": State.ANSWERED, "b": State.ANSWERED}))

    assert [(literal.leaf, literal.polarity.value) for literal in firing.rules["r"]] == [
        (Present("a"), "holds"), (Present("b"), "excluded"), (Present("c"), "not shown"),
    ]  # fmt: skip
    assert firing.through == {"r": ("p",)}


def test_a_rule_may_not_test_the_final_urgency() -> None:
    with pytest.raises(TriageError):
        Program({}, {"r": UrgencyAtLeast(Urgency.URGENT)})


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage()


INTAKE: dict[str, Any] = {
    "patient": {"name": "Patient B"}, "age_years": 67, "saddle_numb": True, "back_pain": True, "lab_k": "3.1 mmol/L",
    "medicines": [{"name": "furosemide 40 mg", "started": 20}, "herbal drops"], "cramp_site": ["calf"], "weakness": None,
}  # fmt: skip


def test_every_engine_gives_the_same_assessment(triage: Triage) -> None:
    checked = triage.assess(INTAKE, on=DAY)

    for engine in ("experta", "compiled"):
        alone = Triage(engine=engine).assess(INTAKE, on=DAY)
        assert alone == checked.model_copy(update={"engine": engine})


def test_an_engine_that_does_not_exist_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean `compiled`"):
        Triage(engine="compild")


@pytest.mark.parametrize("flipped", ["SP-01", "SP-03"])
def test_a_fault_in_one_reader_is_caught_and_its_case_replays(flipped: str) -> None:
    faulty = Triage()
    rules = {name: rule.when for name, rule in faulty.knowledge.rules.items()}
    patterns = {name: pattern.when for name, pattern in faulty.knowledge.patterns.items()}
    # "not shown" is TRUE exactly where the rule is not: the reader now errs on every chart.
    faulty._program = Program(patterns, {**rules, flipped: NotShown(rules[flipped])})

    with pytest.raises(EngineDisagreement) as error:
        faulty.assess(INTAKE, on=DAY)

    assert error.value.rules == (flipped,)
    assert error.value.at_least == "emergency"
    assert "Patient B" not in repr(error.value.case)
    replayed = error.value.case["intake"]
    with pytest.raises(EngineDisagreement) as again:
        faulty.assess(replayed, on=DAY)
    assert again.value.rules == (flipped,)
    assert again.value.case == error.value.case


def test_many_are_assessed_as_they_come_and_some_are_checked(triage: Triage) -> None:
    intakes: list[dict[str, Any]] = [INTAKE, {}, {"saddle_numb": True}, {"lab_k": "2.4 mmol/L"}]
    waiting = iter(intakes)
    found = triage.assess_many(waiting, on=DAY, check_every=2)

    first = next(found)
    assert next(waiting) == {}  # nothing was read ahead
    assert first == triage.assess(INTAKE, on=DAY)
    rest = list(triage.assess_many(intakes[1:], on=DAY, check_every=2))
    assert [one.engine for one in rest] == ["checked", "compiled", "checked"]
    assert [one.urgency.level.value for one in rest] == ["routine", "emergency", "emergency"]
