"""The compiled reader: every pattern and rule of one chart at once, and what open answers can still make of them.

Promise: with nothing open, the truth it gives a condition is the reference reading of it. With findings open, it gives every truth
value the condition may still end with (see `triage/ends.py`).

The conditions become one Python function over a list of leaf values. Equal parts are computed once. A chart first fills in what
nobody was asked, then what is known: a test is made only where there is an answer.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeAlias, assert_never

from triage import ends
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
    Operator,
    PatternHolds,
    Present,
    Takes,
    UrgencyAtLeast,
    tested,
)
from triage.errors import TriageError
from triage.firing import Firing, Literal
from triage.interpreters.reference import Reference
from triage.polarity import THROUGH_NOT, THROUGH_NOT_SHOWN, Polarity

NESTED = 20
"""So many parts are joined by nested tables, which is fastest; more would nest too deeply for Python."""

Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class _Node:
    """One step of the program: what it computes, from which earlier steps (leaves have none)."""

    key: Key
    parts: tuple[int, ...]


class Reading:
    """What a program made of one chart: the truth values that each pattern and rule may end with."""

    def __init__(
        self, program: "Program", values: list[int], opens: Mapping[str, int], turns: Mapping[str, int]
    ) -> None:
        self._program = program
        self._values = values
        self._opens = opens
        self._turns = turns

    def rule(self, name: str) -> int:
        """Give the ends of a rule; a set of `triage.ends`."""
        return self._values[self._program.rules[name]]

    def pattern(self, name: str) -> int:
        """Give the ends of a pattern."""
        return self._values[self._program.patterns[name]]

    def true_rules(self) -> list[str]:
        """Give the rules that hold whatever happens, sorted."""
        return sorted(name for name, place in self._program.rules.items() if self._values[place] == ends.TRUE)

    def of(self, condition: Condition) -> int:
        """Give the ends of a condition inside a compiled one."""
        return self._values[self._program.place_of(condition)]

    def open_in(self, rule: str) -> frozenset[str]:
        """Give the open names a rule may still turn on; parts that are settled count for nothing."""
        return self._names(self._turning[self._program.rules[rule]])

    @cached_property
    def _turning(self) -> list[int]:
        """For each step, the open names it may turn on, as a number with one bit for each."""
        found: list[int] = []
        for value, node in zip(self._values, self._program.nodes, strict=True):
            bits = 0
            if value not in ends.SETTLED:
                for part in node.parts:
                    bits |= found[part]
                if not node.parts:
                    bits = self._turns[tested(node.key[1])]
            found.append(bits)
        return found

    def _names(self, bits: int) -> frozenset[str]:
        return frozenset(name for name, bit in self._opens.items() if bits & bit)


class Program:
    """
    Compiled patterns and rules; safe to share between threads.

    Args:
        patterns: the condition of each pattern; no circles.
        rules: the condition of each rule.
    """

    def __init__(self, patterns: Mapping[str, Condition], rules: Mapping[str, Condition]) -> None:
        self._conditions = patterns
        self._rules = rules
        self._by_address: dict[int, int] = {}
        self.nodes: list[_Node] = []
        self._found: dict[Key, int] = {}
        self.patterns: dict[str, int] = {}
        for name in patterns:
            self._pattern(name)
        self.rules = {name: self._place(condition) for name, condition in sorted(rules.items())}
        self._leaves: dict[str, list[tuple[int, Leaf]]] = {}
        self._tests: dict[int, tuple[type, Callable[[Value], bool]]] = {}
        for place, node in enumerate(self.nodes):
            if node.key[0] == "leaf":
                self._leaves.setdefault(tested(node.key[1]), []).append((place, node.key[1]))
                test = _plain_test(node.key[1])
                if test is not None:
                    self._tests[place] = test
        self._run = _compiled(self.nodes)
        self._unasked = [0] * len(self.nodes)
        for leaf_places in self._leaves.values():
            for place, leaf in leaf_places:
                self._unasked[place] = ends.TRUE if isinstance(leaf, Missing) else ends.UNKNOWN
                if isinstance(leaf, AskedUnknown):
                    self._unasked[place] = ends.FALSE

    def read(self, chart: Chart) -> Reading:
        """Read a chart as it stands: every end is settled."""
        return self.bounds(chart, ())

    def bounds(
        self, chart: Chart, open_names: Iterable[str], fading: Mapping[str, Iterable[str]] | None = None
    ) -> Reading:
        """
        Read a chart in which some findings and derived quantities may still change.

        Args:
            open_names: what is open.
            fading: findings without a usable answer that may turn out not to apply, with the open names that decide it.
        """
        values = self._unasked.copy()
        reader = Reference({}, chart)
        for name, state in chart.states.items():
            value = chart.values.get(name)
            kind = type(value) if state is State.ANSWERED else None
            for place, leaf in self._leaves.get(name, ()):
                test = self._tests.get(place)
                if test is not None and value is not None and kind is test[0]:
                    values[place] = ends.TRUE if test[1](value) else ends.FALSE
                else:
                    values[place] = self._leaf(leaf, state, reader)
        opens = {name: 1 << at for at, name in enumerate(dict.fromkeys(open_names))}
        turns = dict(opens)
        for name in opens:
            for place, leaf in self._leaves.get(name, ()):
                values[place] = _when_open(leaf)
        for name, deciding in (fading or {}).items():
            turns[name] = 0
            for other in deciding:
                turns[name] |= opens[other]
            for place, leaf in self._leaves.get(name, ()):
                values[place] |= _when_not_applicable(leaf)
        self._run(values)
        return Reading(self, values, opens, turns)

    def fire(self, chart: Chart) -> Firing:
        """Give the rules that hold on a chart as it stands, with every answer that any way to them rests on."""
        reading = self.read(chart)
        trace = _Trace(self._conditions, reading)
        found = {name: trace.behind(self._rules[name], Polarity.HOLDS) for name in reading.true_rules()}
        return Firing(
            rules={
                name: tuple(sorted(literals, key=lambda literal: literal.order))
                for name, (literals, _) in found.items()
            },
            through={name: tuple(sorted(passed)) for name, (_, passed) in found.items()},
        )

    def place_of(self, condition: Condition) -> int:
        """Give the step of a condition inside a compiled one, which the program keeps alive: its address is its name."""
        return self._by_address[id(condition)]

    @staticmethod
    def _leaf(leaf: Leaf, state: State, reader: Reference) -> int:
        match leaf:
            case Missing():
                return ends.TRUE if state in (State.NOT_ASKED, State.ASKED_UNKNOWN) else ends.FALSE
            case AskedUnknown():
                return ends.TRUE if state is State.ASKED_UNKNOWN else ends.FALSE
            case Known():
                return ends.UNKNOWN if state in (State.NOT_ASKED, State.ASKED_UNKNOWN) else ends.TRUE
            case _:
                if state is State.NOT_APPLICABLE:
                    return ends.FALSE
                return ends.OF[reader.truth(leaf)] if state is State.ANSWERED else ends.UNKNOWN

    def _pattern(self, name: str) -> int:
        if name not in self.patterns:
            self.patterns[name] = self._place(self._conditions[name])
        return self.patterns[name]

    def _place(self, condition: Condition) -> int:
        """Give the step that computes a condition; equal conditions share it."""
        place = self._by_address[id(condition)] = self._compile(condition)
        return place

    def _compile(self, condition: Condition) -> int:
        match condition:
            case Present() | Compare() | IsOneOf() | Includes() | Takes() | Known() | Missing() | AskedUnknown():
                return self._step(("leaf", condition), ())
            case PatternHolds(pattern=name):
                return self._pattern(name)
            case Not(part=part):
                return self._step(("not",), (self._place(part),))
            case NotShown(part=part):
                return self._step(("not shown",), (self._place(part),))
            case AllOf(parts=parts):
                return self._several("and", len(parts), parts)
            case AnyOf(parts=parts):
                return self._several("or", 1, parts)
            case AtLeast(number=number, parts=parts):
                return self._several("at least", number, parts)
            case UrgencyAtLeast():
                raise TriageError("the final urgency is not known before the verdict; only advice may test it")
            case _:
                assert_never(condition)

    def _several(self, kind: str, number: int, parts: Iterable[Condition]) -> int:
        places = tuple(sorted(map(self._place, parts)))
        if len(places) == 1 and number == 1:
            return places[0]
        if kind == "at least" and number in (1, len(places)):
            kind = "or" if number == 1 else "and"
        return self._step((kind, number) if kind == "at least" else (kind,), places)

    def _step(self, key: Key, parts: tuple[int, ...]) -> int:
        whole = (*key, *parts)
        if whole not in self._found:
            self._found[whole] = len(self.nodes)
            self.nodes.append(_Node(key, parts))
        return self._found[whole]


def _when_not_applicable(leaf: Leaf) -> int:
    return ends.TRUE if isinstance(leaf, Known) else ends.FALSE


class _Trace:
    """Opens what holds down to the answers."""

    def __init__(self, patterns: Mapping[str, Condition], reading: Reading) -> None:
        self._patterns = patterns
        self._reading = reading
        self._found: dict[tuple[int, Polarity], _Behind] = {}

    def behind(self, condition: Condition, polarity: Polarity) -> "_Behind":
        """Give the answers and patterns behind a condition that has a polarity."""
        key = (id(condition), polarity)
        if key not in self._found:
            self._found[key] = self._open(condition, polarity)
        return self._found[key]

    def _open(self, condition: Condition, polarity: Polarity) -> "_Behind":
        match condition:
            case PatternHolds(pattern=name):
                literals, passed = self.behind(self._patterns[name], polarity)
                return literals, passed | {name}
            case Not(part=part):
                return self.behind(part, THROUGH_NOT[polarity])
            case NotShown(part=part):
                return self.behind(part, THROUGH_NOT_SHOWN[polarity])
            case AllOf(parts=parts):
                needed = len(parts)
            case AnyOf(parts=parts):
                needed = 1
            case AtLeast(number=needed, parts=parts):
                pass
            case UrgencyAtLeast():
                raise TriageError("the final urgency is not known before the verdict; only advice may test it")
            case _:
                return frozenset({Literal(condition, polarity)}), frozenset()
        if polarity in (Polarity.EXCLUDED, Polarity.NOT_SHOWN):
            needed = len(parts) - needed + 1
        if needed <= 0:  # it holds of itself
            return frozenset(), frozenset()
        having = [part for part in parts if polarity.of(ends.TRUTH[self._reading.of(part)])]
        opened = [self.behind(part, polarity) for part in having]
        return (
            frozenset().union(*(literals for literals, _ in opened)),
            frozenset().union(*(passed for _, passed in opened)),
        )


_Behind: TypeAlias = tuple[frozenset[Literal], frozenset[str]]
"""The answers something rests on, and the patterns it was reached through."""


def _plain_test(leaf: Leaf) -> tuple[type, Callable[[Value], bool]] | None:
    """
    Give the type of value a leaf expects and its test, where that is one comparison.

    Every other value (an interval, a list of medicines, one of another type) goes the long way.
    """
    match leaf:
        case Present():
            return bool, partial(operator.is_, True)
        case Compare(operator=sign, limit=limit):
            return float, partial(_TURNED[sign], limit)
        case IsOneOf(options=options):
            return str, frozenset(options).__contains__
        case Includes(options=options):
            return frozenset, partial(_meets, frozenset(options))
        case _:
            return None


def _meets(chosen: frozenset[str], value: Any) -> bool:
    return not chosen.isdisjoint(value)


_TURNED: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.BELOW: operator.gt,
    Operator.AT_MOST: operator.ge,
    Operator.ABOVE: operator.lt,
    Operator.AT_LEAST: operator.le,
}
"""A comparison with its sides turned: the limit stands first."""


def _when_open(leaf: Leaf) -> int:
    match leaf:
        case Known():
            return ends.TRUE | ends.UNKNOWN
        case Missing() | AskedUnknown():
            return ends.TRUE | ends.FALSE
        case _:
            return ends.ANY


def _compiled(nodes: list[_Node]) -> Callable[[list[int]], None]:
    """Turn the steps into one function that fills in a list of values, leaves given."""
    lines = ["def run(v):"]
    for place, node in enumerate(nodes):
        match node.key[0]:
            case "leaf":
                continue
            case "not":
                said = f"NOT[v[{node.parts[0]}]]"
            case "not shown":
                said = f"NOT_SHOWN[v[{node.parts[0]}]]"
            case "and" | "or" as word if 0 < len(node.parts) <= NESTED:
                said = f"v[{node.parts[0]}]"
                for part in node.parts[1:]:
                    said = f"{word.upper()}[{said}<<3|v[{part}]]"
            case _:
                number = {"and": len(node.parts), "or": 1}.get(node.key[0], node.key[-1])
                inside = "".join(f"v[{part}]," for part in node.parts)
                said = f"at_least({number},({inside}))"
        lines.append(f" v[{place}]={said}")
    lines.append(" return")
    names: dict[str, Any] = {
        "AND": ends.AND, "OR": ends.OR, "NOT": ends.NOT, "NOT_SHOWN": ends.NOT_SHOWN, "at_least": ends.at_least,
    }  # fmt: skip
    exec(compile("\n".join(lines), "<compiled conditions>", "exec"), names)
    run: Callable[[list[int]], None] = names["run"]
    return run
