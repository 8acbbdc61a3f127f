"""The interview: what to ask next, and why there is nothing left to ask.

Stateless: the intake alone determines the question. Danger comes first: what an emergency may still rest on, then the pages of the
red-flag screen, then whatever can still move the urgency. Only what can is asked. A follow-up waits until its parent says that it
applies, and what only an examination or a laboratory can answer never goes to the person.
"""

from collections.abc import Collection, Iterable
from typing import Literal, TypeAlias

from pydantic import Field

from triage.assessment import Plain, Published
from triage.bounds import Bounds, Completions
from triage.chart import Chart, State
from triage.conditions import Urgency
from triage.findings import Answerer, FindingDefinition, Kind
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.language import say
from triage.truth import TRUE
from triage.verdict import Verdict, screen_items, screen_pages
from triage.wording import commas, lowered

Because: TypeAlias = Literal["emergency established", "settled", "nothing left to ask"]

CHECKLIST = 8
"""So many yes-or-no questions fit on one checklist outside the red-flag screen."""


class Choice(Plain):
    """One option of a choice or set."""

    id: str
    label: str


class Asked(Plain):
    """One question as it is put; `answered_by` says to whom."""

    finding: str
    question: str
    label: str
    kind: Kind
    answered_by: Answerer
    options: tuple[Choice, ...]
    units: tuple[str, ...]
    could_reach: Urgency


class Screen(Plain):
    """
    What to ask now: a checklist, or one question.

    `why` says in a sentence what it may change, `rules` which rules it may turn.
    """

    id: str
    title: str
    questions: tuple[Asked, ...]
    why: str
    rules: tuple[str, ...]


class Certificate(Plain):
    """
    Why nothing is asked any more: what is settled, for whom, and what lay outside.

    `outside` are findings nobody in the scope can answer that could still raise the urgency.
    """

    urgency: Urgency
    because: Because
    scope: tuple[Answerer, ...]
    sentence: str
    outside: tuple[str, ...]


class Next(Published):
    """The next screen, or the certificate that none is needed; `urgency` as it stands now."""

    schema_: Literal["triage.next/1"] = Field(default="triage.next/1", alias="schema")
    urgency: Urgency
    established: Urgency
    possible: Urgency
    screen: Screen | None
    certificate: Certificate | None


def next_screen(
    knowledge: KnowledgeBase,
    completions: Completions,
    chart: Chart,
    verdict: Verdict,
    behind_gaps: Collection[str],
    scope: tuple[Answerer, ...],
) -> Next:
    """
    Give the next screen of an interview.

    Args:
        knowledge: the knowledge base whose words are used.
        verdict: the verdict as things stand.
        behind_gaps: the findings without a usable answer that the verdict rests on.
        scope: who can still be asked.
    """
    bounds = completions.of(chart, scope)
    ends = bounds.range()
    found = _Interview(knowledge, completions, chart, bounds, scope)
    certificate = None
    screen = None
    if ends.established is Urgency.EMERGENCY:
        sentence = say("An emergency is established: no answer still open here can take it away. Stop asking and act.")
        certificate = found.certificate(ends.established, "emergency established", sentence)
    elif not ends.settled:
        screen = found.screen(ends.established, behind_gaps if verdict.urgency is Urgency.EMERGENCY else ())
    if screen is None and certificate is None:
        level = lowered(knowledge.guidance.urgencies[verdict.urgency].word)
        if ends.settled:
            sentence = say("Settled as {level}: no answer still open here can change it.", level=level)
            certificate = found.certificate(verdict.urgency, "settled", sentence)
        else:
            sentence = say("Nothing is left to ask here: {level} stands, though it could not be settled.", level=level)
            certificate = found.certificate(verdict.urgency, "nothing left to ask", sentence)
    return Next(
        urgency=verdict.urgency, established=ends.established, possible=ends.possible, screen=screen,
        certificate=certificate,
    )  # fmt: skip


