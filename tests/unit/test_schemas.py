"""The published schemas fit what goes in and what comes out."""

import json
from datetime import date
from typing import Any

import jsonschema
import pytest

from triage import Triage
from triage.resources import data_folder
from triage.reviewing import review
from triage.schemas import PUBLISHED, intake_schema, published_schema

DAY = date(2026, 3, 12)
SAMPLES = sorted(data_folder("examples").glob("*.json"))


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage(engine="compiled")


@pytest.fixture(scope="module")
def intakes(triage: Triage) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(intake_schema(triage.knowledge))
    return jsonschema.Draft202012Validator(intake_schema(triage.knowledge))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_fits(triage: Triage, intakes: jsonschema.Draft202012Validator, path: Any) -> None:
    intake = json.loads(path.read_text(encoding="utf-8"))
    found = {
        "assessment": triage.assess(intake, on=DAY),
        "explanation": triage.explain(intake, "SP-17", on=DAY),
        "changes": triage.what_would_change(intake, on=DAY),
        "next": triage.next_question(intake, on=DAY),
        "review": review(triage.knowledge, DAY),
    }

    intakes.validate(intake)
    assert {*found, "verification"} == PUBLISHED.keys(), "a verification needs a PDF: tests/unit/test_verifying.py"
    for name, published in found.items():
        assert json.loads(published.to_json())["schema"] == f"triage.{name}/1"
        assert published.from_json(published.to_json()) == published
        jsonschema.Draft202012Validator(published_schema(name)).validate(json.loads(published.to_json()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"no_such_finding": True}, {"fever": "yes"}, {"lab_k": 3.1}, {"lab_k": {"value": 3.1}}, {"weakness_speed": "slow"},
        {"cramp_site": "calf"}, {"medicines": [{"dose": "40 mg"}]}, {"patient": {"name": 7}}, {"lab_k": {"value": 3.1, "unit": "mmol"}},
    ],
)  # fmt: skip
def test_what_would_be_a_fault_does_not_fit(intakes: jsonschema.Draft202012Validator, wrong: dict[str, Any]) -> None:
    assert not intakes.is_valid(wrong)


def test_every_way_to_answer_fits(intakes: jsonschema.Draft202012Validator) -> None:
    intakes.validate({
        "on": "2026-03-12T14:20", "medicines_complete": False, "patient": {"name": "Patient A"}, "fever": None, "collapse": "unknown",
        "age_years": 67, "lab_k": {"value": "3.1", "unit": "mEq/L", "on": "2026-03-09"}, "cramp_site": ["calf"],
        "medicines": ["furosemide 40 mg", {"name": "digoxin", "started": "2026-01-02", "atc": "C01AA05"}],
    })  # fmt: skip
