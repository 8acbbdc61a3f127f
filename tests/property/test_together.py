"""The fewest answers that together reach a level: held against trying every combination on small random knowledge."""

from itertools import combinations, product
from random import Random

import pytest

from tests.property.test_bounds import some_answers, some_base
from triage.changing import changes
from triage.chart import State, Value
from triage.charting import chart_of, told_apart
from triage.conditions import Urgency
from triage.findings import FindingDefinition, Kind
from triage.interpreters.ask import Program
from triage.interpreters.prose import Prose
from triage.knowledge import KnowledgeBase
from triage.together import MOST, Together
from triage.verdict import verdict

Answers = dict[str, Value | None]


def pool(base: KnowledgeBase, finding: FindingDefinition, now: Value | None) -> list[Value]:
    """Give the answers to a finding that are tried."""
    if finding.kind is Kind.MEDICINES or (now is not None and finding.fixed):
        return []
    return [value for value in told_apart(finding, base.limits.get(finding.id, ())) if value != now]


class Tried:
    """One person, with every combination of few enough changed answers."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        self.base = some_base(random)
        self.program = Program(
            self.base.pattern_conditions, {name: rule.when for name, rule in self.base.rules.items()}
        )
        self.answers = some_answers(random)
        # So few may change that every combination can be tried.
        inside = sorted(name for name, finding in self.base.findings.items() if finding.kind is not Kind.MEDICINES)
        self.changeable = frozenset(random.sample(inside, min(6, len(inside))))

    def others(self, name: str) -> list[Value]:
        return pool(self.base, self.base.findings[name], self.answers.get(name))

    def level(self, changed: dict[str, Value]) -> Urgency:
        chart = chart_of(self.base, {**self.answers, **changed})
        return verdict(self.base, chart, self.program.read(chart).true_rules()).urgency

    def allowed(self, changed: dict[str, Value]) -> bool:
        """Whether each finding could still be asked once the others are answered so."""
        for name in changed:
            rest = {other: value for other, value in changed.items() if other != name}
            if chart_of(self.base, {**self.answers, **rest}).state(name) is State.NOT_APPLICABLE:
                return False
        return True

    def fewest(self, level: Urgency) -> set[frozenset[str]]:
        for size in range(1, MOST + 1):
            found = {
                frozenset(names)
                for names in combinations(sorted(self.changeable), size)
                for values in product(*map(self.others, names))
                if self.level(changed := dict(zip(names, values, strict=True))) is level and self.allowed(changed)
            }
            if found:
                return found
        return set()


@pytest.mark.parametrize("seed", range(40))
def test_it_finds_every_smallest_set_and_nothing_else(seed: int) -> None:
    tried = Tried(seed)
    now = tried.level({})
    search = Together(
        tried.base, tried.program, tried.answers, lambda told: chart_of(tried.base, told), tried.changeable,
        lambda name, chart: [] if chart.state(name) is State.NOT_APPLICABLE else tried.others(name),
    )  # fmt: skip

    for level in Urgency:
        if level is not now:
            found = search.fewest(level)
            assert {frozenset(changed) for changed in found} == tried.fewest(level)
            for changed in found:
                assert tried.level(dict(changed)) is level


def test_the_random_people_reach_levels_only_by_several_answers() -> None:
    """Or the test above would show nothing."""
    sizes = [
        len(next(iter(found)))
        for seed in range(40)
        for level in Urgency
        if (tried := Tried(seed)).level({}) is not level and (found := tried.fewest(level))
    ]

    assert {1, 2, 3} <= set(sizes)


@pytest.mark.parametrize("seed", range(40, 60))
def test_what_is_told_holds(seed: int) -> None:
    tried = Tried(seed)
    found = changes(tried.base, Prose(tried.base), tried.program, tried.answers)

    single = {turn.urgency for turn in (*found.raises, *found.lowers)}
    for joint in found.together:
        assert joint.urgency not in {found.urgency, *single}
        assert len(joint.answers) > 1
        assert all(turn.now != turn.then for turn in joint.answers)
