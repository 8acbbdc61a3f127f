"""Hostile intakes in every format and document: what comes out is inert text, and nothing is fetched, run, logged or repeated."""

import io
import json
import logging
import re
import socket
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any, get_args

import pytest

from tests import hostile
from triage.assessment import Assessment
from triage.engine import Triage
from triage.errors import IntakeError, ReportError, UnknownFindingError
from triage.intake import LONGEST_TEXT
from triage.reporting import Document, render
from triage.reporting.words import harmless

DOCUMENTS = get_args(Document)
TOGETHER = " ".join(text for name, text in hostile.TEXTS.items() if name not in ("long", "many", "half"))
SHORTENED = 60
"""Names beyond this length are cut on the handout and the phone card."""
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
ACTIVE = {"script", "iframe", "object", "embed", "img", "image", "link", "base", "form", "input", "foreignobject"}
"""Elements that load, run or take input; the pages have none."""


class Page(HTMLParser):
    """A page as a browser reads it: elements with attributes, the text, the style sheets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.styles = "", [""]
        self._style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._style = tag == "style"
        if self._style:
            self.styles.append("")

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if self._style:
            self.styles[-1] += data
        else:
            self.text += data


@cache
def engine() -> Triage:
    return Triage()


@cache
def assessed(text: str) -> Assessment:
    return engine().assess(hostile.everywhere(text))


@cache
def html(text: str, document: str) -> Page:
    return Page(str(render(assessed(text), format="html", document=document)))


def _clean(text: str) -> str:
    """Give a text as the intake keeps it: half a character becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def each_attack() -> Any:
    return pytest.mark.parametrize("text", hostile.TEXTS.values(), ids=hostile.TEXTS)


# ---------- what the intake holds ----------


@each_attack()
def test_every_text_arrives_and_the_danger_is_still_seen(text: str) -> None:
    """The attack reaches the documents, or the tests below would prove nothing; it changes no urgency."""
    found = assessed(text)

    assert found.urgency.level.value == "emergency"
    assert hostile.MARK in found.patient.name
    assert hostile.MARK in found.referral.history
    assert any(hostile.MARK in entry.text or "AAAA" in entry.text for entry in found.medicines.entries)
    assert len(found.input_faults) >= 15


# ---------- HTML ----------


@each_attack()
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_page_holds_the_same_elements_whatever_the_words(document: str, text: str) -> None:
    """No attack adds an element, an attribute or a link to what harmless words give."""
    found, plain = html(text, document), html(f"plain words {hostile.MARK}", document)
    kinds, expected = (Counter(tag for tag, _ in page.elements) for page in (found, plain))

    assert set(kinds) <= set(expected)
    assert ACTIVE.isdisjoint(expected)
    assert kinds["style"] == kinds["head"] == kinds["body"] == kinds["html"] == 1
    assert all(kinds[tag] <= expected[tag] for tag in ("a", "meta", "title", "svg", "table"))
    names = {name for _, attributes in found.elements for name in attributes}
    assert names <= {name for _, attributes in plain.elements for name in attributes}
    assert not any(name.startswith("on") for name in names)


@each_attack()
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_page_shows_the_words_as_words(document: str, text: str) -> None:
    found = html(text, document)
    shown = found.text.replace("\xa0", " ")

    assert not UNSEEN.search(found.text)
    assert "1337" not in found.text
    assert hostile.MARK in shown or len(text) > SHORTENED
    if document == "report":
        assert harmless(text) in shown


@each_attack()
@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_address_leads_anywhere_of_the_words(document: str, text: str) -> None:
    found = html(text, document)
    (_, sheet) = found.styles

    assert {address.split(":")[0] for address in re.findall(r'url\(\s*["\']?([^"\')]*)', sheet)} == {"data"}
    assert "@import" not in sheet
    assert hostile.HOST not in sheet
    for _, attributes in found.elements:
        for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            value = attributes.get(name) or ""
            assert not value or value.startswith(("#", "https://", "http://")), value
            assert hostile.HOST not in value
        assert "url(" not in (attributes.get("style") or "")


# ---------- text and JSON ----------


@each_attack()
@pytest.mark.parametrize("document", DOCUMENTS)
def test_plain_text_is_plain(document: str, text: str) -> None:
    page = str(render(assessed(text), format="text", document=document))

    assert not UNSEEN.search(page)
    assert "1337" not in page
    assert hostile.MARK in page or len(text) > SHORTENED
    assert max(map(len, page.splitlines())) <= 80


@each_attack()
def test_json_is_whole_and_holds_no_control_character(text: str) -> None:
    """The assessment keeps the words as they were given, escaped where JSON wants it, and reads back to itself."""
    written = assessed(text).to_json()

    assert not re.search("[\x00-\x09\x0b-\x1f\ud800-\udfff]", written)
    assert written.encode("utf-8")
    assert not re.search("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", written)
    assert json.loads(written)["patient"]["name"] == _clean(text)[:LONGEST_TEXT]
    assert Assessment.from_json(written) == assessed(text)


