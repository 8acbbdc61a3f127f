"""A knowledge base with one thing changed, for every thing that somebody could get wrong in it.

Promise: each mutant differs from the knowledge base in one place and one way: a limit by one step, a condition dropped, "and" for
"or", an urgency, a certainty, a withholding, a class of a medicine, a factor of a unit. A case of the knowledge base should notice;
`triage/catching.py` says whether one does.

Changed are the conditions and conclusions of rules, the conditions of patterns, derived counts, follow-ups and advice, and the
numbers and classes behind them. Not changed are words, sources, destinations, cautions, safety-netting and the screen, which no
case reads, and the names and codes of medicines.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from random import Random
from typing import TypeAlias, TypeVar, assert_never

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
    Missing,
    Not,
    NotShown,
    PatternHolds,
    Present,
    Takes,
    Urgency,
    UrgencyAtLeast,
)
from triage.findings import DerivedQuantity, FindingDefinition
from triage.formulas import STEP, rounded
from triage.guidance import Advice
from triage.knowledge import KnowledgeBase
from triage.medicines import Ingredient, MedicineClass
from triage.rules import Certainty, Pattern, Rule

Entry: TypeAlias = Rule | Pattern | Advice | FindingDefinition | DerivedQuantity | Ingredient | MedicineClass
"""What a mutant changes: one entry of the knowledge base."""

UNIT_ERROR = Fraction(11, 10)
"""By how much the factor of a unit is changed."""

_WIDEST = 70
_Level = TypeVar("_Level", Urgency, Certainty)


class Kind(Enum):
    """What is changed, in words."""

    LIMIT = "limit by one step"
    DROPPED = "condition dropped"
    JOINED = "and / or"
    NUMBER = "number needed"
    TURNED = "not dropped"
    OPTION = "option dropped"
    URGENCY = "urgency"
    CERTAINTY = "certainty"
    WITHHOLDING = "withholding dropped"
    OFFER = "offer dropped"
    MEMBERSHIP = "class membership"
    UNIT = "unit factor"


@dataclass(frozen=True)
class Mutant:
    """
    One changed knowledge base.

    Args:
        id: the place and the change, as `rule EL-01: without `weakness``; stays the same while that part of the file does.
        place: the entry that was changed, as `rule EL-01`.
        entry: the entry after the change.
        base: the knowledge base before it.
    """

    id: str
    place: str
    kind: Kind
    entry: Entry
    base: KnowledgeBase

    @property
    def knowledge(self) -> KnowledgeBase:
        """The knowledge base after the change."""
        base, entry = self.base, self.entry
        match entry:
            case Rule():
                return replace(base, rules={**base.rules, entry.id: entry})
            case Pattern():
                return replace(base, patterns={**base.patterns, entry.id: entry})
            case Advice():
                advice = {**base.guidance.advice, entry.id: entry}
                return replace(base, guidance=replace(base.guidance, advice=advice))
            case FindingDefinition():
                return replace(base, findings={**base.findings, entry.id: entry})
            case DerivedQuantity():
                return replace(base, derived={**base.derived, entry.id: entry})
            case Ingredient():
                known = {**base.catalogue.ingredients, entry.id: entry}
                return replace(base, catalogue=replace(base.catalogue, ingredients=known))
            case MedicineClass():
                classes = {**base.catalogue.classes, entry.id: entry}
                return replace(base, catalogue=replace(base.catalogue, classes=classes))
            case _:
                assert_never(entry)


_Change: TypeAlias = tuple[Kind, str]


def mutants(knowledge: KnowledgeBase) -> Iterator[Mutant]:
    """Give every mutant, in the order of the files; equal changes of one entry are numbered."""
    changes = _Conditions(knowledge)
    seen: Counter[str] = Counter()
    for place, entry in _entries(knowledge):
        for (kind, words), changed in changes.of_entry(entry):
            name = f"{place}: {words}"
            seen[name] += 1
            numbered = name if seen[name] == 1 else f"{name} ({seen[name]})"
            yield Mutant(numbered, place, kind, changed, knowledge)


def drawn(known: Sequence[Mutant], number: int | None, seed: int) -> list[Mutant]:
    """Draw so many mutants at random, in their order; all of them where there are no more or no number is given."""
    if number is None or number >= len(known):
        return list(known)
    return [known[at] for at in sorted(Random(seed).sample(range(len(known)), number))]


def _entries(knowledge: KnowledgeBase) -> Iterator[tuple[str, Entry]]:
    groups: tuple[tuple[str, Iterator[Entry]], ...] = (
        ("rule", iter(knowledge.rules.values())),
        ("pattern", iter(knowledge.patterns.values())),
        ("advice", iter(knowledge.guidance.advice.values())),
        # What only the report shows is tested by no condition.
        ("finding", (one for one in knowledge.findings.values() if not one.report_only)),
        ("derived", (one for one in knowledge.derived.values() if not one.report_only)),
        ("medicine", iter(knowledge.catalogue.ingredients.values())),
        ("class", iter(knowledge.catalogue.classes.values())),
    )
    for word, entries in groups:
        yield from ((f"{word} {entry.id}", entry) for entry in entries)


class _Conditions:
    """Changes entries and conditions of one knowledge base at one place each."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        # A count moves by whole items: a limit moved by less would mean the same.
        self._steps = {
            name: min(abs(item.weight) for item in quantity.count)
            for name, quantity in knowledge.derived.items()
            if quantity.count
        }

    def of_entry(self, entry: Entry) -> Iterator[tuple[_Change, Entry]]:
        match entry:
            case Rule():
                for change, when in self.of(entry.when):
                    yield change, replace(entry, when=when)
                for level in _beside(entry.urgency) if entry.urgency is not None else ():
                    yield (Kind.URGENCY, f"urgency {level.value}"), replace(entry, urgency=level)
                for sure in _beside(entry.certainty):
                    yield (Kind.CERTAINTY, f"certainty {sure.value}"), replace(entry, certainty=sure)
            case Pattern():
                for change, when in self.of(entry.when):
                    yield change, replace(entry, when=when)
            case Advice():
                yield from self._of_advice(entry)
            case FindingDefinition():
                for change, when in self.of(entry.only_if) if entry.only_if is not None else ():
                    yield change, replace(entry, only_if=when)
                for at, unit in enumerate(entry.units[1:], start=1):
                    units = _with(entry.units, at, replace(unit, factor=unit.factor * UNIT_ERROR))
                    yield (Kind.UNIT, f"factor of {unit.ucum} too large by a tenth"), replace(entry, units=units)
            case DerivedQuantity():
                yield from self._of_derived(entry)
            case Ingredient():
                for name in entry.classes:
                    rest = tuple(one for one in entry.classes if one != name)
                    yield (Kind.MEMBERSHIP, f"not in {name}"), replace(entry, classes=rest)
            case MedicineClass():
                for at, name in enumerate(entry.members):
                    yield (Kind.MEMBERSHIP, f"without {name}"), replace(entry, members=_without(entry.members, at))
            case _:
                assert_never(entry)

    def _of_advice(self, entry: Advice) -> Iterator[tuple[_Change, Advice]]:
        if entry.offer_when is not None:
            yield (Kind.OFFER, "offered always"), replace(entry, offer_when=None)
            for (kind, words), when in self.of(entry.offer_when):
                yield (kind, f"offered {words}"), replace(entry, offer_when=when)
        for at, held in enumerate(entry.withhold):
            rest = (*entry.withhold[:at], *entry.withhold[at + 1 :])
            yield (Kind.WITHHOLDING, f"not withheld when `{written(held.when)}`"), replace(entry, withhold=rest)
            for (kind, words), when in self.of(held.when):
                changed = _with(entry.withhold, at, replace(held, when=when))
                yield (kind, f"withheld {words}"), replace(entry, withhold=changed)

    def _of_derived(self, entry: DerivedQuantity) -> Iterator[tuple[_Change, DerivedQuantity]]:
        for at, item in enumerate(entry.count):
            rest = (*entry.count[:at], *entry.count[at + 1 :])
            yield (Kind.DROPPED, f"without `{written(item.condition)}`"), replace(entry, count=rest)
            for change, when in self.of(item.condition):
                yield change, replace(entry, count=_with(entry.count, at, replace(item, condition=when)))
        for at, source in enumerate(entry.sources):
            if source.valid_when is not None:
                words = f"`{source.text}` valid always"
                yield (
                    (Kind.DROPPED, words),
                    replace(entry, sources=_with(entry.sources, at, replace(source, valid_when=None))),
                )
                for change, when in self.of(source.valid_when):
                    changed = _with(entry.sources, at, replace(source, valid_when=when))
                    yield change, replace(entry, sources=changed)

    def of(self, condition: Condition) -> Iterator[tuple[_Change, Condition]]:
        """Give every condition that differs from this one at one node, the node itself before those inside it."""
        match condition:
            case Compare(quantity=name, limit=limit):
                step = self._steps.get(name, STEP)
                for moved in (rounded(limit - step), rounded(limit + step)):
                    yield _becomes(Kind.LIMIT, condition, replace(condition, limit=moved))
            case IsOneOf(options=options) | Includes(options=options):
                for at, option in enumerate(options if len(options) > 1 else ()):
                    words = f"without `{option}` in `{written(condition)}`"
                    yield (Kind.OPTION, words), replace(condition, options=_without(options, at))
            case Takes():
                yield from _of_takes(condition)
            case AllOf(parts=parts):
                if len(parts) > 1:
                    yield (Kind.JOINED, f"any instead of all in `{written(condition)}`"), AnyOf(parts)
                yield from self._of_parts(condition)
            case AnyOf(parts=parts):
                if len(parts) > 1:
                    yield (Kind.JOINED, f"all instead of any in `{written(condition)}`"), AllOf(parts)
                yield from self._of_parts(condition)
            case AtLeast(number=number, parts=parts):
                for other in (number - 1, number + 1):
                    if 1 <= other <= len(parts):
                        yield (
                            (Kind.NUMBER, f"at least {other} instead in `{written(condition)}`"),
                            replace(condition, number=other),
                        )
                yield from self._of_parts(condition)
            case Not(part=part) | NotShown(part=part):
                yield (Kind.TURNED, f"`{written(part)}` for `{written(condition)}`"), part
                for change, other_part in self.of(part):
                    yield change, replace(condition, part=other_part)
            case UrgencyAtLeast(level=level):
                for beside in _beside(level):
                    yield _becomes(Kind.URGENCY, condition, UrgencyAtLeast(beside))
            case Present() | PatternHolds() | Known() | Missing() | AskedUnknown():
                return
            case _:
                assert_never(condition)

    def _of_parts(self, condition: AllOf | AnyOf | AtLeast) -> Iterator[tuple[_Change, Condition]]:
        needed = condition.number if isinstance(condition, AtLeast) else 1
        for at, part in enumerate(condition.parts):
            if len(condition.parts) > needed:
                yield (
                    (Kind.DROPPED, f"without `{written(part)}`"),
                    replace(condition, parts=_without(condition.parts, at)),
                )
            for change, other in self.of(part):
                yield change, replace(condition, parts=_with(condition.parts, at, other))


