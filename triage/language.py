"""The language in use: English as the code and the knowledge base write it, or another by a catalogue.

`say` gives a phrase in the language that `speaking` set for this thread or task; what a catalogue lacks stays English, so a phrase
that was changed is never said in the words of an older one. Catalogues are gettext's PO files, keyed by the English text; in the
knowledge base also by the id the text stands under. Two pseudo-languages show layouts and gaps: `en-XA` is English with accents, longer
and in brackets; `ar-XB` is English on a page that runs from right to left.
"""

import gettext
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from triage.errors import LanguageError, UnknownNameError, quoted, suggestion
from triage.resources import data_folder

SOURCE = "en-GB"
"""The language that code, templates and knowledge bases are written in."""

PSEUDO = ("en-XA", "ar-XB")
"""Languages made from English by rule."""

Key: TypeAlias = tuple[str, str]
"""What a text stands under (empty for a phrase of code or templates) and the text itself in English."""

_FIELD = re.compile(r"(\{[^{}]*\})")
_VALUE = re.compile(r"\{(\w+)\}|\{\{|\}\}")
_ACCENTS = str.maketrans("aceinouyACEINOUY", "àçéîñôûýÀÇÉÎÑÔÛÝ")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Texts of one PO file by key; a phrase with a plural has a form for each of `plural`'s numbers."""

    texts: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    plural: Callable[[int], int] = lambda number: int(number != 1)
    digest: str = ""
    """SHA-256 of the file; empty for English and the pseudo-languages."""


NO_CATALOGUE = Catalogue()


@dataclass(frozen=True)
class Language:
    """A language by its BCP 47 code, with the phrases of code and templates."""

    code: str = SOURCE
    catalogue: Catalogue = NO_CATALOGUE

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Where a line begins: at the left or at the right."""
        return "rtl" if self.code.split("-")[0] in ("ar", "fa", "he", "ur") else "ltr"

    @property
    def lowers_labels(self) -> bool:
        """Whether a label begins small in the middle of a sentence; where nouns keep their capitals, labels stay as they are."""
        return self.code.split("-")[0] == "en" or self.code in PSEUDO

    @property
    def is_source(self) -> bool:
        """Whether this is the language everything is written in."""
        return self.code == SOURCE

    def phrase(self, message: str, catalogue: Catalogue | None = None, under: str = "") -> str:
        """Give a text in this language, from its own catalogue or the one given."""
        if self.code == "en-XA":
            return accented(message)
        found = (catalogue or self.catalogue).texts.get((under, message))
        return found[0] if found else message

    def phrase_for(self, number: float, one: str, many: str) -> str:
        """Give the form of a phrase that goes with a number; a fraction has the last."""
        found = self.catalogue.texts.get(("", one))
        if found is None or len(found) == 1:
            return self.phrase(one if number == 1 else many)
        return found[self.catalogue.plural(int(number)) if number == int(number) else -1]

    def figures(self, text: str) -> str:
        """Give a number that was written with a point as it is written here."""
        if self.is_source or self.code in PSEUDO:
            return text
        from babel.numbers import get_decimal_symbol

        return text.replace(".", get_decimal_symbol(self.code.replace("-", "_")))

    def day(self, day: date) -> str:
        """Give a date as people write it here: `12 Mar 2026`, `12.03.2026`."""
        if self.is_source or self.code in PSEUDO:
            return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        from babel.dates import format_date

        return format_date(day, "medium", self.code.replace("-", "_"))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

ENGLISH = Language()
_in_use: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def in_use() -> Language:
    """Give the language in use."""
    return _in_use.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Use a language inside the block, in this thread or task alone."""
    before = _in_use.set(language)
    try:
        yield
    finally:
        _in_use.reset(before)


def say(message: str, /, **values: object) -> str:
    """
    Give a phrase in the language in use.

    Args:
        message: the English phrase, whole; `{name}` stands for a value. A literal, so that it can be collected.
        values: what to put in; never read as a phrase itself.
    """
    return filled(in_use().phrase(message), values)


def say_many(number: float, one: str, many: str, /, **values: object) -> str:
    """Give the phrase that goes with a number; `{number}` stands for it."""
    written = str(number) if isinstance(number, int) else figures(f"{number:g}")
    return filled(in_use().phrase_for(number, one, many), {"number": written, **values})


