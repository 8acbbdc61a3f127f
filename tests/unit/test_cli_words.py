"""`triage words` and `--language`: which languages there are, how far they are, and everything said in one of them."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from triage.cli import commands, exits, words
from triage.resources import data_folder

SAMPLE = str(data_folder("examples") / "swollen_calf.json")


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the commands work on copies of the catalogues and of a small knowledge base; give the latter."""
    shutil.copytree(data_folder("reports") / "locale", tmp_path / "reports" / "locale")
    pack = tmp_path / "pack"
    shutil.copytree(Path(__file__).parents[1] / "packs" / "nosebleed", pack)
    monkeypatch.setattr(words, "data_folder", lambda name: tmp_path / name)
    return pack


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(commands.app, arguments, input=given)


def test_the_languages_are_listed_with_what_is_translated() -> None:
    found = run("words", "list").stdout.splitlines()

    assert found[0].split() == ["en-GB", "as", "written"]
    assert any(line.split()[0] == "de" and "phrases" in line for line in found)
    assert [line.split()[0] for line in found[-2:]] == ["en-XA", "ar-XB"]


def test_german_is_checked_and_complete() -> None:
    found = run("words", "check", "de")

    assert found.exit_code == exits.DONE
    assert found.stdout.count("; 0 missing") == 2


def test_a_language_is_begun_and_names_what_waits(copied: Path, tmp_path: Path) -> None:
    begun = run("words", "update", "fr", "--kb", str(copied))
    checked = run("words", "check", "fr", "--kb", str(copied))

    assert begun.exit_code == exits.DONE
    assert (tmp_path / "reports" / "locale" / "fr.po").is_file()
    assert 'msgctxt "manifest.title"' in (copied / "locale" / "fr.po").read_text(encoding="utf-8")
    assert checked.exit_code == exits.FAULTS
    assert "manifest.title: " in checked.stdout
    assert "more" in checked.stdout


def test_a_changed_text_is_told_as_changed(copied: Path) -> None:
    run("words", "update", "de", "--kb", str(copied))
    catalogue = copied / "locale" / "de.po"
    manifest = (copied / "manifest.yaml").read_text(encoding="utf-8")
    title = next(line.split(": ", 1)[1].strip('"') for line in manifest.splitlines() if line.startswith("title:"))
    written = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(
        written.replace(f'msgid "{title}"\nmsgstr ""', f'msgid "{title}"\nmsgstr "Nasenbluten"'), "utf-8"
    )
    (copied / "manifest.yaml").write_text(manifest.replace(title, f"{title} anew"), encoding="utf-8")

    found = run("words", "update", "de", "--kb", str(copied))

    assert "1 of them changed since" in found.stdout
    assert "Nasenbluten" in catalogue.read_text(encoding="utf-8")


def test_a_language_nobody_knows_is_refused(copied: Path) -> None:
    found = run("words", "update", "tlh-x", "--kb", str(copied))

    assert found.exit_code == exits.NO_KNOWLEDGE
    assert "language: no language `tlh-x`" in found.stderr


def test_a_summary_speaks_the_language_asked_for() -> None:
    found = run("assess", SAMPLE, "--language", "de").stdout

    assert "TAGGLEICH, heute" in found
    assert "Tiefe Beinvenenthrombose" in found


def test_a_language_without_words_is_wrong_usage() -> None:
    found = run("assess", SAMPLE, "--language", "ger")

    assert found.exit_code == exits.USAGE
    assert "language: no language `ger`" in found.stderr


def test_an_assessment_is_printed_in_its_own_language_alone(tmp_path: Path) -> None:
    made = tmp_path / "assessment.json"
    made.write_bytes(run("assess", SAMPLE, "--json", "--language", "de").stdout_bytes)

    german = run("report", str(made), "-o", "-", "--format", "text", "--document", "sbar")
    english = run("report", str(made), "-o", "-", "--format", "text", "--document", "sbar", "--language", "en-GB")

    assert "TAGGLEICH" in german.stdout
    assert english.exit_code == exits.NO_REPORT
    assert "this assessment is worded in de; print it from its intake" in english.stderr


def test_an_interview_in_german_understands_its_letters(tmp_path: Path) -> None:
    kept = tmp_path / "intake.json"

    found = run(
        "interview", "--language", "de", "--save", str(kept), given="n\nJa\nnein\nx\nj\n?\nn\nn\nn\nn\nn\nstop\n"
    )

    assert "Sind Sie zusammengebrochen oder bewusstlos geworden? [j/n]" in found.stdout
    assert "Nicht verstanden" in found.stdout
    assert "true" in kept.read_text(encoding="utf-8")


def test_an_explanation_speaks_the_language_asked_for() -> None:
    assert "Tiefe Beinvenenthrombose" in run("explain", SAMPLE, "VA-07", "--language", "de").stdout
    assert "Dringlichkeit jetzt" in run("explain", SAMPLE, "--language", "de").stdout
