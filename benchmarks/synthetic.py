"""A synthetic knowledge base of any size, and people for it, drawn from a seed.

It is made of the engine's own conditions, so every reader and peer takes it as it takes the real rules. What is drawn:

* Findings: three for every four rules, half of them numbers and half yes-or-no, and a list of 40 medicines.
* Rules: two to five tests each, in four strata. A rule above the lowest stratum needs the conclusion of one in the stratum below;
  a third of the longer ones need another conclusion, or its absence, from anywhere below. That is about 40 % of the rules.
* A conclusion that some rule needs is a pattern, and its own rule says that the pattern holds.
* Tests: one in eight asks for medicines, the others for a number against a limit or for a yes, a no, or a missing answer. 8 % are
  negated.
* A rule joins its tests by "all" (mostly), "any", "at least two", or one level of nesting, negated now and then.
* People: an answer to 45 % of the findings, a medicine list for 70 % of them.

Answers do not depend on each other and rules share few tests, so real rules are kinder to an engine that shares work.
"""

from bisect import bisect
from collections.abc import Sequence
from random import Random
from typing import Any

from benchmarks.work import Answers, Base, Person, Work
from triage.chart import Chart, State
from triage.conditions import (
    MEDICINES,
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    Missing,
    Not,
    NotShown,
    Operator,
    PatternHolds,
    Present,
    Takes,
    patterns,
)
from triage.medicines import MedicineEntry, MedicineList

STRATA = (0.60, 0.82, 0.94)
"""Where a stratum of the rules ends, as a share of them all."""

FINDINGS_A_RULE = 0.75
KNOWN = 0.45
LIST_KNOWN = 0.7
NEGATED = 0.08
ABOUT_MEDICINES = 0.12

_MEDICINES = [f"medicine_{number}" for number in range(40)]


def synthetic(rules: int, people: int, seed: int) -> Base:
    """Draw so many rules and people; the same numbers and seed give the same ones."""
    drawing = _Drawing(round(FINDINGS_A_RULE * rules), Random(f"rules {rules} {seed}"))
    conditions: dict[str, Condition] = {}
    strata: list[list[str]] = [[] for _ in range(len(STRATA) + 1)]
    for number in range(rules):
        stratum = bisect(STRATA, number / rules)
        name = f"rule_{number}"
        conditions[name] = drawing.condition(strata[:stratum])
        strata[stratum].append(name)
    needed = {name for when in conditions.values() for name in patterns(when)}
    work = Work(
        patterns={name: when for name, when in conditions.items() if name in needed},
        rules={name: PatternHolds(name) if name in needed else when for name, when in conditions.items()},
    )
    random = Random(f"people {rules} {seed}")
    answers = [drawing.answers(random) for _ in range(people)]
    return Base(work, [Person(one, chart_of(one)) for one in answers], chart_of)


def chart_of(answers: Answers) -> Chart:
    """Give the chart of some answers; there are no follow-ups and no derived quantities here."""
    values = dict(answers)
    if MEDICINES in values:
        entries = (MedicineEntry(name, ingredients=(name,), recognised=True) for name in values[MEDICINES])
        values[MEDICINES] = MedicineList(tuple(entries))
    return Chart(values, dict.fromkeys(values, State.ANSWERED))


class _Drawing:
    """Draws the conditions of rules about some findings, and the answers of people."""

    def __init__(self, findings: int, random: Random) -> None:
        self._random = random
        self._numbers = [f"number_{place}" for place in range(findings // 2)]
        self._yes_or_no = [f"yes_or_no_{place}" for place in range(findings - findings // 2)]

    def condition(self, below: Sequence[Sequence[str]]) -> Condition:
        """Draw a condition; `below` are the rules of each lower stratum."""
        random = self._random
        parts = [self._test() for _ in range(random.randint(2, 5))]
        if below:
            parts[0] = PatternHolds(random.choice(below[-1]))
            if len(parts) > 3 and random.random() < 0.35:
                other = PatternHolds(random.choice([name for stratum in below for name in stratum]))
                parts[1] = NotShown(other) if random.random() < 0.4 else other
        return self._joined(parts)

    def answers(self, random: Random) -> dict[str, Any]:
        """Draw the answers of a person."""
        answers: dict[str, Any] = {}
        for name in self._numbers:
            if random.random() < KNOWN:
                answers[name] = round(random.uniform(0, 100), 1)
        for name in self._yes_or_no:
            if random.random() < KNOWN:
                answers[name] = random.random() < 0.35
        if random.random() < LIST_KNOWN:
            answers[MEDICINES] = random.sample(_MEDICINES, random.randint(0, 8))
        return answers

    def _test(self) -> Condition:
        test = self._plain_test()
        return Not(test) if self._random.random() < NEGATED else test

    def _plain_test(self) -> Condition:
        random = self._random
        if random.random() < ABOUT_MEDICINES:
            return Takes(tuple(sorted(random.sample(_MEDICINES, random.randint(1, 4)))))
        if random.random() < 0.5:
            sign = random.choice(list(Operator))
            return Compare(random.choice(self._numbers), sign, float(random.randint(20, 80)))
        name = random.choice(self._yes_or_no)
        tests: list[Condition] = [Present(name), Not(Present(name)), Missing(name)]
        return random.choices(tests, [70, 20, 10])[0]

    def _joined(self, parts: Sequence[Condition]) -> Condition:
        whole = tuple(parts)
        plain: list[Condition] = [AllOf(whole), AnyOf(whole)]
        if len(parts) == 2:
            return self._random.choices(plain, [80, 20])[0]
        first, rest = parts[0], AnyOf(whole[1:])
        nested: list[Condition] = [AtLeast(2, whole), AllOf((first, rest)), AllOf((first, Not(rest)))]
        return self._random.choices([*plain, *nested], [36, 24, 18, 17, 5])[0]
