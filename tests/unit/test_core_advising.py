"""Advice judged after the verdict, on a catalogue made by hand: every way an item is given, left out or withheld."""

from dataclasses import replace

import pytest

from triage.advising import Judged, judge
from triage.chart import Chart, State, Value
from triage.charting import chart_of
from triage.conditions import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Known,
    Missing,
    Not,
    NotShown,
    Operator,
    PatternHolds,
    Present,
    Urgency,
    UrgencyAtLeast,
)
from triage.findings import Answerer, CountItem, DerivedQuantity, FindingDefinition, FormulaSource, Kind, Unit
from triage.formulas import parse
from triage.guidance import Advice, Caution, Withholding
from triage.knowledge import KnowledgeBase
from triage.rules import Basis, Pattern, Provenance

BASIS = Basis((), (Provenance.SEED,))
ROUTINE, SAME_DAY = Urgency.ROUTINE, Urgency.SAME_DAY
PEOPLE = {"clot": Kind.BOOLEAN, "runs": Kind.BOOLEAN, "frail": Kind.BOOLEAN, "age": Kind.QUANTITY}
TESTS = {"lab_k": Answerer.LABORATORY, "lab_mg": Answerer.LABORATORY, "calf_cm": Answerer.EXAMINATION}
PATTERNS: dict[str, Condition] = {
    "swollen": Compare("calf_cm", Operator.ABOVE, 3.0),
    "clot_or_swollen": AnyOf((Present("clot"), PatternHolds("swollen"))),
    "unseen": Missing("lab_k"),
}
CLOT = Withholding(Present("clot"), "Suspected clot in the leg")
LEVEL = Withholding(UrgencyAtLeast(Urgency.URGENT), "Urgent cause open")


def source(text: str, valid_when: Condition | None = None) -> FormulaSource:
    return FormulaSource(parse(text), valid_when, text)


def derived(*sources: FormulaSource, count: tuple[CountItem, ...] = ()) -> DerivedQuantity:
    return DerivedQuantity("ratio", "Ratio", Unit("1"), sources=sources, count=count)


def advice(
    *withhold: Withholding, name: str = "stretch", offer_when: Condition | None = None, fail_safe: bool = False,
    first_aid: bool = False, warn_unasked: bool = True, cautions: tuple[Caution, ...] = (),
) -> Advice:  # fmt: skip
    return Advice(
        id=name, title=name, text="Do it", honesty="", offer_when=offer_when, fail_safe=fail_safe, first_aid=first_aid,
        warn_unasked=warn_unasked, withhold=withhold, cautions=cautions, replacement="Wait", basis=BASIS,
    )  # fmt: skip


def judged(
    knowledge: KnowledgeBase, answers: dict[str, Value | None], *items: Advice, urgency: Urgency = ROUTINE,
    quantity: DerivedQuantity | None = None,
) -> tuple[Judged, ...]:  # fmt: skip
    people = {name: FindingDefinition(name, kind, name, "", Answerer.PERSON, "") for name, kind in PEOPLE.items()}
    tests = {name: FindingDefinition(name, Kind.QUANTITY, name, "", who, "") for name, who in TESTS.items()}
    made = replace(
        knowledge,
        findings=people | tests,
        derived={} if quantity is None else {quantity.id: quantity},
        patterns={name: Pattern(name, name, when, BASIS, "") for name, when in PATTERNS.items()},
        screen=(),
        guidance=replace(knowledge.guidance, advice={item.id: item for item in items}),
    )
    return judge(made, chart_of(made, answers), urgency)


def reasons(
    knowledge: KnowledgeBase, answers: dict[str, Value | None], when: Condition, *,
    quantity: DerivedQuantity | None = None,
) -> tuple[str | None, ...]:  # fmt: skip
    """Give what keeps a fail-safe item with one withholding condition back, and why."""
    item = advice(Withholding(when, "Sign of it"), fail_safe=True)
    (found,) = judged(knowledge, answers, item, quantity=quantity)
    return found.held_by, *found.reasons


@pytest.mark.parametrize(
    ("item", "answers", "expected"),
    [
        (advice(CLOT), {"clot": True}, ("answer", CLOT.reason)),
        (advice(CLOT), {"clot": False}, (None,)),
        (advice(CLOT), {}, (None,)),
        (advice(CLOT, fail_safe=True), {"clot": False}, (None,)),
        (advice(CLOT, fail_safe=True), {}, ("unknown", CLOT.reason)),
        (advice(CLOT, fail_safe=True), {"clot": None}, ("unknown", CLOT.reason)),
        (advice(CLOT, Withholding(Present("frail"), "Frail"), fail_safe=True), {"clot": True}, ("answer", CLOT.reason)),
        (
            advice(CLOT, Withholding(Present("frail"), "Frail"), fail_safe=True), {},
            ("unknown", CLOT.reason, "Frail"),
        ),
        (
            advice(CLOT, Withholding(Present("frail"), "Frail")), {"clot": True, "frail": True},
            ("answer", CLOT.reason, "Frail"),
        ),
    ],
)  # fmt: skip
def test_an_item_is_withheld_for_what_holds_and_a_fail_safe_one_for_what_is_not_excluded(
    knowledge: KnowledgeBase,
    item: Advice,
    answers: dict[str, Value | None],
    expected: tuple[str | None, ...],
) -> None:
    (found,) = judged(knowledge, answers, item)

    assert (found.held_by, *found.reasons) == expected
    assert (found.replacement, found.item) == ("Wait", item)


