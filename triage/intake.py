"""An intake becomes answers: types checked, units converted, medicines understood, dates turned into days.

Promise: a value that cannot be used becomes *asked but unknown*, never "no" and never a guess, and a fault says where, what and
how to mend it. `strict=True` raises all faults at once. An unknown finding id is always an error.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import assert_never

from triage.assessment import InputFault
from triage.chart import Value
from triage.conditions import MEDICINES
from triage.errors import IntakeError, UnknownFindingError, suggestion
from triage.findings import FindingDefinition, Kind
from triage.formulas import rounded
from triage.knowledge import KnowledgeBase
from triage.medicines import MedicineEntry, MedicineList

_MEDICINE_KEYS = ("name", "dose", "taken", "started", "stopped")
_FAR = 1e12
"""No quantity and no number of days is as large as this; beyond it a number is refused before any arithmetic."""

CONTEXT = ("on", "patient", "referral", "medicines_complete")
"""Keys of an intake that are no findings."""

_NUMBER = re.compile(r"^\s*([-+]?\d{1,12}(?:\.\d{1,12})?)\s*(.*?)\s*$", re.DOTALL)


@dataclass(frozen=True)
class Intake:
    """One person's validated answers: a value, or None for "asked but unknown"; findings left out were not asked."""

    answers: Mapping[str, Value | None]
    given: Mapping[str, str]
    faults: tuple[InputFault, ...]
    on: date | None


class _Refused(Exception):
    """A value cannot be used: what is wrong, and how to mend it."""

    def __init__(self, problem: str, mend: str) -> None:
        self.problem, self.mend = problem, mend
        super().__init__(problem)


def read_intake(knowledge: KnowledgeBase, raw: object, *, on: date | None = None, strict: bool = False) -> Intake:
    """
    Read an intake.

    Args:
        raw: a mapping of finding ids to answers, and the keys `on`, `patient`, `referral`, `medicines_complete`.
        on: the day of the intake, where the mapping does not say it.
        strict: raise instead of listing faults.

    Raises:
        UnknownFindingError: it names a finding that does not exist.
        IntakeError: it is no mapping, or (strict) holds faults.
    """
    if not isinstance(raw, Mapping):
        raise IntakeError(
            ['intake: not a mapping of finding ids to answers; send a JSON object such as {"age_years": 67}']
        )
    unknown = [str(name)[:80] for name in raw if name not in knowledge.findings and name not in CONTEXT]
    if unknown:
        known = (*knowledge.findings, *CONTEXT)
        raise UnknownFindingError([f"intake: unknown finding `{name}`{suggestion(name, known)}" for name in unknown])
    faults: list[InputFault] = []
    try:
        day = _day(raw["on"]) if "on" in raw else on
    except _Refused as refused:
        faults.append(_fault("on", refused.problem, refused.mend, "no date"))
        day = on
    complete = raw.get("medicines_complete", True)
    if not isinstance(complete, bool):
        faults.append(_fault("medicines_complete", "not a yes or no", "send true or false", "not complete"))
    complete = complete is True
    answers: dict[str, Value | None] = {}
    given: dict[str, str] = {}
    for name, finding in knowledge.findings.items():
        if name not in raw:
            continue
        try:
            answers[name] = _value(knowledge, finding, raw[name], day, complete, faults)
            given[name] = _shown(raw[name])
        except _Refused as refused:
            answers[name] = None
            faults.append(_fault(name, refused.problem, refused.mend, "asked but unknown"))
    if strict and faults:
        raise IntakeError([f"{fault.place}: {fault.problem}; {fault.mend}" for fault in faults])
    return Intake(answers, given, tuple(faults), day)


def _shown(written: object) -> str:
    if isinstance(written, Mapping) and "value" in written:
        return f"{written['value']} {written.get('unit', '')}".strip()
    return str(written) if isinstance(written, str | int | float) and not isinstance(written, bool) else ""


def _value(
    knowledge: KnowledgeBase,
    finding: FindingDefinition,
    written: object,
    day: date | None,
    complete: bool,
    faults: list[InputFault],
) -> Value | None:
    if written is None or written == "unknown":
        return None
    match finding.kind:
        case Kind.BOOLEAN:
            if not isinstance(written, bool):
                raise _Refused("not a yes or no", 'send true, false or "unknown"')
            return written
        case Kind.QUANTITY:
            return _quantity(finding, written, day)
        case Kind.CHOICE:
            return _choice(finding, written)
        case Kind.SET:
            if not isinstance(written, list | tuple | set | frozenset):
                raise _Refused("not a list", f"send a list of {', '.join(option.id for option in finding.options)}")
            chosen = [_choice(finding, one) for one in written]
            return None if any(one is None for one in chosen) else frozenset(one for one in chosen if one is not None)
        case Kind.MEDICINES:
            if not isinstance(written, list | tuple):
                raise _Refused(
                    "not a list of medicines",
                    'send a list such as ["furosemide 40 mg"]; an empty list means none is taken',
                )
            return MedicineList(
                tuple(
                    _medicine(knowledge, one, f"{MEDICINES}[{place}]", day, faults) for place, one in enumerate(written)
                ),
                complete,
            )
        case _:
            assert_never(finding.kind)


