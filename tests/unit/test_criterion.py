"""The criterion page: all that the decision rests on, nothing left out of a condition, and honest about what it cannot show."""

import json
import re
import subprocess
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path

import pytest

from tests import assessments
from triage.assessment import Assessment
from triage.engine import Triage
from triage.reporting import Format, context, render
from triage.reporting.words import harmless, unfinished

ON = date(2026, 3, 12)
EXAMPLES = {path.stem: path for path in sorted((Path(__file__).parents[2] / "examples").glob("*.json"))}


@cache
def engine() -> Triage:
    return Triage()


@cache
def example(name: str) -> Assessment:
    return engine().assess(json.loads(EXAMPLES[name].read_text(encoding="utf-8")), on=ON)


def words(assessment: Assessment, format: Format) -> str:
    """Give the words of the page on one line."""
    page = render(assessment, format=format, document="criterion")
    assert isinstance(page, str)
    if format == "html":
        page = unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)))
    return re.sub(r"\s+", " ", page.replace("\xa0", " "))


@pytest.mark.parametrize("format", ["html", "text"])
@pytest.mark.parametrize("name", list(EXAMPLES))
def test_every_rule_stands_there_with_each_test_and_its_whole_condition(name: str, format: Format) -> None:
    assessment = example(name)
    shown = words(assessment, format).lower()
    wanted = [part for rule in assessment.fired_rules for part in (rule.id, rule.title, rule.condition, rule.action)]
    wanted += [item.test for rule in assessment.fired_rules for item in rule.evidence]
    wanted += [item.answer for rule in assessment.fired_rules for item in rule.evidence]
    wanted += [answer.label for answer in assessment.answers if answer.state in ("answered", "asked_unknown")]
    wanted += [question.label for question in assessment.open_questions]
    wanted += [source.title for source in assessment.sources] + [row.given for row in assessment.laboratory]
    wanted += [assessment.urgency.reason, assessment.limits, assessment.id, assessment.knowledge_base.content_hash]

    assert [one for one in wanted if re.sub(r"\s+", " ", unfinished(harmless(one))).lower() not in shown] == []
    assert "i agree with" in shown
    assert "i disagree" in shown


def test_a_result_says_how_it_was_counted_and_given_by_whom_and_when() -> None:
    found = context(example("electrolyte_deficit_despite_magnesium"))["criterion"]
    rows = {row["label"]: row for row in found["inputs"]}

    assert rows["Magnesium"] == {
        "label": "Magnesium", "counted": "0.6171 mmol/L", "given": "1.5 mg/dL", "known": True, "by": "a laboratory",
        "of": "10 Mar 2026", "rules": ["EL-11"],
    }  # fmt: skip
    assert rows["Potassium"]["given"] == ""
    assert (rows["Age"]["by"], rows["Age"]["of"]) == ("the person", "12 Mar 2026")
    assert [(row["label"], row["rules"]) for row in found["computed"]] == [("Calcium, albumin-adjusted", ["EL-16"])]


def test_a_no_that_a_rule_rests_on_is_an_input_of_its_own() -> None:
    found = context(example("cauda_equina"))["criterion"]

    assert {"label": "Weakness", "rules": ["SP-18"]}.items() <= next(row for row in found["inputs"] if row["label"] == "Weakness").items()  # fmt: skip
    assert "Weakness" not in found["denied"]
    assert found["denied"]


def test_a_test_met_by_ignorance_says_so() -> None:
    rules = {rule["id"]: rule for rule in context(example("cauda_equina"))["criterion"]["rules"]}
    (unknown,) = [row for row in rules["SP-40.urgent.gap"]["tests"] if not row["known"]]

    assert unknown == {"test": "New bladder dysfunction not known", "answer": "asked, not known", "known": False}
    assert "Fired because something is not yet known" in words(example("cauda_equina"), "html")


def test_rules_that_nearly_fired_come_by_the_fewest_tests_they_wait_for() -> None:
    plain = context(example("night_cramps"))
    found = plain["criterion"]
    waiting = {name for question in plain["open_questions"] for name in question["rules"]}

    assert [len(row["needed"]) for row in found["near"]] == sorted(len(row["needed"]) for row in found["near"])
    assert len(found["near"]) + found["near_left"] == len(waiting)
    for row in found["near"]:
        assert row["id"] in waiting
        assert row["title"]
        assert all(row["needed"])
    assert context(example("cauda_equina"))["criterion"]["near"] == []


def test_a_settled_case_says_that_nothing_waits() -> None:
    assert context(example("cauda_equina"))["criterion"]["near"] == []
    assert "No rule that waits for an answer could raise the urgency" in words(example("cauda_equina"), "text")


def test_an_empty_intake_has_a_page_too() -> None:
    shown = words(engine().assess({}, on=ON), "html")

    assert "Nothing was answered" in shown
    assert "none, so routine" in shown or "No rule fired" in shown


@pytest.mark.parametrize("format", ["html", "text"])
def test_hostile_words_stay_words(format: Format) -> None:
    page = render(assessments.hostile(), format=format, document="criterion")
    assert isinstance(page, str)

    assert ("<script" in page) is (format == "text")  # plain text has no markup to escape
    assert "\u202e" not in page
    assert page == render(assessments.hostile(), format=format, document="criterion")


def test_on_paper_the_box_to_sign_is_whole() -> None:
    pytest.importorskip("weasyprint")
    content = render(example("cauda_equina"), format="pdf", document="criterion")
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    pages = done.stdout.decode().split("\f")[:-1]

    assert len(pages) <= 4
    (signed,) = [page for page in pages if "Agree or disagree" in page]
    assert "Signature" in signed
    assert all("Not a diagnosis" in page for page in pages)
