"""Words as they are printed: foreign text made harmless, dates and numbers in house form, lists cut to a length.

Text comes from three hands: the knowledge base, the host and the patient. None of it may steer the page. Escaping belongs to
the templates; what escaping cannot mend (control characters, overrides of the reading direction) is taken out here, once,
before anything else sees it.
"""

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from triage.wording import lowered as lowered
from triage.wording import together as together

Plain: TypeAlias = dict[str, Any]
"""One record of the assessment as plain data."""

_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
# C0 and C1 controls, soft hyphen, direction marks, overrides and isolates, invisible operators, byte-order mark, unpaired
# surrogates. The joiners U+200C and U+200D stay: several scripts and many names are misspelt without them.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
# The shipped fonts lack these signs, and a fall-back font must never supply a clinical sign: they become words.
_SIGNS = (
    (re.compile(r"[µμ]g\b"), "micrograms"),
    (re.compile(r"[µμ](?=[A-Za-z])"), "micro"),
    (re.compile(r"\bumol\b"), "micromol"),
    (re.compile(r"\bdegC\b"), "°C"),
    (re.compile(r"[≥⩾]\s*"), "at least "),
    (re.compile(r"[≤⩽]\s*"), "at most "),
    (re.compile(r"\s*[→⇒]\s*"), " to "),
    (re.compile(r"[✓✔]"), "yes"),
    (re.compile(r"[−‑]"), "-"),
)
_UNIT = r"mmol|micromol|nmol|pmol|mg|mL|g/L|micrograms?|units?|mmHg|cm|kg|minutes?|hours?|days?|weeks?|months?|years?|per week"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")
_DAYS_BEFORE = re.compile(r"(\d{1,6}) days? before")
_PARTED = re.compile(rf"(?<=\d) (?=(?:{_UNIT}|{'|'.join(_MONTHS)})\b)|(?<=\d (?:{'|'.join(_MONTHS)})) (?=\d)")


def harmless(value: Any) -> Any:
    """Give the same plain data with every string free of control characters and direction overrides."""
    if isinstance(value, str):
        text = _UNSEEN.sub("", _BREAKS.sub(" ", value))
        for sign, word in _SIGNS:
            text = sign.sub(word, text)
        return text.strip()
    if isinstance(value, Mapping):
        return {key: harmless(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [harmless(item) for item in value]
    return value


def keep_units(value: object) -> object:
    """Keep a number and its unit, and a date, on one line: a dose never breaks in two."""
    return _PARTED.sub("\u00a0", value) if type(value) is str else value


def shorten(text: str, limit: int) -> str:
    """Cut a text that would push the rest off its page, between words where it has any; the full report prints it whole."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    gap = len(kept) if text[limit - 1] == " " else kept.rfind(" ")
    # A gap far back belongs to a word without end; cutting there would leave next to nothing.
    return (kept[:gap] if gap > limit // 2 else kept).rstrip(" ,;:") + "…"


def whole_sentences(text: str, limit: int) -> str:
    """Give as many whole sentences as fit, one at least; a request cut in its middle could be taken for another."""
    first, *others = _SENTENCE_END.split(text)
    kept = shorten(first, limit)
    for sentence in others:
        if len(kept) + 1 + len(sentence) > limit:
            break
        kept += f" {sentence}"
    return kept


def fitting(items: Sequence[str], limit: int) -> list[str]:
    """Give as many whole items as fit `limit` characters, one at least, and how many were left out."""
    kept = [shorten(item, limit) for item in items[:1]]
    for item in items[1:]:
        if sum(map(len, kept)) + 2 * len(kept) + len(item) > limit:
            return [*kept, f"{len(items) - len(kept)} more"]
        kept.append(item)
    return kept


def few(items: Sequence[str], limit: int) -> list[str]:
    """Give at most `limit` items; what was left out is counted, never hidden."""
    if len(items) <= limit:
        return list(items)
    return [*items[: limit - 1], f"{len(items) - limit + 1} more"]


def first_sentence(text: str) -> str:
    """Give what stands before the first full stop that ends a sentence."""
    return _SENTENCE_END.split(text, maxsplit=1)[0]


def sentence(text: str) -> str:
    """Give the text with a capital and a full stop."""
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".?!…" else ".")


def unfinished(text: str) -> str:
    """Give the text without its full stop, to be built into a longer sentence."""
    return text.rstrip().rstrip(".")


def read_moment(text: str) -> datetime | None:
    """Read an ISO date or time; None for anything else."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def day(text: str) -> str:
    """Give an ISO date as `12 Mar 2026`; other words stay as they are."""
    moment = read_moment(text)
    return _day(moment) if moment else text


def moment(text: str) -> str:
    """Give an ISO time as `12 Mar 2026, 14:20`; without a time of day the date alone."""
    read = read_moment(text)
    if read is None:
        return text
    return f"{_day(read)}, {read:%H:%M}" if len(text) > len("2026-03-12") else _day(read)


def since(text: str, on: str) -> str:
    """Give a start as a date: the engine's `20 days before` counted back from `on`, an ISO date, or the words as they are."""
    if text == "today":
        return day(on[:10])
    found = _DAYS_BEFORE.fullmatch(text)
    return (days_before(on, int(found[1])) if found else "") or day(text)


def days_before(text: str, days: int) -> str:
    """Give the date `days` before an ISO time, or nothing when it cannot be said."""
    read = read_moment(text)
    try:
        return _day(read - timedelta(days=days)) if read else ""
    except OverflowError:
        return ""


def age(born: str, on: str) -> str:
    """Give the age in words, or nothing when either date is not an ISO date; months below two years."""
    first, last = read_moment(born), read_moment(on)
    if first is None or last is None or first.date() > last.date():
        return ""
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    return f"{months // 12} years" if months >= 24 else f"{months} month{'' if months == 1 else 's'}"


def measured(value: float) -> str:
    """Give a converted or computed number as a reader needs it: four figures, whole above a thousand."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def number(value: float) -> str:
    """Give a number without trailing zeros."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def alike(values: Sequence[float | None]) -> list[str]:
    """Give numbers with the same count of decimals (`2.5`, `3.0`); nothing for None."""
    decimals = max((len(number(v).partition(".")[2]) for v in values if v is not None), default=0)
    return ["" if value is None else f"{value:.{decimals}f}" for value in values]


def interval(low: str, high: str) -> str:
    """Give a reference interval; an open end is said, not drawn."""
    if low and high:
        return f"{low}–{high}"
    return f"from {low}" if low else f"up to {high}" if high else ""


def fold(text: str, first: str = "", rest: str | None = None, width: int = 80) -> str:
    """Wrap a text for the plain report: `first` before its first line, `rest` (or as many spaces) before the others."""
    indent = " " * len(first) if rest is None else rest
    lines = textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=indent, break_long_words=True, break_on_hyphens=False
    )
    return "\n".join(lines) or first.rstrip()


def css_string(text: str) -> str:
    """
    Give the text as a quoted CSS string in which nothing but letters, digits and spaces stands unescaped.

    Neither a quote nor a closing `style` tag can then end it early.
    """
    return '"' + "".join(c if c.isascii() and (c.isalnum() or c == " ") else f"\\{ord(c):x} " for c in text) + '"'


def _day(on: date) -> str:
    # `%b` follows the locale of the host, the letter does not.
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"
