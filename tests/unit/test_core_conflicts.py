"""Answers that contradict each other, on findings and conflicts made by hand."""

from dataclasses import replace

import pytest

from triage.assessment import ConflictFound
from triage.chart import Value
from triage.conditions import AllOf, AnyOf, Compare, Condition, IsOneOf, Operator, PatternHolds, Present
from triage.conflicts import corrected
from triage.findings import Answerer, FindingDefinition, Kind
from triage.guidance import Conflict
from triage.knowledge import KnowledgeBase
from triage.rules import Basis, Pattern, Provenance

AGAINST = "was answered although the question before it was answered no"
BEFORE = "was answered although the question before it is open"


def finding(
    name: str, kind: Kind = Kind.BOOLEAN, only_if: Condition | None = None, *, danger: bool = True
) -> FindingDefinition:
    label = name.capitalize()
    return FindingDefinition(name, kind, label, "", Answerer.PERSON, "made", only_if=only_if, danger=danger)


FINDINGS = (
    finding("weakness"), finding("numbness"), finding("walks", danger=False), finding("age", Kind.QUANTITY),
    finding("speed", Kind.CHOICE, Present("weakness")),
    finding("falls", Kind.BOOLEAN, Present("weakness")),
    finding("sites", Kind.SET, AnyOf((Present("weakness"), Present("numbness")))),
    finding("steps", Kind.QUANTITY, Present("walks")),
    finding("licence", Kind.BOOLEAN, Compare("age", Operator.AT_LEAST, 17.0)),
    finding("either", Kind.BOOLEAN, AnyOf((Present("numbness"), Compare("age", Operator.ABOVE, 90.0)))),
    finding("both", Kind.BOOLEAN, AllOf((Present("weakness"), Present("numbness")))),
)  # fmt: skip


def base(knowledge: KnowledgeBase, *conflicts: Conflict) -> KnowledgeBase:
    weak = Pattern("weak", "weak", Present("weakness"), Basis((), (Provenance.SEED,)), "")
    return replace(
        knowledge, findings={one.id: one for one in FINDINGS}, derived={}, patterns={"weak": weak}, screen=(),
        guidance=replace(knowledge.guidance, conflicts={one.id: one for one in conflicts}),
    )  # fmt: skip


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"weakness": True, "speed": "hours", "falls": True, "sites": frozenset({"calf"}), "both": False},
        {"sites": frozenset({"calf"}), "licence": True, "both": True},
        {"weakness": None, "speed": "none", "falls": False},
        {"weakness": None, "numbness": None, "sites": frozenset({"calf"})},
        {"weakness": False, "speed": "none", "falls": False, "sites": frozenset({"calf"}), "numbness": True},
        {"weakness": False, "speed": None, "falls": None},
        {"weakness": False, "numbness": False, "sites": frozenset(), "both": False},
        {"walks": False, "steps": 0.0},
        {"weakness": False},
    ],
)
def test_answers_that_fit_together_stay_as_they_are(knowledge: KnowledgeBase, answers: dict[str, Value | None]) -> None:
    """A follow-up that denies something, or says nothing, corrects no parent; nor does one of several parents, all open."""
    assert corrected(base(knowledge), answers) == (answers, answers, ())


