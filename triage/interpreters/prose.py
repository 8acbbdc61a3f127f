"""Conditions as sentences: what a rule asks for, in the words of the knowledge base.

Numbers carry their unit, comparisons are words ("below", "at least"), and brackets are spelled out, so that a clinician can
redo the decision by hand.
"""

from collections.abc import Mapping
from typing import assert_never

from triage.chart import Chart, Interval, State
from triage.conditions import (
    AllOf,
    AnyOf,
    AskedUnknown,
    AtLeast,
    Compare,
    Condition,
    Includes,
    IsOneOf,
    Known,
    Missing,
    Not,
    NotShown,
    Operator,
    PatternHolds,
    Present,
    Takes,
    UrgencyAtLeast,
)
from triage.findings import FindingDefinition, Unit
from triage.knowledge import KnowledgeBase
from triage.medicines import MedicineList

_COMPARED = {
    Operator.BELOW: "below",
    Operator.AT_MOST: "at most",
    Operator.ABOVE: "above",
    Operator.AT_LEAST: "at least",
}


class Prose:
    """Says conditions in the labels of one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._rules: dict[str, str] = {}
        self._ingredients: Mapping[str, str] = {
            **{one.id: one.label for one in knowledge.catalogue.ingredients.values()},
            **{one.id: one.label for one in knowledge.catalogue.classes.values()},
        }

    def label(self, name: str) -> str:
        """Give the clinician's words for a finding, derived quantity or pattern."""
        if name in self._knowledge.findings:
            return self._knowledge.findings[name].label
        if name in self._knowledge.derived:
            return self._knowledge.derived[name].label
        return self._knowledge.patterns[name].label

    def rule(self, name: str) -> str:
        """Give the condition of a rule, said once."""
        if name not in self._rules:
            self._rules[name] = self.say(self._knowledge.rules[name].when)
        return self._rules[name]

    def say(self, condition: Condition) -> str:
        """Give the condition as a phrase without a full stop."""
        match condition:
            case Present(finding=name):
                return f"{self.label(name)}: yes"
            case Compare(quantity=name, operator=sign, limit=limit):
                return f"{self.label(name)} {_COMPARED[sign]} {limit:g}{self.unit(name)}"
            case IsOneOf(finding=name, options=options) | Includes(finding=name, options=options):
                return f"{self.label(name)}: {' or '.join(self._option(name, option) for option in options)}"
            case Takes():
                return self._takes(condition)
            case PatternHolds(pattern=name):
                return self.label(name)
            case Known(target=name):
                return f"{self.label(name)} known"
            case Missing(target=name):
                return f"{self.label(name)} not known"
            case AskedUnknown(finding=name):
                return f"{self.label(name)} asked but unknown"
            case Not(part=Present(finding=name)):
                return f"{self.label(name)}: no"
            case Not(part=part):
                return f"not ({self.say(part)})"
            case NotShown(part=part):
                return f"not shown: ({self.say(part)})"
            case AllOf(parts=parts):
                return self._joined(parts, "and")
            case AnyOf(parts=parts):
                return self._joined(parts, "or")
            case AtLeast(number=number, parts=parts):
                return f"at least {number} of: {'; '.join(map(self.say, parts))}"
            case UrgencyAtLeast(level=level):
                return f"urgency {level.value.replace('_', ' ')} or above"
            case _:
                assert_never(condition)

    def _joined(self, parts: tuple[Condition, ...], word: str) -> str:
        return f" {word} ".join(
            f"({self.say(part)})" if isinstance(part, AllOf | AnyOf | AtLeast) and len(parts) > 1 else self.say(part)
            for part in parts
        )

    def unit(self, name: str) -> str:
        """Give the unit of a quantity with a space before it; nothing for a plain number."""
        unit = (
            self._knowledge.findings[name].unit
            if name in self._knowledge.findings
            else self._knowledge.derived[name].unit
        )
        return "" if unit.ucum in ("1", "{score}") else f" {unit.shown}"

    def _option(self, name: str, option: str) -> str:
        return next(one.label for one in self._knowledge.findings[name].options if one.id == option)

    def _takes(self, test: Takes) -> str:
        words = "takes " + " or ".join(self._ingredients[name] for name in test.names)
        if test.dose_above is not None:
            words += f", more than {test.dose_above:g} mg a day"
        if test.started_within is not None:
            words += f", started within {test.started_within:g} days"
        if test.stopped_within is not None:
            words = words.replace("takes", "took", 1) + f", stopped within {test.stopped_within:g} days"
        return words


def shown(knowledge: KnowledgeBase, chart: Chart, name: str) -> str:
    """Give the answer of a finding or derived quantity in words, in its canonical unit; empty where there is none."""
    value = chart.values.get(name)
    if value is None or chart.state(name) is State.NOT_APPLICABLE:
        return ""
    if name in knowledge.derived:  # Computed digits beyond the fourth say nothing; what was measured is shown in full.
        return _quantity(value, knowledge.derived[name].unit, digits=4)
    finding = knowledge.findings[name]
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return _label(finding, value)
        case frozenset():
            chosen = [option.id for option in finding.options if option.id in value]
            return ", ".join(_label(finding, name) for name in chosen) or "none"
        case MedicineList():
            return ", ".join(entry.text for entry in value.entries) or "none"
        case _:
            return _quantity(value, finding.unit)


def _label(finding: FindingDefinition, name: str) -> str:
    return next(option.label for option in finding.options if option.id == name)


def _quantity(value: object, unit: Unit, digits: int = 10) -> str:
    of = "" if unit.ucum in ("1", "{score}") else f" {unit.shown}"
    if isinstance(value, Interval):
        return f"{value.low:.{digits}g} to {value.high:.{digits}g}{of}"
    return f"{value:.{digits}g}{of}"
