"""Which case of a knowledge base notices that something in it was changed.

Promise: a mutant is caught by a case that is as expected before the change and is not after it: an intake of a rule, pattern or
advice item, what a rule is said to conclude, or a vignette. Charts are made once, and only what a change can reach is judged again,
by the same steps as in `triage/engine.py`; a test holds the two against each other.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import assert_never

from triage.advising import judge
from triage.casebook import Intake, Reached, RuleCase, Vignette, compared, rule_cases, vignettes
from triage.chart import Chart, Value
from triage.charting import chart_of
from triage.conditions import MEDICINES, Condition, patterns
from triage.conflicts import readings
from triage.findings import DerivedQuantity, FindingDefinition
from triage.guidance import Advice
from triage.intake import read_intake
from triage.interpreters.ask import Program
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.loader.load import load
from triage.medicines import Ingredient, MedicineClass, MedicineList
from triage.mutating import Mutant, mutants
from triage.rules import Pattern, Rule
from triage.truth import TRUE
from triage.verdict import verdict


@dataclass(frozen=True)
class _Answered:
    """One intake: as written, as answers, and as the chart of them."""

    raw: Intake
    on: date | None
    answers: Mapping[str, Value | None]
    chart: Chart

    def again(self, knowledge: KnowledgeBase) -> Mapping[str, Value | None]:
        """Give the answers as a changed knowledge base reads them."""
        return read_intake(knowledge, self.raw, on=self.on).answers


@dataclass(frozen=True)
class _Tried:
    """An intake of a rule or pattern, and whether that holds."""

    label: str
    intake: _Answered
    holds: bool


@dataclass(frozen=True)
class _Person:
    """
    Somebody who is assessed as a whole, a vignette or an intake of an advice item.

    Args:
        readings: the charts the engine would judge, with the rules that fire on each.
        kept: the chart whose urgency was kept.
        advice: the advice items that something is expected of.
        as_expected: whether what was reached is.
    """

    label: str
    intake: _Answered
    readings: tuple[tuple[Chart, frozenset[str]], ...]
    kept: Chart
    reached: Reached
    advice: frozenset[str]
    as_expected: Callable[[Reached], bool]


class Checks:
    """
    The cases of a knowledge base, ready to be tried on its mutants.

    Args:
        knowledge: the knowledge base as it is.
        folder: where its cases lie.
        on: the day of vignettes that name none.

    Raises:
        KnowledgeBaseError: the cases cannot be read.
        IntakeError: an intake names a finding that does not exist.
    """

    def __init__(self, knowledge: KnowledgeBase, folder: Path, *, on: date) -> None:
        self._knowledge = knowledge
        self._program = Program(
            knowledge.pattern_conditions, {name: rule.when for name, rule in knowledge.rules.items()}
        )
        self._concluded: dict[str, RuleCase] = {}
        self._tried: dict[str, list[_Tried]] = {}
        self._people: list[_Person] = []
        self.failing: list[str] = []
        """The cases that are not as expected even before any change; they catch nothing."""
        for case in rule_cases(folder):
            self._add(case)
        for one in vignettes(folder):
            advice = frozenset((*one.expect.advice_given, *one.expect.advice_withheld))
            self._add_person(f"vignette {one.id}", one.intake, on, advice, partial(_as_told, one))

    def _add(self, case: RuleCase) -> None:
        intakes = [(f"{case.place}: fires[{at}]", raw, True) for at, raw in enumerate(case.fires)]
        intakes += [(f"{case.place}: near_miss[{at}]", raw, False) for at, raw in enumerate(case.near_miss)]
        if case.advice:
            for label, raw, given in intakes:
                self._add_person(label, raw, None, frozenset({case.advice}), partial(_is_given, case.advice, given))
            return
        condition = _conditions(self._knowledge).get(case.place)
        if condition is None:
            self.failing.append(f"{case.place}: no such {case.place.split()[0]}; rename it or take its cases out")
            return
        if _contradicts(case, self._knowledge):
            self.failing.append(f"{case.place}: what it concludes")
        else:
            self._concluded[case.place] = case
        for label, raw, holds in intakes:
            intake = self._answered(raw, None)
            if _holds(self._knowledge, condition, intake.chart) is holds:
                self._tried.setdefault(case.place, []).append(_Tried(label, intake, holds))
            else:
                self.failing.append(label)

    def _answered(self, raw: Intake, on: date | None) -> _Answered:
        answers = read_intake(self._knowledge, raw, on=on).answers
        return _Answered(raw, on, answers, chart_of(self._knowledge, answers))

    def _add_person(
        self, label: str, raw: Intake, on: date | None, advice: frozenset[str], as_expected: Callable[[Reached], bool]
    ) -> None:
        intake = self._answered(raw, on)
        readings = self._readings(self._knowledge, intake.answers, ())
        kept, reached = self._reached(self._knowledge, readings)
        if as_expected(reached):
            self._people.append(_Person(label, intake, readings, kept, reached, advice, as_expected))
        else:
            self.failing.append(label)

    def reached(self) -> dict[str, Reached]:
        """Give what every vignette and intake of an advice item comes to without any change."""
        return {person.label: person.reached for person in self._people}

    def catching(self, mutant: Mutant) -> str:
        """Give the first case that catches a mutant; empty when it survives."""
        return next(self._all(mutant), "")

    def _all(self, mutant: Mutant) -> Iterator[str]:
        knowledge, entry = mutant.knowledge, mutant.entry
        match entry:
            case Rule():
                yield from self._by_intakes(knowledge, [mutant.place])
                yield from self._by_people_of_rule(knowledge, entry)
            case Pattern():
                resting = self._resting[entry.id]
                yield from self._by_intakes(knowledge, [mutant.place, *resting])
                yield from self._by_people_of_pattern(knowledge, entry, resting)
            case Advice():
                yield from self._by_people_of_advice(knowledge, entry)
            case FindingDefinition():
                before = self._knowledge.findings[entry.id]
                yield from self._by_reading_again(knowledge, lambda intake: _turns_on(intake, before, entry))
            case DerivedQuantity():
                behind = self._knowledge.behind_derived[entry.id]
                yield from self._by_reading_again(knowledge, lambda intake: not behind.isdisjoint(intake.raw))
            case Ingredient() | MedicineClass():
                yield from self._by_reading_again(knowledge, lambda intake: _mentions(intake, entry))
            case _:
                assert_never(entry)

    @cached_property
    def _resting(self) -> dict[str, tuple[str, ...]]:
        """The places of the rules and patterns that rest on each pattern, directly or through other patterns."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self._knowledge.patterns:
            reached = {name}
            for other in self._knowledge.pattern_order:
                if patterns(self._knowledge.patterns[other].when) & reached:
                    reached.add(other)
            found[name] = (
                *(f"pattern {other}" for other in sorted(reached - {name})),
                *(f"rule {rule.id}" for rule in self._knowledge.rules.values() if patterns(rule.when) & reached),
            )
        return found

    def _by_intakes(self, knowledge: KnowledgeBase, places: Sequence[str]) -> Iterator[str]:
        conditions = _conditions(knowledge)
        for place in places:
            if place in self._concluded and _contradicts(self._concluded[place], knowledge):
                yield f"{place}: what it concludes"
            for tried in self._tried.get(place, ()):
                if _holds(knowledge, conditions[place], tried.intake.chart) is not tried.holds:
                    yield tried.label

    def _by_people_of_rule(self, knowledge: KnowledgeBase, rule: Rule) -> Iterator[str]:
        concludes_other = self._knowledge.rules[rule.id].urgency is not rule.urgency
        for person in self._people:
            if any(
                fires is not (rule.id in fired) or (fires and concludes_other)
                for chart, fired in person.readings
                for fires in [_holds(knowledge, rule.when, chart)]
            ):
                yield from self._missed(knowledge, person, person.intake.answers, [rule.id])

    def _by_people_of_pattern(
        self, knowledge: KnowledgeBase, pattern: Pattern, resting: Sequence[str]
    ) -> Iterator[str]:
        again = [place.removeprefix("rule ") for place in resting if place.startswith("rule ")]
        before = self._knowledge
        for person in self._people:
            if any(
                Reference(before.pattern_conditions, chart).pattern(pattern.id)
                is not Reference(knowledge.pattern_conditions, chart).pattern(pattern.id)
                for chart, _ in person.readings
            ):
                yield from self._missed(knowledge, person, person.intake.answers, again)

    def _by_people_of_advice(self, knowledge: KnowledgeBase, item: Advice) -> Iterator[str]:
        alone = replace(knowledge, guidance=replace(knowledge.guidance, advice={item.id: item}))
        for person in self._people:
            if item.id in person.advice:
                given = {
                    one.item.id for one in judge(alone, person.kept, person.reached.urgency) if one.held_by is None
                }
                advice = person.reached.advice - {item.id} | given
                if not person.as_expected(replace(person.reached, advice=advice)):
                    yield person.label

    def _by_reading_again(self, knowledge: KnowledgeBase, touched: Callable[[_Answered], bool]) -> Iterator[str]:
        conditions = _conditions(knowledge)
        for place, some in self._tried.items():
            for tried in some:
                if touched(tried.intake):
                    chart = chart_of(knowledge, tried.intake.again(knowledge))
                    if _holds(knowledge, conditions[place], chart) is not tried.holds:
                        yield tried.label
        for person in self._people:
            if touched(person.intake):
                yield from self._missed(knowledge, person, person.intake.again(knowledge), ())

    def _missed(
        self, knowledge: KnowledgeBase, person: _Person, answers: Mapping[str, Value | None], again: Collection[str]
    ) -> Iterator[str]:
        _, reached = self._reached(knowledge, self._readings(knowledge, answers, again))
        if not person.as_expected(reached):
            yield person.label

    def _readings(
        self, knowledge: KnowledgeBase, answers: Mapping[str, Value | None], again: Collection[str]
    ) -> tuple[tuple[Chart, frozenset[str]], ...]:
        """
        Give the charts the engine judges, in its order, with the rules that fire on each.

        Args:
            again: the rules whose condition, or a pattern behind it, is not the compiled one.
        """
        found = []
        for reading, _ in readings(knowledge, answers):
            chart = chart_of(knowledge, reading)
            fired = set(self._program.read(chart).true_rules()) - set(again)
            fired |= {name for name in again if _holds(knowledge, knowledge.rules[name].when, chart)}
            found.append((chart, frozenset(fired)))
        return tuple(found)

    @staticmethod
    def _reached(knowledge: KnowledgeBase, readings: Sequence[tuple[Chart, frozenset[str]]]) -> tuple[Chart, Reached]:
        """Give the reading that is kept, the first of the most urgent, and what it comes to."""
        judged = [(chart, fired, verdict(knowledge, chart, fired).urgency) for chart, fired in readings]
        chart, fired, urgency = max(judged, key=lambda one: one[2].rank)
        given = {one.item.id for one in judge(knowledge, chart, urgency) if one.held_by is None}
        causes = {cause for name in fired if (cause := knowledge.rules[name].cause)}
        return chart, Reached(urgency, causes, given, fired)


