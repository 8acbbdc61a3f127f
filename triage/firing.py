"""What a reader that fires rules gives: the rules that hold, and the answers each rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from triage.chart import Chart, State
from triage.conditions import AskedUnknown, Leaf, Missing, tested
from triage.knowledge import KnowledgeBase
from triage.polarity import Polarity


@dataclass(frozen=True)
class Literal:
    """One answer as a rule rests on it: a test of it, and what was asked of the test."""

    leaf: Leaf
    polarity: Polarity

    @cached_property
    def order(self) -> tuple[str, str, str]:
        """Give the sort key: what is tested, then how."""
        return tested(self.leaf), repr(self.leaf), self.polarity.value


@dataclass(frozen=True)
class Firing:
    """
    What came of one chart.

    Args:
        rules: the evidence of each rule that fired: the sorted union over all its derivations. Sorted by rule id.
        through: the sorted patterns that the evidence of each rule that fired was reached through, in any polarity.
    """

    rules: Mapping[str, tuple[Literal, ...]]
    through: Mapping[str, tuple[str, ...]]

    def unanswered(self, knowledge: KnowledgeBase, chart: Chart, rules: Iterable[str]) -> tuple[str, ...]:
        """Give the findings without a usable answer that fired rules rest on, those that a rule says are missing first."""
        literals = [literal for rule in rules for literal in self.rules[rule]]
        plainly = {tested(literal.leaf) for literal in literals if isinstance(literal.leaf, Missing | AskedUnknown)}
        names = {
            name
            for literal in literals
            for name in knowledge.rests_on(literal.leaf)
            if chart.state(name) in (State.NOT_ASKED, State.ASKED_UNKNOWN)
        }
        return tuple(sorted(names, key=lambda name: (name not in plainly, knowledge.asked_at[name])))
