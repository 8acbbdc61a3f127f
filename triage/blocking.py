"""What keeps a condition from holding: the smallest set of tests that would have to come out otherwise.

Smallest where no test stands in two branches of the condition; a test that does is counted in each branch, so a set may then be
one of several, and never too small.
"""

from collections.abc import Mapping

from triage.chart import Chart, State
from triage.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    Not,
    NotShown,
    PatternHolds,
    UrgencyAtLeast,
    tested,
)
from triage.errors import TriageError
from triage.firing import Literal
from triage.interpreters.reference import Reference
from triage.polarity import THROUGH_NOT, THROUGH_NOT_SHOWN, Polarity


def blocked_by(
    patterns: Mapping[str, Condition], chart: Chart, condition: Condition, polarity: Polarity = Polarity.HOLDS
) -> frozenset[Literal]:
    """
    Give the fewest tests that would have to come out otherwise for a condition to have a polarity; none when it has it.

    Of sets of one size, the one with the fewest answered tests is given: an open answer is easier to come by.
    """
    return _Search(patterns, chart).fewest(condition, polarity)


class _Search:
    """Looks for the fewest tests on one chart."""

    def __init__(self, patterns: Mapping[str, Condition], chart: Chart) -> None:
        self._patterns = patterns
        self._chart = chart
        self._reader = Reference(patterns, chart)

    def fewest(self, condition: Condition, polarity: Polarity) -> frozenset[Literal]:
        """Give the fewest tests for one condition."""
        if polarity.of(self._reader.truth(condition)):
            return frozenset()
        match condition:
            case PatternHolds(pattern=name):
                return self.fewest(self._patterns[name], polarity)
            case Not(part=part):
                return self.fewest(part, THROUGH_NOT[polarity])
            case NotShown(part=part):
                return self.fewest(part, THROUGH_NOT_SHOWN[polarity])
            case AllOf(parts=parts):
                needed = len(parts)
            case AnyOf(parts=parts):
                needed = 1
            case AtLeast(number=needed, parts=parts):
                pass
            case UrgencyAtLeast():
                raise TriageError("the final urgency is no test of an answer; explain the rules that reach it")
            case _:
                return frozenset({Literal(condition, polarity)})
        if polarity in (Polarity.EXCLUDED, Polarity.NOT_SHOWN):
            needed = len(parts) - needed + 1
        ways = sorted((self.fewest(part, polarity) for part in parts), key=self._cost)
        return frozenset().union(*ways[:needed])

    def _cost(self, found: frozenset[Literal]) -> tuple[int, int, list[tuple[str, str, str]]]:
        answered = sum(self._chart.state(tested(literal.leaf)) is State.ANSWERED for literal in found)
        return len(found), answered, sorted(literal.order for literal in found)