@pytest.mark.parametrize("urgency", list(Urgency))
def test_when_somebody_must_be_seen_only_first_aid_is_left(knowledge: KnowledgeBase, urgency: Urgency) -> None:
    at_once = urgency in (Urgency.EMERGENCY, Urgency.SAME_DAY)
    pack, aid = judged(knowledge, {}, advice(), advice(name="aid", first_aid=True), urgency=urgency)

    assert (pack.held_by, pack.reasons, pack.replacement) == (("urgency", (), "") if at_once else (None, (), "Wait"))
    assert (aid.held_by, aid.replacement) == (None, "Wait")


def test_the_urgency_alone_holds_even_first_aid_back_where_an_item_says_so(knowledge: KnowledgeBase) -> None:
    item = advice(LEVEL, first_aid=True)
    (urgent,), (routine,) = (judged(knowledge, {}, item, urgency=level) for level in (Urgency.URGENT, ROUTINE))

    assert (urgent.held_by, urgent.reasons, urgent.replacement) == ("urgency", (), "")
    assert routine.held_by is None


def test_a_reason_of_the_person_comes_before_the_urgency(knowledge: KnowledgeBase) -> None:
    (found,) = judged(knowledge, {"clot": True}, advice(LEVEL, CLOT), urgency=SAME_DAY)

    assert (found.held_by, found.reasons, found.replacement) == ("answer", (CLOT.reason,), "Wait")


def test_the_urgency_comes_before_what_is_not_excluded(knowledge: KnowledgeBase) -> None:
    (found,) = judged(knowledge, {}, advice(CLOT, fail_safe=True), urgency=SAME_DAY)

    assert (found.held_by, found.reasons, found.replacement) == ("urgency", (), "")


def test_an_urgency_that_is_part_of_a_condition_counts_as_urgency(knowledge: KnowledgeBase) -> None:
    mixed = Withholding(AllOf((Present("clot"), LEVEL.when)), "Both")
    (found,) = judged(knowledge, {"clot": True}, advice(mixed), urgency=Urgency.URGENT)

    assert (found.held_by, found.reasons) == ("urgency", ())


RUNNING = Present("runs")


@pytest.mark.parametrize(
    ("answers", "withhold", "told"),
    [
        ({"runs": True}, (CLOT,), True),
        ({"runs": False}, (CLOT,), False),
        ({}, (CLOT,), False),
        ({"runs": False, "clot": True}, (CLOT,), True),
        ({"clot": True}, (CLOT,), True),
        ({"runs": False}, (Withholding(Missing("lab_k"), "No potassium yet"),), False),
        ({"runs": False}, (Withholding(PatternHolds("unseen"), "No potassium yet"),), False),
        ({"runs": False}, (Withholding(NotShown(Present("frail")), "Not shown"),), False),
        ({"runs": False}, (LEVEL,), False),
        ({"runs": False, "clot": True}, (Withholding(Missing("lab_k"), "No potassium yet"), CLOT), True),
        ({"runs": True}, (), True),
        ({"runs": False}, (), False),
    ],
)  # fmt: skip
def test_an_item_nobody_needs_is_left_out_unless_an_answer_speaks_against_it(
    knowledge: KnowledgeBase, answers: dict[str, Value | None], withhold: tuple[Withholding, ...], told: bool
) -> None:
    """Neither a gap nor the level of urgency is an answer."""
    found = judged(knowledge, answers, advice(*withhold, offer_when=RUNNING), urgency=Urgency.URGENT)

    assert bool(found) is told


@pytest.mark.parametrize(("offer_when", "told"), [(RUNNING, False), (None, True)])
def test_an_item_that_warns_nobody_unasked_is_told_only_where_it_is_offered(
    knowledge: KnowledgeBase, offer_when: Condition | None, told: bool
) -> None:
    item = advice(CLOT, offer_when=offer_when, warn_unasked=False)

    assert bool(judged(knowledge, {"clot": True}, item)) is told


def test_an_item_that_is_left_out_leaves_the_next_ones_in_their_order(knowledge: KnowledgeBase) -> None:
    items = [advice(name="z"), advice(name="no", offer_when=RUNNING), advice(name="a"), advice(name="m")]

    assert [one.item.id for one in judged(knowledge, {}, *items)] == ["z", "a", "m"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [({}, ("Gently",)), ({"frail": False}, ("Gently",)), ({"frail": True}, ("Gently", "Sitting down only"))],
)
def test_a_caution_is_printed_always_or_where_its_condition_holds(
    knowledge: KnowledgeBase, answers: dict[str, Value | None], said: tuple[str, ...]
) -> None:
    item = advice(cautions=(Caution("Gently"), Caution("Sitting down only", Present("frail"))))
    (found,) = judged(knowledge, answers, item)

    assert found.cautions == said


