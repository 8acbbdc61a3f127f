"""How urgent, where to, and what open answers can still do."""

from collections.abc import Iterable
from typing import assert_never

from triage import assessment as a
from triage.assembling.case import FEW, Case
from triage.bounds import Bounds
from triage.conditions import Urgency
from triage.language import say, say_many
from triage.rules import Certainty, Rule
from triage.wording import capital, commas, listed, lowered, semicolons, together


def urgency(case: Case, causes: Iterable[a.CauseFound]) -> a.UrgencyFound:
    """Give the verdict in words."""
    words = case.guide.urgencies[case.level]
    leading = case.leading
    labels = [cause.label for cause in causes if cause.urgency is case.level and not cause.set_aside][:FEW]
    if labels:
        request = words.request.replace("{causes}", together(map(lowered, labels)))
    else:  # nothing is suspected by name: the reason itself is what to look at
        request = words.request_about.replace("{about}", _about(case, leading))
    # At self-care the advice of the report stands for the action: what of it is withheld must not be said here after all.
    action = leading.action if leading is not None and case.level is not Urgency.SELF_CARE else ""
    return a.UrgencyFound(
        level=case.level, word=words.word, time=words.time,
        deadline=capital(leading.deadline if leading is not None and leading.deadline else words.deadline),
        action=words.action, plain_action=words.plain_action,
        request=f"{request} {action}".strip(),
        reason=_reason(case, leading), rules=case.found.verdict.rules,
        because_not_known=case.found.verdict.because_not_known,
        open_findings=case.open_behind(case.found.verdict.rules) if case.found.verdict.because_not_known else (),
        set_aside=case.found.verdict.set_aside,
    )  # fmt: skip


def _about(case: Case, leading: Rule | None) -> str:
    """Say what a clinician is asked to look at where no cause is suspected by name."""
    if leading is not None:
        return lowered(leading.title)
    if aside := [case.kb.rules[name].title for name in case.found.verdict.set_aside[:FEW]]:
        return say("{patterns}, danger signs not all asked", patterns=together(map(lowered, aside)))
    return say("pattern not recognised")


def _reason(case: Case, leading: Rule | None) -> str:
    if leading is None:
        still_open = len(case.found.verdict.screen_open)
        if case.found.verdict.set_aside and still_open:
            return say_many(
                still_open, "a benign pattern was met, but {number} item of the red-flag screen is not answered",
                "a benign pattern was met, but {number} items of the red-flag screen are not answered",
            )  # fmt: skip
        return say("pattern not recognised: no rule with an urgency fired, a clinician should look at it")
    cause = case.guide.causes.get(leading.cause)
    said = [case.evidence_phrase([leading.id], name) for name in case.telling(leading.id)]
    what = _suspected(lowered(cause.label), leading.certainty) if cause is not None else lowered(leading.title)
    found = [listed(map(lowered, said[:4]))] if said else []
    if leading.gap and (open_now := case.open_behind([leading.id])[:2]):
        missing = together(lowered(case.prose.label(name)) for name in open_now)
        found.append(say("not known: {missing}", missing=missing))
    return say("{what}: {found}", what=what, found=semicolons(found)) if found else what


def _suspected(cause: str, certainty: Certainty) -> str:
    match certainty:
        case Certainty.FACT:
            return cause
        case Certainty.PROBABLE:
            return say("probable {cause}", cause=cause)
        case Certainty.POSSIBLE:
            return say("possible {cause}", cause=cause)
        case Certainty.CONSIDER:
            return say("consider {cause}", cause=cause)
        case _:
            assert_never(certainty)


def urgency_range(case: Case, everything: tuple[a.OpenQuestion, ...]) -> a.UrgencyRange:
    """Give what open answers can still do; `everything` are all open questions."""
    ends = case.inside.range()
    lifts = _questions(case, case.inside)
    outside = tuple(
        question
        for question in everything
        if question.answered_by not in case.found.scope and question.state == "not_asked"
    )
    return a.UrgencyRange(
        established=ends.established, possible=ends.possible, settled=ends.settled, scope=case.found.scope,
        sentence=_range_sentence(case, ends.established, ends.possible, lifts), lifts=lifts, outside=outside,
    )  # fmt: skip


def _range_sentence(case: Case, low: Urgency, high: Urgency, lifts: tuple[a.OpenQuestion, ...]) -> str:
    word = {level: lowered(words.word) for level, words in case.guide.urgencies.items()}
    if low is high:
        return say("Settled: no answer still open here can change it.")
    parts = []
    if high.rank > case.level.rank:
        names = commas(lowered(question.label) for question in lifts[:FEW])
        if (more := len(lifts) - FEW) > 0:
            parts.append(
                say_many(
                    more, "Could still rise to {level}: {names} and {number} more not answered.",
                    "Could still rise to {level}: {names} and {number} more not answered.",
                    level=word[high], names=names,
                )
            )  # fmt: skip
        else:
            parts.append(say("Could still rise to {level}: {names} not answered.", level=word[high], names=names))
    if low.rank < case.level.rank:
        parts.append(say("Answers could take it back, at most to {level}.", level=word[low]))
    return " ".join(parts)


def open_questions(case: Case) -> tuple[a.OpenQuestion, ...]:
    """Give everything without a usable answer, tests included, that could take part in raising the urgency."""
    return _questions(case, case.everything)


def _questions(case: Case, bounds: Bounds) -> tuple[a.OpenQuestion, ...]:
    """Give the open findings that could take part in raising the urgency, the most dangerous first."""
    reach: dict[str, Urgency] = {}
    rules: dict[str, list[str]] = {}
    for rule, level in bounds.could_fire(case.level):
        for name in bounds.open_in(rule.id):
            rules.setdefault(name, []).append(rule.id)
            reach[name] = max(level, reach.get(name, level), key=lambda one: one.rank)
    ordered = sorted(reach, key=lambda name: (-reach[name].rank, case.kb.asked_at[name]))
    return tuple(
        a.OpenQuestion(
            finding=name, label=case.prose.label(name), question=case.kb.findings[name].question,
            answered_by=case.kb.findings[name].answered_by, state=case.state(name), could_reach=reach[name],
            rules=tuple(sorted(rules[name])),
        )
        for name in ordered
    )  # fmt: skip


def destinations(case: Case) -> tuple[a.DestinationFound, ...]:
    """Give where to go, the most urgent first."""
    reached: dict[str, Urgency] = {}
    for rule in case.fired:
        if rule.urgency is None or rule.id in case.found.verdict.set_aside:
            continue
        for name in case.places(rule):
            reached.setdefault(name, rule.urgency)
    default = case.guide.urgencies[case.level].destination
    if case.level not in reached.values():
        reached = {default: case.level, **reached}
    # Somebody who must be seen today or now is not also told to book an ordinary appointment.
    floor = Urgency.URGENT if case.level.rank >= Urgency.SAME_DAY.rank else Urgency.SELF_CARE
    leading = case.places(case.leading) if case.leading is not None else ()
    ordered = sorted(
        (name for name, level in reached.items() if level.rank >= floor.rank),
        key=lambda name: (-reached[name].rank, leading.index(name) if name in leading else len(leading)),
    )
    return tuple(
        a.DestinationFound(
            id=name, label=case.guide.destinations[name].label, plain=case.guide.destinations[name].plain,
            urgency=reached[name],
        )
        for name in ordered
    )  # fmt: skip
