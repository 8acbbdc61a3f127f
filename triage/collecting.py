"""What there is to translate: the phrases of code and templates, the texts of a knowledge base, and how a PO file follows them.

A file is brought up to date, never started anew: what was translated stays, what was changed keeps its old translation marked as
fuzzy (which is never used), and what nobody says any more is dropped.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triage.errors import LanguageError
from triage.knowledge import KnowledgeBase
from triage.resources import data_folder
from triage.translating import texts

KEYWORDS: Mapping[str, Any] = {"say": None, "say_many": (2, 3), "_": None, "_many": (2, 3)}
"""The functions whose literals are collected: of a plural the second and third argument."""


BEFORE = "English before: "
"""Begins the comment on a text that was changed after it was translated."""


@dataclass(frozen=True)
class Wanted:
    """Something to translate: the text with its plural, what it stands under, and where it is said."""

    text: str
    plural: str = ""
    under: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """How far a catalogue is: texts wanted, translated, and translated before the English was changed (`fuzzy`)."""

    path: Path
    wanted: int
    translated: int
    fuzzy: int
    missing: tuple[Wanted, ...]

    @property
    def complete(self) -> bool:
        """Whether everything is translated."""
        return not self.missing


def phrases() -> tuple[Wanted, ...]:
    """Give the phrases of code and templates, in the order of their text."""
    from babel.messages.extract import extract_from_file

    code, templates = Path(__file__).resolve().parent, data_folder("reports") / "templates"
    files = [(path, code.parent, "python") for path in sorted(code.rglob("*.py")) if _speaks(path, code)]
    files += [(path, templates.parent, "jinja2.ext:babel_extract") for path in sorted(templates.glob("*.j2"))]
    found: dict[tuple[str, str], list[str]] = {}
    for path, root, method in files:
        options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false", "encoding": "utf-8"}
        for _, message, _, _ in extract_from_file(method, str(path), keywords=KEYWORDS, options=options):
            one, many = message if isinstance(message, tuple) else (message, "")
            # A file, and no line: lines move with every change, and a translator needs the place, not the number.
            found.setdefault((one, many), []).append(path.relative_to(root).as_posix())
    return tuple(
        Wanted(one, many, places=tuple(dict.fromkeys(places)))
        for (one, many), places in sorted(found.items())
        if one.strip()
    )


def _speaks(path: Path, package: Path) -> bool:
    """Whether a file is code of the package (in an installed one the data lie beside it) that says something in the language in use."""
    inside = path.relative_to(package).parts[0] not in ("knowledge_base", "reports", "examples")
    return inside and "from triage.language import" in path.read_text(encoding="utf-8")


def content(knowledge: KnowledgeBase) -> tuple[Wanted, ...]:
    """Give the texts of a knowledge base in its order."""
    return tuple(Wanted(text, under=under) for under, text in texts(knowledge))


def state(path: Path, wanted: Iterable[Wanted]) -> State:
    """
    Say how far a catalogue is.

    Raises:
        LanguageError: it is no PO file.
    """
    known, fuzzy, everything = _read(path), 0, tuple(wanted)
    missing = []
    for one in everything:
        found = known.get((one.under, one.text))
        if found is None or found.fuzzy or not _translated(found):
            missing.append(one)
            fuzzy += found is not None and found.fuzzy
    return State(path, len(everything), len(everything) - len(missing), fuzzy, tuple(missing))


def updated(path: Path, language: str, wanted: Iterable[Wanted]) -> str:
    """
    Give the text of a catalogue that follows what is wanted now.

    Args:
        path: the catalogue as it is; a file that does not exist is an empty one.
        language: its BCP 47 code.

    Raises:
        LanguageError: it is no PO file, or the language is not known.
    """
    from babel import UnknownLocaleError
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    known = _read(path)
    by_place = {under: message for (under, _), message in known.items() if under}
    try:
        found = Catalog(locale=language.replace("-", "_"), fuzzy=False)
        plural = f"nplurals={found.num_plurals}; plural={found.plural_expr};"
    except (UnknownLocaleError, ValueError):
        raise LanguageError(f"language: no language `{language}`; use a code such as de, fr or pt-BR") from None
    for one in wanted:
        old = known.get((one.under, one.text))
        flags = {"fuzzy"} if old is not None and old.fuzzy else set()
        before = list(old.user_comments) if old is not None and old.fuzzy else []
        if old is None and one.under in by_place:
            # The English was changed: its old translation helps the translator, and is not used.
            old, flags = by_place[one.under], {"fuzzy"}
            before = list(old.user_comments) or [f"{BEFORE}{old.id}"]
        found.add(
            (one.text, one.plural) if one.plural else one.text,
            old.string if old is not None and bool(one.plural) == isinstance(old.string, tuple) else None,
            locations=[(place, 0) for place in one.places], flags=flags, user_comments=before,
            context=one.under or None,
        )  # fmt: skip
    written = io.BytesIO()
    write_po(written, found, width=110, omit_header=True, include_lineno=False)
    head = (
        f"Language: {language}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {plural}",
    )
    lines = ['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in head)]
    return "\n".join(lines) + "\n\n" + written.getvalue().decode("utf-8").strip("\n") + "\n"


def _read(path: Path) -> dict[tuple[str, str], Any]:
    from babel.messages.pofile import PoFileError, read_po

    if not path.is_file():
        return {}
    try:
        with path.open("rb") as file:
            read = read_po(file, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as problem:
        raise LanguageError(f"{path.name}: cannot be read as a PO file: {problem}") from problem
    return {(message.context or "", _first(message)): message for message in read if _first(message)}


def _first(message: Any) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def _translated(message: Any) -> bool:
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms)
