"""What a reader that fires rules gives: the rules that hold, and the answers each rests on."""

from collections.abc import Mapping
from dataclasses import dataclass

from triage.conditions import Leaf, tested
from triage.polarity import Polarity


@dataclass(frozen=True)
class Literal:
    """One answer as a rule rests on it: a test of it, and what was asked of the test."""

    leaf: Leaf
    polarity: Polarity

    @property
    def order(self) -> tuple[str, str, str]:
        """Give the sort key: what is tested, then how."""
        return tested(self.leaf), repr(self.leaf), self.polarity.value


@dataclass(frozen=True)
class Firing:
    """
    What came of one chart.

    Args:
        rules: the evidence of each rule that fired: the sorted union over all its derivations. Sorted by rule id.
        patterns: the patterns found to hold, among those some rule asks to hold.
        through: the sorted patterns that the evidence of each rule that fired was reached through, in any polarity.
    """

    rules: Mapping[str, tuple[Literal, ...]]
    patterns: frozenset[str]
    through: Mapping[str, tuple[str, ...]]
