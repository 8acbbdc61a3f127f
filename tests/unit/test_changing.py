"""What would change the urgency: every single answer that does, none that does not, and the distance to the next band."""

import json
from datetime import date
from random import Random
from typing import Any

import pytest

from tests.unit.test_interview import some_answer
from triage import Triage, Urgency
from triage.charting import chart_of
from triage.findings import Kind
from triage.intake import as_intake, read_intake
from triage.resources import data_folder

DAY = date(2026, 3, 12)
SAMPLES = ("night_cramps", "electrolyte_deficit_despite_magnesium", "swollen_calf", "partial_first_minutes")


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage(engine="compiled")


def sample(name: str) -> dict[str, Any]:
    intake: dict[str, Any] = json.loads((data_folder("examples") / f"{name}.json").read_text(encoding="utf-8"))
    return intake


@pytest.mark.parametrize("name", SAMPLES)
def test_every_answer_that_is_named_changes_it(triage: Triage, name: str) -> None:
    intake = sample(name)
    found = triage.what_would_change(intake, on=DAY)
    assert found.urgency is triage.assess(intake, on=DAY).urgency.level
    random = Random(name)

    for turn in random.sample([*found.raises, *found.lowers], min(25, len(found.raises) + len(found.lowers))):
        assert triage.assess({**intake, turn.finding: turn.answer}, on=DAY).urgency.level is turn.urgency


@pytest.mark.parametrize("name", SAMPLES)
def test_no_answer_that_changes_it_is_left_out(triage: Triage, name: str) -> None:
    intake = sample(name)
    found = triage.what_would_change(intake, on=DAY)
    named = {(turn.finding, turn.urgency) for turn in (*found.raises, *found.lowers)}
    answers = read_intake(triage.knowledge, intake, on=DAY).answers
    chart = chart_of(triage.knowledge, answers)
    random = Random(f"other {name}")

    for finding in triage.knowledge.findings.values():
        answered = answers.get(finding.id) is not None
        if (
            finding.kind is Kind.MEDICINES
            or (answered and finding.fixed)
            or chart.state(finding.id).value == "not_applicable"
        ):
            continue
        answer = some_answer(finding, random)
        if answer is None or (finding.kind is Kind.SET and len(answer) != 1) or (finding.kind is Kind.SET and answered):
            continue
        level = triage.assess({**intake, finding.id: answer}, on=DAY).urgency.level
        assert level is found.urgency or (finding.id, level) in named


def test_age_and_known_conditions_are_no_change(triage: Triage) -> None:
    found = triage.what_would_change({"age_years": 12, "cancer_history": True, "back_pain": True}, on=DAY)
    changed = {turn.finding for turn in (*found.raises, *found.lowers)}

    assert "back_pain" in changed
    assert not {"age_years", "cancer_history"} & changed


def test_an_emergency_on_one_sign_is_lowered_by_it(triage: Triage) -> None:
    found = triage.what_would_change({"saddle_numb": True}, on=DAY)

    assert found.raises == ()
    assert [(turn.finding, turn.then, turn.urgency) for turn in found.lowers] == [
        ("saddle_numb", "no", Urgency.ROUTINE)
    ]


def test_the_margin_is_the_way_to_the_next_band(triage: Triage) -> None:
    (margin,) = triage.what_would_change({"lab_k": "3.1 mmol/L"}, on=DAY).margins

    assert (margin.to_lower, margin.lower) == (0.1, "moderately low")
    assert (margin.to_higher, margin.higher) == (0.4, "normal")


def test_answers_turn_into_an_intake_and_back(triage: Triage) -> None:
    for path in sorted(data_folder("examples").glob("*.json")):
        answers = read_intake(triage.knowledge, json.loads(path.read_text(encoding="utf-8")), on=DAY).answers
        written = json.loads(json.dumps(as_intake(triage.knowledge, answers)))
        assert read_intake(triage.knowledge, written, on=DAY).answers == answers