@pytest.mark.parametrize(
    ("answers", "corrections", "found"),
    [
        (
            {"weakness": False, "speed": "hours"}, {"weakness": True},
            [("speed", ("speed", "weakness"), f"Speed {AGAINST}", "Weakness: yes")],
        ),
        (
            {"weakness": False, "falls": True}, {"weakness": True},
            [("falls", ("falls", "weakness"), f"Falls {AGAINST}", "Weakness: yes")],
        ),
        (
            {"walks": False, "steps": 100.0}, {"walks": False},
            [("steps", ("steps", "walks"), f"Steps {AGAINST}", "Walks: no")],
        ),
        (
            {"weakness": False, "numbness": False, "sites": frozenset({"calf"})}, {"weakness": None, "numbness": None},
            [(
                "sites", ("sites", "weakness", "numbness"), f"Sites {AGAINST}",
                "Weakness: not known, Numbness: not known",
            )],
        ),
        ({"speed": "hours"}, {"weakness": True}, [("speed", ("speed", "weakness"), f"Speed {BEFORE}", "Weakness: yes")]),
        (
            {"weakness": None, "falls": True, "steps": 9.0}, {"weakness": True, "walks": False},
            [
                ("falls", ("falls", "weakness"), f"Falls {BEFORE}", "Weakness: yes"),
                ("steps", ("steps", "walks"), f"Steps {BEFORE}", "Walks: no"),
            ],
        ),
        (
            {"weakness": False, "sites": frozenset({"calf"})}, {"weakness": None},
            [(
                "sites", ("sites", "weakness", "numbness"), f"Sites {BEFORE}",
                "Weakness: not known, Numbness: not known",
            )],
        ),
        (
            {"age": 12.0, "licence": True}, {},
            [("licence", ("licence",), f"Licence {AGAINST}", "Licence: as answered")],
        ),
        (
            {"age": 12.0, "numbness": False, "either": True}, {"numbness": True},
            [("either", ("either", "numbness"), f"Either {AGAINST}", "Numbness: yes")],
        ),
        (
            {"weakness": True, "numbness": False, "both": True}, {},
            [("both", ("both",), f"Both {AGAINST}", "Both: as answered")],
        ),
        (
            {"weakness": True, "speed": "hours", "walks": False, "steps": 9.0}, {"walks": False},
            [("steps", ("steps", "walks"), f"Steps {AGAINST}", "Walks: no")],
        ),
        (
            {"weakness": False, "speed": "hours", "walks": False, "steps": 9.0}, {"weakness": True, "walks": False},
            [
                ("speed", ("speed", "weakness"), f"Speed {AGAINST}", "Weakness: yes"),
                ("steps", ("steps", "walks"), f"Steps {AGAINST}", "Walks: no"),
            ],
        ),
    ],
)  # fmt: skip
def test_a_follow_up_that_asserts_something_corrects_its_denied_or_open_parent_or_gives_way(
    knowledge: KnowledgeBase,
    answers: dict[str, Value | None],
    corrections: dict[str, Value | None],
    found: list[tuple[str, tuple[str, ...], str, str]],
) -> None:
    given = dict(answers)
    expected = tuple(
        ConflictFound(id=f"follow_up:{name}", findings=findings, note=note, kept=kept)
        for name, findings, note, kept in found
    )

    without = dict.fromkeys(name for name, *_ in found)

    assert corrected(base(knowledge), answers) == ({**answers, **corrections}, {**answers, **without}, expected)
    assert answers == given, "the answers of the host are left alone"


TIMED = Conflict("timed", IsOneOf("speed", ("hours",)), "weakness", "weakness has a speed")
WALKS = Conflict("walks_weak", PatternHolds("weak"), "walks", "weak but walks")


def test_a_conflict_that_holds_keeps_the_more_dangerous_answer(knowledge: KnowledgeBase) -> None:
    """It is told once: a follow-up against a finding that a conflict has already corrected is no second contradiction."""
    answers: dict[str, Value | None] = {"weakness": False, "speed": "hours", "walks": True}
    better, without, found = corrected(base(knowledge, TIMED, WALKS), answers)

    assert (better, without) == ({**answers, "weakness": True}, answers)
    assert found == (
        ConflictFound(id="timed", findings=("weakness",), note="weakness has a speed", kept="Weakness: yes"),
    )


def test_the_more_dangerous_answer_may_be_no_and_patterns_count(knowledge: KnowledgeBase) -> None:
    answers: dict[str, Value | None] = {"weakness": True, "walks": True}
    better, without, found = corrected(base(knowledge, TIMED, WALKS), answers)

    assert (better, without) == ({"weakness": True, "walks": False}, answers)
    assert found == (ConflictFound(id="walks_weak", findings=("walks",), note="weak but walks", kept="Walks: no"),)


def test_a_conflict_about_one_finding_hides_none_about_another(knowledge: KnowledgeBase) -> None:
    answers = {"weakness": False, "speed": "hours", "numbness": False, "either": True, "age": 30.0}
    better, without, found = corrected(base(knowledge, TIMED), answers)

    assert [one.id for one in found] == ["timed", "follow_up:either"]
    assert better == {**answers, "weakness": True, "numbness": True}
    assert without == {**answers, "either": None}


def test_a_conflict_that_is_not_known_to_hold_changes_nothing(knowledge: KnowledgeBase) -> None:
    answers: dict[str, Value | None] = {"speed": None, "walks": True}

    assert corrected(base(knowledge, TIMED, WALKS), answers) == (answers, answers, ())
