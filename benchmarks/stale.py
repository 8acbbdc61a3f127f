"""Four rules that experta 1.9.4 gets wrong: each fires when its finding is not known, and a person has told one of the four.

Its depth strategy misses a retracted activation among four or more of equal key, so with its own `NOT` a rule fires whose condition
is false. `ExpertaNot` is that spelling of the rules. It is no other row of the tables: those write no `NOT`.
"""

from typing import Any

from benchmarks.work import Base, Person, Work
from triage._experta import _PrivateImport
from triage.chart import Chart, State
from triage.conditions import Missing

FINDINGS = ("one", "two", "three", "four")


def four_rules() -> Base:
    """Give the four rules, and four people who have each answered one question."""
    people = [Person({name: True}, _chart_of({name: True})) for name in FINDINGS]
    return Base(Work({}, {name: Missing(name) for name in FINDINGS}), people, _chart_of)


def _chart_of(answers: Any) -> Chart:
    return Chart(answers, dict.fromkeys(answers, State.ANSWERED))


class ExpertaNot:
    """The four rules with experta's `NOT`, its own matcher and its own strategy."""

    def __init__(self, work: Work) -> None:
        experta: Any = _PrivateImport(("experta", "frozendict")).module("experta")
        self._finding: Any = type("Finding", (experta.Fact,), {})
        self._fired: set[str] = set()
        rules = {name: experta.Rule(experta.NOT(self._finding(name=name)))(self._fires(name)) for name in work.rules}
        self._engine: Any = type("FourRules", (experta.KnowledgeEngine,), rules)()

    def given(self, person: Person) -> Any:
        """Give the answers."""
        return person.answers

    def fire(self, answers: Any) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        self._fired.clear()
        self._engine.reset()
        self._engine.declare(*(self._finding(name=name) for name in answers))
        self._engine.run()
        return frozenset(self._fired)

    def _fires(self, name: str) -> Any:
        def action(engine: Any) -> None:
            self._fired.add(name)

        return action
