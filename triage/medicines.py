"""Medicines: the catalogue of ingredients and classes, and how a free text becomes an entry of it.

A text is matched by whole words against ingredients, their spelling variants (INN, USAN, BAN) and synonyms; dose, form,
frequency and route words are understood and set aside. A word that is left over makes the entry *not recognised*: it is never
guessed, only suggested.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from triage.language import say
from triage.wording import semicolons


@dataclass(frozen=True)
class MedicineClass:
    """A class of medicines and the concern it raises; `members` make it a group, `atc` are prefixes of codes in it; a `common` concern says least."""

    id: str
    label: str
    concern: str
    members: tuple[str, ...] = ()
    atc: tuple[str, ...] = ()
    common: bool = False


@dataclass(frozen=True)
class Ingredient:
    """
    An ingredient with its other names.

    An ingredient without classes is a common medicine that no rule is about. `atc` holds ATC codes, complete or beginnings of some,
    of products that contain it. `shown` is the name in the language of the reader where that is not the label; it is never read.
    """

    id: str
    label: str
    classes: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    strength: str = ""
    effect: str = ""
    sources: tuple[str, ...] = ()
    note: str = ""
    atc: tuple[str, ...] = ()
    shown: str = ""

    @property
    def name(self) -> str:
        """The name that people are shown."""
        return self.shown or self.label


@dataclass(frozen=True)
class Words:
    """
    Words that may stand beside a name: forms, frequencies (times a day), topical forms, and others that mean nothing here.

    `salts` mean nothing directly behind a name ("losartan potassium"); anywhere else they may be a medicine of their own.
    """

    forms: frozenset[str]
    frequencies: Mapping[str, float]
    topical: frozenset[str]
    ignored: frozenset[str]
    salts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class MedicineEntry:
    """
    One entry of a medicine list as understood.

    Args:
        text: what was written, shown to people.
        ingredients: ids of recognised ingredients.
        classes: ids of classes they count in (none for a preparation used on the skin or in the eye).
        recognised: every word was understood.
        dose_mg: the daily dose in mg where it is known.
        started_days, stopped_days: days before the intake, where known.
        note: what a reader should know about how it was read.
    """

    text: str
    ingredients: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    recognised: bool = False
    dose_mg: float | None = None
    dose: str = ""
    taken: str = ""
    started_days: float | None = None
    stopped_days: float | None = None
    stopped: bool = False
    note: str = ""
    atc: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Every name a rule may call this entry by."""
        return frozenset(self.ingredients) | frozenset(self.classes)


@dataclass(frozen=True)
class MedicineList:
    """The medicines of one person; `complete` is false when the host says so."""

    entries: tuple[MedicineEntry, ...] = ()
    complete: bool = True

    @property
    def nothing_hidden(self) -> bool:
        """Whether a class that was not found is surely not taken."""
        return self.complete and all(entry.recognised for entry in self.entries)


def plain_words(text: str) -> str:
    """
    Give a text in lower case without accents and punctuation, words separated by single spaces.

    A comma inside a number is a decimal comma, before three digits a thousands one: `47,5` is 47.5, `1,000` is 1000.
    """
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(mark for mark in folded if not unicodedata.combining(mark))
    kept = _THOUSANDS.sub("", _DECIMAL_COMMA.sub(".", kept))
    return " ".join(re.findall(r"[a-z0-9.%]+", kept.replace(",", " , ").replace("'", "")))


_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_TWO_WAYS = re.compile(r"(?<![\d.])[1-9]\d{0,2}\.\d{3}(?!\d)")
"""A number such as 1.000: one, or a thousand where the point parts thousands. No dose is read from it."""
_PART = r"(\d(?:[.,]\d)?)"
_SCHEME = re.compile(rf"(?<![\w.]){_PART}-{_PART}-{_PART}(?:-{_PART})?(?![\w.])")
"""How many in the morning, at noon, in the evening (and at night): 1-0-1."""
_AMOUNT = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)\s*(micrograms?|mcg|ug|milligrams?|mg|grams?|g)(?![a-z])")
_STRENGTH = re.compile(
    r"(?<![a-z])\d+(?:\.\d+)?\s*(?:micrograms?|mcg|ug|milligrams?|mg|grams?|g|ml|units?|iu|mmol|%|puffs?|tabs?|x)?(?![a-z])"
    r"|(?<![a-z])(?:micrograms?|mcg|mg|g|ml|units?|iu|mmol|%)(?![a-z])"
)
_MILLIGRAMS = {"m": Fraction(1), "g": Fraction(1000), "u": Fraction(1, 1000)}
MAX_TEXT = 300
"""A medicine text longer than this is not read; it is shown as not recognised."""

