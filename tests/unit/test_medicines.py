"""Medicine texts become entries; nothing is guessed."""

import re
from collections import defaultdict
from typing import Any

import pytest

from triage.conflicts import corrected
from triage.intake import read_intake
from triage.knowledge import KnowledgeBase
from triage.medicines import MAX_TEXT, Catalogue, Ingredient, MedicineClass, MedicineList, Words, plain_words

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


def test_a_name_of_two_ingredients_is_a_product_of_both() -> None:
    both = {name: Ingredient(name, name, (), ("xypril",)) for name in ("xyzol", "zypril")}

    assert Catalogue(both, {}).read("Xypril").ingredients == ("xyzol", "zypril")


@pytest.mark.parametrize(
    ("code", "ingredients", "classes"),
    [
        ("C10AA01", ("simvastatin",), ("cls_statin",)),
        ("C10AA", (), ("cls_statin",)),
        ("C10AA99", (), ("cls_statin",)),
        ("A12AA", (), ()),
    ],
)
def test_a_code_resolves_to_its_ingredient_and_excludes_nothing(
    code: str, ingredients: tuple[str, ...], classes: tuple[str, ...]
) -> None:
    catalogue = Catalogue(
        {"simvastatin": Ingredient("simvastatin", "simvastatin", ("cls_statin",), atc=("C10AA01",))},
        {"cls_statin": MedicineClass("cls_statin", "statin", "", atc=("C10AA",))},
    )
    entry = catalogue.read("Xybrand 40 mg", (code,))

    assert (entry.ingredients, entry.classes, entry.recognised) == (ingredients, classes, False)
    assert entry.dose_mg == (40 if ingredients else None)
    assert catalogue.read("simvastatin 40 mg", (code,)).recognised


@pytest.mark.parametrize("text", ["furosemide tablets and fusidic acid cream", "fusidic acid tablets and cream"])
def test_a_cream_hides_nothing_that_is_swallowed(text: str) -> None:
    assert CATALOGUE.read(text).classes != ()


# ---------- the bundled catalogue ----------

NO_CODE = {
    "liquorice", "ferric_carboxymaltose", "progestogen_only_pill",
}  # fmt: skip
"""A herb, an infusion whose code the index took back, and a kind of pill that several codes stand for."""


def test_every_ingredient_has_codes_of_its_classes(knowledge: KnowledgeBase) -> None:
    """A complete code, or for a group of medicines the beginning of one; each lies in every class of the ingredient that has codes."""
    catalogue = knowledge.catalogue

    assert {one.id for one in catalogue.ingredients.values() if not one.atc} == NO_CODE
    for one in catalogue.ingredients.values():
        assert all(re.fullmatch(r"[A-Z]\d\d[A-Z](?:[A-Z](?:\d\d)?)?", code) for code in one.atc), one.id
        assert len(set(one.atc)) == len(one.atc), one.id
        for name in one.classes:
            prefixes = catalogue.classes[name].atc
            assert all(code.startswith(prefixes) for code in one.atc) or not prefixes, (one.id, name)


def test_a_code_reads_as_the_name_does(knowledge: KnowledgeBase) -> None:
    for one in knowledge.catalogue.ingredients.values():
        named = knowledge.catalogue.read(one.label)
        for code in one.atc:
            coded = knowledge.catalogue.read("", (code,))
            assert one.id in coded.ingredients
            assert set(named.classes) <= set(coded.classes)
            assert not coded.recognised


def test_a_class_code_holds_the_ingredients_of_the_class_only(knowledge: KnowledgeBase) -> None:
    """The complete codes of one ingredient lie in no class that neither it nor a partner in the product has."""
    catalogue = knowledge.catalogue
    holders: dict[str, set[str]] = defaultdict(set)
    for one in catalogue.ingredients.values():
        for code in one.atc:
            holders[code] |= set(one.classes)
    combined = {"A02B", "A10B", "C03E", "C07B", "C07F", "C09B", "C09D", "C10B", "J04A", "J05A", "R03A"}
    surplus = {
        (code, name)
        for code, classes in holders.items()
        for name in set(catalogue.classes_by_code((code,))) - classes
        if code[:4] not in combined
    }

    assert surplus <= {("C07CB03", "cls_thiazide"), ("C08GA02", "cls_thiazide"), ("G03HB01", "cls_oestrogen")}, surplus


def test_every_name_is_read_as_its_ingredient(knowledge: KnowledgeBase) -> None:
    for one in knowledge.catalogue.ingredients.values():
        for name in (one.label, *one.synonyms):
            entry = knowledge.catalogue.read(name)
            assert one.id in entry.ingredients, name
            assert entry.recognised, name


