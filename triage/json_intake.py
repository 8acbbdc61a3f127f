"""JSON text to an intake, or to an assessment: strict about the notation, silent about the content, which `triage/intake.py` judges.

Promise: nothing that was written is lost. JSON parsers keep the last of several answers under one name; here different answers
become `Contradicting`, so that the engine sees all of them. Whatever this module gives can be printed and written out again:
no lone surrogate survives, and nothing is nested deeper than an intake needs.
"""

import json
from collections.abc import Mapping, Sequence
from typing import NoReturn

from pydantic import ValidationError

from triage.assessment import Assessment
from triage.errors import IntakeError
from triage.intake import Contradicting

LIMIT = 2_000_000
"""Bytes. One person's intake has some thousand; more than this is another file by mistake, or an attack."""

DEEPEST = 20
"""Levels of objects and lists. An intake needs three, an assessment five."""

_EXAMPLE = 'send a JSON object such as {"age_years": 67}'
_LONGEST_INTEGER = 18


def read_json(text: str | bytes) -> Mapping[str, object]:
    """
    Read an intake from JSON.

    Args:
        text: a JSON object; bytes are UTF-8, with or without a byte-order mark.

    Returns:
        A mapping for `Triage.assess`. Names given more than once with different values hold a `Contradicting`, in objects
        within it too. NaN and infinite numbers stay what they are, so that the engine can list them.

    Raises:
        IntakeError: larger than `LIMIT`, not UTF-8, not JSON, nested deeper than `DEEPEST`, or not an object.
    """
    # A text is measured in characters first: encoding it costs something, and it has no fewer bytes than characters.
    if len(text) > LIMIT or (isinstance(text, str) and len(text.encode("utf-8", "surrogatepass")) > LIMIT):
        _refuse(f"intake: larger than {LIMIT // 1_000_000} MB ({LIMIT:,} bytes), the limit; send one person's answers")
    try:
        written = json.loads(_decoded(text), object_pairs_hook=_Members, parse_int=lambda digits: _integer(digits))
        found = _settled(written, 0)
    except json.JSONDecodeError as problem:
        what = problem.msg[:1].lower() + problem.msg[1:]
        place = f"intake: line {problem.lineno}, column {problem.colno}"
        # Without the cause: it carries the whole text, and that is somebody's answers.
        raise IntakeError([f"{place}: not JSON, {what}; check quotes, commas and brackets"]) from None
    except RecursionError:
        _too_deep()
    if not isinstance(found, dict):
        _refuse(f"intake: {_kind(found)}, not an object; {_EXAMPLE}")
    return found


def read_assessment(given: Mapping[str, object], place: str) -> Assessment:
    """
    Read an assessment from what `read_json` gave.

    Args:
        place: what it is called in messages. They say where it does not fit and repeat nothing that stands there.

    Raises:
        IntakeError: of another schema, or it does not fit the schema.
    """
    expected = Assessment.model_fields["schema_"].default
    if given.get("schema") != expected:
        raise IntakeError(
            [f"{place}: of another schema than `{expected}`; use the version that made it, or make it again"]
        )
    try:
        return Assessment.model_validate(given)
    except ValidationError as problem:
        faults = [
            f"{place}: {'.'.join(map(str, fault['loc']))}: {fault['msg'][:1].lower()}{fault['msg'][1:]}"
            for fault in problem.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise IntakeError([*faults, f"{place}: keep it as `triage assess --json` writes it"]) from None


class _Members(tuple[tuple[str, object], ...]):
    """The members of one object as they were written, names given twice included."""


def _decoded(text: str | bytes) -> str:
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as problem:
            message = f"intake: not UTF-8 at byte {problem.start + 1}; save the file as UTF-8"
            raise IntakeError([message]) from None
    text = text.removeprefix("\ufeff")
    if not text.strip():
        _refuse(f"intake: empty; {_EXAMPLE}")
    return text


def _integer(digits: str) -> int | float:
    """Read an integer; Python refuses thousands of digits, and beyond `_LONGEST_INTEGER` none is a measurement anyway."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


def _settled(value: object, depth: int) -> object:
    """Give the value with plain objects, printable texts and answers to one name brought together."""
    if isinstance(value, str):
        return _printable(value)
    if not isinstance(value, tuple | list):
        return value
    if depth == DEEPEST:
        _too_deep()
    if isinstance(value, list):
        return [_settled(item, depth + 1) for item in value]
    answers: dict[str, list[object]] = {}
    for name, answer in value:
        answers.setdefault(_printable(name), []).append(_settled(answer, depth + 1))
    return {name: _one(given) for name, given in answers.items()}


def _one(given: Sequence[object]) -> object:
    if all(_same(given[0], other) for other in given[1:]):
        return given[0]
    return Contradicting(tuple(given))


def _same(one: object, other: object) -> bool:
    """Whether two values are the same JSON: `1` and `true` are equal in Python and different answers here."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, Contradicting) and isinstance(other, Contradicting):
        return _same(list(one.values), list(other.values))
    return one == other or (one != one and other != other)  # NaN is the only value that differs from itself


def _printable(text: str) -> str:
    """Give the text with lone surrogates replaced: JSON may hold them, no output can."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _kind(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return "a text"
    return "empty (`null`)" if value is None else "a yes or no" if isinstance(value, bool) else "a number"


def _too_deep() -> NoReturn:
    _refuse(f"intake: nested more than {DEEPEST} levels deep; {_EXAMPLE}")


def _refuse(message: str) -> NoReturn:
    raise IntakeError([message])
