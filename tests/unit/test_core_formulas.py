"""The four operations, what cannot be computed, and the one rounding."""

import math

import pytest

from triage.formulas import evaluate, parse, rounded


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b", 10.0),
        ("a - b", 6.0),
        ("a * b", 16.0),
        ("a / b", 4.0),
        ("b / a", 0.25),
        ("a / b / b", 2.0),
        ("a - b - b", 4.0),
        ("a - (b - b)", 8.0),
        ("a + b * b", 12.0),
        ("(a + b) * b", 20.0),
        ("a * 0", 0.0),
        ("none / a", 0.0),
        ("b * none", 0.0),
        ("b + none", 2.0),
        ("7", 7.0),
    ],
)
def test_arithmetic(text: str, value: float) -> None:
    assert evaluate(parse(text), {"a": 8.0, "b": 2.0, "none": 0.0}) == value


@pytest.mark.parametrize("text", ["a / none", "a / (b - b)", "1 / 0", "a + gone", "gone + a", "a * unknown", "(a / none) * none"])  # fmt: skip
def test_what_divides_by_zero_or_lacks_an_input_has_no_value(text: str) -> None:
    assert evaluate(parse(text), {"a": 8.0, "b": 2.0, "none": 0.0, "unknown": None}) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.1234564, 0.123456), (0.1234566, 0.123457), (1 / 3, 0.333333), (2.5, 2.5), (-1.0000004, -1.0)],
)
def test_a_quantity_is_rounded_to_six_decimals(value: float, expected: float) -> None:
    assert rounded(value) == expected
    assert evaluate(parse("x + 0"), {"x": value}) == expected


@pytest.mark.parametrize("value", [-0.0, -0.0000001, 0.0])
def test_no_quantity_is_minus_zero(value: float) -> None:
    """A report that says "-0.0" looks like a fault."""
    assert math.copysign(1.0, rounded(value)) == 1.0
