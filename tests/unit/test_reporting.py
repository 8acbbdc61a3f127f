"""Reports: complete, inert, the same bytes twice, and a PDF that a screen reader can follow."""

import builtins
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import assessments
from triage.assessment import Assessment
from triage.engine import Triage
from triage.errors import MissingExtraError, ReportError, UnknownNameError
from triage.reporting import VIEWS, context, render
from triage.reporting.bars import bar, ticks
from triage.reporting.clinical import _ABOUT_RESULTS, _STORY, VITAL_SIGNS
from triage.reporting.words import (
    css_string,
    day,
    first_sentence,
    fitting,
    fold,
    harmless,
    measured,
    moment,
    sentence,
    shorten,
    since,
    unfinished,
    whole_sentences,
)

HEADINGS = (
    "Patient",
    "Referrer, date and completeness",
    "Urgency, destination and reason",
    "Question and expectation",
    "Presenting problem",
    "Red flags",
    "Medicines and allergies",
    "History and function",
    "Examination and vital signs",
    "Results",
    "Suspected causes",
    "Advice given and withheld",
    "Safety net, concerns and consent",
    "Limits",
)
CASES = {"emergency": assessments.emergency, "routine": assessments.routine, "self_care": assessments.self_care}
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069]")
SVG = "{http://www.w3.org/2000/svg}"
A4, US_LETTER = (595, 842), (612, 792)


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> Assessment:
    return CASES[request.param]()


class Elements(HTMLParser):
    """What a browser would make of a page: elements with their attributes, and the text outside style sheets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.text += data


def html(assessment: Assessment, **options: Any) -> str:
    page = render(assessment, format="html", **options)
    assert isinstance(page, str)
    return page


def text(assessment: Assessment, **options: Any) -> str:
    page = render(assessment, format="text", **options)
    assert isinstance(page, str)
    return page


@pytest.fixture
def opened() -> Iterator[Any]:
    pytest.importorskip("weasyprint")
    pikepdf = pytest.importorskip("pikepdf")

    kept = []  # a PDF that nobody holds takes its objects with it

    def give(assessment: Assessment, **options: Any) -> Any:
        kept.append(pikepdf.open(io.BytesIO(render(assessment, format="pdf", **options))))
        return kept[-1]

    yield give
    kept.clear()


def structure(pdf: Any) -> Iterator[Any]:
    """Give every structure element, parents first."""
    import pikepdf

    def below(element: Any) -> Iterator[Any]:
        if isinstance(element, pikepdf.Array):
            for child in element:
                yield from below(child)
        elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
            yield element
            if "/K" in element:
                yield from below(element.K)

    return below(pdf.Root.StructTreeRoot.K)


def page_texts(content: bytes) -> list[str]:
    """Give the text of each page as pdftotext reads it."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


# ---------- the contract ----------


def test_context_holds_exactly_the_documented_names(case: Assessment) -> None:
    """The template context is the assessment's fields and the documented views, nothing else."""
    fields = set(case.model_dump(by_alias=True))

    assert set(context(case)) == fields | set(VIEWS)
    assert fields.isdisjoint(VIEWS)


def test_context_is_the_same_twice(case: Assessment) -> None:
    assert context(case) == context(case)


def test_red_flags_are_four_lists_with_counts() -> None:
    page = html(assessments.emergency())

    for shown in ("Present (4)", "Absent (16)", "Unsure (1)", "Not asked (42)", "20 of 63 answered"):
        assert shown in page


def test_long_lists_are_shortened_by_checklist_but_not_beside_a_present_sign() -> None:
    flags = context(assessments.emergency())["flags"]

    assert "Breathing, heart, mind (all 9)" in flags["absent_short"]
    assert "New bowel dysfunction" in flags["absent_short"]
    assert "New sexual dysfunction" in flags["not_asked_short"]
    assert len(flags["absent"]) == 16


def test_the_letter_lists_at_most_four_causes_and_counts_the_rest() -> None:
    found = context(assessments.routine())

    assert len(found["cause_rows"]) == 4
    assert found["causes_left"] == 2
    assert "2 more in the full report" in html(assessments.routine(), document="letter")


# ---------- completeness ----------


@pytest.mark.parametrize("heading", HEADINGS)
def test_report_holds_every_part_of_a_referral(case: Assessment, heading: str) -> None:
    assert heading in Elements(html(case)).text
    assert f"\n{heading.upper()}" in text(case)


def test_every_link_inside_the_page_leads_somewhere(case: Assessment) -> None:
    found = Elements(html(case)).found
    ids = {attributes["id"] for _, attributes in found if "id" in attributes}

    assert {a["href"][1:] for _, a in found if (a.get("href") or "").startswith("#")} <= ids


