"""What began when: medicines, cramps, self-care and tests on one linear scale that ends today; the template only draws it.

Only what the assessment dates is drawn. Places are shares of the line from 0 (left, the oldest) to 1 (right, today). Where one
start is fifty times as old as another, one scale would shrink the younger to nothing: the lanes then stand on two scales.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from triage.conditions import Urgency
from triage.language import say, say_many
from triage.reporting import words
from triage.reporting.words import Plain
from triage.wording import capital, commas

ONSET = "cramp_onset_days"
"""The finding that dates the complaint itself."""
# Findings that say for how long something has been done; nought says that it was not.
_TRIALS = ("self_care_weeks", "mg_supplement_weeks")
# Findings that date a medicine of the list; needed only where the list itself has no start.
_MEDICINE_TIMES = ("suspect_start_days", "ppi_months")
# A day in the past, not a span.
_EVENTS = ("neck_surgery_weeks",)
# The unit in which each is answered; the words of an answer may be in any language, its number is not.
_UNITS: Mapping[str, str] = {
    ONSET: "day",
    "self_care_weeks": "week",
    "mg_supplement_weeks": "week",
    "suspect_start_days": "day",
    "ppi_months": "month",
    "neck_surgery_weeks": "week",
}
DATED = frozenset(_UNITS)
"""The findings that this module reads."""

_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}

_APART = 50
"""Starts further apart than this stand on two scales."""
_CAP = 3650.0
"""No scale is longer, in days; what began before has an arrow to the left."""
_SHORTEST = 3.0
"""No scale is shorter, in days."""
_MEDICINES, _SAMPLES = 4, 2
"""So many lanes of each at most, the latest."""
_NAME, _NOTE, _LABEL = 21, 46, 26
"""Characters that fit beside a lane, along the whole line, and for the name of one result."""
_LEFT, _RIGHT = 68, 60
"""Characters on a line of the letter's left and right column."""
_CHEAP = 7
"""So many lines may the course cost where a letter is set tightly."""
_STEPS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20)


@dataclass(frozen=True)
class _Fact:
    """
    One lane.

    Args:
        kind: `span`, `event` (a day) or `sample` (a day with values).
        name: what stands beside the lane.
        told: the same fact in words.
        start: days ago that it began, None where that is not known.
        end: days ago that it ended; nought while it goes on.
        strong: the complaint itself.
        notes: results of a sample as they stand beside its dot, the most telling first.
    """

    kind: str
    name: str
    told: str
    start: float | None
    end: float = 0.0
    strong: bool = False
    notes: tuple[str, ...] = ()

    @property
    def age(self) -> float:
        """Days ago of the oldest day that is known."""
        return self.end if self.start is None else self.start


def course(plain: Plain, result_rows: Sequence[Plain]) -> Plain | None:
    """
    Place every dated fact of an assessment.

    Args:
        plain: the assessment as plain data.
        result_rows: its laboratory results in words, in the order of the assessment.

    Returns:
        `scales`, one or two, each with `lanes` (`kind`, `name`, `start` and `end` as shares, `before` for a start left of the
        line, `begin_known`, `strong`, `note` and `note_left` for a sample) and `ticks` (`at`, `text`); `told`, each fact in
        words; `undated`, what goes on but has no date; `left`, how many dated facts are not drawn. None with fewer than two
        dated facts.
    """
    medicines, undated = _medicines(plain)
    answers = {answer["finding"]: answer for answer in plain["answers"] if answer["state"] == "answered"}
    asked = _asked(answers, plain["as_of"], _EVENTS + (() if medicines else _MEDICINE_TIMES))
    story = _asked(answers, plain["as_of"], (ONSET, *_TRIALS))
    samples = _samples(plain, result_rows)
    drawn = [*medicines[-_MEDICINES:], *asked, *story, *samples[-_SAMPLES:]]
    if len(drawn) < 2:
        return None
    parts = _parted(drawn)
    return {
        "scales": [_scale(part) for part in parts],
        "told": [fact.told for fact in drawn],
        "undated": undated,
        "left": max(0, len(medicines) - _MEDICINES) + max(0, len(samples) - _SAMPLES),
    }