class _Interview:
    """Chooses among the open findings of one chart."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        completions: Completions,
        chart: Chart,
        bounds: Bounds,
        scope: tuple[Answerer, ...],
    ) -> None:
        self._completions = completions
        self._kb = knowledge
        self._chart = chart
        self._bounds = bounds
        self._scope = scope
        self._reader = Reference(self._kb.pattern_conditions, chart)

    def certificate(self, urgency: Urgency, because: Because, sentence: str) -> Certificate:
        """Give the certificate, with what lay outside the scope."""
        everybody = self._completions.of(self._chart, tuple(Answerer))
        names = {name for rule, _ in everybody.could_fire(urgency) for name in everybody.open_in(rule.id)}
        outside = [name for name in self._kb.asked_at if name in names]
        return Certificate(
            urgency=urgency, because=because, scope=self._scope, sentence=sentence, outside=tuple(outside)
        )

    def screen(self, established: Urgency, first: Collection[str]) -> Screen | None:
        """Give the next screen; `first` are findings that come before all others."""
        reach, rules = self._reach(established)
        ready = [name for name in self._kb.asked_at if name in reach and self._applies(name)]
        ahead = [name for name in ready if name in first]
        if ahead:
            return self._made("first", say("What the emergency rests on"), ahead, reach, rules)
        for page, names in screen_pages(self._kb, self._chart):
            here = [name for name in ready if name in names]
            if here:
                return self._made(page.id, page.title, here, reach, rules)
        if not ready:
            return None
        best = max(ready, key=lambda name: (reach[name].rank, len(rules[name]), -self._kb.asked_at[name]))
        leading = self._kb.findings[best]
        if leading.kind is not Kind.BOOLEAN:
            return self._made(best, leading.label, [best], reach, rules)
        alike = [
            name
            for name in ready
            if self._kb.findings[name].group == leading.group and self._kb.findings[name].kind is Kind.BOOLEAN
        ]
        alike.sort(key=lambda name: (-reach[name].rank, self._kb.asked_at[name]))
        return self._made(leading.group, self._kb.group_title(leading.group), alike[:CHECKLIST], reach, rules)

    def _reach(self, established: Urgency) -> tuple[dict[str, Urgency], dict[str, list[str]]]:
        """Give each open finding that can still matter, the highest level it can take part in, and the rules."""
        reach: dict[str, Urgency] = {}
        rules: dict[str, list[str]] = {}

        def note(names: Iterable[str], level: Urgency, rule: str | None) -> None:
            for name in names:
                reach[name] = max(level, reach.get(name, level), key=lambda one: one.rank)
                rules.setdefault(name, []).extend([rule] if rule else [])

        for rule, level in self._bounds.could_fire(established):
            note(self._bounds.open_in(rule.id), level, rule.id)
        if established is Urgency.SELF_CARE:  # it must be earned: a benign rule, and the whole screen
            for benign in self._kb.rules.values():
                if benign.urgency is Urgency.SELF_CARE:
                    note(self._bounds.open_in(benign.id), Urgency.SELF_CARE, benign.id)
            items = screen_items(self._kb, self._chart)
            note((name for name, answered in items if not answered), Urgency.SELF_CARE, None)
        for name in self._kb.asked_at:  # what a follow-up waits for matters as much as the follow-up
            if name in reach:
                for parent in self._waits_for(name):
                    note([parent], reach[name], None)
        return reach, rules

    def _applies(self, name: str) -> bool:
        """Whether a question may be put now; a follow-up waits for its parent."""
        only_if = self._kb.findings[name].only_if
        if self._chart.state(name) is not State.NOT_ASKED or self._kb.findings[name].answered_by not in self._scope:
            return False
        if only_if is None:
            return True
        return self._reader.truth(only_if) is TRUE or not self._waits_for(name)

    def _waits_for(self, name: str) -> list[str]:
        """Give the questions before this one, near and far, that can still be asked and may make it not applicable."""
        only_if = self._kb.findings[name].only_if
        if only_if is None or self._reader.truth(only_if) is TRUE:
            return []
        found = []
        for parent in sorted(self._kb.rests_on(only_if)):
            if self._chart.state(parent) is State.NOT_ASKED and self._kb.findings[parent].answered_by in self._scope:
                found += [parent, *self._waits_for(parent)]
        return found

    def _made(
        self, name: str, title: str, names: list[str], reach: dict[str, Urgency], rules: dict[str, list[str]]
    ) -> Screen:
        top = max((reach[one] for one in names), key=lambda level: level.rank)
        turned = sorted({rule for one in names for rule in rules[one]})
        level = lowered(self._kb.guidance.urgencies[top].word)
        causes = {
            self._kb.guidance.causes[self._kb.rules[rule].cause].label
            for rule in turned
            if self._kb.rules[rule].urgency is top and self._kb.rules[rule].cause
        }
        if causes:
            some = commas(sorted(causes)[:3])
            why = say("Could show {level} causes: {causes}.", level=level, causes=some)
        else:
            why = say("Could change the urgency up to {level}.", level=level)
        return Screen(
            id=name, title=title, questions=tuple(self._asked(self._kb.findings[one], reach[one]) for one in names),
            why=why, rules=tuple(turned),
        )  # fmt: skip

    def _asked(self, finding: FindingDefinition, level: Urgency) -> Asked:
        return Asked(
            finding=finding.id, question=finding.question or finding.label, label=finding.label, kind=finding.kind,
            answered_by=finding.answered_by,
            options=tuple(Choice(id=option.id, label=option.label) for option in finding.options),
            units=tuple(unit.shown for unit in finding.units), could_reach=level,
        )  # fmt: skip
