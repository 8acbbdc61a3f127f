"""The compiled reader: every pattern and rule of one chart at once, and what open answers can still make of them.

Promise: with nothing open, the truth it gives a condition is the reference reading of it. With findings open, it gives the lowest and
the highest truth the condition may still end with (see `triage/ends.py`).

The conditions become one Python function over a list of leaf values. Equal parts are computed once. A chart first fills in what
nobody was asked, then what is known: a test is made only where there is an answer.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from triage.medicines import MedicineList
from triage.polarity import THROUGH_NOT, THROUGH_NOT_SHOWN, Polarity
from triage.truth import Truth

TOGETHER = 50
"""So many parts are joined in one expression."""

Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class _Node:
    """One step of the program: what it computes, from which earlier steps (leaves have none)."""

    key: Key
    parts: tuple[int, ...]


class Reading:
    """What a program made of one chart: the lowest and highest truth that each pattern and rule may end with."""

    def __init__(
        self, program: "Program", values: list[int], opens: Mapping[str, int], turns: Mapping[str, int]
    ) -> None:
        self._program = program
        self._values = values
        self._opens = opens
        self._turns = turns

    def rule(self, name: str) -> int:
        """Give the ends of a rule, as `triage.ends` writes them."""
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
        leaves: dict[str, list[tuple[int, Leaf]]] = {}
        for place, node in enumerate(self.nodes):
            if node.key[0] == "leaf":
                leaves.setdefault(tested(node.key[1]), []).append((place, node.key[1]))
        self._literals: dict[_Asked, frozenset[Literal]] = {}
        self._tests = {name: _Tests(name, own) for name, own in leaves.items()}
        self._run = _compiled(self.nodes)
        self._unasked = [ends.FALSE] * len(self.nodes)
        for tests in self._tests.values():
            tests.fill(self._unasked, Chart({}, {}), State.NOT_ASKED)

    def read(self, chart: Chart) -> Reading:
        """Read a chart as it stands: every end is settled."""
        return self.bounds(chart, ())

    def bounds(
        self,
        chart: Chart,
        open_names: Iterable[str],
        fading: Mapping[str, Iterable[str]] | None = None,
        rising: Mapping[tuple[str, Value | None], Iterable[str]] | None = None,
    ) -> Reading:
        """
        Read a chart in which some findings and derived quantities may still change.

        Args:
            open_names: what is open.
            fading: findings without a usable answer that may turn out not to apply, with the open names that decide it.
            rising: findings that are not open but may come to be read so, with the open names that decide it; None is unknown.
        """
        values = self._unasked.copy()
        tests = self._tests
        for name, state in chart.states.items():
            if name in tests:
                tests[name].fill(values, chart, state)
        opens = {name: 1 << at for at, name in enumerate(dict.fromkeys(open_names))}
        turns = dict(opens)
        for name in opens:
            if name in tests:
                tests[name].open(values)
        for name, deciding in (fading or {}).items():
            turns[name] = 0
            for other in deciding:
                turns[name] |= opens[other]
            if name in tests:
                tests[name].fade(values)
        for (name, value), deciding in (rising or {}).items():
            turns.setdefault(name, 0)
            for other in deciding:
                turns[name] |= opens[other]
            if name in tests:
                tests[name].rise(values, value)
        return Reading(self, self._run(values), opens, turns)

    def fire(self, chart: Chart) -> Firing:
        """Give the rules that hold on a chart as it stands, with every answer that any way to them rests on."""
        reading = self.read(chart)
        trace = _Trace(self._conditions, reading, self._literals)
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


_NO_NAMES = frozenset[str]()


class _Tests:
    """
    Every leaf that tests one name, with its step, and what it is whatever becomes of that name.

    Where leaf and value allow it, an answer is tested by one plain comparison; the reference reader decides every other.
    """

    def __init__(self, name: str, leaves: Iterable[tuple[int, Leaf]]) -> None:
        self._name = name
        self._leaves = tuple(leaves)
        self._in_state = {state: self._each(partial(_in_state, state=state)) for state in State}
        self._when_open = self._each(_when_open)
        self._plain = [(place, leaf, *test) for place, leaf in self._leaves if (test := _plain_test(leaf))]
        self._takes = [
            (place, leaf, leaf != Takes(leaf.names)) for place, leaf in self._leaves if isinstance(leaf, Takes)
        ]

    def _each(self, end_of: Callable[[Leaf], int | None]) -> list[tuple[int, int]]:
        return [(place, end) for place, leaf in self._leaves if (end := end_of(leaf)) is not None]

    def fill(self, values: list[int], chart: Chart, state: State) -> None:
        """Fill in what the leaves are on a chart."""
        for place, end in self._in_state[state]:
            values[place] = end
        if state is State.ANSWERED:
            value = chart.values.get(self._name)
            kind = type(value)
            for place, leaf, expected, holds in self._plain:
                if value is not None and kind is expected:
                    values[place] = ends.TRUE if holds(value) else ends.FALSE
                else:
                    values[place] = ends.OF[Reference({}, chart).truth(leaf)]
            if self._takes:
                self._fill_takes(values, chart, value)

    def _fill_takes(self, values: list[int], chart: Chart, taken: Value | None) -> None:
        entries = taken.entries if isinstance(taken, MedicineList) else ()
        named = _NO_NAMES.union(*(entry.names for entry in entries))
        now = _NO_NAMES.union(*(entry.names for entry in entries if not entry.stopped))
        absent = ends.FALSE if isinstance(taken, MedicineList) and taken.nothing_hidden else ends.UNKNOWN
        for place, leaf, detailed in self._takes:
            if named.isdisjoint(leaf.names):
                values[place] = absent
            elif detailed:
                values[place] = ends.OF[Reference({}, chart).truth(leaf)]
            else:
                values[place] = absent if now.isdisjoint(leaf.names) else ends.TRUE

    def open(self, values: list[int]) -> None:
        """Fill in what the leaves may be while the name may get any answer, or none."""
        for place, end in self._when_open:
            values[place] = end

    def fade(self, values: list[int]) -> None:
        """Let the leaves be what they are when the name turns out not to apply, too."""
        for place, end in self._in_state[State.NOT_APPLICABLE]:
            values[place] = ends.either(values[place], end)

    def rise(self, values: list[int], value: Value | None) -> None:
        """Let the leaves be what they are when the name comes to be read so, too."""
        other, state = values.copy(), State.ASKED_UNKNOWN if value is None else State.ANSWERED
        self.fill(other, Chart({} if value is None else {self._name: value}, {self._name: state}), state)
        for place, _ in self._leaves:
            values[place] = ends.either(values[place], other[place])


def _in_state(leaf: Leaf, *, state: State) -> int | None:
    """Give what a leaf is in a state of the name it tests; None where the answer decides."""
    unanswered = state in (State.NOT_ASKED, State.ASKED_UNKNOWN)
    match leaf:
        case Missing():
            return ends.TRUE if unanswered else ends.FALSE
        case AskedUnknown():
            return ends.TRUE if state is State.ASKED_UNKNOWN else ends.FALSE
        case Known():
            return ends.UNKNOWN if unanswered else ends.TRUE
        case _:
            return ends.UNKNOWN if unanswered else ends.FALSE if state is State.NOT_APPLICABLE else None


def _when_open(leaf: Leaf) -> int:
    return ends.between(Truth.UNKNOWN, Truth.TRUE) if isinstance(leaf, Known) else ends.ANY


class _Trace:
    """Opens what holds down to the answers."""

    def __init__(
        self, patterns: Mapping[str, Condition], reading: Reading, literals: "dict[_Asked, frozenset[Literal]]"
    ) -> None:
        self._patterns = patterns
        self._reading = reading
        # Made once for all charts: to make one, and to say where it is sorted, takes longer than to find it.
        self._literals = literals
        self._found: dict[_Asked, _Behind] = {}

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
                key = (id(condition), polarity)
                if key not in self._literals:
                    self._literals[key] = frozenset({Literal(condition, polarity)})
                return self._literals[key], frozenset()
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


_Asked: TypeAlias = tuple[int, Polarity]
"""The address of a condition, which its program keeps alive, and what is asked of it."""
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


def _compiled(nodes: list[_Node]) -> Callable[[list[int]], list[int]]:
    """Turn the steps into one function: a list of values with the leaves given, to a list of all."""
    every = ",".join(f"x{place}" for place in range(len(nodes)))
    lines = ["def run(v):", f" {every},=v" if nodes else " pass"]
    for place, node in enumerate(nodes):
        lines += [f" {line}" for line in _lines(place, node)]
    lines.append(f" return [{every}]")
    names: dict[str, Any] = {"NOT": ends.NOT, "NOT_SHOWN": ends.NOT_SHOWN}
    exec(compile("\n".join(lines), "<compiled conditions>", "exec"), names)
    run: Callable[[list[int]], list[int]] = names["run"]
    return run


def _lines(place: int, node: _Node) -> Iterator[str]:
    """Give the lines that compute one step."""
    parts = [f"x{part}" for part in node.parts]
    match node.key[0]:
        case "leaf":
            return
        case "not":
            yield f"x{place}=NOT[{parts[0]}]"
        case "not shown":
            yield f"x{place}=NOT_SHOWN[{parts[0]}]"
        case "and":
            yield f"x{place}={ends.TRUE}"
            yield from (f"x{place}&={'&'.join(some)}" for some in _batched(parts))
        case "or":
            yield f"x{place}={ends.FALSE}"
            yield from (f"x{place}|={'|'.join(some)}" for some in _batched(parts))
        case _:  # t0 is "at least none", t1 "at least one", and so on, of the parts so far
            number = max(0, node.key[1])
            yield f"t0={ends.TRUE}"
            yield from (f"t{more}={ends.FALSE}" for more in range(1, number + 1))
            for part in parts:
                yield from (f"t{more}|=t{more - 1}&{part}" for more in range(number, 0, -1))
            yield f"x{place}=t{number}"


def _batched(parts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give the parts some at a time: one expression of very many would nest too deeply for Python."""
    for start in range(0, len(parts), TOGETHER):
        yield parts[start : start + TOGETHER]
