"""The knowledge base as one value: everything the readers, the verdict and the report need, checked when it was loaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from triage.conditions import (
    AskedUnknown,
    Condition,
    Missing,
    NotShown,
    PatternHolds,
    patterns,
    walk,
)
from triage.findings import DerivedQuantity, FindingDefinition
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
    def gap_patterns(self) -> frozenset[str]:
        """The patterns that rest on a gap condition, directly or through other patterns."""
        found: set[str] = set()
        for name in self.pattern_order:
            if rests_on_gap(self.patterns[name].when, found):
                found.add(name)
        return frozenset(found)


def rests_on_gap(condition: Condition, gap_patterns: frozenset[str] | set[str]) -> bool:
    """Whether a condition holds a gap condition or names one of these patterns."""
    return any(
        isinstance(node, Missing | AskedUnknown | NotShown)
        or (isinstance(node, PatternHolds) and node.pattern in gap_patterns)
        for node in walk(condition)
    )
