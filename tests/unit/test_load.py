"""A faulty knowledge base is refused with every fault of every file, each with its line."""

import shutil
from pathlib import Path

import pytest

from triage.errors import KnowledgeBaseError
from triage.loader.load import load
from triage.loader.source import read
from triage.resources import data_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "kb"
    shutil.copytree(data_folder("knowledge_base"), copy, ignore=shutil.ignore_patterns("cases"))
    return copy


FAULTS = {
    "rules/danger.yaml": (
        "- id: EM-01\n  when: collapse\n  certainty: fact\n  provenance: [seed]\n"
        "- id: X-1\n  certainty: likely\n  when: collaps\n  provenance: [seed]\n"
        "- id: X-2\n  certainty: fact\n  urgency: soon\n  when: collapse\n"
        "- id: X-3\n  certainty: fact\n  wen: collapse\n  when: lab_k < 3\n  sources: [S999]\n"
    ),
    "patterns.yaml": "- id: a_new_one\n  when: takes cls_lopo\n  provenance: [mine]\n",
    "sources.yaml": "- id: S1\n  title: again\n  read_as: A\n",
    "derived.yaml": "- id: odd\n  label: Odd\n  unit: kg\n  sources:\n    - formula: weight_kg ** 2\n    - valid_when: fever\n- id: none\n  unit: kg\n",
    "screen.yaml": "- id: page_9\n  title: More\n  lines:\n    - {findings: [saddle_num]}\n    - {only_if: fever}\n",
    "findings/hands.yaml": "- id: span\n  kind: quantity\n  answered_by: person\n  units: [{ucum: cm, factor: ten}]\n  range: [3, 1]\n",
    "findings/person.yaml": "- id: shoe_size\n  kind: quantity\n  answered_by: cobbler\n",
}


def test_every_planted_fault_is_reported_with_its_line(folder: Path) -> None:
    for file, text in FAULTS.items():
        with (folder / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    with pytest.raises(KnowledgeBaseError) as error:
        load(folder)

    said = str(error.value)
    for expected in (
        "rule `EM-01` is defined twice", "`certainty` is `likely`", "did you mean `collapse`", "`urgency` is `soon`", "`X-2`: no source",
        "unknown key `wen`; did you mean `when`", "needs a unit", "unknown source `S999`", "did you mean `cls_loop`", "unknown provenance mark `mine`",
        "source `S1` is defined twice", "not allowed in a formula", "`formula` is missing", "`label` is missing", "did you mean `saddle_numb`",
        "`findings` is missing", "`ten` is not a number", "`span`: a quantity needs", "`answered_by` is `cobbler`", "a quantity needs `units`", 
    ):  # fmt: skip
        assert expected in said
    for fault in error.value.faults:
        assert fault.line > 1
        assert fault.file in FAULTS


def test_a_circle_of_patterns_is_named(folder: Path) -> None:
    with (folder / "patterns.yaml").open("a", encoding="utf-8") as stream:
        stream.write("- id: hen\n  when: egg\n  provenance: [seed]\n- id: egg\n  when: hen\n  provenance: [seed]\n")

    with pytest.raises(KnowledgeBaseError, match="hen -> egg -> hen"):
        load(folder)


def test_a_gap_that_is_not_labelled_and_a_label_without_a_gap(folder: Path) -> None:
    with (folder / "rules/danger.yaml").open("a", encoding="utf-8") as stream:
        stream.write("- id: X-1\n  certainty: fact\n  when: missing lab_k\n  provenance: [seed]\n")
        stream.write("- id: X-2\n  certainty: fact\n  when: collapse\n  gap: true\n  provenance: [seed]\n")

    with pytest.raises(KnowledgeBaseError, match=r"X-1`: rests on a gap(.|\n)*X-2`: labelled"):
        load(folder)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeBaseError, match=r"manifest\.yaml:1: the file is missing"):
        load(tmp_path)


def test_the_hash_follows_the_content(folder: Path) -> None:
    before = load(folder).content_hash
    with (folder / "manifest.yaml").open("a", encoding="utf-8") as stream:
        stream.write("# a comment\n")

    assert load(folder).content_hash != before


@pytest.mark.parametrize(
    "file",
    [
        "manifest.yaml",
        "sources.yaml",
        "derived.yaml",
        "patterns.yaml",
        "medicines.yaml",
        "screen.yaml",
        "rules/danger.yaml",
    ],
)
@pytest.mark.parametrize("text", ["", "just words", "[1, 2]", "{a: 1}", "- id: x", "- [1", "id: x"])
def test_a_file_that_is_something_else_is_a_fault_and_no_traceback(folder: Path, file: str, text: str) -> None:
    (folder / file).write_text(text, encoding="utf-8")

    with pytest.raises(KnowledgeBaseError) as error:
        load(folder)

    assert any(fault.file == file for fault in error.value.faults)


