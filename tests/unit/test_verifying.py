"""Reports carry their data, and verifying tells what became of it."""

import io
import json
import shutil
import sys
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from triage import Assessment, IntakeError, MissingExtraError, ReportError, Triage, cli
from triage.cli import commands, exits
from triage.json_intake import read_json
from triage.json_writing import write_json
from triage.reporting import render
from triage.reporting.archive import ASSESSMENT, INTAKE, digest, read_back
from triage.resources import data_folder
from triage.schemas import published_schema
from triage.verifying import Verification, verify

pytest.importorskip("weasyprint")
pikepdf = pytest.importorskip("pikepdf")

ON = date(2026, 3, 12)
ANSWERS: Mapping[str, object] = {
    "age_years": 46, "muscle_cramps": True, "cramp_site": ["calf"], "calf_swollen_one": True, "fever": None,
    "medicines": ["furosemide 40 mg"], "patient": {"name": "Patient Ä"},
}  # fmt: skip


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage(engine="compiled")


@pytest.fixture(scope="module")
def card(triage: Triage) -> bytes:
    """Give the quickest PDF there is, with both attachments."""
    return paper(triage, ANSWERS)


def paper(triage: Triage, intake: Mapping[str, object], *, attached: bool = True, **options: Any) -> bytes:
    assessment = triage.assess(intake, on=ON, **options)
    made = triage.report(assessment, format="pdf", document="sbar", intake=intake if attached else None)
    assert isinstance(made, bytes)
    return made


