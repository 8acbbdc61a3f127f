"""The condition tree: plain, frozen, typed data that every reader reads.

A condition is a test of one finding, derived quantity, medicine list or pattern, or a combination of conditions. The set is
closed: a reader lists every node and ends in `assert_never`, so the type checker names the reader that forgot one.
What a node means is defined in `interpreters/reference.py` and nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias, assert_never


class Operator(Enum):
    """How a quantity is compared with a limit."""

    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="


class Urgency(Enum):
    """How soon a person should be seen; `rank` is 5 for emergency down to 1 for self-care."""

    EMERGENCY = "emergency"
    SAME_DAY = "same_day"
    URGENT = "urgent"
    ROUTINE = "routine"
    SELF_CARE = "self_care"

    @property
    def rank(self) -> int:
        """5 is the most urgent."""
        return _RANK[self]


_RANK = {level: rank for rank, level in enumerate(reversed(Urgency), start=1)}


@dataclass(frozen=True)
class Present:
    """A boolean finding was answered yes."""

    finding: str


@dataclass(frozen=True)
class Compare:
    """A quantity (asked or derived) against a limit, in the quantity's canonical unit."""

    quantity: str
    operator: Operator
    limit: float


@dataclass(frozen=True)
class IsOneOf:
    """A choice was answered with one of these options (sorted)."""

    finding: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Includes:
    """A set was answered and holds at least one of these options (sorted)."""

    finding: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Takes:
    """
    The medicine list holds an entry of one of these ingredients or classes (sorted).

    `dose_above` is in mg a day. `started_within` and `stopped_within` are in days; a stopped entry counts only for the latter.
    """

    names: tuple[str, ...]
    dose_above: float | None = None
    started_within: float | None = None
    stopped_within: float | None = None


@dataclass(frozen=True)
class PatternHolds:
    """An intermediate conclusion holds."""

    pattern: str


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AtLeast:
    """At least `number` of the parts hold."""

    number: int
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """The part is excluded: FALSE, not merely unknown."""

    part: "Condition"


@dataclass(frozen=True)
class Known:
    """There is a usable value: TRUE or UNKNOWN, never FALSE."""

    target: str


@dataclass(frozen=True)
class Missing:
    """Gap condition: there is no usable value of a finding or derived quantity."""

    target: str


@dataclass(frozen=True)
class AskedUnknown:
    """Gap condition: it was asked and no usable answer came."""

    finding: str


@dataclass(frozen=True)
class NotShown:
    """Gap condition: the part is not TRUE."""

    part: "Condition"


@dataclass(frozen=True)
class UrgencyAtLeast:
    """The final urgency is this level or above; for advice and claims only."""

    level: Urgency


Leaf: TypeAlias = Present | Compare | IsOneOf | Includes | Takes | Known | Missing | AskedUnknown
Condition: TypeAlias = Leaf | PatternHolds | AllOf | AnyOf | AtLeast | Not | NotShown | UrgencyAtLeast

MEDICINES = "medicines"
"""The id of the one finding that is a medicine list."""


def children(condition: Condition) -> tuple[Condition, ...]:
    """Give the conditions directly inside this one."""
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts) | AtLeast(parts=parts):
            return parts
        case Not(part=part) | NotShown(part=part):
            return (part,)
        case (
            Present()
            | Compare()
            | IsOneOf()
            | Includes()
            | Takes()
            | PatternHolds()
            | Known()
            | Missing()
            | AskedUnknown()
            | UrgencyAtLeast()
        ):
            return ()
        case _:
            assert_never(condition)


def walk(condition: Condition) -> Iterator[Condition]:
    """Give the condition and everything inside it, parents first."""
    yield condition
    for part in children(condition):
        yield from walk(part)


def tested(leaf: Leaf) -> str:
    """Give the id of the finding or derived quantity a leaf tests."""
    match leaf:
        case Present(finding=name) | IsOneOf(finding=name) | Includes(finding=name) | AskedUnknown(finding=name):
            return name
        case Compare(quantity=name):
            return name
        case Known(target=name) | Missing(target=name):
            return name
        case Takes():
            return MEDICINES
        case _:
            assert_never(leaf)


def names(condition: Condition) -> frozenset[str]:
    """Give every finding and derived quantity tested directly in a condition (not through patterns)."""
    return frozenset(tested(node) for node in walk(condition) if isinstance(node, Leaf))


def patterns(condition: Condition) -> frozenset[str]:
    """Give every pattern named directly in a condition."""
    return frozenset(node.pattern for node in walk(condition) if isinstance(node, PatternHolds))
