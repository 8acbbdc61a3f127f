"""The experta reader: which rules fire, and on what evidence.

Promise: a rule is in `Network(patterns, rules).fire(chart).rules` exactly when the reference reading of its condition is TRUE, and
its evidence is every answer that any derivation of it rests on. experta is loaded when a network first fires, not before.

experta is given only what it does reliably: conjunctions of facts that are there, with nothing ever retracted. A negation is
pushed down to the answers, where "was answered no" is itself a fact; a choice between parts becomes facts of its own ("any of
these holds") that helper rules assert. Which rule fires first then cannot matter.
"""

import itertools
import math
import operator
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from threading import BoundedSemaphore
from typing import Any, TypeAlias, assert_never

from triage import _experta, truth
from triage.chart import Chart, Interval, State
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
    Operator,
    PatternHolds,
    Present,
    Takes,
    UrgencyAtLeast,
    tested,
)
from triage.errors import TriageError
from triage.firing import Firing, Literal
from triage.medicines import MedicineEntry, MedicineList
from triage.polarity import THROUGH_NOT, THROUGH_NOT_SHOWN, Polarity
from triage.truth import FALSE, TRUE, UNKNOWN, Truth

POOL = 4
"""Engines a network builds at most; a fifth thread waits. More would only cost memory: one interpreter runs one at a time."""

MAX_COMBINATIONS = 50
"""Up to so many rules, "at least n of these" becomes one rule for each n of them; above, it is counted."""


_Several: TypeAlias = tuple[int, tuple[Condition, ...], Polarity]
"""At least so many of these conditions have this polarity."""

_ALWAYS = "always"
"""The name of a fact that is always declared, for what holds of itself (every one of no parts)."""


class _Compiler:
    """
    Turns conditions into conjunctions of named facts.

    `conjunctions` lists what follows from what: a head and the names it needs. The conjunctions of a name always stand before
    those that need it.
    """

    def __init__(self, patterns: Mapping[str, Condition]) -> None:
        self._patterns = patterns
        self._open: list[str] = []
        self._helpers: dict[tuple[Condition, Polarity], str] = {}
        self._fresh = map("helper {}".format, itertools.count(1))
        self.conjunctions: list[tuple[str, tuple[str, ...]]] = []
        self.literals: dict[Literal, str] = {}
        self.patterns: dict[tuple[str, Polarity], str] = {}

    def conclude(self, head: str, condition: Condition, polarity: Polarity = Polarity.HOLDS) -> None:
        """Write the conjunctions from which `head` follows when the condition has the polarity."""
        match self._step(condition, polarity):
            case str(name):
                self._add(head, [name])
            case number, parts, towards:
                if number == 1:
                    for part in parts:
                        self.conclude(head, part, towards)
                elif number <= 0:
                    self._add(head, ())
                elif number == len(parts):
                    self._add(head, self._names_of_all(parts, towards))
                elif number < len(parts):
                    self._at_least(head, number, [self._name(part, towards) for part in parts])

    def _step(self, condition: Condition, polarity: Polarity) -> str | _Several:
        """Give the name of the fact that says it, or the parts it comes down to."""
        match condition:
            case Present() | Compare() | IsOneOf() | Includes() | Takes() | Known() | Missing() | AskedUnknown():
                return self.literals.setdefault(Literal(condition, polarity), f"{polarity.value}: {condition!r}")
            case PatternHolds(pattern=pattern):
                return self._pattern(pattern, polarity)
            case Not(part=part):
                return self._step(part, THROUGH_NOT[polarity])
            case NotShown(part=part):
                return self._step(part, THROUGH_NOT_SHOWN[polarity])
            case AllOf(parts=parts):
                number = len(parts)
            case AnyOf(parts=parts):
                number = 1
            case AtLeast(number=number, parts=parts):
                pass
            case UrgencyAtLeast():
                raise TriageError("the final urgency is not known while rules fire; only advice and claims may test it")
            case _:
                assert_never(condition)
        if polarity in (Polarity.EXCLUDED, Polarity.NOT_SHOWN):
            # "fewer than n" is "at least len - n + 1 are not"
            number = len(parts) - number + 1
        return number, parts, polarity

    def _pattern(self, pattern: str, polarity: Polarity) -> str:
        """Give the name of the fact that says it of a pattern; its rules are written the first time."""
        if pattern in self._open:
            raise TriageError(f"patterns name each other in a circle: {' -> '.join([*self._open, pattern])}")
        if pattern not in self._patterns:
            raise TriageError(f"there is no pattern `{pattern}`")
        if (pattern, polarity) not in self.patterns:
            self._open.append(pattern)
            head = f"{polarity.value}: pattern {pattern}"
            self.conclude(head, self._patterns[pattern], polarity)
            self.patterns[pattern, polarity] = head
            self._open.pop()
        return self.patterns[pattern, polarity]

    def _name(self, condition: Condition, polarity: Polarity) -> str:
        """Give the name of one fact that says it, with a helper where several conjunctions would do."""
        step = self._step(condition, polarity)
        if isinstance(step, str):
            return step
        number, parts, towards = step
        if number <= 0:
            return _ALWAYS
        if number == len(parts) == 1:
            return self._name(parts[0], towards)
        if (condition, polarity) not in self._helpers:
            head = next(self._fresh)
            self.conclude(head, condition, polarity)
            self._helpers[condition, polarity] = head
        return self._helpers[condition, polarity]

    def _names_of_all(self, parts: Iterable[Condition], polarity: Polarity) -> list[str]:
        """Give the names that together say it of all the parts, with no helper for an "all" inside an "all"."""
        names: list[str] = []
        for part in parts:
            match self._step(part, polarity):
                case number, inner, towards if number == len(inner):
                    names += self._names_of_all(inner, towards)
                case _:
                    names.append(self._name(part, polarity))
        return names

    def _at_least(self, head: str, number: int, names: list[str]) -> None:
        """
        Conclude `head` from any `number` of the names.

        Ten of twenty would be 184,756 conjunctions, so larger ones are counted: a helper says "k of the first i", and follows
        from "k of the first i - 1", or from "k - 1 of the first i - 1" with name i.
        """
        if math.comb(len(names), number) <= MAX_COMBINATIONS:
            for chosen in itertools.combinations(names, number):
                self._add(head, chosen)
            return
        before = {0: _ALWAYS}
        for i, name in enumerate(names, start=1):
            counted = {0: _ALWAYS}
            left = len(names) - i
            for k in range(max(1, number - left), min(i, number) + 1):
                counted[k] = next(self._fresh) if left else head
                if k in before:
                    self._add(counted[k], [before[k]])
                if k - 1 in before:
                    self._add(counted[k], [before[k - 1], name])
            before = counted

    def _add(self, head: str, names: Iterable[str]) -> None:
        needed = tuple(dict.fromkeys(name for name in names if name != _ALWAYS))
        self.conjunctions.append((head, needed or (_ALWAYS,)))


