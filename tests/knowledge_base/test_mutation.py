"""Of the changes somebody could make to the knowledge base by mistake, a sample: each is caught by a case, or says why it need not be."""

from collections import Counter
from datetime import date

import pytest

from triage import Triage
from triage.casebook import Reached, explained, vignettes
from triage.catching import Checks, examine
from triage.knowledge import KnowledgeBase
from triage.mutating import Kind, Mutant, drawn, mutants
from triage.resources import data_folder

ON = date(2026, 3, 12)
FOLDER = data_folder("knowledge_base")
REASONS = explained(FOLDER)


@pytest.fixture(scope="module")
def every(knowledge: KnowledgeBase) -> list[Mutant]:
    return list(mutants(knowledge))


@pytest.fixture(scope="module")
def checks(knowledge: KnowledgeBase) -> Checks:
    return Checks(knowledge, FOLDER, on=ON)


def test_no_case_fails_as_it_is(checks: Checks) -> None:
    assert checks.failing == []


def test_vignettes_come_to_what_the_engine_says(checks: Checks) -> None:
    """Mutants are judged by the steps of the engine, taken one by one; they must come to the same."""
    engine, reached = Triage(engine="compiled"), checks.reached()

    for case in vignettes(FOLDER)[::6]:
        found = engine.assess(case.intake, on=ON)
        assert reached[f"vignette {case.id}"] == Reached(
            found.urgency.level,
            {cause.id for cause in found.causes},
            {item.id for item in found.advice_given},
            {rule.id for rule in found.fired_rules},
        )


def test_a_sample_is_caught_or_explained(checks: Checks, every: list[Mutant]) -> None:
    some = drawn(every, 150, seed=20_260_312)
    found = list(zip(some, examine(checks, FOLDER, some, on=ON), strict=True))

    assert [one.id for one, by in found if not by and one.id not in REASONS] == []
    assert sum(bool(by) for _, by in found) >= 0.95 * len(some)


def test_some_of_each_kind_are_caught(checks: Checks, every: list[Mutant]) -> None:
    for kind in Kind:
        some = drawn([one for one in every if one.kind is kind and one.id not in REASONS], 3, seed=4)
        found = list(zip(some, examine(checks, FOLDER, some, on=ON), strict=True))

        assert [one.id for one, by in found if not by] == []
        assert found


def test_reasons_are_for_mutants_there_are_and_for_few(every: list[Mutant]) -> None:
    names = {one.id for one in every}
    by_kind = Counter(one.kind for one in every)

    assert sorted(REASONS.keys() - names) == []
    assert len(REASONS) < 0.05 * len(every)
    assert set(by_kind) == set(Kind)


def test_a_sample_of_the_reasons_survives(checks: Checks, every: list[Mutant]) -> None:
    """A reason for what a case does catch would only hide the next mistake."""
    some = drawn([one for one in every if one.id in REASONS], 20, seed=6)

    assert [one.id for one, by in zip(some, examine(checks, FOLDER, some, on=ON), strict=True) if by] == []