def test_names_are_shared_by_products_of_several_ingredients_only(knowledge: KnowledgeBase) -> None:
    """A name that is entered twice by mistake would make one medicine of two."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in knowledge.catalogue.ingredients.values():
        for name in {plain_words(name) for name in (one.label, *one.synonyms)}:
            found[name].append(one.id)
    generic = {plain_words(one.label) for one in knowledge.catalogue.ingredients.values()}
    shared = {name: ingredients for name, ingredients in found.items() if len(ingredients) > 1}

    assert not shared.keys() & generic
    assert shared["seretide"] == ["salmeterol", "fluticasone"]
    assert shared["trimbow"] == ["formoterol", "beclometasone", "glycopyrronium"]
    assert {len(ingredients) for ingredients in shared.values()} <= {2, 3}


@pytest.mark.parametrize(
    ("text", "ingredient", "name"),
    [
        ("Lipitor 80 mg", "atorvastatin", "cls_statin"),
        ("Sortis", "atorvastatin", "cls_statin"),
        ("Istin 5 mg", "amlodipine", "cls_ccb_dhp"),
        ("Lanoxin", "digoxin", "cls_digoxin"),
        ("Haldol 5 mg", "haloperidol", "cls_dopamine_blocker"),
        ("Largactil", "chlorpromazine", "cls_dopamine_blocker"),
        ("Forxiga 10 mg", "dapagliflozin", "cls_sglt2"),
        ("Clexane", "heparin", "cls_heparin"),
        ("Eliquis 5 mg", "apixaban", "cls_anticoagulant"),
        ("combined pill", "combined_pill", "cls_oestrogen"),
        ("HRT", "hormone_replacement_therapy", "cls_oestrogen"),
        ("Delix plus", "hydrochlorothiazide", "cls_thiazide"),
    ],
)
def test_a_brand_counts_as_its_ingredient(knowledge: KnowledgeBase, text: str, ingredient: str, name: str) -> None:
    entry = knowledge.catalogue.read(text)

    assert ingredient in entry.ingredients
    assert name in entry.classes
    assert entry.recognised


@pytest.mark.parametrize("text", ["mini pill", "progestogen-only pill", "progesterone only pill"])
def test_a_pill_without_oestrogen_counts_as_none(knowledge: KnowledgeBase, text: str) -> None:
    entry = knowledge.catalogue.read(text)

    assert (entry.classes, entry.recognised) == ((), True)


@pytest.mark.parametrize("text", ["the pill", "levofloxacin", "creatine", "xyzol", "Unknownix plus"])
def test_what_is_no_misspelling_gets_no_suggestion(knowledge: KnowledgeBase, text: str) -> None:
    entry = knowledge.catalogue.read(text)

    assert not entry.recognised
    assert "did you mean" not in entry.note


@pytest.mark.parametrize(
    ("text", "meant"),
    [("furosemidd", "furosemide"), ("ramiprill", "ramipril"), ("metoclopramidd", "metoclopramide"), ("amlodipien", "amlodipine")],
)  # fmt: skip
def test_a_misspelling_is_suggested_and_not_read(knowledge: KnowledgeBase, text: str, meant: str) -> None:
    entry = knowledge.catalogue.read(text)

    assert f"did you mean `{meant}`" in entry.note
    assert (entry.ingredients, entry.recognised) == ((), False)


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("metoprolol 47,5 mg morgens und abends", 95.0), ("metformin 1,000 mg", 1000.0), ("Furosemid 40 mg 1-0-1", 80.0),
        ("furosemide 40 mg 1-1-1-1", 160.0), ("furosemide 40 mg 0,5-0-0", 20.0), ("furosemide 40 mg 0-0-0", 40.0),
        ("metformin 1.000 mg", None), ("digoxin 0.125 mg", 0.125), ("Furosemid 40 mg Tablette täglich", 40.0),
    ],
)  # fmt: skip
def test_a_dose_is_read_as_people_write_it(knowledge: KnowledgeBase, text: str, dose: float | None) -> None:
    """A comma is decimal or parts thousands, a scheme counts the tablets of a day; what can be read in two ways is no dose."""
    entry = knowledge.catalogue.read(text)

    assert entry.recognised
    assert entry.dose_mg == dose


@pytest.mark.parametrize(
    "raw",
    [
        {"medicines": [], "cramps_after_drug": True},
        {"medicines": ["paracetamol"], "suspect_start_days": "10 days"},
        {"medicines": ["lisinopril 5 mg"], "ppi_months": "12 months"},
        {"medicines": [], "inhaler_puffs_day": "4 puffs/day"},
    ],
)
def test_a_list_without_the_medicine_that_was_answered_about_may_be_incomplete(
    knowledge: KnowledgeBase, raw: dict[str, Any]
) -> None:
    answers = read_intake(knowledge, raw).answers
    better, _, found = corrected(knowledge, answers)
    before, after = answers["medicines"], better["medicines"]

    assert isinstance(before, MedicineList)
    assert isinstance(after, MedicineList)
    assert after.entries == before.entries
    assert (before.complete, after.complete) == (True, False)
    assert [one.kept for one in found] == ["Current medicines: the list may be incomplete"]


def test_a_stopped_medicine_is_on_the_list(knowledge: KnowledgeBase) -> None:
    raw = {"medicines": [{"name": "pseudoephedrine", "stopped": 8}], "cramps_after_drug": True}
    answers = read_intake(knowledge, raw).answers

    assert corrected(knowledge, answers)[0]["medicines"] == answers["medicines"]


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ({"medicines": ["Eliquis 5 mg"], "anticoagulated": False}, "anticoagulated"),
        ({"medicines": ["Lantus"], "diabetes": False}, "diabetes"),
    ],
)
def test_what_the_list_shows_is_kept_against_a_no(knowledge: KnowledgeBase, raw: dict[str, Any], kept: str) -> None:
    better, _, found = corrected(knowledge, read_intake(knowledge, raw).answers)

    assert better[kept] is True
    assert [one.findings for one in found] == [(kept,)]
