"""What every engine is given: rules to evaluate, and people to evaluate them for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from benchmarks.measure import examples, some_intake
from triage.chart import Chart
from triage.charting import chart_of
from triage.conditions import Condition
from triage.intake import read_intake
from triage.interpreters.reference import Reference
from triage.loader.load import load
from triage.truth import TRUE, UNKNOWN

Answers: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Work:
    """
    Rules to evaluate.

    Args:
        patterns, rules: their conditions by id.
        counted: the derived quantities that may come out as an interval.
    """

    patterns: Mapping[str, Condition]
    rules: Mapping[str, Condition]
    counted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Person:
    """
    Somebody to evaluate the rules for.

    Args:
        answers: a plain value by finding.
        chart: what the answers amount to.
    """

    answers: Answers
    chart: Chart


@dataclass(frozen=True)
class Base:
    """
    Rules with people for them.

    Args:
        chart_of: turns answers into a chart.
    """

    work: Work
    people: Sequence[Person]
    chart_of: Callable[[Answers], Chart]

    def interviews(self, number: int, seed: int) -> "Base":
        """Give the same rules with so many people told one answer at a time, in some order: a person for each answer."""
        random = Random(seed)
        steps: list[Person] = []
        for person in self.people[:number]:
            told: dict[str, Any] = {}
            for name in random.sample(sorted(person.answers), len(person.answers)):
                told = {**told, name: person.answers[name]}
                steps.append(Person(told, self.chart_of(told)))
        return Base(self.work, steps, self.chart_of)


def real(folder: Path, number: int, seed: int) -> Base:
    """Give the rules of a knowledge base, with the people of the sample intakes and so many drawn ones, in mixed order."""
    knowledge = load(folder)
    random = Random(seed)
    intakes = [*examples(), *(some_intake(knowledge, random) for _ in range(number))]
    random.shuffle(intakes)
    charting = partial(chart_of, knowledge)
    answers = [read_intake(knowledge, intake).answers for intake in intakes]
    work = Work(
        knowledge.pattern_conditions,
        {name: rule.when for name, rule in knowledge.rules.items()},
        frozenset(name for name, quantity in knowledge.derived.items() if quantity.count),
    )
    return Base(work, [Person(one, charting(one)) for one in answers], charting)


def fired(work: Work, chart: Chart) -> frozenset[str]:
    """Give the rules that hold, by the plain reading that defines what a condition means."""
    reading = Reference(work.patterns, chart)
    return frozenset(name for name, when in work.rules.items() if reading.truth(when) is TRUE)


def undecided(work: Work, chart: Chart) -> frozenset[str]:
    """Give the rules that neither hold nor are excluded, by the same reading."""
    reading = Reference(work.patterns, chart)
    return frozenset(name for name, when in work.rules.items() if reading.truth(when) is UNKNOWN)
