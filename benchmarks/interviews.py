"""How long the interview takes: screens and single answers to a settled urgency, over the case files, per urgency level.

Beside it, asking everything a person can be asked, one question a screen, in file order, follow-ups only where they apply. An
answer the case does not hold is "don't know", in both. The urgency must be the same: a case where it is not is counted and named.

Run with `python -m benchmarks.interviews`; some minutes.
"""

from collections import defaultdict
from datetime import date
from statistics import median
from typing import Any

import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from triage import Answerer, Triage
from triage.chart import State
from triage.charting import chart_of
from triage.intake import read_intake
from triage.resources import data_folder

DAY = date(2026, 3, 12)


def cases() -> dict[str, dict[str, Any]]:
    """Give the intake of every vignette."""
    return {
        case["id"]: case["intake"]
        for path in sorted(data_folder("knowledge_base").glob("cases/vignettes/*.yaml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    }


def known_before(triage: Triage, case: dict[str, Any]) -> dict[str, Any]:
    """Give what nobody has to ask the person: examinations, results, the day."""
    findings = triage.knowledge.findings
    return {
        name: value
        for name, value in case.items()
        if name not in findings or findings[name].answered_by is not Answerer.PERSON
    }


def interview(triage: Triage, case: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Ask until settled; give the answers and the number of screens."""
    answers, screens = known_before(triage, case), 0
    while (step := triage.next_question(answers, on=DAY)).screen is not None:
        screens += 1
        answers |= {question.finding: case.get(question.finding) for question in step.screen.questions}
    return answers, screens


def everything(triage: Triage, case: dict[str, Any]) -> dict[str, Any]:
    """Ask all a person can be asked; follow-ups after their parents and only where they apply."""
    answers = known_before(triage, case)
    findings = [one for one in triage.knowledge.findings.values() if one.answered_by is Answerer.PERSON]
    waiting = {name: place for place, name in enumerate(triage.knowledge.follow_ups)}
    for finding in sorted(findings, key=lambda one: waiting.get(one.id, -1)):
        if finding.only_if is not None:
            chart = chart_of(triage.knowledge, read_intake(triage.knowledge, answers, on=DAY).answers)
            if chart.state(finding.id) is State.NOT_APPLICABLE:
                continue
        answers[finding.id] = case.get(finding.id)
    return answers


def main() -> None:
    """Print the table."""
    triage = Triage(engine="compiled")
    found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    different = []
    console = Console()
    for name, case in track(cases().items(), description="Interviewing", console=console):
        asked, screens = interview(triage, case)
        whole = everything(triage, case)
        before = len(known_before(triage, case))
        level, other = (triage.assess(answers, on=DAY).urgency.level for answers in (asked, whole))
        if level is not other:
            different.append(f"{name}: {level.value} against {other.value}")
        found[level.value].append((screens, len(asked) - before, len(whole) - before))
    table = Table("Urgency", "Cases", "Screens", "Answers", "Everything", "Screens to everything")
    everybody = [row for some in found.values() for row in some]
    for word, rows in [*found.items(), ("all", everybody)]:
        seen, given, askable = (median(column) for column in zip(*rows, strict=True))
        table.add_row(word, str(len(rows)), f"{seen:g}", f"{given:g}", f"{askable:g}", f"{seen / askable:.0%}")
    console.print(table)
    console.print(f"Another urgency than asking everything: {len(different)} of {len(everybody)}")
    for line in different:
        console.print(f"  {line}")


if __name__ == "__main__":
    main()
