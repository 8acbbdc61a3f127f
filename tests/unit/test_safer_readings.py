"""Odd and contradicting intakes never make a result less urgent, and nothing they hold is lost unseen."""

from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import pytest

from triage import Triage, UnknownNameError, Urgency
from triage.intake import Contradicting, as_intake, read_intake
from triage.json_intake import read_json

DAY = date(2026, 3, 12)


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage(engine="compiled")


def level(triage: Triage, intake: Any) -> Urgency:
    return triage.assess(intake, on=DAY).urgency.level


@pytest.mark.parametrize("child", ["child_unwell", "child_day_pain", "child_limp_or_refuses"])
def test_an_answer_about_a_child_does_not_calm_an_adult(triage: Triage, child: str) -> None:
    adult = {"age_years": 40, "sys_bp": "70 mmHg"}
    found = triage.assess({**adult, child: True}, on=DAY)

    assert found.urgency.level is level(triage, adult) is Urgency.EMERGENCY
    assert [conflict.findings for conflict in found.conflicts] == [(child,)]


@pytest.mark.parametrize("said", [None, False, "left out"])
@pytest.mark.parametrize(
    ("before", "answers", "expected"),
    [
        ("weakness", {"weakness_where": ["both_legs"], "weakness_speed": "hours_days"}, Urgency.EMERGENCY),
        ("weakness", {"weakness_speed": "within_4_weeks"}, Urgency.SAME_DAY),
        ("weakness", {"weakness_where": ["both_legs"], "back_pain": True}, Urgency.EMERGENCY),
        ("back_pain", {"back_pain_severe": True, "fever": True}, Urgency.EMERGENCY),
        ("hand_tingle_median", {"hand_numb_constant": True}, Urgency.URGENT),
        ("heat_exertion", {"heat_dizzy_sick": True, "confusion_new": False}, Urgency.SAME_DAY),
    ],
)  # fmt: skip
def test_a_follow_up_counts_like_the_question_before_it_whatever_was_said_to_that(
    triage: Triage, before: str, answers: dict[str, Any], expected: Urgency, said: object
) -> None:
    """Unknown is never no: not knowing whether one is weak may not be less urgent than denying it."""
    found = triage.assess({**answers, **({} if said == "left out" else {before: said})}, on=DAY)

    assert found.urgency.level.rank >= expected.rank
    assert [one for one in found.conflicts if before in one.findings], "the reading is shown"


def test_an_open_question_is_read_from_its_follow_up_and_names_the_cause(triage: Triage) -> None:
    found = triage.assess({"hand_odd_posture": True}, on=DAY)

    assert [cause.id for cause in found.causes] == ["focal_hand_dystonia"]
    assert [(one.note, one.kept) for one in found.conflicts] == [
        ("Dystonic posturing was answered although the question before it is open", "Task-specific: yes")
    ]


@pytest.mark.parametrize("veins", [True, False])
def test_of_several_questions_before_a_follow_up_one_unknown_is_never_less_urgent(triage: Triage, veins: bool) -> None:
    denied = {"cramp_site": ["calf"], "calf_tender": False, "leg_warm_red": False, "surface_veins_new": veins}
    all_denied, one_unknown = (level(triage, {**denied, "calf_swollen_one": said}) for said in (False, None))

    assert one_unknown.rank >= all_denied.rank
    assert not triage.assess({"surface_veins_new": veins}, on=DAY).conflicts


@pytest.mark.parametrize(
    "answers",
    [
        {"weakness_where": []},
        {"heat_dizzy_sick": False},
        {"weakness_fatigable": True},
        {"age_years": 9, "mg_helped": True},
    ],
)
def test_a_follow_up_that_says_nothing_about_an_open_question_leaves_it_open(
    triage: Triage, answers: dict[str, Any]
) -> None:
    assert triage.assess(answers, on=DAY).conflicts == ()


