"""Advice, judged after the verdict: what may be said, with which cautions, and what must not, with the reason.

An item is withheld when one of its withholding conditions holds; a fail-safe item also when one of them is not excluded. For that,
examinations and laboratory tests nobody took count as not applicable, for stretching must not wait for a measured calf; where a
test must exist first, the condition itself says so (`missing lab_k`). When somebody must be seen the same day or at once, only
first aid is left.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from triage.assessment import HeldBy
from triage.chart import Chart, State
from triage.conditions import Condition, Urgency, UrgencyAtLeast, walk
from triage.findings import Answerer, DerivedQuantity
from triage.formulas import inputs
from triage.guidance import Advice, Withholding
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase, rests_on_gap
from triage.truth import FALSE, TRUE


@dataclass(frozen=True)
class Judged:
    """
    One advice item after the verdict.

    Args:
        held_by: what keeps it back; None when it may be given.
        reasons: why, one for each withholding condition that speaks; empty where the urgency alone keeps it back.
        replacement: what is said instead; empty where the urgency alone holds it back.
        cautions: the lines printed beside it.
    """

    item: Advice
    held_by: HeldBy | None
    reasons: tuple[str, ...]
    replacement: str
    cautions: tuple[str, ...]


def judge(knowledge: KnowledgeBase, chart: Chart, urgency: Urgency) -> tuple[Judged, ...]:
    """
    Judge every advice item that matters here, in the order of the catalogue.

    An item that is not relevant is left out, unless an answer speaks against it: then a person who would try it alone is warned.
    """
    patterns = knowledge.pattern_conditions
    reader = Reference(patterns, chart, urgency)
    careful = _Untaken(patterns, chart, _untaken(knowledge, chart), urgency)
    found = []
    for item in knowledge.guidance.advice.values():
        offered = item.offer_when is None or reader.truth(item.offer_when) is TRUE
        held = [(one, reader.truth(one.when)) for one in item.withhold]
        reasons = [one.reason for one, truth in held if truth is TRUE and not _is_about_urgency(one)]
        warned = item.warn_unasked and any(
            truth is TRUE and _is_about_the_person(knowledge, one) for one, truth in held
        )
        if not offered and not warned:
            continue
        open_reasons = []
        if item.fail_safe:
            open_reasons = [
                one.reason for one, truth in held if truth is not TRUE and careful.truth(one.when) is not FALSE
            ]
        too_urgent = any(truth is TRUE and _is_about_urgency(one) for one, truth in held)
        too_urgent = too_urgent or (not item.first_aid and urgency.rank >= Urgency.SAME_DAY.rank)
        held_by: HeldBy | None = (
            "answer" if reasons else "urgency" if too_urgent else "unknown" if open_reasons else None
        )
        cautions = [
            caution.text for caution in item.cautions if caution.when is None or reader.truth(caution.when) is TRUE
        ]
        found.append(
            Judged(
                item, held_by, tuple(open_reasons if held_by == "unknown" else reasons),
                "" if held_by == "urgency" else item.replacement, tuple(cautions),
            )
        )  # fmt: skip
    return tuple(found)


def _is_about_the_person(knowledge: KnowledgeBase, held: Withholding) -> bool:
    """Whether an answer speaks against advice, and not merely a gap or the level of urgency."""
    return not _is_about_urgency(held) and not rests_on_gap(held.when, knowledge.gap_patterns)


def _is_about_urgency(held: Withholding) -> bool:
    return any(isinstance(node, UrgencyAtLeast) for node in walk(held.when))


class _Untaken(Reference):
    """The reference reading in which tests nobody took do not apply; whether something is missing stays as it is."""

    def __init__(
        self, patterns: Mapping[str, Condition], chart: Chart, untaken: frozenset[str], urgency: Urgency
    ) -> None:
        states = {**chart.states, **dict.fromkeys(untaken, State.NOT_APPLICABLE)}
        super().__init__(patterns, Chart(chart.values, states), urgency)
        self._untaken = untaken

    def _missing(self, name: str) -> bool:
        return name in self._untaken or super()._missing(name)


def _untaken(knowledge: KnowledgeBase, chart: Chart) -> frozenset[str]:
    """Give the examinations and tests nobody took, and the derived quantities that wait for nothing else."""
    tests = frozenset(
        finding.id
        for finding in knowledge.findings.values()
        if finding.answered_by is not Answerer.PERSON and chart.state(finding.id) is State.NOT_ASKED
    )
    waiting = {
        quantity.id
        for quantity in knowledge.derived.values()
        if quantity.id not in chart.values and _waits_for(quantity, tests)
    }
    return tests | waiting


def _waits_for(quantity: DerivedQuantity, tests: frozenset[str]) -> bool:
    return bool(quantity.sources) and all(inputs(source.formula) & tests for source in quantity.sources)
