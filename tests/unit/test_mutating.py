"""Mutants differ in one place; a hole in the cases is found, and a case that closes it catches the mutant."""

import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from triage import KnowledgeBaseError, Triage
from triage.casebook import Reached, explained, rule_cases, vignettes
from triage.catching import Checks, examine
from triage.cli import exits
from triage.cli.commands import app
from triage.conditions import (
    AllOf,
    AnyOf,
    AskedUnknown,
    AtLeast,
    Compare,
    Condition,
    Includes,
    IsOneOf,
    Known,
    Missing,
    Not,
    NotShown,
    Operator,
    PatternHolds,
    Present,
    Takes,
    Urgency,
    UrgencyAtLeast,
)
from triage.findings import CountItem, DerivedQuantity, Unit
from triage.guidance import Withholding
from triage.knowledge import KnowledgeBase
from triage.loader.load import load
from triage.medicines import MedicineClass
from triage.mutating import Kind, drawn, mutants, written

DAY = date(2026, 3, 12)
NOSEBLEED = Path(__file__).resolve().parents[1] / "packs" / "nosebleed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NOSEBLEED, tmp_path / "pack"))


@pytest.fixture(scope="module")
def nosebleed() -> KnowledgeBase:
    return load(NOSEBLEED)


def with_rule(knowledge: KnowledgeBase, when: Condition) -> KnowledgeBase:
    """Give a knowledge base whose one rule has this condition."""
    rule = replace(knowledge.rules["NB-1"], when=when)
    return replace(knowledge, rules={"NB-1": rule})


def changes(knowledge: KnowledgeBase, place: str = "rule NB-1") -> dict[str, Kind]:
    """Give what is changed in one entry, in words, with the kind."""
    return {one.id.removeprefix(f"{place}: "): one.kind for one in mutants(knowledge) if one.place == place}


def of_condition(knowledge: KnowledgeBase, when: Condition) -> dict[str, Kind]:
    found = changes(with_rule(knowledge, when))
    return {words: kind for words, kind in found.items() if kind not in (Kind.URGENCY, Kind.CERTAINTY) or "`" in words}


A, B, C = Present("faint"), Present("picks_nose"), Compare("sys_bp", Operator.BELOW, 70.0)

CHANGES: list[tuple[Condition, dict[str, Kind]]] = [
    (A, {}),
    (Missing("faint"), {}),
    (Known("faint"), {}),
    (AskedUnknown("faint"), {}),
    (PatternHolds("bleeding_long"), {}),
    (C, {"`sys_bp < 69.999999` for `sys_bp < 70`": Kind.LIMIT, "`sys_bp < 70.000001` for `sys_bp < 70`": Kind.LIMIT}),
    (
        AllOf((A, B)),
        {
            "any instead of all in `all [faint, picks_nose]`": Kind.JOINED,
            "without `faint`": Kind.DROPPED,
            "without `picks_nose`": Kind.DROPPED,
        },
    ),
    (
        AnyOf((A, A)),
        {
            "all instead of any in `any [faint, faint]`": Kind.JOINED,
            "without `faint`": Kind.DROPPED,
            "without `faint` (2)": Kind.DROPPED,
        },
    ),
    (
        AtLeast(2, (A, B, A)),
        {
            "at least 1 instead in `at least 2 of [faint, picks_nose, faint]`": Kind.NUMBER,
            "at least 3 instead in `at least 2 of [faint, picks_nose, faint]`": Kind.NUMBER,
            "without `faint`": Kind.DROPPED,
            "without `picks_nose`": Kind.DROPPED,
            "without `faint` (2)": Kind.DROPPED,
        },
    ),
    (AtLeast(1, (A,)), {}),
    (Not(A), {"`faint` for `not faint`": Kind.TURNED}),
    (NotShown(Not(A)), {"`not faint` for `not shown not faint`": Kind.TURNED, "`faint` for `not faint`": Kind.TURNED}),
    (IsOneOf("side", ("left",)), {}),
    (
        IsOneOf("side", ("left", "right")),
        {
            "without `left` in `side is left, right`": Kind.OPTION,
            "without `right` in `side is left, right`": Kind.OPTION,
        },
    ),
    (
        Includes("side", ("left", "right")),
        {
            "without `left` in `side has left, right`": Kind.OPTION,
            "without `right` in `side has left, right`": Kind.OPTION,
        },
    ),
    (
        Takes(("paracetamol", "warfarin")),
        {
            "without `paracetamol` in `takes paracetamol, warfarin`": Kind.OPTION,
            "without `warfarin` in `takes paracetamol, warfarin`": Kind.OPTION,
        },
    ),
    (
        Takes(("warfarin",), dose_above=5.0),
        {
            "`takes warfarin` for `takes warfarin dose > 5 mg`": Kind.DROPPED,
            "`takes warfarin dose > 4.999999 mg` for `takes warfarin dose > 5 mg`": Kind.LIMIT,
            "`takes warfarin dose > 5.000001 mg` for `takes warfarin dose > 5 mg`": Kind.LIMIT,
        },
    ),
    (
        Takes(("warfarin",), started_within=7.0, stopped_within=3.0),
        {
            "`takes warfarin stopped within 3 days` for `takes warfarin started within 7 days stopped within 3 days`": Kind.DROPPED,
            "`takes warfarin started within 6 days stopped within 3 days` for "
            "`takes warfarin started within 7 days stopped within 3 days`": Kind.LIMIT,
            "`takes warfarin started within 8 days stopped within 3 days` for "
            "`takes warfarin started within 7 days stopped within 3 days`": Kind.LIMIT,
            "`takes warfarin started within 7 days` for `takes warfarin started within 7 days stopped within 3 days`": Kind.DROPPED,
            "`takes warfarin started within 7 days stopped within 2 days` for "
            "`takes warfarin started within 7 days stopped within 3 days`": Kind.LIMIT,
            "`takes warfarin started within 7 days stopped within 4 days` for "
            "`takes warfarin started within 7 days stopped within 3 days`": Kind.LIMIT,
        },
    ),
    (
        UrgencyAtLeast(Urgency.EMERGENCY),
        {"`urgency at least same_day` for `urgency at least emergency`": Kind.URGENCY},
    ),
]
"""For every node of the condition tree, the changes to it."""


