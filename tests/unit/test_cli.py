"""The command line: every command, its exit codes, and bad input that ends in a line and never in a traceback."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from triage import Assessment, Triage, cli
from triage.cli import commands, demonstration, exits, files
from triage.errors import EngineDisagreement
from triage.json_intake import LIMIT, read_json
from triage.resources import data_folder

DAY = "2026-03-12"
SAMPLES = sorted(data_folder("examples").glob("*.json"))
SAMPLE = data_folder("examples") / "cauda_equina.json"


@pytest.fixture(scope="module")
def engine() -> Triage:
    return Triage()


@pytest.fixture(autouse=True)
def one_engine(engine: Triage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load the bundled knowledge base once; the tests of a subprocess load it as everybody does."""
    fresh = files.engine_on

    def shared(kb: Path | None, language: str | None = None) -> Triage:
        return engine.in_language(language or "en-GB") if kb is None else fresh(kb, language)

    for module in (files, commands, demonstration):
        monkeypatch.setattr(module, "engine_on", shared)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Give a knowledge base with two faults."""
    folder = tmp_path / "knowledge"
    shutil.copytree(data_folder("knowledge_base"), folder)
    manifest = folder / "manifest.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + "colour: blue\ntaste: sweet\n", encoding="utf-8")
    return folder


def run(*arguments: object, given: str | bytes | None = None) -> Result:
    """Run a command in this process; an error that was not raised on purpose is raised here."""
    return CliRunner().invoke(cli.app, [str(one) for one in arguments], input=given, catch_exceptions=False)


def program(*arguments: object, given: bytes = b"", **environment: str) -> "subprocess.CompletedProcess[bytes]":
    """Run `python -m triage` as a shell would."""
    command = [sys.executable, "-m", "triage", *map(str, arguments)]
    return subprocess.run(
        command, input=given, capture_output=True, env={**os.environ, **environment}, check=False, timeout=300
    )


def one_line(text: str) -> str:
    """Give an output without its line breaks and columns."""
    return " ".join(text.split())


# ---------- what it says about itself ----------


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("demo",),
        ("assess",),
        ("report",),
        ("explain",),
        ("kb", "check"),
        ("kb", "cases"),
        ("kb", "review"),
        ("kb", "sign"),
    ],
)
def test_help_tells_exit_codes_and_an_example(command: Sequence[str]) -> None:
    result = run(*command, "--help")

    assert result.exit_code == 0
    assert all(f"  {code}  {meaning}" in result.stdout for code, meaning in cli.EXIT_CODES.items())
    assert not command or f"Example:\n    triage {' '.join(command)}" in result.stdout


def test_the_document_tells_the_same_exit_codes() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "command_line.md").read_text(encoding="utf-8")

    assert all(f"| {code} | {meaning}" in text for code, meaning in cli.EXIT_CODES.items())


def test_version() -> None:
    assert run("--version").stdout.startswith("cramp-triage ")


def test_importing_loads_nothing_heavy() -> None:
    check = (
        "import sys, triage.cli; print(*(m for m in ('weasyprint', 'pikepdf', 'experta', 'rich') if m in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == ""


@pytest.mark.parametrize(
    "arguments", [("no_such",), ("assess",), ("assess", SAMPLE, "--on", "12 March"), ("report", SAMPLE)]
)
def test_wrong_usage(arguments: Sequence[object]) -> None:
    assert run(*arguments).exit_code == exits.USAGE


# ---------- assess ----------


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_json_is_the_librarys_byte_for_byte(path: Path, engine: Triage) -> None:
    expected = engine.assess(json.loads(path.read_text(encoding="utf-8")), on=date.fromisoformat(DAY)).to_json()

    result = run("assess", path, "--json", "--on", DAY)

    assert result.exit_code == 0
    assert result.stdout_bytes == expected.encode()


def test_json_is_the_same_in_a_process_of_its_own_whatever_the_encoding(engine: Triage) -> None:
    intake = {"patient": {"name": "Zoë Ωmega"}, "saddle_numb": True}
    expected = engine.assess(intake, on=date.fromisoformat(DAY)).to_json()

    result = program("assess", "-", "--json", "--on", DAY, given=json.dumps(intake).encode(), PYTHONIOENCODING="ascii")

    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout == expected.encode()


def test_the_day_stands_in_where_the_intake_has_none() -> None:
    def told(intake: Mapping[str, object]) -> str:
        result = run("assess", "-", "--json", "--on", DAY, given=json.dumps(intake))
        return str(json.loads(result.stdout_bytes)["as_of"])

    assert told({}) == DAY
    assert told({"on": "2026-01-02"}) == "2026-01-02"


def test_scope_is_passed_on() -> None:
    result = run("assess", "-", "--json", "--scope", "examination", "--scope", "person", given="{}")

    assert json.loads(result.stdout_bytes)["urgency_range"]["scope"] == ["person", "examination"]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_summary_tells_what_matters(path: Path, engine: Triage) -> None:
    assessment = engine.assess(json.loads(path.read_text(encoding="utf-8")))

    result = run("assess", path)
    told = one_line(result.stdout)

    assert result.exit_code == 0, "the exit code does not depend on the urgency"
    assert f"{assessment.urgency.word.upper()}, {assessment.urgency.time}" in told
    assert one_line(assessment.urgency.reason[1:]) in told
    assert one_line(assessment.urgency_range.sentence) in told
    assert ("Because not yet known" in told) == assessment.urgency.because_not_known
    assert f"Red flags, {assessment.red_flags.answered} of {assessment.red_flags.total} answered" in told
    assert all(flag.label in told for flag in (*assessment.red_flags.present, *assessment.red_flags.unknown))
    assert all(f"{cause.label}: {cause.certainty.value}" in told for cause in assessment.causes[:6])
    assert all(one_line(item.text[1:].rstrip(".")) in told for item in assessment.advice_given)
    assert all(item.text[1:] in told for item in assessment.advice_withheld)
    assert one_line(assessment.limits) in told
    assert ("Could reach" in told or "could reach" in told) == bool(assessment.urgency_range.lifts)


def test_the_summary_shows_faults_and_conflicts_before_what_it_rests_on() -> None:
    intake = {"lab_k": 3.1, "fever": False, "temp_c": 39}

    told = one_line(run("assess", "-", given=json.dumps(intake)).stdout)

    assert "! lab_k: a number without a unit" in told
    assert "! Fever was answered no, but the measured temperature is 38.0" in told
    assert told.index("Faults of the intake") < told.index("contradict each other") < told.index("Red flags")


def test_patient_text_cannot_steer_the_terminal() -> None:
    name = "\x1b[31mred\x07\u202e[bold]b[/bold]"

    result = run("assess", "-", given=json.dumps({"medicines": [name], "patient": {"name": name}}))
    explained = run("explain", "-", "DR-31.gap", given=json.dumps({"medicines": [name], "high_bp": True}))

    assert result.exit_code == explained.exit_code == 0
    assert not {"\x1b", "\x07", "\u202e"} & {*result.stdout, *explained.stdout}


def test_plain_letters_where_the_output_has_no_others() -> None:
    intake = json.dumps({"lab_creat": "354 µmol/L", "saddle_numb": "jå"}).encode()

    result = program("assess", "-", given=intake, PYTHONIOENCODING="ascii")

    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.isascii()


def test_signs_become_the_nearest_plain_letters() -> None:
    assert "Zoë – “3…4” 39 °C Ω".encode("ascii", "triage.in_ascii") == b'Zoe - "3...4" 39 degC ?'


def test_no_colours_outside_a_terminal_and_lines_of_80() -> None:
    result = program("assess", SAMPLE)

    assert b"\x1b" not in result.stdout
    assert max(map(len, result.stdout.decode().splitlines())) <= 80


def test_strict_lists_faults_and_stops() -> None:
    faulty = json.dumps({"lab_k": 3.1, "fever": "perhaps"})

    strict, calm = run("assess", "-", "--strict", "--json", given=faulty), run("assess", "-", given=faulty)

    assert (strict.exit_code, calm.exit_code) == (exits.FAULTS, 0)
    assert strict.stdout == ""
    assert [line.split(":")[0] for line in strict.stderr.splitlines()] == ["fever", "lab_k"]
    assert run("assess", SAMPLE, "--strict", "--json").exit_code == 0


# ---------- bad input ----------

UNREADABLE: Mapping[str, tuple[bytes, str]] = {
    "empty file": (b"", "empty"),
    "unknown finding": (b'{"saddle_num": true}', "did you mean `saddle_numb`?"),
    "10 MB of nested JSON": (b"[" * 10_000_000, "larger than 2 MB"),
    "nested JSON": (b'{"fever":' * 100_000, "levels deep"),
    "not UTF-8": (b'{"fever": "\xff"}', "not UTF-8 at byte 12"),
    "not JSON": (b'{"fever": tru}', "line 1, column 11: not JSON"),
    "a list": (b"[]", "a list, not an object"),
    "an assessment": (b'{"schema": "triage.assessment/1"}', "`triage report` prints an assessment"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_intake_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    written, said = UNREADABLE[name]
    file = tmp_path / "intake.json"
    file.write_bytes(written)

    for result in (run("assess", file, "--json"), run("assess", "-", given=written), run("explain", file, "SP-01")):
        assert (result.exit_code, result.stdout) == (exits.NO_INTAKE, "")
        assert said in result.stderr


@pytest.mark.parametrize(("name", "said"), [("nowhere.json", "no such file"), (".", "a folder"), ("a\0b", "null")])
def test_a_file_that_is_none(name: str, said: str, tmp_path: Path) -> None:
    result = run("assess", tmp_path / name)

    assert (result.exit_code, result.stdout) == (exits.NO_INTAKE, "")
    assert said in result.stderr


def test_many_errors_are_counted_not_all_printed() -> None:
    result = run("assess", "-", given=json.dumps({f"no_such_{number}": 1 for number in range(60)}))

    assert result.exit_code == exits.NO_INTAKE
    assert result.stderr.splitlines()[-1] == "intake: 40 more unknown findings"


TOMORROW = (date.fromisoformat(DAY) + timedelta(days=1)).isoformat()
FAULTY: Mapping[str, tuple[str, str]] = {
    "wrong type": ('{"saddle_numb": "yes"}', "saddle_numb"),
    "wrong unit": ('{"lab_k": "3.1 mg/L"}', "lab_k"),
    "no unit": ('{"lab_k": 3.1}', "lab_k"),
    "impossible value": ('{"lab_k": "310 mmol/L"}', "lab_k"),
    "impossible age": ('{"age_years": -4}', "age_years"),
    "NaN": ('{"lab_k": {"value": NaN, "unit": "mmol/L"}}', "lab_k"),
    "infinite": ('{"age_years": Infinity}', "age_years"),
    "future date": (json.dumps({"cramp_onset_days": {"on": TOMORROW}}), "cramp_onset_days"),
    "no date": ('{"on": "yesterday"}', "on"),
    "no such option": ('{"cramp_side": "middle"}', "cramp_side"),
    "no list": ('{"cramp_site": "calf"}', "cramp_site"),
    "no list of medicines": ('{"medicines": "furosemide"}', "medicines"),
    "an object for a yes or no": ('{"weakness": {"value": true}}', "weakness"),
    "contradicting answers": ('{"saddle_numb": true, "saddle_numb": false}', "saddle_numb"),
    "contradicting answers, the other way round": ('{"saddle_numb": false, "saddle_numb": true}', "saddle_numb"),
    "contradicting results": ('{"lab_k": "3.1 mmol/L", "lab_k": "4.1 mmol/L"}', "lab_k"),
}


@pytest.mark.parametrize("sample", ["empty", "night_cramps", "diuretic_and_laxative", "hand_cramps_with_tetany"])
@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_answer_is_listed_and_never_lowers_the_urgency(name: str, sample: str, engine: Triage) -> None:
    """Compared with the same intake without that answer."""
    written, place = FAULTY[name]
    path = data_folder("examples") / f"{sample}.json"
    others = {} if sample == "empty" else json.loads(path.read_text(encoding="utf-8"))
    others.pop(place, None)
    without = engine.assess(others, on=date.fromisoformat(DAY))
    # Written by hand: a name may stand there twice.
    text = json.dumps(others)[:-1] + (", " if others else "") + written[1:]

    result = run("assess", "-", "--json", "--on", DAY, given=text)
    assessment = Assessment.from_json(result.stdout_bytes)

    assert result.exit_code == 0
    assert [fault.place for fault in assessment.input_faults] == [place]
    assert assessment.urgency.level.rank >= without.urgency.level.rank
    assert run("assess", "-", "--strict", "--on", DAY, given=text).exit_code == exits.FAULTS


def test_of_two_answers_the_more_dangerous_counts() -> None:
    result = run("assess", "-", "--json", given='{"saddle_numb": true, "saddle_numb": false}')

    assert json.loads(result.stdout_bytes)["urgency"]["level"] == "emergency"


def test_an_empty_object_is_an_intake(engine: Triage) -> None:
    result = run("assess", "-", "--json", "--on", DAY, given="{}")

    assert result.stdout_bytes == engine.assess({}, on=date.fromisoformat(DAY)).to_json().encode()


def test_a_disagreement_of_the_readers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Torn:
        def assess(self, *_: object, **__: object) -> Assessment:
            raise EngineDisagreement(["SP-01"], "emergency", {"answers": {"fever": True}})

    monkeypatch.setattr(commands, "engine_on", lambda kb, language=None: Torn())
    result = run("assess", SAMPLE, "--json")

    assert (result.exit_code, result.stdout) == (exits.DISAGREEMENT, "")
    assert "treat it as emergency at least" in result.stderr
    assert "fever" not in result.stderr


# ---------- report ----------


@pytest.mark.parametrize(
    ("suffix", "start"), [(".html", b"<!DOCTYPE html>"), (".txt", b"REFERRAL LETTER"), (".PDF", b"%PDF-")]
)
def test_the_name_says_the_format(suffix: str, start: bytes, tmp_path: Path) -> None:
    output = tmp_path / f"letter{suffix}"

    result = run("report", SAMPLE, "-o", output, "--document", "letter", "--page-size", "Letter")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert output.read_bytes().startswith(start)
    assert list(tmp_path.iterdir()) == [output], "nothing else is left behind"


def test_an_intake_and_its_assessment_give_the_same_report(engine: Triage) -> None:
    assessment = engine.assess(read_json(SAMPLE.read_bytes()), on=date.fromisoformat(DAY))

    from_intake = run("report", SAMPLE, "-o", "-", "--format", "html", "--on", DAY)
    from_assessment = run("report", "-", "-o", "-", "--format", "html", given=assessment.to_json())

    assert from_intake.exit_code == from_assessment.exit_code == 0
    assert from_intake.stdout_bytes == from_assessment.stdout_bytes == str(engine.report(assessment)).encode()


@pytest.mark.parametrize("output", ["report.doc", "report", "-"])
def test_without_a_format_it_is_wrong_usage(output: str) -> None:
    result = run("report", SAMPLE, "-o", output)

    assert (result.exit_code, result.stdout) == (exits.USAGE, "")
    assert "--format" in result.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "triage.assessment/2"}, "another schema"),
        ({"urgency": None}, "assessment: urgency: "),
        ({"colour": "Zebedee"}, "assessment: colour: "),
        ({"id": 7}, "assessment: id: "),
    ],
)
def test_an_assessment_that_is_none(change: Mapping[str, object], said: str, engine: Triage, tmp_path: Path) -> None:
    given = json.dumps({**json.loads(engine.assess({}).to_json()), **change})

    result = run("report", "-", "-o", tmp_path / "report.txt", given=given)

    assert (result.exit_code, list(tmp_path.iterdir())) == (exits.NO_INTAKE, [])
    assert said in result.stderr
    assert "Zebedee" not in result.stderr, "no content in an error"


def test_own_templates_come_first(tmp_path: Path) -> None:
    (tmp_path / "sbar.txt.j2").write_text("OURS {{ urgency.word }}", encoding="utf-8")

    result = run("report", SAMPLE, "-o", "-", "--format", "text", "--document", "sbar", "--templates", tmp_path)

    assert result.stdout == "OURS Emergency\n"


def test_a_template_that_does_not_render_leaves_the_old_report(tmp_path: Path) -> None:
    (tmp_path / "sbar.txt.j2").write_text("{{ nothing.of_that_name }}", encoding="utf-8")
    output = tmp_path / "report.txt"
    output.write_text("the old one", encoding="utf-8")

    result = run("report", SAMPLE, "-o", output, "--document", "sbar", "--templates", tmp_path)

    assert result.exit_code == exits.NO_REPORT
    assert "sbar.txt.j2" in result.stderr
    assert output.read_text(encoding="utf-8") == "the old one"


@pytest.mark.parametrize("output", ["missing/report.txt", "folder.txt"])
def test_a_place_that_cannot_be_written(output: str, tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()

    result = run("report", SAMPLE, "-o", tmp_path / output)

    assert result.exit_code == exits.NO_REPORT
    assert output in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["folder.txt"]


def test_a_disk_that_fills_up_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(path: Path, content: bytes) -> int:
        with path.open("wb") as stream:
            stream.write(content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)
    result = run("report", SAMPLE, "-o", tmp_path / "report.txt")

    assert (result.exit_code, list(tmp_path.iterdir())) == (exits.NO_REPORT, [])
    assert "no space left" in result.stderr


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old", encoding="utf-8")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")

    assert run("report", SAMPLE, "-o", tmp_path / "link.txt").exit_code == 0
    assert (tmp_path / "link.txt").is_symlink()
    assert len((tmp_path / "real.txt").read_text(encoding="utf-8")) > 1000


def test_a_pipe_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        taken = pool.submit(pipe.read_bytes)
        result = run("report", SAMPLE, "-o", pipe)

    assert result.exit_code == 0
    assert pipe.is_fifo()
    assert len(taken.result()) > 1000


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (ModuleNotFoundError("no", name="weasyprint"), "pip install 'cramp-triage[pdf]'"),
        (OSError("cannot load library 'libpango-1.0-0'"), "needs Pango"),
    ],
)
def test_without_what_pdf_needs(problem: Exception, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                print("advice of the library's own")
                raise problem

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    monkeypatch.setattr(demonstration, "data_folder", some_examples(tmp_path / "examples"))
    written, shown = run("report", SAMPLE, "-o", tmp_path / "report.pdf"), run("demo", "--out", tmp_path / "out")

    assert (written.exit_code, written.stdout) == (exits.NO_REPORT, "")
    assert said in written.stderr
    assert shown.exit_code == 0, "the rest is written"
    assert "No PDFs were written" in shown.stderr
    assert said in shown.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "index.html",
        "night_cramps.html",
        "night_cramps.json",
    }


# ---------- explain ----------


def test_explain_is_the_librarys_text(engine: Triage) -> None:
    expected = engine.explain(read_json(SAMPLE.read_bytes()), "cauda_equina", on=date.fromisoformat(DAY))

    told = run("explain", SAMPLE, "cauda_equina", "--on", DAY)
    as_json = run("explain", SAMPLE, "cauda_equina", "--on", DAY, "--json")

    assert told.stdout == expected.to_text()
    assert as_json.stdout == expected.to_json()


def test_explain_an_unknown_name() -> None:
    result = run("explain", SAMPLE, "cauda_equin")

    assert (result.exit_code, result.stdout) == (exits.USAGE, "")
    assert "did you mean `cauda_equina`?" in result.stderr


# ---------- kb check ----------


def test_check_the_bundled_knowledge_base(engine: Triage) -> None:
    result = run("kb", "check", "--on", DAY)
    base = engine.knowledge

    assert (result.exit_code, result.stderr) == (0, "")
    for words in ("findings", "patterns", "rules", "medicines", "causes"):
        assert f"  {words} " in result.stdout
    for number in (len(base.findings), len(base.rules), len(base.patterns)):
        assert f" {number:,}\n" in result.stdout
    assert base.content_hash in result.stdout
    assert base.manifest.version in result.stdout
    assert base.manifest.review_status in result.stdout


def test_check_lists_every_fault_one_a_line(broken: Path) -> None:
    result = run("kb", "check", broken, "--on", DAY)
    *faults, count = result.stdout.splitlines()

    assert (result.exit_code, result.stderr) == (exits.FAULTS, "")
    assert count == f"{len(faults)} faults"
    assert [fault.split(":")[0] for fault in faults] == ["manifest.yaml"] * len(faults)
    assert all(fault.split(":")[1].isdecimal() for fault in faults)
    assert {"colour", "taste"} <= {word.strip("`,;") for fault in faults for word in fault.split()}


def test_check_holds_review_dates_against_the_day(engine: Triage) -> None:
    late = engine.knowledge.manifest.review_by + timedelta(days=1)

    result = run("kb", "check", "--on", late.isoformat())

    assert result.exit_code == exits.FAULTS
    assert "manifest.yaml:" in result.stdout


@pytest.mark.parametrize(
    "command", [("assess", SAMPLE), ("explain", SAMPLE, "SP-01"), ("report", SAMPLE, "-o", "-", "--format", "text")]
)
def test_a_knowledge_base_that_does_not_load(command: Sequence[object], broken: Path) -> None:
    result = run(*command, "--kb", broken)

    assert (result.exit_code, result.stdout) == (exits.NO_KNOWLEDGE, "")
    assert "manifest.yaml:" in result.stderr


def test_a_knowledge_base_that_is_not_there(tmp_path: Path) -> None:
    for result in (run("kb", "check", tmp_path / "no"), run("assess", SAMPLE, "--kb", tmp_path / "no")):
        assert (result.exit_code, result.stdout) == (exits.NO_KNOWLEDGE, "")
        assert "no such folder" in result.stderr


# ---------- demo ----------


def some_examples(folder: Path, *names: str) -> Any:
    """Give a `data_folder` whose samples are these alone."""
    folder.mkdir()
    for name in names or ("night_cramps",):
        shutil.copy(data_folder("examples") / f"{name}.json", folder)
    return lambda wanted: folder if wanted == "examples" else data_folder(wanted)


class Page(HTMLParser):
    """The elements and links of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for key, value in attrs if key in ("href", "src")]


