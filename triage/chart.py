"""What one person's answers amount to: the chart that every reader reads.

A chart holds the value and state of every finding and derived quantity. It is made once, before any rule, by `chart_of`
(`triage/charting.py`); readers look at nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from triage.medicines import MedicineList


class State(Enum):
    """How far a finding is known. The two unknowns are both UNKNOWN to logic; gap conditions tell them apart."""

    ANSWERED = "answered"
    ASKED_UNKNOWN = "asked_unknown"
    NOT_ASKED = "not_asked"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Interval:
    """A weighted count while some of its tests are open: it will end between `low` and `high`, both included."""

    low: float
    high: float


Value: TypeAlias = bool | float | str | frozenset[str] | Interval | MedicineList


@dataclass(frozen=True)
class Chart:
    """
    Values and states by id.

    Args:
        values: the usable values. Quantities are floats in canonical units; a name without a usable value is absent.
        states: the state of names that are not simply "not asked".
    """

    values: Mapping[str, Value]
    states: Mapping[str, State]

    def state(self, name: str) -> State:
        """Give the state of a finding or derived quantity."""
        return self.states.get(name, State.NOT_ASKED)