@pytest.mark.parametrize(
    ("when", "expected"), CHANGES, ids=lambda one: written(one) if not isinstance(one, dict) else ""
)
def test_each_node_is_changed_in_every_way(
    nosebleed: KnowledgeBase, when: Condition, expected: dict[str, Kind]
) -> None:
    assert of_condition(nosebleed, when) == expected


def test_a_change_deep_inside_leaves_the_rest(nosebleed: KnowledgeBase) -> None:
    when = AnyOf((AllOf((A, Not(C))), B))
    (mutant,) = (
        one
        for one in mutants(with_rule(nosebleed, when))
        if one.id == "rule NB-1: `sys_bp < 70.000001` for `sys_bp < 70`"
    )

    moved = replace(C, limit=70.000001)
    assert mutant.knowledge.rules["NB-1"].when == AnyOf((AllOf((A, Not(moved))), B))
    assert replace(mutant.knowledge, rules=mutant.base.rules) == mutant.base


def test_what_a_rule_concludes_moves_by_one_level(nosebleed: KnowledgeBase) -> None:
    """NB-1 is a probable emergency, NB-4 a self-care rule: the ends have one neighbour."""
    words = {
        "rule NB-1": ["urgency same_day", "certainty fact", "certainty possible"],
        "rule NB-4": ["urgency routine"],
    }

    for place, expected in words.items():
        assert [word for word in changes(nosebleed, place) if word.startswith(("urgency", "certainty"))][
            : len(expected)
        ] == expected


