"""Why, and why not: a rule, cause, pattern or advice item, test by test, beside what was answered."""

from typing import Literal

from pydantic import Field

from triage import firing
from triage.assessment import Plain, Published
from triage.blocking import blocked_by
from triage.chart import Chart, State
from triage.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    Leaf,
    Not,
    NotShown,
    PatternHolds,
    Urgency,
    UrgencyAtLeast,
    tested,
    walk,
)
from triage.errors import UnknownNameError, suggestion
from triage.interpreters.prose import Prose, shown
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.polarity import Polarity
from triage.truth import FALSE, TRUE, UNKNOWN, Truth


class Step(Plain):
    """One condition with its truth for this person; `answer` is what was answered, empty for a condition of conditions."""

    text: str
    truth: Truth
    answer: str
    parts: tuple["Step", ...]


class Block(Plain):
    """
    One test that keeps a condition from holding.

    `how` says in which way it does: answered otherwise, out of range (with the distance to the limit), not asked, asked in
    vain, or not applicable.
    """

    finding: str
    needed: str
    answer: str
    how: Literal["answered otherwise", "out of range", "not asked", "asked, not known", "does not apply"]
    distance: str


class Explained(Plain):
    """
    One rule, pattern or advice condition: what it concludes, and the truth of its condition.

    `blocked_by` are the fewest tests that would have to come out otherwise for the condition to hold; none when it does.
    """

    id: str
    title: str
    kind: Literal["rule", "pattern", "withhold", "offer"]
    urgency: Urgency | None
    truth: Truth
    sources: tuple[str, ...]
    blocked_by: tuple[Block, ...]
    condition: Step


class Explanation(Published):
    """Everything of one name: its rules (for a cause), and what became of each."""

    schema_: Literal["triage.explanation/1"] = Field(default="triage.explanation/1", alias="schema")
    name: str
    title: str
    entries: tuple[Explained, ...]

    def to_text(self) -> str:
        """Give the explanation as an indented text."""
        lines = [self.title]
        for entry in self.entries:
            level = f" ({entry.urgency.value.replace('_', ' ')})" if entry.urgency is not None else ""
            lines += ["", f"{entry.id}  {entry.title}{level}: {_OUTCOME[entry.kind][entry.truth]}"]
            if entry.blocked_by:
                lines.append(f"  would need: {'; '.join(map(_blocking, entry.blocked_by))}")
            lines += _lines(entry.condition, 1)
            if entry.sources:
                lines.append(f"  sources: {', '.join(entry.sources)}")
        return "\n".join(lines) + "\n"


_OUTCOME: dict[str, dict[Truth, str]] = {
    "rule": {TRUE: "fired", FALSE: "did not fire", UNKNOWN: "did not fire, still open"},
    "pattern": {TRUE: "holds", FALSE: "excluded", UNKNOWN: "not known"},
    "withhold": {TRUE: "withheld", FALSE: "no reason to withhold", UNKNOWN: "not excluded"},
    "offer": {TRUE: "relevant", FALSE: "not relevant", UNKNOWN: "not known to be relevant"},
}
_UNANSWERED: dict[State, Literal["not asked", "asked, not known", "does not apply"]] = {
    State.NOT_ASKED: "not asked",
    State.ASKED_UNKNOWN: "asked, not known",
    State.NOT_APPLICABLE: "does not apply",
}
_MARK: dict[Truth, str] = {TRUE: "[yes]", FALSE: "[no] ", UNKNOWN: "[?]  "}


def _lines(step: Step, depth: int) -> list[str]:
    said = f" -> {step.answer}" if step.answer else ""
    return [
        f"{'  ' * depth}{_MARK[step.truth]} {step.text}{said}",
        *(line for part in step.parts for line in _lines(part, depth + 1)),
    ]


def _blocking(block: Block) -> str:
    said = f"is {block.answer}" if block.answer else block.how
    return f"{block.needed} ({said}{f', {block.distance}' if block.distance else ''})"


