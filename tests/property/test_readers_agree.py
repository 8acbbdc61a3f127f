"""The readers give one meaning: what fires, and why, is what the reference says, on random knowledge and random people."""

import os
from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.strategies import Knowledge, charts, knowledge, some_chart, some_knowledge
from triage import ends
from triage.chart import Chart
from triage.conditions import AllOf, AnyOf, AtLeast, Condition, Not, NotShown, PatternHolds, UrgencyAtLeast
from triage.firing import Literal
from triage.interpreters.ask import Program
from triage.interpreters.fire import Network
from triage.interpreters.reference import Reference
from triage.polarity import Polarity
from triage.truth import TRUE

PAIRS = int(os.environ.get("TRIAGE_PAIRS", "1500"))
"""How many (knowledge, chart) pairs are compared."""

CHARTS = 30
"""Charts for one network: building it costs more than firing it."""

BLOCKS = 10

FLIP = {
    Polarity.HOLDS: (Polarity.EXCLUDED, Polarity.NOT_SHOWN),
    Polarity.EXCLUDED: (Polarity.HOLDS, Polarity.HOLDS),
    Polarity.NOT_SHOWN: (Polarity.NOT_EXCLUDED, Polarity.HOLDS),
    Polarity.NOT_EXCLUDED: (Polarity.NOT_SHOWN, Polarity.NOT_SHOWN),
}


class Evidence:
    """The evidence in plain lines: what a condition rests on is what those of its parts rest on that are as asked."""

    def __init__(self, patterns: dict[str, Condition], chart: Chart) -> None:
        self.patterns = patterns
        self.reference = Reference(patterns, chart)

    def of(self, condition: Condition, polarity: Polarity) -> set[Literal | str]:
        """Give the literals, and the names of the patterns gone through."""
        if not polarity.of(self.reference.truth(condition)):
            return set()
        match condition:
            case AllOf(parts=parts):
                return self.of_several(len(parts), parts, polarity)
            case AnyOf(parts=parts):
                return self.of_several(1, parts, polarity)
            case AtLeast(number=number, parts=parts):
                return self.of_several(number, parts, polarity)
            case Not(part=part):
                return self.of(part, FLIP[polarity][0])
            case NotShown(part=part):
                return self.of(part, FLIP[polarity][1])
            case PatternHolds(pattern=name):
                return {name} | self.of(self.patterns[name], polarity)
            case UrgencyAtLeast():
                raise AssertionError("not in a rule")
            case leaf:
                return {Literal(leaf, polarity)}

    def of_several(self, number: int, parts: tuple[Condition, ...], polarity: Polarity) -> set[Literal | str]:
        """Give the evidence of "at least `number` of the parts"; none where that holds of itself."""
        if polarity in (Polarity.EXCLUDED, Polarity.NOT_SHOWN):
            number = len(parts) - number + 1
        return {found for part in parts for found in self.of(part, polarity)} if number > 0 else set()


def compare(drawn: Knowledge, people: Iterable[Chart]) -> int:
    """Compare one network with the reference; give the number of rules that fired."""
    network = Network(drawn.patterns, drawn.rules)
    program = Program(drawn.patterns, drawn.rules)
    fired = 0
    for chart in people:
        firing = network.fire(chart)
        reference = Reference(drawn.patterns, chart)
        reading = program.read(chart)
        for rule, condition in drawn.rules.items():
            assert ends.TRUTH[reading.rule(rule)] is reference.truth(condition)
        for name in drawn.patterns:
            assert ends.TRUTH[reading.pattern(name)] is reference.pattern(name)
        evaluated = program.fire(chart)
        assert (evaluated.rules, evaluated.through) == (firing.rules, firing.through)
        assert list(firing.rules) == [
            rule for rule in sorted(drawn.rules) if reference.truth(drawn.rules[rule]) is TRUE
        ]
        evidence = Evidence(drawn.patterns, chart)
        for rule, literals in firing.rules.items():
            expected = evidence.of(drawn.rules[rule], Polarity.HOLDS)
            assert set(literals) | set(firing.through[rule]) == expected
            assert len(literals) + len(firing.through[rule]) == len(expected)
            assert list(literals) == sorted(literals, key=lambda literal: literal.order)
        fired += len(firing.rules)
    return fired


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_reader_says_what_the_reference_says(block: int) -> None:
    fired = 0
    for number in range(max(1, PAIRS // (BLOCKS * CHARTS))):
        random = Random(f"{block}/{number}")
        fired += compare(some_knowledge(random), [some_chart(random) for _ in range(CHARTS)])
    assert fired > 0


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(knowledge(), st.lists(charts(), min_size=1, max_size=5))
def test_the_readers_agree_on_what_hypothesis_draws(drawn: Knowledge, people: list[Chart]) -> None:
    compare(drawn, people)
