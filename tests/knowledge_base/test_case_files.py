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
def test_no_intake_both_fires_and_nearly_does(path: Path) -> None:
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        assert len({"rule", "pattern", "advice"} & set(entry)) == 1
        assert len(entry) > 1
        assert not [intake for intake in entry.get("fires", []) if intake in entry.get("near_miss", [])]


@pytest.mark.parametrize("path", RULE_CASES, ids=lambda path: path.stem)
def test_no_rule_has_two_entries_in_one_file(path: Path) -> None:
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    names = [str([entry.get(kind) for kind in ("rule", "pattern", "advice")]) for entry in entries]

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