def _as_told(vignette: Vignette, reached: Reached) -> bool:
    return not compared(vignette, reached).differences


def _is_given(advice: str, wanted: bool, reached: Reached) -> bool:
    return (advice in reached.advice) is wanted


def _conditions(knowledge: KnowledgeBase) -> dict[str, Condition]:
    """Give the condition of every rule and pattern by its place."""
    rules = {f"rule {name}": rule.when for name, rule in knowledge.rules.items()}
    return rules | {f"pattern {name}": when for name, when in knowledge.pattern_conditions.items()}


def _holds(knowledge: KnowledgeBase, condition: Condition, chart: Chart) -> bool:
    return Reference(knowledge.pattern_conditions, chart).truth(condition) is TRUE


def _contradicts(case: RuleCase, knowledge: KnowledgeBase) -> bool:
    """Whether a rule concludes something else than its case says."""
    rule = knowledge.rules.get(case.rule)
    return rule is not None and (
        case.urgency not in (None, rule.urgency) or case.certainty not in (None, rule.certainty)
    )


def _turns_on(intake: _Answered, before: FindingDefinition, after: FindingDefinition) -> bool:
    """Whether an intake can be read differently after a finding was changed."""
    if before.only_if is None or after.only_if is None or before.only_if == after.only_if:
        return before.id in intake.raw
    reader = Reference({}, intake.chart)
    return reader.truth(before.only_if) is not reader.truth(after.only_if)


