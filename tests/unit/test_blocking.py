"""What blocks a rule is the smallest set of tests whose coming out otherwise lets it hold."""

from itertools import combinations, product
from random import Random

import pytest

from triage.blocking import blocked_by
from triage.chart import Chart, State
from triage.conditions import AllOf, AnyOf, AtLeast, Condition, Not, NotShown, PatternHolds, Present, names
from triage.interpreters.reference import Reference
from triage.truth import TRUE

ANSWERS = (True, False, None)


def chart(answers: dict[str, bool | None]) -> Chart:
    states = {name: State.ASKED_UNKNOWN if value is None else State.ANSWERED for name, value in answers.items()}
    return Chart({name: value for name, value in answers.items() if value is not None}, states)


def some_condition(random: Random, fresh: list[str], depth: int = 0) -> Condition:
    """Draw a condition in which no finding is tested twice."""
    if depth == 3 or random.random() < 0.3 or len(fresh) < 4:
        leaf = Present(fresh.pop())
        return random.choice((leaf, leaf, Not(leaf), NotShown(leaf)))
    parts = tuple(some_condition(random, fresh, depth + 1) for _ in range(random.randint(2, 3)) if fresh)
    joined = random.choice((AllOf(parts), AnyOf(parts), AtLeast(random.randint(1, len(parts)), parts)))
    return Not(joined) if random.random() < 0.2 else joined


@pytest.mark.parametrize("seed", range(150))
def test_it_is_the_fewest_changes_that_work(seed: int) -> None:
    random = Random(seed)
    condition = some_condition(random, [f"f{number}" for number in range(7)])
    inside = sorted(names(condition))
    answers = {name: random.choice(ANSWERS) for name in inside}
    found = blocked_by({}, chart(answers), condition)

    fewest = next(
        size
        for size in range(len(inside) + 1)
        for chosen in combinations(inside, size)
        for values in product(ANSWERS, repeat=size)
        if Reference({}, chart({**answers, **dict(zip(chosen, values, strict=True))})).truth(condition) is TRUE
    )
    assert len(found) == fewest
    assert {name for literal in found for name in names(literal.leaf)} <= set(inside)


def test_patterns_are_opened() -> None:
    patterns: dict[str, Condition] = {"p": AllOf((Present("a"), Present("b")))}
    answers = {"a": False, "b": None, "c": True}
    found = blocked_by(patterns, chart(answers), AllOf((PatternHolds("p"), Present("c"))))

    assert {literal.leaf for literal in found} == {Present("a"), Present("b")}


def test_of_two_ways_the_one_with_the_open_answer_is_given() -> None:
    found = blocked_by({}, chart({"a": False, "z": None}), AnyOf((Present("a"), Present("z"))))

    assert {literal.leaf for literal in found} == {Present("z")}
