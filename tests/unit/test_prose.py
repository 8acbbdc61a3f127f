"""Conditions in words."""

import re

import pytest

from triage.conditions import (
    AllOf,
    AnyOf,
    AskedUnknown,
    AtLeast,
    Compare,
    Condition,
    IsOneOf,
    Known,
    Missing,
    Not,
    NotShown,
    Operator,
    PatternHolds,
    Present,
    Takes,
    Urgency,
    UrgencyAtLeast,
)  # fmt: skip
from triage.interpreters.prose import Prose
from triage.knowledge import KnowledgeBase

FEVER, CHEST = Present("fever"), Present("chest_pain")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (FEVER, "Fever: yes"),
        (Not(FEVER), "Fever: no"),
        (Compare("lab_k", Operator.BELOW, 3.0), "Potassium below 3 mmol/L"),
        (Compare("abpi", Operator.AT_LEAST, 1.31), "Ankle-brachial pressure index at least 1.31"),
        (Compare("ck_ratio", Operator.AT_LEAST, 4.0), "Creatine kinase as a multiple of the upper limit at least 4"),
        (
            IsOneOf("weakness_speed", ("hours_days", "sudden")),
            "Speed of onset of weakness: over hours to days or sudden",
        ),
        (PatternHolds("older_person"), "older person"),
        (Known("fever"), "Fever known"),
        (Missing("lab_k"), "Potassium not known"),
        (AskedUnknown("fever"), "Fever asked but unknown"),
        (NotShown(FEVER), "not shown: (Fever: yes)"),
        (Not(AllOf((FEVER, CHEST))), "not (Fever: yes and Chest pain: yes)"),
        (AllOf((FEVER, AnyOf((CHEST, FEVER)))), "Fever: yes and (Chest pain: yes or Fever: yes)"),
        (AtLeast(2, (FEVER, CHEST)), "at least 2 of: Fever: yes; Chest pain: yes"),
        (UrgencyAtLeast(Urgency.SAME_DAY), "urgency same day or above"),
        (Takes(("simvastatin",), dose_above=20.0), "takes simvastatin, more than 20 mg a day"),
        (Takes(("simvastatin",), started_within=7.0), "takes simvastatin, started within 7 days"),
        (Takes(("simvastatin",), stopped_within=14.0), "took simvastatin, stopped within 14 days"),
    ],
)
def test_says(knowledge: KnowledgeBase, condition: Condition, said: str) -> None:
    assert Prose(knowledge).say(condition) == said


def test_every_rule_and_pattern_can_be_said_without_signs(knowledge: KnowledgeBase) -> None:
    prose = Prose(knowledge)

    for one in (*knowledge.rules.values(), *knowledge.patterns.values()):
        assert not re.search(r"[<>=]", prose.say(one.when))
