"""What can only be checked on the whole knowledge base: circles, gap labels, things nobody uses, a screen with holes."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from triage.chart import Value
from triage.charting import chart_of, told_apart
from triage.conditions import (
    Condition,
    Known,
    Not,
    Urgency,
    UrgencyAtLeast,
    names,
    patterns,
    walk,
)
from triage.findings import Answerer
from triage.formulas import inputs
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase, rests_on_gap
from triage.loader.loading import Loading
from triage.loader.source import Block
from triage.rules import Pattern, Rule
from triage.truth import TRUE


@dataclass(frozen=True)
class Place:
    """Where something is defined: its file and line."""

    file: str
    line: int


class Places:
    """Where each finding, derived quantity, pattern and rule is defined."""

    def __init__(self, written: Mapping[str, object]) -> None:
        self._found: dict[tuple[str, str], Place] = {}
        self._gaps: set[tuple[str, str]] = set()
        self._entries: list[Block] = []
        for file, entries in written.items():
            for entry in entries if isinstance(entries, list) else ():
                if isinstance(entry, Block) and "id" in entry:
                    self._entries.append(entry)
                    key = (file.split("/")[0], str(entry["id"]))
                    self._found[key] = Place(file, entry.line)
                    if entry.get("gap") == "true":
                        self._gaps.add(key)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Every word of every text but the ids: what unreadable entries may have meant."""
        texts = [{key: part for key, part in entry.items() if key != "id"} for entry in self._entries]
        return frozenset(_words(texts))

    def of(self, kind: str, name: str) -> Place:
        """Give the place; `kind` is the folder or file it is defined in."""
        return self._found.get((kind, name), Place(kind, 1))

    def says_gap(self, kind: str, name: str) -> bool:
        """Whether an entry is labelled `gap: true`."""
        return (kind, name) in self._gaps


def _words(written: object) -> Iterator[str]:
    if isinstance(written, str):
        yield from re.findall(r"\w+", written)
    elif isinstance(written, Mapping):
        for key, part in written.items():
            yield from (*_words(key), *_words(part))
    elif isinstance(written, list):
        for part in written:
            yield from _words(part)


