"""Every rule and pattern fires where its cases say, stays silent in their near misses, and concludes what they say; advice is given so."""

from datetime import date

import pytest

from triage import Triage
from triage.casebook import Intake, RuleCase, rule_cases
from triage.charting import chart_of
from triage.conditions import Condition
from triage.intake import read_intake
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.resources import data_folder
from triage.truth import TRUE

ON = date(2026, 3, 12)
CASES = rule_cases(data_folder("knowledge_base"))


def holds(knowledge: KnowledgeBase, condition: Condition, raw: Intake) -> bool:
    chart = chart_of(knowledge, read_intake(knowledge, raw).answers)
    return Reference(knowledge.pattern_conditions, chart).truth(condition) is TRUE


def test_cases(knowledge: KnowledgeBase) -> None:
    wrong = []
    for case in CASES:
        if not case.advice:
            when = (knowledge.rules if case.rule else knowledge.patterns)[case.rule or case.pattern].when
            wrong += [f"{case.place} stays silent: {raw}" for raw in case.fires if not holds(knowledge, when, raw)]
            wrong += [f"{case.place} fires: {raw}" for raw in case.near_miss if holds(knowledge, when, raw)]

    assert wrong == []


@pytest.mark.parametrize("case", [case for case in CASES if case.advice], ids=lambda case: case.advice)
def test_advice(case: RuleCase, triage: Triage) -> None:
    def given(raw: Intake) -> bool:
        return case.advice in {item.id for item in triage.assess(raw, on=ON).advice_given}

    assert [raw for raw in case.fires if not given(raw)] == []
    assert [raw for raw in case.near_miss if given(raw)] == []


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage(engine="compiled")


def test_every_rule_concludes_what_its_case_says(knowledge: KnowledgeBase) -> None:
    said = {case.rule: (case.urgency, case.certainty) for case in CASES if case.rule}

    assert said == {rule.id: (rule.urgency, rule.certainty) for rule in knowledge.rules.values()}


def test_everything_has_a_case(knowledge: KnowledgeBase) -> None:
    everything = {
        *(f"rule {name}" for name in knowledge.rules),
        *(f"pattern {name}" for name in knowledge.patterns),
        *(f"advice {name}" for name in knowledge.guidance.advice),
    }

    assert {case.place for case in CASES} == everything