class Network:
    """
    Rules compiled for experta, with a few engines to run them on; may be used from any number of threads.

    Args:
        patterns: the condition of each pattern by id; they may name each other without a cycle.
        rules: the condition of each rule by id.

    Raises:
        TriageError: a condition tests the final urgency or names a pattern that does not exist, or patterns go in a circle.
    """

    def __init__(self, patterns: Mapping[str, Condition], rules: Mapping[str, Condition]) -> None:
        compiler = _Compiler(patterns)
        self._rules = {rule: f"rule {rule}" for rule in sorted(rules)}
        for rule, head in self._rules.items():
            compiler.conclude(head, rules[rule])
        self._conjunctions = tuple(compiler.conjunctions)
        ordered = sorted(compiler.literals, key=lambda literal: literal.order)
        self._place = {compiler.literals[literal]: place for place, literal in enumerate(ordered)}
        self._literals = tuple(ordered)
        self._facts: dict[Leaf, list[tuple[Polarity, str]]] = {}
        for literal in ordered:
            self._facts.setdefault(literal.leaf, []).append((literal.polarity, compiler.literals[literal]))
        self._patterns = {head: pattern for (pattern, _), head in compiler.patterns.items()}
        self._idle: deque[Any] = deque()
        self._places = BoundedSemaphore(POOL)

    @property
    def size(self) -> int:
        """How many experta rules the rules became."""
        return len(self._conjunctions)

    def fire(self, chart: Chart) -> Firing:
        """Let every rule fire whose condition is TRUE on this chart."""
        return self._explain(self._run(chart))

    def _run(self, chart: Chart) -> list[int]:
        """Give the places of the conjunctions that fired, in their order of writing."""
        with self._places:
            try:
                engine, fired = self._idle.pop()
            except IndexError:
                engine, fired = self._build()
            named = _experta.load().Named
            fired.clear()
            engine.reset()
            engine.declare(named(name=_ALWAYS), *(named(name=name) for name in self._declared(chart)))
            engine.run()
            result = sorted(fired)
            self._idle.append((engine, fired))  # not reached after an error: an engine that failed is not used again
            return result

    def _build(self) -> tuple[Any, list[int]]:
        """Build an engine of its own rules, and the list in which they note that they fired."""
        experta = _experta.load()
        fired: list[int] = []
        final = frozenset(self._rules.values())

        def action(place: int, head: str) -> Callable[[Any], None]:
            def note(engine: Any) -> None:
                fired.append(place)
                if head not in final:
                    engine.declare(experta.Named(name=head))

            return note

        rules = [
            experta.Rule(*(experta.Named(name=name) for name in needed))(action(place, head))
            for place, (head, needed) in enumerate(self._conjunctions)
        ]
        return experta.Engine(rules), fired

    def _declared(self, chart: Chart) -> Iterable[str]:
        """Give the names of the facts about answers."""
        for leaf, facts in self._facts.items():
            value = _truth(leaf, chart)
            for polarity, name in facts:
                if polarity.of(value):
                    yield name

    def _explain(self, fired: list[int]) -> Firing:
        """
        Open what fired down to the answers.

        The conjunctions of a name stand before those that need it, so one pass in order is enough.
        """
        answers: dict[str, set[int]] = {}
        through: dict[str, set[str]] = {}
        for place in fired:
            head, needed = self._conjunctions[place]
            found = answers.setdefault(head, set())
            passed = through.setdefault(head, set())
            for name in needed:
                if name in self._place:
                    found.add(self._place[name])
                    continue
                found |= answers.get(name, frozenset())
                passed |= through.get(name, frozenset())
                if name in self._patterns:
                    passed.add(self._patterns[name])
        return Firing(
            rules={
                rule: tuple(self._literals[place] for place in sorted(answers[head]))
                for rule, head in self._rules.items()
                if head in answers
            },
            through={rule: tuple(sorted(through[head])) for rule, head in self._rules.items() if head in through},
        )


