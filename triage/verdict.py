"""The verdict: the last step reads the fired rules, not the person, and means the same for every reader.

The final urgency is the most urgent level of all rules that fired; no rule may lower it. With none it is routine, "pattern not
recognised". Self-care must be earned: a benign rule fired, nothing above it fired, and the red-flag screen is complete.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from triage.chart import Chart, State
from triage.conditions import Urgency
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.medicines import MedicineList
from triage.rules import ScreenPage
from triage.truth import FALSE


@dataclass(frozen=True)
class Verdict:
    """
    The final urgency and what it rests on.

    Args:
        urgency: the final level.
        rules: the fired rules that reach it, sorted; empty when none did and the level is the default.
        because_not_known: only gap rules reach it: an answer may take it back.
        set_aside: benign rules that fired below something more urgent, sorted.
        screen_open: screen items still without an answer, in the order they are asked.
    """

    urgency: Urgency
    rules: tuple[str, ...]
    because_not_known: bool
    set_aside: tuple[str, ...]
    screen_open: tuple[str, ...]


def screen_pages(knowledge: KnowledgeBase, chart: Chart) -> Iterator[tuple[ScreenPage, list[str]]]:
    """
    Give every page of the screen with the items that apply, in the order they are asked.

    An item of a line whose condition is FALSE does not apply, nor does a follow-up that is not applicable.
    """
    reader = Reference(knowledge.pattern_conditions, chart)
    for page in knowledge.screen:
        lines = [line for line in page.lines if line.only_if is None or reader.truth(line.only_if) is not FALSE]
        names = dict.fromkeys(name for line in lines for name in line.findings)
        yield page, [name for name in names if chart.state(name) is not State.NOT_APPLICABLE]


def screen_items(knowledge: KnowledgeBase, chart: Chart) -> tuple[tuple[str, bool], ...]:
    """Give every screen item that applies, and whether it is answered; a list of medicines that may hide one is no answer."""
    names = dict.fromkeys(name for _, names in screen_pages(knowledge, chart) for name in names)
    return tuple((name, _is_answered(chart, name)) for name in names)


def _is_answered(chart: Chart, name: str) -> bool:
    value = chart.values.get(name)
    hidden = isinstance(value, MedicineList) and not value.nothing_hidden
    return chart.state(name) is State.ANSWERED and not hidden


def verdict(knowledge: KnowledgeBase, chart: Chart, fired: Iterable[str]) -> Verdict:
    """Give the verdict over the ids of all rules that fired."""
    levels = {name: level for name in fired if (level := knowledge.rules[name].urgency) is not None}
    still_open = tuple(name for name, answered in screen_items(knowledge, chart) if not answered)
    reached = max(levels.values(), key=lambda level: level.rank, default=None)
    earned = reached is not Urgency.SELF_CARE or not still_open
    urgency = reached if reached is not None and earned else Urgency.ROUTINE
    rules = tuple(sorted(name for name, level in levels.items() if level is urgency))
    return Verdict(
        urgency=urgency,
        rules=rules,
        because_not_known=bool(rules) and all(knowledge.rules[name].gap for name in rules),
        set_aside=tuple(
            sorted(name for name, level in levels.items() if level is Urgency.SELF_CARE and urgency is not level)
        ),
        screen_open=still_open,
    )
