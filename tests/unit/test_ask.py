"""The compiled reader, and the checked engine that holds it against experta."""

from datetime import date
from itertools import product
from typing import Any

import pytest

from triage import EngineDisagreement, Triage, UnknownNameError, ends, truth
from triage.chart import Chart, State
from triage.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
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
SETS = range(1, 8)


def members(found: int) -> list[Truth]:
    return [value for end, value in ends.TRUTH.items() if found & end]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4])
def test_at_least_gives_every_value_some_choice_gives_and_no_other(number: int) -> None:
    for parts in product(SETS, repeat=3):
        expected = {truth.at_least(number, choice) for choice in product(*map(members, parts))}
        assert set(members(ends.at_least(number, parts))) == expected


def test_the_tables_give_every_value_some_choice_gives_and_no_other() -> None:
    for left, right in product(SETS, repeat=2):
        pairs = list(product(members(left), members(right)))
        assert set(members(ends.AND[left << 3 | right])) == {truth.at_least(2, pair) for pair in pairs}
        assert set(members(ends.OR[left << 3 | right])) == {truth.at_least(1, pair) for pair in pairs}
    for part in SETS:
        assert set(members(ends.NOT[part])) == {truth.negate(value) for value in members(part)}
        shown = {truth.of(value is not Truth.TRUE) for value in members(part)}
        assert set(members(ends.NOT_SHOWN[part])) == shown


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
    assert reading.rule("gap") == ends.TRUE | ends.FALSE
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
