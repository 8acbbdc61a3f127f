"""Arithmetic over quantities, as data: the formulas of derived quantities.

A formula is written in the usual notation (`lab_ca_total + 0.02 * (40 - lab_albumin)`), with numbers, names, `+ - * /` and
brackets, and nothing else. Names stand for quantities in their canonical units.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from triage.errors import TriageError

DECIMALS = 6
"""Quantities are rounded once, to this many decimals, at the edge and after a formula, so that every reader compares the same number."""


STEP = 10.0**-DECIMALS
"""One step beside a number is the next number there is."""


def rounded(value: float) -> float:
    """Round a quantity to the precision every reader compares at; minus zero becomes zero."""
    return round(value, DECIMALS) + 0.0


class FormulaError(TriageError):
    """A formula holds something other than numbers, names, `+ - * /` and brackets."""


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True)
class Quantity:
    """The value of a quantity."""

    name: str


@dataclass(frozen=True)
class Arithmetic:
    """Two formulas joined by `+`, `-`, `*` or `/`."""

    operator: str
    left: "Formula"
    right: "Formula"


Formula: TypeAlias = Number | Quantity | Arithmetic

_OPERATORS: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_APPLY: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def parse(text: str) -> Formula:
    """
    Read a formula.

    Raises:
        FormulaError: the text is not arithmetic over names and numbers.
    """
    try:
        return _convert(ast.parse(text, mode="eval").body)
    except SyntaxError as error:
        raise FormulaError(f"`{text}` is not a formula; use numbers, names, + - * / and brackets") from error


def _convert(node: ast.expr) -> Formula:
    match node:
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return Arithmetic(_OPERATORS[type(operator)], _convert(left), _convert(right))
        case ast.Name(id=name):
            return Quantity(name)
        case ast.Constant(value=float() | int() as value) if not isinstance(value, bool):
            return Number(float(value))
        case _:
            raise FormulaError(
                f"`{ast.unparse(node)}` is not allowed in a formula; use numbers, names, + - * / and brackets"
            )


def inputs(formula: Formula) -> frozenset[str]:
    """Give the names of the quantities a formula needs."""
    match formula:
        case Number():
            return frozenset()
        case Quantity(name=name):
            return frozenset({name})
        case Arithmetic(left=left, right=right):
            return inputs(left) | inputs(right)
        case _:
            assert_never(formula)


def evaluate(formula: Formula, values: Mapping[str, float | None]) -> float | None:
    """Give the value of a formula, or None when an input is unknown or it divides by zero."""
    result = _evaluate(formula, values)
    return None if result is None else rounded(result)


def _evaluate(formula: Formula, values: Mapping[str, float | None]) -> float | None:
    match formula:
        case Number(value=value):
            return value
        case Quantity(name=name):
            return values.get(name)
        case Arithmetic(operator=operator, left=left, right=right):
            a, b = _evaluate(left, values), _evaluate(right, values)
            if a is None or b is None or (operator == "/" and b == 0):
                return None
            return _APPLY[operator](a, b)
        case _:
            assert_never(formula)
