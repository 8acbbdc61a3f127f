"""The case files and sample intakes are well formed, whatever the rules say."""

import json
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RULE_CASES = sorted((ROOT / "knowledge_base/cases/rules").glob("*.yaml"))
VIGNETTES = sorted((ROOT / "knowledge_base/cases/vignettes").glob("*.yaml"))
EXAMPLES = sorted((ROOT / "examples").glob("*.json"))


def test_there_are_cases() -> None:
    assert len(RULE_CASES) >= 12
    assert len(VIGNETTES) >= 5
    assert len(EXAMPLES) >= 12


@pytest.mark.parametrize("path", RULE_CASES, ids=lambda path: path.stem)
def test_every_rule_case_has_one_that_fires_and_a_near_miss(path: Path) -> None:
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))

    for entry in entries:
        assert ("rule" in entry) != ("pattern" in entry)
        assert entry["fires"]
        assert entry["near_miss"]
        assert not [intake for intake in entry["fires"] if intake in entry["near_miss"]]


def test_no_rule_has_two_entries() -> None:
    names = [
        entry.get("rule") or entry["pattern"]
        for path in RULE_CASES
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("path", VIGNETTES, ids=lambda path: path.stem)
def test_every_vignette_says_why_and_what(path: Path) -> None:
    for case in yaml.safe_load(path.read_text(encoding="utf-8")):
        assert case["why"]
        assert case["sources"]
        assert case["intake"]
        assert case["expect"]["urgency"] in {"emergency", "same_day", "urgent", "routine", "self_care"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_one_json_object(path: Path) -> None:
    assert isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
