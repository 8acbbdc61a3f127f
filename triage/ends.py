"""The truth values a condition may end with, as a set of three, and Kleene's operations on such sets.

A set is a small whole number: TRUE is 1, FALSE 2, UNKNOWN 4. A condition that is settled has one of them; one that open answers can
still turn has several. The operations take every combination of what the parts may end with.
"""

from collections.abc import Iterable, Sequence

from triage import truth
from triage.truth import Truth

TRUE, FALSE, UNKNOWN = 1, 2, 4
ANY = TRUE | FALSE | UNKNOWN
SETTLED = frozenset({TRUE, FALSE, UNKNOWN})

OF = {Truth.TRUE: TRUE, Truth.FALSE: FALSE, Truth.UNKNOWN: UNKNOWN}
TRUTH = {end: value for value, end in OF.items()}
"""The truth of a settled condition."""

_ALL = tuple(OF)


def _members(ends: int) -> list[Truth]:
    return [value for value in _ALL if ends & OF[value]]


def _union(values: Iterable[Truth]) -> int:
    found = 0
    for value in values:
        found |= OF[value]
    return found


def _pairs(number: int) -> bytes:
    """Give the table of a two-sided operation: "at least `number` of two", at `left * 8 + right`."""
    return bytes(
        _union(truth.at_least(number, (one, other)) for one in _members(left) for other in _members(right))
        for left in range(8)
        for right in range(8)
    )


AND, OR = _pairs(2), _pairs(1)
"""Both and either: `AND[left << 3 | right]`."""

NOT = bytes(_union(truth.negate(value) for value in _members(ends)) for ends in range(8))
NOT_SHOWN = bytes(_union(truth.of(value is not Truth.TRUE) for value in _members(ends)) for ends in range(8))


def at_least(number: int, parts: Sequence[int]) -> int:
    """Give the values that "at least `number` of these" may end with."""
    surely = could_be_true = could_be_false = could_be_unknown = either = 0
    for ends in parts:
        surely += ends == TRUE
        could_be_true += ends & TRUE
        could_be_false += bool(ends & FALSE)
        could_be_unknown += bool(ends & UNKNOWN)
        either += ends == TRUE | FALSE
    # UNKNOWN: fewer than `number` are TRUE, and those that are UNKNOWN make up the rest.
    unknown = could_be_unknown and surely < number and min(number - 1, surely + either) + could_be_unknown >= number
    return (
        (TRUE if could_be_true >= number else 0)
        | (FALSE if could_be_false > len(parts) - number else 0)
        | (UNKNOWN if unknown else 0)
    )