def explain(knowledge: KnowledgeBase, prose: Prose, chart: Chart, urgency: Urgency, name: str) -> Explanation:
    """
    Explain a rule, row, cause, pattern or advice item.

    Raises:
        UnknownNameError: nothing has this name.
    """
    teller = _Teller(knowledge, prose, chart, urgency)
    rules = [rule for rule in knowledge.rules.values() if name in (rule.id, rule.row, rule.cause)]
    title, entries = (
        name,
        [teller.entry(rule.id, rule.title, "rule", rule.when, rule.urgency, rule.basis.sources) for rule in rules],
    )
    if name in knowledge.guidance.causes:
        title = knowledge.guidance.causes[name].label
    elif name in knowledge.patterns:
        pattern = knowledge.patterns[name]
        entries.append(teller.entry(name, prose.label(name), "pattern", pattern.when, None, pattern.basis.sources))
    elif name in knowledge.guidance.advice:
        item = knowledge.guidance.advice[name]
        title = item.title
        if item.offer_when is not None:
            entries.append(teller.entry(name, "offered when", "offer", item.offer_when, None, item.basis.sources))
        for held in item.withhold:
            entries.append(teller.entry(name, held.reason, "withhold", held.when, None, item.basis.sources))
    if not entries and name not in knowledge.guidance.advice:
        known = (
            *knowledge.rules, *knowledge.guidance.causes, *knowledge.patterns, *knowledge.guidance.advice,
            *(rule.row for rule in knowledge.rules.values()),
        )  # fmt: skip
        raise UnknownNameError(
            f"explain: no rule, cause, pattern or advice item `{name}`"
            + (suggestion(name, known) or "; `triage assess` lists the names that matter here")
        )
    order = {TRUE: 0, UNKNOWN: 1, FALSE: 2}
    entries.sort(key=lambda entry: order[entry.truth])
    return Explanation(name=name, title=title, entries=tuple(entries))


def _before_verdict(condition: Condition) -> bool:
    return not any(isinstance(node, UrgencyAtLeast) for node in walk(condition))


class _Teller:
    """Tells conditions for one chart."""

    def __init__(self, knowledge: KnowledgeBase, prose: Prose, chart: Chart, urgency: Urgency) -> None:
        self._knowledge = knowledge
        self._prose = prose
        self._chart = chart
        self._patterns = knowledge.pattern_conditions
        self._reader = Reference(self._patterns, chart, urgency)

    def entry(
        self,
        name: str,
        title: str,
        kind: Literal["rule", "pattern", "withhold", "offer"],
        when: Condition,
        urgency: Urgency | None,
        sources: tuple[str, ...],
    ) -> Explained:
        step = self._step(when)
        found = blocked_by(self._patterns, self._chart, when) if _before_verdict(when) else frozenset()
        blocks = tuple(self._block(literal) for literal in sorted(found, key=lambda literal: literal.order))
        return Explained(
            id=name, title=title, kind=kind, urgency=urgency, truth=step.truth, sources=sources, blocked_by=blocks,
            condition=step,
        )  # fmt: skip

    def _block(self, literal: firing.Literal) -> Block:
        leaf, name = literal.leaf, tested(literal.leaf)
        said = self._prose.say(leaf)
        needed = {
            Polarity.HOLDS: said, Polarity.EXCLUDED: self._prose.say(Not(leaf)), Polarity.NOT_SHOWN: f"not shown: {said}",
            Polarity.NOT_EXCLUDED: f"not excluded: {said}",
        }[literal.polarity]  # fmt: skip
        state, value = self._chart.state(name), self._chart.values.get(name)
        how: Literal["answered otherwise", "out of range", "not asked", "asked, not known", "does not apply"]
        distance = ""
        if state is State.ANSWERED and isinstance(leaf, Compare) and isinstance(value, float):
            how, distance = "out of range", f"{abs(value - leaf.limit):.4g}{self._prose.unit(name)} away"
        elif state is State.ANSWERED:
            how = "answered otherwise"
        else:
            how = _UNANSWERED[state]
        answer = shown(self._knowledge, self._chart, name) if state is State.ANSWERED else ""
        return Block(finding=name, needed=needed, answer=answer, how=how, distance=distance)

    def _step(self, condition: Condition) -> Step:
        truth = self._reader.truth(condition)
        match condition:
            case AllOf(parts=parts):
                return Step(text="all of", truth=truth, answer="", parts=tuple(map(self._step, parts)))
            case AnyOf(parts=parts):
                return Step(text="any of", truth=truth, answer="", parts=tuple(map(self._step, parts)))
            case AtLeast(number=number, parts=parts):
                return Step(text=f"at least {number} of", truth=truth, answer="", parts=tuple(map(self._step, parts)))
            case Not(part=part) if not isinstance(part, Leaf):
                return Step(text="excluded", truth=truth, answer="", parts=(self._step(part),))
            case NotShown(part=part):
                return Step(text="not shown", truth=truth, answer="", parts=(self._step(part),))
            case PatternHolds(pattern=name):
                inside = self._step(self._knowledge.patterns[name].when)
                return Step(text=f"pattern: {self._prose.label(name)}", truth=truth, answer="", parts=(inside,))
            case _:
                return Step(text=self._prose.say(condition), truth=truth, answer=self._answer(condition), parts=())

    def _answer(self, condition: Condition) -> str:
        leaf = condition.part if isinstance(condition, Not) else condition
        if not isinstance(leaf, Leaf):
            return ""
        name = tested(leaf)
        state = self._chart.state(name)
        if state is State.ANSWERED:
            return shown(self._knowledge, self._chart, name)
        return _UNANSWERED[state]