def circles(loading: Loading, found: Mapping[str, Pattern], places: Places) -> None:
    """Note patterns that rest on each other in a circle."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            at = places.of("patterns.yaml", name)
            loading.fault(at.file, at.line, f"patterns rest on each other in a circle: {circle}; break it")
        elif name in found and name not in done:
            for other in sorted(patterns(found[name].when)):
                visit(other, (*path, name))
            done.add(name)

    for name in found:
        visit(name, ())


def sound_patterns(found: Mapping[str, Pattern]) -> dict[str, Pattern]:
    """Give the patterns that rest on nothing unreadable and on no circle, in their order."""
    sound: set[str] = set()
    before = -1
    while len(sound) > before:
        before = len(sound)
        sound |= {name for name, pattern in found.items() if patterns(pattern.when) <= sound}
    return {name: pattern for name, pattern in found.items() if name in sound}


def check(loading: Loading, knowledge: KnowledgeBase, places: Places, on: date | None) -> None:
    """Note every fault of the whole; `on` is the day against which review dates are held, None to leave them."""
    _gap_labels(loading, knowledge, places)
    _misplaced(loading, knowledge, places)
    _ignorance_alone(loading, knowledge, places)
    if not loading.unreadable:  # otherwise what is missing may stand in a file that could not be read
        _unused(loading, knowledge, places)
        _holes_of_the_screen(loading, knowledge, places)
    if on is not None:
        _review_dates(loading, knowledge, places, on)


def _after_the_verdict(knowledge: KnowledgeBase) -> Iterator[tuple[str, str, Condition]]:
    guidance = knowledge.guidance
    for item in guidance.advice.values():
        if item.offer_when is not None:
            yield "advice.yaml", item.id, item.offer_when
        for withholding in item.withhold:
            yield "advice.yaml", item.id, withholding.when
        for caution in item.cautions:
            if caution.when is not None:
                yield "advice.yaml", item.id, caution.when
    for tests in guidance.investigations.values():
        if tests.when is not None:
            yield "investigations.yaml", tests.id, tests.when
    for net in guidance.safety_nets.values():
        if net.when is not None:
            yield "safety_netting.yaml", net.id, net.when
    for line in guidance.honesty.values():
        if line.when is not None:
            yield "honesty.yaml", line.id, line.when


def _gap_labels(loading: Loading, knowledge: KnowledgeBase, places: Places) -> None:
    """A rule or pattern that rests on ignorance says so, and no other does."""
    for kind, what, entries in (("rules", "rule", knowledge.rules), ("patterns.yaml", "pattern", knowledge.patterns)):
        for name, entry in entries.items():
            rests, says = rests_on_gap(entry.when, knowledge.gap_patterns), places.says_gap(kind, name)
            at = places.of(kind, name)
            if rests and not says:
                mend = "label it `gap: true` or remove the condition"
                loading.fault(at.file, at.line, f"{what} `{name}`: rests on a gap condition; {mend}")
            if says and not rests:
                mend = "remove the label"
                loading.fault(
                    at.file, at.line, f"{what} `{name}`: labelled `gap: true` but rests on no gap condition; {mend}"
                )


def _misplaced(loading: Loading, knowledge: KnowledgeBase, places: Places) -> None:
    """The final urgency may be tested after the verdict only, and `not known` nowhere."""
    for kind, name, condition in knowledge.before_the_verdict():
        at = places.of(kind, name)
        if any(isinstance(node, UrgencyAtLeast) for node in walk(condition)):
            loading.fault(
                at.file,
                at.line,
                f"`{name}`: tests the final urgency, which only advice and honest lines may do; remove it",
            )
    for kind, name, condition in (*knowledge.before_the_verdict(), *_after_the_verdict(knowledge)):
        if any(isinstance(node, Not) and isinstance(node.part, Known) for node in walk(condition)):
            at = places.of(kind, name)
            loading.fault(at.file, at.line, f"`{name}`: `not known` is never TRUE; write `missing`")


def _unused(loading: Loading, knowledge: KnowledgeBase, places: Places) -> None:
    """Everything that is asked or concluded is used by something, or says that it is for the report only."""
    tested: set[str] = set()
    held: set[str] = set()
    for _, name, condition in (*knowledge.before_the_verdict(), *_after_the_verdict(knowledge)):
        tested |= names(condition) - {name}
        held |= patterns(condition)
    tested |= {name for page in knowledge.screen for line in page.lines for name in line.findings}
    tested |= {name for one in knowledge.derived.values() for source in one.sources for name in inputs(source.formula)}
    tested |= {finding.dated_by for finding in knowledge.findings.values()}
    if loading.faults:  # What could not be read may use it.
        tested |= places.mentioned
        held |= places.mentioned
    for kind, what, entries, used in (
        ("findings", "finding", knowledge.findings, tested),
        ("derived.yaml", "derived quantity", knowledge.derived, tested),
        ("patterns.yaml", "pattern", knowledge.patterns, held),
    ):
        for name, entry in entries.items():
            at = places.of(kind, name)
            if name not in used and not entry.report_only:
                mend = "use it, remove it, or mark it `report_only: true`"
                loading.fault(at.file, at.line, f"{what} `{name}`: nothing tests it; {mend}")


def _reader(knowledge: KnowledgeBase, answers: Mapping[str, Value | None]) -> Reference:
    return Reference(knowledge.pattern_conditions, chart_of(knowledge, answers))


def _ignorance_alone(loading: Loading, knowledge: KnowledgeBase, places: Places) -> None:
    """Knowing nothing, or asking everything in vain, is no reason for more than a routine appointment."""
    for said, answers in (("nothing was asked", {}), ("every answer is unknown", dict.fromkeys(knowledge.findings))):
        reader = _reader(knowledge, answers)
        for rule in knowledge.rules.values():
            above = rule.urgency is not None and rule.urgency.rank > Urgency.ROUTINE.rank
            if above and rule.gap and reader.truth(rule.when) is TRUE:
                at = places.of("rules", rule.id)
                mend = "let it rest on something answered too"
                loading.fault(at.file, at.line, f"rule `{rule.id}`: fires above routine when {said}; {mend}")


def _holes_of_the_screen(loading: Loading, knowledge: KnowledgeBase, places: Places) -> None:
    """The screen holds everything a person can answer that alone fires a rule above urgent."""
    screen = {name for page in knowledge.screen for line in page.lines for name in line.findings}
    dangerous = [rule for rule in knowledge.rules.values() if rule.urgency and rule.urgency.rank > Urgency.URGENT.rank]
    resting: dict[str, list[Rule]] = defaultdict(list)
    for rule in dangerous:
        for name in knowledge.rests_on(rule.when):
            resting[name].append(rule)
    for name, finding in knowledge.findings.items():
        if finding.answered_by is not Answerer.PERSON or name in screen or name not in resting:
            continue
        for value in told_apart(finding, knowledge.limits.get(name, ())):
            reader = _reader(knowledge, {name: value})
            fired = next((rule for rule in resting[name] if reader.truth(rule.when) is TRUE), None)
            if fired is not None:
                at = places.of("findings", name)
                message = f"finding `{name}`: alone fires `{fired.id}` and is missing from the red-flag screen"
                loading.fault(at.file, at.line, f"{message}; add it to a page of screen.yaml")
                break


def _review_dates(loading: Loading, knowledge: KnowledgeBase, places: Places, on: date) -> None:
    mend = "have it reviewed, then set `review_by` to the next date"
    if knowledge.manifest.review_by < on:
        loading.fault("manifest.yaml", 1, f"review date {knowledge.manifest.review_by} has passed; {mend}")
    for rule in knowledge.rules.values():
        if rule.review_by is not None and rule.review_by < on:
            at = places.of("rules", rule.id)
            loading.fault(at.file, at.line, f"rule `{rule.id}`: review date {rule.review_by} has passed; {mend}")