OPEN, HOLDS, NONE = ("unknown", "Sign of it"), ("answer", "Sign of it"), (None,)
LOW_K, HIGH_MG = Compare("lab_k", Operator.BELOW, 3.5), Compare("lab_mg", Operator.ABOVE, 1.0)
SWOLLEN = PatternHolds("swollen")


@pytest.mark.parametrize(
    ("when", "answers", "expected"),
    [
        (LOW_K, {}, NONE),
        (LOW_K, {"lab_k": None}, OPEN),
        (LOW_K, {"lab_k": 4.0}, NONE),
        (LOW_K, {"lab_k": 3.0}, HOLDS),
        (SWOLLEN, {}, NONE),
        (SWOLLEN, {"calf_cm": None}, OPEN),
        (PatternHolds("clot_or_swollen"), {}, OPEN),
        (PatternHolds("clot_or_swollen"), {"clot": False}, NONE),
        (Compare("age", Operator.ABOVE, 60.0), {}, OPEN),
        (Compare("age", Operator.ABOVE, 60.0), {"age": 50.0}, NONE),
        (AnyOf((LOW_K, Present("clot"))), {"clot": None}, OPEN),
        (Missing("lab_k"), {}, HOLDS),
        (Missing("lab_k"), {"lab_k": 4.0}, NONE),
        (AllOf((Missing("lab_k"), Present("clot"))), {}, OPEN),
        (AllOf((Missing("lab_k"), Present("clot"))), {"lab_k": 4.0}, NONE),
        (AllOf((Missing("lab_k"), Present("clot"))), {"lab_k": None}, OPEN),
        (AllOf((Missing("age"), Present("clot"))), {}, OPEN),
        (Known("lab_k"), {}, OPEN),
        (Not(LOW_K), {}, OPEN),
    ],
)  # fmt: skip
def test_a_test_nobody_took_is_no_reason_but_one_taken_in_vain_is(
    knowledge: KnowledgeBase, when: Condition, answers: dict[str, Value | None], expected: tuple[str | None, ...]
) -> None:
    """Stretching must not wait for a measured calf; where a test must exist first, the condition says so."""
    assert reasons(knowledge, answers, when) == expected


HIGH_RATIO = Compare("ratio", Operator.ABOVE, 1.0)
RATIO, ONE_OF_TWO = derived(source("lab_k / age")), derived(source("lab_k / age"), source("age / 10"))
POINTS = derived(count=(CountItem(Present("clot"), 2.0), CountItem(Present("frail"), 1.0)))


@pytest.mark.parametrize(
    ("quantity", "answers", "expected"),
    [
        (RATIO, {}, NONE),
        (RATIO, {"age": 50.0}, NONE),
        (RATIO, {"lab_k": 4.0}, OPEN),
        (RATIO, {"lab_k": None, "age": 50.0}, OPEN),
        (RATIO, {"lab_k": 4.0, "age": 2.0}, HOLDS),
        (RATIO, {"lab_k": 4.0, "age": 8.0}, NONE),
        (ONE_OF_TWO, {}, OPEN),
        (ONE_OF_TWO, {"age": 50.0}, HOLDS),
        (derived(source("lab_k / age"), source("calf_cm / 10")), {}, NONE),
        (derived(source("lab_k / age"), source("calf_cm / 10")), {"calf_cm": None}, OPEN),
        (POINTS, {}, OPEN),
        (POINTS, {"clot": False}, NONE),
    ],
)  # fmt: skip
def test_a_derived_quantity_that_waits_for_nothing_but_such_tests_is_no_reason(
    knowledge: KnowledgeBase,
    quantity: DerivedQuantity,
    answers: dict[str, Value | None],
    expected: tuple[str | None, ...],
) -> None:
    assert reasons(knowledge, answers, HIGH_RATIO, quantity=quantity) == expected


def test_a_test_that_does_not_apply_is_not_missing(knowledge: KnowledgeBase) -> None:
    """What does not apply to a person is neither missing nor waited for."""
    lab = FindingDefinition("lab_k", Kind.QUANTITY, "lab_k", "", Answerer.LABORATORY, "")
    item = advice(Withholding(Missing("lab_k"), "Sign of it"), fail_safe=True)
    made = replace(
        knowledge, findings={"lab_k": lab}, derived={}, patterns={},
        guidance=replace(knowledge.guidance, advice={item.id: item}),
    )  # fmt: skip
    (found,) = judge(made, Chart({}, {"lab_k": State.NOT_APPLICABLE}), ROUTINE)

    assert found.held_by is None
