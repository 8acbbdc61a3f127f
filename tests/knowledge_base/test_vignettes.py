"""Every vignette reaches its urgency, names its causes, gives and withholds what it says, fires and keeps silent what it names."""

from datetime import date
from typing import Any

import pytest

from triage import Triage
from triage.casebook import Vignette, outcome, unknown_names, vignettes
from triage.conditions import Urgency
from triage.findings import Kind
from triage.knowledge import KnowledgeBase
from triage.resources import data_folder

ON = date(2026, 3, 12)
CASES = vignettes(data_folder("knowledge_base"))


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage(engine="compiled")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_vignette(triage: Triage, case: Vignette) -> None:
    assert outcome(triage, case, on=ON).differences == ()


def test_there_are_enough_of_every_kind(triage: Triage) -> None:
    levels = [case.expect.urgency for case in CASES]

    assert len(CASES) >= 250
    assert {level for level in Urgency if levels.count(level) >= 30} == set(Urgency)
    assert list(unknown_names(triage, CASES)) == []


def level_of(triage: Triage, raw: dict[str, Any]) -> Urgency:
    return triage.assess(raw, on=ON).urgency.level


def test_each_open_screen_item_keeps_ordinary_night_cramps_from_self_care(triage: Triage) -> None:
    night = next(case.intake for case in CASES if case.id == "plain_night_cramps")
    assert level_of(triage, night) is Urgency.SELF_CARE

    for page in triage.knowledge.screen:
        for line in page.lines:
            for name in set(line.findings) & set(night):
                rest = {key: value for key, value in night.items() if key != name}
                assert level_of(triage, rest).rank >= Urgency.ROUTINE.rank, name


def test_nothing_known_is_routine_and_never_self_care(triage: Triage, knowledge: KnowledgeBase) -> None:
    assert level_of(triage, {}) is Urgency.ROUTINE
    assert level_of(triage, dict.fromkeys(knowledge.findings, "unknown")) is Urgency.ROUTINE


def test_a_lone_danger_sign_is_urgent_at_least(triage: Triage) -> None:
    """Every screen item answered yes, all else unknown, is urgent or above, but for the exceptions of the evidence (P-43)."""
    allowed = {
        "calf_tender", "cancer_history", "ckd_known", "heat_exertion", "losses_vomit_diarrhoea", "pregnant", "postpartum_6w",
    }  # fmt: skip
    findings = triage.knowledge.findings
    items = [findings[name] for page in triage.knowledge.screen for line in page.lines for name in line.findings]
    alone = [item.id for item in items if item.kind is Kind.BOOLEAN and item.only_if is None and item.id not in allowed]
    reached = {name: level_of(triage, {name: True}) for name in alone}

    assert len(alone) > 45
    assert {name: level for name, level in reached.items() if level.rank < Urgency.URGENT.rank} == {}
