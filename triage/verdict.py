"""The verdict: the last step reads the fired rules, not the person, and means the same for every reader.

The final urgency is the most urgent level of all rules that fired; no rule may lower it. With none it is routine, "pattern not
recognised". Self-care must be earned: a benign rule fired, nothing above it fired, and the red-flag screen is complete.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from triage.chart import Chart, State
from triage.conditions import Urgency
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.medicines import MedicineList
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


def screen_items(knowledge: KnowledgeBase, chart: Chart) -> tuple[tuple[str, bool], ...]:
    """
    Give every screen item that applies, in the order they are asked, and whether it is answered.

    An item of a line whose condition is FALSE does not apply, nor does a follow-up that is not applicable. A list of medicines
    that may hide one is no answer.
    """
    reader = Reference(knowledge.pattern_conditions, chart)
    found: dict[str, bool] = {}
    for page in knowledge.screen:
        for line in page.lines:
            if line.only_if is None or reader.truth(line.only_if) is not FALSE:
                for name in line.findings:
                    if chart.state(name) is not State.NOT_APPLICABLE:
                        value = chart.values.get(name)
                        hidden = isinstance(value, MedicineList) and not value.nothing_hidden
                        found[name] = chart.state(name) is State.ANSWERED and not hidden
    return tuple(found.items())


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
