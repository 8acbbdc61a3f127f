"""A folder of YAML becomes a checked `KnowledgeBase`, or one error with every fault of every file."""

import hashlib
from collections.abc import Iterable
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from triage.conditions import Condition, Urgency, patterns
from triage.errors import KnowledgeBaseError, KnowledgeFault, suggestion
from triage.findings import Answerer, CountItem, DerivedQuantity, FindingDefinition, FormulaSource, Kind, Option, Unit
from triage.formulas import FormulaError, inputs, parse
from triage.knowledge import KnowledgeBase, Manifest, rests_on_gap
from triage.loader.notation import Names, Reader
from triage.loader.source import Block, line_of, read_file
from triage.medicines import Catalogue, Ingredient, MedicineClass, Words
from triage.rules import Basis, Certainty, Pattern, Provenance, Rule, ScreenLine, ScreenPage, Source

Choice = TypeVar("Choice", bound=Enum)

FINDING = (
    "id kind label question answered_by units range bare_number options unknown_options danger report_only only_if"
)
UNIT = "ucum spellings factor offset"
MANIFEST = "id title version review_status reviewers limits"
DERIVED = "id label unit sources count report_only"
PATTERN = "id row when sources provenance provenance_note harm gap report_only"
RULE = "id row title certainty urgency gap when action sources provenance provenance_note harm"
INGREDIENT = "id label classes strength effect sources synonyms"


