"""The fewest answers that together bring the urgency to a level.

A search that leaves nothing out: as long as a condition is not what the level asks, at least one finding that it rests on must
change. So of all that still has to come out otherwise, the part that rests on the fewest findings is taken, each of these is tried
with every answer that conditions can tell apart, and the search goes on from there. Where more parts are left that have nothing in
common than answers may still change, it turns back at once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from triage import ends
from triage.chart import Chart, State, Value
from triage.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    Not,
    NotShown,
    PatternHolds,
    Urgency,
    UrgencyAtLeast,
    tested,
)
from triage.errors import TriageError
from triage.interpreters.ask import Program, Reading
from triage.knowledge import KnowledgeBase
from triage.polarity import THROUGH_NOT, THROUGH_NOT_SHOWN, Polarity
from triage.rules import Rule
from triage.verdict import screen_items

MOST = 3
"""So many answers are changed together at most."""

Answers = Mapping[str, Value | None]
Changed = Mapping[str, Value]
"""What is answered otherwise: new answers by finding."""
Hits = list[frozenset[str]]
"""Sets of findings; one in each must change."""


@dataclass(frozen=True)
class _Seen:
    """A person after some changes."""

    chart: Chart
    reading: Reading
    holds: frozenset[str]


@dataclass(frozen=True)
class _Goal:
    """
    What a level asks.

    Args:
        silent: the rules that must not hold.
        holds: the rule that must, where one must.
        screened: whether the red-flag screen must be complete, or must not be; None where that does not matter.
    """

    silent: frozenset[str]
    holds: Rule | None = None
    screened: bool | None = None


class Together:
    """
    Searches from the answers of one person.

    Args:
        see: the chart of some answers.
        changeable: the findings that may be answered otherwise.
        others: the answers to such a finding that may be tried on a chart.
    """

    def __init__(
        self,
        knowledge: KnowledgeBase,
        program: Program,
        answers: Answers,
        see: Callable[[Answers], Chart],
        changeable: Iterable[str],
        others: Callable[[str, Chart], Iterable[Value]],
    ) -> None:
        self._knowledge = knowledge
        self._program = program
        self._answers = answers
        self._see = see
        self._changeable = frozenset(changeable)
        self._others = others
        self._rules = [rule for rule in knowledge.rules.values() if rule.urgency is not None]
        self._seen: dict[frozenset[tuple[str, Value]], _Seen] = {}

    def fewest(self, level: Urgency) -> list[Changed]:
        """Give every set of findings of the smallest size with answers that bring the urgency to this level; none beyond `MOST`."""
        for size in range(1, MOST + 1):
            found: dict[frozenset[str], Changed] = {}
            for goal in self._goals(level):
                for changed in self._search(goal, {}, size, set()):
                    found.setdefault(frozenset(changed), changed)
            if found:
                return list(found.values())
        return []

    def _goals(self, level: Urgency) -> Iterator[_Goal]:
        """Give the ways to a level: one of its rules holds, or (routine) nothing calms it; and no rule above it holds."""
        above = frozenset(
            rule.id for rule in self._rules if rule.urgency is not None and rule.urgency.rank > level.rank
        )
        for rule in self._rules:
            if rule.urgency is level:
                yield _Goal(above, holds=rule, screened=True if level is Urgency.SELF_CARE else None)
        if level is Urgency.ROUTINE:
            benign = frozenset(rule.id for rule in self._rules if rule.urgency is Urgency.SELF_CARE)
            yield _Goal(above | benign)
            yield _Goal(above, screened=False)

    def _search(
        self, goal: _Goal, changed: Changed, left: int, tried: set[frozenset[tuple[str, Value]]]
    ) -> Iterator[Changed]:
        seen = self._after(changed)
        hits = [one & self._changeable - changed.keys() for one in self._hits(goal, seen)]
        if not hits and all(self._applies(name, changed) for name in changed):
            yield changed
        if not hits or _apart(hits) > left:
            return
        for name in sorted(_narrowest(hits)):
            for value in self._others(name, seen.chart):
                more = {**changed, name: value}
                if frozenset(more.items()) not in tried:
                    tried.add(frozenset(more.items()))
                    yield from self._search(goal, more, left - 1, tried)

    def _applies(self, name: str, changed: Changed) -> bool:
        """Whether a finding could still be asked once all else is answered so."""
        rest = {other: value for other, value in changed.items() if other != name}
        return self._after(rest).chart.state(name) is not State.NOT_APPLICABLE

    def _after(self, changed: Changed) -> _Seen:
        key = frozenset(changed.items())
        if key not in self._seen:
            chart = self._see({**self._answers, **changed})
            reading = self._program.read(chart)
            self._seen[key] = _Seen(chart, reading, frozenset(reading.true_rules()))
        return self._seen[key]

    def _hits(self, goal: _Goal, seen: _Seen) -> Hits:
        """Give sets of findings, in each of which something must still change; none when the goal is reached."""
        found: Hits = []
        for name in sorted(goal.silent & seen.holds):
            found += self._asked(self._knowledge.rules[name].when, Polarity.NOT_SHOWN, seen)
        if goal.holds is not None:
            found += self._asked(goal.holds.when, Polarity.HOLDS, seen)
        if goal.screened is not None:
            still_open = [name for name, answered in screen_items(self._knowledge, seen.chart) if not answered]
            if goal.screened:
                found += [self._screened[name] for name in still_open]
            elif not still_open:
                found.append(frozenset().union(*self._screened.values()))
        return found

    @cached_property
    def _screened(self) -> dict[str, frozenset[str]]:
        """For each item of the screen, what answers it or takes it away."""
        found: dict[str, frozenset[str]] = {}
        for page in self._knowledge.screen:
            for line in page.lines:
                deciding = self._knowledge.rests_on(line.only_if) if line.only_if is not None else frozenset()
                for name in line.findings:
                    behind = [self._knowledge.influences[one] for one in (name, *deciding)]
                    found[name] = found.get(name, frozenset()).union(*behind)
        return found

    def _asked(self, condition: Condition, polarity: Polarity, seen: _Seen) -> Hits:
        """Give sets of findings in each of which something must change for a condition to have a polarity; none when it has it."""
        if polarity.of(ends.TRUTH[seen.reading.of(condition)]):
            return []
        match condition:
            case PatternHolds(pattern=name):
                return self._asked(self._knowledge.patterns[name].when, polarity, seen)
            case Not(part=part):
                return self._asked(part, THROUGH_NOT[polarity], seen)
            case NotShown(part=part):
                return self._asked(part, THROUGH_NOT_SHOWN[polarity], seen)
            case AllOf(parts=parts):
                needed = len(parts)
            case AnyOf(parts=parts):
                needed = 1
            case AtLeast(number=needed, parts=parts):
                pass
            case UrgencyAtLeast():
                raise TriageError("the final urgency is not known before the verdict; only advice may test it")
            case _:
                return [self._knowledge.influences[tested(condition)]]
        if polarity in (Polarity.EXCLUDED, Polarity.NOT_SHOWN):
            needed = len(parts) - needed + 1
        ways = [hits for part in parts if (hits := self._asked(part, polarity, seen))]
        if needed > len(parts):
            return [_NOTHING]
        if needed == len(parts):
            return [one for hits in ways for one in hits]
        # One more of several must come to hold: in the narrowest part of some, something changes.
        return [_NOTHING.union(*map(_narrowest, ways))]


_NOTHING = frozenset[str]()


def _narrow(one: frozenset[str]) -> tuple[int, list[str]]:
    return len(one), sorted(one)


def _narrowest(hits: Hits) -> frozenset[str]:
    return min(hits, key=_narrow)


def _apart(hits: Hits) -> int:
    """Give how many sets with nothing in common there are at least, each of which takes an answer of its own; `MOST` + 1 where one is empty."""
    if not all(hits):
        return MOST + 1
    taken: set[str] = set()
    number = 0
    for one in sorted(hits, key=_narrow):
        if taken.isdisjoint(one):
            taken |= one
            number += 1
    return number
