"""The knowledge base as one value: everything the readers, the verdict and the report need, checked when it was loaded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from triage.conditions import (
    AnyOf,
    AskedUnknown,
    Compare,
    Condition,
    Missing,
    NotShown,
    PatternHolds,
    Present,
    names,
    patterns,
    walk,
)
from triage.findings import DerivedQuantity, FindingDefinition
from triage.formulas import inputs
from triage.governance import Record
from triage.guidance import Guidance
from triage.language import SOURCE
from triage.medicines import Catalogue
from triage.rules import Pattern, Rule, ScreenPage, Source


@dataclass(frozen=True)
class Manifest:
    """Name, version and review status of a knowledge base."""

    id: str
    title: str
    version: str
    review_status: str
    reviewers: tuple[str, ...]
    limits: str
    review_by: date


@dataclass(frozen=True)
class KnowledgeBase:
    """
    A checked knowledge base.

    Mappings keep the order of their files. `content_hash` is SHA-256 over the name and bytes of every file that decides or words
    anything; `translation` is that of the catalogue which gave the words of another `language`, empty for English; `groups` are the titles of
    groups of findings in that language.
    `records` say of every rule who wrote, changed and signed it; they are no part of the hash.
    """

    manifest: Manifest
    content_hash: str
    findings: Mapping[str, FindingDefinition]
    derived: Mapping[str, DerivedQuantity]
    patterns: Mapping[str, Pattern]
    rules: Mapping[str, Rule]
    catalogue: Catalogue
    sources: Mapping[str, Source]
    screen: tuple[ScreenPage, ...]
    guidance: Guidance
    language: str = SOURCE
    translation: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)

    def group_title(self, group: str) -> str:
        """Give a group of findings, named after its file, as people call its subject."""
        return self.groups.get(group) or named(group)

    def before_the_verdict(self) -> Iterator[tuple[str, str, Condition]]:
        """Give every condition that is judged before the verdict, with the folder or file and the id it stands under."""
        for rule in self.rules.values():
            yield "rules", rule.id, rule.when
        for pattern in self.patterns.values():
            yield "patterns.yaml", pattern.id, pattern.when
        for finding in self.findings.values():
            if finding.only_if is not None:
                yield "findings", finding.id, finding.only_if
        for quantity in self.derived.values():
            for source in quantity.sources:
                if source.valid_when is not None:
                    yield "derived.yaml", quantity.id, source.valid_when
            for item in quantity.count:
                yield "derived.yaml", quantity.id, item.condition
        for page in self.screen:
            for line in page.lines:
                if line.only_if is not None:
                    yield "screen.yaml", page.id, line.only_if
        for conflict in self.guidance.conflicts.values():
            yield "conflicts.yaml", conflict.id, conflict.when

    @cached_property
    def limits(self) -> dict[str, frozenset[float]]:
        """Every limit that a condition before the verdict compares a quantity with."""
        found: dict[str, set[float]] = {}
        for _, _, condition in self.before_the_verdict():
            for node in walk(condition):
                if isinstance(node, Compare):
                    found.setdefault(node.quantity, set()).add(node.limit)
        return {name: frozenset(limits) for name, limits in found.items()}

    @cached_property
    def pattern_conditions(self) -> dict[str, Condition]:
        """The condition of each pattern, as readers take them."""
        return {name: pattern.when for name, pattern in self.patterns.items()}

    @cached_property
    def follow_ups(self) -> tuple[str, ...]:
        """Every finding with `only_if`, after those it follows up."""
        done: dict[str, None] = {}

        def visit(name: str) -> None:
            only_if = self.findings[name].only_if if name in self.findings else None
            if only_if is not None and name not in done:
                for parent in sorted(names(only_if) - {name}):
                    visit(parent)
                done[name] = None

        for name in self.findings:
            visit(name)
        return tuple(done)

    @cached_property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """Before each follow-up the yes-or-no findings one of which must be yes, as far as `only_if` says so plainly."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self.follow_ups:
            match self.findings[name].only_if:
                case Present(finding=parent):
                    found[name] = (parent,)
                case AnyOf(parts=parts):
                    found[name] = tuple(part.finding for part in parts if isinstance(part, Present))
                case _:
                    found[name] = ()
        return found

    @cached_property
    def asked_at(self) -> dict[str, int]:
        """The place of every finding: the screen first, in its order, then the others in the order of their files."""
        screen = [name for page in self.screen for line in page.lines for name in line.findings]
        return {name: place for place, name in enumerate(dict.fromkeys((*screen, *self.findings)))}

    @cached_property
    def pattern_order(self) -> tuple[str, ...]:
        """Every pattern after those it rests on."""
        done: dict[str, None] = {}

        def visit(name: str) -> None:
            if name not in done:
                for other in sorted(patterns(self.patterns[name].when)):
                    visit(other)
                done[name] = None

        for name in self.patterns:
            visit(name)
        return tuple(done)

    def rests_on(self, condition: Condition) -> frozenset[str]:
        """Give every finding a condition may read, through patterns and derived quantities too."""
        found: set[str] = set()
        for name in names(condition):
            found |= self.behind_derived[name] if name in self.derived else {name}
        for name in patterns(condition):
            found |= self._behind_patterns[name]
        return frozenset(found)

    @cached_property
    def influences(self) -> dict[str, frozenset[str]]:
        """The findings whose answers may change the value or the state of each finding and derived quantity, itself among them."""
        found = {name: frozenset({name}) for name in self.findings}
        for name in self.follow_ups:
            only_if = self.findings[name].only_if
            if only_if is not None:
                found[name] |= frozenset().union(*(found[parent] for parent in self.rests_on(only_if)))
        for name, behind in self.behind_derived.items():
            found[name] = frozenset().union(*(found[one] for one in behind))
        return found

    @cached_property
    def behind_derived(self) -> dict[str, frozenset[str]]:
        """The findings behind each derived quantity."""
        found = {}
        for quantity in self.derived.values():
            behind: set[str] = set()
            for source in quantity.sources:
                behind |= inputs(source.formula)
                behind |= names(source.valid_when) if source.valid_when is not None else set()
            for item in quantity.count:
                behind |= names(item.condition)
            found[quantity.id] = frozenset(behind)
        return found

    @cached_property
    def _behind_patterns(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for name in self.pattern_order:
            behind: set[str] = set()
            for tested in names(self.patterns[name].when):
                behind |= self.behind_derived[tested] if tested in self.derived else {tested}
            for other in patterns(self.patterns[name].when):
                behind |= found[other]
            found[name] = frozenset(behind)
        return found

    @cached_property
    def gap_patterns(self) -> frozenset[str]:
        """The patterns that rest on a gap condition, directly or through other patterns."""
        found: set[str] = set()
        for name in self.pattern_order:
            if rests_on_gap(self.patterns[name].when, found):
                found.add(name)
        return frozenset(found)


def named(group: str) -> str:
    """Give the English title of a group of findings from the name of its file."""
    return group.replace("_", " ").capitalize()


def rests_on_gap(condition: Condition, gap_patterns: frozenset[str] | set[str]) -> bool:
    """Whether a condition holds a gap condition or names one of these patterns."""
    return any(
        isinstance(node, Missing | AskedUnknown | NotShown)
        or (isinstance(node, PatternHolds) and node.pattern in gap_patterns)
        for node in walk(condition)
    )
