"""Many reports: each by its name, the faulty ones told, and going on where it was stopped."""

import json
import re
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from triage import cli
from triage.cli import exits, printing
from triage.cli.printing import JOURNAL, Settings

TEXT = Settings("text", "sbar", "A4", None)
INTAKE = {"age_years": 46, "muscle_cramps": True, "on": "2026-03-12"}


class Here:
    """A pool that works in this process, at once: what the workers do, without the seconds they take to start."""

    def __init__(self, *_: object) -> None: ...

    def submit(self, work: Any, *arguments: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        try:
            done.set_result(work(*arguments))
        except BaseException as problem:
            done.set_exception(problem)
        return done

    def shutdown(self, **_: object) -> None: ...


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", Here)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("anna", "berta"):
        (tmp_path / f"{name}.json").write_text(json.dumps({**INTAKE, "patient": {"name": name}}), encoding="utf-8")
    return tmp_path


def inputs(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.glob("*.json"))


def fates(folder: Path, settings: Settings = TEXT, *, on: date | None = None, again: bool = False) -> dict[str, str]:
    done = printing.print_all(inputs(folder), folder / "out", settings, on, None, again=again)
    return {Path(one.file).stem: one.fate for one in done}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(one) for one in arguments], catch_exceptions=False)


def test_real_processes_print_what_one_command_prints(folder: Path) -> None:
    """Two processes, one faulty input, and the same bytes as one file at a time."""
    (folder / "carla.json").write_text("{", encoding="utf-8")
    result = run("report", *inputs(folder), "-o", folder / "out", "--format", "text", "--document", "sbar")
    run("report", folder / "anna.json", "-o", folder / "anna.txt", "--document", "sbar")

    assert result.exit_code == exits.FAULTS
    (told,) = result.stderr.splitlines()
    assert told.startswith(f"{folder / 'carla.json'}: intake: line 1")
    assert "2 written, 0 kept as they were, 1 with faults" in result.stdout
    assert sorted(path.name for path in (folder / "out").iterdir()) == [JOURNAL, "anna.txt", "berta.txt"]
    assert (folder / "out" / "anna.txt").read_bytes() == (folder / "anna.txt").read_bytes()


@pytest.mark.usefixtures("here")
def test_what_is_there_and_made_of_the_same_is_kept(folder: Path) -> None:
    assert fates(folder) == {"anna": "written", "berta": "written"}
    assert fates(folder) == {"anna": "kept", "berta": "kept"}
    assert fates(folder, again=True) == {"anna": "written", "berta": "written"}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("change", ["input", "report", "gone", "journal"])
def test_what_changed_is_made_anew(folder: Path, change: str) -> None:
    fates(folder)
    report, journal = folder / "out" / "anna.txt", folder / "out" / JOURNAL
    made = report.read_bytes()
    match change:
        case "input":
            (folder / "anna.json").write_text(json.dumps({**INTAKE, "age_years": 47}), encoding="utf-8")
        case "report":
            report.write_bytes(made[:-1])
        case "gone":
            report.unlink()
        case _:
            lines = [line for line in journal.read_text(encoding="utf-8").splitlines() if "anna" not in line]
            journal.write_text("\n".join([*lines, '["anna.txt", "cut sho']), encoding="utf-8")

    assert fates(folder) == {"berta": "kept", "anna": "written"}
    assert (report.read_bytes() == made) is (change != "input")
    assert fates(folder) == {"anna": "kept", "berta": "kept"}


