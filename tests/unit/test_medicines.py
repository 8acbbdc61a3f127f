"""Medicine texts become entries; nothing is guessed."""

import pytest

from triage.medicines import MAX_TEXT, Catalogue, Ingredient, MedicineClass, Words

CATALOGUE = Catalogue(
    ingredients={
        "furosemide": Ingredient("furosemide", "furosemide", ("cls_loop",), ("frusemide",)),
        "simvastatin": Ingredient("simvastatin", "simvastatin", ("cls_statin",)),
        "fusidic_acid": Ingredient("fusidic_acid", "fusidic acid", ("cls_statin_contra",)),
        "amiloride": Ingredient("amiloride", "amiloride", ("cls_ksparing",)),
        "paracetamol": Ingredient("paracetamol", "paracetamol", (), ("acetaminophen",)),
    },
    classes={
        "cls_loop": MedicineClass("cls_loop", "loop diuretic", ""),
        "cls_statin": MedicineClass("cls_statin", "statin", ""),
        "cls_ksparing": MedicineClass("cls_ksparing", "potassium-sparing diuretic", ""),
        "cls_statin_contra": MedicineClass("cls_statin_contra", "not with a statin", ""),
        "cls_suspect": MedicineClass("cls_suspect", "suspect", "", ("cls_loop", "cls_statin")),
    },
    words=Words(
        frozenset({"tablet", "tablets"}),
        {"twice a day": 2.0, "once a day": 1.0},
        frozenset({"cream"}),
        frozenset({"mr", "with", "and"}),
        frozenset({"potassium"}),
    ),
)


@pytest.mark.parametrize(
    "text", ["furosemide", "Furosemide 40 mg", "FRUSEMIDE 40mg tablets once a day", "furosémide 40 mg"]
)
def test_a_name_with_dose_form_and_spelling_variant(text: str) -> None:
    entry = CATALOGUE.read(text)

    assert (entry.ingredients, entry.classes, entry.recognised) == (("furosemide",), ("cls_loop", "cls_suspect"), True)


def test_the_daily_dose_counts_the_times_a_day() -> None:
    assert CATALOGUE.read("simvastatin 20 mg twice a day").dose_mg == 40
    assert CATALOGUE.read("simvastatin").dose_mg is None


def test_a_word_left_over_makes_it_not_recognised_and_suggests() -> None:
    entry = CATALOGUE.read("simvastatine 20 mg")

    assert not entry.recognised
    assert "did you mean `simvastatin`" in entry.note
    assert entry.classes == ()


def test_a_half_understood_entry_keeps_what_was_understood() -> None:
    entry = CATALOGUE.read("furosemide with xyzol")

    assert "cls_loop" in entry.classes
    assert not entry.recognised


def test_a_cream_counts_in_no_class() -> None:
    entry = CATALOGUE.read("fusidic acid cream")

    assert (entry.classes, entry.recognised) == ((), True)
    assert "skin" in entry.note


def test_a_common_medicine_of_no_class_hides_nothing() -> None:
    assert CATALOGUE.read("acetaminophen 500 mg").recognised


def test_an_endless_text_is_not_read() -> None:
    assert not CATALOGUE.read("furosemide " * MAX_TEXT).recognised


def test_a_salt_means_nothing_only_directly_behind_a_name() -> None:
    assert CATALOGUE.read("simvastatin potassium").recognised
    assert not CATALOGUE.read("simvastatin with potassium").recognised
    assert not CATALOGUE.read("potassium").recognised


@pytest.mark.parametrize("text", ["furosemide tablets and fusidic acid cream", "fusidic acid tablets and cream"])
def test_a_cream_hides_nothing_that_is_swallowed(text: str) -> None:
    assert CATALOGUE.read(text).classes != ()
