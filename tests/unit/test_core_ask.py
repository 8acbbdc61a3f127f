"""What holds of itself rests on nothing, in both firing readers; and how the compiled one opens a test."""

from dataclasses import replace

import pytest

from triage import ends
from triage.chart import Chart, State
from triage.conditions import (
    AllOf,
    AnyOf,
    AskedUnknown,
    AtLeast,
    Compare,
    Condition,
    Known,
    Missing,
    Not,
    NotShown,
    Operator,
    Present,
    Takes,
)
from triage.errors import TriageError
from triage.firing import Literal
from triage.interpreters.ask import Program
from triage.interpreters.fire import Network
from triage.interpreters.reference import Reference
from triage.medicines import MedicineEntry, MedicineList
from triage.polarity import Polarity
from triage.truth import Truth

A, B = Present("a"), Present("b")
HOLDS, EXCLUDED, NOT_SHOWN = Polarity.HOLDS, Polarity.EXCLUDED, Polarity.NOT_SHOWN


def chart(**answers: bool) -> Chart:
    return Chart(answers, dict.fromkeys(answers, State.ANSWERED))


@pytest.mark.parametrize("reader", [Program, Network])
@pytest.mark.parametrize(
    ("condition", "answers", "evidence"),
    [
        (AtLeast(0, (A, B)), {"a": True, "b": False}, []),
        (AllOf(()), {"a": True}, []),
        (Not(AnyOf(())), {"a": True}, []),
        (NotShown(AnyOf(())), {"a": True}, []),
        (Not(AtLeast(3, (A, B))), {"a": False, "b": False}, []),
        (NotShown(AtLeast(3, (A, B))), {"a": False}, []),
        (Not(AtLeast(5, (A, B))), {"a": True, "b": True}, []),
        (NotShown(AtLeast(5, (A, B))), {}, []),
        (AtLeast(-1, (A, B)), {}, []),
        (AtLeast(1, (A, B)), {"a": True, "b": False}, [Literal(A, HOLDS)]),
        (AtLeast(1, (A, B)), {"a": True, "b": True}, [Literal(A, HOLDS), Literal(B, HOLDS)]),
        (AtLeast(2, (A, B)), {"a": True, "b": True}, [Literal(A, HOLDS), Literal(B, HOLDS)]),
        (Not(AtLeast(2, (A, B))), {"a": True, "b": False}, [Literal(B, EXCLUDED)]),
        (Not(AtLeast(1, (A, B))), {"a": False, "b": False}, [Literal(A, EXCLUDED), Literal(B, EXCLUDED)]),
        (NotShown(AllOf((A, B))), {"a": True}, [Literal(B, NOT_SHOWN)]),
    ],
)
def test_evidence(
    reader: type[Program | Network], condition: Condition, answers: dict[str, bool], evidence: list[Literal]
) -> None:
    firing = reader({}, {"rule": condition}).fire(chart(**answers))

    assert list(firing.rules) == ["rule"]
    assert list(firing.rules["rule"]) == evidence


@pytest.mark.parametrize("reader", [Program, Network])
def test_medicines_that_are_no_list_show_nothing_and_exclude_nothing(reader: type[Program | Network]) -> None:
    taken = Takes(("statin",))
    person = Chart({"medicines": "statin"}, {"medicines": State.ANSWERED})

    assert reader({}, {"taken": taken, "not_taken": Not(taken)}).fire(person).rules == {}


def test_a_word_is_not_compared_with_a_number() -> None:
    person = Chart({"side": "left"}, {"side": State.ANSWERED})
    above = Compare("side", Operator.ABOVE, 1.0)

    with pytest.raises(TriageError, match="`side` is compared with a number but is none"):
        Reference({}, person).truth(above)
    for reader in (Network, Program):
        with pytest.raises(TriageError, match="`side` is compared with a number but is none"):
            reader({}, {"rule": above}).fire(person)


@pytest.mark.parametrize(
    ("leaf", "settled", "opened", "fading"),
    [
        (A, ends.UNKNOWN, ends.ANY, ends.either(ends.UNKNOWN, ends.FALSE)),
        (Known("a"), ends.UNKNOWN, *(ends.either(ends.UNKNOWN, ends.TRUE),) * 2),
        (Missing("a"), ends.TRUE, ends.ANY, ends.ANY),
        (AskedUnknown("a"), ends.FALSE, ends.ANY, ends.FALSE),
    ],
)
def test_what_a_test_of_an_unanswered_finding_may_end_as(
    leaf: Condition, settled: int, opened: int, fading: int
) -> None:
    """As things stand, while it may still be answered, and while it may only turn out not to apply."""
    program = Program({}, {"rule": leaf, "other": B})

    assert program.read(chart()).rule("rule") == settled
    assert program.bounds(chart(), ("a",)).rule("rule") == opened
    assert program.bounds(chart(), ("b",), {"a": ("b",)}).rule("rule") == fading


