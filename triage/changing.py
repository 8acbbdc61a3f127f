"""What would change the urgency: the single answers that raise or lower it, and how far each result is from the next band.

Exact for single answers: every answer that conditions can tell apart is tried, one at a time, for everything that is open or can
change. What cannot change (age, sex, a known condition that was answered yes) is left as it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from triage.assessment import Plain, State
from triage.chart import Chart, Interval, Value
from triage.chart import State as ChartState
from triage.charting import chart_of, told_apart
from triage.conditions import MEDICINES, Urgency
from triage.findings import Bands, FindingDefinition, Kind
from triage.formulas import STEP, Formula, evaluate, inputs, rounded
from triage.intake import as_intake
from triage.interpreters.prose import Prose, shown
from triage.knowledge import KnowledgeBase


class Turn(Plain):
    """
    One answer that would change the urgency: what it is now, what it would have to be, and the level it leads to.

    `then` says it in words, `answer` as an intake takes it.
    """

    finding: str
    label: str
    now: str
    state: State
    then: str
    answer: bool | str | list[str] | dict[str, float | str]
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


class Changes(Plain):
    """What would change the urgency; the most urgent first, then the least."""

    urgency: Urgency
    raises: tuple[Turn, ...]
    lowers: tuple[Turn, ...]
    margins: tuple[Margin, ...]

    def to_text(self) -> str:
        """Give the changes as a text, those to one level together."""
        lines = [f"Urgency now: {_word(self.urgency)}"]
        for title, turns in (("One answer would raise it", self.raises), ("One answer would lower it", self.lowers)):
            lines += ["", title if turns else f"{title}: no single one"]
            for level in dict.fromkeys(turn.urgency for turn in turns):
                lines.append(f"  to {_word(level)}")
                lines += [f"    {turn.label}: {turn.then} ({_now(turn)})" for turn in turns if turn.urgency is level]
        if self.margins:
            lines += ["", "Results and the next band"]
        for margin in self.margins:
            unit = f" {margin.unit}" if margin.unit else ""
            ways = [
                f"{way:.4g}{unit} {word} is {band}"
                for way, word, band in (
                    (margin.to_lower, "lower", margin.lower),
                    (margin.to_higher, "higher", margin.higher),
                )
                if way is not None
            ]
            lines.append(f"  {margin.label} {margin.value:.4g}{unit}, {margin.band}: {'; '.join(ways)}")
        return "\n".join(lines) + "\n"


def _word(urgency: Urgency) -> str:
    return urgency.value.replace("_", " ")


def _now(turn: Turn) -> str:
    return f"now {turn.now}" if turn.now else {"asked_unknown": "asked, not known"}.get(turn.state, "not asked")


def changes(
    knowledge: KnowledgeBase,
    prose: Prose,
    answers: Mapping[str, Value | None],
    urgency_of: Callable[[Chart], Urgency],
) -> Changes:
    """
    Give every single answer that would change the urgency.

    Args:
        urgency_of: the verdict on a chart.
    """
    chart = chart_of(knowledge, answers)
    now = urgency_of(chart)
    limits = knowledge.limits
    found: dict[tuple[str, Urgency], Turn] = {}
    for finding in knowledge.findings.values():
        if not _can_change(finding, answers, chart):
            continue
        own = {*limits.get(finding.id, ()), *_behind_limits(knowledge, finding, chart, limits)}
        for value in _others(finding, answers.get(finding.id), own):
            later = chart_of(knowledge, {**answers, finding.id: value})
            level = urgency_of(later)
            if level is not now:
                turn = Turn(
                    finding=finding.id, label=prose.label(finding.id), now=shown(knowledge, chart, finding.id),
                    state=chart.state(finding.id).value, then=_then(knowledge, prose, later, finding.id, own),
                    answer=as_intake(knowledge, {finding.id: value})[finding.id],
                    urgency=level,
                )  # fmt: skip
                found.setdefault((finding.id, level), turn)
    turns = sorted(found.values(), key=lambda turn: (-turn.urgency.rank, knowledge.asked_at[turn.finding]))
    return Changes(
        urgency=now,
        raises=tuple(turn for turn in turns if turn.urgency.rank > now.rank),
        lowers=tuple(reversed([turn for turn in turns if turn.urgency.rank < now.rank])),
        margins=tuple(_margins(knowledge, prose, chart)),
    )


def _can_change(finding: FindingDefinition, answers: Mapping[str, Value | None], chart: Chart) -> bool:
    """Whether an answer is open or can change; a list of medicines is changed by a prescriber, not by an answer."""
    if finding.id == MEDICINES or chart.state(finding.id) is ChartState.NOT_APPLICABLE:
        return False
    return answers.get(finding.id) is None or not finding.fixed


def _then(knowledge: KnowledgeBase, prose: Prose, later: Chart, name: str, limits: Iterable[float]) -> str:
    """Say an answer; a number one step beside a limit as below or above it."""
    value = later.values.get(name)
    if isinstance(value, float):
        for limit in limits:
            if value == rounded(limit - STEP):
                return f"below {limit:.10g}{prose.unit(name)}"
            if value == rounded(limit + STEP):
                return f"above {limit:.10g}{prose.unit(name)}"
    return shown(knowledge, later, name)


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
            quantity=name, label=prose.label(name), value=value, unit=prose.unit(name).strip(), band=own.word(value),
            to_lower=rounded(value - below[-1]) if below else None,
            lower=own.word(rounded(below[-1] - STEP)) if below else "",
            to_higher=rounded(above[0][0] - value) if above else None, higher=above[0][1] if above else "",
        )  # fmt: skip
