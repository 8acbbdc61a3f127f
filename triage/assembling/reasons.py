"""Why: the rules that fired with their evidence, the causes they suspect, and the patterns in between."""

from collections.abc import Iterable

from triage import assessment as a
from triage.assembling.case import Case, rank
from triage.blocking import blocked_by
from triage.chart import State
from triage.conditions import (
    MEDICINES,
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    Includes,
    IsOneOf,
    Not,
    PatternHolds,
    Present,
    Takes,
    Urgency,
    children,
    tested,
)
from triage.firing import Literal
from triage.language import say
from triage.rules import Rule
from triage.truth import FALSE, TRUE, UNKNOWN
from triage.wording import capital, semicolons

MOST = 6
"""So many answers that decide a pattern are named."""


NEAR, LOOKED_AT = 12, 36
"""So many rules that could still fire are told, of so many that wait for the fewest open answers."""


def fired_rules(case: Case) -> tuple[a.FiredRule, ...]:
    """Give the rules that fired, in the stable order of the trace."""
    found = []
    for order, rule in enumerate(case.fired, start=1):
        # Nobody who must be seen today or now is also told to book an ordinary appointment or to look after it alone.
        can_wait = rank(rule.urgency) <= Urgency.ROUTINE.rank and case.level.rank >= Urgency.SAME_DAY.rank
        aside = rule.id in case.found.verdict.set_aside
        evidence = tuple(_evidence(case, literal) for literal in case.found.firing.rules[rule.id])
        found.append(
            a.FiredRule(
                order=order, id=rule.id, row=rule.row, title=rule.title, cause=rule.cause, certainty=rule.certainty,
                urgency=rule.urgency, gap=rule.gap, set_aside=aside,
                condition=case.prose.rule(rule.id), because=_because(case, rule), evidence=evidence,
                patterns=case.found.firing.through[rule.id], action="" if can_wait else rule.action,
                destinations=() if can_wait or aside else case.places(rule), deadline="" if can_wait else rule.deadline,
                grounds=case.grounds(rule.basis), harm=rule.harm,
            )
        )  # fmt: skip
    return tuple(found)


def _evidence(case: Case, literal: Literal) -> a.Evidence:
    name = tested(literal.leaf)
    return a.Evidence(
        finding=name, label=case.prose.label(name), answer=case.shown(name), test=case.prose.literal(literal),
        state=case.state(name),
    )  # fmt: skip


def _because(case: Case, rule: Rule) -> str:
    """Give the answers a rule rests on, those that say something first."""
    names = dict.fromkeys(tested(literal.leaf) for literal in case.found.firing.rules[rule.id])
    telling = sorted(names, key=case.order)
    return semicolons(case.evidence_phrase([rule.id], name) for name in telling)


def causes(case: Case, fired: Iterable[a.FiredRule]) -> tuple[a.CauseFound, ...]:
    """Give the suspected causes, the most urgent and surest first."""
    first = case.leading.cause if case.leading is not None else ""
    by_cause: dict[str, list[a.FiredRule]] = {}
    for rule in fired:
        if rule.cause:
            by_cause.setdefault(rule.cause, []).append(rule)
    others: dict[str, list[Rule]] = {}
    for other in case.kb.rules.values():
        if other.cause in by_cause and not other.gap and other.id not in case.found.firing.rules:
            others.setdefault(other.cause, []).append(other)
    found = [_cause(case, name, rules, others.get(name, [])) for name, rules in by_cause.items()]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                one.set_aside,
                -rank(one.urgency),
                one.id != first,
                one.gap_only,
                -one.certainty.strength,
                one.id,
            ),
        )
    )


