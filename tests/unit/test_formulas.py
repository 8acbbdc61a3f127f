"""Arithmetic of derived quantities."""

import pytest

from triage.formulas import FormulaError, evaluate, inputs, parse


def test_adjusted_calcium() -> None:
    formula = parse("lab_ca_total + 0.02 * (40 - lab_albumin)")

    assert evaluate(formula, {"lab_ca_total": 2.1, "lab_albumin": 30.0}) == 2.3
    assert inputs(formula) == {"lab_ca_total", "lab_albumin"}


def test_a_sum_that_binary_floats_miss_lands_on_the_cut_point() -> None:
    assert evaluate(parse("a + 0.02 * b"), {"a": 2.51, "b": 5.0}) == 2.61


def test_an_unknown_input_leaves_it_unknown() -> None:
    assert evaluate(parse("a - b"), {"a": 1.0, "b": None}) is None
    assert evaluate(parse("a / b"), {"a": 1.0}) is None


def test_division_by_zero_is_unknown() -> None:
    assert evaluate(parse("a / b"), {"a": 1.0, "b": 0.0}) is None


@pytest.mark.parametrize("text", ["a ** 2", "f(a)", "a +", "a.b", "True", "a if b else c", "'x'"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)