@pytest.mark.usefixtures("here")
def test_other_settings_looks_or_days_are_something_else(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    templates = tmp_path_factory.mktemp("templates")
    own = Settings("text", "sbar", "A4", templates)
    all_written = {"anna": "written", "berta": "written"}

    assert fates(folder) == all_written
    assert fates(folder, Settings("text", "letter", "A4", None)) == all_written
    (templates / "sbar.txt.j2").write_text("ours", encoding="utf-8")
    assert fates(folder, own) == all_written
    (templates / "sbar.txt.j2").write_text("ours, newer", encoding="utf-8")
    assert fates(folder, own) == all_written
    assert (folder / "out" / "anna.txt").read_text(encoding="utf-8") == "ours, newer\n"


@pytest.mark.usefixtures("here")
def test_the_day_counts_where_the_intake_does_not_say_it(folder: Path) -> None:
    (folder / "undated.json").write_text('{"age_years": 46}', encoding="utf-8")
    fates(folder, on=date(2026, 3, 12))

    assert fates(folder, on=date(2026, 3, 12)) == {"anna": "kept", "berta": "kept", "undated": "kept"}
    assert fates(folder, on=date(2026, 3, 13))["undated"] == "written"


@pytest.mark.usefixtures("here")
def test_a_stopped_run_goes_on(folder: Path) -> None:
    """What was written before the stop is kept."""
    going = printing.print_all(inputs(folder), folder / "out", TEXT, None, None, again=False)
    assert next(going).fate == "written"
    going.close()

    assert fates(folder) == {"anna": "kept", "berta": "written"}


@pytest.mark.usefixtures("here")
def test_an_error_nobody_expected_is_one_line_without_an_answer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = printing.printed

    def sometimes(written: bytes, *rest: Any) -> bytes:
        if b"anna" in written:
            raise ZeroDivisionError("Zebedee")
        return real(written, *rest)

    monkeypatch.setattr(printing, "printed", sometimes)
    result = run("report", *inputs(folder), "-o", folder / "out", "--format", "text")

    assert result.exit_code == exits.FAULTS
    assert result.stderr == f"{folder / 'anna.json'}: fails with ZeroDivisionError; report it with this file\n"
    assert (folder / "out" / "berta.txt").exists()


def test_a_process_that_is_ended_is_an_error_of_ours(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(Here):
        def submit(self, work: Any, *arguments: Any) -> "Future[Any]":
            done: Future[Any] = Future()
            done.set_exception(BrokenProcessPool("ended"))
            return done

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", Ended)
    result = run("report", *inputs(folder), "-o", folder / "out", "--format", "text")

    assert result.exit_code == exits.NO_REPORT
    assert "run the command again" in result.stderr


def test_processes_are_renewed_so_that_memory_does_not_grow(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[list[str]] = []

    class Counted(Here):
        def __init__(self, *_: object) -> None:
            made.append([])

        def submit(self, work: Any, *arguments: Any) -> "Future[Any]":
            made[-1].append(Path(arguments[0]).stem)
            return super().submit(work, *arguments)

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", Counted)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    monkeypatch.setattr(printing, "DOCUMENTS_A_PROCESS", 2)
    (folder / "carla.json").write_text(json.dumps(INTAKE), encoding="utf-8")

    assert fates(folder) == dict.fromkeys(("anna", "berta", "carla"), "written")
    assert made == [["anna", "berta"], ["carla"]]


@pytest.mark.usefixtures("here")
def test_a_slash_makes_a_folder_of_one(folder: Path) -> None:
    result = run("report", folder / "anna.json", "-o", f"{folder / 'out'}/", "--format", "html")

    assert result.exit_code == 0
    assert (folder / "out" / "anna.html").read_bytes().startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("files", "output", "said"),
    [
        (("anna.json", "berta.json"), "all.pdf", "no folder"),
        (("anna.json", "berta.json"), "-", "no folder"),
        (("anna.json", "-"), "out", "input `-`"),
        (("anna.json", "more/anna.json"), "out", "its report would be that of `anna.json`"),
        (("anna.txt", "berta.json"), ".", "an input; name another folder"),
    ],
)
def test_reports_without_a_place_of_their_own_are_wrong_usage(
    files: Sequence[str], output: str, said: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "anna.txt").write_text(json.dumps(INTAKE), encoding="utf-8")
    result = run("report", *files, "-o", output, "--format", "text")

    assert result.exit_code == exits.USAGE
    assert said in result.stderr
    assert json.loads((folder / "anna.txt").read_text(encoding="utf-8")) == INTAKE


def test_a_folder_that_cannot_be_made(folder: Path) -> None:
    (folder / "taken").write_text("a file", encoding="utf-8")
    result = run("report", *inputs(folder), "-o", folder / "taken", "--format", "text")

    assert result.exit_code == exits.NO_REPORT
    assert "taken" in result.stderr


@pytest.mark.usefixtures("here")
def test_the_journal_holds_names_and_hashes_alone(folder: Path) -> None:
    fates(folder)
    lines = [json.loads(line) for line in (folder / "out" / JOURNAL).read_text(encoding="utf-8").splitlines() if line]

    assert [name for name, *_ in lines] == ["anna.txt", "berta.txt"]
    assert all(re.fullmatch("[0-9a-f]{64}", found) for _, *hashes in lines for found in hashes)
