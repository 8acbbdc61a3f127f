"""Why, and why not: a rule, cause, pattern or advice item, test by test, beside what was answered."""

from typing import Literal, TypeAlias, assert_never

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
from triage.errors import UnknownNameError, quoted, suggestion
from triage.interpreters.prose import Prose, level_word, shown
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.language import SOURCE, find_language, in_use, say, speaking
from triage.truth import FALSE, TRUE, UNKNOWN, Truth
from triage.wording import amount, commas, semicolons

About: TypeAlias = Literal["rule", "pattern", "withhold", "offer"]
"""What a condition decides: that a rule fires, a pattern holds, advice is withheld or offered."""

How: TypeAlias = Literal["answered otherwise", "out of range", "not asked", "asked, not known", "does not apply"]
"""In which way a test keeps a condition from holding."""


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
    how: How
    distance: str


class Explained(Plain):
    """
    One rule, pattern or advice condition: what it concludes, and the truth of its condition.

    `blocked_by` are the fewest tests that would have to come out otherwise for the condition to hold; none when it does.
    """

    id: str
    title: str
    kind: About
    urgency: Urgency | None
    truth: Truth
    sources: tuple[str, ...]
    blocked_by: tuple[Block, ...]
    condition: Step


class Explanation(Published):
    """Everything of one name: its rules (for a cause), and what became of each; worded in `language`."""

    schema_: Literal["triage.explanation/1"] = Field(default="triage.explanation/1", alias="schema")
    name: str
    title: str
    entries: tuple[Explained, ...]
    language: str = SOURCE

    def to_text(self) -> str:
        """
        Give the explanation as an indented text.

        Raises:
            UnknownNameError: there is no such language.
            LanguageError: its catalogue cannot be read.
        """
        with speaking(find_language(self.language)):
            lines = [self.title]
            for entry in self.entries:
                lines += ["", f"{entry.id}  {_concluded(entry)}"]
                if entry.blocked_by:
                    lines.append("  " + say("would need: {tests}", tests=semicolons(map(_blocking, entry.blocked_by))))
                lines += _lines(entry.condition, 1)
                if entry.sources:
                    lines.append("  " + say("sources: {names}", names=commas(entry.sources)))
        return "\n".join(lines) + "\n"


def _concluded(entry: Explained) -> str:
    """Say what became of an entry, with the level it concludes."""
    outcome = _outcome(entry.kind, entry.truth)
    if entry.urgency is None:
        return say("{what}: {found}", what=entry.title, found=outcome)
    return say("{what} ({level}): {found}", what=entry.title, level=level_word(entry.urgency), found=outcome)


def _outcome(kind: About, truth: Truth) -> str:
    match kind:
        case "rule":
            said = {TRUE: say("fired"), FALSE: say("did not fire"), UNKNOWN: say("did not fire, still open")}
        case "pattern":
            said = {TRUE: say("holds"), FALSE: say("excluded"), UNKNOWN: say("not known")}
        case "withhold":
            said = {TRUE: say("withheld"), FALSE: say("no reason to withhold"), UNKNOWN: say("not excluded")}
        case "offer":
            said = {TRUE: say("relevant"), FALSE: say("not relevant"), UNKNOWN: say("not known to be relevant")}
        case _:
            assert_never(kind)
    return said[truth]


def _lines(step: Step, depth: int) -> list[str]:
    marks = {TRUE: say("[yes]"), FALSE: say("[no]"), UNKNOWN: "[?]"}
    mark = marks[step.truth].ljust(max(map(len, marks.values())))
    said = f" -> {step.answer}" if step.answer else ""
    return [
        f"{'  ' * depth}{mark} {step.text}{said}",
        *(line for part in step.parts for line in _lines(part, depth + 1)),
    ]


def _blocking(block: Block) -> str:
    """Say what a test needs, and what is so instead."""
    if block.answer and block.distance:
        return say(
            "{needed} (is {answer}, {distance})", needed=block.needed, answer=block.answer, distance=block.distance
        )
    if block.answer:
        return say("{needed} (is {answer})", needed=block.needed, answer=block.answer)
    return say("{needed} ({how})", needed=block.needed, how=_how(block.how))


def _how(how: How) -> str:
    match how:
        case "answered otherwise":
            return say("answered otherwise")
        case "out of range":
            return say("out of range")
        case "not asked":
            return say("not asked")
        case "asked, not known":
            return say("asked, not known")
        case "does not apply":
            return say("does not apply")
        case _:
            assert_never(how)


_UNANSWERED: dict[State, How] = {
    State.NOT_ASKED: "not asked",
    State.ASKED_UNKNOWN: "asked, not known",
    State.NOT_APPLICABLE: "does not apply",
}


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
            entries.append(teller.entry(name, say("offered when"), "offer", item.offer_when, None, item.basis.sources))
        for held in item.withhold:
            entries.append(teller.entry(name, held.reason, "withhold", held.when, None, item.basis.sources))
    if not entries and name not in knowledge.guidance.advice:
        known = (
            *knowledge.rules, *knowledge.guidance.causes, *knowledge.patterns, *knowledge.guidance.advice,
            *(rule.row for rule in knowledge.rules.values()),
        )  # fmt: skip
        raise UnknownNameError(
            f"explain: no rule, cause, pattern or advice item {quoted(name)}"
            + (suggestion(name, known) or "; `triage assess` lists the names that matter here")
        )
    order = {TRUE: 0, UNKNOWN: 1, FALSE: 2}
    entries.sort(key=lambda entry: order[entry.truth])
    return Explanation(name=name, title=title, entries=tuple(entries), language=in_use().code)


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
        kind: About,
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
        state, value = self._chart.state(name), self._chart.values.get(name)
        how: How
        distance = ""
        if state is State.ANSWERED and isinstance(leaf, Compare) and isinstance(value, float):
            away = amount(f"{abs(value - leaf.limit):.4g}", self._prose.unit(name))
            how, distance = "out of range", say("{amount} away", amount=away)
        elif state is State.ANSWERED:
            how = "answered otherwise"
        else:
            how = _UNANSWERED[state]
        answer = shown(self._knowledge, self._chart, name) if state is State.ANSWERED else ""
        needed = self._prose.literal(literal)
        return Block(finding=name, needed=needed, answer=answer, how=how, distance=distance)

    def _step(self, condition: Condition) -> Step:
        truth = self._reader.truth(condition)
        match condition:
            case AllOf(parts=parts):
                return Step(text=say("all of"), truth=truth, answer="", parts=tuple(map(self._step, parts)))
            case AnyOf(parts=parts):
                return Step(text=say("any of"), truth=truth, answer="", parts=tuple(map(self._step, parts)))
            case AtLeast(number=number, parts=parts):
                least = say("at least {number} of", number=number)
                return Step(text=least, truth=truth, answer="", parts=tuple(map(self._step, parts)))
            case Not(part=part) if not isinstance(part, Leaf):
                return Step(text=say("excluded"), truth=truth, answer="", parts=(self._step(part),))
            case NotShown(part=part):
                return Step(text=say("not shown"), truth=truth, answer="", parts=(self._step(part),))
            case PatternHolds(pattern=name):
                inside = self._step(self._knowledge.patterns[name].when)
                label = say("pattern: {name}", name=self._prose.label(name))
                return Step(text=label, truth=truth, answer="", parts=(inside,))
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
        return _how(_UNANSWERED[state])
