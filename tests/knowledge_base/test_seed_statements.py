"""The nine statements the knowledge base began from (evidence 0.3): each still has its rules, patterns and advice, and shows.

For every statement one small intake is an ordinary person of the examples, with a few answers changed.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from triage import Triage
from triage.assessment import Assessment
from triage.knowledge import KnowledgeBase

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ON = date(2026, 3, 12)


def rows(prefix: str, first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{prefix}-{number:02d}" for number in range(first, last + 1))


@dataclass(frozen=True)
class Statement:
    """
    One statement, and what must exist and show.

    Args:
        says: the statement in other words.
        example: the example intake it is shown on; `changes` are laid over it.
        rows: rows of the evidence that need a rule.
        fires: rules that must fire on the intake.
        holds: patterns that must be true on it.
        gives: advice that must be given, with words that must stand in its text.
        notes: honest lines that must be printed.
    """

    says: str
    example: str
    changes: dict[str, Any] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    fires: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    gives: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


STATEMENTS = (
    Statement(
        "A cramp in the hand takes the grip away, may come from poor blood supply, and eases with stretching and rubbing",
        "hand_cramp_benign", rows=rows("HA", 1, 14), fires=("HA-04",), holds=("hand_cramps",),
        gives={"adv_stretch": "gently stretch", "adv_massage": "Rub the cramped muscle"}, notes=("hand_cramp_blood_supply",),
    ),
    Statement(
        "Cramps that go on despite magnesium: think of calcium, sodium or potassium",
        "night_cramps", {"mg_supplement_weeks": 8, "mg_helped": False},
        rows=("EL-27",), fires=("EL-27.gap",), holds=("cramps_despite_magnesium",), notes=("electrolytes_first",),
    ),
    Statement(
        "Cramps despite magnesium with blood results that are out of date: the same, by answers alone",
        "night_cramps", {"mg_supplement_weeks": 8, "mg_helped": False, "lab_date_days": 90},
        rows=("EL-27",), fires=("EL-27",), holds=("cramps_despite_magnesium",),
    ),
    Statement(
        "Some medicines have cramps as a side effect",
        "night_cramps", {"medicines": ["naproxen 500 mg"], "suspect_start_days": 30, "cramps_after_drug": True},
        rows=rows("DR", 1, 32), fires=("DR-14", "DR-23", "ID-07"), holds=("drug_suspect", "drug_temporal"), notes=("medicines_ranked",),
    ),
    Statement(
        "Water tablets and laxatives upset the salts of the blood",
        "diuretic_and_laxative", rows=(*rows("DR", 1, 5), "DR-11"), fires=("DR-01.routine.gap", "DR-11.urgent"),
        holds=("electrolyte_risk",), notes=("medicines_ranked",),
    ),
    Statement(
        "Overload after sport: stretch between and after sessions",
        "overload_after_exercise", rows=("EX-08", "EX-09"), fires=("EX-08",), holds=("exercise_cramp_pattern",),
        gives={"adv_stretch_sport": "between and after"}, notes=("stretching_trials",),
    ),
    Statement(
        "Too little exercise and long sitting: move and stretch",
        "long_sitting", rows=rows("IN", 1, 4), fires=("IN-01",), holds=("movement_insufficient",),
        gives={"adv_move": "stand up and move", "adv_exercise_more": "more active", "adv_stretch": "stretch"}, notes=("lack_of_movement",),
    ),
    Statement(
        "Cramps that come back although salts and movement are right: see a doctor",
        "recurrent_normal_electrolytes", rows=("ID-08",), fires=("ID-08",),
        holds=("electrolytes_normal", "movement_sufficient", "cramps_recurrent", "unexplained_recurrent"),
    ),
    Statement(
        "Cramps that persist: a doctor rules out a problem of the spine or a nerve palsy",
        "recurrent_normal_electrolytes", {"neuro_exam": "abnormal"}, rows=("SP-24", "SP-25"), fires=("SP-24.routine", "SP-25"),
        holds=("cramps_persistent", "needs_neuro_spinal_exclusion"),
    ),
    Statement(
        "To prevent them: magnesium and food that holds it, enough to drink, little alcohol, stretching, alternating baths, "
        "good shoes, warm legs at night",
        "night_cramps", fires=("ID-01",), holds=("benign_night_pattern",),
        gives={
            "adv_mg_supplement": "250 mg", "adv_mg_food": "about 350 mg", "adv_fluids": "1.5 to 2 litres", "adv_alcohol": "alcohol moderate",
            "adv_stretch": "Before bed", "adv_contrast_bath": "warm and cool water on your legs in turn", "adv_footwear": "comfortable shoes",
            "adv_warm_night": "warm at night",
        },
        notes=("magnesium_trials", "magnesium_amount", "fluids_and_salt", "alcohol_study", "contrast_baths_arteries"),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Triage:
    return Triage()


def assess(engine: Triage, statement: Statement) -> Assessment:
    person = json.loads((EXAMPLES / f"{statement.example}.json").read_text(encoding="utf-8"))
    return engine.assess({**person, **statement.changes}, on=ON)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one.says)
def test_a_statement_is_in_the_knowledge_base(knowledge: KnowledgeBase, statement: Statement) -> None:
    assert set(statement.rows) <= {rule.row for rule in knowledge.rules.values()}
    assert set(statement.fires) <= knowledge.rules.keys()
    assert set(statement.holds) <= knowledge.patterns.keys()
    assert statement.gives.keys() <= knowledge.guidance.advice.keys()
    assert set(statement.notes) <= knowledge.guidance.honesty.keys()


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one.says)
def test_a_statement_shows_on_a_person(engine: Triage, statement: Statement) -> None:
    found = assess(engine, statement)
    advice = {one.id: one.text for one in found.advice_given}

    assert not found.input_faults
    assert set(statement.fires) <= {rule.id for rule in found.fired_rules}
    assert set(statement.holds) <= {pattern.id for pattern in found.patterns if pattern.truth == "true"}
    assert {name: words for name, words in statement.gives.items() if words not in advice.get(name, "")} == {}
    assert set(statement.notes) <= {note.id for note in found.honest_notes}


def test_a_doctor_is_named_where_the_statement_says_so(engine: Triage) -> None:
    """Recurrent or persistent cramps lead to a doctor, and persistent ones name the examination of spine and nerves."""
    recurrent, persistent = (
        assess(engine, one) for one in STATEMENTS if one.example == "recurrent_normal_electrolytes"
    )

    assert "gp" in {place.id for place in recurrent.destinations}
    assert {"neurology", "spinal_service"} <= {place.id for place in persistent.destinations}
    assert any("neurological" in rule.action for rule in persistent.fired_rules)


def test_every_suspect_medicine_is_recognised_by_its_name(knowledge: KnowledgeBase) -> None:
    """A medicine that the catalogue calls a suspect is read as one from its name alone."""
    suspects = [one for one in knowledge.catalogue.ingredients.values() if "cls_suspect" in one.classes]
    entries = [knowledge.catalogue.read(one.label) for one in suspects]

    assert len(suspects) > 80
    assert [entry.text for entry in entries if "cls_suspect" not in entry.classes or not entry.recognised] == []