SHORT, LONG = 5, 10
"""Letters from which a word may be a misspelling of a name by one letter, and by two; any shorter or further is another name."""


def _meant(word: str, names: Iterable[str]) -> list[str]:
    """Give the names that a word may be a misspelling of, the nearest alone."""
    allowed = 2 if len(word) >= LONG else 1 if len(word) >= SHORT else 0
    near: dict[int, list[str]] = {}
    for name in names:
        if name[:1] == word[:1] and abs(len(name) - len(word)) <= allowed:
            near.setdefault(_edits(word, name), []).append(name)
    return next((near[edits] for edits in range(1, allowed + 1) if edits in near), [])


def _edits(one: str, other: str) -> int:
    """Count the letters to add, drop or change to get from one word to the other."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        before, row = row, [place]
        for at, mark in enumerate(other):
            row.append(min(before[at] + (letter != mark), before[at + 1] + 1, row[at] + 1))
    return row[-1]


def _in_milligrams(number: str, unit: str) -> Fraction:
    kind = "u" if unit.startswith(("micro", "mcg", "ug")) else "m" if unit.startswith("m") else "g"
    return Fraction(number) * _MILLIGRAMS[kind]


@dataclass(frozen=True)
class Catalogue:
    """Every medicine the knowledge base knows, and the words beside their names."""

    ingredients: Mapping[str, Ingredient]
    classes: Mapping[str, MedicineClass]
    words: Words = field(default_factory=lambda: Words(frozenset(), {}, frozenset(), frozenset()))

    @cached_property
    def _by_name(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """A name that several ingredients share is a product that holds them all."""
        table: dict[tuple[str, ...], tuple[str, ...]] = {}
        for ingredient in self.ingredients.values():
            for name in dict.fromkeys((ingredient.label, ingredient.id.replace("_", " "), *ingredient.synonyms)):
                words = tuple(plain_words(name).split())
                table[words] = tuple(dict.fromkeys((*table.get(words, ()), ingredient.id)))
        return table

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._by_name), default=0)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name a rule may use: ingredients and classes."""
        return frozenset(self.ingredients) | frozenset(self.classes)

    def classes_of(self, ingredients: Iterable[str]) -> tuple[str, ...]:
        """Give the sorted classes of some ingredients, groups included."""
        direct = {name for ingredient in ingredients for name in self.ingredients[ingredient].classes}
        groups = {group.id for group in self.classes.values() if direct & set(group.members)}
        return tuple(sorted(direct | groups))

    def classes_by_code(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Give the sorted classes that ATC codes count in, with those that every ingredient of such a class shares."""
        direct = {one.id for one in self.classes.values() for code in codes if code.startswith(one.atc)}
        for name in tuple(direct):
            members = [set(one.classes) for one in self.ingredients.values() if name in one.classes]
            direct |= set.intersection(*members) if members else set()
        groups = {group.id for group in self.classes.values() if direct & set(group.members)}
        return tuple(sorted(direct | groups))

    def ingredients_by_code(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Give the ingredients that products with these ATC codes contain, as far as that is sure."""
        codes = tuple(codes)
        return tuple(one.id for one in self.ingredients.values() if any(code.startswith(one.atc) for code in codes))

    def read(self, text: str, codes: Sequence[str] = ()) -> MedicineEntry:
        """
        Understand one medicine text.

        ATC `codes` beside it add ingredients and classes; they take none away and do not make a text recognised.
        """
        coded = self.ingredients_by_code(codes)
        entry = self._read(text, coded)
        return replace(
            entry,
            ingredients=tuple(dict.fromkeys((*entry.ingredients, *coded))),
            classes=tuple(sorted({*entry.classes, *self.classes_of(coded), *self.classes_by_code(codes)})),
        )

    def _read(self, text: str, coded: tuple[str, ...]) -> MedicineEntry:
        shown = " ".join(text.split())
        if len(text) > MAX_TEXT:
            return MedicineEntry(shown[:MAX_TEXT], note=say("the text is too long to be a medicine; not recognised"))
        scheme = _SCHEME.search(text)
        plain = plain_words(_SCHEME.sub(" ", text))
        amounts = [] if _TWO_WAYS.search(plain) else [_in_milligrams(*found) for found in _AMOUNT.findall(plain)]
        words = _STRENGTH.sub(" ", plain).split()
        found: list[str] = []
        left: list[str] = []
        times = sum(float(part.replace(",", ".")) for part in scheme.groups() if part) if scheme else None
        topical = taken_in = behind_name = False
        position = 0
        while position < len(words):
            length, ingredients = self._name_at(words, position)
            if ingredients:
                found.extend(ingredients)
                position, behind_name = position + length, True
                continue
            length = self._phrase_at(words, position, (*self.words.frequencies, *self.words.topical))
            phrase = " ".join(words[position : position + length])
            if phrase in self.words.frequencies:
                times = self.words.frequencies[phrase]
            elif phrase in self.words.topical:
                topical = True
            elif phrase in self.words.forms:
                taken_in = True
            elif phrase not in self.words.ignored and not (behind_name and phrase in self.words.salts):
                left.append(phrase)
            position, behind_name = position + length, False
        names = tuple(dict.fromkeys(found))
        recognised = bool(names) and not left
        # Two medicines in one text, or a tablet beside the cream: then the cream must not hide what is swallowed.
        outside = topical and len(names) == 1 and not taken_in
        notes = []
        if not recognised:
            meant = self._meant(left[0]) if left else ""
            notes.append(say("not recognised; did you mean `{name}`?", name=meant) if meant else say("not recognised"))
        if outside:
            notes.append(say("used on the skin or in the eye or ear: counted in no class"))
        single = len(amounts) == 1 and len({*names, *coded}) == 1
        return MedicineEntry(
            text=shown,
            ingredients=() if outside else names,
            classes=() if outside else self.classes_of(names),
            recognised=recognised,
            dose_mg=float(amounts[0] * Fraction(str(times or 1.0))) if single else None,
            note=semicolons(notes),
        )

    def _name_at(self, words: list[str], position: int) -> tuple[int, tuple[str, ...]]:
        """Give the length and ingredients of the longest name that begins here."""
        for length in range(min(self._longest, len(words) - position), 0, -1):
            found = self._by_name.get(tuple(words[position : position + length]))
            if found:
                return length, found
        return 1, ()

    @staticmethod
    def _phrase_at(words: list[str], position: int, phrases: Iterable[str]) -> int:
        """Give the length of the longest of these phrases that begins here, or 1."""
        known = set(phrases)
        return next((n for n in (4, 3, 2) if " ".join(words[position : position + n]) in known), 1)

    def _meant(self, word: str) -> str:
        """Give the ingredient a word is a misspelling of, or the one word it is one of; nothing where it may be several."""
        found = _meant(word, self._by_word)
        whose = frozenset[str]().union(*(self._by_word[name] for name in found))
        if len(whose) == 1:
            return self.ingredients[next(iter(whose))].name
        return found[0] if len(found) == 1 else ""

    @cached_property
    def _by_word(self) -> dict[str, frozenset[str]]:
        """The ingredients by each word of their names that is long enough to be misspelt."""
        table: dict[str, set[str]] = {}
        for name, ingredients in self._by_name.items():
            for word in name:
                if len(word) > 3:
                    table.setdefault(word, set()).update(ingredients)
        return {word: frozenset(found) for word, found in table.items()}