def _of_takes(test: Takes) -> Iterator[tuple[_Change, Condition]]:
    for at, name in enumerate(test.names if len(test.names) > 1 else ()):
        yield (
            (Kind.OPTION, f"without `{name}` in `{written(test)}`"),
            replace(test, names=_without(test.names, at)),
        )
    if test.dose_above is not None:
        yield _becomes(Kind.DROPPED, test, replace(test, dose_above=None))
        for moved in (test.dose_above - STEP, test.dose_above + STEP):
            yield _becomes(Kind.LIMIT, test, replace(test, dose_above=rounded(moved)))
    if test.started_within is not None:
        yield _becomes(Kind.DROPPED, test, replace(test, started_within=None))
        for days in (test.started_within - 1, test.started_within + 1):
            yield _becomes(Kind.LIMIT, test, replace(test, started_within=days))
    if test.stopped_within is not None:
        yield _becomes(Kind.DROPPED, test, replace(test, stopped_within=None))
        for days in (test.stopped_within - 1, test.stopped_within + 1):
            yield _becomes(Kind.LIMIT, test, replace(test, stopped_within=days))


def _becomes(kind: Kind, one: Condition, other: Condition) -> tuple[_Change, Condition]:
    return (kind, f"`{written(other)}` for `{written(one)}`"), other


