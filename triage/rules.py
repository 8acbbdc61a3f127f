"""What the knowledge base concludes: rules, causes, destinations, advice, safety-netting, and the sources behind them."""

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
    label: str
    when: Condition
    basis: Basis
    row: str
    harm: str
    gap: bool
    report_only: bool = False


@dataclass(frozen=True)
class Rule:
    """
    A conclusion with its condition.

    Args:
        id: stable, quoted in letters.
        row: the row of the evidence it encodes; several rules may share one.
        cause: the suspected cause it speaks for.
        urgency: the floor it puts under the final urgency; None when it only asserts a fact.
        gap: it rests on something not yet known, and an answer may take it back.
        benign: it can earn self-care.
        deadline: a shorter time limit than the level's own.
        ask: what to find out, for gap rules.
    """

    id: str
    row: str
    title: str
    cause: str
    certainty: Certainty
    urgency: Urgency | None
    when: Condition
    gap: bool
    destinations: tuple[str, ...]
    action: str
    investigations: tuple[str, ...]
    deadline: str
    basis: Basis
    harm: str
    review_by: date
    author: str
    reviewer: str

    @property
    def benign(self) -> bool:
        """Whether this rule can earn self-care."""
        return self.urgency is Urgency.SELF_CARE


@dataclass(frozen=True)
class Cause:
    """A possible explanation: a hypothesis, never a diagnosis."""

    id: str
    label: str
    plain: str
    group: str
    investigations: tuple[str, ...]


@dataclass(frozen=True)
class Destination:
    """Where to go."""

    id: str
    label: str
    plain: str


@dataclass(frozen=True)
class Level:
    """One urgency level: words, time limit and the ordinary destination."""

    urgency: Urgency
    word: str
    time: str
    deadline: str
    action: str
    plain_action: str
    destination: str
    request: str


@dataclass(frozen=True)
class Investigation:
    """Tests to consider for a group of causes; never ordered automatically."""

    id: str
    label: str
    first: str
    second: str
    basis: Basis


@dataclass(frozen=True)
class Caution:
    """A text printed with an advice item, always or when a condition holds."""

    text: str
    when: Condition | None


@dataclass(frozen=True)
class Withhold:
    """A reason not to give an advice item."""

    when: Condition
    reason: str


@dataclass(frozen=True)
class Advice:
    """
    One item of the advice catalogue.

    `offer_when` says for whom it is meant. A fail-safe item is withheld unless every `withhold` condition is FALSE;
    for this, examination and laboratory findings nobody took count as not applicable.
    """

    id: str
    text: str
    honesty: str
    offer_when: Condition
    withhold: tuple[Withhold, ...]
    cautions: tuple[Caution, ...]
    replacement: str
    fail_safe: bool
    basis: Basis


@dataclass(frozen=True)
class SafetyNet:
    """What to watch for and when to return."""

    id: str
    level: Urgency | None
    title: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class HonestLine:
    """What the evidence does and does not show about a topic, printed where the topic comes up."""

    id: str
    topic: str
    text: str
    show_when: Condition
    basis: Basis


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


@dataclass(frozen=True)
class Conflict:
    """
    Two answers that contradict each other, and the dangerous reading that is kept.

    `keep` maps finding ids to the value that is kept, or None for "asked but unknown".
    """

    id: str
    when: Condition
    keep: tuple[tuple[str, bool | None], ...]
    note: str
