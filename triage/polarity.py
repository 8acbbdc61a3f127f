"""What is asked of a condition, and what that asks of its parts.

A negation is pushed down to the answers: asking that `not x` holds asks that x is excluded.
"""

from enum import Enum
from typing import assert_never

from triage.truth import FALSE, TRUE, Truth


class Polarity(Enum):
    """What is asked of a condition: that it is TRUE, FALSE, not TRUE, or not FALSE."""

    HOLDS = "holds"
    EXCLUDED = "excluded"
    NOT_SHOWN = "not shown"
    NOT_EXCLUDED = "not excluded"

    def of(self, value: Truth) -> bool:
        """Whether a truth value is what this polarity asks."""
        match self:
            case Polarity.HOLDS:
                return value is TRUE
            case Polarity.EXCLUDED:
                return value is FALSE
            case Polarity.NOT_SHOWN:
                return value is not TRUE
            case Polarity.NOT_EXCLUDED:
                return value is not FALSE
            case _:
                assert_never(self)


THROUGH_NOT = {
    Polarity.HOLDS: Polarity.EXCLUDED,
    Polarity.EXCLUDED: Polarity.HOLDS,
    Polarity.NOT_SHOWN: Polarity.NOT_EXCLUDED,
    Polarity.NOT_EXCLUDED: Polarity.NOT_SHOWN,
}
THROUGH_NOT_SHOWN = {  # "not shown" is itself TRUE or FALSE, so two of the four fall together
    Polarity.HOLDS: Polarity.NOT_SHOWN,
    Polarity.NOT_EXCLUDED: Polarity.NOT_SHOWN,
    Polarity.EXCLUDED: Polarity.HOLDS,
    Polarity.NOT_SHOWN: Polarity.HOLDS,
}