def test_demo_writes_everything_and_links_it(tmp_path: Path, engine: Triage) -> None:
    out = tmp_path / "new" / "out"

    result = run("demo", "--no-pdf", "--out", out)
    page = Page((out / "index.html").read_text(encoding="utf-8"))

    assert (result.exit_code, result.stderr) == (0, "")
    expected = {f"{path.stem}{suffix}" for path in SAMPLES for suffix in (".html", ".json")}
    assert {path.name for path in out.iterdir()} == expected | {"index.html"}
    assert set(page.links) == expected
    for path in SAMPLES:
        assessment = engine.assess(json.loads(path.read_text(encoding="utf-8")))
        assert (out / path.name).read_bytes() == assessment.to_json().encode()
        assert demonstration.title_of(path.stem).split()[0] in result.stdout
        assert assessment.urgency.word in result.stdout
    assert str(out / "index.html") in result.stdout
    assert max(map(len, result.stdout.splitlines()[:-1])) <= 80


def test_demo_sets_the_pdfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstration, "data_folder", some_examples(tmp_path / "examples"))

    result = run("demo", "--out", tmp_path / "out")

    assert result.exit_code == 0
    assert (tmp_path / "out" / "night_cramps.pdf").read_bytes().startswith(b"%PDF-")
    assert "night_cramps.pdf" in Page((tmp_path / "out" / "index.html").read_text(encoding="utf-8")).links


