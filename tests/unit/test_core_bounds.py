"""What open answers can still do, written out on a knowledge base made by hand; the laws are in `tests/property`."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from triage import ends
from triage.bounds import Bounds, Completions
from triage.chart import Value
from triage.charting import chart_of
from triage.conditions import AllOf, Compare, Condition, Not, Operator, PatternHolds, Present, Urgency
from triage.findings import Answerer, CountItem, DerivedQuantity, FindingDefinition, FormulaSource, Kind, Unit
from triage.formulas import parse
from triage.guidance import Conflict
from triage.interpreters.ask import Program
from triage.knowledge import KnowledgeBase
from triage.rules import Basis, Certainty, Pattern, Provenance, Rule, ScreenLine, ScreenPage

Answers = dict[str, Value | None]

BASIS = Basis((), (Provenance.SEED,))
PERSON, LABORATORY = (Answerer.PERSON,), (Answerer.LABORATORY,)
EMERGENCY, SAME_DAY, URGENT, ROUTINE, SELF_CARE = Urgency
NIGHTS, DANGER, SCREENED = "nights", "danger", "screened"


def asked(name: str, only_if: Condition | None = None) -> FindingDefinition:
    kind = Kind.QUANTITY if name in ("x", "y", "lab_z") else Kind.BOOLEAN
    who = Answerer.LABORATORY if name.startswith("lab") else Answerer.PERSON
    return FindingDefinition(name, kind, name, "", who, "made", only_if=only_if)


def rule(name: str, urgency: Urgency | None, when: Condition) -> Rule:
    return Rule(name, name, name, Certainty.POSSIBLE, urgency, when, False, "", BASIS, "")


FINDINGS = (
    *map(asked, (DANGER, NIGHTS, SCREENED, "weak", "old", "x", "y", "lab_high", "lab_z")), asked("speed", Present("weak")), asked("arm", Present("speed")),
    asked("lab_after", Present("weak")),
)  # fmt: skip
RULES = (
    rule("emergency", EMERGENCY, Present(DANGER)),
    rule("same_day", SAME_DAY, AllOf((Present(DANGER), Present("lab_high")))),
    rule("urgent", URGENT, Present("lab_high")),
    rule("benign", SELF_CARE, Present(NIGHTS)),
    rule("fact", None, Present("old")),
)
SCREEN = (ScreenLine((SCREENED,)),)


def bounds(
    knowledge: KnowledgeBase, answers: Answers, scope: Collection[Answerer] = PERSON, *, rules: tuple[Rule, ...] = RULES,
    screen: tuple[ScreenLine, ...] = SCREEN, quantity: DerivedQuantity | None = None, ask_again: bool = False, conflicts: tuple[Conflict, ...] = (),
) -> Bounds:  # fmt: skip
    """Give the bounds of one person; `shown` is a pattern over `weak`."""
    made = replace(
        knowledge, findings={one.id: one for one in FINDINGS}, derived={} if quantity is None else {"q": quantity},
        patterns={"shown": Pattern("shown", "shown", Present("weak"), BASIS, "")}, rules={one.id: one for one in rules},
        screen=(ScreenPage("page", "Page", screen),),
        guidance=replace(knowledge.guidance, conflicts={one.id: one for one in conflicts}),
    )  # fmt: skip
    program = Program(
        {name: pattern.when for name, pattern in made.patterns.items()}, {one.id: one.when for one in rules}
    )
    completions, chart = Completions(made, program), chart_of(made, answers)
    return completions.of(chart, scope, ask_again=True) if ask_again else completions.of(chart, scope)


@pytest.mark.parametrize(
    ("answers", "scope", "established", "possible"),
    [
        ({}, PERSON, SELF_CARE, EMERGENCY),
        ({}, LABORATORY, ROUTINE, URGENT),
        ({}, (), ROUTINE, ROUTINE),
        ({DANGER: None}, LABORATORY, ROUTINE, URGENT),
        ({DANGER: True}, (), EMERGENCY, EMERGENCY),
        ({DANGER: True}, PERSON, EMERGENCY, EMERGENCY),
        ({DANGER: True, "lab_high": True}, PERSON, EMERGENCY, EMERGENCY),
        ({"lab_high": True}, PERSON, URGENT, EMERGENCY),
        ({"lab_high": True, DANGER: False}, PERSON, URGENT, URGENT),
        ({DANGER: False}, PERSON, SELF_CARE, ROUTINE),
        ({DANGER: False, NIGHTS: False}, PERSON, ROUTINE, ROUTINE),
        ({DANGER: False, NIGHTS: True}, PERSON, SELF_CARE, ROUTINE),
        ({DANGER: False, SCREENED: False}, PERSON, SELF_CARE, ROUTINE),
        ({DANGER: False, NIGHTS: True, SCREENED: False}, PERSON, SELF_CARE, SELF_CARE),
        ({DANGER: False, NIGHTS: True, SCREENED: False}, LABORATORY, SELF_CARE, URGENT),
        ({DANGER: False, NIGHTS: True, SCREENED: None}, PERSON, ROUTINE, ROUTINE),
        ({DANGER: False, NIGHTS: None, SCREENED: False}, PERSON, ROUTINE, ROUTINE),
        ({NIGHTS: True, SCREENED: False}, PERSON, SELF_CARE, EMERGENCY),
        ({NIGHTS: False}, PERSON, ROUTINE, EMERGENCY),
        ({"old": True, DANGER: False, NIGHTS: False}, PERSON, ROUTINE, ROUTINE),
    ],
)
def test_range(
    knowledge: KnowledgeBase, answers: Answers, scope: Collection[Answerer], established: Urgency, possible: Urgency
) -> None:
    found = bounds(knowledge, answers, scope).range()

    assert (found.established, found.possible) == (established, possible)
    assert found.settled is (established is possible)


@pytest.mark.parametrize(
    ("answers", "ask_again", "established", "possible"),
    [
        ({DANGER: None, NIGHTS: True, SCREENED: None}, False, ROUTINE, ROUTINE),
        ({DANGER: None, NIGHTS: True, SCREENED: None}, True, SELF_CARE, EMERGENCY),
        ({DANGER: None, NIGHTS: True}, False, SELF_CARE, ROUTINE),
        ({DANGER: None, NIGHTS: True}, True, SELF_CARE, EMERGENCY),
        ({DANGER: False, NIGHTS: True, SCREENED: False}, True, SELF_CARE, SELF_CARE),
    ],
)
def test_what_was_asked_in_vain_is_open_only_where_it_is_asked_again(
    knowledge: KnowledgeBase, answers: Answers, ask_again: bool, established: Urgency, possible: Urgency
) -> None:
    """What was not asked is open either way, and an answer is never open."""
    found = bounds(knowledge, answers, ask_again=ask_again).range()

    assert (found.established, found.possible) == (established, possible)


@pytest.mark.parametrize(
    ("above", "names"),
    [
        (EMERGENCY, []),
        (SAME_DAY, ["emergency"]),
        (URGENT, ["emergency", "same_day"]),
        (ROUTINE, ["emergency", "same_day", "urgent"]),
        (SELF_CARE, ["emergency", "same_day", "urgent"]),
    ],
)
def test_only_rules_above_the_level_could_raise_it(knowledge: KnowledgeBase, above: Urgency, names: list[str]) -> None:
    """A rule at the level raises nothing, and neither does one that says nothing about urgency."""
    found = bounds(knowledge, {}, tuple(Answerer)).could_fire(above)

    assert [one.id for one, _ in found] == names
    assert all(level is one.urgency for one, level in found)


def test_a_rule_that_holds_or_cannot_hold_is_not_one_that_could(knowledge: KnowledgeBase) -> None:
    here = bounds(knowledge, {DANGER: True}, tuple(Answerer)).could_fire(ROUTINE)
    not_here = bounds(knowledge, {DANGER: False}, tuple(Answerer)).could_fire(ROUTINE)
    nobody_asks = bounds(knowledge, {}, ()).could_fire(ROUTINE)

    assert [one.id for one, _ in here] == ["same_day", "urgent"]
    assert [one.id for one, _ in not_here] == ["urgent"]
    assert nobody_asks == []


def source(text: str, valid_when: Condition | None = None) -> FormulaSource:
    return FormulaSource(parse(text), valid_when, text)


def quantity(*sources: FormulaSource, count: tuple[CountItem, ...] = ()) -> DerivedQuantity:
    return DerivedQuantity("q", "Quantity", Unit("1"), sources=sources, count=count)


SUM = quantity(source("x + y"))
SUM_OR_Z = quantity(source("x + y", Present("weak")), source("lab_z"))
POINTS = quantity(count=(CountItem(Present("weak"), 1.0), CountItem(Present("old"), 2.0)))
HIGH = (rule("high", URGENT, Compare("q", Operator.ABOVE, 1.0)),)
WEAK = {"weak": True}


@pytest.mark.parametrize(
    ("derived", "answers", "scope", "names"),
    [
        (SUM, {}, PERSON, {"x", "y"}),
        (SUM, {"x": 1.0}, PERSON, {"y"}),
        (SUM, {"x": 1.0, "y": 1.0}, PERSON, set()),
        (SUM, {"x": None}, PERSON, set()),
        (SUM, {}, LABORATORY, set()),
        (SUM_OR_Z, {}, PERSON, {"x", "y", "weak"}),
        (SUM_OR_Z, {"weak": False}, PERSON, set()),
        (SUM_OR_Z, {"weak": False}, LABORATORY, {"lab_z"}),
        (SUM_OR_Z, {**WEAK, "x": 1.0, "y": 1.0}, tuple(Answerer), set()),
        (SUM_OR_Z, {"x": 1.0, "y": 1.0}, PERSON, {"weak"}),
        (SUM_OR_Z, {"x": 1.0, "y": 1.0, "weak": None}, tuple(Answerer), {"lab_z", "speed", "lab_after"}),
        (SUM_OR_Z, {**WEAK, "x": None, "lab_z": 1.0}, PERSON, set()),
        (SUM_OR_Z, {**WEAK, "lab_z": 1.0}, PERSON, {"x", "y"}),
        (POINTS, {}, PERSON, {"weak", "old"}),
        (POINTS, {"weak": True}, PERSON, {"old"}),
        (POINTS, {"weak": None}, PERSON, {"old", "speed"}),
        (POINTS, {"weak": None, "speed": None}, PERSON, {"old"}),
        (POINTS, {"weak": True, "old": False}, PERSON, set()),
        (POINTS, {}, LABORATORY, {"lab_after"}),
        (POINTS, {"lab_after": None}, LABORATORY, set()),
    ],
)  # fmt: skip
def test_a_derived_quantity_is_open_while_something_behind_it_may_change_it(
    knowledge: KnowledgeBase,
    derived: DerivedQuantity,
    answers: Answers,
    scope: Collection[Answerer],
    names: set[str],
) -> None:
    found = bounds(knowledge, answers, scope, rules=HIGH, quantity=derived)

    assert found.open_in("high") == names
    assert (found.ends("high") not in ends.SETTLED) is bool(names)


def test_a_rule_turns_on_what_is_open_and_not_settled_otherwise(knowledge: KnowledgeBase) -> None:
    both = (rule("both", URGENT, AllOf((PatternHolds("shown"), Present("old")))),)

    assert bounds(knowledge, {}, rules=both).open_in("both") == {"weak", "old"}
    assert bounds(knowledge, {"old": True}, rules=both).open_in("both") == {"weak"}
    assert bounds(knowledge, {"old": False}, rules=both).open_in("both") == set()


EVERY = ends.ANY
UNKNOWN_OR_FALSE, UNKNOWN_OR_TRUE = ends.either(ends.UNKNOWN, ends.FALSE), ends.either(ends.UNKNOWN, ends.TRUE)
FOLLOWED = (
    rule("timed", URGENT, Present("speed")),
    rule("not_timed", URGENT, Not(Present("speed"))),
)


@pytest.mark.parametrize(
    ("answers", "timed", "not_timed", "turns_on"),
    [
        ({"speed": None}, EVERY, EVERY, {"weak", "arm"}),
        ({"speed": None, "arm": None}, UNKNOWN_OR_FALSE, UNKNOWN_OR_TRUE, {"weak"}),
        ({"speed": None, "weak": True, "arm": None}, ends.UNKNOWN, ends.UNKNOWN, set()),
        ({"speed": None, "weak": True}, UNKNOWN_OR_TRUE, UNKNOWN_OR_FALSE, {"arm"}),
        ({"speed": None, "weak": None}, UNKNOWN_OR_TRUE, UNKNOWN_OR_FALSE, {"arm"}),
        ({"speed": None, "weak": False}, ends.FALSE, ends.TRUE, set()),
        ({"speed": True}, ends.TRUE, ends.FALSE, set()),
        ({}, EVERY, EVERY, {"speed"}),
    ],
)
def test_a_follow_up_asked_in_vain_may_turn_out_not_to_apply(
    knowledge: KnowledgeBase, answers: Answers, timed: int, not_timed: int, turns_on: set[str]
) -> None:
    """Or, while its own follow-up is open, be read as a yes after all."""
    found = bounds(knowledge, answers, rules=FOLLOWED)

    assert (found.ends("timed"), found.ends("not_timed")) == (timed, not_timed)
    assert found.open_in("timed") == found.open_in("not_timed") == turns_on


@pytest.mark.parametrize(
    ("answers", "turns_on"),
    [
        ({"weak": False}, {"old"}),
        ({"weak": None}, {"old"}),
        ({"weak": False, "old": False}, set()),
        ({"weak": False, "old": None}, set()),
    ],
)
def test_a_denial_gives_way_to_an_open_answer_that_would_contradict_it(
    knowledge: KnowledgeBase, answers: Answers, turns_on: set[str]
) -> None:
    conflict = Conflict("old_is_weak", Present("old"), "weak", "read as weak")
    weak = (rule("is_weak", URGENT, Present("weak")),)
    found = bounds(knowledge, {"speed": None, "lab_after": None, **answers}, rules=weak, conflicts=(conflict,))

    assert ends.may_hold(found.ends("is_weak")) is bool(turns_on)
    assert found.open_in("is_weak") == turns_on


def test_a_follow_up_takes_the_next_one_with_it(knowledge: KnowledgeBase) -> None:
    """That the parent's parent is open leaves both open; once it is known, neither is."""
    chained = (rule("not_arm", URGENT, Not(Present("arm"))),)
    now = bounds(knowledge, {"speed": None, "arm": None}, rules=chained)
    known = bounds(knowledge, {"speed": None, "arm": None, "weak": True}, rules=chained)

    assert (now.ends("not_arm"), now.open_in("not_arm")) == (UNKNOWN_OR_TRUE, {"weak"})
    assert (known.ends("not_arm"), known.open_in("not_arm")) == (ends.UNKNOWN, set())


