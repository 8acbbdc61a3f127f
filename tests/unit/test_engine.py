"""The engine on the sample intakes, and what importing it leaves alone."""

import json
import subprocess
import sys
from datetime import date

import pytest

from triage import Assessment, Triage
from triage.conditions import Urgency
from triage.errors import IntakeError
from triage.intake import Contradicting
from triage.json_writing import write_json
from triage.resources import data_folder

DAY = date(2026, 3, 12)

URGENCY = {
    "cauda_equina": "emergency", "rhabdomyolysis": "emergency", "hand_cramps_with_tetany": "emergency",
    "statin_interaction": "same_day", "swollen_calf": "same_day",
    "electrolyte_deficit_despite_magnesium": "urgent", "diuretic_and_laxative": "urgent", "slow_weakness_with_wasting": "urgent",
    "recurrent_normal_electrolytes": "routine", "partial_first_minutes": "routine",
    "night_cramps": "self_care", "overload_after_exercise": "self_care", "long_sitting": "self_care", "hand_cramp_benign": "self_care",
    "child_night_pain": "self_care", "pregnancy_night_cramps": "self_care",
}  # fmt: skip


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage()


def test_dates_and_sets_have_the_id_of_their_json(triage: Triage) -> None:
    given = {"cramp_site": {"foot", "calf"}, "lab_k": {"value": "3.9", "unit": "mmol/L", "on": date(2026, 3, 9)}}
    written = json.loads(write_json(given))

    assert written["lab_k"]["on"] == "2026-03-09"
    assert triage.assess(given, on=DAY) == triage.assess(written, on=DAY)
    assert triage.assess(given, on=DAY).id != triage.assess({**given, "cramp_site": {"foot"}}, on=DAY).id


def test_every_example_has_an_expectation() -> None:
    assert {path.stem for path in data_folder("examples").glob("*.json")} == set(URGENCY)


@pytest.mark.parametrize(("name", "urgency"), URGENCY.items())
def test_example(triage: Triage, name: str, urgency: str) -> None:
    assessment = triage.assess(
        json.loads((data_folder("examples") / f"{name}.json").read_text(encoding="utf-8")), on=DAY
    )

    assert assessment.urgency.level.value == urgency
    assert assessment.input_faults == ()
    assert assessment.conflicts == ()
    assert all(
        rule.set_aside or rule.urgency in (assessment.urgency.level, None) for rule in assessment.fired_rules[:1]
    )
    assert Assessment.from_json(assessment.to_json()) == assessment


def test_nothing_known_is_routine_with_the_screen_open(triage: Triage) -> None:
    assessment = triage.assess({}, on=DAY)

    assert (assessment.urgency.level, assessment.fired_rules) == (Urgency.ROUTINE, ())
    assert "pattern not recognised" in assessment.urgency.reason
    assert "saddle_numb" in {flag.finding for flag in assessment.red_flags.not_asked}
    assert not assessment.red_flags.complete
    assert assessment.urgency_range.possible is Urgency.EMERGENCY
    assert [place.id for place in assessment.destinations] == ["gp"]


def test_a_gap_rule_says_so(triage: Triage) -> None:
    assessment = triage.assess({"hands_claw_now": True}, on=DAY)

    assert assessment.urgency.level is Urgency.EMERGENCY
    assert assessment.urgency.because_not_known
    assert "overbreathing" in assessment.urgency.open_findings
    assert assessment.urgency_range.established is not Urgency.EMERGENCY


@pytest.mark.parametrize("name", ["calf_tender", "back_pain", "cancer_history", "chest_pain", "weakness"])
def test_two_contradicting_answers_are_never_less_urgent_than_none(triage: Triage, name: str) -> None:
    night = json.loads((data_folder("examples") / "night_cramps.json").read_text(encoding="utf-8"))
    left_out = {finding: value for finding, value in night.items() if finding != name}
    both_ways = triage.assess({**left_out, name: Contradicting((False, True))}, on=DAY)

    assert both_ways.urgency.level.rank >= triage.assess(left_out, on=DAY).urgency.level.rank >= Urgency.ROUTINE.rank
    assert [fault.place for fault in both_ways.input_faults] == [name]


