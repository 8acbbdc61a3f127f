"""The named peer: experta as its documentation shows it, on the same patterns and rules.

Promise: `Peer(work)` gives the ids of the rules that fire; whether they are the right ones is for the caller to check, and
`side_by_side` does so for everybody it times.

What the peer is, exactly:

* experta 1.9.4 with its own Rete matcher and its own depth strategy, neither replaced nor patched. It comes through the door of
  `triage._experta`, so its logging is silent; that favours the peer.
* One `KnowledgeEngine` subclass; every rule of the knowledge base is one `@Rule` on it and so is every pattern, written with `AND`
  and `OR` as its condition tree is nested. experta itself multiplies nested `OR`s out into conjunctions (`conjunctions`).
* Every finding and derived quantity is a `Fact` subclass, and an intake declares one fact of each, `fever(answer=True)`. A test is
  a pattern such as `fever(answer=True)` or `age_years(answer=P(lambda answer: ...))`; the predicates ask the definition of the
  test, which takes one to three hundredths of the peer's time. Where nothing usable is known, the answer is that state ("not
  asked"), declared only where some rule can rest on it. Other spellings of the same are no faster: `Finding(name="fever",
  answer=True)` takes as long, `Finding(fever=True)` twice as long.
* A pattern that holds is a `Pattern` fact, declared by its rule; `salience` lets patterns go first.
* No `NOT`: experta's reading of it is two-valued, and in 1.9.4 it leaves stale activations. A negation is pushed down to the
  answers, as any encoding of three-valued logic must.
* "At least n of m" is an `OR` of every choice of n. One rule, two of some fifty, would be more than a thousand conjunctions, so it is
  written with `MATCH` and `TEST` instead: each part that holds is a `Part` fact, and two different ones are wanted.
* Facts are declared in one call, `declare(*facts)`: one call for each takes experta longer.

`one_fact=True` declares a single fact, `Person`, with all answers as fields; the rules stay the same. It is the fastest plain form known
here, and less like the documentation.
"""

import math
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any, assert_never

from benchmarks.work import Person, Work
from triage import truth
from triage._experta import _PrivateImport
from triage.chart import Chart, State, Value
from triage.conditions import (
    AllOf,
    AnyOf,
    AskedUnknown,
    AtLeast,
    Compare,
    Condition,
    Includes,
    IsOneOf,
    Known,
    Leaf,
    Missing,
    Not,
    NotShown,
    PatternHolds,
    Present,
    Takes,
    UrgencyAtLeast,
    tested,
)
from triage.interpreters.reference import Reference
from triage.truth import TRUE, Truth

MANY = 50
"""More choices than this are not written out."""

Wanted = frozenset[Truth]
"""What a condition must come out as."""

Answer = Value | State
"""The value of a finding, or its state where no value is usable."""


