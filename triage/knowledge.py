"""The knowledge base as one value: everything the readers, the verdict and the report need, checked when it was loaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from triage.conditions import (
    MEDICINES,
    AskedUnknown,
    Condition,
    Missing,
    NotShown,
    PatternHolds,
    names,
    patterns,
    walk,
)
from triage.findings import Answerer, DerivedQuantity, FindingDefinition
from triage.formulas import inputs
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


@dataclass(frozen=True)
class KnowledgeBase:
    """
    A checked knowledge base.

    Mappings keep the order of their files. `content_hash` is SHA-256 over the name and bytes of every file that was read.
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

    @cached_property
    def _pattern_tests(self) -> Mapping[str, frozenset[str]]:
        table: dict[str, frozenset[str]] = {}
        for name in self.pattern_order:
            when = self.patterns[name].when
            table[name] = names(when).union(*(table[other] for other in patterns(when)))
        return table

    def tests(self, condition: Condition) -> frozenset[str]:
        """Give every finding and derived quantity a condition rests on, through patterns but not through formulas."""
        return names(condition).union(*(self._pattern_tests[name] for name in patterns(condition)))

    def findings_behind(self, name: str) -> frozenset[str]:
        """Give the findings behind a name: itself, or the inputs of a derived quantity, down to findings."""
        if name in self.findings:
            return frozenset({name})
        quantity = self.derived[name]
        found: set[str] = set()
        for source in quantity.sources:
            for part in inputs(source.formula):
                found |= self.findings_behind(part)
            if source.valid_when is not None:
                for part in names(source.valid_when):
                    found |= self.findings_behind(part)
        for item in quantity.count:
            for part in names(item.condition):
                found |= self.findings_behind(part)
        return frozenset(found)

    @cached_property
    def gap_patterns(self) -> frozenset[str]:
        """The patterns that rest on a gap condition, directly or through other patterns."""
        found: set[str] = set()
        for name in self.pattern_order:
            if rests_on_gap(self.patterns[name].when, found):
                found.add(name)
        return frozenset(found)

    def is_gap(self, condition: Condition) -> bool:
        """Whether a condition rests on something not yet known."""
        return rests_on_gap(condition, self.gap_patterns)

    def answerable_by(self, scope: frozenset[Answerer]) -> frozenset[str]:
        """Give the findings somebody in the scope can answer."""
        return frozenset(name for name, finding in self.findings.items() if finding.answered_by in scope)

    @cached_property
    def medicines(self) -> FindingDefinition | None:
        """The definition of the medicine list, where the knowledge base has one."""
        return self.findings.get(MEDICINES)


def rests_on_gap(condition: Condition, gap_patterns: frozenset[str] | set[str]) -> bool:
    """Whether a condition holds a gap condition or names one of these patterns."""
    return any(
        isinstance(node, Missing | AskedUnknown | NotShown)
        or (isinstance(node, PatternHolds) and node.pattern in gap_patterns)
        for node in walk(condition)
    )