def test_the_index_is_escaped_and_stands_alone(engine: Triage) -> None:
    assessment = engine.assess({})
    hostile = "<script>alert(1)</script>\"'&"
    evil = assessment.model_copy(update={"urgency": assessment.urgency.model_copy(update={"reason": hostile})})

    page = demonstration.index({'"><img src=x>': evil}, {"HTML": ".html"})
    read = Page(page)

    assert not {"script", "img"} & set(read.tags)
    assert "&lt;script&gt;" in page
    assert read.links == ["%22%3E%3Cimg%20src%3Dx%3E.html"]
    assert "http" not in page.replace("http://www.w3.org/2000/svg", ""), "nothing is fetched"


def test_demo_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")

    result = run("demo", "--no-pdf", "--out", tmp_path / "out")

    assert result.exit_code == exits.NO_REPORT
    assert result.stderr.startswith("output `")


# ---------- as a process ----------


def test_a_fault_is_a_line_and_an_exit_code_in_a_process_too(tmp_path: Path) -> None:
    result = program("assess", tmp_path / "nowhere.json")

    assert (result.returncode, result.stdout) == (exits.NO_INTAKE, b"")
    assert result.stderr.count(b"\n") == 1


def test_nothing_is_read_beyond_the_limit() -> None:
    result = program("assess", "-", given=b"[" * (5 * LIMIT))

    assert (result.returncode, result.stdout) == (exits.NO_INTAKE, b"")
    assert b"larger than 2 MB" in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