def filled(phrase: str, values: Mapping[str, object]) -> str:
    """
    Put values into a phrase by name, and nothing else: neither attributes nor formats, which a template could misuse.

    A brace of the phrase itself is doubled where there are values.
    """
    if not values:
        return phrase
    return _VALUE.sub(lambda found: str(values[found[1]]) if found[1] else found[0][0], phrase)


def figures(text: str) -> str:
    """Give a number that was written with a point as the language in use writes it."""
    return in_use().figures(text)


def accented(text: str) -> str:
    """
    Give English with accents, a third longer and in brackets, so that a phrase nobody can translate stands out.

    A phrase without a word of its own (`{what}: {found}`) stays: only what it holds is marked.
    """
    parts = _FIELD.split(text)
    words = "".join(parts[::2])
    if not any(mark.isalpha() for mark in words):
        return text
    said = "".join(part if place % 2 else part.translate(_ACCENTS) for place, part in enumerate(parts))
    return f"[{said}{' ~' * max(1, len(words) // 6)}]"


def languages() -> tuple[str, ...]:
    """Give the codes of every language that code and templates speak, English first, the pseudo-languages last."""
    return (SOURCE, *sorted(path.stem for path in _folder().glob("*.po")), *PSEUDO)


def _folder() -> Path:
    return data_folder("reports") / "locale"


def find_language(code: str) -> Language:
    """
    Give a language by its code; of `de-AT` without a catalogue of its own, `de`.

    Raises:
        UnknownNameError: there is no such language.
        LanguageError: its catalogue cannot be read.
    """
    known = languages()
    name = matching(code, known)
    if name is None:
        raise UnknownNameError(
            f"language: no language {quoted(code)}{suggestion(code, known)}; there is {', '.join(known)}"
        )
    if name == SOURCE or name in PSEUDO:
        return Language(name)
    return Language(name, read_catalogue(_folder() / f"{name}.po"))


def matching(code: str, known: tuple[str, ...]) -> str | None:
    """Give the best of the known codes: the same, else without the region, else another region of it."""
    wanted = code.replace("_", "-").casefold()
    by_name = {name.casefold(): name for name in known}
    while wanted:
        if wanted in by_name:
            return by_name[wanted]
        wanted = wanted.rpartition("-")[0]
    start = code.replace("_", "-").casefold().split("-")[0] + "-"
    return next((name for name in known if name not in PSEUDO and name.casefold().startswith(start)), None)


@cache
def read_catalogue(path: Path) -> Catalogue:
    """
    Read a PO file. Entries marked fuzzy and entries without a translation are left out.

    Raises:
        LanguageError: the file is missing or no PO file, or a translation lacks or adds a `{value}`.
    """
    # Only now: English needs none of it.
    from babel.messages.pofile import PoFileError, read_po

    try:
        content = path.read_bytes()
        with path.open("rb") as file:
            read = read_po(file, locale=path.stem.replace("-", "_"), abort_invalid=True)
    except (OSError, PoFileError, UnicodeDecodeError, ValueError) as problem:
        raise LanguageError(f"{path.name}: cannot be read as a PO file: {problem}") from problem
    texts: dict[Key, tuple[str, ...]] = {}
    faults = []
    for message in read:
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        written = message.string if isinstance(message.string, tuple | list) else (message.string,)
        forms = tuple(form for form in written if form)
        if not ids[0] or message.fuzzy or len(forms) < len(written):
            continue
        if any(fields(form) != fields(ids[-1]) for form in forms):
            wanted = ", ".join(sorted(fields(ids[-1]))) or "none"
            faults.append(f"{path.name}: `{ids[0]}`: the values in the translation differ; it needs {wanted}")
        texts[message.context or "", str(ids[0])] = forms
    if faults:
        raise LanguageError("\n".join(faults))
    return Catalogue(texts, gettext.c2py(read.plural_expr), hashlib.sha256(content).hexdigest())


def fields(text: str) -> frozenset[str]:
    """Give the `{values}` of a phrase."""
    return frozenset(_FIELD.findall(text))