@pytest.mark.parametrize("format", ["html", "text"])
def test_report_shows_everything_needed_to_redo_the_decision(case: Assessment, format: str) -> None:
    """Rules, conditions, answers, open questions, advice, faults and sources all stand in the report."""
    page = render(case, format=format)
    assert isinstance(page, str)
    shown = re.sub(r"\s+", " ", Elements(page).text if format == "html" else page)
    wanted = [case.urgency.request, case.limits, case.knowledge_base.version, case.knowledge_base.content_hash, case.id]
    wanted += [part for rule in case.fired_rules for part in (rule.id, rule.row, rule.title, rule.certainty.value)]
    wanted += [answer.label for answer in case.answers if answer.state != "answered"]
    wanted += [found.label for found in (*case.causes, *case.patterns, *case.laboratory)]
    wanted += [rule.because for rule in case.fired_rules] + [rule.condition for rule in case.fired_rules]
    wanted += [question.label for question in (*case.urgency_range.lifts, *case.urgency_range.outside)]
    wanted += [
        reason.removeprefix("Not yet excluded: ") for advice in case.advice_withheld for reason in advice.reasons
    ]
    wanted += [point for net in case.safety_netting for point in net.points]
    wanted += [fault.problem for fault in case.input_faults] + [note.topic for note in case.honest_notes]
    wanted += [source.title for source in case.sources] + [conflict.note for conflict in case.conflicts]

    missing = [words for words in wanted if words.lower() not in shown.replace("\xa0", " ").lower()]

    assert missing == []


def test_letter_asks_before_it_tells(case: Assessment) -> None:
    """Urgency, destination and request come before the history, in every format."""
    for page in (html(case, document="letter"), text(case, document="letter")):
        shown = page.partition("<body")[2].lower() or page.lower()
        places = [
            shown.find(x) for x in (case.urgency.word.lower(), "what we ask", "presenting problem", "suspected causes")
        ]
        assert -1 not in places
        assert places == sorted(places)


def test_empty_fields_are_written_out() -> None:
    """Where nothing was given the letter says so; no row is empty."""
    page = html(assessments.emergency(), document="letter")

    assert page.count("not given") >= 8
    assert not re.search(r"<(dd|td)[^>]*>\s*</\1>", page)


def test_urgency_never_stands_without_its_time(case: Assessment) -> None:
    for document in ("report", "letter", "sbar", "criterion"):
        assert f"{case.urgency.word}, {case.urgency.time}".lower() in text(case, document=document).lower()


def test_sbar_speaks_in_order_with_few_lines(case: Assessment) -> None:
    rows = context(case)["spoken"]

    assert [row["letter"] for row in rows] == list("SBAR")
    assert all(1 <= len(row["lines"]) <= 3 for row in rows)
    assert rows[-1]["lines"][-1]["strong"] == "Please repeat back"


def test_text_fits_eighty_columns(case: Assessment) -> None:
    for document in ("report", "letter", "sbar", "criterion"):
        assert max(map(len, text(case, document=document).splitlines())) <= 80


# ---------- hostile words ----------


@pytest.mark.parametrize("document", ["report", "letter", "handout", "sbar", "criterion"])
def test_hostile_words_stay_words(document: str) -> None:
    """Markup, template syntax, control characters and direction overrides do nothing but show."""
    found = Elements(html(assessments.hostile(), document=document))
    tags = {tag for tag, _ in found.found}

    assert tags.isdisjoint({"script", "img", "iframe", "object"})
    assert not any(name.startswith("on") for _, attributes in found.found for name in attributes)
    assert sum(tag == "style" for tag, _ in found.found) == 1
    assert "<script>alert(1)</script>" in found.text
    assert not UNSEEN.search(found.text)
    assert not UNSEEN.search(text(assessments.hostile(), document=document))
    if document == "report":
        assert "{{ 7 * 7 }}" in found.text
        assert "A" * 10_000 in found.text


def test_hostile_words_cannot_leave_the_style_sheet() -> None:
    page = html(assessments.hostile())

    sheet = page[page.index("<style>") : page.index("</style>")]
    assert "url(http" not in sheet
    assert "@import" not in sheet


def test_a_direction_override_in_a_name_is_isolated() -> None:
    assert "<bdi>Patient B</bdi>" in html(assessments.routine())


@pytest.mark.parametrize("document", ["report", "letter", "handout", "sbar", "criterion"])
def test_a_page_needs_no_other_file(case: Assessment, document: str) -> None:
    """Nothing is fetched: no address but data and fragments in a page, except the links of cited sources."""
    page = html(case, document=document)

    assert {match.split(":")[0] for match in re.findall(r'url\("([^"]*)', page)} == {"data"}
    for tag, attributes in Elements(page).found:
        assert "src" not in attributes
        assert tag != "link"
        assert tag == "a" or "href" not in attributes


def test_hostile_pdf_is_written_and_shows_the_words() -> None:
    pytest.importorskip("weasyprint")
    content = render(assessments.hostile(), format="pdf", document="letter")
    assert isinstance(content, bytes)

    pages = page_texts(content)
    assert "<script>alert(1)</script>" in pages[0]
    assert "What we ask" in pages[0]
    assert b"/JavaScript" not in content


# ---------- templates ----------


def test_an_unknown_name_in_a_template_is_an_error(tmp_path: Path, case: Assessment) -> None:
    (tmp_path / "letter.html.j2").write_text("{{ patient.nome }}")

    with pytest.raises(ReportError, match="nome"):
        render(case, format="html", document="letter", templates=tmp_path)


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ patient.__class__.__init__.__globals__ }}",
        "{% include '../../triage/errors.py' %}",
        "{% include '/etc/hostname' %}",
    ],
)
def test_a_template_reaches_nothing_outside_its_folder(tmp_path: Path, case: Assessment, template: str) -> None:
    (tmp_path / "letter.html.j2").write_text(template)

    with pytest.raises(ReportError):
        render(case, format="html", document="letter", templates=tmp_path)


