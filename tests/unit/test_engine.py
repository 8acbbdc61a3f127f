"""The engine on the sample intakes, and what importing it leaves alone."""

import json
import subprocess
import sys

import pytest

from triage import Triage
from triage.conditions import Urgency
from triage.errors import IntakeError
from triage.resources import data_folder

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


def test_every_example_has_an_expectation() -> None:
    assert {path.stem for path in data_folder("examples").glob("*.json")} == set(URGENCY)


@pytest.mark.parametrize(("name", "urgency"), URGENCY.items())
def test_example(triage: Triage, name: str, urgency: str) -> None:
    decision = triage.decide(json.loads((data_folder("examples") / f"{name}.json").read_text(encoding="utf-8")))

    assert decision.urgency.value == urgency
    assert decision.faults == ()
    assert decision.reasons[0].urgency is decision.urgency


def test_nothing_known_is_routine_with_the_screen_open(triage: Triage) -> None:
    decision = triage.decide({})

    assert (decision.urgency, decision.reasons) == (Urgency.ROUTINE, ())
    assert "saddle_numb" in decision.screen_open


def test_a_gap_rule_says_so(triage: Triage) -> None:
    decision = triage.decide({"hands_claw_now": True})

    assert (decision.urgency, decision.because_not_known) == (Urgency.EMERGENCY, True)


def test_strict_raises(triage: Triage) -> None:
    with pytest.raises(IntakeError):
        triage.decide({"lab_k": 3.1}, strict=True)


def test_importing_leaves_the_host_alone_and_loads_no_experta() -> None:
    program = (
        "import collections, logging, sys, warnings\n"
        "before = (list(logging.root.handlers), logging.root.level, set(vars(collections)), list(warnings.filters))\n"
        "import triage\n"
        "assert 'experta' not in sys.modules and 'weasyprint' not in sys.modules\n"
        "triage.Triage().decide({'saddle_numb': True})\n"
        "assert before == (list(logging.root.handlers), logging.root.level, set(vars(collections)), list(warnings.filters))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