@pytest.mark.parametrize(
    ("answers", "end", "turns_on"),
    [
        ({}, UNKNOWN_OR_TRUE, {"weak"}),
        ({"weak": False}, ends.TRUE, set()),
        ({"weak": True}, ends.UNKNOWN, set()),
        ({"lab_after": False}, ends.TRUE, set()),
    ],
)
def test_a_follow_up_nobody_here_can_answer_may_turn_out_not_to_apply(
    knowledge: KnowledgeBase, answers: Answers, end: int, turns_on: set[str]
) -> None:
    after = (rule("not_after", URGENT, Not(Present("lab_after"))),)
    found = bounds(knowledge, answers, rules=after)

    assert (found.ends("not_after"), found.open_in("not_after")) == (end, turns_on)


CALM: Answers = {DANGER: False, NIGHTS: True}


@pytest.mark.parametrize(
    ("answers", "line", "established", "possible"),
    [
        ({SCREENED: None}, ScreenLine((SCREENED,), only_if=Present("weak")), SELF_CARE, ROUTINE),
        ({SCREENED: None, "weak": True}, ScreenLine((SCREENED,), only_if=Present("weak")), ROUTINE, ROUTINE),
        ({SCREENED: None, "weak": None}, ScreenLine((SCREENED,), only_if=Present("weak")), ROUTINE, ROUTINE),
        ({SCREENED: None, "weak": False}, ScreenLine((SCREENED,), only_if=Present("weak")), SELF_CARE, SELF_CARE),
        ({"lab_high": None}, ScreenLine(("lab_high",)), ROUTINE, ROUTINE),
        ({}, ScreenLine(("lab_high",)), ROUTINE, ROUTINE),
        ({"lab_high": False}, ScreenLine(("lab_high",)), SELF_CARE, SELF_CARE),
        ({"speed": None}, ScreenLine(("speed",)), SELF_CARE, ROUTINE),
        ({"speed": None, "weak": True}, ScreenLine(("speed",)), ROUTINE, ROUTINE),
    ],
)
def test_self_care_cannot_be_ruled_out_while_the_screen_may_still_close(
    knowledge: KnowledgeBase, answers: Answers, line: ScreenLine, established: Urgency, possible: Urgency
) -> None:
    found = bounds(knowledge, {**CALM, **answers}, screen=(ScreenLine((NIGHTS,)), line)).range()

    assert (found.established, found.possible) == (established, possible)