def test_a_host_replaces_one_template_and_keeps_the_others(tmp_path: Path, case: Assessment) -> None:
    (tmp_path / "_letter.html.j2").write_text("<main><h1>{{ headline }}</h1><p>{{ patient.name }}</p></main>")

    page = html(case, document="letter", templates=tmp_path)

    assert "Atkinson" in page
    assert "What we ask" not in page


@pytest.mark.parametrize("address", ["http://evil.example/x.png", "file:///etc/passwd", "report-static:../tokens.json"])
def test_pdf_loads_nothing_from_elsewhere(tmp_path: Path, case: Assessment, address: str) -> None:
    pytest.importorskip("weasyprint")
    (tmp_path / "_letter.html.j2").write_text(f'<main><h1>x</h1><img alt="x" src="{address}"></main>')

    with pytest.raises(ReportError, match="reports/static"):
        render(case, format="pdf", document="letter", templates=tmp_path)


def test_unknown_names_are_refused_with_a_suggestion(case: Assessment) -> None:
    with pytest.raises(UnknownNameError, match="did you mean `letter`"):
        render(case, format="html", document="leter")
    with pytest.raises(UnknownNameError, match="page size"):
        render(case, format="html", page_size="A5")


# ---------- PDF ----------


@pytest.mark.parametrize("package", ["weasyprint", "pikepdf"])
def test_without_its_packages_pdf_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, case: Assessment, package: str
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(name, name=name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(MissingExtraError, match=r"cramp-triage\[pdf\]"):
        render(case, format="pdf")
    assert html(case)


def test_html_and_text_do_not_import_the_pdf_packages() -> None:
    code = (
        "import sys; from tests.assessments import routine; from triage.reporting import render\n"
        "render(routine(), format='html'); render(routine(), format='text')\n"
        "assert not {'weasyprint', 'pikepdf', 'fontTools'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_pdf_is_tagged_titled_and_in_a_language(opened: Any) -> None:
    pdf = opened(assessments.routine())

    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en-GB"
    assert str(pdf.docinfo.Title) == "Referral report, Patient B, 12 Mar 2026"
    assert b'pdfuaid:part="1"' in pdf.Root.Metadata.read_bytes() or b"<pdfuaid:part>1" in pdf.Root.Metadata.read_bytes()
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/L"} <= {str(element.S) for element in structure(pdf)}


def test_pdf_header_cells_say_their_scope(opened: Any) -> None:
    cells = [element for element in structure(opened(assessments.routine())) if element.S == "/TH"]

    assert {str(cell.A.Scope) for cell in cells} == {"/Column", "/Row"}
    assert len(cells) == sum(tag == "th" for tag, _ in Elements(html(assessments.routine())).found)


def test_pdf_has_one_table_per_table(opened: Any) -> None:
    """A table that goes over the page is one element with one head."""
    assessment = assessments.routine()
    tables = [element for element in structure(opened(assessment)) if element.S == "/Table"]

    assert len(tables) == html(assessment).count("<table")
    assert all(sum(part.S == "/THead" for part in table.K) == 1 for table in tables)


def test_pdf_decoration_is_no_figure(opened: Any) -> None:
    """Icons stand beside words that say the same: they are artifacts, and no tag points to them."""
    import pikepdf

    pdf = opened(assessments.routine())

    assert not [element for element in structure(pdf) if element.S == "/Figure" and "/Alt" not in element]
    for sheet in pdf.pages:
        depth = 0
        for operands, operator in pikepdf.parse_content_stream(sheet):
            if str(operator) in ("BDC", "BMC"):
                assert depth == 0 or operands[0] != "/Artifact"
                depth += 1
            elif str(operator) == "EMC":
                depth -= 1
        assert depth == 0


def test_pdf_has_the_dates_of_the_assessment(opened: Any) -> None:
    pdf = opened(assessments.routine())

    assert str(pdf.docinfo.CreationDate) == str(pdf.docinfo.ModDate) == "D:20260312142000"


def test_every_page_carries_patient_limit_and_number(case: Assessment) -> None:
    pytest.importorskip("weasyprint")
    content = render(case, format="pdf")
    assert isinstance(content, bytes)

    pages = page_texts(content)
    for number, shown in enumerate(pages, start=1):
        assert "Not a diagnosis; unsigned until a clinician confirms" in shown
        assert f"Page {number} of {len(pages)}" in shown
        assert (case.patient.name or "name not given") in shown
        assert (case.patient.number or "number: not given") in shown


@pytest.mark.parametrize("document", ["letter", "sbar"])
def test_one_page_is_enough(opened: Any, case: Assessment, document: str) -> None:
    assert len(opened(case, document=document).pages) == 1


def test_a_letter_of_two_pages_breaks_after_the_causes() -> None:
    pytest.importorskip("weasyprint")
    plain = assessments.routine().model_dump(mode="json", by_alias=True)
    plain["advice_given"] = plain["advice_given"] * 8
    content = render(Assessment.model_validate(plain), format="pdf", document="letter")
    assert isinstance(content, bytes)

    first, second = page_texts(content)
    assert "What we ask" in first
    assert "Hidden low magnesium" in first
    assert second.strip().startswith("Suggested tests")


@pytest.mark.parametrize(("page_size", "size"), [("A4", A4), ("Letter", US_LETTER)])
def test_page_size(opened: Any, page_size: str, size: tuple[int, int]) -> None:
    for sheet in opened(assessments.self_care(), page_size=page_size).pages:
        assert tuple(round(float(x)) for x in sheet.MediaBox[2:]) == size


def test_the_phone_card_is_always_a6(opened: Any) -> None:
    sheet = opened(assessments.routine(), document="sbar", page_size="Letter").pages[0]

    assert tuple(round(float(x)) for x in sheet.MediaBox[2:]) == (420, 298)


@pytest.mark.parametrize("format", ["html", "text", "pdf"])
def test_the_same_bytes_twice(case: Assessment, format: str) -> None:
    if format == "pdf":
        pytest.importorskip("weasyprint")

    assert render(case, format=format) == render(case, format=format)


def test_the_same_pdf_whatever_the_hash_seed() -> None:
    pytest.importorskip("weasyprint")
    code = (
        "import hashlib; from tests.assessments import emergency; from triage.reporting import render\n"
        "print(hashlib.sha256(render(emergency(), format='pdf')).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True, capture_output=True, cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "4711")
    }  # fmt: skip

    assert len(found) == 1


def test_rendering_leaves_the_hosts_logging_alone() -> None:
    code = (
        "import logging; before = (logging.root.level, list(logging.root.handlers), logging.root.manager.disable)\n"
        "from tests.assessments import self_care; from triage.reporting import render\n"
        "render(self_care(), format='pdf', document='sbar')\n"
        "assert before == (logging.root.level, list(logging.root.handlers), logging.root.manager.disable)"
    )
    pytest.importorskip("weasyprint")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_rendering_says_nothing_to_the_hosts_log(caplog: pytest.LogCaptureFixture, case: Assessment) -> None:
    """Our own style sheets give the PDF writer no reason to warn."""
    pytest.importorskip("weasyprint")

    render(case, format="pdf")

    assert [record.getMessage() for record in caplog.records if record.levelname != "DEBUG"] == []


# ---------- the assessments of the engine ----------

ON = date(2026, 3, 12)
EXAMPLES = {path.stem: path for path in sorted((Path(__file__).parents[2] / "examples").glob("*.json"))}
FAULTY: Mapping[str, object] = {
    "lab_k": "3.1", "lab_mg": "90 mmol/L", "lab_na": "140 g", "temp_c": "99 degC", "cramp_site": ["calv"], "weakness": "no",
    "fever": 1, "medicines": ["furosemide 40 mg", 7, {"name": "amlodipine", "startd": "x", "started": "2027-01-01"}],
    "medicines_complete": "yes", "patient": {"name": "Patient F", "nmae": "x", "born": 1970}, "referral": ["x"],
}  # fmt: skip
HOSTILE_TEXT = f"<script>alert(1)</script> {'A' * 300} \u202eevil \u05e9\u05dc\u05d5\u05dd {'long words here ' * 20}"
MEDICINES = (
    "furosemide 40 mg", "bendroflumethiazide 2.5 mg", "salbutamol inhaler", "atorvastatin 40 mg", "clarithromycin 500 mg",
    "quinine 200 mg", "amlodipine 5 mg", "metformin 500 mg", "zorbofluxin 20 mg", f"<b>Herbal</b> mix {'B' * 300}",
    "omeprazole 20 mg", {"name": "slow-K", "dose": "600 mg", "started": "2025-12-01", "stopped": "2026-02-01"},
)  # fmt: skip


def _intakes() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {
        name: json.loads(path.read_text(encoding="utf-8")) for name, path in EXAMPLES.items()
    }
    night = found["night_cramps"]
    hostile = {
        "medicines": list(MEDICINES),
        "patient": {"born": "1950-01-02", **dict.fromkeys(("name", "phone", "needs", "allergies"), HOSTILE_TEXT)},
        "referral": dict.fromkeys(("sender", "to", "to_note", "expectation", "history", "notes"), HOSTILE_TEXT),
    }
    return found | {
        "empty": {},
        "faulty": {**night, **FAULTY},
        "conflict": {**night, "weakness": False, "weakness_speed": "hours_days"},
        "hostile": {**night, **hostile},
        "emergency_on_a_gap": {"hands_claw_now": True},
    }


INTAKES = _intakes()


@cache
def engine() -> Triage:
    return Triage()


@cache
def assessed(name: str) -> Assessment:
    return engine().assess(INTAKES[name], on=ON)


def plain_text(page: str) -> str:
    """Give the words of a page or a plain report on one line."""
    words = Elements(page).text if page.startswith("<!DOCTYPE") else page
    return re.sub(r"\s+", " ", words.replace("\xa0", " "))


def printed(text: str) -> str:
    """Give a text of the assessment as a report prints it, without its full stop."""
    return unfinished(re.sub(r"\s+", " ", harmless(text)))


@pytest.fixture(params=sorted(INTAKES))
def real(request: pytest.FixtureRequest) -> Assessment:
    return assessed(request.param)


@pytest.mark.parametrize("format", ["html", "text"])
@pytest.mark.parametrize("document", ["report", "letter"])
def test_real_letters_say_how_urgent_where_to_and_why(real: Assessment, format: str, document: str) -> None:
    page = render(real, format=format, document=document)
    assert isinstance(page, str)
    shown = plain_text(page)

    assert f"{real.urgency.word} {real.urgency.time}".lower() in shown.replace(",", "").lower()
    for wanted in (real.destinations[0].label, sentence(real.urgency.reason), real.urgency.request):
        assert printed(wanted) in shown
    assert printed(real.urgency.deadline or real.urgency.action) in shown
    assert real.urgency_range.sentence in shown
    for present in real.red_flags.present:
        assert printed(present.label) in shown


@pytest.mark.parametrize("format", ["html", "text"])
def test_real_reports_leave_nothing_out(real: Assessment, format: str) -> None:
    """Rules, causes, open questions, tests, withheld advice with reasons, safety net, faults and sources stand in the report."""
    page = render(real, format=format)
    assert isinstance(page, str)
    shown = plain_text(page).lower()
    wanted = [part for rule in real.fired_rules for part in (rule.id, rule.title, rule.certainty.value, rule.action)]
    wanted += [cause.label for cause in real.causes] + [pattern.label for pattern in real.patterns]
    wanted += [item for cause in real.causes for item in (*cause.opposing, *cause.missing)]
    wanted += [question.label for question in real.open_questions]
    wanted += [answer.label for answer in real.answers]
    wanted += [item for found in real.investigations for item in (found.label, found.first, found.second)]
    wanted += [item for given in real.advice_given for item in (given.text, *given.cautions, given.honesty)]
    wanted += [point for net in real.safety_netting for point in (net.title, *net.points)]
    wanted += [item for note in real.honest_notes for item in (note.topic, note.text)]
    wanted += [item for entry in real.medicines.entries for item in (*entry.ingredients, *entry.concerns)]
    wanted += [row.band for row in real.laboratory]
    wanted += [source.title for source in real.sources]
    wanted += [real.limits, real.id, real.knowledge_base.content_hash]

    missing = [words for words in wanted if printed(words).lower() not in shown]

    assert missing == []


@pytest.mark.parametrize("format", ["html", "text"])
def test_every_reason_of_its_own_is_given_and_the_urgency_only_once(real: Assessment, format: str) -> None:
    page = render(real, format=format)
    assert isinstance(page, str)
    shown = (
        plain_text(page).partition("Advice withheld:" if format == "text" else "Advice given and withheld")[2].lower()
    )
    own = [reason for item in real.advice_withheld for reason in item.reasons]
    waiting = [item for item in real.advice_withheld if item.held_by == "urgency"]

    assert [reason for reason in own if printed(reason).lower() not in shown] == []
    assert all(item.text.lower() in shown for item in real.advice_withheld)
    # Once in the letter and once in the report.
    assert plain_text(page).count("To be seen first") == (2 if waiting else 0)


@pytest.mark.parametrize("format", ["html", "text"])
@pytest.mark.parametrize("document", ["report", "letter"])
def test_faults_and_contradictions_stand_on_page_one_and_in_full(real: Assessment, format: str, document: str) -> None:
    page = render(real, format=format, document=document)
    assert isinstance(page, str)
    shown = plain_text(page)
    before_the_story = shown.lower().partition("presenting problem")[0]

    assert ("could not be taken as written" in before_the_story) is bool(real.input_faults)
    assert ("between answers:" in before_the_story) is bool(real.conflicts)
    for fault in real.input_faults:
        for wanted in (fault.problem, fault.treated_as):
            assert printed(wanted) in shown
    for conflict in real.conflicts:
        assert printed(conflict.note) in shown
        assert printed(conflict.kept).lower() in shown.lower()


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_part_of_a_referral_has_content(real: Assessment, heading: str) -> None:
    """A heading is followed by words or by what is not given, never by the next heading."""
    lines = text(real, document="letter").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(heading.upper()))
    following = [line for line in lines[at + 2 :] if line]

    assert following[0] not in {title.upper() for title in HEADINGS}
    assert not re.search(r"(^|: )(-|n/a)?$", following[0]) or following[0].endswith("):") or following[0] == "Given:"


ARTEFACTS = (
    r"\bNone\b(?=[,;)]|$)", r"\[\]", r"\{\}", r"undefined", r"\bTrue\b", r"\bFalse\b", r"<bound", r"\{\{|\}\}|\{%|%\}",
    r"\.\.", r"\. ,", r" ,", r",,", r";;", r"; ;", r": ;", r": \.", r"\(\)", r"…\.", r"\?\.", r"not_asked|asked_unknown|not_applicable",
)  # fmt: skip


@pytest.mark.parametrize("document", ["report", "letter", "handout", "sbar", "criterion"])
def test_no_artefact_of_a_template_is_left(real: Assessment, document: str) -> None:
    for page in (html(real, document=document), text(real, document=document)):
        shown = plain_text(page)
        for fault in real.input_faults:  # these speak of the intake's own notation
            for words in (fault.mend, fault.problem):
                shown = shown.replace(printed(words), "words")

        found = [
            match[0] for artefact in ARTEFACTS for match in re.finditer(rf".{{0,30}}(?:{artefact}).{{0,20}}", shown)
        ]

        assert found == []


def test_no_two_spaces_in_a_line_of_text(real: Assessment) -> None:
    """Beside the columns of labels, words stand one space apart."""
    for line in text(real, document="letter").splitlines():
        told = line.strip().partition(":")[2].strip() or line.strip()
        assert "  " not in told or re.match(r"^[SBAR]  ", told), line


@pytest.mark.parametrize("document", ["report", "letter", "handout", "sbar", "criterion"])
def test_real_text_fits_eighty_columns(real: Assessment, document: str) -> None:
    assert max(map(len, text(real, document=document).splitlines())) <= 80


@pytest.mark.parametrize("document", ["report", "letter", "handout", "sbar", "criterion"])
def test_hostile_intakes_stay_words(document: str) -> None:
    page = html(assessed("hostile"), document=document)

    assert {tag for tag, _ in Elements(page).found}.isdisjoint({"script", "img", "iframe", "object"})
    assert "<script" not in page
    assert "<b>Herbal" not in page
    assert "\u202e" not in page + text(assessed("hostile"), document=document)


@pytest.mark.parametrize("document", ["report", "letter", "criterion"])
def test_every_link_in_a_real_page_leads_somewhere(real: Assessment, document: str) -> None:
    found = Elements(html(real, document=document)).found
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]

    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for _, a in found if (a.get("href") or "").startswith("#")} <= set(ids)


