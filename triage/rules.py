"""What the knowledge base concludes: patterns and rules, and the sources behind them."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from triage.conditions import Condition, Urgency


class Certainty(Enum):
    """How sure a conclusion is; never a probability."""

    FACT = "fact"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    CONSIDER = "consider"

    @property
    def strength(self) -> int:
        """4 for fact down to 1 for consider."""
        return 4 - list(Certainty).index(self)


class Provenance(Enum):
    """What a statement of the knowledge base rests on."""

    SOURCED = "sourced"
    EXPERT_DEFAULT = "expert_default"
    INFERENCE = "inference"
    SEED = "seed"


@dataclass(frozen=True)
class Source:
    """One publication, given once."""

    id: str
    title: str
    read_as: str
    links: tuple[str, ...]


@dataclass(frozen=True)
class Basis:
    """
    What a rule, pattern or advice item rests on.

    `marks` say which parts are sourced and which are an expert default, an inference or a statement of the seed text;
    `note` says which part each mark belongs to.
    """

    sources: tuple[str, ...]
    marks: tuple[Provenance, ...]
    note: str = ""


@dataclass(frozen=True)
class Pattern:
    """An intermediate conclusion that rules share."""

    id: str
    row: str
    when: Condition
    basis: Basis
    harm: str
    report_only: bool = False
    label: str = ""


@dataclass(frozen=True)
class Rule:
    """
    A conclusion with its condition.

    Args:
        id: stable, quoted in letters.
        row: the row of the evidence it encodes; several rules may share one.
        title: what it suspects, in a clinician's words.
        urgency: the floor it puts under the final urgency; None when it only asserts a fact.
        gap: it rests on something not yet known, and an answer may take it back.
        cause: the id of what it suspects; empty for a rule about the intake itself.
        destinations: ids of where to go, the main one first; the level's own where empty.
        deadline: a time limit shorter than the level's own, in words.
        review_by: the day by which somebody must look at it again; the knowledge base's own where None.
    """

    id: str
    row: str
    title: str
    certainty: Certainty
    urgency: Urgency | None
    when: Condition
    gap: bool
    action: str
    basis: Basis
    harm: str
    cause: str = ""
    destinations: tuple[str, ...] = ()
    deadline: str = ""
    review_by: date | None = None

    @property
    def benign(self) -> bool:
        """Whether this rule can earn self-care."""
        return self.urgency is Urgency.SELF_CARE


@dataclass(frozen=True)
class ScreenLine:
    """One line of a red-flag checklist: findings asked together; `only_if` limits the line to some people."""

    findings: tuple[str, ...]
    only_if: Condition | None = None


@dataclass(frozen=True)
class ScreenPage:
    """One page of the red-flag screen."""

    id: str
    title: str
    lines: tuple[ScreenLine, ...]
