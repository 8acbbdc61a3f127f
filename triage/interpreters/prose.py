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
    Urgency,
    UrgencyAtLeast,
)
from triage.findings import FindingDefinition, Unit
from triage.firing import Literal
from triage.knowledge import KnowledgeBase
from triage.language import figures, say, say_many
from triage.medicines import MedicineList
from triage.polarity import Polarity
from triage.wording import amount, both, commas, either, semicolons


class Prose:
    """Says conditions in the labels of one knowledge base and the language in use, which is the same throughout."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._rules: dict[str, str] = {}
        self._ingredients: Mapping[str, str] = {
            **{one.id: one.name for one in knowledge.catalogue.ingredients.values()},
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
                return say("{what}: yes", what=self.label(name))
            case Compare():
                return self._compares(condition)
            case IsOneOf(finding=name, options=options) | Includes(finding=name, options=options):
                found = either(self._option(name, option) for option in options)
                return say("{what}: {found}", what=self.label(name), found=found)
            case Takes():
                return self._takes(condition)
            case PatternHolds(pattern=name):
                return self.label(name)
            case Known(target=name):
                return say("{what} known", what=self.label(name))
            case Missing(target=name):
                return say("{what} not known", what=self.label(name))
            case AskedUnknown(finding=name):
                return say("{what} asked but unknown", what=self.label(name))
            case Not(part=Present(finding=name)):
                return say("{what}: no", what=self.label(name))
            case Not(part=part):
                return say("not ({condition})", condition=self.say(part))
            case NotShown(part=part):
                return say("not shown: ({condition})", condition=self.say(part))
            case AllOf(parts=parts):
                return both(self._bracketed(parts))
            case AnyOf(parts=parts):
                return either(self._bracketed(parts))
            case AtLeast(number=number, parts=parts):
                conditions = semicolons(map(self.say, parts))
                return say("at least {number} of: {conditions}", number=number, conditions=conditions)
            case UrgencyAtLeast(level=level):
                return say("urgency {level} or above", level=level_word(level))
            case _:
                assert_never(condition)

    def literal(self, literal: Literal) -> str:
        """Give an answer that a rule rests on, or that keeps it from firing, as the test it was put to."""
        match literal.polarity:
            case Polarity.HOLDS:
                return self.say(literal.leaf)
            case Polarity.EXCLUDED:
                return self.say(Not(literal.leaf))
            case Polarity.NOT_SHOWN:
                return say("not shown: {condition}", condition=self.say(literal.leaf))
            case Polarity.NOT_EXCLUDED:
                return say("not excluded: {condition}", condition=self.say(literal.leaf))
            case _:
                assert_never(literal.polarity)

    def _bracketed(self, parts: tuple[Condition, ...]) -> list[str]:
        return [
            f"({self.say(part)})" if isinstance(part, AllOf | AnyOf | AtLeast) and len(parts) > 1 else self.say(part)
            for part in parts
        ]

    def unit(self, name: str) -> str:
        """Give the unit of a quantity; nothing for a plain number."""
        if name in self._knowledge.findings:
            return symbol(self._knowledge.findings[name].unit)
        return symbol(self._knowledge.derived[name].unit)

    def _compares(self, test: Compare) -> str:
        what, limit = self.label(test.quantity), amount(f"{test.limit:g}", self.unit(test.quantity))
        match test.operator:
            case Operator.BELOW:
                return say("{what} below {limit}", what=what, limit=limit)
            case Operator.AT_MOST:
                return say("{what} at most {limit}", what=what, limit=limit)
            case Operator.ABOVE:
                return say("{what} above {limit}", what=what, limit=limit)
            case Operator.AT_LEAST:
                return say("{what} at least {limit}", what=what, limit=limit)
            case _:
                assert_never(test.operator)

    def _option(self, name: str, option: str) -> str:
        return next(one.label for one in self._knowledge.findings[name].options if one.id == option)

    def _takes(self, test: Takes) -> str:
        medicines = either(self._ingredients[name] for name in test.names)
        if test.stopped_within is None:
            said = [say("takes {medicines}", medicines=medicines)]
        else:
            said = [say("took {medicines}", medicines=medicines)]
        if test.dose_above is not None:
            said.append(say("more than {dose} mg a day", dose=figures(f"{test.dose_above:g}")))
        if test.started_within is not None:
            said.append(say_many(test.started_within, "started within {number} day", "started within {number} days"))
        if test.stopped_within is not None:
            said.append(say_many(test.stopped_within, "stopped within {number} day", "stopped within {number} days"))
        return commas(said)


def level_word(level: Urgency) -> str:
    """Give an urgency level inside a phrase about conditions; a knowledge base words its levels for people itself."""
    match level:
        case Urgency.EMERGENCY:
            return say("emergency")
        case Urgency.SAME_DAY:
            return say("same day")
        case Urgency.URGENT:
            return say("urgent")
        case Urgency.ROUTINE:
            return say("routine")
        case Urgency.SELF_CARE:
            return say("self care")
        case _:
            assert_never(level)


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
            return say("yes") if value else say("no")
        case str():
            return _label(finding, value)
        case frozenset():
            chosen = [option.id for option in finding.options if option.id in value]
            return commas(_label(finding, name) for name in chosen) or say("none")
        case MedicineList():
            return commas(entry.text for entry in value.entries) or say("none")
        case _:
            return _quantity(value, finding.unit)


def _label(finding: FindingDefinition, name: str) -> str:
    return next(option.label for option in finding.options if option.id == name)


def _quantity(value: object, unit: Unit, digits: int = 10) -> str:
    if isinstance(value, Interval):
        low, high = f"{value.low:.{digits}g}", amount(f"{value.high:.{digits}g}", symbol(unit))
        return say("{low} to {high}", low=figures(low), high=high)
    return amount(f"{value:.{digits}g}", symbol(unit))


def symbol(unit: Unit) -> str:
    """Give the unit as it is written behind a number; a count and a score have none."""
    return "" if unit.ucum in ("1", "{score}") else unit.shown
