"""Words as they are printed: foreign text made harmless, dates and numbers in house form, lists cut to a length.

Text comes from three hands: the knowledge base, the host and the patient. None of it may steer the page. Escaping belongs to
the templates; what escaping cannot mend (control characters, overrides of the reading direction) is taken out here, once,
before anything else sees it.
"""

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from triage.language import PSEUDO, figures, in_use, say, say_many
from triage.wording import capital, semicolons
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
_SIGNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"[µμ]g\b"), lambda _: say("micrograms")),
    (re.compile(r"[µμ](?=[A-Za-z])|\bu(?=mol\b)"), lambda _: say("micro")),
    (re.compile(r"\bdegC\b"), lambda _: "°C"),
    (re.compile(r"[≥⩾]\s*(\d+(?:[.,]\d+)*|)"), lambda found: say("at least {number}", number=found[1])),
    (re.compile(r"[≤⩽]\s*(\d+(?:[.,]\d+)*|)"), lambda found: say("at most {number}", number=found[1])),
    (re.compile(r"\s*[→⇒]\s*"), lambda _: say("{before} to {after}", before="", after="")),
    (re.compile(r"[✓✔]"), lambda _: say("yes")),
    (re.compile(r"[−‑]"), lambda _: "-"),
)
_UNIT = r"mmol|micromol|nmol|pmol|mg|mL|g/L|micrograms?|units?|mmHg|cm|kg|minutes?|hours?|days?|weeks?|months?|years?|per week"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_AFTER_A_STOP = re.compile(r"(?<=[.?!؟])\s+(?=[^\W\d_])")
_DAYS_BEFORE = re.compile(r"(\d{1,6}) days? before")
_PARTED = re.compile(rf"(?<=\d) (?=(?:{_UNIT}|{'|'.join(_MONTHS)})\b)|(?<=\d (?:{'|'.join(_MONTHS)})) (?=\d)")
_BEFORE_A_WORD = re.compile(r"(?<=\d) (?=[^\W\d_]{1,12}\b)")


def word(name: str) -> str:
    """Give the id of a certainty or of who answers as a word; anything else is a word already."""
    match name:
        case "fact":
            return say("fact")
        case "probable":
            return say("probable")
        case "possible":
            return say("possible")
        case "consider":
            return say("consider")
        case "person":
            return say("person")
        case "examination":
            return say("examination")
        case "laboratory":
            return say("laboratory")
        case _:
            return name


def levels() -> dict[str, dict[str, str]]:
    """Give the word and the time of each urgency level as the marks of a page print them."""
    return {
        "emergency": {"word": say("Emergency"), "time": say("now")},
        "same_day": {"word": say("Same day"), "time": say("today")},
        "urgent": {"word": say("Urgent"), "time": say("within 14 days")},
        "routine": {"word": say("Routine"), "time": say("2 to 6 weeks")},
        "self_care": {"word": say("Self-care"), "time": say("no visit needed")},
    }


