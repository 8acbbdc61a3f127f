"""The truth tables, written out in full."""

import pytest

from triage import truth
from triage.truth import FALSE, TRUE, UNKNOWN, Truth

AND = {
    (TRUE, TRUE): TRUE, (TRUE, FALSE): FALSE, (TRUE, UNKNOWN): UNKNOWN,
    (FALSE, TRUE): FALSE, (FALSE, FALSE): FALSE, (FALSE, UNKNOWN): FALSE,
    (UNKNOWN, TRUE): UNKNOWN, (UNKNOWN, FALSE): FALSE, (UNKNOWN, UNKNOWN): UNKNOWN,
}  # fmt: skip
OR = {
    (TRUE, TRUE): TRUE, (TRUE, FALSE): TRUE, (TRUE, UNKNOWN): TRUE,
    (FALSE, TRUE): TRUE, (FALSE, FALSE): FALSE, (FALSE, UNKNOWN): UNKNOWN,
    (UNKNOWN, TRUE): TRUE, (UNKNOWN, FALSE): UNKNOWN, (UNKNOWN, UNKNOWN): UNKNOWN,
}  # fmt: skip


@pytest.mark.parametrize(("pair", "expected"), AND.items())
def test_and(pair: tuple[Truth, Truth], expected: Truth) -> None:
    assert truth.at_least(2, pair) is expected


@pytest.mark.parametrize(("pair", "expected"), OR.items())
def test_or(pair: tuple[Truth, Truth], expected: Truth) -> None:
    assert truth.at_least(1, pair) is expected


@pytest.mark.parametrize(("value", "expected"), [(TRUE, FALSE), (FALSE, TRUE), (UNKNOWN, UNKNOWN)])
def test_not(value: Truth, expected: Truth) -> None:
    assert truth.negate(value) is expected


def test_two_of_three_waits_for_the_open_one() -> None:
    assert truth.at_least(2, [TRUE, UNKNOWN, FALSE]) is UNKNOWN
    assert truth.at_least(2, [TRUE, FALSE, FALSE]) is FALSE
    assert truth.at_least(2, [TRUE, TRUE, UNKNOWN]) is TRUE


def test_a_truth_is_no_condition_of_if() -> None:
    with pytest.raises(TypeError, match="three values"):
        bool(TRUE)


def test_none_is_unknown() -> None:
    assert [truth.of(True), truth.of(False), truth.of(None)] == [TRUE, FALSE, UNKNOWN]