@pytest.mark.parametrize("said", [None, False, "left out"])
@pytest.mark.parametrize(
    "sign", [{"temp_c": "38.6 degC"}, {"weight_loss_unexplained": True}, {"bruising_bleeding": True}]
)
def test_a_child_with_a_sign_of_illness_is_unwell_whatever_was_said(
    triage: Triage, sign: dict[str, Any], said: object
) -> None:
    child = {"age_years": 9, **sign, **({} if said == "left out" else {"child_unwell": said})}
    found = triage.assess(child, on=DAY)

    assert found.urgency.level is Urgency.SAME_DAY
    assert "growing_pains" not in {cause.id for cause in found.causes}
    assert ("child_not_unwell_but_sign" in {one.id for one in found.conflicts}) is (said is False)
    assert not triage.assess({**sign, "age_years": 40}, on=DAY).conflicts


@pytest.mark.parametrize("on", ["12/03/2026", "2026-03-13", "soon", 7])
def test_a_result_is_kept_when_its_date_cannot_be_used(triage: Triage, on: object) -> None:
    found = triage.assess({"lab_k": {"value": 7.2, "unit": "mmol/L", "on": on}}, on=DAY)

    assert found.urgency.level is Urgency.EMERGENCY
    assert [fault.place for fault in found.input_faults] == ["lab_k.on"]
    assert found.laboratory[0].on == ""


@pytest.mark.parametrize("on", [None, "unknown"])
def test_a_date_that_is_not_known_is_no_fault(triage: Triage, on: object) -> None:
    found = triage.assess({"lab_k": {"value": 7.2, "unit": "mmol/L", "on": on}}, on=DAY)

    assert (found.urgency.level, found.input_faults) == (Urgency.EMERGENCY, ())


@pytest.mark.parametrize(
    "intake",
    [
        {"lab_k": "11 mmol/L"}, {"lab_k": "14 mmol/L"}, {"lab_mg": "6 mmol/L"}, {"age_years": 40, "spo2": "45 %"},
        {"age_years": 40, "sys_bp": "40 mmHg"}, {"age_years": 40, "heart_rate": "260 /min"}, {"lab_k": "> 8.0 mmol/L"},
    ],
)  # fmt: skip
def test_an_extreme_is_an_answer(triage: Triage, intake: dict[str, Any]) -> None:
    assert level(triage, intake) is Urgency.EMERGENCY


def test_a_limit_is_read_as_its_number_and_listed(triage: Triage) -> None:
    found = triage.assess({"lab_ck": ">20000 U/L"}, on=DAY)

    assert found.urgency.level is Urgency.EMERGENCY
    assert [fault.treated_as for fault in found.input_faults] == ["read as just above 20000"]


def test_below_a_limit_is_below_it(triage: Triage) -> None:
    below, at = (triage.assess({"lab_k": f"{sign}2.5 mmol/L"}, on=DAY) for sign in ("< ", "<= "))

    assert (below.urgency.level, at.urgency.level) == (Urgency.EMERGENCY, Urgency.SAME_DAY)
    assert below.laboratory[0].given == "< 2.5 mmol/L"


@pytest.mark.parametrize(
    "text",
    [
        '{"lab_k": "7.2 mmol/L", "lab_k": "4.2 mmol/L"}', '{"lab_k": "4.2 mmol/L", "lab_k": "7.2 mmol/L"}',
        '{"lab_k": "mush", "lab_k": "7.2 mmol/L"}',
    ],
)  # fmt: skip
def test_of_two_results_the_more_dangerous_counts(triage: Triage, text: str) -> None:
    found = triage.assess(read_json(text), on=DAY)

    assert found.urgency.level is Urgency.EMERGENCY
    assert found.input_faults


def test_one_result_written_twice_in_different_ways_is_one(triage: Triage) -> None:
    found = triage.assess(read_json('{"lab_k": "7.2 mmol/L", "lab_k": {"value": 7.2, "unit": "mEq/L"}}'), on=DAY)

    assert (found.urgency.level, found.input_faults) == (Urgency.EMERGENCY, ())


def test_many_contradictions_end(triage: Triage) -> None:
    booleans = [finding.id for finding in triage.knowledge.findings.values() if finding.kind.value == "boolean"][:40]

    assert level(triage, dict.fromkeys(booleans, Contradicting((True, False)))) is Urgency.EMERGENCY


