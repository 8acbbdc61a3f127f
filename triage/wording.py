"""Small words: lists joined as people write them, amounts, labels inside a sentence; in the language in use."""

from collections.abc import Callable, Iterable
from functools import reduce

from triage.language import figures, in_use, say

_NAMES = frozenset(
    [
        "Achilles",
        "Addison",
        "Babinski",
        "Baker",
        "Barré",
        "Becker",
        "Chvostek",
        "Cushing",
        "Guillain",
        "Hoffmann",
        "Homans",
        "Lambert",
        "Lyme",
        "Parkinson",
        "Phalen",
        "Raynaud",
        "Tinel",
        "Trousseau",
        "Wells",
        "Wernicke",
        "Wilson",
    ]
)
"""Words that keep their capital anywhere; abbreviations (ECG, B12) do so by themselves."""


def together(items: Iterable[str]) -> str:
    """Give `a`, `a and b`, `a, b and c`."""
    parts = list(items)
    if len(parts) < 2:
        return "".join(parts)
    return say("{first} and {last}", first=commas(parts[:-1]), last=parts[-1])


def commas(items: Iterable[str]) -> str:
    """Give `a, b, c`."""
    return _joined(items, lambda first, following: say("{first}, {following}", first=first, following=following))


def semicolons(items: Iterable[str]) -> str:
    """Give `a; b; c`, for items that may hold commas."""
    return _joined(items, lambda first, following: say("{first}; {following}", first=first, following=following))


def either(items: Iterable[str]) -> str:
    """Give `a or b or c`."""
    return _joined(items, lambda first, following: say("{first} or {following}", first=first, following=following))


def both(items: Iterable[str]) -> str:
    """Give `a and b and c`, for conditions, where every "and" counts."""
    return _joined(items, lambda first, following: say("{first} and {following}", first=first, following=following))


def _joined(items: Iterable[str], join: Callable[[str, str], str]) -> str:
    parts = list(items)
    return reduce(join, parts) if parts else ""


def listed(items: Iterable[str]) -> str:
    """Give `a, b and c`, or `a; b, c; d` where an item is a list of its own."""
    parts = list(items)
    marks = (commas(["", ""]), together(["", ""]))
    return semicolons(parts) if any(mark in part for part in parts for mark in marks) else together(parts)


def amount(number: str, unit: str) -> str:
    """Give a number with its unit, or alone where it has none; the number was written with a point."""
    return say("{number} {unit}", number=figures(number), unit=unit) if unit else figures(number)


def lowered(label: str) -> str:
    """Give a label for the middle of a sentence; names, abbreviations and languages that write nouns large keep the capital."""
    if not in_use().lowers_labels:
        return label
    first = label.split(" ", 1)[0].split("-", 1)[0].split("'", 1)[0]
    return label if first in _NAMES or not label[1:2].islower() else label[:1].lower() + label[1:]


def capital(text: str) -> str:
    """Give a text that stands alone with a capital."""
    return text[:1].upper() + text[1:]
