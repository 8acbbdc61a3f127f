"""The definition: what a condition means, in plain lines. Every other reader is tested against this one.

Promise: `Reference(patterns, chart).truth(condition)` is the meaning of the condition. It is slow and obvious on purpose.
"""

import operator
from collections.abc import Callable, Mapping
from typing import assert_never

from triage import truth
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
from triage.errors import TriageError
from triage.medicines import MedicineEntry, MedicineList
from triage.truth import FALSE, TRUE, UNKNOWN, Truth

COMPARE = {
    Operator.BELOW: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.ABOVE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


class Reference:
    """
    The meaning of conditions on one chart.

    Args:
        patterns: the condition of each pattern by id; they may name each other without a cycle.
        chart: what is known.
        urgency: the final urgency, for the conditions of advice and claims; rules never see it.
    """

    def __init__(self, patterns: Mapping[str, Condition], chart: Chart, urgency: Urgency | None = None) -> None:
        self._patterns = patterns
        self._chart = chart
        self._urgency = urgency
        self._seen: dict[str, Truth] = {}

    def pattern(self, name: str) -> Truth:
        """Give the truth of a pattern."""
        if name not in self._seen:
            self._seen[name] = self.truth(self._patterns[name])
        return self._seen[name]

    def truth(self, condition: Condition) -> Truth:
        """Give the truth of a condition."""
        match condition:
            case Present(finding=name):
                return self._test(name, lambda value: value is True)
            case Compare(quantity=name, operator=sign, limit=limit):
                return self._compare(name, sign, limit)
            case IsOneOf(finding=name, options=options):
                return self._test(name, lambda value: value in options)
            case Includes(finding=name, options=options):
                return self._test(name, lambda value: isinstance(value, frozenset) and not value.isdisjoint(options))
            case Takes():
                return self._test_medicines(condition)
            case Known(target=name):
                return UNKNOWN if self._missing(name) else TRUE
            case Missing(target=name):
                return truth.of(self._missing(name))
            case AskedUnknown(finding=name):
                return truth.of(self._chart.state(name) is State.ASKED_UNKNOWN)
            case NotShown(part=part):
                return truth.of(self.truth(part) is not TRUE)
            case PatternHolds(pattern=name):
                return self.pattern(name)
            case Not(part=part):
                return truth.negate(self.truth(part))
            case AllOf(parts=parts):
                return truth.at_least(len(parts), map(self.truth, parts))
            case AnyOf(parts=parts):
                return truth.at_least(1, map(self.truth, parts))
            case AtLeast(number=number, parts=parts):
                return truth.at_least(number, map(self.truth, parts))
            case UrgencyAtLeast(level=level):
                if self._urgency is None:
                    raise TriageError(
                        "the final urgency is not known before the verdict; only advice and claims may test it"
                    )
                return truth.of(self._urgency.rank >= level.rank)
            case _:
                assert_never(condition)

    def _missing(self, name: str) -> bool:
        return self._chart.state(name) in (State.NOT_ASKED, State.ASKED_UNKNOWN)

    def _test(self, name: str, holds: Callable[[object], bool]) -> Truth:
        if self._chart.state(name) is State.NOT_APPLICABLE:
            return FALSE
        value = self._chart.values.get(name)
        return UNKNOWN if value is None else truth.of(holds(value))

    def _compare(self, name: str, sign: Operator, limit: float) -> Truth:
        if self._chart.state(name) is State.NOT_APPLICABLE:
            return FALSE
        value = self._chart.values.get(name)
        match value:
            case None:
                return UNKNOWN
            case Interval(low=low, high=high):
                ends = {COMPARE[sign](low, limit), COMPARE[sign](high, limit)}
                return truth.of(ends.pop()) if len(ends) == 1 else UNKNOWN
            case float() | int():
                return truth.of(COMPARE[sign](value, limit))
            case _:
                raise TriageError(f"`{name}` is compared with a number but is none")

    def _test_medicines(self, test: Takes) -> Truth:
        state = self._chart.state("medicines")
        if state is State.NOT_APPLICABLE:
            return FALSE
        taken = self._chart.values.get("medicines")
        if not isinstance(taken, MedicineList):
            return UNKNOWN
        found = truth.at_least(1, [_entry_truth(test, entry) for entry in taken.entries])
        if found is FALSE and not taken.nothing_hidden:
            return UNKNOWN
        return found


def _entry_truth(test: Takes, entry: MedicineEntry) -> Truth:
    """Whether one entry is what a medicine test asks for; a detail that is not given leaves it UNKNOWN."""
    if entry.names.isdisjoint(test.names):
        return FALSE
    parts = []
    if test.stopped_within is None:
        parts.append(truth.of(not entry.stopped))
    else:
        parts.append(_within(entry.stopped_days, test.stopped_within) if entry.stopped else FALSE)
    if test.started_within is not None:
        parts.append(_within(entry.started_days, test.started_within))
    if test.dose_above is not None:
        parts.append(UNKNOWN if entry.dose_mg is None else truth.of(entry.dose_mg > test.dose_above))
    return truth.at_least(len(parts), parts)


def _within(days: float | None, limit: float) -> Truth:
    return UNKNOWN if days is None else truth.of(days <= limit)
