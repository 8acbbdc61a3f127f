"""Reads the findings with their units, bands, intervals and follow-ups, and the quantities derived from them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from triage.conditions import names as tested_in
from triage.errors import suggestion
from triage.findings import (
    Answerer,
    Bands,
    CountItem,
    DerivedQuantity,
    FindingDefinition,
    FormulaSource,
    Kind,
    Option,
    ReferenceInterval,
    Trap,
    Unit,
)
from triage.formulas import FormulaError, inputs, parse
from triage.knowledge import rests_on_gap
from triage.loader.loading import Loading
from triage.loader.notation import Names, Reader
from triage.loader.source import Block, line_of
from triage.medicines import Catalogue

FINDING = (
    "id kind label question answered_by units range bare_number options option_labels unknown_options danger report_only "
    "only_if bands normal interval intervals_by_sex traps dated_by fixed"
)
UNIT = "ucum spellings factor offset"
TRAP = "unit above below likely keep"
DERIVED = "id label unit sources count report_only bands normal interval intervals_by_sex"


def _units(loading: Loading, file: str, entry: Block) -> tuple[Unit, ...]:
    place = f"finding `{entry['id']}`: units"
    found = []
    for written in entry.get("units") or ():
        unit = loading.block(file, written, place, UNIT, "ucum", entry.line)
        if unit is not None:
            factor = loading.number(file, unit.get("factor", "1"), place, unit.line)
            offset = loading.number(file, unit.get("offset", "0"), place, unit.line)
            if factor == 0:
                loading.fault(file, unit.line, f"{place}: a factor of 0 cannot be turned round; give the exact factor")
            elif factor is not None and offset is not None:
                ucum, spellings = loading.text(file, unit, "ucum"), loading.names(file, unit, "spellings", "spelling")
                found.append(Unit(ucum, spellings, factor, offset))
    return tuple(found)


def _range(loading: Loading, file: str, entry: Block) -> tuple[float, float] | None:
    written = entry.get("range")
    if not isinstance(written, list) or len(written) != 2:
        return None
    low, high = (loading.number(file, one, f"finding `{entry['id']}`: range", entry.line) for one in written)
    return None if low is None or high is None or low >= high else (float(low), float(high))


def _options(loading: Loading, file: str, entry: Block) -> tuple[Option, ...]:
    options = loading.names(file, entry, "options", "option")
    labels = entry.get("option_labels") or Block()
    if not isinstance(labels, Block):
        loading.fault(
            file, line_of(labels, entry.line), f"`{entry['id']}`: option_labels is no mapping of options to labels"
        )
        labels = Block()
    for option in labels:
        if option not in options:
            where = line_of(option, entry.line)
            loading.fault(
                file, where, f"`{entry['id']}`: label of an unknown option `{option}`" + suggestion(option, options)
            )
    return tuple(Option(option, str(labels.get(option, option.replace("_", " ")))) for option in options)


def _bands(loading: Loading, file: str, entry: Block, plausible: tuple[float, float] | None = None) -> Bands | None:
    written, place = entry.get("bands"), f"`{entry['id']}`: bands"
    if written is None:
        return None
    if not isinstance(written, Block) or "first" not in written:
        loading.fault(
            file, line_of(written, entry.line), f"{place}: write the band below the first cut point as `first:`"
        )
        return None
    cuts: list[tuple[float, str]] = []
    for limit, word in written.items():
        number = None if limit == "first" else loading.number(file, limit, place, written.line)
        if number is not None:
            if cuts and float(number) <= cuts[-1][0]:
                loading.fault(file, line_of(limit), f"{place}: cut points must rise; {limit} does not")
            if plausible is not None and not plausible[0] <= float(number) <= plausible[1]:
                loading.fault(file, line_of(limit), f"{place}: {limit} lies outside the plausible range")
            cuts.append((float(number), str(word)))
    for word in written.values():
        if not isinstance(word, str):
            loading.fault(
                file, line_of(word, entry.line), f"{place}: the word of a band is not a text; put it into quotes"
            )
    words = {str(word) for word in written.values()}
    normal = loading.text(file, entry, "normal")
    if normal and normal not in words:
        loading.fault(file, entry.line, f"{place}: `normal: {normal}` is no band" + suggestion(normal, words))
    return Bands(str(written["first"]), tuple(cuts), normal)


def _intervals(loading: Loading, file: str, entry: Block) -> tuple[ReferenceInterval, ...]:
    by_sex = entry.get("intervals_by_sex") or Block()
    if not isinstance(by_sex, Block):
        message = f"`{entry['id']}`: intervals_by_sex is no mapping; write {{male: [60, 105], female: [45, 85]}}"
        loading.fault(file, line_of(by_sex, entry.line), message)
        by_sex = Block()
    written = {"": entry["interval"]} if "interval" in entry else dict(by_sex)
    found = []
    for sex, ends in written.items():
        place = f"`{entry['id']}`: interval"
        if not isinstance(ends, list) or len(ends) != 2:
            loading.fault(file, line_of(ends, entry.line), f'{place}: write two ends such as [3.5, 5.3] or ["", 42]')
            continue
        numbers = [loading.number(file, end, place, entry.line) if end else None for end in ends]
        low, high = (None if number is None else float(number) for number in numbers)
        found.append(ReferenceInterval(low, high, str(sex)))
    return tuple(found)


def _traps(loading: Loading, file: str, entry: Block, units: tuple[Unit, ...]) -> tuple[Trap, ...]:
    place = f"`{entry['id']}`: traps"
    found = []
    for written in entry.get("traps") or ():
        trap = loading.block(file, written, place, TRAP, "unit likely", entry.line)
        if trap is None:
            continue
        above = loading.number(file, trap.get("above", "0"), place, trap.line)
        below = loading.number(file, trap.get("below", "1000000"), place, trap.line)
        unit, likely = loading.text(file, trap, "unit"), loading.text(file, trap, "likely")
        known = [name for one in units for name in (one.ucum, *one.spellings)]
        for name in (unit, likely):
            if name not in known:
                loading.fault(file, trap.line, f"{place}: `{name}` is no unit of it" + suggestion(name, known))
        if above is not None and below is not None:
            found.append(Trap(unit, float(above), float(below), likely, loading.flag(file, trap, "keep", False)))
    return tuple(found)


def read_findings(
    loading: Loading, files: dict[str, Any], derived: Any, found_patterns: Any, catalogue: Catalogue
) -> tuple[dict[str, FindingDefinition], Names]:
    """Read the findings of every file, and the names that conditions may use."""
    findings: dict[str, FindingDefinition] = {}
    follow_ups: list[tuple[str, Block]] = []
    dated: list[tuple[str, Block]] = []
    for file, written in files.items():
        for entry in loading.entries(file, written, "finding", FINDING):
            if not loading.once(file, entry, findings, "finding"):
                continue
            kind = loading.choice(file, entry, "kind", Kind, Kind.BOOLEAN)
            answered_by = loading.choice(file, entry, "answered_by", Answerer, Answerer.PERSON)
            units, plausible = _units(loading, file, entry), _range(loading, file, entry)
            if kind is Kind.QUANTITY and (not units or plausible is None):
                loading.fault(
                    file,
                    entry.line,
                    f"`{entry['id']}`: a quantity needs `units` and a plausible `range` such as [1.0, 10.0]",
                )
                continue
            if kind in (Kind.CHOICE, Kind.SET) and not entry.get("options"):
                loading.fault(file, entry.line, f"`{entry['id']}`: a {kind.value} needs `options`")
            findings[entry["id"]] = FindingDefinition(
                id=entry["id"], kind=kind, label=loading.text(file, entry, "label"), question=loading.text(file, entry, "question"),
                answered_by=answered_by, group=Path(file).stem,
                units=units,
                low=plausible[0] if plausible else None, high=plausible[1] if plausible else None,
                bare_number=loading.flag(file, entry, "bare_number", True),
                options=_options(loading, file, entry),
                unknown_options=loading.names(file, entry, "unknown_options", "option"),
                danger=loading.flag(file, entry, "danger", True), report_only=loading.flag(file, entry, "report_only", False),
                bands=_bands(loading, file, entry, plausible), intervals=_intervals(loading, file, entry),
                traps=_traps(loading, file, entry, units), dated_by=loading.text(file, entry, "dated_by"),
                fixed=loading.flag(file, entry, "fixed", False),
            )  # fmt: skip
            if "only_if" in entry:
                follow_ups.append((file, entry))
            if "dated_by" in entry:
                dated.append((file, entry))
    quantities = _named(derived)
    names = Names(
        findings=findings,
        derived_units={entry["id"]: Unit(str(entry.get("unit", "1"))) for entry in quantities},
        derived_counts=frozenset(entry["id"] for entry in quantities if "count" in entry),
        patterns=frozenset(entry["id"] for entry in _named(found_patterns)),
        medicines=catalogue.names,
        partial=loading.is_lost("findings/", "derived.yaml", "patterns.yaml", "medicines.yaml"),
    )
    for where, entries in (("derived.yaml", quantities), ("patterns.yaml", _named(found_patterns))):
        for entry in entries:
            if entry["id"] in findings or (where == "patterns.yaml" and entry["id"] in names.derived_units):
                loading.fault(where, entry.line, f"`{entry['id']}`: something else has this id; rename one of them")
    # A follow-up rests on answers alone: it is settled before any quantity is derived and any pattern is read.
    answers_alone = replace(names, derived_units={}, derived_counts=frozenset(), patterns=frozenset())
    for file, entry in follow_ups:
        reader = Reader(file, answers_alone, loading.faults)
        place = f"finding `{entry['id']}`: only_if"
        condition = reader.condition(entry["only_if"], place, entry.line)
        if condition is None:
            continue
        if entry["id"] in tested_in(condition):
            loading.fault(
                file, line_of(entry["only_if"], entry.line), f"{place}: names the finding itself; name its parent"
            )
        elif rests_on_gap(condition, frozenset()):
            message = f"{place}: rests on a gap condition; a follow-up applies because of an answer"
            loading.fault(file, line_of(entry["only_if"], entry.line), message)
        else:
            findings[entry["id"]] = replace(findings[entry["id"]], only_if=condition)
    _refuse_circles(loading, findings, {str(entry["id"]): (file, entry.line) for file, entry in follow_ups})
    for file, entry in dated:
        if entry["dated_by"] not in findings and not names.partial:
            message = f"finding `{entry['id']}`: dated_by names no finding" + suggestion(
                str(entry["dated_by"]), findings
            )
            loading.fault(file, line_of(entry["dated_by"], entry.line), message)
    return findings, names


def _named(entries: Any) -> list[Block]:
    """Give the entries that have an id, of a list that may be anything."""
    return [
        entry
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, Block) and isinstance(entry.get("id"), str)
    ]


def _refuse_circles(
    loading: Loading, findings: dict[str, FindingDefinition], places: dict[str, tuple[str, int]]
) -> None:
    """Findings may follow up each other, but never in a circle; one that does is taken as no follow-up from here on."""

    def visit(name: str, path: tuple[str, ...]) -> None:
        only_if = findings[name].only_if if name in findings else None
        if only_if is None:
            return
        if name in path:
            file, line = places[name]
            circle = " -> ".join((*path[path.index(name) :], name))
            loading.fault(
                file, line, f"finding `{name}`: follow-ups wait for each other in a circle: {circle}; break it"
            )
            findings[name] = replace(findings[name], only_if=None)
            return
        for parent in sorted(tested_in(only_if)):
            visit(parent, (*path, name))

    for name in places:
        visit(name, ())


def read_derived(loading: Loading, written: Any, names: Names) -> dict[str, DerivedQuantity]:
    """Read the derived quantities."""
    file = "derived.yaml"
    reader = Reader(file, names, loading.faults)
    found: dict[str, DerivedQuantity] = {}
    for entry in loading.entries(file, written, "derived quantity", DERIVED, "id label unit"):
        place = f"derived quantity `{entry['id']}`"
        sources = []
        for written_source in entry.get("sources") or ():
            source = loading.block(file, written_source, place, "formula valid_when", "formula", entry.line)
            if source is None:
                continue
            valid = reader.condition(source["valid_when"], place, source.line) if "valid_when" in source else None
            try:
                formula = parse(loading.text(file, source, "formula"))
            except FormulaError as error:
                loading.fault(file, source.line, f"{place}: {error}")
                continue
            for name in () if names.partial else sorted(inputs(formula) - set(names.findings)):
                loading.fault(
                    file, source.line, f"{place}: unknown finding `{name}`" + suggestion(name, names.findings)
                )
            sources.append(FormulaSource(formula, valid, loading.text(file, source, "formula")))
        items = []
        for written_item in entry.get("count") or ():
            item = loading.block(file, written_item, place, "when weight", "when weight", entry.line)
            if item is None:
                continue
            condition = reader.condition(item["when"], place, item.line)
            weight = loading.number(file, item["weight"], place, item.line)
            if condition is not None and weight is not None:
                items.append(CountItem(condition, float(weight)))
        if not sources and not items:
            loading.fault(file, entry.line, f"{place}: needs `sources` (formulas) or `count` (a weighted count)")
        found[entry["id"]] = DerivedQuantity(
            entry["id"], loading.text(file, entry, "label"), Unit(loading.text(file, entry, "unit")), tuple(sources), tuple(items),
            report_only=loading.flag(file, entry, "report_only", False),
            bands=_bands(loading, file, entry), intervals=_intervals(loading, file, entry),
        )  # fmt: skip
    return found
