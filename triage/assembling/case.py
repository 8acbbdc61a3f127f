"""One run as the parts of an assessment see it: what was answered, what fired, and how to say it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from triage import assessment as a
from triage.bounds import Bounds, Completions
from triage.chart import Chart, State
from triage.conditions import MEDICINES, Takes, Urgency, tested
from triage.findings import Answerer
from triage.firing import Firing
from triage.intake import Intake
from triage.interpreters.prose import Prose, shown
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.language import say
from triage.medicines import MedicineEntry, MedicineList
from triage.polarity import Polarity
from triage.rules import Basis, Rule
from triage.verdict import Verdict
from triage.wording import together

FEW = 3
"""So many names stand in one sentence; the rest is counted."""


@dataclass(frozen=True)
class Found:
    """Everything one run found about one intake."""

    intake: Intake
    chart: Chart
    firing: Firing
    verdict: Verdict
    conflicts: tuple[a.ConflictFound, ...]
    completions: Completions
    scope: tuple[Answerer, ...]
    as_of: str
    engine: str
    engine_version: str


class Case:
    """One run, with its answers and rules in words."""

    def __init__(self, knowledge: KnowledgeBase, prose: Prose, found: Found) -> None:
        self.kb = knowledge
        self.guide = knowledge.guidance
        self.prose = prose
        self.found = found
        self.chart = found.chart
        self.level = found.verdict.urgency
        patterns = knowledge.pattern_conditions
        self.reader = Reference(patterns, found.chart, self.level)
        self.cited: dict[str, None] = {}

    @cached_property
    def inside(self) -> Bounds:
        """What the people in the scope can still answer."""
        return self.found.completions.of(self.chart, self.found.scope)

    @cached_property
    def everything(self) -> Bounds:
        """What anybody could still answer, tests included, and what was asked in vain."""
        return self.found.completions.of(self.chart, tuple(Answerer), ask_again=True)

    def state(self, name: str) -> a.State:
        """Give the state of a finding or derived quantity."""
        return self.chart.state(name).value

    def shown(self, name: str) -> str:
        """Give an answer in words; empty where there is none."""
        return shown(self.kb, self.chart, name)

    def says(self, name: str) -> str:
        """Give a finding with its answer as a phrase: `Back pain`, `Fever: no`, `Potassium: 3.1 mmol/L`."""
        answer, label = self.shown(name), self.prose.label(name)
        if not answer:
            match self.chart.state(name):
                case State.ASKED_UNKNOWN:
                    return say("{what}: asked, not known", what=label)
                case State.NOT_APPLICABLE:
                    return say("{what}: does not apply", what=label)
                case _:
                    return say("{what}: not asked", what=label)
        return label if self.yes(name) else say("{what}: {found}", what=label, found=answer)

    def yes(self, name: str) -> bool | None:
        """Give the answer of a yes-or-no question; None for any other, and where there is none."""
        value = self.chart.values.get(name)
        return value if isinstance(value, bool) and self.chart.state(name) is State.ANSWERED else None

    @cached_property
    def fired(self) -> list[Rule]:
        """The rules that fired in the stable order of the trace."""
        rules = (self.kb.rules[name] for name in self.found.firing.rules)
        return sorted(rules, key=lambda rule: (-rank(rule.urgency), rule.gap, rule.id))

    def evidence_phrase(self, rules: Iterable[str], name: str) -> str:
        """Give one answer that fired rules rest on as a phrase; of the medicines only those that the rules name."""
        if name != MEDICINES:
            return self.says(name)
        named = {
            one
            for rule in rules
            for literal in self.found.firing.rules[rule]
            if isinstance(literal.leaf, Takes) and literal.polarity is Polarity.HOLDS
            for one in literal.leaf.names
        }
        texts = [entry.text for entry in self.taken() if not entry.names.isdisjoint(named)]
        return say("Takes {medicines}", medicines=together(texts)) if texts else self.says(name)

    def taken(self) -> tuple[MedicineEntry, ...]:
        """Give the entries of the medicine list."""
        value = self.chart.values.get(MEDICINES)
        return value.entries if isinstance(value, MedicineList) else ()

    def places(self, rule: Rule) -> tuple[str, ...]:
        """Give where a rule sends a person: its own destinations, else its level's."""
        if rule.destinations or rule.urgency is None:
            return rule.destinations
        return (self.guide.urgencies[rule.urgency].destination,)

    def grounds(self, basis: Basis) -> a.Grounds:
        """Say what a statement rests on, and remember the sources to be listed."""
        self.cited.update(dict.fromkeys(basis.sources))
        return a.Grounds(sources=basis.sources, provenance=basis.marks, note=basis.note)

    @cached_property
    def leading(self) -> Rule | None:
        """The rule that speaks for the level: by answers before gaps, the surest first, then the one that rests on most."""
        rules = [self.kb.rules[name] for name in self.found.verdict.rules]
        return min(
            rules,
            key=lambda rule: (
                rule.gap, not rule.cause, -rule.certainty.strength, -len(self.telling(rule.id)), rule.id
            ),
            default=None,
        )  # fmt: skip

    def telling(self, rule: str) -> list[str]:
        """Give what was said or measured among the answers a fired rule rests on, danger signs first."""
        names = {tested(literal.leaf) for literal in self.found.firing.rules[rule]}
        return sorted((name for name in names if self.weight(name) == 0), key=lambda name: (self.order(name), name))

    def open_behind(self, rules: Iterable[str]) -> tuple[str, ...]:
        """Give the findings without a usable answer that fired rules rest on, as far as somebody could ask for them."""
        names = self.found.firing.unanswered(self.kb, self.chart, rules)
        return tuple(name for name in names if not self._dates_nothing(name))

    def _dates_nothing(self, name: str) -> bool:
        """Whether a finding only says how old results are, and there are none."""
        dated = [finding.id for finding in self.kb.findings.values() if finding.dated_by == name]
        return bool(dated) and not any(self.chart.state(one) is State.ANSWERED for one in dated)

    def order(self, name: str) -> tuple[int, int]:
        """Sort findings as a doctor wants to hear them: danger signs in the order of the screen first, noes later."""
        return self.weight(name), self.kb.asked_at.get(name, -1)

    def weight(self, name: str) -> int:
        """Sort answers: what was said or measured, then noes, then what is not known."""
        return 2 if not self.shown(name) else 1 if self.yes(name) is False else 0


def rank(urgency: Urgency | None) -> int:
    """Give the rank of a level; 0 for a rule that only asserts something."""
    return 0 if urgency is None else urgency.rank
