"""Another complaint needs another folder and no Python."""

from datetime import date
from pathlib import Path

import pytest

from triage import Triage, Urgency

DAY = date(2026, 3, 12)


@pytest.fixture(scope="module")
def nosebleed() -> Triage:
    return Triage(Path(__file__).resolve().parents[1] / "packs" / "nosebleed")


def test_it_decides_with_reasons(nosebleed: Triage) -> None:
    found = nosebleed.assess(
        {"bleeding_minutes": "1 hours", "faint": True, "medicines": ["warfarin 3 mg daily"]}, on=DAY
    )

    assert found.urgency.level is Urgency.EMERGENCY
    assert [rule.id for rule in found.fired_rules] == ["NB-1", "NB-2"]
    assert found.urgency.reason == "probable severe nosebleed: duration of bleeding: 60 minutes and faintness"
    assert [cause.id for cause in found.causes] == ["severe_bleeding", "anticoagulant_bleeding"]
    assert [advice.id for advice in found.advice_given] == ["press"]
    assert [advice.id for advice in found.advice_withheld] == ["hot_drinks"]
    assert found.medicines.entries[0].concerns == ("bleeding goes on longer",)


def test_derived_quantities_gaps_and_conflicts_are_its_own(nosebleed: Triage) -> None:
    low = nosebleed.assess({"sys_bp": "65 mmHg", "dia_bp": "40 mmHg", "faint": False}, on=DAY)
    gap = nosebleed.assess({"bleeding_minutes": 45}, on=DAY)

    assert low.urgency.level is Urgency.EMERGENCY
    assert [conflict.id for conflict in low.conflicts] == ["faint_denied_low_pressure"]
    assert gap.urgency.because_not_known
    assert gap.urgency.open_findings == ("faint",)


def test_self_care_is_earned_and_the_interview_ends(nosebleed: Triage) -> None:
    answers: dict[str, object] = {}
    told = {"bleeding_minutes": 5, "faint": False, "medicines": [], "picks_nose": True}
    while (step := nosebleed.next_question(answers, on=DAY)).screen is not None:
        answers |= {question.finding: told.get(question.finding) for question in step.screen.questions}

    assert step.certificate is not None
    assert step.certificate.urgency is Urgency.SELF_CARE
    assert nosebleed.assess(answers, on=DAY).urgency.level is Urgency.SELF_CARE


@pytest.mark.parametrize("document", ["report", "letter", "sbar"])
def test_it_prints(nosebleed: Triage, document: str) -> None:
    found = nosebleed.assess({"bleeding_minutes": 45, "patient": {"name": "Patient Z"}}, on=DAY)

    page = nosebleed.report(found, format="html", document=document)
    text = nosebleed.report(found, format="text", document=document)
    assert "Same day" in str(page)
    assert "Patient Z" in str(text)
