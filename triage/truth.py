"""Kleene's three truth values.

Promise: `UNKNOWN` is a value of its own and never turns into "no". A `Truth` refuses to be used as a condition of `if`,
because that is where three values silently become two.
"""

from collections.abc import Iterable
from enum import Enum
from typing import NoReturn


class Truth(Enum):
    """TRUE, FALSE or UNKNOWN."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    def __bool__(self) -> NoReturn:
        raise TypeError("a Truth has three values; compare it with `Truth.TRUE`")

    def __repr__(self) -> str:
        return self.name


TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


def of(value: bool | None) -> Truth:
    """Give the Truth of a Python answer; None is UNKNOWN."""
    if value is None:
        return UNKNOWN
    return TRUE if value else FALSE


def negate(value: Truth) -> Truth:
    """TRUE and FALSE swap; UNKNOWN stays."""
    match value:
        case Truth.TRUE:
            return FALSE
        case Truth.FALSE:
            return TRUE
        case Truth.UNKNOWN:
            return UNKNOWN


def at_least(number: int, values: Iterable[Truth]) -> Truth:
    """
    TRUE when `number` values are TRUE whatever the rest turn out to be, FALSE when they cannot be reached.

    `at_least(1, ...)` is Kleene's "or", `at_least(len(values), ...)` his "and".
    """
    known = possible = 0
    for value in values:
        known += value is TRUE
        possible += value is not FALSE
    if known >= number:
        return TRUE
    return UNKNOWN if possible >= number else FALSE
