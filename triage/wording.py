"""Small words: lists joined as people write them, labels inside a sentence."""

from collections.abc import Iterable

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
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def listed(items: Iterable[str]) -> str:
    """Give `a, b and c`, or `a; b, c; d` where an item is a list of its own."""
    parts = list(items)
    return "; ".join(parts) if any(", " in part or " and " in part for part in parts) else together(parts)


def lowered(label: str) -> str:
    """Give a label for the middle of a sentence; names and abbreviations keep their capitals."""
    first = label.split(" ", 1)[0].split("-", 1)[0].split("'", 1)[0]
    return label if first in _NAMES or not label[1:2].islower() else label[:1].lower() + label[1:]


def capital(text: str) -> str:
    """Give the text with a capital."""
    return text[:1].upper() + text[1:]