class _Loading:
    """One load: the faults found so far, and the helpers that find them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults: list[KnowledgeFault] = []
        self.sources: dict[str, Source] = {}

    def fault(self, file: str, line: int, message: str) -> None:
        self.faults.append(KnowledgeFault(file, line, message))

    def entries(self, file: str, written: Any, what: str, keys: str, needed: str = "id") -> list[Block]:
        """Give the mappings of a list that have what they need; note missing and unknown keys."""
        found: list[Block] = []
        if not isinstance(written, list):
            self.fault(file, 1, f"a list of {what}s is expected; begin each with `- id:`")
            return found
        for entry in written:
            if not isinstance(entry, Block) or not isinstance(entry.get("id"), str):
                self.fault(file, line_of(entry), f"a {what} without `id`; give it one")
            elif self.block(file, entry, f"{what} `{entry['id']}`", keys, needed) is not None:
                found.append(entry)
        return found

    def block(self, file: str, written: Any, place: str, keys: str, needed: str, line: int = 1) -> Block | None:
        """Give a mapping if it has what it needs and nothing else; note what is wrong otherwise."""
        if not isinstance(written, Block):
            self.fault(file, line_of(written, line), f"{place}: a mapping with {', '.join(needed.split())} is expected")
            return None
        for key in written:
            if key not in keys.split():
                self.fault(file, line_of(key), f"{place}: unknown key `{key}`" + suggestion(key, keys.split()))
        missing = [key for key in needed.split() if written.get(key) is None]
        for key in missing:
            self.fault(file, written.line, f"{place}: `{key}` is missing; add it")
        return None if missing else written

    def number(self, file: str, written: Any, place: str, line: int) -> Fraction | None:
        """Give an exact number."""
        try:
            return Fraction(str(written))
        except (ValueError, ZeroDivisionError):
            self.fault(file, line_of(written, line), f"{place}: `{written}` is not a number; write it as 2.5")
            return None

    def once(self, file: str, entry: Block, taken: Iterable[str], what: str) -> bool:
        if entry["id"] in set(taken):
            self.fault(file, entry.line, f"{what} `{entry['id']}` is defined twice; rename or remove one")
            return False
        return True

    def choice(self, file: str, entry: Block, key: str, kinds: type[Choice], otherwise: Choice) -> Choice:
        value = entry.get(key)
        known = [one.value for one in kinds]
        if value not in known:
            self.fault(
                file, line_of(value, entry.line),
                f"`{entry['id']}`: `{key}` is `{value}`; use {', '.join(known)}" + suggestion(str(value), known),
            )  # fmt: skip
            return otherwise
        return kinds(value)

    def basis(self, file: str, entry: Block) -> Basis:
        """Read what an entry rests on; without a source it must say what it rests on instead."""
        sources = tuple(entry.get("sources") or ())
        for source in sources:
            if source not in self.sources:
                where = line_of(source, entry.line)
                self.fault(
                    file, where, f"`{entry['id']}`: unknown source `{source}`" + suggestion(source, self.sources)
                )
        marks = tuple(entry.get("provenance") or ())
        known = [one.value for one in Provenance]
        for mark in marks:
            if mark not in known:
                self.fault(
                    file, line_of(mark, entry.line), f"`{entry['id']}`: provenance `{mark}`; use {', '.join(known)}"
                )
        if not sources and not set(marks) & {"expert_default", "inference", "seed"}:
            self.fault(
                file, entry.line, f"`{entry['id']}`: no source; cite one, or mark it `provenance: [expert_default]`"
            )
        return Basis(
            sources, tuple(Provenance(mark) for mark in marks if mark in known), entry.get("provenance_note", "")
        )


def load(root: Path) -> KnowledgeBase:
    """
    Load a knowledge base from a folder.

    Raises:
        KnowledgeBaseError: something in it is wrong; the error lists every fault of every file.
    """
    loading = _Loading(root)
    paths = [
        root / name
        for name in ("manifest.yaml", "sources.yaml", "derived.yaml", "patterns.yaml", "medicines.yaml", "screen.yaml")
    ]
    folders = {name: sorted((root / name).glob("*.yaml")) for name in ("findings", "rules")}
    for path in paths:
        if not path.is_file():
            loading.fault(path.name, 1, "the file is missing; a knowledge base needs it")
    if loading.faults:
        raise KnowledgeBaseError(loading.faults)
    read = {path: read_file(path, root, loading.faults) for path in [*paths, *folders["findings"], *folders["rules"]]}
    digest = hashlib.sha256()
    for path in sorted(read):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    manifest, sources, derived_raw, patterns_raw, medicines, screen_raw = (read[path] for path in paths)
    for entry in loading.entries("sources.yaml", sources, "source", "id title read_as links", "id title read_as"):
        if loading.once("sources.yaml", entry, loading.sources, "source"):
            loading.sources[entry["id"]] = Source(
                entry["id"], entry["title"], entry["read_as"], tuple(entry.get("links") or ())
            )
    about = loading.block("manifest.yaml", manifest, "manifest", MANIFEST, "id title version review_status limits")
    catalogue = _catalogue(loading, medicines)
    raw_findings = {path.relative_to(root).as_posix(): read[path] for path in folders["findings"]}
    raw_rules = {path.relative_to(root).as_posix(): read[path] for path in folders["rules"]}
    findings, names = _findings(loading, raw_findings, derived_raw, patterns_raw, catalogue)
    derived = _derived(loading, derived_raw, names)
    found = _patterns(loading, patterns_raw, names)
    rules = _rules(loading, raw_rules, names)
    screen = _screen(loading, screen_raw, names)
    if loading.faults or about is None:
        raise KnowledgeBaseError(loading.faults)
    _refuse_cycles(loading, found)
    knowledge = KnowledgeBase(
        manifest=Manifest(
            about["id"], about["title"], about["version"], about["review_status"],
            tuple(about.get("reviewers") or ()), about["limits"],
        ),
        content_hash=digest.hexdigest(),
        findings=findings, derived=derived, patterns=found, rules=rules, catalogue=catalogue, sources=loading.sources, screen=screen,
    )  # fmt: skip
    _check_gaps(loading, knowledge, raw_rules, patterns_raw)
    if loading.faults:
        raise KnowledgeBaseError(loading.faults)
    return knowledge


def _catalogue(loading: _Loading, written: Any) -> Catalogue:
    file = "medicines.yaml"
    whole = loading.block(file, written, "medicines", "ingredients classes words", "ingredients classes words")
    if whole is None:
        return Catalogue({}, {})
    kinds = "forms frequencies topical ignored salts"
    words = loading.block(file, whole["words"], "words", kinds, kinds, whole.line)
    classes = {
        entry["id"]: MedicineClass(
            entry["id"], entry.get("label", entry["id"]), entry.get("concern", ""), tuple(entry.get("members") or ())
        )
        for entry in loading.entries(file, whole["classes"], "class", "id label concern members")
    }
    ingredients: dict[str, Ingredient] = {}
    for entry in loading.entries(file, whole["ingredients"], "ingredient", INGREDIENT, "id label"):
        if not loading.once(file, entry, ingredients, "ingredient"):
            continue
        for name in entry.get("classes") or ():
            if name not in classes:
                loading.fault(
                    file,
                    line_of(name, entry.line),
                    f"`{entry['id']}`: unknown class `{name}`" + suggestion(name, classes),
                )
        ingredients[entry["id"]] = Ingredient(
            entry["id"], entry["label"], tuple(entry.get("classes") or ()), tuple(entry.get("synonyms") or ()),
            strength=entry.get("strength", ""), effect=entry.get("effect", ""), sources=tuple(entry.get("sources") or ()),
        )  # fmt: skip
    if words is None:
        return Catalogue(ingredients, classes)
    times = {
        text: loading.number(file, often, "words: frequencies", words.line)
        for text, often in words["frequencies"].items()
    }
    frequencies = {str(text): float(often) for text, often in times.items() if often is not None}
    parts = {kind: frozenset(words[kind]) for kind in ("forms", "topical", "ignored", "salts")}
    return Catalogue(ingredients, classes, Words(frequencies=frequencies, **parts))


def _units(loading: _Loading, file: str, entry: Block) -> tuple[Unit, ...]:
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
                found.append(Unit(unit["ucum"], tuple(unit.get("spellings") or ()), factor, offset))
    return tuple(found)


def _range(loading: _Loading, file: str, entry: Block) -> tuple[float, float] | None:
    written = entry.get("range")
    if not isinstance(written, list) or len(written) != 2:
        return None
    low, high = (loading.number(file, one, f"finding `{entry['id']}`: range", entry.line) for one in written)
    return None if low is None or high is None or low >= high else (float(low), float(high))


def _findings(
    loading: _Loading, files: dict[str, Any], derived: Any, found_patterns: Any, catalogue: Catalogue
) -> tuple[dict[str, FindingDefinition], Names]:
    findings: dict[str, FindingDefinition] = {}
    follow_ups: list[tuple[str, Block]] = []
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
                id=entry["id"], kind=kind, label=entry.get("label", ""), question=entry.get("question", ""),
                answered_by=answered_by, group=Path(file).stem,
                units=units,
                low=plausible[0] if plausible else None, high=plausible[1] if plausible else None,
                bare_number=entry.get("bare_number", "true") == "true",
                options=tuple(Option(option, option.replace("_", " ")) for option in entry.get("options") or ()),
                unknown_options=tuple(entry.get("unknown_options") or ()),
                danger=entry.get("danger", "true") == "true", report_only=entry.get("report_only") == "true",
            )  # fmt: skip
            if "only_if" in entry:
                follow_ups.append((file, entry))
    quantities = [entry for entry in derived or () if isinstance(entry, Block) and "id" in entry]
    names = Names(
        findings=findings,
        derived_units={entry["id"]: Unit(entry.get("unit", "1")) for entry in quantities},
        derived_counts=frozenset(entry["id"] for entry in quantities if "count" in entry),
        patterns=frozenset(entry["id"] for entry in found_patterns or () if isinstance(entry, Block) and "id" in entry),
        medicines=catalogue.names,
    )
    for file, entry in follow_ups:
        reader = Reader(file, names, loading.faults)
        condition = reader.condition(entry["only_if"], f"finding `{entry['id']}`: only_if", entry.line)
        if condition is not None:
            before = findings[entry["id"]]
            findings[entry["id"]] = FindingDefinition(**{**before.__dict__, "only_if": condition})
    return findings, names


def _derived(loading: _Loading, written: Any, names: Names) -> dict[str, DerivedQuantity]:
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
                formula = parse(source["formula"])
            except FormulaError as error:
                loading.fault(file, source.line, f"{place}: {error}")
                continue
            for name in sorted(inputs(formula) - set(names.findings)):
                loading.fault(
                    file, source.line, f"{place}: unknown finding `{name}`" + suggestion(name, names.findings)
                )
            sources.append(FormulaSource(formula, valid, source["formula"]))
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
            entry["id"], entry["label"], Unit(entry["unit"]), tuple(sources), tuple(items)
        )
    return found


def _patterns(loading: _Loading, written: Any, names: Names) -> dict[str, Pattern]:
    file = "patterns.yaml"
    reader = Reader(file, names, loading.faults)
    found: dict[str, Pattern] = {}
    for entry in loading.entries(file, written, "pattern", PATTERN):
        when = reader.condition(entry.get("when"), f"pattern `{entry['id']}`", entry.line)
        basis = loading.basis(file, entry)
        if loading.once(file, entry, found, "pattern") and when is not None:
            report_only = entry.get("report_only") == "true"
            found[entry["id"]] = Pattern(
                entry["id"], entry.get("row", ""), when, basis, entry.get("harm", ""), report_only
            )
    return found


def _rules(loading: _Loading, files: dict[str, Any], names: Names) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for file, written in files.items():
        reader = Reader(file, names, loading.faults)
        for entry in loading.entries(file, written, "rule", RULE):
            when = reader.condition(entry.get("when"), f"rule `{entry['id']}`", entry.line)
            urgency = loading.choice(file, entry, "urgency", Urgency, Urgency.ROUTINE) if "urgency" in entry else None
            certainty = loading.choice(file, entry, "certainty", Certainty, Certainty.POSSIBLE)
            basis = loading.basis(file, entry)
            if loading.once(file, entry, found, "rule") and when is not None:
                found[entry["id"]] = Rule(
                    id=entry["id"], row=entry.get("row", entry["id"]), title=entry.get("title", ""), certainty=certainty,
                    urgency=urgency, when=when, gap=entry.get("gap") == "true", action=entry.get("action", ""),
                    basis=basis, harm=entry.get("harm", ""),
                )  # fmt: skip
    return found


def _screen(loading: _Loading, written: Any, names: Names) -> tuple[ScreenPage, ...]:
    file = "screen.yaml"
    reader = Reader(file, names, loading.faults)
    pages = []
    for entry in loading.entries(file, written, "page", "id title lines", "id title lines"):
        lines = []
        for written_line in entry["lines"]:
            line = loading.block(
                file, written_line, f"page `{entry['id']}`", "findings only_if", "findings", entry.line
            )
            if line is None:
                continue
            for name in line["findings"]:
                if name not in names.findings:
                    loading.fault(
                        file,
                        line.line,
                        f"page `{entry['id']}`: unknown finding `{name}`" + suggestion(name, names.findings),
                    )
            only_if = (
                reader.condition(line["only_if"], f"page `{entry['id']}`", line.line) if "only_if" in line else None
            )
            lines.append(ScreenLine(tuple(line["findings"]), only_if))
        pages.append(ScreenPage(entry["id"], entry.get("title", ""), tuple(lines)))
    return tuple(pages)


def _refuse_cycles(loading: _Loading, found: dict[str, Pattern]) -> None:
    """Patterns may rest on each other, but never in a circle."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            loading.fault("patterns.yaml", 1, f"patterns rest on each other in a circle: {circle}; break it")
        elif name not in done:
            for other in sorted(patterns(found[name].when)):
                visit(other, (*path, name))
            done.add(name)

    for name in found:
        visit(name, ())
    if loading.faults:
        raise KnowledgeBaseError(loading.faults)


def _check_gaps(loading: _Loading, knowledge: KnowledgeBase, files: dict[str, Any], found_patterns: Any) -> None:
    """A rule or pattern that rests on ignorance says so, and no other does."""
    labelled: list[tuple[str, Block, Condition, str]] = [
        (file, entry, knowledge.rules[entry["id"]].when, "rule") for file, written in files.items() for entry in written
    ]
    labelled += [("patterns.yaml", entry, knowledge.patterns[entry["id"]].when, "pattern") for entry in found_patterns]
    for file, entry, when, what in labelled:
        rests, says = rests_on_gap(when, knowledge.gap_patterns), entry.get("gap") == "true"
        if rests and not says:
            loading.fault(
                file,
                entry.line,
                f"{what} `{entry['id']}`: rests on a gap condition; label it `gap: true` or remove the condition",
            )
        if says and not rests:
            loading.fault(
                file,
                entry.line,
                f"{what} `{entry['id']}`: labelled `gap: true` but rests on no gap condition; remove the label",
            )
