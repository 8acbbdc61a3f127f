"""What blocks a condition, where "not shown" stands around several tests, where two ways are alike, and what is no test."""

from itertools import permutations

import pytest

from triage.blocking import blocked_by
from triage.chart import Chart, State
from triage.conditions import AllOf, AnyOf, AtLeast, Condition, Not, NotShown, Present, Urgency, UrgencyAtLeast
from triage.errors import TriageError
from triage.firing import Literal
from triage.polarity import Polarity

A, B, C = Present("a"), Present("b"), Present("c")


def chart(**answers: bool) -> Chart:
    return Chart(answers, dict.fromkeys(answers, State.ANSWERED))


@pytest.mark.parametrize(
    ("condition", "answers", "asked"),
    [
        (NotShown(AllOf((A, B))), {"a": True, "b": True}, {("a", Polarity.NOT_SHOWN)}),
        (NotShown(AnyOf((A, B))), {"a": True, "b": True}, {("a", Polarity.NOT_SHOWN), ("b", Polarity.NOT_SHOWN)}),
        (NotShown(AnyOf((A, B))), {"a": True}, {("a", Polarity.NOT_SHOWN)}),
        (NotShown(AtLeast(2, (A, B, C))), {"a": True, "b": True, "c": True}, {("a", Polarity.NOT_SHOWN), ("b", Polarity.NOT_SHOWN)}),
        (NotShown(Not(AllOf((A, B)))), {"a": False, "b": False}, {("a", Polarity.NOT_EXCLUDED), ("b", Polarity.NOT_EXCLUDED)}),
        (NotShown(Not(AnyOf((A, B)))), {"a": False, "b": False}, {("a", Polarity.NOT_EXCLUDED)}),
        (Not(AllOf((A, B))), {"a": True, "b": True}, {("a", Polarity.EXCLUDED)}),
        (Not(AnyOf((A, B))), {"a": True, "b": False}, {("a", Polarity.EXCLUDED)}),
    ],
)  # fmt: skip
def test_not_shown_and_excluded_turn_one_of_these_and_all_of_these_round(
    condition: Condition, answers: dict[str, bool], asked: set[tuple[str, Polarity]]
) -> None:
    found = blocked_by({}, chart(**answers), condition)

    assert found == {Literal(Present(name), polarity) for name, polarity in asked}


def test_of_two_ways_that_are_alike_the_first_in_the_alphabet_is_given() -> None:
    """The same for every order in which the rule names them."""
    pairs = [(f"a{n}", f"z{n}") for n in range(12)]
    ways = [AllOf((Present(first), Present(last))) for first, last in pairs]
    for one, other in permutations(ways, 2):
        first = min(one, other, key=repr)

        assert blocked_by({}, chart(), AnyOf((one, other))) == {
            Literal(part, Polarity.HOLDS) for part in first.parts if isinstance(part, Present)
        }


def test_the_final_urgency_is_no_test_of_an_answer() -> None:
    with pytest.raises(TriageError, match="final urgency"):
        blocked_by({}, chart(), AllOf((A, UrgencyAtLeast(Urgency.URGENT))))
