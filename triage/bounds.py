"""What open answers can still do: the truth values a condition may end with, over every completion of an intake.

A finding is open when it has no usable answer and may still get one: it may take any value, or end as asked but unknown.
Everything else stays as it is. Tests of one finding are taken one by one, so a condition may be given a value it cannot really
end with, but never lacks one that it can: what is settled here is settled, and the final urgency lies between the two ends.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntFlag
from typing import assert_never

from triage.chart import Chart, State
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
    PatternHolds,
    Present,
    Takes,
    Urgency,
    UrgencyAtLeast,
    children,
    tested,
)
from triage.errors import TriageError
from triage.findings import Answerer
from triage.formulas import inputs
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.rules import Rule
from triage.truth import Truth
from triage.verdict import screen_items


class Ends(IntFlag):
    """The truth values something may end with."""

    TRUE = 1
    FALSE = 2
    UNKNOWN = 4


# Plain numbers inside: a flag's own operators are slow, and there are thousands of them for one intake.
_T, _F, _U = (int(end) for end in Ends)
_ANY = _T | _F | _U
_END = {Truth.TRUE: _T, Truth.FALSE: _F, Truth.UNKNOWN: _U}
_NEGATED = tuple((_F if ends & _T else 0) | (_T if ends & _F else 0) | ends & _U for ends in range(_ANY + 1))


@dataclass(frozen=True)
class Range:
    """
    The two ends of the urgency.

    Args:
        established: the level that no open answer can take away.
        possible: the most urgent level that some open answers could reach.
    """

    established: Urgency
    possible: Urgency

    @property
    def settled(self) -> bool:
        """Whether no open answer can change the level."""
        return self.established is self.possible


class Bounds:
    """
    The completions of one chart.

    Args:
        scope: who can still be asked.
        ask_again: a finding that was asked in vain counts as open too.
    """

    def __init__(
        self, knowledge: KnowledgeBase, chart: Chart, scope: Collection[Answerer], *, ask_again: bool = False
    ) -> None:
        self._knowledge = knowledge
        self._chart = chart
        self._scope = scope
        self._states = (State.NOT_ASKED, State.ASKED_UNKNOWN) if ask_again else (State.NOT_ASKED,)
        self._reader = Reference({name: pattern.when for name, pattern in knowledge.patterns.items()}, chart)
        self._seen: dict[int, int] = {}
        self._derived: dict[str, bool] = {}

    def is_open(self, name: str) -> bool:
        """Whether a finding or derived quantity may still change."""
        if name in self._knowledge.derived:
            if name not in self._derived:
                self._derived[name] = self._derived_open(name)
            return self._derived[name]
        return self._knowledge.findings[name].answered_by in self._scope and self._chart.state(name) in self._states

    def ends(self, condition: Condition) -> Ends:
        """Give the truth values a condition may end with."""
        return Ends(self._ends(condition))

    def _ends(self, condition: Condition) -> int:
        # A condition of the knowledge base lives as long as it does: its address is its name here.
        found = self._seen.get(id(condition))
        if found is None:
            found = self._seen[id(condition)] = self._read(condition)
        return found

    def _read(self, condition: Condition) -> int:
        match condition:
            case Present() | Compare() | IsOneOf() | Includes() | Takes():
                return _ANY if self.is_open(tested(condition)) else self._now(condition)
            case AllOf(parts=parts):
                return _at_least(len(parts), map(self._ends, parts))
            case AnyOf(parts=parts):
                return _at_least(1, map(self._ends, parts))
            case PatternHolds(pattern=name):
                return self._ends(self._knowledge.patterns[name].when)
            case Not(part=part):
                return _NEGATED[self._ends(part)]
            case AtLeast(number=number, parts=parts):
                return _at_least(number, map(self._ends, parts))
            case NotShown(part=part):
                inside = self._ends(part)
                return (_F if inside & _T else 0) | (_T if inside & (_F | _U) else 0)
            case Known(target=name):
                return _T | _U if self.is_open(name) else self._now(condition)
            case Missing(target=name) | AskedUnknown(finding=name):
                return _T | _F if self.is_open(name) else self._now(condition)
            case UrgencyAtLeast():
                raise TriageError("the final urgency is not known before the verdict; only advice may test it")
            case _:
                assert_never(condition)

    def open_in(self, condition: Condition) -> frozenset[str]:
        """Give the open findings that a condition may still turn on; parts that are settled count for nothing."""
        if self._ends(condition) in (_T, _F, _U):
            return frozenset()
        if isinstance(condition, PatternHolds):
            return self.open_in(self._knowledge.patterns[condition.pattern].when)
        if inside := children(condition):
            return frozenset().union(*map(self.open_in, inside))
        return frozenset(name for name in self._knowledge.rests_on(condition) if self.is_open(name))

    def range(self) -> Range:
        """Give the two ends of the urgency."""
        found = [(rule.urgency, self._ends(rule.when)) for rule in self._knowledge.rules.values() if rule.urgency]
        benign = [ends for level, ends in found if level is Urgency.SELF_CARE and ends & _T]
        others = [(level, ends) for level, ends in found if level is not Urgency.SELF_CARE and ends & _T]
        sure = _highest(level for level, ends in others if ends == _T)
        top = _highest(level for level, _ in others)
        items = screen_items(self._knowledge, self._chart)
        may_close = all(answered or self.is_open(name) for name, answered in items)
        earned = _T in benign and all(answered for _, answered in items)
        return Range(
            established=sure or (Urgency.SELF_CARE if benign and may_close else Urgency.ROUTINE),
            possible=top or (Urgency.SELF_CARE if earned else Urgency.ROUTINE),
        )

    def could_fire(self, above: Urgency) -> list[tuple[Rule, Urgency]]:
        """Give the rules above a level that do not surely hold and could."""
        return [
            (rule, rule.urgency)
            for rule in self._knowledge.rules.values()
            if rule.urgency is not None and rule.urgency.rank > above.rank and self._may(rule.when)
        ]

    def _may(self, condition: Condition) -> bool:
        ends = self._ends(condition)
        return bool(ends & _T) and ends != _T

    def _now(self, condition: Condition) -> int:
        return _END[self._reader.truth(condition)]

    def _derived_open(self, name: str) -> bool:
        """A formula may change while one of its sources may still come; a count while one of its tests may."""
        quantity = self._knowledge.derived[name]
        if quantity.count:
            return any(self._ends(item.condition) not in (_T, _F, _U) for item in quantity.count)
        for source in quantity.sources:
            needed = inputs(source.formula)
            valid = _T if source.valid_when is None else self._ends(source.valid_when)
            if any(name not in self._chart.values and not self.is_open(name) for name in needed) or not valid & _T:
                continue
            return valid != _T or any(self.is_open(name) for name in needed)
        return False


def _highest(levels: Iterable[Urgency]) -> Urgency | None:
    return max(levels, key=lambda level: level.rank, default=None)


def _at_least(number: int, parts: Iterable[int]) -> int:
    """Give the values that "at least `number` of these" may end with."""
    count = surely = could_be_true = could_be_false = could_be_unknown = either = 0
    for ends in parts:
        count += 1
        surely += ends == _T
        could_be_true += ends & _T
        could_be_false += bool(ends & _F)
        could_be_unknown += bool(ends & _U)
        either += ends == _T | _F
    # UNKNOWN: fewer than `number` are TRUE, and those that are UNKNOWN make up the rest.
    unknown = could_be_unknown and surely < number and min(number - 1, surely + either) + could_be_unknown >= number
    return (
        (_T if could_be_true >= number else 0) | (_F if could_be_false > count - number else 0) | (_U if unknown else 0)
    )
