"""What every peer is given: the same rules and people, said with two truth values.

Other engines know only "is there" and "is not there". Two things are made for them here, neither of them inside any timing:

* `Forms`: every rule as a form of two-valued tests on plain data. What is asked of a condition (that it holds, is excluded, is not
  shown) is pushed down to the answers, as in our own readers; then "not" stands only in front of a test of an answer. A pattern is
  named, once for each thing asked of it. "At least n of m" stays what it is.
* `Conjunctions`: what our experta reader compiles the rules to, conjunctions of facts that are there, helper facts included.

`Forms.told(chart)` is the person for the first, plain data as a host would hand it over. `Conjunctions.facts(chart)` is the person for
the second: the facts that our experta reader would declare, each the outcome of a test.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from benchmarks.work import Work
from triage.chart import Chart, Interval, State
from triage.conditions import (
    MEDICINES,
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
    walk,
)
from triage.interpreters.fire import Network
from triage.medicines import MedicineList
from triage.polarity import THROUGH_NOT, THROUGH_NOT_SHOWN, Polarity

NOT_APPLICABLE = "not applicable"
OPPOSITE = {
    Operator.BELOW: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.ABOVE,
    Operator.ABOVE: Operator.AT_MOST,
    Operator.AT_LEAST: Operator.BELOW,
}


@dataclass(frozen=True)
class OneOf:
    """The value is there and is one of these."""

    key: str
    options: tuple[bool | str, ...]


@dataclass(frozen=True)
class Number:
    """The number is there and compares so."""

    key: str
    operator: Operator
    limit: float


@dataclass(frozen=True)
class Has:
    """The list is there and holds one of these."""

    key: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """The value is there."""

    key: str


@dataclass(frozen=True)
class Medicine:
    """
    An entry of the medicine list is what is asked.

    Args:
        names: what it may be called.
        stopped: whether it must have been stopped; otherwise it must not.
        details: field, comparison and limit of what else is asked.
        sure: a detail that is not given fails; otherwise it passes.
    """

    names: tuple[str, ...]
    stopped: bool
    details: tuple[tuple[str, Operator, float], ...]
    sure: bool


@dataclass(frozen=True)
class No:
    """The test fails."""

    test: OneOf | Number | Has | Given | Medicine


@dataclass(frozen=True)
class Reached:
    """What was asked of a pattern is so; `place` counts through `Forms.patterns`."""

    place: int


@dataclass(frozen=True)
class Several:
    """At least `number` of the parts."""

    number: int
    parts: tuple["Form", ...]


Form: TypeAlias = OneOf | Number | Has | Given | Medicine | No | Reached | Several


class Forms:
    """
    The rules as two-valued forms.

    `patterns` lists what is asked of patterns, each after those it needs; `rules` is by id; `keys` are the names `told` may use, and
    whether each holds a list; `details` are the fields of a medicine that some rule asks for, beside its name and whether it was stopped.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._places: dict[tuple[str, Polarity], Reached] = {}
        leaves = [
            node
            for when in (*work.patterns.values(), *work.rules.values())
            for node in walk(when)
            if isinstance(node, Leaf)
        ]
        self._single = {tested(leaf) for leaf in leaves if isinstance(leaf, Present | IsOneOf)}
        self._tested = {tested(leaf) for leaf in leaves}
        self._gaps = {tested(leaf) for leaf in leaves if isinstance(leaf, AskedUnknown)}
        takes = [leaf for leaf in leaves if isinstance(leaf, Takes)]
        self._medicines = {name for leaf in takes for name in leaf.names}
        self.details = sorted({field for leaf in takes for field, _, _ in _details(leaf)})
        self.keys: dict[str, bool] = {}
        self.patterns: list[Form] = []
        self.rules = {name: self._form(when, Polarity.HOLDS) for name, when in work.rules.items()}

    def told(self, chart: Chart) -> dict[str, Any]:
        """
        Give what is known of a person and some rule asks for.

        A finding without a usable value is left out. "Does not apply" is the value where the value is a single word, and a key
        `…__na` elsewhere; `…__unknown` says that it was asked in vain; a weighted count is `…__low` and `…__high`. Medicines are one
        entry for each name that a rule asks for.
        """
        told: dict[str, Any] = {}
        for name, state in chart.states.items():
            if name not in self._tested:
                continue
            if state is State.NOT_APPLICABLE:
                told.update({name: NOT_APPLICABLE} if name in self._single else {f"{name}__na": True})
            elif state is State.ASKED_UNKNOWN and name in self._gaps:
                told[f"{name}__unknown"] = True
            elif state is State.ANSWERED:
                value = chart.values[name]
                if isinstance(value, MedicineList):
                    told[name] = self._entries(value)
                    told[f"{name}__complete"] = value.nothing_hidden
                elif name in self._work.counted:
                    ends = (value.low, value.high) if isinstance(value, Interval) else (value, value)
                    told[f"{name}__low"], told[f"{name}__high"] = ends
                elif isinstance(value, frozenset):
                    told[name] = sorted(value) if self.keys.get(name) else True  # True: only asked whether there is one
                else:
                    told[name] = value
        return told

    def _entries(self, taken: MedicineList) -> list[dict[str, Any]]:
        return [
            {
                "name": str(name),  # plain, as a host's would be: the loader's own kind of text knows its line
                "stopped": entry.stopped,
                **{field: getattr(entry, field) for field in self.details},
            }
            for entry in taken.entries
            for name in sorted(entry.names & self._medicines)
        ]

    def _form(self, condition: Condition, asked: Polarity) -> Form:
        match condition:
            case Present() | Compare() | IsOneOf() | Includes() | Takes() | Known() | Missing() | AskedUnknown():
                return self._test(condition, asked)
            case PatternHolds(pattern=name):
                if (name, asked) not in self._places:
                    form = self._form(self._work.patterns[name], asked)
                    self._places[name, asked] = Reached(len(self.patterns))
                    self.patterns.append(form)
                return self._places[name, asked]
            case Not(part=part):
                return self._form(part, THROUGH_NOT[asked])
            case NotShown(part=part):
                return self._form(part, THROUGH_NOT_SHOWN[asked])
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
        if asked in (Polarity.EXCLUDED, Polarity.NOT_SHOWN):
            number = len(parts) - number + 1
        return several(number, *(self._form(part, asked) for part in parts))

    def _test(self, leaf: Leaf, asked: Polarity) -> Form:
        match asked:
            case Polarity.HOLDS:
                return self._holds(leaf)
            case Polarity.EXCLUDED:
                return self._excluded(leaf)
            case Polarity.NOT_SHOWN:
                return no(self._holds(leaf))
            case Polarity.NOT_EXCLUDED:
                return no(self._excluded(leaf))
            case _:
                assert_never(asked)

    def _holds(self, leaf: Leaf) -> Form:
        match leaf:
            case Present(finding=name):
                return OneOf(self._key(name), (True,))
            case IsOneOf(finding=name, options=options):
                return OneOf(self._key(name), options)
            case Includes(finding=name, options=options):
                return Has(self._key(name, several=True), options)
            case Compare(quantity=name, operator=sign, limit=limit):
                return Number(self._end(name, sign in (Operator.BELOW, Operator.AT_MOST)), sign, limit)
            case Takes():
                return self._taken(leaf, sure=True)
            case Known(target=name):
                return self._usable(name)
            case Missing(target=name):
                return no(self._usable(name))
            case AskedUnknown(finding=name):
                return OneOf(self._key(f"{name}__unknown"), (True,))
            case _:
                assert_never(leaf)

    def _excluded(self, leaf: Leaf) -> Form:
        match leaf:
            case Present(finding=name):
                return OneOf(self._key(name), (False, NOT_APPLICABLE))
            case IsOneOf(finding=name):
                return several(2, Given(self._key(name)), no(self._holds(leaf)))
            case Includes(finding=name):
                told = several(2, Given(self._key(name, several=True)), no(self._holds(leaf)))
                return several(1, told, self._not_applicable(name))
            case Compare(quantity=name, operator=sign, limit=limit):
                end = self._end(name, sign in (Operator.ABOVE, Operator.AT_LEAST))
                return several(1, Number(end, OPPOSITE[sign], limit), self._not_applicable(name))
            case Takes():
                complete = OneOf(self._key(f"{MEDICINES}__complete"), (True,))
                none_of_them = several(2, complete, no(self._taken(leaf, sure=False)))
                return several(1, none_of_them, self._not_applicable(MEDICINES))
            case Known():
                return several(1)
            case Missing() | AskedUnknown():
                return no(self._holds(leaf))
            case _:
                assert_never(leaf)

    def _usable(self, name: str) -> Form:
        """Give "there is a value, or it does not apply"."""
        given = Given(self._end(name, False) if name in self._work.counted else self._key(name))
        return given if name in self._single else several(1, given, self._not_applicable(name))

    def _taken(self, test: Takes, *, sure: bool) -> Medicine:
        self._key(MEDICINES)
        return Medicine(test.names, test.stopped_within is not None, _details(test), sure)

    def _not_applicable(self, name: str) -> Form:
        return OneOf(self._key(f"{name}__na"), (True,))

    def _end(self, name: str, high: bool) -> str:
        """Give the key of a number: of its higher or lower end where it may be an interval."""
        if name not in self._work.counted:
            return self._key(name)
        ends = self._key(f"{name}__low"), self._key(f"{name}__high")
        return ends[high]

    def _key(self, key: str, *, several: bool = False) -> str:
        self.keys[key] = self.keys.get(key, False) or several
        return key


