"""A laboratory value on its bands, as shares of a line from 0 (left) to 1 (right); the template only draws it."""

from collections.abc import Sequence

from triage.reporting.words import Plain

_MARGIN = 0.2
"""So much of the span between the outermost limits is shown beyond them."""
_FAR = 2.0
"""A value so many spans beyond the limits is not drawn to scale: the limits would shrink to a point."""
_DIGIT, _GAP = 0.022, 0.015
"""The width of a digit and the least gap between two labels, as shares of the line."""


def bar(value: float, low: float | None, high: float | None, cuts: Sequence[float]) -> Plain | None:
    """
    Place a value, its reference interval and its action limits on one linear scale.

    Args:
        value, low, high: the value and its interval, in one unit; None for an open end.
        cuts: ascending action limits, each opening the band above it.

    Returns:
        `pin`, where the value stands, and `beyond`, the side on which it leaves the line (`low`, `high` or empty); `box`, the two
        ends of the interval, None without one; `band`, the two ends of the band the value lies in; `cuts`, the place of each
        limit. None when there is no limit at all.
    """
    limits = [*([low] if low is not None else []), *cuts, *([high] if high is not None else [])]
    if not limits:
        return None
    first, last = min(limits), max(limits)
    span = last - first or abs(last) or 1.0
    start, end = first - _MARGIN * span, last + _MARGIN * span
    if abs(value - min(max(value, first), last)) <= _FAR * span:
        start, end = min(start, value - _MARGIN / 2 * span), max(end, value + _MARGIN / 2 * span)
    if first >= 0 and value >= 0:
        start = max(start, 0.0)  # No such quantity is below nought; the line should not suggest it.

    def place(at: float) -> float:
        return round(min(max((at - start) / (end - start), 0.0), 1.0), 4)

    # Where no limit parts the bands, the ends of the interval do.
    edges = list(cuts) or limits
    below, above = [edge for edge in edges if edge <= value], [edge for edge in edges if edge > value]
    return {
        "pin": place(value),
        "beyond": "low" if value < start else "high" if value > end else "",
        "box": None if low is None and high is None else [place(start if low is None else low), place(end if high is None else high)],
        "band": [place(below[-1]) if below else 0.0, place(above[0]) if above else 1.0],
        "cuts": [place(cut) for cut in cuts],
    }  # fmt: skip


def ticks(places: Sequence[float], labels: Sequence[str]) -> list[Plain]:
    """
    Label action limits as far as there is room, from the outermost inwards: they ask for most.

    Returns:
        For each limit where it stands (`at`), and its `text`, empty where a neighbour took the room.
    """
    middle = (len(places) - 1) / 2
    taken: list[tuple[float, float]] = []
    shown: dict[int, str] = {}
    for index in sorted(range(len(places)), key=lambda index: -abs(index - middle)):
        half = (_DIGIT * len(labels[index]) + _GAP) / 2
        left, right = places[index] - half, places[index] + half
        if all(right <= start or left >= end for start, end in taken):
            taken.append((left, right))
            shown[index] = labels[index]
    return [{"at": at, "text": shown.get(index, "")} for index, at in enumerate(places)]
