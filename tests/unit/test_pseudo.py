"""Documents in the pseudo-languages: nothing for people stays English, and a page that runs from right to left says so."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from html.parser import HTMLParser
from typing import Any, get_args

import pytest

from triage import Assessment, Triage
from triage.language import find_language, speaking
from triage.reporting import Document, context, render
from triage.reporting.pages import samples
from triage.reporting.words import harmless
from triage.resources import data_folder

DAY = date(2026, 11, 25)
FAULTY: Mapping[str, Any] = {
    "lab_k": "31 mg", "lab_na": "<130 mmol/L", "temp_c": "39 degC", "age_years": "abc", "cramp_site": ["calf", "zzz"],
    "saddle_numb": "maybe", "fever": False, "child_unwell": False, "medicines": ["foo 3", "digoxn", "furosemide 40 mg"],
    "patient": {"name": "X", "born": "2031-01-01", "height": 4}, "referral": {"notes": ["a", "b"]},
}  # fmt: skip
CASES = ("diuretic_and_laxative", "night_cramps", "statin_interaction", "rhabdomyolysis", "faulty")
DOCUMENTS = get_args(Document)

READ_OUT = ("aria-label", "title", "alt", "data-l")
"""Attributes that are shown or read out."""
VOID = frozenset(["meta", "img", "br", "hr", "col", "input", "link"])
CONTENT = re.compile(r"content:([^;}]*)")
"""What a style sheet prints."""

UNITS = ("mmol/L", "micromol/L", "mL/min", "mg/dL", "mEq/L", "cm", "kg")
"""Symbols, the same in every language."""
ENGINE = "compiled"
DATE = re.compile(r"\b\d{1,2}\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b")
"""The pseudo-languages write dates as English does."""
LIST_OF_IDS = re.compile(r"[a-z_]+(?:, [a-z_]+){2,}")
"""What an intake may hold, as the advice to mend it says."""
RUN = re.compile(r"(?<![\w.@/-])[A-Za-z]+(?:[ \u00a0][A-Za-z]+)*(?![\w@/-]|\.\w)")
"""Words of ASCII letters side by side; what holds a digit, a dot, a slash or an underscore is a code."""
ACCENTED = frozenset("aceinouyACEINOUY")
"""Letters that `accented` replaces: a word that keeps one was said neither by a phrase nor by the knowledge base."""


@cache
def engine(language: str) -> Triage:
    return Triage(engine="compiled", language=language)


def intake(case: str) -> Mapping[str, Any]:
    return FAULTY if case == "faulty" else json.loads((data_folder("examples") / f"{case}.json").read_text())


@cache
def assessed(case: str, language: str) -> Assessment:
    return engine(language).assess(intake(case), on=DAY)


@cache
def shown(case: str, language: str, document: str, format: str) -> str:
    return str(render(assessed(case, language), format=format, document=document))


def strings(value: Any) -> Iterator[str]:
    """Give every text inside plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


@cache
def foreign(case: str) -> re.Pattern[str]:
    """Give a pattern of what stays as it was written: by the host, the patient and the laboratory, medicines, sources, codes."""
    given, found = intake(case), assessed(case, "en-XA")
    texts = {*UNITS, ENGINE, *(source.title for source in found.sources)}
    for fault in found.input_faults:
        texts |= {fault.place, fault.place.partition(".")[2], *LIST_OF_IDS.findall(fault.mend)}
    texts |= set(strings([given.get(part, ()) for part in ("patient", "referral", "medicines")]))
    texts |= {text for text in strings(given) if " " in text}
    for entry in found.medicines.entries:
        texts |= {entry.text, entry.dose, entry.taken, *entry.ingredients}
    # The longest first; a text may be folded, and a date or a dose keeps its parts together.
    ordered = sorted((harmless(text).rstrip(".") for text in texts), key=len, reverse=True)
    patterns = [r"\s+".join(map(re.escape, text.split())) for text in ordered if text]
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


