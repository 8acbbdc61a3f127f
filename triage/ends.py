"""The lowest and the highest truth a condition may end with, as one small number; FALSE is below UNKNOWN, UNKNOWN below TRUE.

A condition that is settled has the same truth at both ends; open answers hold the ends apart. Four bits say of the highest end and
of the lowest whether it reaches UNKNOWN and whether it reaches TRUE. Kleene's "and" takes the lower of two truths, his "or" the
higher: on these bits they are Python's `&` and `|`, for both ends at once.
"""

from triage import truth
from triage.truth import Truth

_MAY_HOLD, _MUST_NOT_FAIL = 0b0100, 0b0010
_HIGHEST, _LOWEST = 0b1100, 0b0011

TRUE, UNKNOWN, FALSE = 0b1111, 0b1010, 0b0000
OF = {Truth.FALSE: FALSE, Truth.UNKNOWN: UNKNOWN, Truth.TRUE: TRUE}
"""The ends of a settled condition, the lowest truth first."""
TRUTH = {end: value for value, end in OF.items()}
"""The truth of a settled condition."""
SETTLED = frozenset(TRUTH)


def between(lowest: Truth, highest: Truth) -> int:
    """Give the ends of a condition that may have either truth, and any between them."""
    return OF[lowest] & _LOWEST | OF[highest] & _HIGHEST


ANY = between(Truth.FALSE, Truth.TRUE)


def either(one: int, other: int) -> int:
    """Give the lower of two lowest ends and the higher of two highest: what may be the one or the other."""
    return one & other & _LOWEST | (one | other) & _HIGHEST


def may_hold(ends: int) -> bool:
    """Whether a condition may end TRUE."""
    return bool(ends & _MAY_HOLD)


def may_fail(ends: int) -> bool:
    """Whether a condition may end FALSE."""
    return not ends & _MUST_NOT_FAIL


def _turned() -> tuple[bytes, bytes]:
    """Give the tables of "not" and "not shown": both make what was highest the lowest."""
    nots, not_showns = bytearray(16), bytearray(16)
    order = list(OF)
    for at, lowest in enumerate(order):
        for highest in order[at:]:
            found = between(lowest, highest)
            nots[found] = between(truth.negate(highest), truth.negate(lowest))
            not_showns[found] = between(*(truth.of(value is not Truth.TRUE) for value in (highest, lowest)))
    return bytes(nots), bytes(not_showns)


NOT, NOT_SHOWN = _turned()