class Peer:
    """
    An experta engine with every pattern and rule.

    Args:
        work: the patterns and rules.
        one_fact: declare one fact for the person instead of one for each finding.
    """

    def __init__(self, work: Work, *, one_fact: bool = False) -> None:
        # A copy for each: experta caches the nodes of one network per class, and two engines would drive each other out of it.
        self._experta: Any = _PrivateImport(("experta", "frozendict")).module("experta")
        self._patterns = work.patterns
        self._one_fact = one_fact
        self._classes: dict[str, Any] = {}
        self._accepts: dict[tuple[Leaf, Wanted], Any] = {}
        self._written: dict[tuple[str, Wanted] | tuple[Condition, Wanted], Any] = {}
        self._rules: dict[str, Any] = {}
        self._fired: set[str] = set()
        for rule, condition in work.rules.items():
            written = self._write(condition, frozenset({TRUE}))
            self._rules[f"rule {rule}"] = self._experta.Rule(written)(self._fires(rule))
        self._tested = {tested(leaf) for leaf, _ in self._accepts}
        self._gaps = {tested(leaf) for leaf, wanted in self._accepts if self._open(leaf, wanted)}
        self._engine = type("CrampTriage", (self._experta.KnowledgeEngine,), self._rules)()

    @property
    def rules(self) -> int:
        """How many experta rules were written."""
        return len(self._rules)

    @property
    def conjunctions(self) -> int:
        """How many conjunctions experta made of them: one ends in each node of its conflict set."""
        return len(self._engine.matcher._get_conflict_set_nodes())

    def given(self, person: Person) -> dict[str, Answer]:
        """Give what some rule asks of a person: values, and states where no value is usable."""
        return self._answers(person.chart)

    def fire(self, answers: dict[str, Answer]) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        self._fired.clear()
        self._engine.reset()
        if self._one_fact:
            self._engine.declare(self._fact("Person", **answers))
        else:
            self._engine.declare(*(self._fact(name, answer=answer) for name, answer in answers.items()))
        self._engine.run()
        return frozenset(self._fired)

    def _fact(self, of: str, **fields: Any) -> Any:
        """Make a fact, or a pattern of facts, of the `Fact` subclass with this name."""
        if of not in self._classes:
            self._classes[of] = type(of, (self._experta.Fact,), {})
        return self._classes[of](**fields)

    def _answers(self, chart: Chart) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        for name in self._tested:
            state = chart.state(name)
            if state is State.ANSWERED:
                answers[name] = chart.values[name]
            elif state is State.NOT_APPLICABLE or name in self._gaps:
                answers[name] = state
        return answers

    def _write(self, condition: Condition, wanted: Wanted) -> Any:
        """Write a condition as experta does: what must be there for it to come out as wanted."""
        match condition:
            case Present() | Compare() | IsOneOf() | Includes() | Takes() | Known() | Missing() | AskedUnknown():
                name, accepted = tested(condition), self._accepted(condition, wanted)
                return self._fact("Person", **{name: accepted}) if self._one_fact else self._fact(name, answer=accepted)
            case PatternHolds(pattern=pattern):
                return self._reached(pattern, wanted)
            case Not(part=part):
                return self._write(part, frozenset(map(truth.negate, wanted)))
            case NotShown(part=part):
                return self._write(part, frozenset(one for one in Truth if truth.of(one is not TRUE) in wanted))
            case AllOf(parts=parts):
                number = len(parts)
            case AnyOf(parts=parts):
                number = 1
            case AtLeast(number=number, parts=parts):
                pass
            case UrgencyAtLeast():
                raise ValueError("no rule can test the final urgency")
            case _:
                assert_never(condition)
        if TRUE not in wanted:  # "fewer than n" is "at least len - n + 1 are not"
            number = len(parts) - number + 1
        if not 1 <= number <= len(parts):
            raise ValueError(f"at least {number} of {len(parts)} is no condition")
        if number == 2 and math.comb(len(parts), number) > MANY:
            return self._two_of(condition, parts, wanted)
        written = [self._write(part, wanted) for part in parts]
        every, some = self._experta.AND, self._experta.OR
        if number == len(parts):
            return every(*written)
        if number == 1:
            return some(*written)
        return some(*(every(*chosen) for chosen in combinations(written, number)))

    def _accepted(self, leaf: Leaf, wanted: Wanted) -> Any:
        """Give what a finding's field must be: a plain value, or a predicate that asks the definition of the test."""
        if (leaf, wanted) not in self._accepts:
            plain = isinstance(leaf, Present) and wanted == {TRUE}
            self._accepts[leaf, wanted] = True if plain else self._experta.P(_predicate(leaf, wanted))
        return self._accepts[leaf, wanted]

    @staticmethod
    def _open(leaf: Leaf, wanted: Wanted) -> bool:
        """Whether a rule can rest on not knowing this."""
        return any(_predicate(leaf, wanted)(state) for state in (State.NOT_ASKED, State.ASKED_UNKNOWN))

    def _reached(self, pattern: str, wanted: Wanted) -> Any:
        """Give the fact that says it of a pattern; the rule that declares it is written the first time."""
        if (pattern, wanted) not in self._written:
            said = " or ".join(sorted(one.name for one in wanted))
            fact = self._written[pattern, wanted] = self._fact("Pattern", id=pattern, truth=said)
            self._declares(f"pattern {pattern} {said}", self._write(self._patterns[pattern], wanted), fact)
        return self._written[pattern, wanted]

    def _two_of(self, condition: Condition, parts: Iterable[Condition], wanted: Wanted) -> Any:
        """Ask for two different parts."""
        if (condition, wanted) not in self._written:
            of = len(self._written)  # any number nobody else has
            for place, part in enumerate(parts):
                self._declares(
                    f"part {of} {place}", self._write(part, wanted), self._fact("Part", of_condition=of, place=place)
                )
            match = self._experta.MATCH
            self._written[condition, wanted] = self._experta.AND(
                self._fact("Part", of_condition=of, place=match.first),
                self._fact("Part", of_condition=of, place=match.second),
                self._experta.TEST(lambda first, second: first < second),
            )
        return self._written[condition, wanted]

    def _declares(self, name: str, written: Any, fact: Any) -> None:
        def action(engine: Any) -> None:
            engine.declare(fact.copy())

        self._rules[name] = self._experta.Rule(written, salience=1)(action)

    def _fires(self, rule: str) -> Callable[[Any], None]:
        def action(engine: Any) -> None:
            self._fired.add(rule)

        return action


def _predicate(leaf: Leaf, wanted: Wanted) -> Callable[[Answer], bool]:
    name = tested(leaf)

    def accepts(answer: Answer) -> bool:
        if isinstance(answer, State):
            chart = Chart({}, {name: answer})
        else:
            chart = Chart({name: answer}, {name: State.ANSWERED})
        return Reference({}, chart).truth(leaf) in wanted

    return accepts