@pytest.mark.parametrize("change", [{"medicines": ["xyzzy"]}, {"medicines_complete": False}])
def test_self_care_waits_for_a_list_of_medicines_that_hides_nothing(triage: Triage, change: dict[str, Any]) -> None:
    import json

    from triage.resources import data_folder

    night = json.loads((data_folder("examples") / "night_cramps.json").read_text(encoding="utf-8"))
    exercise = {**night, "cramp_timing": ["during_exercise"], "stretch_massage_relief": "full"}

    assert level(triage, night) is Urgency.SELF_CARE
    assert level(triage, {**exercise, **change}) is not Urgency.SELF_CARE


def test_the_scope_is_read_and_never_nobody(triage: Triage) -> None:
    words = triage.assess({}, on=DAY, scope=["person", "examination"])

    assert [one.value for one in words.urgency_range.scope] == ["person", "examination"]
    for nobody in ([], ["patient"]):
        with pytest.raises(UnknownNameError, match="scope"):
            triage.assess({}, on=DAY, scope=nobody)


def test_what_would_change_starts_from_the_reading_that_was_kept(triage: Triage) -> None:
    intake = {"weakness": False, "weakness_speed": "weeks_months"}

    assert triage.what_would_change(intake, on=DAY).urgency is level(triage, intake)


def test_different_intakes_have_different_ids(triage: Triage) -> None:
    one, other = (triage.assess(MappingProxyType({"age_years": years}), on=DAY).id for years in (67, 3))

    assert one != other
    assert one == triage.assess({"age_years": 67}, on=DAY).id


@pytest.mark.parametrize(
    "intake",
    [
        {"patient": {1: "a", "name": "b"}}, {"medicines": [{"name": "digoxin", 1: "x"}]}, {"patient": {"\ud800": "a"}},
        {"cramp_site": {"calff", "thigg", "shinn"}}, {"age_years": ""}, {"lab_k": {}}, {"medicines": [""]},
    ],
)  # fmt: skip
def test_odd_intakes_are_assessed_and_written(triage: Triage, intake: dict[str, Any]) -> None:
    assert triage.assess(intake, on=DAY).to_json()


def test_a_moment_will_do_for_the_day(triage: Triage) -> None:
    found = triage.assess(
        {"lab_k": {"value": 3.1, "unit": "mmol/L", "on": "2026-03-09"}}, on=datetime(2026, 3, 12, 14, 20)
    )

    assert (found.as_of, found.laboratory[0].age_days) == ("2026-03-12", 3)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"value": "0.4 mmol/L", "unit": "mg/dL"}, "two different units"),
        ({"value": "3.1", "unit": "mmol/L", "units": "mg/dL"}, "a key that is not read"),
    ],
)
def test_units_that_disagree_and_keys_nobody_reads_are_listed(triage: Triage, written: object, problem: str) -> None:
    found = triage.assess(
        {"lab_k" if "mmol/L" in str(written) and "0.4" not in str(written) else "lab_mg": written}, on=DAY
    )

    assert problem in {fault.problem for fault in found.input_faults}


def test_a_code_is_part_of_the_answers_that_replay(triage: Triage) -> None:
    answers = read_intake(triage.knowledge, {"medicines": [{"name": "Wasserix", "atc": "C03CA01"}]}, on=DAY).answers

    assert read_intake(triage.knowledge, as_intake(triage.knowledge, answers), on=DAY).answers == answers


def test_a_child_gets_no_adult_amounts_and_self_care_no_withheld_advice(triage: Triage) -> None:
    import json

    from triage.resources import data_folder

    child = json.loads((data_folder("examples") / "child_night_pain.json").read_text(encoding="utf-8"))
    found = triage.assess(child, on=DAY)

    assert not {"adv_fluids", "adv_mg_food", "adv_mg_supplement"} & {advice.id for advice in found.advice_given}
    assert "tretch" not in found.urgency.request