def _cause(case: Case, name: str, rules: list[a.FiredRule], others: list[Rule]) -> a.CauseFound:
    cause = case.guide.causes[name]
    names = {item.finding for rule in rules for item in rule.evidence if case.weight(item.finding) < 2}
    ids = [rule.id for rule in rules]
    supporting = [case.evidence_phrase(ids, one) for one in sorted(names, key=lambda one: (case.order(one), one))]
    against: dict[str, None] = {}
    missing: dict[str, None] = {}
    for other in sorted(others, key=lambda rule: (-rank(rule.urgency), rule.id)):
        if case.reader.truth(other.when) is FALSE:
            against.update(dict.fromkeys(_deciding(case, other.when, wanted=False)))
        else:
            missing.update(dict.fromkeys(_missing(case, other.when)))
    for rule in rules:
        missing.update(dict.fromkeys(case.open_behind([rule.id])))
    # Another medicine than the one a rule asks for speaks against nothing.
    opposing = [case.says(one) for one in against if one != MEDICINES and one not in names]
    levels = [rule.urgency for rule in rules if rule.urgency is not None]
    return a.CauseFound(
        id=name, label=cause.label, plain=cause.plain, group=cause.group,
        certainty=max((rule.certainty for rule in rules), key=lambda one: one.strength),
        urgency=max(levels, key=lambda level: level.rank, default=None),
        gap_only=all(rule.gap for rule in rules), set_aside=all(rule.set_aside for rule in rules),
        rules=tuple(rule.id for rule in rules), supporting=tuple(supporting), opposing=tuple(opposing),
        missing=tuple(case.prose.label(one) for one in missing),
    )  # fmt: skip


def _deciding(case: Case, condition: Condition, *, wanted: bool) -> Iterable[str]:
    """Give the answered findings by which a condition is TRUE (`wanted`) or FALSE."""
    truth = case.reader.truth(condition)
    if truth is not (TRUE if wanted else FALSE):
        return
    match condition:
        case Not(part=part):
            yield from _deciding(case, part, wanted=not wanted)
        case PatternHolds(pattern=name):
            yield from _deciding(case, case.kb.patterns[name].when, wanted=wanted)
        case AllOf(parts=parts) | AnyOf(parts=parts) | AtLeast(parts=parts):
            for part in parts:
                yield from _deciding(case, part, wanted=wanted)
        case Present() | Compare() | IsOneOf() | Includes() | Takes():
            if case.chart.state(tested(condition)) is State.ANSWERED:
                yield tested(condition)
        case _:
            return


def _missing(case: Case, condition: Condition) -> Iterable[str]:
    """Give the findings without a usable answer that keep a condition UNKNOWN."""
    if case.reader.truth(condition) is not UNKNOWN:
        return
    if isinstance(condition, PatternHolds):
        yield from _missing(case, case.kb.patterns[condition.pattern].when)
    elif inside := children(condition):
        for part in inside:
            yield from _missing(case, part)
    else:
        for name in sorted(case.kb.rests_on(condition)):
            if case.chart.state(name) in (State.NOT_ASKED, State.ASKED_UNKNOWN):
                yield name


def near_rules(case: Case) -> tuple[a.NearRule, ...]:
    """Give the rules above the level that the fewest answers could still fire, those that wait for least first."""
    waiting = [
        (len(case.everything.open_in(rule.id)), -level.rank, rule.id, case.kb.rules[rule.id], level)
        for rule, level in case.everything.could_fire(case.level)
    ]
    found = []
    for *_, rule, level in sorted(waiting, key=lambda one: one[:3])[:LOOKED_AT]:
        blocks = sorted(blocked_by(case.kb.pattern_conditions, case.chart, rule.when), key=lambda one: one.order)
        found.append(
            a.NearRule(
                id=rule.id, row=rule.row, title=rule.title, urgency=level,
                needed=tuple(dict.fromkeys(map(case.prose.literal, blocks))),
                open=tuple(dict.fromkeys(tested(literal.leaf) for literal in blocks)),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (len(one.needed), -one.urgency.rank, one.id))[:NEAR])


def patterns(case: Case) -> tuple[a.PatternFound, ...]:
    """Give every intermediate conclusion with the answers that decide it."""
    found = []
    for name, pattern in case.kb.patterns.items():
        truth = case.reader.pattern(name)
        decided = []
        if truth is not UNKNOWN:
            decided = list(dict.fromkeys(_deciding(case, pattern.when, wanted=truth is TRUE)))
        because = semicolons(map(case.says, decided[:MOST]))
        if len(decided) > MOST:
            because = say("{answers}; and more", answers=because)
        found.append(a.PatternFound(id=name, label=capital(case.prose.label(name)), truth=truth.value, because=because))
    return tuple(found)