def test_advice_units_classes_and_counts_are_changed(nosebleed: KnowledgeBase) -> None:
    hot = nosebleed.guidance.advice["hot_drinks"]
    held = Withholding(AllOf((A, UrgencyAtLeast(Urgency.URGENT))), "a reason")
    advice = {"hot_drinks": replace(hot, offer_when=Not(A), withhold=(*hot.withhold, held))}
    count = DerivedQuantity("signs", "Signs", Unit("{score}"), count=(CountItem(A, 2.0), CountItem(B, 2.0)))
    group = MedicineClass("cls_group", "group", "a concern", members=("cls_anticoagulant",))
    knowledge = replace(
        nosebleed,
        guidance=replace(nosebleed.guidance, advice=advice),
        derived={"signs": count},
        rules={"NB-1": replace(nosebleed.rules["NB-1"], when=Compare("signs", Operator.AT_LEAST, 2.0))},
        catalogue=replace(nosebleed.catalogue, classes={**nosebleed.catalogue.classes, "cls_group": group}),
    )

    assert changes(knowledge, "advice hot_drinks") == {
        "offered always": Kind.OFFER,
        "offered `faint` for `not faint`": Kind.TURNED,
        "not withheld when `bleeding_long`": Kind.WITHHOLDING,
        "not withheld when `all [faint, urgency at least urgent]`": Kind.WITHHOLDING,
        "withheld any instead of all in `all [faint, urgency at least urgent]`": Kind.JOINED,
        "withheld without `faint`": Kind.DROPPED,
        "withheld without `urgency at least urgent`": Kind.DROPPED,
        "withheld `urgency at least same_day` for `urgency at least urgent`": Kind.URGENCY,
        "withheld `urgency at least routine` for `urgency at least urgent`": Kind.URGENCY,
    }
    assert changes(knowledge, "derived signs") == {
        "without `faint`": Kind.DROPPED,
        "without `picks_nose`": Kind.DROPPED,
    }
    assert {"`signs >= 0` for `signs >= 2`", "`signs >= 4` for `signs >= 2`"} <= changes(knowledge).keys()
    assert changes(knowledge, "finding bleeding_minutes") == {"factor of h too large by a tenth": Kind.UNIT}
    assert changes(knowledge, "medicine warfarin") == {"not in cls_anticoagulant": Kind.MEMBERSHIP}
    assert changes(knowledge, "class cls_group") == {"without cls_anticoagulant": Kind.MEMBERSHIP}


@pytest.mark.parametrize("which", ["nosebleed", "knowledge"])
def test_every_mutant_has_its_own_id_and_differs_in_one_entry(which: str, request: pytest.FixtureRequest) -> None:
    base: KnowledgeBase = request.getfixturevalue(which)
    found = list(mutants(base))

    assert {name: count for name, count in Counter(one.id for one in found).items() if count > 1} == {}
    for one in drawn(found, 200, 1):
        assert one.entry not in entries(base)
        assert sum(before != after for before, after in zip(entries(base), entries(one.knowledge), strict=True)) == 1


def entries(knowledge: KnowledgeBase) -> list[object]:
    groups = (
        knowledge.rules, knowledge.patterns, knowledge.guidance.advice, knowledge.findings, knowledge.derived,
        knowledge.catalogue.ingredients, knowledge.catalogue.classes,
    )  # fmt: skip
    return [entry for group in groups for entry in group.values()]


def test_a_sample_keeps_the_order_and_follows_its_seed(nosebleed: KnowledgeBase) -> None:
    found = list(mutants(nosebleed))
    some = drawn(found, 7, 3)

    assert some == drawn(found, 7, 3) != drawn(found, 7, 4)
    assert [found.index(one) for one in some] == sorted(found.index(one) for one in some)
    assert drawn(found, None, 3) == drawn(found, 10_000, 3) == found


# ---------- what is caught ----------


def surviving(folder: Path) -> list[str]:
    knowledge = load(folder)
    checks, known = Checks(knowledge, folder, on=DAY), list(mutants(knowledge))
    return [one.id for one, by in zip(known, examine(checks, folder, known, on=DAY), strict=True) if not by]


def caught_by(folder: Path, name: str) -> str:
    knowledge = load(folder)
    (mutant,) = (one for one in mutants(knowledge) if one.id == name)
    return Checks(knowledge, folder, on=DAY).catching(mutant)


