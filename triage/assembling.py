"""From fired rules to the assessment: causes, open questions, red flags, medicines, results, advice, in words and in order.

Nothing is decided here; this module gathers what the readers, the verdict, the bounds and the advice step found, and says it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from triage import assessment as a
from triage.advising import judge
from triage.bounds import Bounds
from triage.chart import Chart, State
from triage.conditions import (
    MEDICINES,
    AllOf,
    AnyOf,
    AskedUnknown,
    AtLeast,
    Compare,
    Condition,
    Known,
    Leaf,
    Missing,
    Not,
    NotShown,
    PatternHolds,
    Takes,
    Urgency,
    children,
    tested,
)
from triage.findings import Answerer, Bands, FindingDefinition, Kind, ReferenceInterval, Unit
from triage.intake import Intake
from triage.interpreters.fire import Firing, Literal
from triage.interpreters.prose import Prose, shown
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.medicines import MedicineEntry, MedicineList
from triage.polarity import Polarity
from triage.rules import Basis, Certainty, Rule
from triage.truth import FALSE, TRUE, UNKNOWN
from triage.verdict import Verdict, screen_items
from triage.wording import capital, lowered, together

SEX = "sex_for_ranges"
"""The finding that chooses between reference intervals by sex."""

_FEW = 3


@dataclass(frozen=True)
class Found:
    """Everything one run found about one intake."""

    intake: Intake
    chart: Chart
    firing: Firing
    verdict: Verdict
    conflicts: tuple[a.ConflictFound, ...]
    scope: tuple[Answerer, ...]
    as_of: str
    engine: str
    engine_version: str


def identify(knowledge: KnowledgeBase, raw: object, as_of: str) -> str:
    """Give the id of an assessment: the same knowledge base, intake and moment have the same one."""
    written = json.dumps([knowledge.content_hash, as_of, raw], sort_keys=True, default=repr, ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def assemble(knowledge: KnowledgeBase, prose: Prose, found: Found, identity: str) -> a.Assessment:
    """Give the assessment of one run."""
    return _Assembly(knowledge, prose, found).assessment(identity)


class _Assembly:
    """Says what one run found; every method gives one part of the assessment."""

    def __init__(self, knowledge: KnowledgeBase, prose: Prose, found: Found) -> None:
        self._kb = knowledge
        self._guide = knowledge.guidance
        self._prose = prose
        self._found = found
        self._chart = found.chart
        self._level = found.verdict.urgency
        patterns = {name: pattern.when for name, pattern in knowledge.patterns.items()}
        self._reader = Reference(patterns, found.chart, self._level)
        self._cited: dict[str, None] = {}

    def assessment(self, identity: str) -> a.Assessment:
        """Give the whole."""
        fired = self._fired_rules()
        parts: dict[str, Any] = {
            "causes": self._causes(fired),
            "destinations": self._destinations(),
            "investigations": self._investigations(),
            "fired_rules": fired,
        }
        given, withheld, judged = self._advice()
        honest = self._honest_notes(judged)
        manifest = self._kb.manifest
        return a.Assessment(
            id=identity,
            as_of=self._found.as_of,
            engine=self._found.engine,
            engine_version=self._found.engine_version,
            knowledge_base=a.KnowledgeBaseInfo(
                id=manifest.id, title=manifest.title, version=manifest.version, content_hash=self._kb.content_hash,
                review_status=manifest.review_status, reviewers=manifest.reviewers,
            ),
            patient=self._found.intake.patient,
            referral=self._found.intake.referral,
            urgency=self._urgency(fired, parts["causes"]),
            urgency_range=self._urgency_range(),
            red_flags=self._red_flags(),
            patterns=self._patterns(),
            medicines=self._medicines(fired),
            laboratory=self._laboratory(),
            answers=tuple(self._answer(finding) for finding in self._kb.findings.values()),
            open_questions=self._open_questions,
            advice_given=given,
            advice_withheld=withheld,
            safety_netting=self._safety_netting(),
            honest_notes=honest,
            input_faults=self._found.intake.faults,
            conflicts=self._found.conflicts,
            sources=self._sources(),
            limits=self._limits(),
            **parts,
        )  # fmt: skip

    # Answers in words

    def _state(self, name: str) -> a.State:
        return self._chart.state(name).value

    def _shown(self, name: str) -> str:
        return shown(self._kb, self._chart, name)

    def _answer(self, finding: FindingDefinition) -> a.Answer:
        return a.Answer(
            finding=finding.id, label=finding.label, question=finding.question, group=finding.group, kind=finding.kind,
            answered_by=finding.answered_by, state=self._state(finding.id), shown=self._shown(finding.id),
        )  # fmt: skip

    def _says(self, name: str) -> str:
        """Give a finding with its answer as a phrase: `Back pain`, `Fever: no`, `Potassium: 3.1 mmol/L`."""
        answer, label = self._shown(name), self._prose.label(name)
        if not answer:
            states = {State.ASKED_UNKNOWN: "asked, not known", State.NOT_APPLICABLE: "does not apply"}
            return f"{label}: {states.get(self._chart.state(name), 'not asked')}"
        return label if answer == "yes" else f"{label}: {answer}"

    # Rules and what they rest on

    @cached_property
    def _fired(self) -> list[Rule]:
        """The rules that fired in the stable order of the trace."""
        rules = (self._kb.rules[name] for name in self._found.firing.rules)
        return sorted(rules, key=lambda rule: (-_rank(rule.urgency), rule.gap, rule.id))

    def _fired_rules(self) -> tuple[a.FiredRule, ...]:
        found = []
        for order, rule in enumerate(self._fired, start=1):
            evidence = tuple(self._evidence(literal) for literal in self._found.firing.rules[rule.id])
            found.append(
                a.FiredRule(
                    order=order, id=rule.id, row=rule.row, title=rule.title, cause=rule.cause, certainty=rule.certainty,
                    urgency=rule.urgency, gap=rule.gap, set_aside=rule.id in self._found.verdict.set_aside,
                    condition=self._prose.say(rule.when), because=self._because(rule), evidence=evidence,
                    patterns=self._found.firing.through[rule.id], action=rule.action,
                    destinations=self._places(rule), deadline=rule.deadline, grounds=self._grounds(rule.basis),
                    harm=rule.harm,
                )
            )  # fmt: skip
        return tuple(found)

    def _evidence(self, literal: Literal) -> a.Evidence:
        name = tested(literal.leaf)
        said = self._prose.say(literal.leaf)
        match literal.polarity:
            case Polarity.HOLDS:
                test = said
            case Polarity.EXCLUDED:
                test = self._prose.say(Not(literal.leaf))
            case Polarity.NOT_SHOWN:
                test = f"not shown: {said}"
            case Polarity.NOT_EXCLUDED:
                test = f"not excluded: {said}"
        return a.Evidence(
            finding=name, label=self._prose.label(name), answer=self._shown(name), test=test, state=self._state(name)
        )

    def _because(self, rule: Rule) -> str:
        """Give the answers a rule rests on, those that say something first."""
        names = dict.fromkeys(tested(literal.leaf) for literal in self._found.firing.rules[rule.id])
        telling = sorted(names, key=self._order)
        return "; ".join(self._evidence_phrase(rule, name) for name in telling)

    def _order(self, name: str) -> tuple[int, int]:
        """Sort findings as a doctor wants to hear them: danger signs in the order of the screen first, noes later."""
        return self._weight(name), self._places_asked.get(name, -1)

    @cached_property
    def _places_asked(self) -> dict[str, int]:
        screen = [name for page in self._kb.screen for line in page.lines for name in line.findings]
        return {name: place for place, name in enumerate(dict.fromkeys((*screen, *self._kb.findings)))}

    def _weight(self, name: str) -> int:
        """Sort answers: what was said or measured, then noes, then what is not known."""
        answer = self._shown(name)
        return 2 if not answer else 1 if answer == "no" else 0

    def _evidence_phrase(self, rule: Rule, name: str) -> str:
        if name != MEDICINES:
            return self._says(name)
        entries = self._taken()
        names = {
            one
            for literal in self._found.firing.rules[rule.id]
            if isinstance(literal.leaf, Takes) and literal.polarity is Polarity.HOLDS
            for one in literal.leaf.names
        }
        texts = [entry.text for entry in entries if not entry.names.isdisjoint(names)]
        return f"Takes {together(texts)}" if texts else self._says(name)

    def _taken(self) -> tuple[MedicineEntry, ...]:
        value = self._chart.values.get(MEDICINES)
        return value.entries if isinstance(value, MedicineList) else ()

    def _places(self, rule: Rule) -> tuple[str, ...]:
        if rule.destinations or rule.urgency is None:
            return rule.destinations
        return (self._guide.urgencies[rule.urgency].destination,)

    def _grounds(self, basis: Basis) -> a.Grounds:
        self._cited.update(dict.fromkeys(basis.sources))
        return a.Grounds(sources=basis.sources, provenance=basis.marks, note=basis.note)

    # Urgency

    def _urgency(self, fired: Iterable[a.FiredRule], causes: Iterable[a.CauseFound]) -> a.UrgencyFound:
        words = self._guide.urgencies[self._level]
        leading = self._leading
        labels = [cause.label for cause in causes if cause.urgency is self._level and not cause.set_aside][:_FEW]
        request = words.request.replace(
            "{causes}", together([lowered(label) for label in labels]) or "the findings below"
        )
        action = leading.action if leading is not None else ""
        return a.UrgencyFound(
            level=self._level, word=words.word, time=words.time,
            deadline=capital(leading.deadline if leading is not None and leading.deadline else words.deadline),
            action=words.action, plain_action=words.plain_action,
            request=f"{request} {action}".strip(),
            reason=self._reason(leading), rules=self._found.verdict.rules,
            because_not_known=self._found.verdict.because_not_known,
            open_findings=self._open_behind(self._found.verdict.rules) if self._found.verdict.because_not_known else (),
            set_aside=self._found.verdict.set_aside,
        )  # fmt: skip

    @cached_property
    def _leading(self) -> Rule | None:
        """The rule that speaks for the level: by answers before gaps, the surest first, then by id."""
        rules = [self._kb.rules[name] for name in self._found.verdict.rules]
        return min(
            rules,
            key=lambda rule: (rule.gap, not rule.cause, -rule.certainty.strength, rule.id),
            default=None,
        )

    def _reason(self, leading: Rule | None) -> str:
        if leading is None:
            still_open = len(self._found.verdict.screen_open)
            if self._found.verdict.set_aside and still_open:
                items = "1 item" if still_open == 1 else f"{still_open} items"
                return f"a benign pattern was met, but {items} of the red-flag screen are not answered"
            return "pattern not recognised: no rule fired, a clinician should look at it"
        cause = self._guide.causes.get(leading.cause)
        names = dict.fromkeys(tested(literal.leaf) for literal in self._found.firing.rules[leading.id])
        telling = sorted((name for name in names if self._weight(name) == 0), key=self._order)
        said = [self._evidence_phrase(leading, name) for name in telling]
        what = lowered(cause.label) if cause is not None else lowered(leading.title)
        if cause is not None and leading.certainty is not Certainty.FACT:
            what = f"{leading.certainty.value if leading.certainty is not Certainty.CONSIDER else 'consider'} {what}"
        return f"{what}: {together([lowered(text) for text in said[:4]])}" if said else what

    def _open_behind(self, rules: Iterable[str]) -> tuple[str, ...]:
        """Give the findings without a usable answer that fired rules rest on."""
        names = {
            name
            for rule in rules
            for literal in self._found.firing.rules[rule]
            for name in self._kb.rests_on(literal.leaf)
            if self._chart.state(name) in (State.NOT_ASKED, State.ASKED_UNKNOWN)
        }
        return tuple(name for name in self._kb.findings if name in names)

    # What open answers can still do

    @cached_property
    def _inside(self) -> Bounds:
        return Bounds(self._kb, self._chart, self._found.scope)

    @cached_property
    def _everything(self) -> Bounds:
        return Bounds(self._kb, self._chart, tuple(Answerer), ask_again=True)

    @cached_property
    def _open_questions(self) -> tuple[a.OpenQuestion, ...]:
        return self._questions(self._everything)

    def _urgency_range(self) -> a.UrgencyRange:
        ends = self._inside.range()
        lifts = self._questions(self._inside)
        outside = tuple(
            question
            for question in self._open_questions
            if question.answered_by not in self._found.scope and question.state == "not_asked"
        )
        return a.UrgencyRange(
            established=ends.established, possible=ends.possible, settled=ends.settled, scope=self._found.scope,
            sentence=self._range_sentence(ends.established, ends.possible, lifts), lifts=lifts, outside=outside,
        )  # fmt: skip

    def _range_sentence(self, low: Urgency, high: Urgency, lifts: tuple[a.OpenQuestion, ...]) -> str:
        word = {level: words.word.lower() for level, words in self._guide.urgencies.items()}
        if low is high:
            return "Settled: no answer still open here can change it."
        parts = []
        if high.rank > self._level.rank:
            names = [lowered(question.label) for question in lifts]
            more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
            parts.append(f"Could still rise to {word[high]}: {', '.join(names[:_FEW])}{more} not answered.")
        if low.rank < self._level.rank:
            parts.append(f"Answers could take it back, at most to {word[low]}.")
        return " ".join(parts)

    def _questions(self, bounds: Bounds) -> tuple[a.OpenQuestion, ...]:
        """Give the open findings that could take part in raising the urgency, the most dangerous first."""
        reach: dict[str, Urgency] = {}
        rules: dict[str, list[str]] = {}
        for rule, level in bounds.could_fire(self._level):
            for name in bounds.open_in(rule.when):
                rules.setdefault(name, []).append(rule.id)
                reach[name] = max(level, reach.get(name, level), key=lambda one: one.rank)
        ordered = sorted(reach, key=lambda name: (-reach[name].rank, self._places_asked[name]))
        return tuple(
            a.OpenQuestion(
                finding=name, label=self._prose.label(name), question=self._kb.findings[name].question,
                answered_by=self._kb.findings[name].answered_by, state=self._state(name), could_reach=reach[name],
                rules=tuple(sorted(rules[name])),
            )
            for name in ordered
        )  # fmt: skip

    # Causes and where to go

    def _causes(self, fired: Iterable[a.FiredRule]) -> tuple[a.CauseFound, ...]:
        by_cause: dict[str, list[a.FiredRule]] = {}
        for rule in fired:
            if rule.cause:
                by_cause.setdefault(rule.cause, []).append(rule)
        others: dict[str, list[Rule]] = {}
        for other in self._kb.rules.values():
            if other.cause in by_cause and not other.gap and other.id not in self._found.firing.rules:
                others.setdefault(other.cause, []).append(other)
        found = [self._cause(name, rules, others.get(name, [])) for name, rules in by_cause.items()]
        return tuple(
            sorted(
                found,
                key=lambda one: (one.set_aside, -_rank(one.urgency), one.gap_only, -one.certainty.strength, one.id),
            )
        )

    def _cause(self, name: str, rules: list[a.FiredRule], others: list[Rule]) -> a.CauseFound:
        cause = self._guide.causes[name]
        supporting = dict.fromkeys(
            self._evidence_phrase(self._kb.rules[rule.id], item.finding)
            for rule in rules
            for item in sorted(rule.evidence, key=lambda item: self._order(item.finding))
            if self._weight(item.finding) < 2
        )
        against: dict[str, None] = {}
        missing: dict[str, None] = {}
        for other in sorted(others, key=lambda rule: (-_rank(rule.urgency), rule.id)):
            if self._reader.truth(other.when) is FALSE:
                against.update(dict.fromkeys(self._deciding(other.when, wanted=False)))
            else:
                missing.update(dict.fromkeys(self._missing(other.when)))
        for rule in rules:
            missing.update(dict.fromkeys(self._open_behind([rule.id])))
        opposing = [text for text in map(self._says, against) if text not in supporting]
        levels = [rule.urgency for rule in rules if rule.urgency is not None]
        return a.CauseFound(
            id=name, label=cause.label, plain=cause.plain, group=cause.group,
            certainty=max((rule.certainty for rule in rules), key=lambda one: one.strength),
            urgency=max(levels, key=lambda level: level.rank, default=None),
            gap_only=all(rule.gap for rule in rules), set_aside=all(rule.set_aside for rule in rules),
            rules=tuple(rule.id for rule in rules), supporting=tuple(supporting), opposing=tuple(opposing),
            missing=tuple(self._prose.label(one) for one in missing),
        )  # fmt: skip

    def _deciding(self, condition: Condition, *, wanted: bool) -> Iterable[str]:
        """Give the answered findings by which a condition is TRUE (`wanted`) or FALSE."""
        truth = self._reader.truth(condition)
        if truth is not (TRUE if wanted else FALSE):
            return
        match condition:
            case Not(part=part):
                yield from self._deciding(part, wanted=not wanted)
            case PatternHolds(pattern=name):
                yield from self._deciding(self._kb.patterns[name].when, wanted=wanted)
            case AllOf(parts=parts) | AnyOf(parts=parts) | AtLeast(parts=parts):
                for part in parts:
                    yield from self._deciding(part, wanted=wanted)
            case NotShown() | Known() | Missing() | AskedUnknown():
                return
            case _:
                for name in sorted(self._names(condition)):
                    if self._chart.state(name) is State.ANSWERED:
                        yield name

    def _missing(self, condition: Condition) -> Iterable[str]:
        """Give the findings without a usable answer that keep a condition UNKNOWN."""
        if self._reader.truth(condition) is not UNKNOWN:
            return
        if isinstance(condition, PatternHolds):
            yield from self._missing(self._kb.patterns[condition.pattern].when)
        elif inside := children(condition):
            for part in inside:
                yield from self._missing(part)
        else:
            for name in sorted(self._kb.rests_on(condition)):
                if self._chart.state(name) in (State.NOT_ASKED, State.ASKED_UNKNOWN):
                    yield name

    def _names(self, leaf: Condition) -> set[str]:
        return {tested(leaf)} if isinstance(leaf, Leaf) else set()

    def _destinations(self) -> tuple[a.DestinationFound, ...]:
        reached: dict[str, Urgency] = {}
        for rule in self._fired:
            if rule.urgency is None or rule.id in self._found.verdict.set_aside:
                continue
            for name in self._places(rule):
                reached.setdefault(name, rule.urgency)
        default = self._guide.urgencies[self._level].destination
        if self._level not in reached.values():
            reached = {default: self._level, **reached}
        # Somebody who must be seen today or now is not also told to book an ordinary appointment.
        floor = Urgency.URGENT if self._level.rank >= Urgency.SAME_DAY.rank else Urgency.SELF_CARE
        leading = self._places(self._leading) if self._leading is not None else ()
        ordered = sorted(
            (name for name, level in reached.items() if level.rank >= floor.rank),
            key=lambda name: (-reached[name].rank, leading.index(name) if name in leading else len(leading)),
        )
        return tuple(
            a.DestinationFound(
                id=name, label=self._guide.destinations[name].label, plain=self._guide.destinations[name].plain,
                urgency=reached[name],
            )
            for name in ordered
        )  # fmt: skip

    def _investigations(self) -> tuple[a.InvestigationFound, ...]:
        suspected = {rule.cause for rule in self._fired if rule.id not in self._found.verdict.set_aside}
        found = []
        for tests in self._guide.investigations.values():
            causes = [name for name in tests.causes if name in suspected]
            if causes or (tests.when is not None and self._reader.truth(tests.when) is TRUE):
                found.append(
                    a.InvestigationFound(
                        id=tests.id, label=tests.label, first=tests.first, second=tests.second,
                        causes=tuple(self._guide.causes[name].label for name in causes),
                        grounds=self._grounds(tests.basis),
                    )
                )  # fmt: skip
        return tuple(found)

    # The screen, the patterns, the medicines, the results

    def _red_flags(self) -> a.RedFlags:
        pages = {
            name: page.title for page in reversed(self._kb.screen) for line in page.lines for name in line.findings
        }
        lists: dict[str, list[a.FlagFound]] = {"present": [], "absent": [], "unknown": [], "not_asked": []}
        items = screen_items(self._kb, self._chart)
        for name, _ in items:
            finding = self._kb.findings[name]
            answer = self._shown(name)
            flag = a.FlagFound(finding=name, label=finding.label, answer=answer, page=pages[name])
            lists[self._list(finding)].append(flag)
        answered = sum(closed for _, closed in items)
        return a.RedFlags(
            **{kind: tuple(flags) for kind, flags in lists.items()},
            answered=answered, total=len(items), complete=answered == len(items),
        )  # fmt: skip

    def _list(self, finding: FindingDefinition) -> str:
        """Say in which of the four lists a screen item belongs; only a danger is present."""
        value = self._chart.values.get(finding.id)
        if value is None:
            return "unknown" if self._chart.state(finding.id) is State.ASKED_UNKNOWN else "not_asked"
        if finding.kind is Kind.BOOLEAN:
            return "present" if value is finding.danger else "absent"
        if finding.kind is Kind.CHOICE:
            return "absent" if value == "none" else "present"
        return "absent"

    def _patterns(self) -> tuple[a.PatternFound, ...]:
        found = []
        for name, pattern in self._kb.patterns.items():
            truth = self._reader.pattern(name)
            decided = []
            if truth is not UNKNOWN:
                decided = list(dict.fromkeys(self._deciding(pattern.when, wanted=truth is TRUE)))
            because = "; ".join(map(self._says, decided[:6])) + ("; and more" if len(decided) > 6 else "")
            found.append(
                a.PatternFound(id=name, label=capital(self._prose.label(name)), truth=truth.value, because=because)
            )
        return tuple(found)

    def _medicines(self, fired: Iterable[a.FiredRule]) -> a.Medicines:
        value = self._chart.values.get(MEDICINES)
        if not isinstance(value, MedicineList):
            return a.Medicines(state=self._state(MEDICINES), complete=False, entries=())
        tests: dict[str, set[str]] = {}
        for rule in fired:
            for literal in self._found.firing.rules[rule.id]:
                if isinstance(literal.leaf, Takes) and literal.polarity is Polarity.HOLDS:
                    tests.setdefault(rule.id, set()).update(literal.leaf.names)
        return a.Medicines(
            state=self._state(MEDICINES),
            complete=value.complete,
            entries=tuple(self._medicine(entry, tests) for entry in value.entries),
        )

    def _medicine(self, entry: MedicineEntry, tests: Mapping[str, set[str]]) -> a.MedicineFound:
        catalogue = self._kb.catalogue
        concerns = [catalogue.classes[name].concern for name in entry.classes if catalogue.classes[name].concern]
        return a.MedicineFound(
            text=entry.text,
            ingredients=tuple(catalogue.ingredients[name].label for name in entry.ingredients),
            classes=tuple(catalogue.classes[name].label for name in entry.classes),
            dose=entry.dose, taken=entry.taken,
            started=self._ago(entry.started_days), stopped=self._ago(entry.stopped_days),
            current=not entry.stopped, recognised=entry.recognised, note=entry.note,
            concerns=tuple(dict.fromkeys(concerns)),
            rules=tuple(rule for rule, names in tests.items() if not entry.names.isdisjoint(names)),
        )  # fmt: skip

    def _ago(self, days: float | None) -> str:
        if days is None:
            return ""
        return "today" if days == 0 else f"{days:g} day{'' if days == 1 else 's'} before"

    def _laboratory(self) -> tuple[a.LaboratoryValue, ...]:
        raised: dict[str, Urgency] = {}
        for rule in self._fired:
            for literal in self._found.firing.rules[rule.id]:
                if (
                    isinstance(literal.leaf, Compare)
                    and literal.polarity is Polarity.HOLDS
                    and rule.urgency is not None
                ):
                    raised.setdefault(tested(literal.leaf), rule.urgency)
        found = []
        for finding in self._kb.findings.values():
            value = self._chart.values.get(finding.id)
            if (
                finding.answered_by is Answerer.LABORATORY
                and finding.kind is Kind.QUANTITY
                and isinstance(value, float)
                and finding.id not in self._ages
            ):
                given = self._found.intake.given.get(finding.id, "")
                row = self._result(
                    finding.id, finding.label, value, finding.unit, finding.bands, finding.intervals, raised, given
                )
                found.append(row)
        for quantity in self._kb.derived.values():
            value = self._chart.values.get(quantity.id)
            if isinstance(value, float) and quantity.bands is not None and not self._repeats(quantity.id):
                row = self._result(
                    quantity.id, quantity.label, value, quantity.unit, quantity.bands, quantity.intervals, raised, ""
                )
                found.append(row)
        return tuple(found)

    @cached_property
    def _ages(self) -> frozenset[str]:
        """The findings that only say how old results are."""
        return frozenset(finding.dated_by for finding in self._kb.findings.values() if finding.dated_by)

    def _repeats(self, name: str) -> bool:
        """Whether a derived quantity is nothing but a result that is listed already."""
        first = self._kb.derived[name].sources[:1]
        return any(source.text.strip() in self._chart.values for source in first)

    def _result(
        self, name: str, label: str, value: float, unit: Unit, bands: Bands | None,
        intervals: tuple[ReferenceInterval, ...], raised: Mapping[str, Urgency], given: str,
    ) -> a.LaboratoryValue:  # fmt: skip
        sex = self._chart.values.get(SEX)
        interval = next((one for one in intervals if one.sex in ("", sex)), ReferenceInterval(None, None))
        in_range = None
        if bands is not None and bands.normal:
            in_range = bands.word(value) == bands.normal
        elif interval.low is not None or interval.high is not None:
            in_range = not (
                (interval.low is not None and value < interval.low)
                or (interval.high is not None and value > interval.high)
            )
        on = self._found.intake.dated.get(name)
        age = None
        if on is not None and self._found.intake.on is not None:
            age = (self._found.intake.on - on).days
        elif name in self._kb.findings and self._kb.findings[name].dated_by:
            days = self._chart.values.get(self._kb.findings[name].dated_by)
            age = int(days) if isinstance(days, float) else None
        return a.LaboratoryValue(
            id=name, label=label, value=value, unit=unit.shown if unit.ucum not in ("1", "{score}") else "", given=given,
            low=interval.low, high=interval.high,
            cuts=tuple(limit for limit, _ in bands.cuts) if bands is not None else (),
            band=bands.word(value) if bands is not None else "", in_range=in_range,
            on=on.isoformat() if on is not None else "", age_days=age, derived=name in self._kb.derived,
            raises=raised.get(name),
        )  # fmt: skip

    # After the verdict

    def _advice(self) -> tuple[tuple[a.AdviceGiven, ...], tuple[a.AdviceWithheld, ...], frozenset[str]]:
        judged = judge(self._kb, self._chart, self._level)
        given = tuple(
            a.AdviceGiven(
                id=one.item.id, text=one.item.text, cautions=one.cautions, honesty=one.item.honesty,
                grounds=self._grounds(one.item.basis),
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
        return given, withheld, frozenset(one.item.id for one in judged)

    def _safety_netting(self) -> tuple[a.SafetyNetGiven, ...]:
        return tuple(
            a.SafetyNetGiven(id=net.id, level=net.level, title=net.title, points=net.points)
            for net in self._guide.safety_nets.values()
            if self._level in net.printed_with and (net.when is None or self._reader.truth(net.when) is TRUE)
        )

    def _honest_notes(self, judged: frozenset[str]) -> tuple[a.HonestNote, ...]:
        return tuple(
            a.HonestNote(id=line.id, topic=line.topic, text=line.text, grounds=self._grounds(line.basis))
            for line in self._guide.honesty.values()
            if not judged.isdisjoint(line.advice) or (line.when is not None and self._reader.truth(line.when) is TRUE)
        )

    def _sources(self) -> tuple[a.SourceCited, ...]:
        return tuple(
            a.SourceCited(id=source.id, title=source.title, read_as=source.read_as, links=source.links)
            for source in self._kb.sources.values()
            if source.id in self._cited
        )

    def _limits(self) -> str:
        limits, due = self._kb.manifest.limits, self._kb.manifest.review_by
        if self._found.as_of[:10] > due.isoformat():
            return f"{limits} This knowledge base was due for review on {due.isoformat()}."
        return limits


def _rank(urgency: Urgency | None) -> int:
    return 0 if urgency is None else urgency.rank