def test_a_finding_that_may_turn_out_not_to_apply_turns_on_what_decides_it() -> None:
    program = Program({}, {"rule": A, "both": AllOf((A, B)), "other": Present("c")})
    reading = program.bounds(chart(), ("c", "b"), {"a": ("b",)})

    assert reading.open_in("rule") == {"b"}
    assert reading.open_in("both") == {"b"}
    assert reading.open_in("other") == {"c"}
    assert program.bounds(chart(), ("b", "c"), {"a": ("b", "c")}).open_in("rule") == {"b", "c"}


@pytest.mark.parametrize(
    ("answers", "value", "expected"),
    [
        ({"a": False}, True, ends.between(Truth.FALSE, Truth.TRUE)),
        ({"a": False}, False, ends.FALSE),
        ({"a": True}, None, ends.between(Truth.UNKNOWN, Truth.TRUE)),
        ({}, True, ends.between(Truth.UNKNOWN, Truth.TRUE)),
    ],
)
def test_a_finding_that_may_come_to_be_read_otherwise(
    answers: dict[str, bool], value: bool | None, expected: int
) -> None:
    """It keeps what it is now, may become what it would be read as, and turns on what decides it."""
    program = Program({}, {"rule": A, "other": B, "third": Present("c")})
    reading = program.bounds(chart(**answers), ("c", "b"), rising={("a", value): ("b",)})

    assert reading.rule("rule") == expected
    assert reading.open_in("rule") == (frozenset() if expected in ends.SETTLED else {"b"})
    assert reading.open_in("third") == {"c"}


def test_what_may_both_fade_and_rise_turns_on_both() -> None:
    program = Program({}, {"rule": A, "other": AllOf((B, Present("c")))})
    reading = program.bounds(chart(), ("b", "c"), {"a": ("b",)}, {("a", True): ("c",)})

    assert reading.rule("rule") == ends.ANY
    assert reading.open_in("rule") == {"b", "c"}


def test_a_name_that_nothing_tests_may_fade_and_rise() -> None:
    reading = Program({}, {"rule": A}).bounds(chart(), ("b",), {"x": ("b",)}, {("y", True): ("b",)})

    assert reading.rule("rule") == ends.UNKNOWN


@pytest.mark.parametrize("taken", [Takes(("statin",)), Takes(("statin",), dose_above=20.0)])
def test_a_list_of_medicines_that_does_not_apply_holds_none(taken: Condition) -> None:
    away = Chart({}, {"medicines": State.NOT_APPLICABLE})

    assert Reference({}, away).truth(taken) is Truth.FALSE
    assert Program({}, {"rule": taken}).read(away).rule("rule") == ends.FALSE


STATIN = MedicineEntry("a statin", ingredients=("statin",), recognised=True, dose_mg=40.0)


@pytest.mark.parametrize(
    "taken",
    [
        Takes(("statin",)), Takes(("statin",), dose_above=20.0), Takes(("statin",), dose_above=40.0),
        Takes(("statin",), stopped_within=14.0), Takes(("statin",), started_within=14.0), Takes(("digoxin",)),
        Takes(("digoxin", "statin"), dose_above=20.0), AnyOf((Takes(("statin",)),)), AllOf((Takes(("statin",)),)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize(
    "entries",
    [
        (), (STATIN,), (replace(STATIN, dose_mg=None),), (replace(STATIN, stopped=True, stopped_days=5.0),),
        (replace(STATIN, stopped=True, stopped_days=40.0),), (replace(STATIN, started_days=3.0),),
        (replace(STATIN, ingredients=(), recognised=False),),
    ],
)  # fmt: skip
def test_medicines_are_read_as_the_reference_reads_them(
    taken: Condition, complete: bool, entries: tuple[MedicineEntry, ...]
) -> None:
    person = Chart({"medicines": MedicineList(entries, complete)}, {"medicines": State.ANSWERED})

    assert ends.TRUTH[Program({}, {"rule": taken}).read(person).rule("rule")] is Reference({}, person).truth(taken)


@pytest.mark.parametrize("reader", [Program, Network])
@pytest.mark.parametrize("joined", [AllOf, AnyOf])
def test_a_join_of_one_part_rests_on_it(reader: type, joined: type) -> None:
    fired = reader({}, {"rule": joined((A,)), "not": Not(joined((B,)))}).fire(chart(a=True, b=False))

    assert fired.rules == {"rule": (Literal(A, HOLDS),), "not": (Literal(B, EXCLUDED),)}
