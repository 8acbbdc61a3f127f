"""Conditions as a clinician writes and reads them, turned into the condition tree.

A line is one test; a block joins lines::

    all:
      - lab_k < 3.0 mmol/L
      - any: [arrhythmia_prone, weakness, palpitations]
      - cramp_site has any of calf, thigh
      - takes any of cls_loop, simvastatin dose > 20 mg
      - not fever
      - at least 2 of: [limb_cold, limb_numb_new, limb_paralysed]
      - none: [heart_failure, fluid_restricted]
      - missing lab_mg
      - open: overbreathing

`none` is "every one answered no". `not shown` is "not TRUE". `open` is "neither shown nor excluded".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from triage.conditions import (
    MEDICINES,
    AllOf,
    AnyOf,
    AskedUnknown,
    AtLeast,
    Compare,
    Condition,
    Includes,
    IsOneOf,
    Known,
    Missing,
    Not,
    NotShown,
    Operator,
    PatternHolds,
    Present,
    Takes,
    Urgency,
    UrgencyAtLeast,
)
from triage.errors import KnowledgeFault, suggestion
from triage.findings import FindingDefinition, Kind, Unit
from triage.loader.source import Block, Items, line_of


@dataclass
class Names:
    """The ids a condition may use; filled while a knowledge base loads."""

    findings: Mapping[str, FindingDefinition] = field(default_factory=dict)
    derived_units: Mapping[str, Unit] = field(default_factory=dict)
    derived_counts: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    medicines: frozenset[str] = frozenset()
    partial: bool = False
    """Some of the files that define names could not be read: an unknown name is no fault then."""

    def everything(self) -> frozenset[str]:
        """Every id that may begin a test."""
        return frozenset(self.findings) | frozenset(self.derived_units) | self.patterns


_COMPARISON = re.compile(r"^(?P<name>\w+)\s*(?P<sign><=|>=|<|>)\s*(?P<number>-?\d+(?:\.\d+)?)(?:\s*(?P<unit>\S.*))?$")
_HAS = re.compile(r"^(?P<name>\w+) has (?:any of )?(?P<options>[\w, ]+)$")
_IS = re.compile(r"^(?P<name>\w+) is (?:one of )?(?P<options>[\w, ]+)$")
_TAKES = re.compile(
    r"^takes (?:any of )?(?P<names>[\w, ]+?)"
    r"(?: dose > (?P<dose>\d+(?:\.\d+)?) mg)?(?: (?P<kind>started|stopped) within (?P<days>\d+) days)?$"
)
_AT_LEAST = re.compile(r"^at least (\d+) of$")


class Reader:
    """Reads the conditions of one file; every fault is added to `faults` and reading goes on."""

    def __init__(self, file: str, names: Names, faults: list[KnowledgeFault]) -> None:
        self._file = file
        self._names = names
        self._faults = faults

    def condition(self, written: Any, place: str, line: int = 1) -> Condition | None:
        """Read a condition, or give None after noting what is wrong; `place` begins each message."""
        line = line_of(written, line)

        def fault(message: str) -> None:
            self._faults.append(KnowledgeFault(self._file, line, f"{place}: {message}"))

        match written:
            case str():
                return self._line(" ".join(written.split()), fault)
            case Block():
                return self._block(written, place, line, fault)
            case _:
                fault(
                    "a condition is missing here; write a test such as `lab_k < 3.0 mmol/L` or a block such as `all:`"
                )
                return None

    def _parts(self, written: Any, place: str, line: int) -> tuple[Condition, ...] | None:
        if isinstance(written, str):
            written = Items([written])
        if not isinstance(written, list) or not written:
            message = f"{place}: needs a list of conditions; write one per line, each after a dash"
            self._faults.append(KnowledgeFault(self._file, line, message))
            return None
        parts = [self.condition(part, place, line) for part in written]
        return None if any(part is None for part in parts) else tuple(part for part in parts if part is not None)

    def _block(self, written: Block, place: str, line: int, fault: Callable[[str], None]) -> Condition | None:
        if len(written) != 1:
            fault(
                "a block has one key (all, any, none, not, not shown, open, at least N of); put several into a list under `all:`"
            )
            return None
        ((key, inside),) = written.items()
        if key in ("not", "not shown", "open"):
            part = self.condition(inside, place, line)
            if part is None:
                return None
            if key == "open":
                return AllOf((NotShown(part), NotShown(Not(part))))
            return Not(part) if key == "not" else NotShown(part)
        several = _AT_LEAST.match(key)
        if key not in ("all", "any", "none") and several is None:
            fault(f"`{key}` is no way to join conditions; use all, any, none, not, not shown, open or at least N of")
            return None
        parts = self._parts(inside, place, line)
        if parts is None:
            return None
        if several is not None:
            number = int(several[1])
            if not 1 <= number <= len(parts):
                fault(f"`{key}` can never be reached or is empty: {len(parts)} conditions are listed")
                return None
            return AtLeast(number, parts)
        if key == "none":
            return AllOf(tuple(Not(part) for part in parts))
        return AllOf(parts) if key == "all" else AnyOf(parts)

    def _line(self, text: str, fault: Callable[[str], None]) -> Condition | None:
        for word, make in (("not ", Not), ("missing ", None), ("asked unknown ", None), ("known ", None)):
            if text.startswith(word):
                rest = text.removeprefix(word).strip()
                if make is not None:
                    part = self._line(rest, fault)
                    return None if part is None else make(part)
                return self._gap(word.strip(), rest, fault)
        if text.startswith("urgency at least "):
            level = text.removeprefix("urgency at least ")
            if level not in {one.value for one in Urgency}:
                fault(f"unknown urgency `{level}`" + suggestion(level, (one.value for one in Urgency)))
                return None
            return UrgencyAtLeast(Urgency(level))
        if found := _TAKES.match(text):
            return self._takes(found, fault)
        if found := _COMPARISON.match(text):
            return self._compare(found, fault)
        if found := _HAS.match(text):
            return self._options(found, Kind.SET, fault)
        if found := _IS.match(text):
            return self._options(found, Kind.CHOICE, fault)
        if not re.fullmatch(r"\w+", text):
            fault(f"`{text}` is not a test; write a name, `x < 3 unit`, `x is a, b`, `x has a, b` or `takes a, b`")
            return None
        if text in self._names.patterns:
            return PatternHolds(text)
        finding = self._names.findings.get(text)
        if finding is None:
            self._unknown(text, fault)
            return None
        if finding.kind is not Kind.BOOLEAN:
            fault(f"`{text}` is a {finding.kind.value}, not a yes or no; say which value is meant")
            return None
        return Present(text)

    def _unknown(self, name: str, fault: Callable[[str], None]) -> None:
        if self._names.partial:
            return
        fault(
            f"unknown finding `{name}`" + (suggestion(name, self._names.everything()) or "; define it under findings/")
        )

    def _gap(self, word: str, name: str, fault: Callable[[str], None]) -> Condition | None:
        known = name in self._names.findings or (name in self._names.derived_units and word != "asked unknown")
        if name in self._names.derived_counts:
            fault(f"`{name}` is a weighted count, which is never missing; name its findings instead")
            return None
        if not known:
            self._unknown(name, fault)
            return None
        if word == "asked unknown":
            return AskedUnknown(name)
        return Missing(name) if word == "missing" else Known(name)

    def _takes(self, found: re.Match[str], fault: Callable[[str], None]) -> Condition | None:
        names = _split(found["names"])
        unknown = [name for name in names if name not in self._names.medicines]
        for name in () if self._names.partial else unknown:
            fault(
                f"unknown medicine or class `{name}`"
                + (suggestion(name, self._names.medicines) or "; define it under medicines/")
            )
        if MEDICINES not in self._names.findings and not self._names.partial:
            fault("tests medicines, but no finding `medicines` exists; define it")
            return None
        if unknown or MEDICINES not in self._names.findings:
            return None
        days = float(found["days"]) if found["days"] else None
        started = days if found["kind"] == "started" else None
        stopped = days if found["kind"] == "stopped" else None
        return Takes(names, float(found["dose"]) if found["dose"] else None, started, stopped)

    def _compare(self, found: re.Match[str], fault: Callable[[str], None]) -> Condition | None:
        name, unit_text = found["name"], found["unit"]
        finding = self._names.findings.get(name)
        if finding is not None and finding.kind is not Kind.QUANTITY:
            fault(f"`{name}` is a {finding.kind.value} and cannot be compared with a number")
            return None
        if finding is None and name not in self._names.derived_units:
            self._unknown(name, fault)
            return None
        units = finding.units if finding is not None else (self._names.derived_units[name],)
        if not unit_text and units[0].ucum not in ("1", "{score}"):
            fault(
                f"`{name}` needs a unit beside {found['number']}; write `{name} {found['sign']} {found['number']} {units[0].shown}`"
            )
            return None
        chosen = [unit for unit in units if not unit_text or unit_text in (unit.ucum, *unit.spellings)]
        if not chosen:
            fault(f"`{unit_text}` is no unit of `{name}`; use {' or '.join(unit.shown for unit in units)}")
            return None
        limit = chosen[0].to_canonical(Fraction(found["number"]))
        if finding is not None and not (finding.low or 0.0) <= limit <= (
            finding.high if finding.high is not None else limit
        ):
            fault(
                f"{found['number']} lies outside the plausible range of `{name}` ({finding.low:g} to {finding.high:g} {units[0].shown})"
            )
            return None
        return Compare(name, Operator(found["sign"]), limit)

    def _options(self, found: re.Match[str], kind: Kind, fault: Callable[[str], None]) -> Condition | None:
        name, options = found["name"], _split(found["options"])
        finding = self._names.findings.get(name)
        if finding is None:
            self._unknown(name, fault)
            return None
        if finding.kind is not kind:
            fault(f"`{name}` is a {finding.kind.value}; `{'is' if kind is Kind.CHOICE else 'has'}` does not fit it")
            return None
        known = [option.id for option in finding.options]
        wrong = [option for option in options if option not in known]
        for option in wrong:
            if option in finding.unknown_options:
                fault(
                    f"`{option}` of `{name}` means asked but unknown and cannot be tested; write `asked unknown {name}`"
                )
            else:
                fault(
                    f"`{name}` has no option `{option}`" + (suggestion(option, known) or f"; it has {', '.join(known)}")
                )
        if wrong:
            return None
        return IsOneOf(name, options) if kind is Kind.CHOICE else Includes(name, options)


def _split(text: str) -> tuple[str, ...]:
    return tuple(sorted({part.strip() for part in text.split(",") if part.strip()}))
