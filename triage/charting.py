"""Answers become a chart: what does not apply is marked, and derived quantities are computed, before any rule."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from triage.chart import Chart, Interval, State, Value
from triage.conditions import Condition
from triage.findings import DerivedQuantity, FindingDefinition, Kind
from triage.formulas import STEP, evaluate, rounded
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.truth import FALSE, TRUE


def chart_of(knowledge: KnowledgeBase, answers: Mapping[str, Value | None]) -> Chart:
    """
    Give the chart of some answers.

    Args:
        answers: by finding id, in canonical units; None is "asked but unknown", a finding left out was not asked.
    """
    values = {name: value for name, value in answers.items() if value is not None}
    states = {name: State.ANSWERED if value is not None else State.ASKED_UNKNOWN for name, value in answers.items()}
    for name in knowledge.follow_ups:
        only_if = knowledge.findings[name].only_if
        # An answer that was given is kept: a contradiction with the parent must not make a danger disappear.
        if only_if is not None and answers.get(name) is None and _truth(only_if, values, states) is FALSE:
            states[name] = State.NOT_APPLICABLE
    for name, quantity in knowledge.derived.items():
        value = _derive(quantity, values, states)
        if value is not None:
            values[name], states[name] = value, State.ANSWERED
    return Chart(values, states)


def told_apart(finding: FindingDefinition, limits: Iterable[float]) -> list[Value]:
    """
    Give the answers to a finding that conditions can tell apart, one of each kind; of a set, those with one option.

    Args:
        limits: what conditions compare a quantity with; the numbers on them and one step beside are given, where plausible.
    """
    match finding.kind:
        case Kind.BOOLEAN:
            return [True, False]
        case Kind.CHOICE:
            return [option.id for option in finding.options]
        case Kind.SET:
            return [frozenset({option.id}) for option in finding.options]
        case Kind.QUANTITY:
            beside = {rounded(limit + step) for limit in limits for step in (-STEP, 0.0, STEP)}
            low, high = finding.low, finding.high
            return [
                number
                for number in sorted(beside)
                if (low is None or number >= low) and (high is None or number <= high)
            ]
        case Kind.MEDICINES:
            return []
        case _:
            assert_never(finding.kind)


def _truth(condition: Condition, values: Mapping[str, Value], states: Mapping[str, State]) -> object:
    return Reference({}, Chart(values, states)).truth(condition)


def _derive(quantity: DerivedQuantity, values: Mapping[str, Value], states: Mapping[str, State]) -> Value | None:
    if quantity.count:
        low = high = 0.0
        for item in quantity.count:
            found = _truth(item.condition, values, states)
            if found is TRUE:
                low, high = low + item.weight, high + item.weight
            elif found is not FALSE:
                low, high = low + min(item.weight, 0.0), high + max(item.weight, 0.0)
        return rounded(low) if low == high else Interval(rounded(low), rounded(high))
    numbers = {name: value for name, value in values.items() if type(value) is float}
    for source in quantity.sources:
        if source.valid_when is not None and _truth(source.valid_when, values, states) is not TRUE:
            continue
        value = evaluate(source.formula, numbers)
        if value is not None:
            return value
    return None