def test_a_reader_that_has_enough_ends_it_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = subprocess.run(
            [sys.executable, "-m", "triage", "assess", str(SAMPLE), "--json"],
            stdout=writing, stderr=subprocess.PIPE, check=False, timeout=300,
        )  # fmt: skip
    finally:
        os.close(writing)

    assert result.returncode != 0
    assert result.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_an_output_that_is_full_is_an_error(options: Sequence[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "triage", "assess", str(SAMPLE), *options],
            stdout=full, stderr=subprocess.PIPE, check=False, timeout=300,
        )  # fmt: skip

    assert result.returncode == exits.NO_REPORT
    assert result.stderr.startswith(b"standard output: ")


def test_interview_asks_until_settled_and_keeps_the_answers(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"

    result = run("interview", "--save", kept, "--on", DAY, given="n\n" * 8 + "x\ny\n" + "n\n" * 40)

    assert result.exit_code == 0
    assert "Not understood" in result.stdout
    assert "An emergency is established" in result.stdout
    assert "EMERGENCY" in result.stdout
    answers = json.loads(kept.read_text(encoding="utf-8"))
    assert answers["collapse"] is False
    assert any(value is True for value in answers.values())


def test_interview_goes_back_stops_and_goes_on(tmp_path: Path, engine: Triage) -> None:
    kept = tmp_path / "kept.json"
    first = engine.next_question({}, on=date.fromisoformat(DAY)).screen
    assert first is not None
    noes = "n\n" * len(first.questions)

    stopped = run("interview", "--save", kept, "--on", DAY, given=f"{noes}back\n{noes}?\nstop\n")
    resumed = run("interview", "--save", kept, "--on", DAY, given="stop\n")

    assert (stopped.exit_code, resumed.exit_code) == (0, 0)
    assert json.loads(kept.read_text(encoding="utf-8")) == {question.finding: False for question in first.questions}
    assert stopped.stdout.count(first.title) == 2
    assert first.title not in resumed.stdout
    assert "Stopped" in resumed.stdout


def test_interview_takes_options_numbers_and_medicines(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    known = json.loads((data_folder("examples") / "night_cramps.json").read_text(encoding="utf-8"))
    for name in ("age_years", "medicines", "cramp_site", "weakness_speed"):
        known.pop(name, None)
    start = tmp_path / "start.json"
    start.write_text(json.dumps(known), encoding="utf-8")

    given = "46\nfurosemide 40 mg, salbutamol inhaler\n" + "1, 2\n" * 12
    result = run("interview", start, "--save", kept, "--on", DAY, given=given)

    assert result.exit_code == 0
    answers = json.loads(kept.read_text(encoding="utf-8"))
    assert answers["age_years"] == "46"
    assert answers["medicines"] == ["furosemide 40 mg", "salbutamol inhaler"]


def test_explain_without_a_name_tells_what_would_change_the_urgency() -> None:
    result = run("explain", "-", "--on", DAY, given='{"lab_k": "3.1 mmol/L", "saddle_numb": false}')
    as_json = run("explain", "-", "--on", DAY, "--json", given='{"lab_k": "3.1 mmol/L", "saddle_numb": false}')

    assert (result.exit_code, as_json.exit_code) == (0, 0)
    assert "Urgency now: urgent" in result.stdout
    assert "Saddle sensory change: yes (now no)" in result.stdout
    assert (
        "Potassium 3.1 mmol/L, mildly low: 0.1 mmol/L lower is moderately low; 0.4 mmol/L higher is normal"
        in result.stdout
    )
    assert json.loads(as_json.stdout)["urgency"] == "urgent"
