"""What is known: every answer, the red-flag screen, the medicines, the results."""

from collections.abc import Iterable, Mapping

from triage import assessment as a
from triage.assembling.case import Case
from triage.chart import State
from triage.conditions import MEDICINES, Compare, Takes, Urgency, tested
from triage.findings import Answerer, Bands, FindingDefinition, Kind, ReferenceInterval, Unit
from triage.interpreters.prose import symbol
from triage.language import say, say_many
from triage.medicines import MedicineEntry, MedicineList
from triage.polarity import Polarity
from triage.verdict import screen_items

SEX = "sex_for_ranges"
"""The finding that chooses between reference intervals by sex."""


def answers(case: Case) -> tuple[a.Answer, ...]:
    """Give every finding with its state and its answer in words."""
    return tuple(_answer(case, finding) for finding in case.kb.findings.values())


def _answer(case: Case, finding: FindingDefinition) -> a.Answer:
    return a.Answer(
        finding=finding.id, label=finding.label, question=finding.question, group=finding.group, kind=finding.kind,
        group_title=case.kb.group_title(finding.group),
        answered_by=finding.answered_by, state=case.state(finding.id), shown=case.shown(finding.id),
        chosen=_chosen(case, finding), yes=case.yes(finding.id),
    )  # fmt: skip


def _chosen(case: Case, finding: FindingDefinition) -> tuple[str, ...]:
    """Give the options an answer names, in the order of the definition: words are translated, ids stay."""
    value = case.chart.values.get(finding.id)
    if case.chart.state(finding.id) is State.NOT_APPLICABLE or not isinstance(value, str | frozenset):
        return ()
    named = {value} if isinstance(value, str) else value
    return tuple(option.id for option in finding.options if option.id in named)


def red_flags(case: Case) -> a.RedFlags:
    """Give the red-flag screen in its four lists; an age or a list of medicines that was given is no sign, and in none of them."""
    pages = {name: page.title for page in reversed(case.kb.screen) for line in page.lines for name in line.findings}
    lists: dict[str, list[a.FlagFound]] = {"present": [], "absent": [], "unknown": [], "not_asked": []}
    items = screen_items(case.kb, case.chart)
    for name, _ in items:
        finding = case.kb.findings[name]
        flag = a.FlagFound(finding=name, label=finding.label, answer=case.shown(name), page=pages[name])
        if kind := _list(case, finding):
            lists[kind].append(flag)
    return a.RedFlags(
        **{kind: tuple(flags) for kind, flags in lists.items()},
        answered=len(lists["present"]) + len(lists["absent"]), total=sum(map(len, lists.values())),
        complete=all(answered for _, answered in items),
    )  # fmt: skip


def _list(case: Case, finding: FindingDefinition) -> str:
    """Say in which of the four lists a screen item belongs; only a danger is present."""
    value = case.chart.values.get(finding.id)
    if value is None:
        return "unknown" if case.chart.state(finding.id) is State.ASKED_UNKNOWN else "not_asked"
    if finding.kind is Kind.BOOLEAN:
        return "present" if value is finding.danger else "absent"
    if finding.kind is Kind.CHOICE:
        return "absent" if value == "none" else "present"
    return ""


def medicines(case: Case, fired: Iterable[a.FiredRule]) -> a.Medicines:
    """Give the medicine list as understood, with the concern each entry raises."""
    value = case.chart.values.get(MEDICINES)
    if not isinstance(value, MedicineList):
        return a.Medicines(state=case.state(MEDICINES), complete=False, entries=())
    tests: dict[str, set[str]] = {}
    for rule in fired:
        for literal in case.found.firing.rules[rule.id]:
            if isinstance(literal.leaf, Takes) and literal.polarity is Polarity.HOLDS:
                tests.setdefault(rule.id, set()).update(literal.leaf.names)
    return a.Medicines(
        state=case.state(MEDICINES),
        complete=value.nothing_hidden,
        entries=tuple(_medicine(case, entry, tests) for entry in value.entries),
    )