def _details(test: Takes) -> tuple[tuple[str, Operator, float], ...]:
    asked = (
        ("stopped_days", Operator.AT_MOST, test.stopped_within),
        ("started_days", Operator.AT_MOST, test.started_within),
        ("dose_mg", Operator.ABOVE, test.dose_above),
    )
    return tuple((field, sign, limit) for field, sign, limit in asked if limit is not None)


def several(number: int, *parts: Form) -> Form:
    """Give "at least `number` of the parts", with no "all" directly inside an "all", nor "any" in an "any"."""
    if number == len(parts) == 1:
        return parts[0]
    every, some = number == len(parts), number == 1
    flat: list[Form] = []
    for part in parts:
        if isinstance(part, Several) and ((every and part.number == len(part.parts)) or (some and part.number == 1)):
            flat += part.parts
        else:
            flat.append(part)
    return Several(len(flat) if every else number, tuple(flat))


def no(form: Form) -> Form:
    """Give the opposite of a form about answers."""
    match form:
        case Several(number=number, parts=parts):
            return several(len(parts) - number + 1, *map(no, parts))
        case No(test=test):
            return test
        case Reached():
            raise ValueError("what is asked of a pattern has no opposite; ask the opposite of its answers")
        case _:
            return No(form)


class Conjunctions:
    """
    The rules as our experta reader compiles them.

    `all` lists head and needed facts, each an index; a head stands before those that need it. `rules` gives the rule a head means.
    """

    def __init__(self, work: Work) -> None:
        self._network = Network(work.patterns, work.rules)
        pairs = self._network._conjunctions
        self.names: dict[str, int] = {}
        for head, needed in pairs:
            for name in (*needed, head):
                self.names.setdefault(name, len(self.names))
        self.all = [(self.names[head], [self.names[name] for name in needed]) for head, needed in pairs]
        # A rule that can never hold has no conjunction.
        self.rules = {self.names[head]: rule for rule, head in self._network._rules.items() if head in self.names}

    def facts(self, chart: Chart) -> list[int]:
        """Give the facts about the answers of a person."""
        names = self.names
        # The fact that always holds is named only where some rule needs it.
        always = [names["always"]] if "always" in names else []
        return [*always, *(names[name] for name in self._network._declared(chart))]