def add(folder: Path, text: str) -> Path:
    (folder / "cases/rules/other.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("hole", "case", "by"),
    [
        ("rule NB-1: `map < 59.999999` for `map < 60`", 'rule: NB-1, fires: [{sys_bp: "59.999999 mmHg", dia_bp: "59.999999 mmHg"}]', "rule NB-1: fires[2]"),
        ("rule NB-1: certainty fact", "rule: NB-1, certainty: probable", "rule NB-1: what it concludes"),
        ("rule NB-2: urgency urgent", "rule: NB-2, urgency: same_day", "rule NB-2: what it concludes"),
        ("pattern bleeding_long: `bleeding_minutes >= 29.999999` for `bleeding_minutes >= 30`", "pattern: bleeding_long, near_miss: [{bleeding_minutes: 29.999999}]", "pattern bleeding_long: near_miss[1]"),
        ("advice hot_drinks: not withheld when `bleeding_long`", "advice: hot_drinks, fires: [{bleeding_minutes: 5}], near_miss: [{bleeding_minutes: 31, faint: false}]", "advice hot_drinks: near_miss[0]"),
        ("finding bleeding_minutes: factor of h too large by a tenth", 'pattern: bleeding_long, near_miss: [{bleeding_minutes: "0.49 hours"}]', "pattern bleeding_long: near_miss[1]"),
    ],
)  # fmt: skip
def test_a_hole_is_found_and_a_case_closes_it(folder: Path, hole: str, case: str, by: str) -> None:
    assert hole in surviving(folder)
    assert caught_by(add(folder, f"- {{{case}}}\n"), hole) == by
    assert hole not in surviving(folder)


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("rule NB-2: all instead of any in `any [bleeding_long, faint]`", "rule NB-2: fires[0]"),
        ("pattern bleeding_long: `bleeding_minutes >= 30.000001` for `bleeding_minutes >= 30`", "pattern bleeding_long: fires[0]"),
        ("medicine warfarin: not in cls_anticoagulant", "rule NB-2: fires[0]"),
        ("rule NB-1: urgency same_day", "vignette an_hour_and_faint"),
        ("rule NB-4: urgency routine", "vignette five_minutes_after_picking"),
    ],
)  # fmt: skip
def test_rule_cases_and_vignettes_catch(folder: Path, name: str, by: str) -> None:
    assert caught_by(folder, name) == by


def test_rules_that_rest_on_a_pattern_catch_its_mutants(folder: Path) -> None:
    path = folder / "cases/rules/nose.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("fires: [{bleeding_minutes: 30}, {bleeding_minutes: 31}]", "fires: [{bleeding_minutes: 31}]"), encoding="utf-8")  # fmt: skip

    name = "pattern bleeding_long: `bleeding_minutes >= 30.000001` for `bleeding_minutes >= 30`"
    assert caught_by(folder, name) == "rule NB-1: fires[0]"


def test_what_fails_as_it_is_catches_nothing(folder: Path) -> None:
    add(
        folder,
        "- {rule: NB-2, urgency: urgent, fires: [{}]}\n- {rule: NB-9, fires: [{}], near_miss: [{}]}\n"
        "- {advice: press, fires: [{}], near_miss: [{faint: true}]}\n",
    )
    path = folder / "cases/vignettes/nose.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("urgency: self_care", "urgency: urgent"), encoding="utf-8")

    assert Checks(load(folder), folder, on=DAY).failing == [
        "rule NB-2: what it concludes", "rule NB-2: fires[2]", "rule NB-9: no such rule; rename it or take its cases out",
        "advice press: near_miss[0]", "vignette five_minutes_after_picking",
    ]  # fmt: skip
    assert caught_by(folder, "rule NB-4: urgency routine") == ""


def test_vignettes_come_to_what_the_engine_says() -> None:
    """The steps of the engine are taken one by one here; they must come to the same."""
    engine = Triage(NOSEBLEED, engine="compiled")
    reached = Checks(engine.knowledge, NOSEBLEED, on=DAY).reached()

    for case in vignettes(NOSEBLEED):
        found = engine.assess(case.intake, on=DAY)
        assert reached[f"vignette {case.id}"] == Reached(
            found.urgency.level,
            {cause.id for cause in found.causes},
            {item.id for item in found.advice_given},
            {rule.id for rule in found.fired_rules},
        )


def test_processes_find_the_same(folder: Path) -> None:
    knowledge = load(folder)
    checks, known = Checks(knowledge, folder, on=DAY), list(mutants(knowledge))

    alone = list(examine(checks, folder, known, on=DAY, jobs=1))
    assert list(examine(checks, folder, known, on=DAY, jobs=2)) == alone
    assert set(alone) > {""}


# ---------- cases and reasons ----------


def test_entries_of_one_rule_are_joined(folder: Path) -> None:
    add(folder, "- {rule: NB-1, urgency: emergency}\n- {rule: NB-1, certainty: probable, near_miss: [{}]}\n")
    before, after = (next(case for case in rule_cases(where) if case.rule == "NB-1") for where in (NOSEBLEED, folder))

    assert (after.urgency, after.certainty and after.certainty.value) == (Urgency.EMERGENCY, "probable")
    assert (after.fires, after.near_miss) == (before.fires, (*before.near_miss, {}))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- {rule: NB-1, urgency: urgent}\n- {rule: NB-1, urgency: routine}\n", "other.yaml:2: rule NB-1: urgency routine here, urgent in an entry before"),
        ("- {rule: NB-9, urgency: urgent}\n", "other.yaml:1: case: `fires` and `near_miss` each need an intake"),
        ("- {pattern: bleeding_long, certainty: fact}\n", "other.yaml:1: case: Value error, only a rule has"),
        ("- {rule: NB-1, advice: press}\n", "other.yaml:1: case: Value error, name either"),
    ],
)  # fmt: skip
def test_entries_that_do_not_fit_are_faults(folder: Path, text: str, fault: str) -> None:
    with pytest.raises(KnowledgeBaseError, match="cases/rules/") as caught:
        rule_cases(add(folder, text))

    assert any(str(one).startswith(f"cases/rules/{fault}") for one in caught.value.faults)