def _medicine(case: Case, entry: MedicineEntry, tests: Mapping[str, set[str]]) -> a.MedicineFound:
    catalogue = case.kb.catalogue
    classes = [catalogue.classes[name] for name in entry.classes if catalogue.classes[name].concern]
    return a.MedicineFound(
        text=entry.text,
        ingredients=tuple(catalogue.ingredients[name].name for name in entry.ingredients),
        classes=tuple(catalogue.classes[name].label for name in entry.classes),
        dose=entry.dose, taken=entry.taken,
        started=_ago(entry.started_days), stopped=_ago(entry.stopped_days),
        current=not entry.stopped, recognised=entry.recognised, note=entry.note,
        concerns=tuple(dict.fromkeys(one.concern for one in classes)),
        common=tuple(dict.fromkeys(one.concern for one in classes if one.common)),
        rules=tuple(rule for rule, names in tests.items() if not entry.names.isdisjoint(names)),
        started_days=entry.started_days, stopped_days=entry.stopped_days,
    )  # fmt: skip


def _ago(days: float | None) -> str:
    if days is None:
        return ""
    return say("today") if days == 0 else say_many(days, "{number} day before", "{number} days before")


def laboratory(case: Case) -> tuple[a.LaboratoryValue, ...]:
    """Give every result, and the quantities derived from results, with their bands."""
    raised: dict[str, Urgency] = {}
    for rule in case.fired:
        for literal in case.found.firing.rules[rule.id]:
            if isinstance(literal.leaf, Compare) and literal.polarity is Polarity.HOLDS and rule.urgency is not None:
                raised.setdefault(tested(literal.leaf), rule.urgency)
    for quantity in case.kb.derived.values():
        # A rule on adjusted calcium rests on the laboratory's own figure, where that was given.
        if quantity.id in raised and (name := _repeated(case, quantity.id)):
            raised.setdefault(name, raised[quantity.id])
    ages = {finding.dated_by for finding in case.kb.findings.values()}
    found = []
    for finding in case.kb.findings.values():
        value = case.chart.values.get(finding.id)
        if (
            finding.answered_by is Answerer.LABORATORY
            and finding.kind is Kind.QUANTITY
            and isinstance(value, float)
            and finding.id not in ages
        ):
            given = case.found.intake.given.get(finding.id, "")
            row = _result(
                case, finding.id, finding.label, value, finding.unit, finding.bands, finding.intervals, raised, given
            )
            found.append(row)
    for quantity in case.kb.derived.values():
        value = case.chart.values.get(quantity.id)
        if isinstance(value, float) and quantity.bands is not None and not _repeated(case, quantity.id):
            row = _result(
                case, quantity.id, quantity.label, value, quantity.unit, quantity.bands, quantity.intervals, raised, ""
            )
            found.append(row)
    return tuple(found)


def _repeated(case: Case, name: str) -> str:
    """Give the result, listed already, that a derived quantity is nothing but; empty where it is more."""
    first = (source.text.strip() for source in case.kb.derived[name].sources[:1])
    return next((text for text in first if text in case.chart.values), "")


def _result(case: Case, name: str, label: str, value: float, unit: Unit, bands: Bands | None,
    intervals: tuple[ReferenceInterval, ...], raised: Mapping[str, Urgency], given: str,
) -> a.LaboratoryValue:  # fmt: skip
    sex = case.chart.values.get(SEX)
    interval = next((one for one in intervals if one.sex in ("", sex)), ReferenceInterval(None, None))
    in_range = None
    if bands is not None and bands.normal:
        in_range = bands.word(value) == bands.normal
    elif interval.low is not None or interval.high is not None:
        in_range = not (
            (interval.low is not None and value < interval.low) or (interval.high is not None and value > interval.high)
        )
    on = case.found.intake.dated.get(name)
    age = None
    if on is not None and case.found.intake.on is not None:
        age = (case.found.intake.on - on).days
    elif name in case.kb.findings and case.kb.findings[name].dated_by:
        days = case.chart.values.get(case.kb.findings[name].dated_by)
        age = int(days) if isinstance(days, float) else None
    return a.LaboratoryValue(
        id=name, label=label, value=value, unit=symbol(unit), given=given,
        low=interval.low, high=interval.high,
        cuts=tuple(limit for limit, _ in bands.cuts) if bands is not None else (),
        band=bands.word(value) if bands is not None else "", in_range=in_range,
        on=on.isoformat() if on is not None else "", age_days=age, derived=name in case.kb.derived,
        raises=None if in_range else raised.get(name),
    )  # fmt: skip
