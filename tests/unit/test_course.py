"""The course: every dated fact on a linear scale that ends today, nothing drawn that has no date."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import assessments
from triage.assessment import Assessment
from triage.engine import Triage
from triage.reporting import context, render
from triage.reporting.course import DATED, course
from triage.reporting.words import days_ago

ON = date(2026, 3, 12)
AS_OF = "2026-03-12T14:20"
ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@cache
def engine() -> Triage:
    return Triage()


def assessed(**answers: object) -> Assessment:
    return engine().assess(answers, on=ON)


def example(name: str) -> Assessment:
    return engine().assess(json.loads((ROOT / "examples" / f"{name}.json").read_text(encoding="utf-8")), on=ON)


def medicine(name: str, started: str = "", stopped: str = "") -> dict[str, object]:
    return {"text": name, "started": started, "stopped": stopped, "current": not stopped}


def drawn(medicines: list[dict[str, object]], *, onset: int | None = None, results: Mapping[int, str] = {}) -> Any:
    """Give the course of hand-built data; `results` holds a value by its age in days."""
    answers = [] if onset is None else [
        {"finding": "cramp_onset_days", "state": "answered", "shown": f"{onset} days"}
    ]  # fmt: skip
    plain = {
        "as_of": AS_OF, "medicines": {"entries": medicines}, "answers": answers,
        "laboratory": [{"age_days": days, "derived": False} for days in results],
    }  # fmt: skip
    rows = [{"label": "Potassium", "value": value, "raises": None, "telling": False} for value in results.values()]
    return course(plain, rows)


def picture(assessment: Assessment, document: str = "letter") -> Any:
    """Give the course of a letter as XML, None where there is none."""
    page = render(assessment, format="html", document=document)
    assert isinstance(page, str)
    found = re.search(r'<svg class="course".*?</svg>', page, re.DOTALL)
    return found and ElementTree.fromstring(found[0])


def test_fewer_than_two_dates_are_no_course() -> None:
    assert drawn([medicine("a"), medicine("b")], onset=30) is None
    assert drawn([medicine("a", "20 days before")]) is None
    assert picture(example("night_cramps")) is None
    text = render(example("night_cramps"), format="text")
    assert isinstance(text, str)
    assert "Course:" not in text


def test_a_start_lies_where_the_scale_says() -> None:
    (scale,) = drawn([medicine("a", "40 days before"), medicine("b", "20 days before", "10 days before")])["scales"]

    assert [(lane["name"], lane["start"], lane["end"]) for lane in scale["lanes"]] == [
        ("A", 0.0, 1.0),
        ("B", 0.5, 0.75),
    ]
    assert [(tick["at"], tick["text"]) for tick in scale["ticks"]] == [
        (0.3, "4 weeks ago"),
        (0.65, "2"),
        (1.0, "today"),
    ]


def test_lanes_are_medicines_by_start_then_the_story_then_tests() -> None:
    found = context(example("electrolyte_deficit_despite_magnesium"))["course"]
    names = [lane["name"] for scale in found["scales"] for lane in scale["lanes"]]

    assert names == ["Omeprazole", "Bendroflumethiazide", "Cramps", "Magnesium taken", "Tests 10 Mar"]
    assert found["told"][2:4] == ["cramps since 22 Nov 2025", "magnesium taken for 10 weeks"]
    assert [lane["strong"] for scale in found["scales"] for lane in scale["lanes"]] == [
        False,
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(("oldest", "scales"), [(150, 1), (151, 2)])
def test_starts_more_than_fifty_fold_apart_stand_on_two_scales(oldest: int, scales: int) -> None:
    found = drawn([medicine("a", f"{oldest} days before")], onset=3)

    assert len(found["scales"]) == scales
    assert [lane["name"] for scale in found["scales"] for lane in scale["lanes"]] == ["A", "Cramps"]


def test_a_young_test_asks_for_no_scale_of_its_own_but_an_old_one_may() -> None:
    assert len(drawn([], onset=400, results={1: "3.1"})["scales"]) == 1
    assert len(drawn([], onset=3, results={400: "3.1"})["scales"]) == 2


def test_what_began_before_the_scale_has_an_arrow() -> None:
    (scale,) = drawn([medicine("a", "9000 days before")], onset=700)["scales"]

    assert [lane["before"] for lane in scale["lanes"]] == [True, False]
    assert scale["ticks"][0]["text"] == "9 years ago"
    assert len(picture(assessed(cramp_onset_days=700, medicines=[{"name": "naproxen", "started": "2001-03-01"}])).findall(f"{SVG}path")) == 4 + 1  # fmt: skip


def test_an_unknown_beginning_is_dashed_and_a_missing_one_is_named() -> None:
    found = assessed(
        cramp_onset_days=60,
        medicines=[{"name": "naproxen", "stopped": "2026-03-02"}, {"name": "amlodipine"}],
    )
    picture_of = picture(found)
    dashed = [box for box in picture_of.iter(f"{SVG}rect") if "stroke-dasharray" in box.attrib]

    assert len(dashed) == 1
    assert context(found)["course"]["undated"] == ["amlodipine"]
    page = render(found, format="html", document="letter")
    assert isinstance(page, str)
    assert re.search(r"No date given:</span> <bdi>amlodipine</bdi>", page)


def test_a_stop_before_the_start_keeps_the_day_that_is_past() -> None:
    (scale,) = drawn([medicine("a", "5 days before", "10 days before")], onset=20)["scales"]

    assert (scale["lanes"][0]["begin_known"], scale["lanes"][0]["end"]) == (False, 0.5)


def test_the_latest_medicines_are_drawn_and_the_rest_is_counted() -> None:
    found = drawn([medicine(f"m{days}", f"{days} days before") for days in (10, 60, 20, 50, 30, 40)])

    assert [lane["name"] for lane in found["scales"][0]["lanes"]] == ["M40", "M30", "M20", "M10"]
    assert found["left"] == 2


def test_a_duration_asked_beside_the_list_is_drawn_only_without_a_start_in_it() -> None:
    with_start = example("diuretic_and_laxative")
    without = assessed(cramp_onset_days=30, medicines=["furosemide 40 mg"], suspect_start_days=20)

    assert [lane["name"] for lane in context(with_start)["course"]["scales"][0]["lanes"]] == ["Furosemide", "Cramps"]
    assert "suspect medicine started or changed on 20 Feb 2026" in context(without)["course"]["told"]


def test_self_care_never_tried_is_no_fact() -> None:
    assert context(assessed(cramp_onset_days=30, self_care_weeks=0))["course"] is None
    assert context(assessed(cramp_onset_days=30, self_care_weeks=3))["course"]["told"][1] == "self-care for 3 weeks"


def test_the_most_urgent_result_stands_beside_its_dot_with_its_unit() -> None:
    found = context(example("rhabdomyolysis"))["course"]
    notes = [lane["note"] for scale in found["scales"] for lane in scale["lanes"] if lane["kind"] == "sample"]

    assert notes[0] == "baseline creatinine 0.9 mg/dL"
    assert notes[1] == "potassium 5.6 mEq/L, 2 more"


def test_the_course_stands_in_letter_report_and_text_and_says_the_same() -> None:
    found = example("statin_interaction")
    told = "; ".join(context(found)["course"]["told"])

    assert told.startswith("simvastatin since 1 Jun 2019; amlodipine since 10 Mar 2021; clarithromycin")
    for document in ("letter", "report"):
        assert picture(found, document).get("aria-label").replace("\xa0", " ") == f"Course: {told}."
        text = render(found, format="text", document=document)
        assert isinstance(text, str)
        assert f"Course: {told}." in re.sub(r"\s+", " ", text)


def test_the_letter_draws_it_under_the_shorter_column() -> None:
    assert context(example("electrolyte_deficit_despite_magnesium"))["course_column"] == {"name": "left", "cheap": True}
    assert context(example("statin_interaction"))["course_column"] == {"name": "right", "cheap": True}


@pytest.mark.parametrize("document", ["letter", "report"])
def test_hostile_names_stay_words(document: str) -> None:
    name = "</text><script>alert(1)</script>" + "A" * 5000
    found = picture(
        assessed(cramp_onset_days=30, medicines=[{"name": name, "started": "2026-01-01"}, "\u202e{{ 7 * 7 }}"]),
        document,
    )

    assert {element.tag for element in found.iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "title", "text", "rect", "path")
    }
    assert max(len(label.text) for label in found.iter(f"{SVG}text")) <= 21
    assert len(found.get("aria-label")) < 200


def test_the_findings_named_in_the_code_exist() -> None:
    assert set(engine().knowledge.findings) >= DATED


def test_days_are_read_as_starts_are_printed() -> None:
    assert [days_ago(text, AS_OF) for text in ("today", "20 days before", "2026-03-02")] == [0, 20, 10]
    assert [days_ago(text, AS_OF) for text in ("2021", "", "2027-01-01", "last spring")] == [None] * 4


@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.none() | st.integers(0, 20_000)), max_size=7),
    st.none() | st.integers(0, 36_500),
    st.dictionaries(st.integers(0, 20_000), st.sampled_from(["3.1 mmol/L", "x" * 80]), max_size=4),
)
def test_nothing_leaves_its_scale(
    medicines: list[tuple[int, int | None]], onset: int | None, results: Mapping[int, str]
) -> None:
    entries = [
        medicine("m", f"{start} days before", "" if end is None else f"{end} days before") for start, end in medicines
    ]
    found = drawn(entries, onset=onset, results=results)
    dated = min(len(medicines), 4) + (onset is not None) + min(len(results), 2)

    assert (found is None) == (dated < 2)
    assert found == drawn(entries, onset=onset, results=results)
    for scale in found["scales"] if found else []:
        assert all(0 <= lane["start"] <= lane["end"] <= 1 for lane in scale["lanes"])
        places = [tick["at"] for tick in scale["ticks"]]
        assert places == sorted(set(places))
        assert all(0 <= place <= 1 for place in places)
        assert 3 <= len(places) <= 4
        assert scale["ticks"][-1] == {"at": 1.0, "text": "today"}
        assert all(later - earlier >= 0.15 for earlier, later in pairwise(places))
    assert not found or sum(len(scale["lanes"]) for scale in found["scales"]) == dated
    assert not found or 1 <= len(found["scales"]) <= 2


def test_a_letter_set_tightly_leaves_out_a_course_that_would_cost_a_page() -> None:
    found = assessments.routine()

    assert context(found)["course_column"]["cheap"] is False
    assert picture(found) is not None  # a browser has room
    assert "Course" in (render(found, format="text", document="letter"))
