"""What follows: tests to consider, advice, safety-netting, honest lines, and the sources of everything said."""

from collections.abc import Iterable

from triage import assessment as a
from triage.advising import judge
from triage.assembling.case import Case
from triage.conditions import Urgency
from triage.language import SOURCE, say
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


def advice(case: Case) -> tuple[tuple[a.AdviceGiven, ...], tuple[a.AdviceWithheld, ...]]:
    """Give advice given and advice withheld."""
    given, withheld = [], []
    for one in judge(case.kb, case.chart, case.level):
        item = one.item
        if one.held_by is None:
            grounds = case.grounds(item.basis)
            given.append(
                a.AdviceGiven(id=item.id, text=item.text, cautions=one.cautions, honesty=item.honesty, grounds=grounds)
            )
        else:
            withheld.append(
                a.AdviceWithheld(
                    id=item.id, text=item.title, held_by=one.held_by, reasons=one.reasons, replacement=one.replacement
                )
            )
    return tuple(given), tuple(withheld)


def safety_netting(case: Case) -> tuple[a.SafetyNetGiven, ...]:
    """Give the points to watch for."""
    return tuple(
        a.SafetyNetGiven(id=net.id, level=net.level, title=net.title, points=net.points)
        for net in case.guide.safety_nets.values()
        if case.level in net.printed_with and (net.when is None or case.reader.truth(net.when) is TRUE)
    )


def honest_notes(
    case: Case, given: Iterable[a.AdviceGiven], withheld: Iterable[a.AdviceWithheld]
) -> tuple[a.HonestNote, ...]:
    """Give what the evidence does and does not show, where the topic came up: not where self-care waits for the urgency."""
    topics = {one.id for one in given}
    if case.level.rank < Urgency.SAME_DAY.rank:
        topics |= {one.id for one in withheld}
    return tuple(
        a.HonestNote(id=line.id, topic=line.topic, text=line.text, grounds=case.grounds(line.basis))
        for line in case.guide.honesty.values()
        if not topics.isdisjoint(line.advice) or (line.when is not None and case.reader.truth(line.when) is TRUE)
    )


def sources(case: Case) -> tuple[a.SourceCited, ...]:
    """Give every source cited so far: to be called last."""
    return tuple(
        a.SourceCited(id=source.id, title=source.title, read_as=source.read_as, links=source.links)
        for source in case.kb.sources.values()
        if source.id in case.cited
    )


def limits(case: Case) -> str:
    """Say what the assessment is not, that a review is overdue, and that the words are a translation."""
    said, due = [case.kb.manifest.limits], case.kb.manifest.review_by
    if case.found.as_of[:10] > due.isoformat():
        said.append(say("This knowledge base was due for review on {day}.", day=due.isoformat()))
    if case.kb.language != SOURCE:
        said.append(say("Translated from English; no clinician has reviewed the translation."))
    return " ".join(said)
