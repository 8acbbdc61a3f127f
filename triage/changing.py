"""What would change the urgency: the answers that raise or lower it, and how far each result is from the next band.

Exact: of everything that is open or can change, every answer that conditions can tell apart is tried; first one at a time, then,
for a level that no single answer reaches, the fewest that do so together (`triage/together.py`). What cannot change (age, sex, a
known condition that was answered yes) is left as it is. Of a list one option is added or taken away; of the numbers behind one
derived quantity one is changed at a time. An answer alone is judged as the engine would, contradictions read as the more urgent; several
together are taken to be asked in their order, a follow-up after its parent.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from pydantic import Field

from triage import assessment
from triage.assessment import Plain, Published
from triage.chart import Chart, Interval, State, Value
from triage.charting import chart_of, told_apart
from triage.conditions import MEDICINES, Urgency
from triage.conflicts import readings
from triage.findings import Bands, FindingDefinition, Kind
from triage.formulas import STEP, Formula, evaluate, inputs, rounded
from triage.intake import as_intake
from triage.interpreters.ask import Program
from triage.interpreters.prose import Prose, level_word, shown
from triage.knowledge import KnowledgeBase
from triage.language import SOURCE, find_language, in_use, say, say_many, speaking
from triage.together import Together
from triage.verdict import verdict
from triage.wording import amount, semicolons

SHOWN = 8
"""So many ways to a level are written out in a text."""


class Turn(Plain):
    """
    One answer that would change the urgency: what it is now, what it would have to be, and the level it leads to.

    `then` says it in words, `answer` as an intake takes it.
    """

    finding: str
    label: str
    now: str
    state: assessment.State
    then: str
    answer: bool | str | list[str] | dict[str, float | str]
    urgency: Urgency


class Joint(Plain):
    """Answers that reach a level only together: the fewest that do. `urgency` is the level."""

    answers: tuple[Turn, ...]
    urgency: Urgency


class Margin(Plain):
    """How far a quantity is from the bands on either side; None where there is none."""

    quantity: str
    label: str
    value: float
    unit: str
    band: str
    to_lower: float | None
    lower: str
    to_higher: float | None
    higher: str


class Changes(Published):
    """
    What would change the urgency: single answers, the most urgent first, and (the least first) those that lower it.

    `together` has the levels that no single answer reaches and at most three do, one entry for each smallest set of findings.
    `language` is the one it is worded in.
    """

    schema_: Literal["triage.changes/1"] = Field(default="triage.changes/1", alias="schema")
    urgency: Urgency
    raises: tuple[Turn, ...]
    lowers: tuple[Turn, ...]
    together: tuple[Joint, ...]
    margins: tuple[Margin, ...]
    language: str = SOURCE

    def to_text(self) -> str:
        """
        Give the changes as a text, those to one level together.

        Raises:
            UnknownNameError: there is no such language.
            LanguageError: its catalogue cannot be read.
        """
        with speaking(find_language(self.language)):
            raising = (
                say("One answer would raise it") if self.raises else say("One answer would raise it: no single one")
            )
            lowering = (
                say("One answer would lower it") if self.lowers else say("One answer would lower it: no single one")
            )
            lines = [
                say("Urgency now: {level}", level=level_word(self.urgency)),
                "", raising, *_by_level(self.raises), "", lowering, *_by_level(self.lowers), *_jointly(self.together),
            ]  # fmt: skip
            if self.margins:
                lines += ["", say("Results and the next band"), *(f"  {_beside(margin)}" for margin in self.margins)]
        return "\n".join(lines) + "\n"


def _by_level(turns: tuple[Turn, ...]) -> Iterator[str]:
    for level in dict.fromkeys(turn.urgency for turn in turns):
        yield "  " + say("to {level}", level=level_word(level))
        yield from (f"    {_turned(turn)}" for turn in turns if turn.urgency is level)


def _jointly(joints: tuple[Joint, ...]) -> Iterator[str]:
    for level in dict.fromkeys(joint.urgency for joint in joints):
        choices = [joint.answers for joint in joints if joint.urgency is level]
        yield ""
        yield say(
            "No single answer leads to {level}; {number} together do", level=level_word(level), number=len(choices[0])
        )
        yield from (f"    {semicolons(map(_turned, turns))}" for turns in choices[:SHOWN])
        if (more := len(choices) - SHOWN) > 0:
            yield "    " + say_many(more, "and {number} way more", "and {number} ways more")


def _turned(turn: Turn) -> str:
    """Say what an answer would have to be, and what it is now."""
    if turn.now:
        return say("{what}: {then} (now {now})", what=turn.label, then=turn.then, now=turn.now)
    if turn.state == "asked_unknown":
        return say("{what}: {then} (asked, not known)", what=turn.label, then=turn.then)
    return say("{what}: {then} (not asked)", what=turn.label, then=turn.then)


def _beside(margin: Margin) -> str:
    """Say how far a result is from the bands on either side."""
    ways = []
    if margin.to_lower is not None:
        way = amount(f"{margin.to_lower:.4g}", margin.unit)
        ways.append(say("{amount} lower is {band}", amount=way, band=margin.lower))
    if margin.to_higher is not None:
        way = amount(f"{margin.to_higher:.4g}", margin.unit)
        ways.append(say("{amount} higher is {band}", amount=way, band=margin.higher))
    value = amount(f"{margin.value:.4g}", margin.unit)
    return say(
        "{what} {amount}, {band}: {ways}", what=margin.label, amount=value, band=margin.band, ways=semicolons(ways)
    )


def changes(
    knowledge: KnowledgeBase,
    prose: Prose,
    program: Program,
    answers: Mapping[str, Value | None],
) -> Changes:
    """
    Give the answers that would change the urgency.

    Args:
        program: the compiled rules of the knowledge base.
    """
    person = _Person(knowledge, prose, answers)

    def urgency_of(chart: Chart) -> Urgency:
        return verdict(knowledge, chart, program.read(chart).true_rules()).urgency

    def judged(told: Mapping[str, Value | None]) -> Urgency:
        levels = (urgency_of(chart_of(knowledge, answers)) for answers, _ in readings(knowledge, told))
        return max(levels, key=lambda level: level.rank)

    now = urgency_of(person.chart)
    found: dict[tuple[str, Urgency], Turn] = {}
    for name in person.changeable:
        for value in person.others(name, person.chart):
            level = judged({**answers, name: value})
            if level is not now and (name, level) not in found:
                found[name, level] = person.turn(name, value, level)
    reached = {now, *(level for _, level in found)}
    search = Together(
        knowledge, program, answers, lambda told: chart_of(knowledge, told), person.changeable, person.others
    )
    joint = [
        Joint(answers=tuple(person.turn(name, value, level) for name, value in changed.items()), urgency=level)
        for level in sorted(Urgency, key=lambda level: -level.rank)
        if level not in reached
        for changed in search.fewest(level)
    ]
    turns = sorted(found.values(), key=lambda turn: (-turn.urgency.rank, knowledge.asked_at[turn.finding]))
    return Changes(
        urgency=now,
        raises=tuple(turn for turn in turns if turn.urgency.rank > now.rank),
        lowers=tuple(reversed([turn for turn in turns if turn.urgency.rank < now.rank])),
        together=tuple(joint),
        margins=tuple(_margins(knowledge, prose, person.chart)),
        language=in_use().code,
    )


class _Person:
    """What can change about one person."""

    def __init__(self, knowledge: KnowledgeBase, prose: Prose, answers: Mapping[str, Value | None]) -> None:
        self._knowledge = knowledge
        self._prose = prose
        self._answers = answers
        self.chart = chart_of(knowledge, answers)
        # A list of medicines is changed by a prescriber, not by an answer.
        self.changeable = tuple(
            finding.id
            for finding in knowledge.findings.values()
            if finding.id != MEDICINES and (answers.get(finding.id) is None or not finding.fixed)
        )

    def others(self, name: str, chart: Chart) -> list[Value]:
        """Give the answers to a finding that may be tried on a chart; none where it does not apply."""
        if chart.state(name) is State.NOT_APPLICABLE:
            return []
        return _others(self._knowledge.findings[name], self._answers.get(name), self._limits(name, chart))

    def turn(self, name: str, value: Value, urgency: Urgency) -> Turn:
        """Say a changed answer."""
        knowledge, prose, chart = self._knowledge, self._prose, self.chart
        return Turn(
            finding=name, label=prose.label(name), now=shown(knowledge, chart, name), state=chart.state(name).value,
            then=_then(knowledge, prose, name, value, self._limits(name, chart)),
            answer=as_intake(knowledge, {name: value})[name], urgency=urgency,
        )  # fmt: skip

    def _limits(self, name: str, chart: Chart) -> set[float]:
        limits = self._knowledge.limits
        return {*limits.get(name, ()), *_behind_limits(self._knowledge, self._knowledge.findings[name], chart, limits)}


def _then(knowledge: KnowledgeBase, prose: Prose, name: str, value: Value, limits: Iterable[float]) -> str:
    """Say an answer; a number one step beside a limit as below or above it."""
    if isinstance(value, float):
        for limit in limits:
            if value == rounded(limit - STEP):
                return say("below {limit}", limit=amount(f"{limit:.10g}", prose.unit(name)))
            if value == rounded(limit + STEP):
                return say("above {limit}", limit=amount(f"{limit:.10g}", prose.unit(name)))
    return shown(knowledge, chart_of(knowledge, {name: value}), name)


def _behind_limits(
    knowledge: KnowledgeBase, finding: FindingDefinition, chart: Chart, limits: Mapping[str, Iterable[float]]
) -> Iterator[float]:
    """Give the values of a quantity at which a quantity derived from it reaches one of its own limits."""
    if finding.kind is not Kind.QUANTITY or finding.low is None or finding.high is None:
        return
    numbers = {name: value for name, value in chart.values.items() if type(value) is float}
    for quantity in knowledge.derived.values():
        for source in quantity.sources:
            if finding.id in inputs(source.formula) <= {*numbers, finding.id}:
                for limit in limits.get(quantity.id, ()):
                    yield from _crossing(source.formula, numbers, finding, limit)


def _crossing(
    formula: Formula, numbers: Mapping[str, float], finding: FindingDefinition, limit: float
) -> Iterator[float]:
    """Find by halving where a formula crosses a limit between the plausible ends of one input; it rises or falls throughout."""

    def beyond(value: float) -> bool:
        found = evaluate(formula, {**numbers, finding.id: value})
        return found is not None and found >= limit

    low, high = finding.low or STEP, finding.high or STEP
    if beyond(low) is beyond(high):
        return
    rising = beyond(high)
    while high - low > STEP / 2:
        middle = (low + high) / 2
        low, high = (low, middle) if beyond(middle) is rising else (middle, high)
    yield rounded(high)


def _others(finding: FindingDefinition, now: Value | None, limits: Iterable[float]) -> list[Value]:
    """Give the other answers that conditions can tell apart, one of each kind, the nearest numbers first."""
    found = told_apart(finding, limits)
    if isinstance(now, frozenset):  # one option more, or one less
        return [now ^ one for one in found if isinstance(one, frozenset)]
    start = now if isinstance(now, float) else 0.0
    found.sort(key=lambda value: abs(value - start) if isinstance(value, float) else 0.0)
    return [value for value in found if value != now]


def _margins(knowledge: KnowledgeBase, prose: Prose, chart: Chart) -> Iterator[Margin]:
    bands: dict[str, Bands | None] = {name: finding.bands for name, finding in knowledge.findings.items()}
    bands |= {name: quantity.bands for name, quantity in knowledge.derived.items()}
    for name, own in bands.items():
        value = chart.values.get(name)
        if own is None or not isinstance(value, float) or isinstance(value, Interval):
            continue
        below = [limit for limit, _ in own.cuts if limit <= value]
        above = [(limit, word) for limit, word in own.cuts if limit > value]
        yield Margin(
            quantity=name, label=prose.label(name), value=value, unit=prose.unit(name), band=own.word(value),
            to_lower=rounded(value - below[-1]) if below else None,
            lower=own.word(rounded(below[-1] - STEP)) if below else "",
            to_higher=rounded(above[0][0] - value) if above else None, higher=above[0][1] if above else "",
        )  # fmt: skip
