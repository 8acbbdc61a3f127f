"""Answers become a chart: what does not apply is marked, and derived quantities are computed, before any rule."""

from collections.abc import Mapping

from triage.chart import Chart, Interval, State, Value
from triage.conditions import Condition
from triage.findings import DerivedQuantity
from triage.formulas import evaluate, rounded
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
