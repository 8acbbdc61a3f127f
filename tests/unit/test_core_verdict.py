"""The verdict over rules and a screen made by hand: the most urgent rule decides, and self-care must be earned."""

from dataclasses import replace

import pytest

from triage.chart import Chart, State
from triage.conditions import Condition, PatternHolds, Present, Urgency
from triage.knowledge import KnowledgeBase
from triage.medicines import MedicineEntry, MedicineList
from triage.rules import Basis, Certainty, Pattern, Provenance, Rule, ScreenLine, ScreenPage
from triage.verdict import Verdict, screen_items, verdict

BASIS = Basis((), (Provenance.SEED,))
ANSWERED, VAIN, OUT = State.ANSWERED, State.ASKED_UNKNOWN, State.NOT_APPLICABLE
SCREENED = Chart({"a": False, "b": False}, {"a": ANSWERED, "b": ANSWERED})


def rule(name: str, urgency: Urgency | None, *, gap: bool = False) -> Rule:
    return Rule(name, name, name, Certainty.POSSIBLE, urgency, Present("a"), gap, "", BASIS, "")


RULES = (
    rule("emergency", Urgency.EMERGENCY), rule("emergency_gap", Urgency.EMERGENCY, gap=True), rule("emergency_gap_too", Urgency.EMERGENCY, gap=True),
    rule("same_day", Urgency.SAME_DAY), rule("urgent", Urgency.URGENT), rule("urgent_gap", Urgency.URGENT, gap=True),
    rule("routine", Urgency.ROUTINE), rule("routine_gap", Urgency.ROUTINE, gap=True),
    rule("benign", Urgency.SELF_CARE), rule("also_benign", Urgency.SELF_CARE), rule("fact", None),
)  # fmt: skip


def base(knowledge: KnowledgeBase, *lines: ScreenLine, pattern: Condition | None = None) -> KnowledgeBase:
    patterns = {} if pattern is None else {"p": Pattern("p", "p", pattern, BASIS, "")}
    pages = tuple(ScreenPage(f"page_{at}", "Page", (line,)) for at, line in enumerate(lines))
    return replace(knowledge, rules={one.id: one for one in RULES}, patterns=patterns, screen=pages)


@pytest.fixture
def screened(knowledge: KnowledgeBase) -> KnowledgeBase:
    return base(knowledge, ScreenLine(("b", "a")))


@pytest.mark.parametrize(
    ("fired", "urgency", "rules", "gap", "set_aside"),
    [
        ([], Urgency.ROUTINE, (), False, ()),
        (["fact"], Urgency.ROUTINE, (), False, ()),
        (["fact", "benign"], Urgency.SELF_CARE, ("benign",), False, ()),
        (["benign", "also_benign"], Urgency.SELF_CARE, ("also_benign", "benign"), False, ()),
        (["benign", "routine"], Urgency.ROUTINE, ("routine",), False, ("benign",)),
        (["benign", "routine_gap"], Urgency.ROUTINE, ("routine_gap",), True, ("benign",)),
        (["benign", "urgent", "also_benign"], Urgency.URGENT, ("urgent",), False, ("also_benign", "benign")),
        (["same_day", "urgent", "routine"], Urgency.SAME_DAY, ("same_day",), False, ()),
        (["urgent", "emergency_gap", "same_day"], Urgency.EMERGENCY, ("emergency_gap",), True, ()),
        (["emergency_gap_too", "emergency_gap"], Urgency.EMERGENCY, ("emergency_gap", "emergency_gap_too"), True, ()),
        (["emergency_gap", "emergency"], Urgency.EMERGENCY, ("emergency", "emergency_gap"), False, ()),
        (["emergency", "urgent_gap"], Urgency.EMERGENCY, ("emergency",), False, ()),
    ],
)
def test_the_most_urgent_rule_decides(
    screened: KnowledgeBase, fired: list[str], urgency: Urgency, rules: tuple[str, ...], gap: bool,
    set_aside: tuple[str, ...],
) -> None:  # fmt: skip
    expected = Verdict(urgency, rules, because_not_known=gap, set_aside=set_aside, screen_open=())

    assert verdict(screened, SCREENED, fired) == expected
    assert verdict(screened, SCREENED, iter(reversed(fired))) == expected


@pytest.mark.parametrize(
    ("chart", "still_open"),
    [
        (Chart({}, {}), ("b", "a")),
        (Chart({"b": False}, {"b": ANSWERED}), ("a",)),
        (Chart({"b": False}, {"b": ANSWERED, "a": VAIN}), ("a",)),
    ],
)
def test_an_open_screen_item_keeps_a_person_from_self_care(
    screened: KnowledgeBase, chart: Chart, still_open: tuple[str, ...]
) -> None:
    found = verdict(screened, chart, ["benign"])

    assert found == Verdict(Urgency.ROUTINE, (), False, set_aside=("benign",), screen_open=still_open)
    assert verdict(screened, chart, ["urgent"]).urgency is Urgency.URGENT


def test_what_does_not_apply_leaves_the_screen_closed(screened: KnowledgeBase) -> None:
    chart = Chart({"b": False}, {"b": ANSWERED, "a": OUT})

    assert screen_items(screened, chart) == (("b", True),)
    assert verdict(screened, chart, ["benign"]).urgency is Urgency.SELF_CARE


@pytest.mark.parametrize(
    ("chart", "items"),
    [
        (Chart({"d": True}, {"d": ANSWERED}), (("c", False), ("a", False))),
        (Chart({}, {"d": VAIN}), (("c", False), ("a", False))),
        (Chart({}, {}), (("c", False), ("a", False))),
        (Chart({"d": False}, {"d": ANSWERED}), (("a", False),)),
        (Chart({}, {"d": OUT}), (("a", False),)),
    ],
)
def test_a_line_is_for_those_whom_its_condition_does_not_exclude(
    knowledge: KnowledgeBase, chart: Chart, items: tuple[tuple[str, bool], ...]
) -> None:
    """Its condition may be a pattern; that it is not known yet takes nobody off the screen."""
    for pattern, only_if in ((None, Present("d")), (Present("d"), PatternHolds("p"))):
        made = base(knowledge, ScreenLine(("c",), only_if=only_if), ScreenLine(("a",)), pattern=pattern)
        assert screen_items(made, chart) == items


def test_an_item_on_two_pages_is_asked_once_where_it_comes_first(knowledge: KnowledgeBase) -> None:
    made = base(knowledge, ScreenLine(("b", "a")), ScreenLine(("a", "c")))

    assert screen_items(made, Chart({"a": True}, {"a": ANSWERED})) == (("b", False), ("a", True), ("c", False))


@pytest.mark.parametrize(
    ("taken", "answered"),
    [
        (MedicineList(), True),
        (MedicineList((MedicineEntry("drug", ("drug",), (), True),)), True),
        (MedicineList((MedicineEntry("???"),)), False),
        (MedicineList(complete=False), False),
    ],
)
def test_a_list_of_medicines_that_may_hide_one_is_no_answer(
    knowledge: KnowledgeBase, taken: MedicineList, answered: bool
) -> None:
    chart = Chart({"medicines": taken}, {"medicines": ANSWERED})

    assert screen_items(base(knowledge, ScreenLine(("medicines",))), chart) == (("medicines", answered),)