def test_reasons_are_read_and_faults_told(folder: Path) -> None:
    path = folder / "cases/survivors.yaml"
    assert explained(folder) == {}

    path.write_text("- reason: the same\n  mutants: [one, two]\n", encoding="utf-8")
    assert explained(folder) == {"one": "the same", "two": "the same"}

    path.write_text("- reason: the same\n  mutants: [one]\n- reason: other\n  mutants: [one]\n- {mutants: []}\n", encoding="utf-8")  # fmt: skip
    with pytest.raises(KnowledgeBaseError) as caught:
        explained(folder)
    assert [str(one) for one in caught.value.faults] == [
        "cases/survivors.yaml:3: `one` is explained twice; keep one reason",
        "cases/survivors.yaml:5: reason: Field required",
    ]


# ---------- the command ----------


def mutate(folder: Path, *arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["kb", "mutate", str(folder), "--jobs", "1", "--on", "2026-03-12", *arguments])
    return found.exit_code, found.output


def test_the_command_counts_and_lists_survivors(folder: Path) -> None:
    code, text = mutate(folder)
    rows = {line[:20].strip(): line[20:].split() for line in text.splitlines() if line.rstrip().endswith("%")}
    listed = [line.removeprefix("survives: ") for line in text.splitlines() if line.startswith("survives: ")]

    assert code == exits.FAULTS
    assert listed == surviving(folder)
    assert int(rows["all"][3]) == len(listed)
    assert rows["unit factor"] == ["1", "0", "0", "1", "0.0%"]
    assert int(rows["all"][0]) == len(list(mutants(load(folder))))


def test_reasons_make_survivors_no_fault_and_stale_ones_are(folder: Path) -> None:
    lines = "".join(f"    - '{name}'\n" for name in surviving(folder))
    (folder / "cases/survivors.yaml").write_text(f"- reason: nobody asks\n  mutants:\n{lines}", encoding="utf-8")
    code, text = mutate(folder)

    assert code == exits.DONE
    assert "explained: nobody asks\n- " in text
    assert "survives: " not in text

    (folder / "cases/survivors.yaml").write_text(
        f"- reason: nobody asks\n  mutants:\n{lines}    - gone\n", encoding="utf-8"
    )
    assert mutate(folder)[0] == exits.FAULTS
    assert "explained but caught or not there: gone" in mutate(folder)[1]
    assert "gone" not in mutate(folder, "--only", "NB-")[1]


def test_a_sample_a_prefix_and_a_wrong_prefix(folder: Path) -> None:
    assert "NB-1" not in mutate(folder, "--only", "NB-2")[1]
    assert mutate(folder, "--sample", "5", "--seed", "2") == mutate(folder, "--sample", "5", "--seed", "2")
    assert [line.split()[1] for line in mutate(folder, "--sample", "5")[1].splitlines() if line.startswith("all")] == [
        "5"
    ]
    assert mutate(folder, "--only", "NO-") == (
        exits.USAGE, "only `NO-`: no rule, pattern, advice, finding or medicine begins so; check the prefix\n",
    )  # fmt: skip


def test_a_case_that_fails_as_it_is_is_a_fault(folder: Path) -> None:
    add(folder, "- {rule: NB-2, fires: [{}]}\n")
    code, text = mutate(folder, "--only", "bleeding_long")

    assert code == exits.FAULTS
    assert "fails as it is: rule NB-2: fires[2]" in text


def test_nothing_is_changed_in_place(nosebleed: KnowledgeBase) -> None:
    checks = Checks(nosebleed, NOSEBLEED, on=DAY)
    for mutant in mutants(nosebleed):
        checks.catching(mutant)

    assert nosebleed == load(NOSEBLEED)