def test_long_lists_are_counted_in_the_letter() -> None:
    letter = plain_text(html(assessed("diuretic_and_laxative"), document="letter"))

    assert "Stretching: not yet excluded: " in letter
    assert "; 5 more" in letter
    assert letter.count("ot yet excluded") <= len(assessed("diuretic_and_laxative").advice_withheld)


def test_a_medicine_says_what_it_is_and_why_it_matters() -> None:
    rows = {row["name"]: row for row in context(assessed("hostile"))["medicine_rows"]}

    assert rows["slow-K"]["also"] == "potassium chloride"
    assert rows["slow-K"]["stopped"] == "1 Feb 2026"
    assert rows["furosemide 40 mg"]["also"] == ""
    assert rows["furosemide 40 mg"]["concern"].startswith("lowers potassium")
    assert not rows["zorbofluxin 20 mg"]["recognised"]
    assert "Not recognised: 2" in html(assessed("hostile"), document="letter")


def test_a_value_that_cannot_be_used_is_not_called_untested() -> None:
    found = context(assessed("faulty"))

    assert {"Potassium", "Sodium", "Magnesium"} <= {row["label"] for row in found["unusable"]}
    assert "Potassium" not in {row["label"] for row in found["untested"]}
    assert "No usable blood result" in html(assessed("faulty"), document="letter")