# ---------- PDF ----------


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Give the files that the PDF writer takes; an attempt to reach anything else fails the test at its end."""
    pytest.importorskip("weasyprint")
    import triage.reporting.pdf as writer

    taken: list[str] = []
    attempts: list[object] = []
    real = writer.static_file
    monkeypatch.setattr(writer, "_SHARED", writer._Shared())  # or what an earlier test read would not be read again

    def refused(*where: object) -> None:
        attempts.append(where)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(writer, "static_file", lambda name: (taken.append(name), real(name))[1])
    yield taken
    assert attempts == []


def opened(content: str | bytes) -> Any:
    pikepdf = pytest.importorskip("pikepdf")
    assert isinstance(content, bytes)
    return pikepdf.open(io.BytesIO(content))


def entries(found: Any) -> Iterator[tuple[str, Any]]:
    """Give every key and value of the dictionaries inside a PDF object; what has a number of its own comes up by itself."""
    import pikepdf

    if isinstance(found, pikepdf.Array):
        for item in found:
            yield from _inside(item)
    elif isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        for key, value in found.items():
            yield key, value
            yield from _inside(value)


def _inside(found: Any) -> Iterator[tuple[str, Any]]:
    if not getattr(found, "is_indirect", True):
        yield from entries(found)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_pdf_of_every_attack_together_is_inert(document: str, offline: list[str]) -> None:
    pdf = opened(render(assessed(TOGETHER), format="pdf", document=document))

    found = [entry for each in pdf.objects for entry in entries(each)]
    assert {key for key, _ in found}.isdisjoint(
        {"/JS", "/JavaScript", "/OpenAction", "/Launch", "/AA", "/RichMedia", "/XFA"}
    )
    assert offline
    assert all(name.startswith("fonts/") for name in offline)
    addresses = [str(value) for key, value in found if key == "/URI"]
    assert all(address.startswith(("https://", "http://")) and hostile.HOST not in address for address in addresses)
    # One attack in each of some thirty places: a few pages more than the same case with plain words.
    assert len(pdf.pages) <= {"handout": 2, "sbar": 2}.get(document, 16)


@pytest.mark.parametrize("document", ["letter", "handout", "sbar"])
def test_an_endless_name_takes_no_page_of_its_own(document: str, offline: list[str]) -> None:
    intake = {
        "patient": {"name": hostile.LONG},
        "referral": {"sender": hostile.LONG, "to": hostile.LONG},
        "fever": True,
    }
    pages = [
        len(opened(render(engine().assess(given), format="pdf", document=document)).pages)
        for given in (intake, {"fever": True})
    ]

    # That three texts were cut is told, in the letter too.
    assert pages[0] <= pages[1] + (document == "letter")


@pytest.mark.parametrize(
    "markup",
    [
        f'<img alt="x" src="http://{hostile.HOST}/x.png">',
        f'<div style="background: url(http://{hostile.HOST}/x.png)">x</div>',
        f'<style>@import url("http://{hostile.HOST}/x.css");</style>',
        f'<link rel="stylesheet" href="http://{hostile.HOST}/x.css">',
        '<img alt="x" src="file:///etc/hostname">',
    ],
    ids=["img", "background", "import", "link", "file"],
)
def test_the_pdf_fetcher_refuses_what_markup_would_ask_for(tmp_path: Any, offline: list[str], markup: str) -> None:
    """Even if words became markup, the writer would load nothing: a template of the host that asks is stopped."""
    (tmp_path / "_letter.html.j2").write_text(f"<main><h1>x</h1>{markup}</main>", encoding="utf-8")

    with pytest.raises(ReportError, match="may not be loaded"):
        render(assessed("x"), format="pdf", document="letter", templates=tmp_path)


def test_a_picture_inside_a_drawing_is_left_out(tmp_path: Any, offline: list[str]) -> None:
    drawing = f'<svg viewBox="0 0 9 9"><image href="http://{hostile.HOST}/x.png" width="9" height="9"/></svg>'
    (tmp_path / "_letter.html.j2").write_text(f"<main><h1>x</h1>{drawing}</main>", encoding="utf-8")

    pdf = opened(render(assessed("x"), format="pdf", document="letter", templates=tmp_path))

    assert not any(value == "/Image" for each in pdf.objects for key, value in entries(each) if key == "/Subtype")


# ---------- logs and errors ----------


def test_nothing_of_the_words_is_logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("weasyprint")
    caplog.set_level(logging.DEBUG)

    found = Triage().assess(hostile.everywhere(TOGETHER))
    for document in DOCUMENTS:
        for format in ("html", "text"):
            render(found, format=format, document=document)
    render(found, format="pdf", document="letter")

    assert hostile.MARK not in caplog.text
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("names", [[hostile.LONG], [f"{hostile.LONG}{n}" for n in range(500)]], ids=["one", "many"])
def test_an_unknown_finding_is_named_in_short(names: list[str]) -> None:
    with pytest.raises(UnknownFindingError) as caught:
        engine().assess(dict.fromkeys(names, True))

    assert "unknown finding `AAA" in str(caught.value)
    assert len(str(caught.value)) < 3_000


def test_a_refused_value_is_not_repeated() -> None:
    """Faults and strict errors say place, problem and mend; of what was written they repeat no more than a key."""
    for text in (hostile.LONG, hostile.TEXTS["many"]):
        with pytest.raises(IntakeError) as caught:
            engine().assess(hostile.everywhere(text), strict=True)
        assert max(map(len, caught.value.problems)) < 600
        assert max(len(fault.model_dump_json()) for fault in assessed(text).input_faults) < 600
