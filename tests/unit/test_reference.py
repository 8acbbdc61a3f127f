"""The definition, on small charts."""

import pytest

from triage.chart import Chart, Interval, State
from triage.conditions import (
    AskedUnknown,
    Compare,
    Condition,
    Includes,
    IsOneOf,
    Known,
    Missing,
    Not,
    NotShown,
    Operator,
    PatternHolds,
    Present,
    Takes,
    Urgency,
    UrgencyAtLeast,
)  # fmt: skip
from triage.errors import TriageError
from triage.interpreters.reference import Reference
from triage.medicines import MedicineEntry, MedicineList
from triage.truth import FALSE, TRUE, UNKNOWN, Truth

VALUES = {
    "yes": True, "no": False, "k": 3.0, "score": Interval(1, 3), "choice": "a", "set": frozenset({"x"}),
    "medicines": MedicineList((
        MedicineEntry("drug", ("drug",), ("cls",), True, dose_mg=20.0, started_days=5),
        MedicineEntry("old", ("old",), (), True, stopped=True, stopped_days=10),
    )),
}  # fmt: skip
STATES = dict.fromkeys(VALUES, State.ANSWERED) | {"na": State.NOT_APPLICABLE, "unsure": State.ASKED_UNKNOWN}
CHART = Chart(VALUES, STATES)
B, A = Operator.BELOW, Operator.AT_LEAST


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Present("yes"), TRUE), (Present("no"), FALSE), (Present("open"), UNKNOWN), (Present("na"), FALSE), (Present("unsure"), UNKNOWN),
        (Not(Present("na")), TRUE), (Not(Present("open")), UNKNOWN),
        (Compare("k", B, 3.0), FALSE), (Compare("k", A, 3.0), TRUE), (Compare("na", B, 3), FALSE), (Compare("na", A, 3), FALSE),
        (Not(Compare("na", B, 3)), TRUE), (Compare("open", B, 3), UNKNOWN),
        (Compare("score", A, 1), TRUE), (Compare("score", A, 2), UNKNOWN), (Compare("score", A, 4), FALSE),
        (Compare("k", Operator.ABOVE, 3.0), FALSE), (Compare("k", Operator.AT_MOST, 3.0), TRUE),
        (IsOneOf("choice", ("a", "b")), TRUE), (IsOneOf("choice", ("b",)), FALSE), (Includes("set", ("x", "y")), TRUE), (Includes("set", ("y",)), FALSE),
        (Known("yes"), TRUE), (Known("open"), UNKNOWN), (Known("na"), TRUE),
        (Missing("open"), TRUE), (Missing("unsure"), TRUE), (Missing("na"), FALSE), (Missing("yes"), FALSE),
        (AskedUnknown("unsure"), TRUE), (AskedUnknown("open"), FALSE),
        (NotShown(Present("open")), TRUE), (NotShown(Present("yes")), FALSE), (NotShown(Not(Present("yes"))), TRUE),
        (Takes(("drug",)), TRUE), (Takes(("cls",)), TRUE), (Takes(("other",)), FALSE), (Takes(("old",)), FALSE),
        (Takes(("old",), stopped_within=14), TRUE), (Takes(("old",), stopped_within=7), FALSE), (Takes(("drug",), stopped_within=7), FALSE),
        (Takes(("drug",), dose_above=20), FALSE), (Takes(("drug",), dose_above=19), TRUE), (Takes(("drug",), started_within=4), FALSE),
        (PatternHolds("p"), TRUE),
    ],
)  # fmt: skip
def test_meaning(condition: Condition, expected: Truth) -> None:
    assert Reference({"p": Present("yes")}, CHART).truth(condition) is expected


def test_no_list_leaves_medicines_unknown() -> None:
    assert Reference({}, Chart({}, {})).truth(Takes(("drug",))) is UNKNOWN


@pytest.mark.parametrize("taken", [MedicineList(complete=False), MedicineList((MedicineEntry("xyz"),))])
def test_a_list_that_may_hide_something_excludes_nothing(taken: MedicineList) -> None:
    chart = Chart({"medicines": taken}, {"medicines": State.ANSWERED})

    assert Reference({}, chart).truth(Takes(("drug",))) is UNKNOWN


def test_a_detail_not_given_is_unknown() -> None:
    taken = MedicineList((MedicineEntry("drug", ("drug",), (), True),))
    chart = Chart({"medicines": taken}, {"medicines": State.ANSWERED})

    assert Reference({}, chart).truth(Takes(("drug",), dose_above=20)) is UNKNOWN
    assert Reference({}, chart).truth(Takes(("drug",), started_within=7)) is UNKNOWN


def test_rules_never_see_the_urgency() -> None:
    with pytest.raises(TriageError, match="before the verdict"):
        Reference({}, CHART).truth(UrgencyAtLeast(Urgency.URGENT))

    assert Reference({}, CHART, Urgency.SAME_DAY).truth(UrgencyAtLeast(Urgency.URGENT)) is TRUE
    assert Reference({}, CHART, Urgency.URGENT).truth(UrgencyAtLeast(Urgency.URGENT)) is TRUE
    assert Reference({}, CHART, Urgency.ROUTINE).truth(UrgencyAtLeast(Urgency.URGENT)) is FALSE
