"""An intake becomes answers: types checked, units converted, medicines understood, dates turned into days.

Promise: a value that cannot be used becomes *asked but unknown*, never "no" and never a guess, and a fault says where, what and
how to mend it. `strict=True` raises all faults at once. An unknown finding id is always an error.
"""

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any, assert_never

from triage.assessment import InputFault, Patient, Referral
from triage.chart import Value
from triage.conditions import MEDICINES
from triage.errors import IntakeError, UnknownFindingError, quoted, suggestion
from triage.findings import FindingDefinition, Kind, Unit
from triage.formulas import STEP, rounded
from triage.knowledge import KnowledgeBase
from triage.language import figures, say
from triage.medicines import MedicineEntry, MedicineList
from triage.wording import commas, either

MEDICINE_KEYS = ("name", "dose", "taken", "started", "stopped", "atc")
"""What a detailed entry of the medicine list may hold."""

MOST_UNKNOWN = 20
"""So many unknown findings are named, each with the nearest known one; the rest is counted."""

_FAR = 1e12
"""No quantity and no number of days is as large as this; beyond it a number is refused before any arithmetic."""

CONTEXT = ("on", "patient", "referral", "medicines_complete")
"""Keys of an intake that are no findings."""

LONGEST_TEXT = 200
"""Characters of a text about the patient or the referral that are printed."""
LONGEST_TEXTS = dict.fromkeys(("needs", "allergies", "expectation", "history", "notes"), 4000)
"""The same of those that are told at length."""

_ATC = re.compile(r"^[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?$")
_NUMBER = re.compile(r"^\s*(<=|>=|[<>≤≥])?\s*([-+]?\d{1,12}(?:\.\d{1,12}|,\d{1,2}(?!\d))?)\s*(.*?)\s*$", re.DOTALL)
_THOUSANDS = re.compile(r",\d")
"""A comma before three digits: decimal in one country, parting thousands in another."""

_BESIDE = {"<=": 0.0, ">=": 0.0, "≤": 0.0, "≥": 0.0, "<": -STEP, ">": STEP}
"""What a sign before a number does to it."""


@dataclass(frozen=True)
class Contradicting:
    """Different answers to one question, as a JSON object may hold them under one name."""

    values: tuple[object, ...]


@dataclass(frozen=True)
class Intake:
    """
    One person's validated intake.

    Args:
        answers: a value, or None for "asked but unknown"; findings left out were not asked.
        given: the values of quantities as they were written.
        doubted: findings that were answered more than once, differently, with every usable answer and None.
        dated: the day of each result that came with one.
        faults: what could not be used.
        on: the day of the intake, where it is known.
        moment: day and, where given, time of the intake as written.
        patient, referral: what the host gave for the report.
    """

    answers: Mapping[str, Value | None]
    given: Mapping[str, str]
    doubted: Mapping[str, tuple[Value | None, ...]]
    dated: Mapping[str, date]
    faults: tuple[InputFault, ...]
    on: date | None
    moment: str
    patient: Patient
    referral: Referral


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
    unknown = [str(name) for name in raw if name not in knowledge.findings and name not in CONTEXT]
    if unknown:
        known = (*knowledge.findings, *CONTEXT)
        told = [f"intake: unknown finding {quoted(name)}{suggestion(name, known)}" for name in unknown[:MOST_UNKNOWN]]
        more = len(unknown) - len(told)
        raise UnknownFindingError([*told, *([f"intake: {more} more unknown findings"] if more else [])])
    faults: list[InputFault] = []
    on = on.date() if isinstance(on, datetime) else on
    day, moment = on, "" if on is None else on.isoformat()
    if "on" in raw:
        try:
            day = _day(raw["on"])
            moment = _moment_text(raw["on"], day)
        except _Refused as refused:
            treated = say("no date") if on is None else say("the day passed in, {day}", day=on.isoformat())
            faults.append(_fault("on", refused.problem, refused.mend, treated))
    complete = raw.get("medicines_complete", True)
    if not isinstance(complete, bool):
        faults.append(
            _fault("medicines_complete", say("not a yes or no"), say("send true or false"), say("not complete"))
        )
    complete = complete is True
    answers: dict[str, Value | None] = {}
    given: dict[str, str] = {}
    dated: dict[str, date] = {}
    doubted: dict[str, tuple[Value | None, ...]] = {}
    for name, finding in knowledge.findings.items():
        if name not in raw:
            continue
        written = raw[name]
        if isinstance(written, Contradicting):
            doubted[name] = _every_answer(knowledge, finding, written, day, complete, faults)
            answers[name] = doubted[name][0]
            continue
        try:
            answers[name] = _value(knowledge, finding, written, day, complete, faults)
            given[name] = _shown(written)
            if finding.kind is Kind.QUANTITY and isinstance(written, Mapping) and set(written) > {"on"}:
                then = _result_day(finding, written, day, faults)
                if then is not None:
                    dated[name] = then
        except _Refused as refused:
            answers[name] = None
            faults.append(_fault(name, refused.problem, refused.mend, say("asked but unknown")))
    doubted = {name: values for name, values in doubted.items() if len(values) > 1}
    _age_results(knowledge, answers, dated, day)
    patient = Patient(**_texts("patient", raw.get("patient"), tuple(Patient.model_fields), faults))
    referral = Referral(**_texts("referral", raw.get("referral"), tuple(Referral.model_fields), faults))
    if strict and faults:
        raise IntakeError([f"{fault.place}: {fault.problem}; {fault.mend}" for fault in faults])
    return Intake(answers, given, doubted, dated, tuple(faults), day, moment, patient, referral)