def column(plain: Plain, views: Plain) -> Plain:
    """
    Say where the letter has room for the course: under the shorter of its two columns on history and on results.

    Returns:
        `name`, left or right, and `cheap`, whether the picture lengthens the letter by a few lines at most. Counted in lines of
        the letter; what was cut for the letter counts as cut.
    """
    told = [
        plain["referral"]["history"], "; ".join(words.few(views["history"], 12)), ", ".join(words.few(views["denied"], 10)),
        "; ".join(views["vital_signs"] + words.few(views["examined"], 12)),
    ]  # fmt: skip
    telling = [row for row in views["result_rows"] if row["telling"]]
    others = [f"{row['label']} {row['value']} {row['interval']}" for row in views["result_rows"] if not row["telling"]]
    lifting = [row for row in views["untested"] if row["could_reach"]] or views["untested"]
    missing = [", ".join(words.few([row["label"] for row in rows], 7)) for rows in (views["unusable"], lifting)]
    tested = [", ".join(others), *missing]
    lines = {
        "left": 2 + sum(math.ceil(len(text) / _LEFT) for text in told),
        "right": 2 + 2.3 * len(telling) + sum(math.ceil(len(text) / _RIGHT) for text in tested),
    }
    name = min(lines, key=lambda one: lines[one])
    scales = views["course"]["scales"] if views["course"] else []
    height = 1 + sum(1.2 * len(scale["lanes"]) + 1.5 for scale in scales)
    return {"name": name, "cheap": lines[name] + height <= max(lines.values()) + _CHEAP}


def _medicines(plain: Plain) -> tuple[list[_Fact], list[str]]:
    """Give the medicines with a date, by start, and the names of current ones without."""
    dated: list[_Fact] = []
    undated: list[str] = []
    as_of = plain["as_of"]
    for entry in plain["medicines"]["entries"]:
        start, end = (_when(entry, what, as_of) for what in ("started", "stopped"))
        name, short = entry["text"], words.shorten(entry["text"], 60)
        if not entry["current"] and end is not None:
            until, began = _date(entry, "stopped", as_of), _date(entry, "started", as_of)
            told = (
                say("{medicine} until {end}", medicine=short, end=until)
                if start is None
                else say("{medicine} from {start} to {end}", medicine=short, start=began, end=until)
            )
            # A stop before the start is a slip of the pen; the day that is surely past stays.
            known = start if start is None or start >= end else None
            dated.append(_Fact("span", _medicine_name(name), told, known, end))
        elif entry["current"] and start is not None:
            told = say("{medicine} since {start}", medicine=short, start=_date(entry, "started", as_of))
            dated.append(_Fact("span", _medicine_name(name), told, start))
        elif entry["current"]:
            undated.append(short)
    return sorted(dated, key=lambda fact: -fact.age), undated


def _when(entry: Plain, what: str, as_of: str) -> float | None:
    """Give how many days ago a medicine was started or stopped; an older assessment says it in words only."""
    days: float | None = entry.get(f"{what}_days")
    return words.days_ago(entry[what], as_of) if days is None else days


def _date(entry: Plain, what: str, as_of: str) -> str:
    return words.since(entry[what], as_of, entry.get(f"{what}_days"))


def _medicine_name(text: str) -> str:
    """Give the beginning of a medicine's text without its dose, short enough for a lane."""
    bare = re.split(r"\s(?=\d)", text, maxsplit=1)[0]
    return words.shorten(capital(bare), _NAME)


def _asked(answers: Mapping[str, Plain], as_of: str, names: Iterable[str]) -> list[_Fact]:
    """Give the answers that say when or for how long."""
    found = []
    for name in names:
        shown = answers[name]["shown"] if name in answers else ""
        number = words.first_number(shown)
        if number is None or (name in _TRIALS and number == 0):
            continue
        days = number * _DAYS[_UNITS[name]]
        kind = "event" if name in _EVENTS else "span"
        lane = words.shorten(_lane_name(name), _NAME)
        found.append(_Fact(kind, lane, _told(name, shown, days, as_of), days, strong=name == ONSET))
    return found


def _lane_name(name: str) -> str:
    match name:
        case "suspect_start_days":
            return say("Suspect medicine")
        case "ppi_months":
            return say("PPI")
        case "mg_supplement_weeks":
            return say("Magnesium taken")
        case "neck_surgery_weeks":
            return say("Neck surgery")
        case "self_care_weeks":
            return say("Self-care")
        case _:
            return say("Cramps")


def _told(name: str, shown: str, days: float, as_of: str) -> str:
    """Say it as exactly as it was answered: a count of days is a date, weeks and months stay what they are."""
    date = words.days_before(as_of, int(days))
    match name:
        case "suspect_start_days":
            if not date:
                return say("suspect medicine started or changed {time} ago", time=shown)
            return say("suspect medicine started or changed on {date}", date=date)
        case "ppi_months":
            return say("tablet for stomach acid (PPI) for {time}", time=shown)
        case "mg_supplement_weeks":
            return say("magnesium taken for {time}", time=shown)
        case "neck_surgery_weeks":
            return say("neck surgery {time} ago", time=shown)
        case "self_care_weeks":
            return say("self-care for {time}", time=shown)
        case _:
            return say("cramps since {date}", date=date) if date else say("cramps for {time}", time=shown)