def test_open_questions_are_few_in_front_and_all_by_level_behind() -> None:
    assessment = assessed("diuretic_and_laxative")
    found = context(assessment)
    by_name = [
        name
        for group in (*found["answer_groups"], {"open": found["open_flags"]})
        for part in group["open"]
        for name in part["labels"]
    ]

    assert len(found["lifts"]["first"]) == 8
    assert sum(part["count"] for part in found["lifts"]["left"]) == len(assessment.urgency_range.lifts) - 8
    assert sorted(by_name) == sorted(answer.label for answer in assessment.answers if answer.state == "not_asked")


def test_patterns_that_hold_come_with_reasons_and_the_rest_by_name() -> None:
    assessment = assessed("diuretic_and_laxative")
    groups = context(assessment)["pattern_groups"]

    assert {pattern["id"] for pattern in groups["holds"]} == {p.id for p in assessment.patterns if p.truth == "true"}
    assert sum(map(len, groups.values())) == len(assessment.patterns)


def test_rules_of_one_row_stand_together() -> None:
    """Every rule that fired is there once, the most urgent of a row in front."""
    groups = context(assessed("rhabdomyolysis"))["rule_groups"]
    told = [rule["id"] for group in groups for first in group["rules"] for rule in (first, *first["lower"])]

    assert sorted(told) == sorted(rule.id for rule in assessed("rhabdomyolysis").fired_rules)
    assert any(first["lower"] for group in groups for first in group["rules"])


