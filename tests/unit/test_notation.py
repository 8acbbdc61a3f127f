"""The notation of conditions, and what the reader says when a line is wrong."""

from fractions import Fraction

import pytest

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
)  # fmt: skip
from triage.errors import KnowledgeFault
from triage.findings import Answerer, FindingDefinition, Kind, Option, Unit
from triage.loader.notation import Names, Reader
from triage.loader.source import read


def finding(name: str, kind: Kind, **more: object) -> FindingDefinition:
    return FindingDefinition(id=name, kind=kind, label=name, question="", answered_by=Answerer.PERSON, group="", **more)


NAMES = Names(
    findings={
        "fever": finding("fever", Kind.BOOLEAN),
        "lab_ca": finding(
            "lab_ca", Kind.QUANTITY, units=(Unit("mmol/L"), Unit("mg/dL", factor=Fraction("0.2495"))), low=0.5, high=5.0
        ),
        "site": finding("site", Kind.SET, options=(Option("calf", "calf"), Option("thigh", "thigh"))),
        "relief": finding(
            "relief",
            Kind.CHOICE,
            options=(Option("full", "full"), Option("none", "none")),
            unknown_options=("not_tried",),
        ),
        "medicines": finding("medicines", Kind.MEDICINES),
    },
    derived_units={"ck_ratio": Unit("1"), "wells": Unit("{score}")},
    derived_counts=frozenset({"wells"}),
    patterns=frozenset({"older"}),
    medicines=frozenset({"cls_loop", "simvastatin"}),
)


def parse(text: str) -> tuple[Condition | None, list[KnowledgeFault]]:
    faults: list[KnowledgeFault] = []
    raw = read("when: " + text if "\n" not in text else "when:\n" + text, "f.yaml", faults)
    return Reader("f.yaml", NAMES, faults).condition(raw["when"], "rule `x`"), faults


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fever", Present("fever")),
        ("not fever", Not(Present("fever"))),
        ("older", PatternHolds("older")),
        ("lab_ca < 2.2 mmol/L", Compare("lab_ca", Operator.BELOW, 2.2)),
        ("lab_ca >= 8 mg/dL", Compare("lab_ca", Operator.AT_LEAST, 1.996)),
        ("ck_ratio >= 4", Compare("ck_ratio", Operator.AT_LEAST, 4.0)),
        ("site has calf", Includes("site", ("calf",))),
        ("site has any of thigh, calf", Includes("site", ("calf", "thigh"))),
        ("relief is full, none", IsOneOf("relief", ("full", "none"))),
        ("takes any of simvastatin, cls_loop", Takes(("cls_loop", "simvastatin"))),
        ("takes simvastatin dose > 20 mg", Takes(("simvastatin",), dose_above=20.0)),
        ("takes cls_loop started within 7 days", Takes(("cls_loop",), started_within=7.0)),
        ("takes cls_loop stopped within 14 days", Takes(("cls_loop",), stopped_within=14.0)),
        ("missing ck_ratio", Missing("ck_ratio")),
        ("asked unknown fever", AskedUnknown("fever")),
        ("known fever", Known("fever")),
        ("urgency at least same_day", UrgencyAtLeast(Urgency.SAME_DAY)),
        ("  all: [fever, older]", AllOf((Present("fever"), PatternHolds("older")))),
        ("  any: [fever, older]", AnyOf((Present("fever"), PatternHolds("older")))),
        ("  none: [fever, older]", AllOf((Not(Present("fever")), Not(PatternHolds("older"))))),
        ("  at least 2 of: [fever, older]", AtLeast(2, (Present("fever"), PatternHolds("older")))),
        ("  not shown: older", NotShown(PatternHolds("older"))),
        ("  open: fever", AllOf((NotShown(Present("fever")), NotShown(Not(Present("fever")))))),
    ],
)
def test_reads(text: str, expected: Condition) -> None:
    condition, faults = parse(text if not text.startswith("  ") else text + "\n")

    assert (condition, faults) == (expected, [])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fevr", "unknown finding `fevr`; did you mean `fever`?"),
        ("lab_ca < 2.2", "needs a unit"),
        ("lab_ca < 2.2 mg/l", "no unit of `lab_ca`; use mmol/L or mg/dL"),
        ("lab_ca < 22 mmol/L", "outside the plausible range"),
        ("lab_ca", "is a quantity, not a yes or no"),
        ("fever < 3 d", "cannot be compared"),
        ("site has calv", "did you mean `calf`?"),
        ("relief is not_tried", "write `asked unknown relief`"),
        ("fever is full", "`is` does not fit"),
        ("takes cls_lop", "did you mean `cls_loop`?"),
        ("missing wells", "never missing"),
        ("asked unknown ck_ratio", "unknown finding"),
        ("urgency at least soon", "unknown urgency"),
        ("fever and older", "is not a test"),
        ("  both: [fever]\n", "no way to join"),
        ("  all: []\n", "needs a list"),
        ("  at least 3 of: [fever, older]\n", "can never be reached"),
        ("  {all: [fever], any: [older]}\n", "a block has one key"),
        ("[fever]", "a condition is missing here"),
    ],
)
def test_says_what_is_wrong_and_how_to_mend_it(text: str, says: str) -> None:
    condition, faults = parse(text)

    assert condition is None
    assert says in str(faults[0])
    assert str(faults[0]).startswith("f.yaml:")


def test_all_faults_of_a_block_at_once_each_with_its_line() -> None:
    _, faults = parse("  all:\n    - fevr\n    - oldr\n")

    assert [fault.line for fault in faults] == [3, 4]


def test_a_key_given_twice_is_a_fault() -> None:
    faults: list[KnowledgeFault] = []
    read("a: 1\nb: 2\na: 3\n", "f.yaml", faults)

    assert [str(fault) for fault in faults] == ["f.yaml:3: `a` is given twice; keep one of them"]


def test_broken_yaml_is_a_fault_with_its_line() -> None:
    faults: list[KnowledgeFault] = []

    assert read("a: [1\nb: 2", "f.yaml", faults) is None
    assert faults[0].message.startswith("yaml:")
