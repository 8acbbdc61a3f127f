"""What open answers can still do: the ends of the urgency, and the questions that could raise it.

A finding is open when it has no usable answer and may still get one: it may take any value, or end as asked but unknown.
Everything else stays as it is, but for what an open answer would correct (`triage/conflicts.py`). Tests of one finding are taken one
by one, so a condition may be given a value it cannot really end with, but never lacks one that it can: what is settled here is
settled, and the final urgency lies between the two ends.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from triage import ends
from triage.chart import Chart, State, Value
from triage.conditions import Condition, Urgency
from triage.findings import Answerer
from triage.formulas import inputs
from triage.interpreters.ask import Program, Reading
from triage.knowledge import KnowledgeBase
from triage.rules import Rule
from triage.verdict import screen_items

Rising: TypeAlias = Mapping[tuple[str, Value | None], frozenset[str]]
"""What may come to be read so (None: as unknown) though it is not open, with the open findings that decide it."""


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


class Completions:
    """Compiled once for a knowledge base: gives the bounds of a chart."""

    def __init__(self, knowledge: KnowledgeBase, program: Program) -> None:
        self.knowledge = knowledge
        self.program = program
        patterns = knowledge.pattern_conditions
        self._support = Program(patterns, dict(_support(knowledge)))

    def of(self, chart: Chart, scope: Collection[Answerer], *, ask_again: bool = False) -> "Bounds":
        """
        Give the bounds of one chart.

        Args:
            scope: who can still be asked.
            ask_again: a finding that was asked in vain counts as open too.
        """
        states = (State.NOT_ASKED, State.ASKED_UNKNOWN) if ask_again else (State.NOT_ASKED,)
        findings = {
            name
            for name, finding in self.knowledge.findings.items()
            if finding.answered_by in scope and chart.state(name) in states
        }
        rising = self._rising(chart, findings)
        support, fading = self._fading(chart, findings, rising)
        derived = {name for name in self.knowledge.derived if self._derived_open(name, chart, findings, support)}
        reading = self.program.bounds(chart, (*sorted(findings), *sorted(derived)), fading, rising)
        leaving = {
            name
            for page in self.knowledge.screen
            for at, line in enumerate(page.lines)
            if line.only_if is not None and ends.may_fail(support.rule(f"{page.id}:{at}"))
            for name in line.findings
        }
        return Bounds(self.knowledge, chart, reading, findings, leaving | fading.keys(), rising)

    def _rising(self, chart: Chart, findings: Collection[str]) -> Rising:
        """Give what is not open but is read otherwise once an open finding is answered: see `triage/conflicts.py`."""
        support = self._support.bounds(chart, sorted(findings))
        rising: dict[tuple[str, Value | None], frozenset[str]] = defaultdict(frozenset)
        for name in self.knowledge.follow_ups:
            parents = self.knowledge.parents[name]
            if name in findings and support.rule(f"{name}:only_if") != ends.TRUE:
                for parent in (self.knowledge.findings[one] for one in parents if one not in findings):
                    rising[parent.id, parent.danger if len(parents) == 1 else None] |= {name}
        for conflict in self.knowledge.guidance.conflicts.values():
            kept = self.knowledge.findings[conflict.keep]
            deciding = support.open_in(f"{conflict.id}:conflict")
            if deciding and kept.id not in findings and ends.may_hold(support.rule(f"{conflict.id}:conflict")):
                rising[kept.id, kept.danger] |= deciding
        return rising

    def _fading(
        self, chart: Chart, findings: Collection[str], rising: Rising
    ) -> tuple[Reading, dict[str, frozenset[str]]]:
        """
        Give what has no usable answer and may turn out not to apply, with the open findings that decide it.

        One follow-up that turns out not to apply may take the next with it, so this is repeated until nothing is added.
        """
        fading: dict[str, frozenset[str]] = {}
        while True:
            support = self._support.bounds(chart, sorted(findings), fading, rising)
            found = {
                name: support.open_in(f"{name}:only_if")
                for name in self.knowledge.follow_ups
                if name not in findings
                and chart.state(name) in (State.NOT_ASKED, State.ASKED_UNKNOWN)
                and ends.may_fail(support.rule(f"{name}:only_if"))
            }
            if found.keys() == fading.keys():
                return support, fading
            fading = found

    def _derived_open(self, name: str, chart: Chart, findings: Collection[str], support: Reading) -> bool:
        """A formula may change while one of its sources may still come; a count while one of its tests may."""
        quantity = self.knowledge.derived[name]
        if quantity.count:
            return any(support.rule(f"{name}:{at}") not in ends.SETTLED for at in range(len(quantity.count)))
        for at, source in enumerate(quantity.sources):
            needed = inputs(source.formula)
            valid = support.rule(f"{name}:{at}") if source.valid_when is not None else ends.TRUE
            if ends.may_hold(valid) and all(one in chart.values or one in findings for one in needed):
                return valid != ends.TRUE or any(one in findings for one in needed)
        return False


def _support(knowledge: KnowledgeBase) -> Iterable[tuple[str, Condition]]:
    """Give the conditions behind derived quantities, follow-ups, lines of the screen and conflicts."""
    for conflict in knowledge.guidance.conflicts.values():
        yield f"{conflict.id}:conflict", conflict.when
    for name in knowledge.follow_ups:
        only_if = knowledge.findings[name].only_if
        if only_if is not None:
            yield f"{name}:only_if", only_if
    for page in knowledge.screen:
        for at, line in enumerate(page.lines):
            if line.only_if is not None:
                yield f"{page.id}:{at}", line.only_if
    for quantity in knowledge.derived.values():
        for at, item in enumerate(quantity.count):
            yield f"{quantity.id}:{at}", item.condition
        for at, source in enumerate(quantity.sources):
            if source.valid_when is not None:
                yield f"{quantity.id}:{at}", source.valid_when


class Bounds:
    """What the open findings of one chart can still do."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        chart: Chart,
        reading: Reading,
        findings: Collection[str],
        leaving: Collection[str],
        rising: Rising,
    ) -> None:
        self._knowledge = knowledge
        self._chart = chart
        self._reading = reading
        self._findings = findings
        self._leaving = leaving
        self._rising = rising

    def ends(self, rule: str) -> int:
        """Give the lowest and highest truth a rule may end with, as `triage.ends` writes them."""
        return self._reading.rule(rule)

    def range(self) -> Range:
        """Give the two ends of the urgency."""
        found = [(rule.urgency, self.ends(rule.id)) for rule in self._knowledge.rules.values() if rule.urgency]
        benign = [end for level, end in found if level is Urgency.SELF_CARE and ends.may_hold(end)]
        others = [(level, end) for level, end in found if level is not Urgency.SELF_CARE and ends.may_hold(end)]
        sure = _highest(level for level, end in others if end == ends.TRUE)
        top = _highest(level for level, _ in others)
        items = screen_items(self._knowledge, self._chart)
        may_close = all(answered or name in self._findings or name in self._leaving for name, answered in items)
        earned = ends.TRUE in benign and all(answered for _, answered in items)
        return Range(
            established=sure or (Urgency.SELF_CARE if benign and may_close else Urgency.ROUTINE),
            possible=top or (Urgency.SELF_CARE if earned else Urgency.ROUTINE),
        )

    def could_fire(self, above: Urgency) -> list[tuple[Rule, Urgency]]:
        """Give the rules above a level that do not surely hold and could."""
        return [
            (rule, rule.urgency)
            for rule in self._knowledge.rules.values()
            if rule.urgency is not None
            and rule.urgency.rank > above.rank
            and ends.may_hold(self.ends(rule.id))
            and self.ends(rule.id) != ends.TRUE
        ]

    def open_in(self, rule: str) -> frozenset[str]:
        """Give the open findings a rule may still turn on; of a derived quantity, the findings behind it."""
        found: set[str] = set()
        for name in self._reading.open_in(rule):
            behind = self._knowledge.behind_derived.get(name)
            if behind is None:
                found.add(name)
            else:
                found |= behind & set(self._findings)
                found = found.union(*(deciding for (one, _), deciding in self._rising.items() if one in behind))
        return frozenset(found)


def _highest(levels: Iterable[Urgency]) -> Urgency | None:
    return max(levels, key=lambda level: level.rank, default=None)