def test_the_findings_named_in_the_code_exist() -> None:
    named = {name for _, names in _STORY for name in names} | VITAL_SIGNS | _ABOUT_RESULTS

    assert named <= set(engine().knowledge.findings)


@pytest.mark.parametrize("name", ["rhabdomyolysis", "night_cramps", "faulty"])
def test_real_letters_take_two_pages_at_most(name: str) -> None:
    pytest.importorskip("weasyprint")
    content = render(assessed(name), format="pdf", document="letter")
    assert isinstance(content, bytes)

    first, *others = page_texts(content)
    assert len(others) <= 1
    assert assessed(name).urgency.word in first
    assert "Red flags" in first
    assert ("could not be taken as written" in first) is bool(assessed(name).input_faults)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_pictures_cost_no_page(opened: Any, name: str) -> None:
    """A letter takes the pages that its words need: one where the screen is answered and nothing waits, else two."""
    assert len(opened(assessed(name), document="letter").pages) == (1 if name == "cauda_equina" else 2)


@pytest.mark.parametrize(("name", "most"), [("cauda_equina", 6), ("emergency_on_a_gap", 6), ("rhabdomyolysis", 8)])
def test_real_reports_stay_short(name: str, most: int) -> None:
    pytest.importorskip("weasyprint")
    content = render(assessed(name), format="pdf")
    assert isinstance(content, bytes)

    pages = page_texts(content)
    assert len(pages) <= most
    assert all(f"Page {number} of {len(pages)}" in shown for number, shown in enumerate(pages, start=1))


