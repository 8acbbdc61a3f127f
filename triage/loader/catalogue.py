"""Reads the catalogue of medicines: ingredients, classes, and the words that stand beside names."""

from typing import Any

from triage.loader.loading import Loading
from triage.loader.source import Block
from triage.medicines import Catalogue, Ingredient, MedicineClass, Words

CLASS = "id label concern members atc common"
INGREDIENT = "id label classes atc strength effect sources synonyms"
WORDS = "forms frequencies topical ignored salts"


def read_catalogue(loading: Loading, written: Any) -> Catalogue:
    """Read `medicines.yaml`."""
    file = "medicines.yaml"
    whole = loading.block(file, written, "medicines", "ingredients classes words", "ingredients classes words")
    if whole is None:
        return Catalogue({}, {})
    words = loading.block(file, whole["words"], "words", WORDS, WORDS, whole.line)
    classes: dict[str, MedicineClass] = {}
    for entry in loading.entries(file, whole["classes"], "class", CLASS):
        if loading.once(file, entry, classes, "class"):
            classes[entry["id"]] = MedicineClass(
                entry["id"], loading.text(file, entry, "label", entry["id"]), loading.text(file, entry, "concern"),
                loading.names(file, entry, "members", "class"), loading.names(file, entry, "atc", "ATC code"),
                loading.flag(file, entry, "common", False),
            )  # fmt: skip
    for group in whole["classes"] if isinstance(whole["classes"], list) else ():
        if isinstance(group, Block) and "id" in group:
            loading.names(file, group, "members", "class", classes)
    ingredients: dict[str, Ingredient] = {}
    for entry in loading.entries(file, whole["ingredients"], "ingredient", INGREDIENT, "id label"):
        if not loading.once(file, entry, ingredients, "ingredient"):
            continue
        ingredients[entry["id"]] = Ingredient(
            entry["id"], loading.text(file, entry, "label"), loading.names(file, entry, "classes", "class", classes),
            loading.names(file, entry, "synonyms", "synonym"), loading.text(file, entry, "strength"),
            loading.text(file, entry, "effect"), loading.names(file, entry, "sources", "source", loading.sources),
            atc=loading.names(file, entry, "atc", "ATC code"),
        )  # fmt: skip
    if words is None:
        return Catalogue(ingredients, classes)
    often = words["frequencies"]
    if not isinstance(often, Block):
        loading.fault(file, words.line, "words: frequencies is no mapping; write {daily: 1}")
        often = Block()
    times = {
        str(text): loading.number(file, number, "words: frequencies", words.line) for text, number in often.items()
    }
    parts = {
        kind: frozenset(loading.names(file, words, kind, "word")) for kind in ("forms", "topical", "ignored", "salts")
    }
    frequencies = {text: float(number) for text, number in times.items() if number is not None}
    return Catalogue(ingredients, classes, Words(frequencies=frequencies, **parts))