def _beside(level: _Level) -> Iterator[_Level]:
    """Give the level above and the level below, where there are such."""
    order = list(type(level))
    at = order.index(level)
    yield from order[max(at - 1, 0) : at]
    yield from order[at + 1 : at + 2]


_Part = TypeVar("_Part")


def _with(parts: tuple[_Part, ...], at: int, other: _Part) -> tuple[_Part, ...]:
    return (*parts[:at], other, *parts[at + 1 :])


def _without(parts: tuple[_Part, ...], at: int) -> tuple[_Part, ...]:
    return (*parts[:at], *parts[at + 1 :])


def written(condition: Condition) -> str:
    """Write a condition on one line, much as its file does, numbers in canonical units; a long one is cut."""
    text = _written(condition)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3].rstrip(' ,')}..."


def _written(condition: Condition) -> str:
    match condition:
        case Present(finding=name) | PatternHolds(pattern=name):
            return name
        case Compare(quantity=name, operator=sign, limit=limit):
            return f"{name} {sign.value} {limit:.12g}"
        case IsOneOf(finding=name, options=options):
            return f"{name} is {', '.join(options)}"
        case Includes(finding=name, options=options):
            return f"{name} has {', '.join(options)}"
        case Takes(names=names):
            details = (
                (" dose > {:.12g} mg", condition.dose_above),
                (" started within {:g} days", condition.started_within),
                (" stopped within {:g} days", condition.stopped_within),
            )
            return f"takes {', '.join(names)}" + "".join(text.format(n) for text, n in details if n is not None)
        case Known(target=name):
            return f"known {name}"
        case Missing(target=name):
            return f"missing {name}"
        case AskedUnknown(finding=name):
            return f"asked unknown {name}"
        case Not(part=part):
            return f"not {_written(part)}"
        case NotShown(part=part):
            return f"not shown {_written(part)}"
        case AllOf(parts=parts):
            return f"all [{', '.join(map(_written, parts))}]"
        case AnyOf(parts=parts):
            return f"any [{', '.join(map(_written, parts))}]"
        case AtLeast(number=number, parts=parts):
            return f"at least {number} of [{', '.join(map(_written, parts))}]"
        case UrgencyAtLeast(level=level):
            return f"urgency at least {level.value}"
        case _:
            assert_never(condition)
