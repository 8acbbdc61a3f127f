"""German is complete, says the same numbers, and decides the same."""

import re
from datetime import date
from pathlib import Path

import pytest

from triage import Triage
from triage.casebook import vignettes
from triage.collecting import Wanted, content, phrases, state
from triage.language import find_language, read_catalogue
from triage.resources import data_folder
from triage.translating import translated

DAY = date(2026, 11, 25)
KNOWLEDGE = data_folder("knowledge_base")
FILES = (data_folder("reports") / "locale" / "de.po", KNOWLEDGE / "locale" / "de.po")
ALIKE = {"999", "911", "112", "111", "116117"}
"""Telephone numbers: each country has its own."""


@pytest.fixture(scope="module")
def engine() -> Triage:
    return Triage(engine="compiled")


@pytest.fixture(scope="module")
def wanted(engine: Triage) -> dict[Path, tuple[Wanted, ...]]:
    return dict(zip(FILES, (phrases(), content(engine.knowledge)), strict=True))


@pytest.mark.parametrize("path", FILES, ids=("phrases", "knowledge"))
def test_nothing_is_missing_in_german(path: Path, wanted: dict[Path, tuple[Wanted, ...]]) -> None:
    found = state(path, wanted[path])

    assert [(one.under, one.text) for one in found.missing] == []


@pytest.mark.parametrize("path", FILES, ids=("phrases", "knowledge"))
def test_every_number_is_said(path: Path) -> None:
    """A translation that lost a number would change what is done."""
    wrong = []
    for (under, english), forms in read_catalogue(path).texts.items():
        for german in forms:
            if _numbers(english) != _numbers(german):
                wrong.append((under, english, german))

    assert wrong == []


def _numbers(text: str) -> list[str]:
    found = re.findall(r"\d+(?:[.,]\d+)*", re.sub(r"\{[^{}]*\}", "", text))
    return sorted(number.replace(",", ".") for number in found if number not in ALIKE)


def test_german_decides_as_english_does(engine: Triage) -> None:
    """The same rules fire and the same advice is held back, over a tenth of the vignettes and all of what is measured."""
    german = engine.in_language("de")

    for case in vignettes(KNOWLEDGE)[::10]:
        ours, theirs = (one.assess(case.intake, on=DAY) for one in (engine, german))
        assert ours.urgency.rules == theirs.urgency.rules
        assert [rule.id for rule in ours.fired_rules] == [rule.id for rule in theirs.fired_rules]
        assert [item.id for item in ours.advice_withheld] == [item.id for item in theirs.advice_withheld]
        assert [row.in_range for row in ours.laboratory] == [row.in_range for row in theirs.laboratory]
        assert (ours.id, ours.knowledge_base.content_hash) == (theirs.id, theirs.knowledge_base.content_hash)
        assert ours.urgency_range.model_dump(include={"established", "possible"}) == theirs.urgency_range.model_dump(
            include={"established", "possible"}
        )


def test_german_names_of_medicines_are_understood_in_every_language(engine: Triage) -> None:
    """What is recognised does not depend on the language of the reader."""
    german = engine.in_language("de").knowledge.catalogue
    missed = [
        (one.id, one.name)
        for one in german.ingredients.values()
        if one.id not in engine.knowledge.catalogue.read(one.name).ingredients
    ]

    assert missed == []


def test_two_options_of_a_question_stay_two_in_german(engine: Triage) -> None:
    for finding in engine.in_language("de").knowledge.findings.values():
        labels = [option.label for option in finding.options]
        assert len(set(labels)) == len(labels), finding.id
        if finding.bands is not None:
            words = [finding.bands.first, *(word for _, word in finding.bands.cuts)]
            english = engine.knowledge.findings[finding.id].bands
            assert english is not None
            assert len(set(words)) == len({english.first, *(word for _, word in english.cuts)}), finding.id


def test_ids_conditions_and_numbers_are_not_translated(engine: Triage) -> None:
    """Only texts go through the catalogue: everything that decides is the same object."""
    base = engine.knowledge
    marked = translated(base, lambda under, text: f"<{text}>")

    assert [rule.when for rule in marked.rules.values()] == [rule.when for rule in base.rules.values()]
    assert [pattern.when for pattern in marked.patterns.values()] == [one.when for one in base.patterns.values()]
    assert {name: one.destinations for name, one in marked.rules.items()} == {
        name: one.destinations for name, one in base.rules.items()
    }
    assert marked.catalogue.read("furosemide 40 mg").ingredients == base.catalogue.read("furosemide 40 mg").ingredients


def test_forbidden_words_do_not_stand_in_german() -> None:
    """Evidence 6.3 in German: nobody is told to stop a medicine, and nothing is called harmless."""
    forbidden = re.compile(
        r"\b(setzen Sie (?!.*\b(nicht|kein)).* ab|absetzen Sie|Entwarnung|kein Grund zur Sorge|harmlos)\b",
        re.IGNORECASE,
    )
    found = [
        text
        for path in FILES
        for forms in read_catalogue(path).texts.values()
        for text in forms
        if forbidden.search(text)
    ]

    assert found == []


def test_the_region_of_a_language_falls_back() -> None:
    assert find_language("de-AT").code == "de"


def test_every_catalogue_belongs_to_both() -> None:
    """A language of the engine has the words of the knowledge base, and the other way round."""
    ours, theirs = ({path.stem for path in file.parent.glob("*.po")} for file in FILES)

    assert ours == theirs