def _choice(finding: FindingDefinition, written: object) -> str | None:
    known = [option.id for option in finding.options]
    if isinstance(written, str) and written in known:
        return written
    if written in finding.unknown_options or written == "unknown":
        return None
    near = suggestion(written, known) if isinstance(written, str) and len(written) < 80 else ""
    raise _Refused("not one of its options" + near, f"use {', '.join(known)}")


def _quantity(finding: FindingDefinition, written: object, day: date | None) -> float:
    unit_text: object = ""
    number: object = written
    if isinstance(written, Mapping):
        if set(written) == {"on"} and finding.unit.ucum == "d":
            return _days_ago(written["on"], day)
        if "on" in written:
            _days_ago(written["on"], day)
        number, unit_text = written.get("value"), written.get("unit", "")
    if isinstance(number, str):
        found = _NUMBER.match(number)
        if found is None:
            raise _Refused("not a number", f"write it as 3.1 {finding.unit.shown}")
        number, unit_text = found[1], unit_text or found[2]
    if isinstance(number, bool) or not isinstance(number, int | float | str):
        raise _Refused("not a number", f"send a number in {finding.unit.shown}")
    if not isinstance(number, str) and not -_FAR <= number <= _FAR:
        raise _Refused("not a number anybody could have measured", f"send a number in {finding.unit.shown}")
    accepted = " or ".join(unit.shown for unit in finding.units)
    if not unit_text and not finding.bare_number:
        raise _Refused("a number without a unit", f"add the unit: {accepted}")
    if not isinstance(unit_text, str):
        raise _Refused("the unit is not a text", f"use {accepted}")
    for unit in finding.units:
        if not unit_text or _unit_key(unit_text) in {_unit_key(name) for name in (unit.ucum, *unit.spellings)}:
            break
    else:
        raise _Refused("not a unit of this finding", f"use {accepted}")
    value = unit.to_canonical(Fraction(str(number)))
    if (finding.low is not None and value < finding.low) or (finding.high is not None and value > finding.high):
        raise _Refused(
            "outside the plausible range",
            f"check the value and its unit: {finding.low:g} to {finding.high:g} {finding.unit.shown}",
        )
    return value


def _unit_key(text: str) -> str:
    return text.casefold().replace("µ", "u").replace("μ", "u").replace("micromol", "umol").replace(" ", "")


def _day(written: object) -> date:
    if isinstance(written, datetime):
        return written.date()
    if isinstance(written, date):
        return written
    if isinstance(written, str):
        try:
            return datetime.fromisoformat(written).date()
        except ValueError:
            pass
    raise _Refused("not a date", "write it as 2026-03-12")


def _days_ago(written: object, day: date | None) -> float:
    then = _day(written)
    if day is None:
        raise _Refused("a date, but the day of the intake is not known", "add `on` to the intake")
    if then > day:
        raise _Refused("a date in the future", "check the date")
    return float((day - then).days)


def _medicine(
    knowledge: KnowledgeBase, written: object, place: str, day: date | None, faults: list[InputFault]
) -> MedicineEntry:
    if isinstance(written, str):
        return knowledge.catalogue.read(written)
    if not isinstance(written, Mapping) or not isinstance(written.get("name"), str):
        mend = 'write it as "furosemide 40 mg" or {"name": "furosemide", "dose": "40 mg"}'
        faults.append(
            _fault(place, "neither a text nor a mapping with `name`", mend, "a medicine that is not recognised")
        )
        return MedicineEntry("(unreadable entry)", note="not recognised")
    for key in written:
        if key not in _MEDICINE_KEYS:
            mend = f"use {', '.join(_MEDICINE_KEYS)}{suggestion(str(key)[:80], _MEDICINE_KEYS)}"
            faults.append(_fault(place, "a key that is not read", mend, "left out"))
    dose, taken = str(written.get("dose", "")), str(written.get("taken", ""))
    entry = knowledge.catalogue.read(written["name"])
    detailed = knowledge.catalogue.read(" ".join((written["name"], dose, taken)))
    days: dict[str, float | None] = {"started": None, "stopped": None}
    for key in days:
        moment = written.get(key)
        if moment is None or moment == "unknown" or (key == "stopped" and moment is False):
            continue
        try:
            days[key] = _moment(moment, day)
        except _Refused as refused:
            # Not known when it was stopped: it may still be taken, and that is the reading with more danger in it.
            treated = "still taken" if key == "stopped" else "not known when"
            faults.append(_fault(f"{place}.{key}", refused.problem, refused.mend, treated))
    return replace(
        entry,
        dose=dose,
        taken=taken,
        dose_mg=detailed.dose_mg if detailed.dose_mg is not None else entry.dose_mg,
        started_days=days["started"],
        stopped_days=days["stopped"],
        stopped=days["stopped"] is not None,
    )


def _moment(written: object, day: date | None) -> float:
    """Give the days since a moment that is written as a date or as a number of days ago."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        if math.isfinite(written) and 0 <= written <= _FAR:
            return rounded(float(written))
        raise _Refused("not a number of days ago", "write days ago as 0 or more, or a date such as 2026-03-12")
    return _days_ago(written, day)


def _fault(place: str, problem: str, mend: str, treated_as: str) -> InputFault:
    return InputFault(place=place, problem=problem, mend=mend, treated_as=treated_as)
