"""Every vignette reaches its urgency, fires what it names, and keeps silent what it names."""

from typing import Any

import pytest
import yaml

from triage.charting import chart_of
from triage.conditions import Urgency
from triage.findings import Kind
from triage.intake import read_intake
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.resources import data_folder
from triage.truth import TRUE
from triage.verdict import Verdict, verdict

FILES = sorted(data_folder("knowledge_base").glob("cases/vignettes/*.yaml"))
CASES = [case for path in FILES for case in yaml.safe_load(path.read_text(encoding="utf-8"))]


def judge(knowledge: KnowledgeBase, raw: dict[str, Any]) -> tuple[Verdict, set[str]]:
    chart = chart_of(knowledge, read_intake(knowledge, raw).answers)
    reader = Reference({name: pattern.when for name, pattern in knowledge.patterns.items()}, chart)
    fired = {name for name, rule in knowledge.rules.items() if reader.truth(rule.when) is TRUE}
    return verdict(knowledge, chart, fired), fired


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_vignette(knowledge: KnowledgeBase, case: dict[str, Any]) -> None:
    found, fired = judge(knowledge, case["intake"])

    assert found.urgency.value == case["expect"]["urgency"], (found, sorted(fired))
    assert set(case["expect"].get("fires", ())) <= fired
    assert not set(case["expect"].get("silent", ())) & fired


def test_each_open_screen_item_keeps_ordinary_night_cramps_from_self_care(knowledge: KnowledgeBase) -> None:
    night = next(case["intake"] for case in CASES if case["id"] == "plain_night_cramps")
    assert judge(knowledge, night)[0].urgency is Urgency.SELF_CARE

    for page in knowledge.screen:
        for line in page.lines:
            for name in set(line.findings) & set(night):
                rest = {key: value for key, value in night.items() if key != name}
                assert judge(knowledge, rest)[0].urgency.rank >= Urgency.ROUTINE.rank, name


def test_nothing_known_is_routine_and_never_self_care(knowledge: KnowledgeBase) -> None:
    everything_unknown = dict.fromkeys(knowledge.findings, "unknown")

    assert judge(knowledge, {})[0].urgency is Urgency.ROUTINE
    assert judge(knowledge, everything_unknown)[0].urgency is Urgency.ROUTINE


def test_a_lone_danger_sign_is_urgent_at_least(knowledge: KnowledgeBase) -> None:
    """Every screen item answered yes, all else unknown, is urgent or above, but for the exceptions of the evidence (P-43)."""
    allowed = {
        "calf_tender", "cancer_history", "ckd_known", "heat_exertion", "losses_vomit_diarrhoea", "pregnant", "postpartum_6w",
    }  # fmt: skip
    items = [knowledge.findings[name] for page in knowledge.screen for line in page.lines for name in line.findings]
    alone = [item.id for item in items if item.kind is Kind.BOOLEAN and item.only_if is None and item.id not in allowed]
    reached = {name: judge(knowledge, {name: True})[0].urgency for name in alone}

    assert len(alone) > 45
    assert {name: level for name, level in reached.items() if level.rank < Urgency.URGENT.rank} == {}
