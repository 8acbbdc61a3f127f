"""Every rule and pattern fires where its cases say, and stays silent in their near misses."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from triage.charting import chart_of
from triage.conditions import Condition
from triage.intake import read_intake
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.resources import data_folder
from triage.truth import TRUE

FILES = sorted(data_folder("knowledge_base").glob("cases/rules/*.yaml"))


def holds(knowledge: KnowledgeBase, condition: Condition, raw: dict[str, Any]) -> bool:
    intake = read_intake(knowledge, raw)
    chart = chart_of(knowledge, intake.answers)
    return (
        Reference({name: pattern.when for name, pattern in knowledge.patterns.items()}, chart).truth(condition) is TRUE
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_cases(knowledge: KnowledgeBase, path: Path) -> None:
    wrong = []
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        name = entry.get("rule") or entry["pattern"]
        found = (knowledge.rules if "rule" in entry else knowledge.patterns).get(name)
        if found is None:
            wrong.append(f"{name}: no such rule or pattern")
            continue
        wrong += [f"{name} stays silent: {raw}" for raw in entry["fires"] if not holds(knowledge, found.when, raw)]
        wrong += [f"{name} fires: {raw}" for raw in entry["near_miss"] if holds(knowledge, found.when, raw)]

    assert wrong == []


def test_every_rule_and_pattern_has_a_case(knowledge: KnowledgeBase) -> None:
    covered = {
        entry.get("rule") or entry["pattern"]
        for path in FILES
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    }

    assert sorted({*knowledge.rules, *knowledge.patterns} - covered) == []
