"""The levels of urgency, and the test of them that advice may make."""

from itertools import product

import pytest

from triage.chart import Chart
from triage.conditions import Urgency, UrgencyAtLeast
from triage.interpreters.reference import Reference
from triage.truth import FALSE, TRUE

LEVELS = (Urgency.EMERGENCY, Urgency.SAME_DAY, Urgency.URGENT, Urgency.ROUTINE, Urgency.SELF_CARE)
"""From most to least urgent."""


def test_the_rank_is_five_for_emergency_down_to_one_for_self_care() -> None:
    assert [level.rank for level in LEVELS] == [5, 4, 3, 2, 1]
    assert set(LEVELS) == set(Urgency)


@pytest.mark.parametrize(("final", "asked"), list(product(LEVELS, LEVELS)))
def test_at_least_a_level_is_that_level_or_a_more_urgent_one(final: Urgency, asked: Urgency) -> None:
    truth = Reference({}, Chart({}, {}), final).truth(UrgencyAtLeast(asked))

    assert truth is (TRUE if LEVELS.index(final) <= LEVELS.index(asked) else FALSE)