def harmless(value: Any) -> Any:
    """Give the same plain data with every string free of control characters and direction overrides."""
    if isinstance(value, str):
        text = _UNSEEN.sub("", _BREAKS.sub(" ", value))
        for sign, in_words in _SIGNS:
            text = sign.sub(in_words, text)
        return text.strip()
    if isinstance(value, Mapping):
        return {key: harmless(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [harmless(item) for item in value]
    return value


def keep_units(value: object) -> object:
    """
    Keep a number and its unit, and a date, on one line: a dose never breaks in two.

    Which words are units is known of English; in other languages a number stays with any short word behind it.
    """
    if type(value) is not str:
        return value
    gap = _PARTED if in_use().is_source or in_use().code in PSEUDO else _BEFORE_A_WORD
    return gap.sub("\u00a0", value)


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
    first, *others = sentences(text)
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
            return [*kept, _more(len(items) - len(kept))]
        kept.append(item)
    return kept


def few(items: Sequence[str], limit: int) -> list[str]:
    """Give at most `limit` items; what was left out is counted, never hidden."""
    if len(items) <= limit:
        return list(items)
    return [*items[: limit - 1], _more(len(items) - limit + 1)]


def _more(count: int) -> str:
    return say_many(count, "{number} more", "{number} more")


def parts(text: str) -> list[str]:
    """Take apart what `semicolons` joined, in the same language."""
    return text.split(semicolons(["", ""]))


def sentences(text: str) -> list[str]:
    """Part a text into sentences: one ends where no small letter follows, whatever capitals a language has."""
    found, start = [], 0
    for gap in _AFTER_A_STOP.finditer(text):
        if not text[gap.end()].islower():
            found.append(text[start : gap.start()])
            start = gap.end()
    return [*found, text[start:]]


def first_sentence(text: str) -> str:
    """Give what stands before the first full stop that ends a sentence."""
    return sentences(text)[0]


def sentence(text: str) -> str:
    """Give the text with a capital and a full stop."""
    if not text:
        return ""
    return capital(text) + ("" if text[-1] in ".?!؟…" else ".")


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
    """Give an ISO date as `12 Mar 2026`, or as the language in use writes it; other words stay as they are."""
    moment = read_moment(text)
    return _day(moment) if moment else text


def moment(text: str) -> str:
    """Give an ISO time as `12 Mar 2026, 14:20`; without a time of day the date alone."""
    read = read_moment(text)
    if read is None:
        return text
    if len(text) <= len("2026-03-12"):
        return _day(read)
    return say("{day}, {time}", day=_day(read), time=f"{read:%H:%M}")


def since(text: str, on: str, days: float | None = None) -> str:
    """
    Give a start as a date, where it can be said; else the words as they are.

    Args:
        text: the start in words, or an ISO date.
        on: the ISO time from which days are counted back.
        days: how many they are; an older assessment says it in words alone, `20 days before`.
    """
    if days is not None and days == int(days) and (found_day := days_before(on, int(days))):
        return found_day
    if text == "today":
        return day(on[:10])
    found = _DAYS_BEFORE.fullmatch(text)
    return (days_before(on, int(found[1])) if found else "") or day(text)


def days_ago(text: str, on: str) -> float | None:
    """Read a start as `since` reads it, as days before `on`, an ISO date; None for vaguer words, and for a day to come."""
    if text == "today":
        return 0.0
    if found := _DAYS_BEFORE.fullmatch(text):
        return float(found[1])
    then, now = read_moment(text), read_moment(on)
    days = None if then is None or now is None else (now.date() - then.date()).days
    return None if days is None or days < 0 else float(days)


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
    if months >= 24:
        return say_many(months // 12, "{number} year", "{number} years")
    return say_many(months, "{number} month", "{number} months")


def first_number(text: str) -> float | None:
    """Read the first number of an answer in words, as the language in use writes it."""
    point = figures(".")
    found = re.search(rf"\d+(?:{re.escape(point)}\d+)?", text)
    return float(found[0].replace(point, ".")) if found else None


def measured(value: float) -> str:
    """Give a converted or computed number as a reader needs it, with a point: four figures, whole above a thousand."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def number(value: float) -> str:
    """Give a number without trailing zeros, with a point."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def alike(values: Sequence[float | None]) -> list[str]:
    """Give numbers with the same count of decimals (`2.5`, `3.0`) as the language in use writes them; nothing for None."""
    decimals = max((len(number(v).partition(".")[2]) for v in values if v is not None), default=0)
    return ["" if value is None else figures(f"{value:.{decimals}f}") for value in values]


def interval(low: str, high: str) -> str:
    """Give a reference interval; an open end is said, not drawn."""
    if low and high:
        return f"{low}–{high}"
    return say("from {low}", low=low) if low else say("up to {high}", high=high) if high else ""


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
    return in_use().day(on)
