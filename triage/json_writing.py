"""An intake to JSON text: the way back of `triage/json_intake.py`.

Promise: what was written reads back to an intake that is assessed alike. Different answers to one question stand under one name
again, and what JSON has no word for stands as the name of its type, which is as unusable an answer as it was.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date

from triage.intake import Contradicting

_STEP = "  "


def write_json(intake: Mapping[str, object]) -> bytes:
    """
    Write an intake as JSON.

    Args:
        intake: as for `Triage.assess`: with dates and sets as Python has them, and `Contradicting` as `read_json` gives them.

    Returns:
        UTF-8, the same bytes for the same intake; half a character (a lone surrogate) becomes a question mark.
    """
    return (_text(intake, "\n") + "\n").encode("utf-8", "replace")


def _text(value: object, line: str) -> str:
    inner = line + _STEP
    if isinstance(value, Mapping):
        members = [
            f"{_scalar(str(name))}: {_text(one, inner)}" for name, given in value.items() for one in _each(given)
        ]
        return f"{{{inner}{f',{inner}'.join(members)}{line}}}" if members else "{}"
    if isinstance(value, list | tuple | set | frozenset):
        # A set has no order of its own.
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        return f"[{', '.join(_text(one, inner) for one in items)}]"
    return _scalar(value)


def _each(given: object) -> Iterator[object]:
    yield from given.values if isinstance(given, Contradicting) else (given,)


def _scalar(value: object) -> str:
    if isinstance(value, date):
        return json.dumps(value.isoformat())
    known = value is None or isinstance(value, bool | int | float | str)
    return json.dumps(value if known else type(value).__name__, ensure_ascii=False)