def english(case: str, texts: Iterable[str], least: int = 1) -> list[str]:
    """Give the runs of at least so many English words that nobody can translate."""
    own = foreign(case)
    lines = [line for text in texts for line in DATE.sub("#", own.sub("#", text)).splitlines()]
    return [run for line in lines for run in RUN.findall(line) if sum(map(is_english, run.split())) >= least]


def is_english(word: str) -> bool:
    return len(word) > 1 and not ACCENTED.isdisjoint(word)


class Page(HTMLParser):
    """The texts of a page, what is read out, what its style sheet prints, and how each drawing runs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.read_out: list[str] = []
        self.style = ""
        self.root: dict[str, str | None] = {}
        self.drawings: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.read_out += [named[name] or "" for name in READ_OUT if name in named]
        direction = named.get("dir") or (self._open[-1][1] if self._open else "ltr")
        if tag == "html":
            self.root = named
        if (tag, named.get("role")) == ("svg", "img") or "paths" in (named.get("class") or "").split():
            self.drawings.append(direction)
        if tag not in VOID:
            self._open.append((tag, direction))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "style":
            self.style += data
        else:
            self.texts.append(data)


def test_words_that_nobody_can_translate_are_found() -> None:
    texts = [
        "[Thé çàlf ~] of the leg",
        "Patient A, [bôrñ 4 Feb 1980 ~]",
        "cramp_site, 5 mmol/L, VA-01, nice.org.uk",
        "Back",
    ]
    assert english("night_cramps", texts) == ["of the leg", "Back"]
    assert english("night_cramps", texts, least=2) == ["of the leg"]


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("case", CASES)
def test_every_text_of_a_page_can_be_translated(case: str, document: str) -> None:
    page = Page(shown(case, "en-XA", document, "html"))
    assert page.root["lang"] == "en-XA"
    assert any("~]" in text for text in page.texts)
    assert english(case, page.texts) == []
    assert english(case, page.read_out) == []


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("case", CASES)
def test_every_line_of_a_text_can_be_translated(case: str, document: str) -> None:
    lines = shown(case, "en-XA", document, "text")
    assert "~]" in lines
    # Web addresses are folded in their middle; what is left of one looks like a word.
    assert english(case, [lines], least=2) == []


def test_the_page_of_samples_can_be_translated() -> None:
    said = context(assessed("night_cramps", "en-XA"))
    row = {"title": "Patient A", "level": "urgent", "reason": said["urgency"]["reason"], "where": said["headline"]}
    with speaking(find_language("en-XA")):
        page = Page(samples({"rows": [row | {"files": {"pdf": "a.pdf"}}], "limits": said["limits"], "version": "1"}))
    assert "[Sàmplé àsséssméñts ~ ~ ~]" in page.texts
    assert english("night_cramps", page.texts + page.read_out) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_style_sheets_print_can_be_translated(document: str) -> None:
    style = Page(shown("night_cramps", "en-XA", document, "html")).style
    printed = " ".join(re.findall(r'"([^"]*)"', " ".join(CONTENT.findall(style))))
    told = re.sub(r"\\([0-9a-f]{1,6}) ?", lambda sign: chr(int(sign[1], 16)), printed)
    assert "[Pàgé" in told
    assert english("night_cramps", [told]) == []


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("case", CASES)
def test_a_page_from_right_to_left_says_so_and_keeps_its_drawings(case: str, document: str) -> None:
    page = Page(shown(case, "ar-XB", document, "html"))
    assert (page.root["lang"], page.root["dir"]) == ("ar-XB", "rtl")
    assert set(page.drawings) <= {"ltr"}


def test_every_kind_of_drawing_is_looked_at() -> None:
    pages = [shown(case, "ar-XB", "report", "html") for case in CASES]
    assert all(any(f'class="{kind}' in page for page in pages) for kind in ("bodymap", "course", "bar", "paths"))
    assert all(Page(page).drawings for page in pages)


def test_english_pages_need_no_box_for_drawings() -> None:
    page = shown("diuretic_and_laxative", "en-GB", "report", "html")
    assert page.count('dir="ltr"') == 1
