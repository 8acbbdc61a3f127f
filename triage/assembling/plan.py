"""What follows: tests to consider, advice, safety-netting, honest lines, and the sources of everything said."""

from triage import assessment as a
from triage.advising import judge
from triage.assembling.case import Case
from triage.conditions import Urgency
from triage.truth import TRUE


def investigations(case: Case) -> tuple[a.InvestigationFound, ...]:
    """Give the tests to consider."""
    suspected = {rule.cause for rule in case.fired if rule.id not in case.found.verdict.set_aside}
    found = []
    for tests in case.guide.investigations.values():
        causes = [name for name in tests.causes if name in suspected]
        if causes or (tests.when is not None and case.reader.truth(tests.when) is TRUE):
            found.append(
                a.InvestigationFound(
                    id=tests.id, label=tests.label, first=tests.first, second=tests.second,
                    causes=tuple(case.guide.causes[name].label for name in causes),
                    grounds=case.grounds(tests.basis),
                )
            )  # fmt: skip
    return tuple(found)


def advice(case: Case) -> tuple[tuple[a.AdviceGiven, ...], tuple[a.AdviceWithheld, ...], frozenset[str]]:
    """Give advice given, advice withheld, and the ids of what was judged on its own grounds."""
    judged = judge(case.kb, case.chart, case.level)
    given = tuple(
        a.AdviceGiven(
            id=one.item.id, text=one.item.text, cautions=one.cautions, honesty=one.item.honesty,
            grounds=case.grounds(one.item.basis),
        )
        for one in judged
        if not one.reasons
    )  # fmt: skip
    withheld = tuple(
        a.AdviceWithheld(
            id=one.item.id, text=one.item.title, reasons=one.reasons, replacement=one.replacement,
            not_known=one.not_known,
        )
        for one in judged
        if one.reasons
    )  # fmt: skip
    # Where the urgency alone holds self-care back, its evidence is no topic either.
    on_its_own = frozenset(one.item.id for one in judged if not one.reasons or one.replacement)
    return (
        given,
        withheld,
        on_its_own if case.level.rank < Urgency.SAME_DAY.rank else frozenset(one.id for one in given),
    )


def safety_netting(case: Case) -> tuple[a.SafetyNetGiven, ...]:
    """Give the points to watch for."""
    return tuple(
        a.SafetyNetGiven(id=net.id, level=net.level, title=net.title, points=net.points)
        for net in case.guide.safety_nets.values()
        if case.level in net.printed_with and (net.when is None or case.reader.truth(net.when) is TRUE)
    )


def honest_notes(case: Case, judged: frozenset[str]) -> tuple[a.HonestNote, ...]:
    """Give what the evidence does and does not show, where the topic came up; `judged` are the advice ids."""
    return tuple(
        a.HonestNote(id=line.id, topic=line.topic, text=line.text, grounds=case.grounds(line.basis))
        for line in case.guide.honesty.values()
        if not judged.isdisjoint(line.advice) or (line.when is not None and case.reader.truth(line.when) is TRUE)
    )


def sources(case: Case) -> tuple[a.SourceCited, ...]:
    """Give every source cited so far: to be called last."""
    return tuple(
        a.SourceCited(id=source.id, title=source.title, read_as=source.read_as, links=source.links)
        for source in case.kb.sources.values()
        if source.id in case.cited
    )


def limits(case: Case) -> str:
    """Say what the assessment is not, and that a review is overdue."""
    limits, due = case.kb.manifest.limits, case.kb.manifest.review_by
    if case.found.as_of[:10] > due.isoformat():
        return f"{limits} This knowledge base was due for review on {due.isoformat()}."
    return limits
