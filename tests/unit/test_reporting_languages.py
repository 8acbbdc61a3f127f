"""Documents in other languages: the words change, what they are about does not."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from triage import Triage
from triage.assessment import Assessment
from triage.cli.demonstration import samples_table, title_of
from triage.cli.summary import summary
from triage.knowledge import KnowledgeBase
from triage.language import PSEUDO, Language, find_language, in_use, speaking
from triage.reporting import context
from triage.reporting.words import (
    age,
    day,
    few,
    first_number,
    first_sentence,
    harmless,
    interval,
    keep_units,
    moment,
    parts,
    sentences,
    since,
    word,
)
from triage.resources import data_folder
from triage.wording import semicolons

DAY = date(2026, 11, 25)
EXAMPLES = {path.stem: path for path in sorted(data_folder("examples").glob("*.json"))}
HEAD = (
    r'msgid ""' "\n" r'msgstr "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"'
)
GERMAN: Mapping[str, str] = {
    "yes": "ja", "no": "nein", "none": "keine", "not recognised": "nicht erkannt", "today": "heute",
    "{what}: {found}": "{what}: {found}", "{what}: asked, not known": "{what}: gefragt, unbekannt",
    "{what}: not asked": "{what}: nicht gefragt", "{what}: does not apply": "{what}: trifft nicht zu",
    "{answers}; and more": "{answers} | und weitere", "{first}; {following}": "{first} | {following}",
    "{day}, {time}": "{day} um {time} Uhr", "from {low}": "ab {low}", "up to {high}": "bis {high}",
    "at least {number}": "{number} oder mehr", "{before} to {after}": "{before} zu {after}", "micrograms": "Mikrogramm",
    "micro": "Mikro", "probable": "wahrscheinlich", "Takes {medicines}": "Nimmt {medicines} ein",
}  # fmt: skip
PLURALS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("{number} day before", "{number} days before"): ("vor {number} Tag", "vor {number} Tagen"),
    ("{number} year", "{number} years"): ("{number} Jahr", "{number} Jahre"),
    ("{number} month", "{number} months"): ("{number} Monat", "{number} Monate"),
    ("{number} more", "{number} more"): ("noch {number}", "noch {number}"),
}


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Language]:
    """Give a language written much like German, in use; its catalogue lies in a folder of its own."""
    entries = [HEAD]
    entries += [f"msgid {json.dumps(one)}\nmsgstr {json.dumps(other)}" for one, other in GERMAN.items()]
    entries += [
        f"msgid {json.dumps(one)}\nmsgid_plural {json.dumps(many)}\n"
        f"msgstr[0] {json.dumps(first)}\nmsgstr[1] {json.dumps(others)}"
        for (one, many), (first, others) in PLURALS.items()
    ]
    (tmp_path / "de.po").write_text("\n\n".join(entries) + "\n", encoding="utf-8")
    monkeypatch.setattr("triage.language._folder", lambda: tmp_path)
    language = find_language("de")
    with speaking(language):
        yield language


@cache
def engine() -> Triage:
    return Triage(engine="compiled")


@cache
def intake(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXAMPLES[name].read_text(encoding="utf-8"))
    return found


@cache
def assessed(name: str, language: str) -> Assessment:
    return engine().in_language(language).assess(intake(name), on=DAY)


# The words alone.


def test_dates_times_and_ages_are_written_as_the_language_writes_them(german: Language) -> None:
    assert day("2026-03-02") == "02.03.2026"
    assert moment("2026-03-12T14:20:00+00:00") == "12.03.2026 um 14:20 Uhr"
    assert (age("1950-01-02", "2026-03-12"), age("2025-12-12", "2026-03-12")) == ("76 Jahre", "3 Monate")
    assert since("vor 20 Tagen", "2026-03-12T14:20", 20.0) == "20.02.2026"
    assert since("vor 2,5 Tagen", "2026-03-12T14:20", 2.5) == "vor 2,5 Tagen"
    assert interval("3,5", "") == "ab 3,5"
    assert few(["a", "b", "c"], 2) == ["a", "noch 2"]


def test_a_number_in_an_answer_is_read_as_it_is_written(german: Language) -> None:
    assert [first_number(text) for text in ("1,5 Wochen", "seit 3 Tagen", "keine")] == [1.5, 3.0, None]


def test_signs_become_words_of_the_language_wherever_it_puts_them(german: Language) -> None:
    assert harmless("K ≥ 3,5, 50 µg, 80 µmol/L") == "K 3,5 oder mehr, 50 Mikrogramm, 80 Mikromol/L"
    assert word("probable") == "wahrscheinlich"


def test_a_number_stays_with_the_word_behind_it(german: Language) -> None:
    assert keep_units("3 Tage, 4,5 mmol/L, 2 Notaufnahmeeinrichtungen") == (
        "3\u00a0Tage, 4,5\u00a0mmol/L, 2 Notaufnahmeeinrichtungen"
    )


def test_sentences_end_before_any_capital() -> None:
    assert sentences("Bitte warten. Ärztlich prüfen! ohne Punkt. 5 Tage. Über Nacht.") == [
        "Bitte warten.", "Ärztlich prüfen! ohne Punkt. 5 Tage.", "Über Nacht.",
    ]  # fmt: skip
    assert first_sentence("Trinken Sie 1.5 Liter. Über den Tag.") == "Trinken Sie 1.5 Liter."


def test_a_list_is_taken_apart_as_it_was_joined(german: Language) -> None:
    assert parts(semicolons(["a; b", "c"])) == ["a; b", "c"]


# What a document is about.


def german_words(knowledge: KnowledgeBase) -> KnowledgeBase:
    """Give a knowledge base whose labels are no English, as far as logic might read them."""
    return replace(
        knowledge,
        language="de",
        findings={
            name: replace(
                one,
                label=f"Das {one.label.upper()}",
                options=tuple(replace(option, label=f"Ö {option.id.upper()}") for option in one.options),
            )
            for name, one in knowledge.findings.items()
        },
    )


def about(said: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """Give what the context decides, without its words: ids, flags, counts, levels, places and lengths of lists."""
    by_label: dict[str, list[str]] = {}
    for finding, label in labels.items():
        by_label.setdefault(label, []).append(finding)

    def names(found: list[str]) -> list[list[str]]:
        return [by_label.get(label, [label]) for label in found]

    flags, course, diagram = said["flags"], said["course"], said["diagram"]
    return {
        "level": said["urgency"]["level"],
        "headline": bool(said["headline"]),
        "gap": bool(said["gap_note"]),
        "ladder": said["ladder"],
        "alerts": [line["more"] for line in said["alerts"]],
        "flags": {kind: len(flags[kind]) for kind in ("present", "absent", "unknown", "not_asked")},
        "short": [len(flags["absent_short"]), len(flags["not_asked_short"])],
        "count": [flags["answered"], flags["total"]],
        "yes": {answer["finding"]: answer["yes"] for answer in said["answers"]},
        "said yes": [text in by_label for text in said["history"]],
        "history": len(said["history"]),
        "denied": names(said["denied"]),
        "groups": [
            (len(group["rows"]), names(group["denied"]), [(o["level"], len(o["labels"])) for o in group["open"]])
            for group in said["answer_groups"]
        ],
        "criterion": (len(said["criterion"]["inputs"]), names(said["criterion"]["denied"])),
        "tests": [[row["known"] for row in rule["tests"]] for rule in said["criterion"]["rules"]],
        "signs": len(said["vital_signs"]),
        "story": [(row["id"], bool(row["text"])) for row in said["story"]],
        "medicines": [
            (
                row["recognised"],
                row["current"],
                bool(row["note"]),
                bool(row["concern"]),
                row["rules"],
            )
            for row in said["medicine_rows"]
        ],
        "results": [
            (
                row["telling"],
                row["in_range"],
                row["raises"],
                row["derived"],
                bool(row["counted"]),
                bool(row["interval"]),
            )
            for row in said["result_rows"]
        ],
        "untested": [(len(names([row["label"]])), row["could_reach"]) for row in said["untested"]],
        "course": course
        and [
            [(lane["kind"], lane["start"], lane["end"], lane["strong"]) for lane in scale["lanes"]]
            for scale in course["scales"]
        ],
        "diagram": diagram
        and (diagram["gaps"], [[node["known"] for node in column["nodes"]] for column in diagram["columns"]]),
        "rules": [
            [(rule["id"], bool(rule["because"]), len(rule["not_known"])) for rule in group["rules"]]
            for group in said["rule_groups"]
        ],
        "withheld": [(row["not_known"], len(row["reasons"])) for row in said["withheld"]["rows"]],
        "leaflet": [(row["held_by"], len(row["titles"])) for row in said["leaflet"]["leave"]],
        "causes": [(row["certainty"], row["urgency"], row["set_aside"]) for row in said["cause_rows"]],
        "spoken": [(row["letter"], len(row["lines"])) for row in said["spoken"]],
    }


def decided(assessment: Assessment) -> dict[str, Any]:
    return about(context(assessment), {answer.finding: answer.label for answer in assessment.answers})


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("language", PSEUDO)
def test_a_pseudo_language_decides_the_same(name: str, language: str) -> None:
    assert decided(assessed(name, language)) == decided(assessed(name, "en-GB"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_language_like_german_decides_the_same(name: str, german: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = decided(assessed(name, "en-GB"))
    monkeypatch.setattr("triage.engine.in_language", lambda knowledge, *_: german_words(knowledge))
    found = engine().in_language("de").assess(intake(name), on=DAY)

    assert found.knowledge_base.language == "de"
    assert decided(found) == wanted


def test_an_assessment_from_before_the_values_stood_beside_the_words_reads_the_same() -> None:
    found = assessed("diuretic_and_laxative", "en-GB")
    old = found.model_copy(
        update={
            "answers": tuple(answer.model_copy(update={"yes": None}) for answer in found.answers),
            "medicines": found.medicines.model_copy(
                update={
                    "entries": tuple(
                        entry.model_copy(update={"started_days": None, "stopped_days": None})
                        for entry in found.medicines.entries
                    )
                }
            ),
        }
    )

    assert context(old) | {"medicines": None} == context(found) | {"medicines": None}


# What is printed beside the templates.


def test_the_summary_and_the_samples_are_in_the_language_of_the_assessment() -> None:
    from rich.console import Console

    console = Console(width=200)
    made = {name: assessed(name, "en-XA") for name in ("cauda_equina", "hand_cramp_benign")}
    with console.capture() as taken:
        for part in [*summary(made["cauda_equina"], padded=False), *samples_table(made, ["HTML"])]:
            console.print(part)
    told = taken.get()

    for wanted in ("Whéré", "Réd flàgs", "Îñtàké", "Çàûdà éqûîñà", "Àdvîçé wîthhéld"):
        assert f"[{wanted}".lower() in told.lower(), wanted
    assert "Red flags" not in told
    assert in_use().is_source


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_sample_has_a_title_that_can_be_translated(name: str) -> None:
    with speaking(Language("en-XA")):
        assert title_of(name).startswith("[")
    assert title_of(name) == name.replace("_", " ").capitalize()
