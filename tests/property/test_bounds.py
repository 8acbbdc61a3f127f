"""The laws of what open answers can still do, on random knowledge with random people and on the real knowledge base.

A completion gives some of the open findings of the scope an answer, or "asked but unknown". Whatever it gives, the urgency stays
between the two ends, the ends only come closer, and what was settled stays.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.property.test_real_intakes import RealIntakes
from tests.strategies import BOOLEANS, CHOICES, NAMES, OPTIONS, QUANTITIES, SETS, some_chart, some_knowledge
from triage import Triage, ends
from triage.bounds import Completions
from triage.chart import State, Value
from triage.charting import chart_of
from triage.conditions import Present, Urgency
from triage.findings import Answerer, CountItem, DerivedQuantity, FindingDefinition, FormulaSource, Kind, Option, Unit
from triage.formulas import parse
from triage.guidance import Guidance
from triage.intake import read_intake
from triage.interpreters.ask import Program
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase, Manifest, rests_on_gap
from triage.medicines import Catalogue
from triage.rules import Basis, Certainty, Pattern, Provenance, Rule, ScreenLine, ScreenPage
from triage.truth import TRUE, Truth
from triage.verdict import verdict

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ON = date(2026, 3, 12)
BASIS = Basis((), (Provenance.SEED,))
COMPLETIONS = 3
"""Completions tried for each person."""

Answers = dict[str, Value | None]


def _kind(name: str) -> Kind:
    kinds = ((BOOLEANS, Kind.BOOLEAN), (QUANTITIES, Kind.QUANTITY), (CHOICES, Kind.CHOICE), (SETS, Kind.SET))
    return next((kind for names, kind in kinds if name in names), Kind.MEDICINES)


def some_base(random: Random) -> KnowledgeBase:
    """Draw a whole knowledge base: who answers what, a follow-up, a derived quantity, levels and a screen too."""
    drawn = some_knowledge(random)
    derived = some_derived(random)
    findings = {
        name: FindingDefinition(
            name, _kind(name), name, "", random.choice(tuple(Answerer)), "drawn",
            units=(Unit("1"),), low=0.0, high=9.0, options=tuple(Option(one, one) for one in OPTIONS),
        )
        for name in NAMES
        if name != derived.id
    }  # fmt: skip
    # Whoever is asked a follow-up, or a line of the screen, is asked the question before it too.
    for follow_up, parent, only_if in (
        ("fever", "night_pain", None), ("swelling", "weakness", Present("weakness")), ("side", "fever", Present("fever")),
    ):  # fmt: skip
        asked_by = findings[parent].answered_by
        findings[follow_up] = replace(findings[follow_up], answered_by=asked_by, only_if=random.choice((None, only_if)))
    patterns = {name: Pattern(name, name, when, BASIS, "") for name, when in drawn.patterns.items()}
    rules = {
        name: Rule(name, name, name, Certainty.POSSIBLE, random.choice((*Urgency, None)), when, False, "", BASIS, "")
        for name, when in drawn.rules.items()
    }
    items = tuple(ScreenLine((name,)) for name in random.sample(sorted(findings), random.randint(0, 4)))
    lines = (*items, ScreenLine(("fever",), only_if=Present("night_pain")))
    return KnowledgeBase(
        Manifest("drawn", "Drawn", "1", "", (), "", date.max), "", findings, {derived.id: derived}, patterns, rules,
        Catalogue({}, {}), {}, (ScreenPage("page", "Page", lines),), Guidance({}, {}, {}, {}, {}, {}, {}, {}),
    )  # fmt: skip


def some_derived(random: Random) -> DerivedQuantity:
    """Draw the one derived quantity: a weighted count, or formulas of which the first one that is valid counts."""
    unit = Unit("1")
    if random.random() < 0.5:
        items = tuple(
            CountItem(Present(name), random.choice((-1.0, 1.0, 2.0))) for name in BOOLEANS[: random.randint(1, 4)]
        )
        return DerivedQuantity("risk_points", "Points", unit, count=items)
    first = FormulaSource(parse("potassium + weeks"), random.choice((None, Present("fever"))), "potassium + weeks")
    return DerivedQuantity(
        "risk_points", "Points", unit, sources=(first, FormulaSource(parse("age / 2"), None, "age / 2"))
    )


def some_answers(random: Random) -> Answers:
    """Draw the answers of a person of the random knowledge."""
    drawn = some_chart(random)
    told = {
        name: drawn.values.get(name)
        for name, state in drawn.states.items()
        if state in (State.ANSWERED, State.ASKED_UNKNOWN)
    }
    return {name: value for name, value in told.items() if name != "risk_points"}


class Person:
    """One person against one knowledge base, with what the reference reading and the verdict make of the answers."""

    def __init__(self, completions: Completions, answers: Answers, scope: Collection[Answerer]) -> None:
        self.completions, self.answers, self.scope = completions, answers, scope
        self.base = completions.knowledge
        self.chart = chart_of(self.base, answers)
        reader = Reference({name: pattern.when for name, pattern in self.base.patterns.items()}, self.chart)
        self.truths: dict[str, Truth] = {name: reader.truth(rule.when) for name, rule in self.base.rules.items()}
        self.urgency = verdict(
            self.base, self.chart, [name for name, one in self.truths.items() if one is TRUE]
        ).urgency
        self.bounds = completions.of(self.chart, scope)
        self.range = self.bounds.range()

    def completed(self, filler: Answers, random: Random) -> "Person":
        """Give the same person after some open findings of the scope were answered."""
        part = random.choice((0.2, 1.0))
        open_names = [
            name
            for name, finding in self.base.findings.items()
            if finding.answered_by in self.scope and self.chart.state(name) is State.NOT_ASKED
        ]
        more = {name: filler[name] for name in open_names if name in filler and random.random() < part}
        return Person(self.completions, {**self.answers, **more}, self.scope)


def hold(person: Person, fill: Callable[[], Answers], random: Random) -> None:
    """Hold every law over a person and some completions."""
    low, high = person.range.established.rank, person.range.possible.rank
    assert low <= person.urgency.rank <= high
    for _ in range(COMPLETIONS):
        later = person.completed(fill(), random)

        assert low <= later.urgency.rank <= high, "the urgency lies between the two ends"
        assert low <= later.range.established.rank, "established never falls"
        assert later.range.possible.rank <= high, "possible never rises"
        if person.range.settled:
            assert later.urgency is person.urgency, "settled means that nothing changes it"
        for name, truth in later.truths.items():
            said = person.bounds.ends(name)
            assert ends.either(said, ends.OF[truth]) == said, f"{name} ends as it was said it may"
            if not person.bounds.open_in(name):
                assert truth is person.truths[name], f"{name} turns on nothing open and stays"


def keep(person: Person, filler: Answers) -> None:
    """
    Hold that whatever is answered later, by anybody, undoes no rule without gaps.

    Answers once given stay, and what does not apply is not asked. A rule on a derived quantity is left out where a better source
    of it came: the ratio to the laboratory's own upper limit takes the place of the ratio to the usual one.
    """
    base, known = person.base, {name: value for name, value in person.answers.items() if value is not None}
    asked = {name: value for name, value in filler.items() if person.chart.state(name) is not State.NOT_APPLICABLE}
    later = Person(person.completions, {**asked, **known}, person.scope)
    before, after = person.chart.values, later.chart.values
    replaced = {
        name for name in base.derived if isinstance(before.get(name), float) and before[name] != after.get(name)
    }
    behind = frozenset().union(*(base.behind_derived[name] for name in replaced))
    for name, rule in base.rules.items():
        if person.truths[name] is TRUE and not rests_on_gap(rule.when, base.gap_patterns):
            assert later.truths[name] is TRUE or base.rests_on(rule.when) & behind, name


def completions_of(base: KnowledgeBase) -> Completions:
    patterns = {name: pattern.when for name, pattern in base.patterns.items()}
    return Completions(base, Program(patterns, {name: rule.when for name, rule in base.rules.items()}))


def some_scope(random: Random) -> tuple[Answerer, ...]:
    return tuple(random.sample(tuple(Answerer), random.choice((1, 1, 2, 3))))


SEEDS = st.integers(0, 2**32)


@settings(max_examples=100, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(SEEDS)
def test_laws_on_random_knowledge(seed: int) -> None:
    random = Random(seed)
    completions = completions_of(some_base(random))
    for _ in range(6):
        answers = some_answers(random)
        person = Person(completions, answers, some_scope(random))
        hold(person, lambda: some_answers(random), random)
        keep(person, some_answers(random))


class RealPeople:
    """Draws answers of real people: of every kind, or an ordinary one with answers taken out, changed or not known."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.completions = completions_of(knowledge)
        self._knowledge = knowledge
        self._draws = RealIntakes(knowledge)
        names = ("night_cramps", "overload_after_exercise", "recurrent_normal_electrolytes")
        self._ordinary = [json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8")) for name in names]

    def answers(self, random: Random) -> Answers:
        raw = self._draws.draw(random) if random.random() < 0.4 else dict(random.choice(self._ordinary))
        for name in random.sample(sorted(self._knowledge.findings), random.choice((2, 10, 60))):
            match random.randrange(4):
                case 0:
                    raw[name] = self._draws.answer(random, self._knowledge.findings[name])
                case 1:
                    raw[name] = "unknown"
                case _:
                    raw.pop(name, None)
        return dict(read_intake(self._knowledge, raw, on=ON).answers)


@pytest.fixture(scope="module")
def real(knowledge: KnowledgeBase) -> RealPeople:
    return RealPeople(knowledge)


@settings(max_examples=50, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(seed=SEEDS)
def test_laws_on_the_real_knowledge_base(real: RealPeople, seed: int) -> None:
    random = Random(seed)
    person = Person(real.completions, real.answers(random), some_scope(random))
    hold(person, lambda: real.answers(random), random)
    keep(person, real.answers(random))


def test_some_people_are_settled_and_some_are_not(real: RealPeople) -> None:
    """The laws are held where they can fail: people of every width of range come up."""
    randoms = [Random(seed) for seed in range(200)]
    found = [Person(real.completions, real.answers(random), some_scope(random)).range for random in randoms]

    assert 25 < sum(one.settled for one in found) < 175
    assert {one.established for one in found} >= {Urgency.EMERGENCY, Urgency.URGENT, Urgency.ROUTINE, Urgency.SELF_CARE}
    assert {one.possible for one in found} >= {Urgency.EMERGENCY, Urgency.SAME_DAY}


def test_the_assessment_says_the_same_range(real: RealPeople) -> None:
    engine = Triage()
    for scope in ((Answerer.PERSON,), tuple(Answerer)):
        for name in ("night_cramps", "partial_first_minutes", "swollen_calf", "electrolyte_deficit_despite_magnesium"):
            raw = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
            said = engine.assess(raw, on=ON, scope=scope)
            person = Person(real.completions, dict(read_intake(engine.knowledge, raw, on=ON).answers), scope)

            assert said.urgency.level is person.urgency
            assert (said.urgency_range.established, said.urgency_range.possible) == (
                person.range.established,
                person.range.possible,
            )
            assert said.urgency_range.settled is person.range.settled


@pytest.mark.parametrize(
    ("in_vain", "before", "answer"),
    [
        ("pregnant", "sex_for_ranges", "male"),
        ("weakness_speed", "weakness", False),
        ("gait_unsteady", "cramp_site", frozenset({"calf"})),
    ],
)
def test_what_was_asked_in_vain_may_turn_out_not_to_apply(
    real: RealPeople, in_vain: str, before: str, answer: Value
) -> None:
    """Self-care stays possible while the answer that takes an unknown item off the screen is open."""
    raw = json.loads((EXAMPLES / "night_cramps.json").read_text(encoding="utf-8"))
    answers = dict(read_intake(real.completions.knowledge, raw, on=ON).answers)
    del answers[before]
    now = Person(real.completions, {**answers, in_vain: None}, tuple(Answerer))
    later = Person(real.completions, {**answers, in_vain: None, before: answer}, tuple(Answerer))

    assert now.range.established.rank <= later.urgency.rank <= now.range.possible.rank