def edited(content: bytes, name: str, data: bytes, *, stated: str | None = None) -> bytes:
    """Give the file with another attachment, and perhaps with another hash in its metadata."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, data, filename=name)
        if stated is not None:
            with pdf.open_metadata() as metadata:
                metadata["{urn:cramp-triage:report:1}attachments"] = stated
        pdf.save(target)
    return target.getvalue()


def fields(found: Verification) -> dict[str, tuple[str, str]]:
    return {one.field: (one.reported, one.now) for one in found.differences}


@cache
def older_knowledge() -> bytes:
    """Give the manifest of a knowledge base of another version."""
    manifest = (data_folder("knowledge_base") / "manifest.yaml").read_text(encoding="utf-8")
    (version,) = [line for line in manifest.splitlines() if line.startswith("version:")]
    return manifest.replace(version, "version: 0.0.9").encode()


# ---------- what the file carries ----------


def test_the_file_carries_what_it_was_made_from(triage: Triage, card: bytes) -> None:
    carried = read_back(card)

    assert carried.attachments[ASSESSMENT] == triage.assess(ANSWERS, on=ON).to_json().encode()
    assert read_json(carried.attachments[INTAKE]) == ANSWERS
    assert carried.stated == digest(carried.attachments)


def test_each_attachment_says_what_it_is_to_the_document(card: bytes) -> None:
    pdf = pikepdf.open(io.BytesIO(card))

    assert [(str(one.UF), str(one.AFRelationship), str(one.EF.F.Subtype)) for one in pdf.Root.AF] == [
        ("assessment.json", "/Data", "/application/json"),
        ("intake.json", "/Source", "/application/json"),
    ]
    assert all(str(one.Desc) and str(one.EF.F.Params.ModDate) == "D:20260312000000" for one in pdf.Root.AF)


def test_the_file_says_that_it_is_both_archivable_and_accessible(card: bytes) -> None:
    pdf = pikepdf.open(io.BytesIO(card))
    with pdf.open_metadata() as metadata:
        said = {name: metadata[name] for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")}

    assert said == {"pdfaid:part": "3", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
    assert pdf.Root.MarkInfo.Marked
    assert [str(one.S) for one in pdf.Root.OutputIntents] == ["/GTS_PDFA1"]


def test_a_checker_of_pdf_a_finds_only_what_it_does_not_know(triage: Triage) -> None:
    """It checks level B and no extension schema; `ISO_19005_3:6.6.2.3.1-1` and `6.6.4-3` are where it says so."""
    from pikepdf.pdfa import validate_written

    report = triage.report(triage.assess(ANSWERS, on=ON), format="pdf", intake=ANSWERS)
    found = validate_written(io.BytesIO(report), "3b").findings

    assert {one.rule for one in found if one.kind == "violation"} == {
        "ISO_19005_3:6.6.2.3.1-1", "ISO_19005_3:6.6.4-3",
    }  # fmt: skip
    strange = [one.message for one in found if one.rule == "ISO_19005_3:6.6.2.3.1-1"]
    assert all(any(name in line for name in ("pdfaExtension", "pdfaSchema", "pdfaProperty", "pdfuaid", "triage")) for line in strange)  # fmt: skip


def test_what_was_found_fits_its_schema(triage: Triage, card: bytes) -> None:
    found = verify(card, triage)

    jsonschema.Draft202012Validator(published_schema("verification")).validate(json.loads(found.to_json()))
    assert Verification.from_json(found.to_json()) == found


def test_the_same_assessment_and_intake_give_the_same_bytes(triage: Triage, card: bytes) -> None:
    assert paper(triage, ANSWERS) == card
    assert paper(triage, {**ANSWERS, "fever": False}) != card


def test_a_handout_hides_nothing(triage: Triage) -> None:
    from triage.reporting import _attachments

    assessment = triage.assess(ANSWERS, on=ON)

    assert _attachments(assessment, "handout", b"{}") == {}
    assert _attachments(assessment, "letter", b"{}").keys() == {ASSESSMENT, INTAKE}


# ---------- four answers ----------


@pytest.mark.parametrize("scope", [("person",), ("person", "examination", "laboratory")])
def test_untouched(triage: Triage, scope: tuple[str, ...]) -> None:
    found = verify(paper(triage, ANSWERS, scope=scope), triage)

    assert (found.outcome, found.attachments, found.sound) == ("identical", "unchanged", True)
    assert (found.differences, found.problems, found.notes) == ((), (), ())
    assert found.to_text().startswith("Identical")
    assert Verification.from_json(found.to_json()) == found


def test_an_edited_intake(triage: Triage, card: bytes) -> None:
    mild = write_json({**ANSWERS, "calf_swollen_one": False})
    found = verify(edited(card, INTAKE, mild), triage)
    before, after = (triage.assess(read_json(one), on=ON) for one in (write_json(ANSWERS), mild))

    assert (found.outcome, found.attachments, found.sound) == ("different", "changed", False)
    assert before.urgency.level != after.urgency.level, "or the test shows nothing"
    assert fields(found)["urgency.level"] == (before.urgency.level.value, after.urgency.level.value)
    assert "CHANGED" in found.to_text()
    assert "urgency.level" in found.to_text()


def test_an_edited_assessment(triage: Triage, card: bytes) -> None:
    written = json.loads(read_back(card).attachments[ASSESSMENT])
    level, written["urgency"]["level"] = written["urgency"]["level"], "self_care"
    gone = written["causes"].pop(0)
    found = verify(edited(card, ASSESSMENT, json.dumps(written).encode()), triage)

    assert (found.outcome, found.attachments) == ("different", "changed")
    assert fields(found)["urgency.level"] == ("self_care", level)
    assert fields(found)[f"causes.{gone['id']}"] == ("", gone["label"])


def test_an_edited_attachment_that_changes_no_answer(triage: Triage, card: bytes) -> None:
    found = verify(edited(card, INTAKE, read_back(card).attachments[INTAKE] + b" \n"), triage)

    assert (found.outcome, found.attachments, found.sound) == ("identical", "changed", False)


def test_a_hash_that_was_edited_too_is_believed_and_the_case_is_not(triage: Triage, card: bytes) -> None:
    """Without a signature nobody can tell; what is claimed still has to come out."""
    forged = {**read_back(card).attachments, INTAKE: write_json({**ANSWERS, "calf_swollen_one": False})}
    found = verify(edited(card, INTAKE, forged[INTAKE], stated=digest(forged)), triage)

    assert (found.outcome, found.attachments) == ("different", "unchanged")


def test_a_file_whose_hash_was_taken_away(triage: Triage, card: bytes) -> None:
    found = verify(edited(card, INTAKE, read_back(card).attachments[INTAKE], stated=""), triage)

    assert (found.outcome, found.attachments, found.sound) == ("identical", "not_stated", False)


def test_older_knowledge(triage: Triage, tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(data_folder("knowledge_base"), folder)
    (folder / "manifest.yaml").write_bytes(older_knowledge())
    older = Triage(folder, engine="compiled")
    content = paper(older, ANSWERS)

    found = verify(content, triage)

    assert (found.outcome, found.attachments, found.sound) == ("other_version", "unchanged", False)
    assert found.reported is not None
    assert (found.reported.content_hash, found.now.content_hash) == (
        older.knowledge.content_hash, triage.knowledge.content_hash,
    )  # fmt: skip
    assert "knowledge base muscle_cramps 0.0.9" in found.to_text()
    assert "comes out as reported all the same" in found.to_text()
    assert verify(content, older).sound, "on its own knowledge base it is identical"


def test_another_version_of_the_engine_says_what_differs(triage: Triage, card: bytes) -> None:
    written = json.loads(read_back(card).attachments[ASSESSMENT])
    written |= {"engine_version": "0.0.1", "limits": "none"}
    found = verify(edited(card, ASSESSMENT, json.dumps(written).encode()), triage)

    assert found.outcome == "other_version"
    assert "engine 0.0.1" in found.to_text()
    assert list(fields(found)) == ["limits"]


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_truncated(triage: Triage, card: bytes, kept: float) -> None:
    with pytest.raises(ReportError, match="no PDF" if kept == 0 else "not whole"):
        verify(card[: int(len(card) * kept)], triage)


def test_damaged_in_the_middle_is_never_an_unexpected_error(triage: Triage, card: bytes) -> None:
    for place in range(200, len(card) - 8, len(card) // 60):
        try:
            found = verify(card[:place] + bytes(8) + card[place + 8 :], triage)
        except ReportError:
            continue
        assert found.sound or found.attachments != "unchanged" or found.outcome != "identical"


# ---------- what is none of ours, or not enough ----------


def foreign() -> bytes:
    target = io.BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "said"), [(foreign(), "without `assessment.json`"), (b'{"age_years": 46}', "no PDF"), (b"", "no PDF")]
)
def test_foreign(triage: Triage, content: bytes, said: str) -> None:
    with pytest.raises(ReportError, match=said):
        verify(content, triage)


def test_locked(triage: Triage, card: bytes) -> None:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(card)) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(owner="a", user="b"))

    with pytest.raises(ReportError, match="password"):
        verify(target.getvalue(), triage)


def test_without_an_intake_it_says_what_it_could_not_do(triage: Triage) -> None:
    found = verify(paper(triage, ANSWERS, attached=False), triage)

    assert (found.outcome, found.attachments, found.sound) == ("not_run", "unchanged", False)
    assert "intake.json: not in the file" in found.to_text()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (ASSESSMENT, b"{", "assessment.json: line 1"),
        (ASSESSMENT, b'{"schema": "triage.assessment/9"}', "assessment.json: of another schema"),
        (ASSESSMENT, b'{"schema": "triage.assessment/1", "id": "Zebedee"}', "assessment.json: as_of: field required"),
        (INTAKE, b"[]", "intake.json: a list, not an object"),
        (INTAKE, b'{"no_such_finding": true}', "intake.json: unknown finding `no_such_finding`"),
    ],
)
def test_attachments_that_cannot_be_read(triage: Triage, card: bytes, name: str, data: bytes, said: str) -> None:
    found = verify(edited(card, name, data), triage)

    assert (found.outcome, found.attachments, found.sound) == ("not_run", "changed", False)
    assert said in found.to_text()
    assert "Zebedee" not in found.to_json()


def test_pikepdf_is_missing(triage: Triage, card: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pikepdf", None)

    with pytest.raises(MissingExtraError, match=r"cramp-triage\[pdf\]"):
        verify(card, triage)


# ---------- the intake is written so that it reads back ----------


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"fever": true, "fever": false}',
        '{"lab_k": {"value": 3.1, "unit": "mmol/L", "unit": "mg/dL"}, "age_years": NaN}',
        '{"medicines": [{"name": "a\\ud800", "dose": "ä \\u0000"}, "b"], "cramp_site": []}',
        '{"age_years": 123456789012345678901234567890}',
    ],
)
def test_what_was_read_is_written_and_reads_the_same(text: str) -> None:
    once = write_json(read_json(text))

    assert write_json(read_json(once)) == once
    assert repr(read_json(once)) == repr(read_json(text))


def test_answers_as_python_has_them_are_assessed_alike(triage: Triage) -> None:
    """Dates, sets and what no answer is, down to the id."""
    given: dict[str, object] = {
        **ANSWERS, "on": ON, "cramp_site": {"calf", "hand"}, "fever": object(), "collapse": ("a",),
        "lab_k": {"value": 3.1, "unit": "mmol/L", "on": date(2026, 3, 9)},
    }  # fmt: skip
    found = verify(paper(triage, given), triage)

    assert (found.outcome, found.attachments, found.sound) == ("identical", "unchanged", True)
    assert "another `id`" not in found.to_text()


# ---------- the command ----------


@pytest.fixture
def run(triage: Triage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setattr(commands, "engine_on", lambda kb, language=None: triage)

    def verified(content: bytes, *options: str) -> Any:
        (tmp_path / "report.pdf").write_bytes(content)
        arguments = ["verify", str(tmp_path / "report.pdf"), *options]
        return CliRunner().invoke(cli.app, arguments, catch_exceptions=False)

    return verified


def test_the_command_has_an_exit_code_for_each(run: Any, triage: Triage, card: bytes) -> None:
    alone = paper(triage, ANSWERS, attached=False)
    changed = edited(card, INTAKE, write_json({**ANSWERS, "calf_swollen_one": False}))

    assert [run(content).exit_code for content in (card, changed, alone, card[:500], edited(card, INTAKE, b"["))] == [
        exits.DONE, exits.FAULTS, exits.NO_INTAKE, exits.NO_REPORT, exits.FAULTS,
    ]  # fmt: skip
    assert run(card[:500]).stderr.startswith("report: damaged or not whole")


def test_the_command_gives_the_json_of_the_library(run: Any, triage: Triage, card: bytes) -> None:
    assert run(card, "--json").stdout_bytes == verify(card, triage).to_json().encode()


def test_the_command_names_a_missing_file(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.app, ["verify", str(tmp_path / "none.pdf")])

    assert result.exit_code == exits.NO_REPORT
    assert "none.pdf`: no such file" in result.stderr


def test_hostile_answers_do_not_steer_the_terminal(run: Any, triage: Triage, card: bytes) -> None:
    hostile = json.loads(read_back(card).attachments[ASSESSMENT])
    hostile["limits"] = "\x1b[31m\u202ered"
    shown = run(edited(card, ASSESSMENT, json.dumps(hostile).encode())).stdout

    assert "red" in shown
    assert not {"\x1b", "\u202e"} & set(shown)


def test_a_report_of_an_intake_carries_it_as_it_was_written(triage: Triage, tmp_path: Path) -> None:
    written = b'{"age_years":   46, "on": "2026-03-12"}'
    assessment = triage.assess(read_json(written))
    carried = read_back(bytes(render(assessment, format="pdf", document="sbar", intake=written)))

    assert carried.attachments[INTAKE] == written
    assert Assessment.from_json(carried.attachments[ASSESSMENT]) == assessment
    with pytest.raises(IntakeError):
        read_json(carried.attachments[INTAKE][:-1])


def test_the_same_answers_written_otherwise_are_told(triage: Triage) -> None:
    assessed = triage.assess({**ANSWERS, "fever": None}, on=ON)
    made = triage.report(assessed, format="pdf", document="sbar", intake={**ANSWERS, "fever": "unknown"})
    assert isinstance(made, bytes)
    found = verify(made, triage)

    assert found.outcome == "identical"
    assert "another `id`" in found.to_text()
