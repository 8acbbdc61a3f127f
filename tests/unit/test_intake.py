"""Bad input becomes a fault or a documented error, never a guess."""

import math
from datetime import date, datetime
from typing import Any

import pytest

from triage.errors import IntakeError, UnknownFindingError
from triage.intake import read_intake
from triage.knowledge import KnowledgeBase
from triage.medicines import MedicineList


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ({"lab_k": "3.1 mmol/L"}, 3.1),
        ({"lab_k": {"value": 3.1, "unit": "mEq/L"}}, 3.1),
        ({"lab_ca_total": "8 mg/dL"}, 1.996),
        ({"lab_creat": "354 µmol/L"}, 354.0),
        ({"lab_hba1c": "6.5 %"}, 47.519292),
        ({"age_years": 67}, 67.0),
        ({"age_years": "67"}, 67.0),
        ({"temp_c": 38}, 38.0),
        ({"fever": False}, False),
        ({"fever": "unknown"}, None),
        ({"stretch_massage_relief": "not_tried"}, None),
        ({"cramp_site": ["calf", "thigh"]}, frozenset({"calf", "thigh"})),
        ({"cramp_onset_days": {"on": "2026-03-02"}}, 10.0),
        ({"cramp_onset_days": {"on": datetime(2026, 3, 2, 9)}}, 10.0),
    ],
)
def test_reads(knowledge: KnowledgeBase, raw: dict[str, Any], value: object) -> None:
    intake = read_intake(knowledge, raw, on=date(2026, 3, 12))

    assert list(intake.answers.values()) == [value]
    assert intake.faults == ()


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ({"lab_k": 3.1}, "without a unit"),
        ({"lab_k": "3.1 mg/dL"}, "not a unit"),
        ({"lab_k": "31 mmol/L"}, "outside the plausible range"),
        ({"lab_k": math.nan}, "not a number anybody could have measured"),
        ({"lab_creat": {"value": 1e308, "unit": "mg/dL"}}, "not a number anybody could have measured"),
        ({"age_years": 10**5000}, "not a number anybody could have measured"),
        ({"cramp_onset_days": {"on": "2026-03-12tomorrow"}}, "not a date"),
        ({"lab_k": "three"}, "not a number"),
        ({"suspect_start_days": {"on": "2026-03-13"}}, "in the future"),
        ({"lab_k": [[[[]]]]}, "not a number"),
        ({"age_years": True}, "not a number"),
        ({"age_years": 400}, "outside the plausible range"),
        ({"fever": "maybe"}, "not a yes or no"),
        ({"fever": 1}, "not a yes or no"),
        ({"cramp_trend": "wors"}, "did you mean `worse`"),
        ({"cramp_site": "calf"}, "not a list"),
        ({"cramp_site": ["calv"]}, "did you mean `calf`"),
        ({"medicines": "furosemide"}, "not a list of medicines"),
        ({"on": "yesterday"}, "not a date"),
    ],
)
def test_a_value_that_cannot_be_used_is_unknown_and_a_fault(
    knowledge: KnowledgeBase, raw: dict[str, Any], problem: str
) -> None:
    intake = read_intake(knowledge, raw, on=date(2026, 3, 12))

    assert all(value is None for value in intake.answers.values())
    assert problem in intake.faults[0].problem
    assert intake.faults[0].mend


@pytest.mark.parametrize("stopped", [False, None, "unknown", "2026-04-01", "soon", -1, math.nan])
def test_a_medicine_not_surely_stopped_is_still_taken(knowledge: KnowledgeBase, stopped: object) -> None:
    intake = read_intake(knowledge, {"medicines": [{"name": "furosemide", "stopped": stopped}]}, on=date(2026, 3, 12))
    taken = intake.answers["medicines"]

    assert isinstance(taken, MedicineList)
    assert not taken.entries[0].stopped
    assert bool(intake.faults) == (stopped not in (False, None, "unknown"))


@pytest.mark.parametrize(
    ("entry", "problem"),
    [(7, "neither a text"), ({"dose": "5 mg"}, "neither a text"), ({"name": "x", "dosis": 5}, "not read")],
)
def test_an_unreadable_medicine_is_a_fault_and_may_be_anything(
    knowledge: KnowledgeBase, entry: object, problem: str
) -> None:
    intake = read_intake(knowledge, {"medicines": [entry]})
    taken = intake.answers["medicines"]

    assert isinstance(taken, MedicineList)
    assert not taken.nothing_hidden
    assert problem in intake.faults[0].problem


def test_strict_raises_all_faults_at_once(knowledge: KnowledgeBase) -> None:
    with pytest.raises(IntakeError) as error:
        read_intake(knowledge, {"lab_k": 3.1, "fever": "maybe"}, strict=True)

    assert len(error.value.problems) == 2


def test_an_unknown_finding_suggests_the_nearest(knowledge: KnowledgeBase) -> None:
    with pytest.raises(UnknownFindingError, match="did you mean `saddle_numb`"):
        read_intake(knowledge, {"sadle_numb": True})


def test_an_intake_is_a_mapping(knowledge: KnowledgeBase) -> None:
    with pytest.raises(IntakeError, match="not a mapping"):
        read_intake(knowledge, [1, 2])


def test_medicines_keep_dose_dates_and_what_was_not_understood(knowledge: KnowledgeBase) -> None:
    raw = {
        "medicines": [
            {"name": "simvastatin", "dose": "20 mg", "taken": "twice a day", "started": "2026-03-02", "stopped": 2},
            "xyzol",
        ]
    }
    taken = read_intake(knowledge, raw, on=date(2026, 3, 12)).answers["medicines"]

    assert isinstance(taken, MedicineList)
    assert (taken.entries[0].dose_mg, taken.entries[0].started_days, taken.entries[0].stopped_days) == (40.0, 10.0, 2.0)
    assert not taken.nothing_hidden


@pytest.mark.parametrize("complete", [False, "no", None])
def test_a_list_not_surely_complete_may_hide_something(knowledge: KnowledgeBase, complete: object) -> None:
    taken = read_intake(knowledge, {"medicines": [], "medicines_complete": complete}).answers["medicines"]

    assert isinstance(taken, MedicineList)
    assert not taken.nothing_hidden


@pytest.mark.parametrize("written", ["3,1 mmol/L", "3.1 mmol/L", {"value": "3,1", "unit": "mmol/L"}, "3,10 mmol/L"])
def test_a_decimal_comma_is_read_where_it_can_be_nothing_else(knowledge: KnowledgeBase, written: object) -> None:
    read = read_intake(knowledge, {"lab_k": written})

    assert read.answers == {"lab_k": 3.1}
    assert read.faults == ()


@pytest.mark.parametrize("written", ["1,234 U/L", "12,345 U/L", {"value": "1,234", "unit": "U/L"}])
def test_a_comma_that_may_part_thousands_is_refused(knowledge: KnowledgeBase, written: object) -> None:
    read = read_intake(knowledge, {"lab_ck": written})

    assert read.answers == {"lab_ck": None}
    assert [(one.problem, one.mend) for one in read.faults] == [
        ("a number that can be read in two ways", "write it without a comma, as 1234 or 1.234")
    ]