def _samples(plain: Plain, result_rows: Sequence[Plain]) -> list[_Fact]:
    """Give one fact for each day that something was tested, the oldest first, the most telling value in front."""
    by_day: dict[int, list[Plain]] = {}
    for row, shown in zip(plain["laboratory"], result_rows, strict=True):
        if row["age_days"] is not None and not row["derived"]:
            by_day.setdefault(row["age_days"], []).append(shown)
    found = []
    for days, rows in sorted(by_day.items(), reverse=True):
        rows = sorted(rows, key=_calm)
        date = words.days_before(plain["as_of"], days)
        labels = [words.lowered(row["label"]) for row in rows]
        values = commas(words.few([_valued(label, row) for label, row in zip(labels, rows, strict=True)], 4))
        name = say("Tests {day}", day=_without_year(date)) if date else say("Tests")
        told = (
            say("tests of {date}: {values}", date=date, values=values)
            if date
            else say("tests: {values}", values=values)
        )
        notes = tuple(_valued(words.shorten(label, _LABEL), row) for label, row in zip(labels, rows, strict=True))
        found.append(_Fact("sample", words.shorten(name, _NAME), told, float(days), float(days), notes=notes))
    return found


def _valued(label: str, row: Plain) -> str:
    return say("{label} {value}", label=label, value=row["value"])


def _without_year(date: str) -> str:
    """Give `10 Mar` of `10 Mar 2026`; a date whose year does not stand apart stays whole."""
    return re.sub(r" \d{4}$", "", date)


def _calm(row: Plain) -> tuple[int, bool]:
    """Order results: by the urgency they ask for, then those out of range before those within."""
    return -Urgency(row["raises"]).rank if row["raises"] else 0, not row["telling"]


def _parted(facts: Sequence[_Fact]) -> list[list[_Fact]]:
    """
    Part the facts into those of one scale each, the longer scale first.

    A single day that is younger than every span asks for no scale of its own: it is a dot wherever it stands.
    """
    spans = [fact.age for fact in facts if fact.kind == "span"]
    youngest = min(spans, default=0.0)
    ages = sorted(max(fact.age, 1.0) for fact in facts if fact.kind == "span" or fact.age >= youngest)
    if not ages or ages[-1] <= _APART * ages[0]:
        return [list(facts)]
    _, edge = max((older / younger, younger) for younger, older in pairwise(ages))
    return [[fact for fact in facts if fact.age > edge], [fact for fact in facts if fact.age <= edge]]


def _scale(facts: Sequence[_Fact]) -> Plain:
    span = min(max(_SHORTEST, *(fact.age for fact in facts)), _CAP)
    return {"lanes": [_lane(fact, span) for fact in facts], "ticks": _ticks(span)}


def _lane(fact: _Fact, span: float) -> Plain:
    def place(days: float) -> float:
        return round(1 - min(days, span) / span, 4)

    left = place(fact.age) >= 0.5
    # The words stand beside the dot, on the side that has more room.
    room = int(_NOTE * max(place(fact.age), 1 - place(fact.age))) - 2
    return {
        "kind": fact.kind,
        "name": fact.name,
        "start": 0.0 if fact.start is None else place(fact.start),
        "end": place(fact.end),
        "before": fact.age > span,
        "begin_known": fact.start is not None,
        "strong": fact.strong,
        "note": commas(words.fitting(fact.notes, room)),
        "note_left": left,
    }


def _ticks(span: float) -> list[Plain]:
    """Give two or three round times and today; the oldest says its unit."""
    unit = "day" if span < 3 * 7 else "week" if span < 26 * 7 else "month" if span < 36 * _DAYS["month"] else "year"
    count = span / _DAYS[unit]
    step = next((step for step in _STEPS if int(count / step) <= 3), _STEPS[-1])
    numbers = range(step * int(count / step), 0, -step)
    ticks = [
        {"at": round(1 - number * _DAYS[unit] / span, 4), "text": _ago(number, unit) if first else str(number)}
        for first, number in ((number == numbers[0], number) for number in numbers)
    ]
    return [*ticks, {"at": 1.0, "text": say("today")}]


def _ago(number: int, unit: str) -> str:
    if unit == "day":
        return say_many(number, "{number} day ago", "{number} days ago")
    if unit == "week":
        return say_many(number, "{number} week ago", "{number} weeks ago")
    if unit == "month":
        return say_many(number, "{number} month ago", "{number} months ago")
    return say_many(number, "{number} year ago", "{number} years ago")