FINDING = "- id: zz\n  kind: {kind}\n  label: L\n  answered_by: person\n  report_only: true\n"
QUANTITY = FINDING.format(kind="quantity") + "  units: [{ucum: kg}]\n  range: [0, 9]\n"
BOOLEAN = FINDING.format(kind="boolean")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("findings/hands.yaml", QUANTITY + "  intervals_by_sex: [1, 2]\n", "intervals_by_sex is no mapping"),
        ("findings/hands.yaml", QUANTITY.replace("{ucum: kg}", "{ucum: [kg]}"), "ucum is not a text"),
        ("findings/hands.yaml", QUANTITY + "  bands: {first: [a]}\n", "the word of a band is not a text"),
        ("findings/hands.yaml", QUANTITY + "  bands: {first: a, '20': b}\n", "20 lies outside the plausible range"),
        ("findings/hands.yaml", QUANTITY + "  dated_by: nothing\n", "dated_by names no finding"),
        ("findings/hands.yaml", BOOLEAN + "  only_if: child\n", "only_if: unknown finding `child`"),
        ("findings/hands.yaml", BOOLEAN + "  only_if: zz\n", "names the finding itself"),
        ("findings/hands.yaml", BOOLEAN + "  only_if: missing lab_k\n", "rests on a gap condition"),
        (
            "findings/hands.yaml",
            BOOLEAN + "  only_if: yy\n" + BOOLEAN.replace("zz", "yy") + "  only_if: zz\n",
            "follow-ups wait for each other in a circle: zz -> yy -> zz",
        ),
        ("patterns.yaml", "- id: lab_k\n  when: collapse\n  provenance: [seed]\n", "something else has this id"),
        ("patterns.yaml", "- id: [y]\n  when: collapse\n", "a pattern without `id`"),
        (
            "rules/danger.yaml",
            "- id: X\n  certainty: fact\n  provenance: [seed]\n  when: &a {any: [collapse, *a]}\n",
            "an anchor holds itself",
        ),
        ("derived.yaml", "- id: x\n  label: l\n  unit: kg\n  sources: [{formula: [lab_k]}]\n", "formula is not a text"),
    ],
)
def test_what_has_the_wrong_shape_is_a_fault(folder: Path, file: str, text: str, said: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as stream:
        stream.write(text)

    with pytest.raises(KnowledgeBaseError) as error:
        load(folder)

    assert said in str(error.value)
    assert {fault.file for fault in error.value.faults} == {file}


@pytest.mark.parametrize(
    "file",
    [
        "sources.yaml",
        "causes.yaml",
        "patterns.yaml",
        "medicines.yaml",
        "screen.yaml",
        "rules/danger.yaml",
        "findings/hands.yaml",
    ],
)
def test_a_file_that_cannot_be_read_is_the_only_one_blamed(folder: Path, file: str) -> None:
    (folder / file).write_text("- [1", encoding="utf-8")

    with pytest.raises(KnowledgeBaseError) as error:
        load(folder)

    assert [fault.file for fault in error.value.faults] == [file]


def test_an_unused_finding_is_not_blamed_while_a_faulty_rule_names_it(folder: Path) -> None:
    with (folder / "findings/hands.yaml").open("a", encoding="utf-8") as stream:
        stream.write(BOOLEAN.replace("  report_only: true\n", ""))
    with (folder / "rules/danger.yaml").open("a", encoding="utf-8") as stream:
        stream.write("- id: X\n  certainty: fact\n  provenance: [seed]\n  when: {all: [zz, zz_misspelt]}\n")
    with (folder / "governance.yaml").open("a", encoding="utf-8") as stream:
        stream.write("- {id: x, on: 2099-01-01, author: clinic, note: Why, rules: [X]}\n")

    with pytest.raises(KnowledgeBaseError) as error:
        load(folder)

    (fault,) = error.value.faults
    assert "unknown finding `zz_misspelt`" in fault.message


def test_everything_but_nothing_knows_its_line() -> None:
    text = "# a comment\na: &one x\nb:\n  - *one\n  - |\n    several\n    lines\n  -\nc: {d: no}\n"

    whole = read(text, "some.yaml", faults := [])

    assert faults == []
    assert whole == {"a": "x", "b": ["x", "several\nlines\n", None], "c": {"d": "no"}}
    assert [key.line for key in whole] == [2, 3, 9]
    assert (whole.line, whole["b"].line, whole["c"].line) == (2, 4, 9)
    assert [part.line for part in whole["b"][:2]] == [2, 5]
    assert whole["c"]["d"].line == 9