def test_contradictions_are_listed_and_the_more_urgent_reading_is_kept(triage: Triage) -> None:
    assessment = triage.assess({"weakness": False, "weakness_speed": "hours_days"}, on=DAY)

    assert assessment.urgency.level is Urgency.SAME_DAY
    assert [(conflict.id, conflict.findings) for conflict in assessment.conflicts] == [
        ("weakness_denied_but_timed", ("weakness",))
    ]


def test_a_follow_up_against_its_parent_is_a_conflict(triage: Triage) -> None:
    assessment = triage.assess({"ckd_known": False, "dialysis": "haemo", "dialysis_missed": True}, on=DAY)

    assert assessment.urgency.level.rank >= Urgency.SAME_DAY.rank
    assert [conflict.findings for conflict in assessment.conflicts] == [("dialysis", "ckd_known")]


def test_text_that_cannot_be_written_does_not_stop_the_output(triage: Triage) -> None:
    broken = "half \ud83d"
    assessment = triage.assess({"patient": {"name": broken}, "medicines": [broken], "lab_k": broken}, on=DAY)

    assert assessment.patient.name == "half ?"
    assert Assessment.from_json(assessment.to_json()) == assessment


def test_the_same_intake_gives_the_same_bytes(triage: Triage) -> None:
    intake = {"age_years": 67, "lab_k": "3.1 mmol/L", "medicines": ["furosemide 40 mg"]}
    other_order = dict(reversed(intake.items()))

    assert triage.assess(intake, on=DAY).to_json() == Triage().assess(other_order, on=DAY).to_json()


def test_strict_raises(triage: Triage) -> None:
    with pytest.raises(IntakeError):
        triage.assess({"lab_k": 3.1}, on=DAY, strict=True)


def test_importing_leaves_the_host_alone_and_loads_no_experta() -> None:
    program = (
        "import collections, logging, sys, warnings\n"
        "before = (list(logging.root.handlers), logging.root.level, set(vars(collections)), list(warnings.filters))\n"
        "import triage\n"
        "assert 'experta' not in sys.modules and 'weasyprint' not in sys.modules\n"
        "triage.Triage().assess({'saddle_numb': True})\n"
        "assert before == (list(logging.root.handlers), logging.root.level, set(vars(collections)), list(warnings.filters))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_result_reported_as_it_is_used_shows_the_level_of_the_rules_on_it() -> None:
    """Rules rest on adjusted calcium whoever adjusted it; the laboratory's own figure raises what it raises."""
    found = Triage(engine="compiled").assess({"lab_ca_adj": "7.2 mg/dL", "lab_k": "4.2 mmol/L"}, on=date(2026, 11, 25))
    raised = {row.id: row.raises for row in found.laboratory}

    assert raised["lab_ca_adj"] is found.urgency.level
    assert raised["lab_k"] is None
    assert "ca_adj" not in raised


def test_a_near_rule_fires_with_what_it_waits_for() -> None:
    """Told are tests that would really fire it: every yes-or-no one of a sample is answered so, and the rule fires."""
    engine = Triage(engine="compiled")
    intake = json.loads((data_folder("examples") / "partial_first_minutes.json").read_text(encoding="utf-8"))
    near = engine.assess(intake, on=date(2026, 11, 25)).near_rules
    tried = [rule for rule in near if all(test.endswith(": yes") for test in rule.needed)]

    assert len(tried) > 3
    for rule in tried:
        found = engine.assess({**intake, **dict.fromkeys(rule.open, True)}, on=date(2026, 11, 25))
        assert rule.id in {fired.id for fired in found.fired_rules}, rule.id
        assert found.urgency.level.rank >= rule.urgency.rank