def _clean(text: str) -> str:
    """Give a text that can be written anywhere: half a character (a lone surrogate) becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def as_intake(knowledge: KnowledgeBase, answers: Mapping[str, Value | None]) -> dict[str, Any]:
    """
    Give answers back as an intake that reads to the same answers; patient and referral are not part of it.

    Returns:
        Plain JSON data.
    """
    found: dict[str, Any] = {}
    for name, value in answers.items():
        match value:
            case float():
                found[name] = {"value": value, "unit": knowledge.findings[name].unit.ucum}
            case frozenset():
                found[name] = sorted(value)
            case MedicineList():
                found[name] = [_written(entry) for entry in value.entries]
                found["medicines_complete"] = value.complete
            case bool() | str() | None:
                found[name] = value
            case _:
                raise TypeError(f"`{name}` is computed, not answered")
    return found


def _written(entry: MedicineEntry) -> dict[str, object]:
    parts = {
        "name": entry.text, "dose": entry.dose, "taken": entry.taken, "started": entry.started_days,
        "stopped": entry.stopped_days, "atc": entry.atc,
    }  # fmt: skip
    return {key: part for key, part in parts.items() if part not in ("", None)}


def _every_answer(
    knowledge: KnowledgeBase,
    finding: FindingDefinition,
    written: Contradicting,
    day: date | None,
    complete: bool,
    faults: list[InputFault],
) -> tuple[Value | None, ...]:
    """
    Read every answer to one question; the same answer written twice in different ways is one.

    Returns:
        The answer if there is one; else a danger answer first, the others, and None: the engine tries them all.
    """
    found: dict[Value | None, None] = {}
    for one in written.values:
        try:
            found[_value(knowledge, finding, one, day, complete, faults)] = None
        except _Refused as refused:
            faults.append(_fault(finding.id, refused.problem, refused.mend, say("asked but unknown")))
            found[None] = None
    if len(found) == 1:
        return tuple(found)
    treated = say("every answer was tried, and the most urgent kept")
    faults.append(_fault(finding.id, say("answered more than once, differently"), say("send one answer"), treated))
    first = [finding.danger] if finding.kind is Kind.BOOLEAN and finding.danger in found else []
    return tuple(dict.fromkeys((*first, *(value for value in found if value is not None), None)))


def _result_day(
    finding: FindingDefinition, written: Mapping[str, object], day: date | None, faults: list[InputFault]
) -> date | None:
    """Read the day of a result; one that cannot be used is left out, never the result with it."""
    if written.get("on") in (None, "unknown"):
        return None
    try:
        _days_ago(written["on"], day)
        return _day(written["on"])
    except _Refused as refused:
        treated = say("the value was kept, its date left out")
        faults.append(_fault(f"{finding.id}.on", refused.problem, refused.mend, treated))
        return None


def _moment_text(written: object, day: date) -> str:
    """Give day and time as written, or the day alone."""
    if isinstance(written, datetime):
        return written.isoformat(timespec="minutes")
    if isinstance(written, str) and len(written.strip()) > len("2026-03-12"):
        return datetime.fromisoformat(written.strip()).isoformat(timespec="minutes")
    return day.isoformat()


def _age_results(
    knowledge: KnowledgeBase, answers: dict[str, Value | None], dated: Mapping[str, date], day: date | None
) -> None:
    """Dated results say how old the results are; the oldest counts, and an age that was given counts when it is older."""
    if day is None:
        return
    for name, then in dated.items():
        age = knowledge.findings[name].dated_by
        if age and answers.get(name) is not None:
            before = answers.get(age)
            days = float((day - then).days)
            answers[age] = max(days, before) if isinstance(before, float) else days


def _texts(place: str, written: object, known: tuple[str, ...], faults: list[InputFault]) -> dict[str, str]:
    """Read the texts the host wants printed; anything else is left out and listed."""
    if written is None:
        return {}
    if not isinstance(written, Mapping):
        mend = say("send texts for {names}", names=commas(known))
        faults.append(_fault(place, say("not a mapping of texts"), mend, say("left out")))
        return {}
    found = {}
    for key, text in written.items():
        key = _clean(str(key))
        if key not in known:
            faults.append(_unread(f"{place}.{key[:80]}", key, known))
        elif isinstance(text, str):
            found[key] = _clean(text)
            longest = LONGEST_TEXTS.get(key, LONGEST_TEXT)
            if len(found[key]) > longest:
                found[key] = found[key][:longest]
                problem = say("longer than {number} characters", number=longest)
                faults.append(_fault(f"{place}.{key}", problem, say("send a shorter text"), say("the rest left out")))
        elif text is not None:
            faults.append(_fault(f"{place}.{key}", say("not a text"), say("put it into quotes"), say("left out")))
    return found


def _shown(written: object) -> str:
    if isinstance(written, Mapping) and isinstance(written.get("value"), str | int | float):
        return _clean(f"{written['value']} {written.get('unit', '')}".strip())
    return _clean(str(written)) if isinstance(written, str | int | float) and not isinstance(written, bool) else ""


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
                raise _Refused(say("not a yes or no"), say('send true, false or "unknown"'))
            return written
        case Kind.QUANTITY:
            return _quantity(finding, written, day, faults)
        case Kind.CHOICE:
            return _choice(finding, written)
        case Kind.SET:
            if not isinstance(written, list | tuple | set | frozenset):
                options = commas(option.id for option in finding.options)
                raise _Refused(say("not a list"), say("send a list of {options}", options=options))
            # A set has no order of its own, and a fault names the first that does not fit.
            ordered = sorted(written, key=repr) if isinstance(written, set | frozenset) else written
            chosen = [_choice(finding, one) for one in ordered]
            return None if any(one is None for one in chosen) else frozenset(one for one in chosen if one is not None)
        case Kind.MEDICINES:
            if not isinstance(written, list | tuple):
                raise _Refused(
                    say("not a list of medicines"),
                    say('send a list such as ["furosemide 40 mg"]; an empty list means none is taken'),
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
    near = _nearest(written, known) if isinstance(written, str) and len(written) < 80 else ""
    problem = (
        say("not one of its options; did you mean `{name}`?", name=near) if near else say("not one of its options")
    )
    raise _Refused(problem, say("use {names}", names=commas(known)))


def _quantity(finding: FindingDefinition, written: object, day: date | None, faults: list[InputFault]) -> float:
    unit_text: object = ""
    number: object = written
    shift = 0.0
    if isinstance(written, Mapping):
        if set(written) == {"on"} and finding.unit.ucum == "d":
            return _days_ago(written["on"], day)
        for key in written:
            if key not in ("value", "unit", "on"):
                faults.append(_unread(finding.id, key, ("value", "unit", "on")))
        number, unit_text = written.get("value"), written.get("unit", "")
    if isinstance(number, str):
        found = _NUMBER.match(number)
        if found is None:
            raise _Refused(say("not a number"), say("write it as 3.1 {unit}", unit=finding.unit.shown))
        beyond, number, beside = found[1], found[2].replace(",", "."), found[3]
        if _THOUSANDS.match(beside):
            problem = say("a number that can be read in two ways")
            raise _Refused(problem, say("write it without a comma, as 1234 or 1.234"))
        if unit_text and beside and isinstance(unit_text, str) and _unit_key(unit_text) != _unit_key(beside):
            raise _Refused(say("two different units"), say("give the unit once"))
        unit_text = unit_text or beside
        if beyond:
            shift = _BESIDE[beyond]
            problem, mend = say("a limit and not a value"), say("send the value where there is one")
            faults.append(_fault(finding.id, problem, mend, _read_as(shift, number)))
    if isinstance(number, bool) or not isinstance(number, int | float | str):
        raise _Refused(say("not a number"), say("send a number in {unit}", unit=finding.unit.shown))
    if not isinstance(number, str) and not -_FAR <= number <= _FAR:
        mend = say("send a number in {unit}", unit=finding.unit.shown)
        raise _Refused(say("not a number anybody could have measured"), mend)
    accepted = either(unit.shown for unit in finding.units)
    if not unit_text and not finding.bare_number:
        raise _Refused(say("a number without a unit"), say("add the unit: {units}", units=accepted))
    if not isinstance(unit_text, str):
        raise _Refused(say("the unit is not a text"), say("use {names}", names=accepted))
    for unit in finding.units:
        if not unit_text or _unit_key(unit_text) in {_unit_key(name) for name in (unit.ucum, *unit.spellings)}:
            break
    else:
        raise _Refused(say("not a unit of this finding"), say("use {names}", names=accepted))
    _look_for_traps(finding, unit, Fraction(str(number)), faults)
    value = unit.to_canonical(Fraction(str(number)))
    if (finding.low is not None and value < finding.low) or (finding.high is not None and value > finding.high):
        mend = say(
            "check the value and its unit: {low} to {high} {unit}",
            low=figures(f"{finding.low:g}"), high=figures(f"{finding.high:g}"), unit=finding.unit.shown,
        )  # fmt: skip
        raise _Refused(say("outside the plausible range"), mend)
    # "< 2.5" is a number below 2.5, and the nearest one is the least that is known of it.
    return rounded(value + shift)


def _read_as(shift: float, number: str) -> str:
    """Say how a number with a sign before it was read."""
    if shift < 0:
        return say("read as just below {number}", number=number)
    return (
        say("read as just above {number}", number=number)
        if shift > 0
        else say("read as exactly {number}", number=number)
    )


def _look_for_traps(finding: FindingDefinition, unit: Unit, number: Fraction, faults: list[InputFault]) -> None:
    """Note a number that looks like another unit; refuse it where it cannot be true in this one."""
    for trap in finding.traps:
        if trap.unit in (unit.ucum, *unit.spellings) and trap.above <= number <= trap.below:
            problem = say(
                "{number} {unit} would be unusual, {number} {likely} would not",
                number=figures(f"{float(number):g}"), unit=trap.unit, likely=trap.likely,
            )  # fmt: skip
            mend = say("check the unit: {unit} or {likely}", unit=trap.unit, likely=trap.likely)
            if not trap.keep:
                raise _Refused(problem, mend)
            faults.append(_fault(finding.id, problem, mend, say("kept as written")))


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
    raise _Refused(say("not a date"), say("write it as 2026-03-12"))


def _days_ago(written: object, day: date | None) -> float:
    then = _day(written)
    if day is None:
        raise _Refused(say("a date, but the day of the intake is not known"), say("add `on` to the intake"))
    if then > day:
        raise _Refused(say("a date in the future"), say("check the date"))
    return float((day - then).days)


def _medicine(
    knowledge: KnowledgeBase, written: object, place: str, day: date | None, faults: list[InputFault]
) -> MedicineEntry:
    if isinstance(written, str):
        return knowledge.catalogue.read(_clean(written))
    if not isinstance(written, Mapping) or not isinstance(written.get("name"), str):
        problem = say("neither a text nor a mapping with `name`")
        mend = say('write it as "furosemide 40 mg" or {"name": "furosemide", "dose": "40 mg"}')
        faults.append(_fault(place, problem, mend, say("a medicine that is not recognised")))
        return MedicineEntry(say("(unreadable entry)"), note=say("not recognised"))
    faults += [_unread(place, key, MEDICINE_KEYS) for key in written if key not in MEDICINE_KEYS]
    name = _clean(written["name"])
    dose, taken = (_detail(written.get(key), f"{place}.{key}", faults) for key in ("dose", "taken"))
    codes = _atc(written.get("atc"), f"{place}.atc", faults)
    entry = knowledge.catalogue.read(name, codes)
    detailed = knowledge.catalogue.read(" ".join((name, dose, taken)), codes)
    days: dict[str, float | None] = {"started": None, "stopped": None}
    for key in days:
        moment = written.get(key)
        if moment is None or moment == "unknown" or (key == "stopped" and moment is False):
            continue
        try:
            days[key] = _moment(moment, day)
        except _Refused as refused:
            # Not known when it was stopped: it may still be taken, and that is the reading with more danger in it.
            treated = say("still taken") if key == "stopped" else say("not known when")
            faults.append(_fault(f"{place}.{key}", refused.problem, refused.mend, treated))
    return replace(
        entry,
        atc=codes[0] if codes else "",
        dose=dose,
        taken=taken,
        dose_mg=detailed.dose_mg if detailed.dose_mg is not None else entry.dose_mg,
        started_days=days["started"],
        stopped_days=days["stopped"],
        stopped=days["stopped"] is not None,
    )


def _detail(written: object, place: str, faults: list[InputFault]) -> str:
    """Read a dose or how it is taken, a text."""
    if isinstance(written, str):
        return _clean(written)
    if written is not None:
        faults.append(_fault(place, say("not a text"), say('write it as "40 mg"'), say("not known")))
    return ""


def _atc(written: object, place: str, faults: list[InputFault]) -> tuple[str, ...]:
    """Read an ATC code; it adds ingredients and classes and never takes one away."""
    if written is None:
        return ()
    if isinstance(written, str) and _ATC.match(written.strip().upper()):
        return (written.strip().upper(),)
    faults.append(_fault(place, say("not an ATC code"), say("write it as C03CA01"), say("left out")))
    return ()


def _moment(written: object, day: date | None) -> float:
    """Give the days since a moment that is written as a date or as a number of days ago."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        if math.isfinite(written) and 0 <= written <= _FAR:
            return rounded(float(written))
        mend = say("write days ago as 0 or more, or a date such as 2026-03-12")
        raise _Refused(say("not a number of days ago"), mend)
    return _days_ago(written, day)


def _nearest(name: str, known: Iterable[str]) -> str:
    """Give the nearest known name, or nothing; `suggestion` says the same to developers, in English."""
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return near[0] if near else ""


def _unread(place: str, key: object, known: tuple[str, ...]) -> InputFault:
    """Give the fault of a key that means nothing here."""
    names, near = commas(known), _nearest(str(key)[:80], known)
    mend = (
        say("use {names}; did you mean `{name}`?", names=names, name=near) if near else say("use {names}", names=names)
    )
    return _fault(place, say("a key that is not read"), mend, say("left out"))


def _fault(place: str, problem: str, mend: str, treated_as: str) -> InputFault:
    return InputFault(place=place, problem=problem, mend=mend, treated_as=treated_as)
