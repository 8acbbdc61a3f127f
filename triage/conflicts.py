"""Answers that contradict each other, and the reading with more danger in it.

Two kinds: a `conflicts` entry of the knowledge base holds, or a follow-up says yes although its parent was answered no. The
engine reads the intake every way, as answered and as corrected here, and keeps the most urgent reading.
"""

from collections.abc import Mapping
from typing import TypeAlias

from triage.assessment import ConflictFound
from triage.chart import Value
from triage.charting import chart_of
from triage.conditions import AnyOf, Condition, Present
from triage.findings import FindingDefinition, Kind
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.truth import FALSE, TRUE

NONE = "none"
"""The option of a choice that denies what the finding asks about."""


Answers: TypeAlias = dict[str, Value | None]


def corrected(
    knowledge: KnowledgeBase, answers: Mapping[str, Value | None]
) -> tuple[Answers, Answers, tuple[ConflictFound, ...]]:
    """
    Give two other readings of answers that contradict each other, and the contradictions.

    In the first, the questions before a follow-up give way: a single denied one becomes its danger answer; where several were
    denied, it cannot be known which one is wrong, and all of them become asked but unknown. In the second, the follow-ups give
    way. Whichever reading is the more urgent is kept by the engine.
    """
    chart = chart_of(knowledge, answers)
    reader = Reference(knowledge.pattern_conditions, chart)
    better: Answers = dict(answers)
    dropped: Answers = dict(answers)
    found: list[ConflictFound] = []
    for conflict in knowledge.guidance.conflicts.values():
        if reader.truth(conflict.when) is TRUE:
            finding = knowledge.findings[conflict.keep]
            better[finding.id] = finding.danger
            kept = f"{finding.label}: {'yes' if finding.danger else 'no'}"
            found.append(ConflictFound(id=conflict.id, findings=(finding.id,), note=conflict.note, kept=kept))
    already = {name for conflict in found for name in conflict.findings}
    for finding in knowledge.findings.values():
        if finding.only_if is None or not _asserts(finding, answers.get(finding.id)):
            continue
        if reader.truth(finding.only_if) is not FALSE:
            continue
        parents = [knowledge.findings[name] for name in _parents(finding.only_if)]
        if any(parent.id in already for parent in parents):
            continue
        dropped[finding.id] = None
        found.append(_follow_up(finding, parents, better))
    return better, dropped, tuple(found)


def _asserts(finding: FindingDefinition, value: Value | None) -> bool:
    """Whether an answer says that there is something."""
    if finding.kind is Kind.BOOLEAN:
        return value is True
    if finding.kind is Kind.CHOICE:
        return value is not None and value != NONE
    return bool(value)


def _parents(only_if: Condition) -> list[str]:
    """Give the yes-or-no findings one of which must be yes, as far as the condition says so plainly."""
    match only_if:
        case Present(finding=name):
            return [name]
        case AnyOf(parts=parts):
            return [part.finding for part in parts if isinstance(part, Present)]
        case _:
            return []


def _follow_up(finding: FindingDefinition, parents: list[FindingDefinition], better: Answers) -> ConflictFound:
    if len(parents) == 1:
        (parent,) = parents
        better[parent.id] = parent.danger
        kept = f"{parent.label}: {'yes' if parent.danger else 'no'}"
    else:
        for parent in parents:
            better[parent.id] = None
        kept = ", ".join(f"{parent.label}: not known" for parent in parents) or f"{finding.label}: as answered"
    return ConflictFound(
        id=f"follow_up:{finding.id}",
        findings=(finding.id, *(parent.id for parent in parents)),
        note=f"{finding.label} was answered although the question before it was answered no",
        kept=kept,
    )
