"""Answers that contradict each other, and the reading with more danger in it.

Two kinds: a `conflicts` entry of the knowledge base holds, or a follow-up says yes although its parent was not answered yes.
The engine reads the intake every way, as answered and as corrected here, and keeps the most urgent reading.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from triage.assessment import ConflictFound
from triage.chart import Value
from triage.charting import chart_of
from triage.conditions import MEDICINES, Condition, Takes
from triage.findings import FindingDefinition, Kind
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.language import say
from triage.medicines import MedicineList
from triage.truth import FALSE, TRUE
from triage.wording import commas

NONE = "none"
"""The option of a choice that denies what the finding asks about."""


Answers: TypeAlias = dict[str, Value | None]


def corrected(
    knowledge: KnowledgeBase, answers: Mapping[str, Value | None]
) -> tuple[Answers, Answers, tuple[ConflictFound, ...]]:
    """
    Give two other readings of answers that contradict each other, and the contradictions.

    In the first, the questions before a follow-up give way: a single one, denied or open, becomes its danger answer, so that not
    knowing is never less urgent than denying; of several it cannot be known which one is meant, and those that were denied
    become asked but unknown; a list of medicines without the one a follow-up is about may be incomplete. In the second, the
    follow-ups give way. Whichever reading is the more urgent is kept by the engine.
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
            found.append(
                ConflictFound(id=conflict.id, findings=(finding.id,), note=conflict.note, kept=_danger(finding))
            )
    already = {name for conflict in found for name in conflict.findings}
    for finding in knowledge.findings.values():
        if finding.only_if is None or not _asserts(finding, answers.get(finding.id)):
            continue
        applies = reader.truth(finding.only_if)
        parents = [knowledge.findings[name] for name in knowledge.parents[finding.id]]
        if applies is TRUE or any(parent.id in already for parent in parents):
            continue
        if applies is not FALSE and len(parents) != 1 and all(answers.get(parent.id) is None for parent in parents):
            continue  # all of them are open: which is meant cannot be known, and nothing was denied
        dropped[finding.id] = None
        taken = better.get(MEDICINES)
        if isinstance(taken, MedicineList) and _lacks(finding.only_if, taken):
            better[MEDICINES] = replace(taken, complete=False)
            found.append(_not_listed(finding, knowledge.findings[MEDICINES]))
            continue
        found.append(_follow_up(finding, parents, better, denied=applies is FALSE))
    return better, dropped, tuple(found)


def readings(
    knowledge: KnowledgeBase, answers: Mapping[str, Value | None]
) -> tuple[tuple[Answers, tuple[ConflictFound, ...]], ...]:
    """
    Give every reading of some answers that is judged, each with the contradictions and which side of them it keeps.

    Of equally urgent ones the first counts. Answers that do not contradict each other have one reading: themselves.
    """
    better, dropped, conflicts = corrected(knowledge, answers)
    if not conflicts:
        return ((dict(answers), ()),)
    return (
        (better, conflicts),
        (dict(answers), _kept(conflicts, say("as answered: the more urgent reading"))),
        (dropped, _kept(conflicts, say("without the answer that contradicts: the more urgent reading"))),
    )


def _kept(conflicts: tuple[ConflictFound, ...], said: str) -> tuple[ConflictFound, ...]:
    return tuple(one.model_copy(update={"kept": said}) for one in conflicts)


def _danger(finding: FindingDefinition) -> str:
    """Say that a yes-or-no question is taken to be answered by its danger."""
    return say("{what}: yes", what=finding.label) if finding.danger else say("{what}: no", what=finding.label)


def _asserts(finding: FindingDefinition, value: Value | None) -> bool:
    """Whether an answer says that there is something."""
    if finding.kind is Kind.BOOLEAN:
        return value is True
    if finding.kind is Kind.CHOICE:
        return value is not None and value != NONE
    return bool(value)


def _lacks(only_if: Condition, taken: MedicineList) -> bool:
    """Whether a list lacks the medicine that a follow-up is about; one that was stopped is on it."""
    return isinstance(only_if, Takes) and all(entry.names.isdisjoint(only_if.names) for entry in taken.entries)


def _not_listed(finding: FindingDefinition, medicines: FindingDefinition) -> ConflictFound:
    return ConflictFound(
        id=f"follow_up:{finding.id}",
        findings=(finding.id, medicines.id),
        note=say("{what} was answered although no such medicine is on the list", what=finding.label),
        kept=say("{what}: the list may be incomplete", what=medicines.label),
    )


def _follow_up(
    finding: FindingDefinition, parents: list[FindingDefinition], better: Answers, *, denied: bool
) -> ConflictFound:
    if len(parents) == 1:
        (parent,) = parents
        better[parent.id] = parent.danger
        kept = _danger(parent)
    else:
        for parent in parents:
            if better.get(parent.id) is not None:  # what was never asked can still be asked
                better[parent.id] = None
        open_now = commas(say("{what}: not known", what=parent.label) for parent in parents)
        kept = open_now or say("{what}: as answered", what=finding.label)
    if denied:
        note = say("{what} was answered although the question before it was answered no", what=finding.label)
    else:
        note = say("{what} was answered although the question before it is open", what=finding.label)
    return ConflictFound(
        id=f"follow_up:{finding.id}",
        findings=(finding.id, *(parent.id for parent in parents)),
        note=note,
        kept=kept,
    )
