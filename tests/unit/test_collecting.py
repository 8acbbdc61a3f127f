"""A catalogue follows what is said now: translations stay, changes wait for somebody to look, what is gone goes."""

from pathlib import Path

import pytest

from triage.collecting import KEYWORDS, Wanted, content, phrases, state, updated
from triage.errors import LanguageError
from triage.language import read_catalogue

FIRST = (Wanted("Pale", under="findings.pale.label"), Wanted("Send {place} now", places=("engine.py",)))


@pytest.fixture
def german(tmp_path: Path) -> Path:
    """Give a German catalogue in which everything of FIRST is translated."""
    path = tmp_path / "de.po"
    written = updated(path, "de", FIRST)
    for english, words in (("Pale", "Blass"), ("Send {place} now", "Sofort: {place}")):
        written = written.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{words}"')
    path.write_text(written, encoding="utf-8")
    return path


def test_a_new_catalogue_waits_for_every_text(tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    path.write_text(updated(path, "de", FIRST), encoding="utf-8")

    found = state(path, FIRST)

    assert (found.wanted, found.translated, found.fuzzy, found.missing) == (2, 0, 0, FIRST)
    assert not found.complete
    assert not read_catalogue(path).texts


def test_a_missing_file_is_an_empty_catalogue(tmp_path: Path) -> None:
    assert state(tmp_path / "fr.po", FIRST).missing == FIRST


def test_a_translated_catalogue_is_complete(german: Path) -> None:
    assert state(german, FIRST).complete
    assert read_catalogue(german).texts["findings.pale.label", "Pale"] == ("Blass",)
    assert read_catalogue(german).texts["", "Send {place} now"] == ("Sofort: {place}",)


def test_bringing_up_to_date_changes_nothing_where_nothing_changed(german: Path) -> None:
    assert updated(german, "de", FIRST) == german.read_text(encoding="utf-8")


def test_a_changed_text_keeps_its_old_translation_unused(german: Path) -> None:
    changed = (Wanted("Pale or grey", under="findings.pale.label"), FIRST[1])
    german.write_text(updated(german, "de", changed), encoding="utf-8")

    found = state(german, changed)

    assert (found.translated, found.fuzzy, found.missing) == (1, 1, changed[:1])
    assert "Blass" in german.read_text(encoding="utf-8")
    assert "# English before: Pale\n" in german.read_text(encoding="utf-8")
    assert ("findings.pale.label", "Pale or grey") not in read_catalogue(german).texts


def test_a_text_still_waits_after_the_next_update(german: Path) -> None:
    changed = (Wanted("Pale or grey", under="findings.pale.label"), FIRST[1])
    german.write_text(updated(german, "de", changed), encoding="utf-8")

    assert updated(german, "de", changed) == german.read_text(encoding="utf-8")


def test_what_nobody_says_any_more_is_dropped(german: Path) -> None:
    assert "Blass" not in updated(german, "de", FIRST[1:])


def test_plurals_have_the_forms_of_their_language(tmp_path: Path) -> None:
    plural = Wanted("{number} item", "{number} items")

    assert 'msgstr[1] ""' in updated(tmp_path / "de.po", "de", [plural])
    assert 'msgstr[2] ""' in updated(tmp_path / "pl.po", "pl", [plural])


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LanguageError, match="no language `tlh-x`"):
        updated(tmp_path / "tlh-x.po", "tlh-x", FIRST)


def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    path.write_text("msgid unquoted\n", encoding="utf-8")

    with pytest.raises(LanguageError, match=r"de\.po: cannot be read"):
        state(path, FIRST)


def test_phrases_of_code_and_templates_are_collected_with_their_places() -> None:
    found = {one.text: one for one in phrases()}
    reviewed = found["Translated from English; no clinician has reviewed the translation."]

    assert reviewed.places == ("triage/assembling/plan.py",)
    assert any(place.startswith("templates/") for one in found.values() for place in one.places)
    assert all(one.text.strip() for one in found.values())


def test_plurals_are_collected_with_both_forms() -> None:
    assert KEYWORDS["say_many"] == (2, 3)
    assert any(one.plural for one in phrases())


def test_the_texts_of_a_knowledge_base_stand_under_their_ids() -> None:
    from triage.loader.load import load
    from triage.resources import data_folder

    found = content(load(data_folder("knowledge_base")))
    under = [one.under for one in found]

    assert len({(one.under, one.text) for one in found}) == len(found)
    assert {"rules.VA-01.title", "findings.limb_cold.question", "medicines.furosemide.label", "units.a"} <= set(under)