# ---------- the handout ----------


@pytest.mark.parametrize("format", ["html", "text"])
def test_the_handout_says_what_is_kept_for_patients(real: Assessment, format: str) -> None:
    page = render(real, format=format, document="handout")
    assert isinstance(page, str)
    shown = plain_text(page).lower()
    wanted = [*re.split(r"(?<=[.?!]) (?=[A-Z])", real.urgency.plain_action), real.urgency.time]
    wanted += [words for item in real.advice_given for words in (item.text, *item.cautions)]
    wanted += [item.replacement for item in real.advice_withheld if item.held_by != "urgency"]
    wanted += [point for net in real.safety_netting for point in (net.title, *net.points)]
    wanted += [next(place.plain for place in real.destinations if place.urgency is real.urgency.level)]

    assert [words for words in wanted if printed(words).lower() not in shown] == []


@pytest.mark.parametrize("format", ["html", "text"])
def test_the_handout_has_no_codes_and_no_words_of_the_clinic(real: Assessment, format: str) -> None:
    page = render(real, format=format, document="handout")
    assert isinstance(page, str)
    shown = plain_text(page)
    codes = {code for rule in real.fired_rules for code in (rule.id, rule.row) if code}

    assert [code for code in codes if re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", shown)] == []
    assert printed(real.urgency.reason).lower() not in shown.lower()
    assert printed(real.urgency.request).lower() not in shown.lower()


def test_the_handout_names_only_causes_that_give_the_urgency() -> None:
    found = assessed("cauda_equina")
    shown = plain_text(html(found, document="handout"))

    assert "What this may be Pressure on the nerves at the bottom of the spine." in shown
    assert "A trapped nerve in the back" in [cause.plain for cause in found.causes]
    assert "trapped nerve" not in shown
    assert "Your answers do not point to one cause. Some answers are still missing." in plain_text(
        html(assessed("partial_first_minutes"), document="handout")
    )


def test_advice_that_only_waits_is_not_forbidden() -> None:
    found = assessed("cauda_equina")
    shown = plain_text(html(found, document="handout"))

    assert {item.text: item.held_by for item in found.advice_withheld}["Massage"] == "urgency"
    assert "Stretching and stretching around sport: Do not stretch" in shown
    assert "Massage" not in shown


@pytest.mark.parametrize(("name", "most"), [("cauda_equina", 1), ("night_cramps", 2), ("partial_first_minutes", 2)])
@pytest.mark.parametrize("page_size", ["A4", "Letter"])
def test_the_handout_is_short(opened: Any, name: str, most: int, page_size: str) -> None:
    pdf = opened(assessed(name), document="handout", page_size=page_size)

    assert len(pdf.pages) <= most
    assert [element for element in structure(pdf) if element.S == "/Figure"] == []  # the pictograms are decoration
    assert [str(element.S) for element in structure(pdf)].count("/H1") == 1


# ---------- pictures ----------


def drawn(answers: Mapping[str, object]) -> Any:
    """Give the body map of a letter as XML, None where there is none."""
    page = html(engine().assess({**INTAKES["night_cramps"], **answers}, on=ON), document="letter")
    found = re.search(r'<svg class="bodymap".*?</svg>', page, re.DOTALL)
    return found and ElementTree.fromstring(found[0])


def marks(picture: Any) -> list[Mapping[str, str]]:
    """Give everything of a body map painted as a cramp, without the key."""
    color = json.loads((Path(__file__).parents[2] / "reports" / "tokens.json").read_text(encoding="utf-8"))["mark"]
    return [shape.attrib for shape in picture.iter(f"{SVG}path") if color in (shape.get("fill"), shape.get("stroke"))]


@pytest.mark.parametrize("site", [option.id for option in Triage().knowledge.findings["cramp_site"].options])
def test_every_site_has_a_place_on_the_body_map(site: str) -> None:
    picture = drawn({"cramp_site": [site], "cramp_side": "both"})
    label = next(o.label for o in engine().knowledge.findings["cramp_site"].options if o.id == site)

    assert len(marks(picture)) >= 2
    assert f"Cramps: {label}; side: both." in picture.find(f"{SVG}title").text


def test_a_side_is_marked_where_a_reader_expects_it() -> None:
    """In front the right is at the reader's left, so mirrored; from behind it is as drawn."""
    (calf,) = marks(drawn({"cramp_site": ["calf"], "cramp_side": "right"}))
    (shin,) = marks(drawn({"cramp_site": ["shin"], "cramp_side": "right"}))
    (other,) = marks(drawn({"cramp_site": ["shin"], "cramp_side": "left"}))

    assert "transform" not in calf
    assert "scale(-1 1)" in shin["transform"]
    assert "transform" not in other


def test_an_unknown_side_is_outlined_and_no_place_is_no_map() -> None:
    picture = drawn({"cramp_site": ["calf"], "cramp_side": None})

    assert len(marks(picture)) == 2
    assert all("stroke-dasharray" in mark for mark in marks(picture))
    assert "side not known" in picture.find(f"{SVG}title").text
    assert drawn({"cramp_site": None}) is None


def test_a_pack_without_places_prints_no_map() -> None:
    other = Triage(Path(__file__).parents[1] / "packs" / "nosebleed")
    found = other.assess({"bleeding_minutes": 45}, on=ON)

    for document in ("report", "letter", "handout", "sbar", "criterion"):
        assert "bodymap" not in str(other.report(found, format="html", document=document))


def test_pictures_are_figures_with_a_description(opened: Any) -> None:
    pdf = opened(assessed("electrolyte_deficit_despite_magnesium"))
    told = [str(element.Alt).replace("\xa0", " ") for element in structure(pdf) if element.S == "/Figure"]

    assert "Body map, front, back and palms. Cramps: calf, foot or toes; side: both." in told
    assert any(
        words.startswith("Potassium 3.1 mmol/L: mildly low, interval 3.5–5.3, action limits 2.5") for words in told
    )


def test_a_value_lies_in_its_band() -> None:
    found = bar(3.1, 3.5, 5.3, (2.5, 3.0, 3.5, 5.4))
    assert found is not None

    assert found["beyond"] == ""
    assert found["cuts"] == sorted(found["cuts"])
    assert found["band"] == [found["cuts"][1], found["cuts"][2]]
    assert found["band"][0] < found["pin"] < found["band"][1]
    assert found["box"][0] == found["cuts"][2]


def test_a_value_far_away_leaves_the_line_instead_of_stretching_it() -> None:
    high, below = bar(48000, None, 320, ()), bar(1, 20, 30, ())
    assert high is not None
    assert below is not None

    assert (high["beyond"], high["pin"], high["band"][1]) == ("high", 1.0, 1.0)
    assert (below["beyond"], below["band"][0]) == ("", 0.0)
    assert bar(7, None, None, ()) is None


@given(
    st.floats(0, 1e5),
    st.lists(st.floats(0.01, 1e4), min_size=1, max_size=8, unique=True).map(sorted),
    st.booleans(),
)
def test_nothing_leaves_the_bar_and_no_two_labels_touch(value: float, cuts: list[float], interval: bool) -> None:
    found = bar(value, cuts[0] if interval else None, cuts[-1] if interval else None, cuts)
    assert found is not None
    labels = ticks(found["cuts"], [f"{cut:.2f}" for cut in cuts])
    shown = [tick for tick in labels if tick["text"]]

    assert all(0 <= place <= 1 for place in (found["pin"], *found["band"], *found["cuts"], *(found["box"] or ())))
    assert found["band"][0] <= found["pin"] <= found["band"][1]
    assert len(labels) == len(cuts)
    assert labels[0]["text"]
    for one, other in pairwise(shown):
        assert other["at"] - one["at"] >= 0.02 * (len(one["text"]) + len(other["text"])) / 2


# ---------- words ----------


def test_dates_are_written_the_house_way() -> None:
    assert day("2026-03-02") == "2 Mar 2026"
    assert moment("2026-03-12T14:20:00+00:00") == "12 Mar 2026, 14:20"
    assert day("two weeks ago") == "two weeks ago"


def test_harmless_takes_out_what_escaping_cannot_mend() -> None:
    assert harmless("a\x00b\u202ec\n\td\u2066e\ud800") == "abc de"
    assert harmless("K ≥ 3.5 µmol/L, 50 µg → ✓") == "K at least 3.5 micromol/L, 50 micrograms to yes"
    assert harmless("نام\u200cها") == "نام\u200cها"


def test_a_css_string_cannot_be_left() -> None:
    assert css_string('a"</style>\\') == r'"a\22 \3c \2f style\3e \5c "'


def test_long_words_are_folded_and_shortened() -> None:
    assert max(map(len, fold("x" * 300, "- ").splitlines())) == 80
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("two words here", 11) == "two words…"


def test_lists_and_sentences_are_cut_between_their_parts() -> None:
    assert fitting(["one", "two", "three"], 9) == ["one", "two", "1 more"]
    assert fitting(["x" * 20], 5) == ["xxxx…"]
    assert (
        whole_sentences("Send now. Check potassium at 6.0 mmol/L. Repeat.", 42)
        == "Send now. Check potassium at 6.0 mmol/L."
    )
    assert first_sentence("About 1.5 litres a day. Spread it.") == "About 1.5 litres a day."


def test_a_start_counted_in_days_becomes_a_date() -> None:
    assert since("20 days before", "2026-03-12T14:20") == "20 Feb 2026"
    assert since("today", "2026-03-12T14:20") == "12 Mar 2026"
    assert since("2021", "2026-03-12") == "2021"


def test_computed_numbers_have_four_figures() -> None:
    assert [measured(x) for x in (2.111111, 0.86394, 167.96, 48000.0)] == ["2.111", "0.8639", "168", "48000"]


def test_a_host_template_that_fails_says_so_without_an_answer(tmp_path: Path) -> None:
    (tmp_path / "letter.html.j2").write_text("{{ 1 / 0 }}", encoding="utf-8")

    with pytest.raises(
        ReportError, match=r"letter\.html\.j2: the template does not render: it fails with ZeroDivisionError"
    ):
        render(assessments.emergency(), format="html", document="letter", templates=tmp_path)
