"""The engine: an intake in, a decision out.

`Triage` loads a knowledge base once and is safe to share between threads. The experta reader fires the rules; the verdict reads
what fired.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from triage.assessment import InputFault
from triage.charting import chart_of
from triage.conditions import Urgency
from triage.intake import read_intake
from triage.interpreters.fire import Network
from triage.interpreters.prose import Prose
from triage.knowledge import KnowledgeBase, Manifest
from triage.loader.load import load
from triage.resources import data_folder
from triage.verdict import verdict


@dataclass(frozen=True)
class Reason:
    """A rule that fired: what it suspects, how urgent that is, what it asks for, and its sources."""

    rule: str
    title: str
    urgency: Urgency | None
    because_not_known: bool
    condition: str
    action: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """
    What the engine decided about one intake.

    Args:
        urgency: the final level; routine when no rule fired.
        because_not_known: only rules resting on something not yet known reach it.
        reasons: every rule that fired, the most urgent first, then by id.
        set_aside: benign rules that fired below something more urgent.
        screen_open: red-flag screen items without an answer.
        faults: values of the intake that could not be used.
        knowledge_base: the name, version and review status of what decided, and its content hash.
    """

    urgency: Urgency
    because_not_known: bool
    reasons: tuple[Reason, ...]
    set_aside: tuple[str, ...]
    screen_open: tuple[str, ...]
    faults: tuple[InputFault, ...]
    knowledge_base: Manifest
    content_hash: str


class Triage:
    """
    A triage engine on one knowledge base.

    Args:
        knowledge_base: a folder; the bundled knowledge base when left out.

    Raises:
        KnowledgeBaseError: the knowledge base does not load.
    """

    def __init__(self, knowledge_base: Path | None = None) -> None:
        self.knowledge: KnowledgeBase = load(knowledge_base or data_folder("knowledge_base"))
        self._prose = Prose(self.knowledge)
        self._network = Network(
            {name: pattern.when for name, pattern in self.knowledge.patterns.items()},
            {name: rule.when for name, rule in self.knowledge.rules.items()},
        )

    def decide(self, intake: Mapping[str, object], *, on: date | None = None, strict: bool = False) -> Decision:
        """
        Decide how urgently one person should be seen, and why.

        Args:
            intake: finding ids to answers, and the keys `on`, `patient`, `referral`, `medicines_complete`.
            on: the day of the intake, where it does not say so itself.
            strict: raise when a value cannot be used, instead of listing it.

        Raises:
            UnknownFindingError: the intake names a finding that does not exist.
            IntakeError: the intake is no mapping, or (strict) holds faults.
        """
        read = read_intake(self.knowledge, intake, on=on, strict=strict)
        chart = chart_of(self.knowledge, read.answers)
        fired = self._network.fire(chart).rules
        found = verdict(self.knowledge, chart, fired)
        rules = sorted(
            (self.knowledge.rules[name] for name in fired),
            key=lambda rule: (-(rule.urgency.rank if rule.urgency else 0), rule.gap, rule.id),
        )
        reasons = tuple(
            Reason(
                rule.id, rule.title, rule.urgency, rule.gap, self._prose.say(rule.when), rule.action, rule.basis.sources
            )
            for rule in rules
        )
        return Decision(
            urgency=found.urgency,
            because_not_known=found.because_not_known,
            reasons=reasons,
            set_aside=found.set_aside,
            screen_open=found.screen_open,
            faults=read.faults,
            knowledge_base=self.knowledge.manifest,
            content_hash=self.knowledge.content_hash,
        )
