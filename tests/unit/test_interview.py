"""The interview: danger first, nothing asked in vain, and a certificate that holds."""

from datetime import date
from random import Random
from typing import Any

import pytest
import yaml

from triage import Answerer, Triage, Urgency
from triage.charting import chart_of
from triage.findings import FindingDefinition, Kind
from triage.intake import read_intake
from triage.interpreters.reference import Reference
from triage.interview import Next
from triage.resources import data_folder
from triage.truth import TRUE

DAY = date(2026, 3, 12)
CASES = {
    case["id"]: case["intake"]
    for path in sorted(data_folder("knowledge_base").glob("cases/vignettes/*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
}
SOME = sorted(CASES)[::6]


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage(engine="compiled")


def asked_of_a_person(triage: Triage, intake: dict[str, Any]) -> dict[str, Any]:
    """Give what is known before the first question: everything but a person's answers."""
    findings = triage.knowledge.findings
    return {
        name: value
        for name, value in intake.items()
        if name not in findings or findings[name].answered_by is not Answerer.PERSON
    }


def interview(triage: Triage, oracle: dict[str, Any]) -> tuple[dict[str, Any], Next, int]:
    """Answer every screen from a case; what the case does not say is "don't know"."""
    answers = asked_of_a_person(triage, oracle)
    screens = 0
    while (step := triage.next_question(answers, on=DAY)).screen is not None:
        screens += 1
        for question in step.screen.questions:
            assert question.finding not in answers
            answers[question.finding] = oracle.get(question.finding)
    return answers, step, screens


def everything(triage: Triage, oracle: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """Go on after the certificate and ask all that is left."""
    whole = dict(answers)
    for finding in triage.knowledge.findings.values():
        if finding.answered_by is Answerer.PERSON and finding.id in oracle:
            whole.setdefault(finding.id, oracle[finding.id])
    return whole


def test_danger_comes_first(triage: Triage) -> None:
    step = triage.next_question({}, on=DAY)

    assert step.screen is not None
    assert step.screen.id == "page_1"
    assert {"collapse", "chest_pain"} <= {question.finding for question in step.screen.questions}
    assert all(question.answered_by is Answerer.PERSON and question.question for question in step.screen.questions)
    assert "emergency" in step.screen.why


def test_an_established_emergency_ends_the_interview(triage: Triage) -> None:
    step = triage.next_question({"saddle_numb": True}, on=DAY)

    assert step.screen is None
    assert step.certificate is not None
    assert (step.certificate.because, step.certificate.urgency) == ("emergency established", Urgency.EMERGENCY)


def test_an_emergency_that_rests_on_a_gap_asks_for_it_first(triage: Triage) -> None:
    step = triage.next_question({"hands_claw_now": True}, on=DAY)

    assert step.urgency is Urgency.EMERGENCY
    assert step.established is not Urgency.EMERGENCY
    assert step.screen is not None
    assert "overbreathing" in {question.finding for question in step.screen.questions}


def test_a_follow_up_waits_for_its_parent(triage: Triage) -> None:
    answers: dict[str, Any] = {}
    seen: list[str] = []
    while (step := triage.next_question(answers, on=DAY)).screen is not None:
        for question in step.screen.questions:
            seen.append(question.finding)
            answers[question.finding] = False if question.kind is Kind.BOOLEAN else None

    assert "heat_exertion" in seen
    assert "heat_dizzy_sick" not in seen
    assert step.certificate is not None
    assert step.certificate.outside


def test_the_scope_says_who_is_asked(triage: Triage) -> None:
    clinic = triage.next_question({"saddle_numb": False}, on=DAY, scope=(Answerer.EXAMINATION,))

    assert clinic.screen is not None
    assert {question.answered_by for question in clinic.screen.questions} == {Answerer.EXAMINATION}


@pytest.mark.parametrize("name", SOME)
def test_the_interview_reaches_what_asking_everything_reaches(triage: Triage, name: str) -> None:
    answers, step, screens = interview(triage, CASES[name])
    reached = triage.assess(answers, on=DAY).urgency.level

    assert screens < 60
    assert step.certificate is not None
    assert step.certificate.urgency is reached
    assert triage.assess(everything(triage, CASES[name], answers), on=DAY).urgency.level is reached


def some_answer(finding: FindingDefinition, random: Random) -> Any:
    if random.random() < 0.2:
        return None
    match finding.kind:
        case Kind.BOOLEAN:
            return random.random() < 0.5
        case Kind.QUANTITY:
            assert finding.low is not None
            assert finding.high is not None
            value = round(random.uniform(finding.low, finding.high), 3)
            return {"value": min(max(value, finding.low), finding.high), "unit": finding.unit.ucum}
        case Kind.CHOICE:
            return random.choice(finding.options).id
        case Kind.SET:
            return [option.id for option in finding.options if random.random() < 0.3]
        case Kind.MEDICINES:
            return random.choice(
                [[], ["furosemide 40 mg", "digoxin"], ["simvastatin 40 mg", "clarithromycin"], ["drops"]]
            )


def possible(triage: Triage, answers: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Leave out answers to follow-ups that would not be asked: their question waits until what is before it says yes."""
    base, findings = triage.knowledge, triage.knowledge.findings
    while True:
        read = read_intake(base, {**answers, **more}, on=DAY).answers
        idle = [
            name
            for name in more
            if (only_if := findings[name].only_if) is not None
            and Reference(
                base.pattern_conditions,
                chart_of(base, {other: value for other, value in read.items() if other != name}),
            ).truth(only_if)
            is not TRUE
        ]
        if not idle:
            return more
        more = {name: value for name, value in more.items() if name not in idle}


@pytest.mark.parametrize("name", SOME[::2])
def test_the_certificate_holds_whatever_else_is_answered(triage: Triage, name: str) -> None:
    answers, step, _ = interview(triage, CASES[name])
    assert step.certificate is not None
    random = Random(name)
    open_now = [
        finding
        for finding in triage.knowledge.findings.values()
        if finding.answered_by is Answerer.PERSON and finding.id not in answers
    ]
    for _ in range(12):
        more = {finding.id: some_answer(finding, random) for finding in open_now if random.random() < 0.7}
        more = possible(triage, answers, more)
        level = triage.assess({**answers, **more}, on=DAY).urgency.level
        if step.certificate.because == "settled":
            assert level is step.certificate.urgency, more
        else:
            assert level is Urgency.EMERGENCY, more
