"""The cases of a knowledge base: read with every fault at its line, and what differs is told."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from triage import IntakeError, KnowledgeBaseError, Triage, Urgency
from triage.casebook import Vignette, outcome, rule_cases, unknown_names, vignettes
from triage.cli import exits
from triage.cli.commands import app

DAY = date(2026, 3, 12)
NOSEBLEED = Path(__file__).resolve().parents[1] / "packs" / "nosebleed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NOSEBLEED, tmp_path / "pack"))


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage(NOSEBLEED, engine="compiled")


def write(folder: Path, name: str, text: str) -> Path:
    (folder / "cases" / name).write_text(text, encoding="utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    found: list[str] = []
    for read in (vignettes, rule_cases):
        try:
            read(folder)
        except KnowledgeBaseError as problem:
            found += map(str, problem.faults)
    return found


def with_(case: Vignette, **expect: Any) -> Vignette:
    return case.model_copy(update={"expect": case.expect.model_copy(update=expect)})


def test_cases_are_read_with_the_types_of_json() -> None:
    first, second = vignettes(NOSEBLEED)

    assert first.expect.urgency is Urgency.EMERGENCY
    assert second.intake == {"bleeding_minutes": 5, "faint": False, "medicines": [], "picks_nose": True}
    assert [case.rule or case.pattern for case in rule_cases(NOSEBLEED)] == [
        "bleeding_long",
        "NB-1",
        "NB-2",
        "NB-3.gap",
        "NB-4",
    ]


def test_a_folder_without_cases_has_none(tmp_path: Path) -> None:
    assert vignettes(tmp_path) == rule_cases(tmp_path) == ()


def test_every_fault_is_told_at_its_line(folder: Path) -> None:
    write(folder, "vignettes/a.yaml", "- id: one\n  title: One\n- id: five_minutes_after_picking\n  colour: red\n")
    write(folder, "vignettes/b.yaml", "not: a list\n")
    write(folder, "vignettes/c.yaml", "- [\n")
    (folder / "cases/vignettes/d.yaml").write_bytes(b"- id: \xff\n")
    write(folder, "rules/a.yaml", "- fires: [{}]\n  near_miss: [{}]\n- {rule: NB-9, fires: [], near_miss: [{}]}\n")
    found = faults(folder)

    assert [one for one in found if one.startswith("cases/vignettes/a.yaml:1: ")] != []
    assert any(one.startswith("cases/vignettes/a.yaml:3: colour: ") for one in found)
    assert any(one.startswith("cases/vignettes/b.yaml:1: not a list") for one in found)
    assert any(one.startswith("cases/vignettes/c.yaml:2: yaml: ") for one in found)
    assert any(one.startswith("cases/vignettes/d.yaml:1: not UTF-8") for one in found)
    assert any(one.startswith("cases/rules/a.yaml:1: case: ") and "either" in one for one in found)
    assert any(one.startswith("cases/rules/a.yaml:3: case: ") and "each need" in one for one in found)


def test_an_id_twice_is_a_fault(folder: Path) -> None:
    text = (folder / "cases/vignettes/nose.yaml").read_text(encoding="utf-8")

    assert "cases/vignettes/other.yaml:1: `an_hour_and_faint` has a case already; rename or join them" in faults(
        write(folder, "vignettes/other.yaml", text)
    )


def test_what_is_as_expected_differs_in_nothing(triage: Triage) -> None:
    found = [outcome(triage, case, on=DAY) for case in vignettes(NOSEBLEED)]

    assert [one.differences for one in found] == [(), ()]
    assert [one.levels_off for one in found] == [0, 0]
    assert list(unknown_names(triage, vignettes(NOSEBLEED))) == []


@pytest.mark.parametrize(
    ("expect", "told", "levels_off"),
    [
        ({"urgency": Urgency.SAME_DAY}, "urgency emergency, expected same_day", 1),
        ({"causes": ("picked",)}, "cause not named: picked", 0),
        ({"advice_withheld": ("press",)}, "advice given that must not be: press", 0),
        ({"advice_given": ("hot_drinks",)}, "advice not given: hot_drinks", 0),
        ({"fires": ("NB-4",)}, "rule silent that must fire: NB-4", 0),
        ({"silent": ("NB-1",)}, "rule fired that must not: NB-1", 0),
    ],
)
def test_each_difference_is_told(triage: Triage, expect: dict[str, Any], told: str, levels_off: int) -> None:
    found = outcome(triage, with_(vignettes(NOSEBLEED)[0], **expect), on=DAY)

    assert (found.differences, found.levels_off) == ((told,), levels_off)


def test_an_intake_that_cannot_be_read_names_its_vignette(triage: Triage) -> None:
    case = vignettes(NOSEBLEED)[0].model_copy(update={"intake": {"no_such_finding": True}})

    with pytest.raises(IntakeError, match="vignette `an_hour_and_faint`: "):
        outcome(triage, case, on=DAY)


def test_names_nobody_has_are_told(triage: Triage) -> None:
    case = with_(vignettes(NOSEBLEED)[0], causes=("gout",), silent=("NB-77",), advice_given=("rest",))

    assert list(unknown_names(triage, [case.model_copy(update={"sources": ("T9",)})])) == [
        "vignette `an_hour_and_faint`: no source `T9`", "vignette `an_hour_and_faint`: no cause `gout`",
        "vignette `an_hour_and_faint`: no advice item `rest`", "vignette `an_hour_and_faint`: no rule `NB-77`",
    ]  # fmt: skip


def test_the_command_counts_and_tells(folder: Path) -> None:
    right = CliRunner().invoke(app, ["kb", "cases", str(folder)])
    path = folder / "cases/vignettes/nose.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("urgency: self_care", "urgency: urgent"), encoding="utf-8")
    wrong = CliRunner().invoke(app, ["kb", "cases", str(folder)])

    assert right.exit_code == 0
    assert [line.split()[:5] for line in right.stdout.splitlines() if line.startswith(("emergency", "all"))] == [
        ["emergency", "1", "1", "0", "0"], ["all", "2", "2", "0", "0"],
    ]  # fmt: skip
    assert wrong.exit_code == exits.FAULTS
    assert ["urgent", "1", "0", "1", "0"] in [line.split()[:5] for line in wrong.stdout.splitlines()]
    assert "five_minutes_after_picking: urgency self_care, expected urgent" in wrong.stdout