def _mentions(intake: _Answered, entry: Ingredient | MedicineClass) -> bool:
    """Whether the classes of a medicine list can depend on an ingredient or class."""
    taken = intake.answers.get(MEDICINES)
    return isinstance(taken, MedicineList) and any(
        one.atc or isinstance(entry, MedicineClass) or entry.id in one.ingredients for one in taken.entries
    )


def examine(checks: Checks, folder: Path, chosen: Sequence[Mutant], *, on: date, jobs: int = 1) -> Iterator[str]:
    """
    Give for each mutant, in order, the case that catches it; empty where it survives.

    Args:
        checks: the cases in `folder`, for work in this process.
        jobs: so many processes; with one, the work is done here.
    """
    if jobs == 1:
        yield from map(checks.catching, chosen)
        return
    # A fresh process takes nothing over from this one, whatever threads it has.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(_catching, folder, on), [mutant.id for mutant in chosen], chunksize=_AT_ONCE)


_AT_ONCE = 20
"""So many mutants are sent to a process together."""


def _catching(folder: Path, on: date, name: str) -> str:
    checks, known = _loaded(folder, on)
    return checks.catching(known[name])


@lru_cache(maxsize=1)
def _loaded(folder: Path, on: date) -> tuple[Checks, dict[str, Mutant]]:
    """Load once in each process."""
    knowledge = load(folder)
    return Checks(knowledge, folder, on=on), {mutant.id: mutant for mutant in mutants(knowledge)}