_COMPARE: Mapping[Operator, Callable[[float, float], bool]] = {
    Operator.BELOW: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.ABOVE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


def _truth(leaf: Leaf, chart: Chart) -> Truth:
    """Give the truth of one test; this reader's own, so that a slip in another reader's is noticed."""
    name = tested(leaf)
    state = chart.state(name)
    match leaf:
        case Known():
            return UNKNOWN if state in (State.NOT_ASKED, State.ASKED_UNKNOWN) else TRUE
        case Missing():
            return truth.of(state in (State.NOT_ASKED, State.ASKED_UNKNOWN))
        case AskedUnknown():
            return truth.of(state is State.ASKED_UNKNOWN)
        case Present() | Compare() | IsOneOf() | Includes() | Takes():
            pass
        case _:
            assert_never(leaf)
    if state is State.NOT_APPLICABLE:
        return FALSE
    value = chart.values.get(name)
    if value is None:
        return UNKNOWN
    match leaf:
        case Present():
            return truth.of(value is True)
        case IsOneOf(options=options):
            return truth.of(value in options)
        case Includes(options=options):
            return truth.of(isinstance(value, frozenset) and any(option in value for option in options))
        case Compare(operator=sign, limit=limit):
            compare = _COMPARE[sign]
            if isinstance(value, Interval):
                low, high = compare(value.low, limit), compare(value.high, limit)
                return truth.of(low) if low == high else UNKNOWN
            if isinstance(value, int | float):
                return truth.of(compare(value, limit))
            raise TriageError(f"`{name}` is compared with a number but is none")
        case Takes():
            return _takes(leaf, value) if isinstance(value, MedicineList) else UNKNOWN
        case _:
            assert_never(leaf)


def _takes(test: Takes, taken: MedicineList) -> Truth:
    """Whether any entry of the list is what is asked; an entry nobody understood might be."""
    found = {_entry(test, entry) for entry in taken.entries}
    if TRUE in found:
        return TRUE
    return FALSE if UNKNOWN not in found and taken.nothing_hidden else UNKNOWN


def _entry(test: Takes, entry: MedicineEntry) -> Truth:
    """Whether one entry is what is asked: FALSE if any detail rules it out, UNKNOWN if one is not given."""
    if not any(name in entry.names for name in test.names):
        return FALSE
    about_stopped = test.stopped_within is not None
    if entry.stopped != about_stopped:
        return FALSE
    asked = (
        (test.stopped_within, entry.stopped_days, operator.le),
        (test.started_within, entry.started_days, operator.le),
        (test.dose_above, entry.dose_mg, operator.gt),
    )
    details = [
        None if given is None else bool(holds(given, limit)) for limit, given, holds in asked if limit is not None
    ]
    if False in details:
        return FALSE
    return UNKNOWN if None in details else TRUE
