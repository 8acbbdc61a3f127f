"""The reasoning diagram: few boxes, edges that meet them, dashes for what is not known."""

import json
import re
import xml.etree.ElementTree as ElementTree
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import assessments
from triage.assessment import Assessment
from triage.engine import Triage
from triage.reporting import context, render
from triage.reporting.diagram import BOX, LANE, SPACE, diagram

ON = date(2026, 3, 12)
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.json"))
LEVELS = ("emergency", "same_day", "urgent", "routine", "self_care")


@cache
def engine() -> Triage:
    return Triage()


@cache
def example(name: str) -> Assessment:
    path = next(path for path in EXAMPLES if path.stem == name)
    return engine().assess(json.loads(path.read_text(encoding="utf-8")), on=ON)


def evidence(name: str, answer: str = "yes", state: str = "answered") -> dict[str, str]:
    return {"finding": name, "label": name.title(), "answer": answer, "test": "", "state": state}


def rule(name: str, *items: dict[str, str], gap: bool = False, patterns: tuple[str, ...] = (), urgency: str | None = "urgent") -> dict[str, Any]:  # fmt: skip
    return {
        "id": name, "row": name, "title": name, "gap": gap, "set_aside": False, "urgency": urgency,
        "evidence": list(items), "patterns": list(patterns),
    }  # fmt: skip


def pattern(name: str, truth: str = "true", because: str = "") -> dict[str, str]:
    return {"id": name, "label": name.title(), "truth": truth, "because": because}


def drawn(rules: list[dict[str, Any]], patterns: list[dict[str, str]] | None = None) -> Any:
    return diagram({"fired_rules": rules, "patterns": patterns or [], "answers": []})


def texts(found: Any, kind: str) -> list[str]:
    return [node["text"] for column in found["columns"] for node in column["nodes"] if node["kind"] == kind]


def test_an_answer_leads_through_its_pattern_and_another_past_it() -> None:
    found = drawn(
        [rule("R", evidence("age", "64 years"), evidence("calf"), patterns=("p",))],
        [pattern("p", because="Age: 64 years")],
    )
    middle = {node["kind"]: node["top"] + node["height"] / 2 for node in found["columns"][1]["nodes"]}
    answer = {node["text"]: node["top"] + node["height"] / 2 for node in found["columns"][0]["nodes"]}

    assert [column["kind"] for column in found["columns"]] == ["answer", "pattern", "conclusion"]
    assert {(edge["start"], edge["end"]) for edge in found["gaps"][0]} == {
        (answer["Age: 64 years"], middle["pattern"]), (answer["Calf"], middle["lane"]),
    }  # fmt: skip
    assert {edge["start"] for edge in found["gaps"][1]} == set(middle.values())


def test_without_patterns_there_are_two_columns() -> None:
    found = drawn([rule("R", evidence("age"))])

    assert [column["kind"] for column in found["columns"]] == ["answer", "conclusion"]
    assert len(found["gaps"]) == 1


@pytest.mark.parametrize("state", ["asked_unknown", "not_asked"])
def test_what_hangs_on_an_unknown_is_dashed(state: str) -> None:
    found = drawn(
        [rule("R", evidence("known"), evidence("open", "", state), gap=True, patterns=("p",))],
        [pattern("p", because="Known")],
    )
    nodes = {node["text"] or node["kind"]: node["known"] for column in found["columns"] for node in column["nodes"]}

    assert nodes == {
        "Known": True, "P": True, "lane": False, "R": False,
        {"asked_unknown": "Open: asked, not known", "not_asked": "Open: not asked"}[state]: False,
    }  # fmt: skip
    assert sorted(edge["known"] for edge in found["gaps"][0]) == [False, True]
    assert sorted(edge["known"] for edge in found["gaps"][1]) == [False, True]


def test_a_question_that_does_not_apply_is_known() -> None:
    (node,) = drawn([rule("R", evidence("dialysis", "", "not_applicable"))])["columns"][0]["nodes"]

    assert (node["text"], node["known"]) == ("Dialysis: does not apply", True)


def test_patterns_that_do_not_hold_are_not_drawn_and_unknown_ones_only_for_a_gap() -> None:
    patterns = [pattern("no", "false"), pattern("open", "unknown")]

    assert len(drawn([rule("R", evidence("a"), patterns=("no", "open"))], patterns)["columns"]) == 2
    found = drawn([rule("R", evidence("a"), gap=True, patterns=("no", "open"))], patterns)
    assert texts(found, "pattern") == ["Open"]


def test_rules_of_one_row_and_title_are_one_box_of_the_higher_level() -> None:
    low = rule("R", evidence("b"), urgency="routine")

    assert texts(drawn([rule("R", evidence("a")), low]), "conclusion") == ["R"]
    assert texts(drawn([rule("R", evidence("a")), low]), "answer") == ["A"]


def test_what_is_set_aside_is_not_drawn() -> None:
    assert drawn([rule("R", evidence("a")) | {"set_aside": True}]) is None
    assert drawn([]) is None


def test_every_conclusion_keeps_an_answer_and_the_rest_is_counted() -> None:
    many = rule("M", *(evidence(f"no{number}", "no") for number in range(12)), evidence("pain"))
    found = drawn([many, rule("R", evidence("other"))])

    assert len(texts(found, "answer")) == 8
    assert {"Pain", "Other", "7 more answers"} <= set(texts(found, "answer"))


def test_at_most_eight_conclusions_and_the_rest_is_counted() -> None:
    found = drawn([rule(f"R{number}", evidence("a")) for number in range(11)])

    assert texts(found, "conclusion") == [f"R{number}" for number in range(8)]
    assert found["left"] == 3


@pytest.mark.parametrize("name", [path.stem for path in EXAMPLES])
def test_real_diagrams_keep_their_limits(name: str) -> None:
    found = context(example(name))["diagram"]
    if found is None:
        assert [rule for rule in example(name).fired_rules if not rule.set_aside] == []
        return
    ends = found["columns"][-1]["nodes"]

    assert found == context(example(name))["diagram"]
    ranks = [LEVELS.index(node["urgency"]) if node["urgency"] else len(LEVELS) for node in ends]
    assert ranks == sorted(ranks)
    for column in found["columns"]:
        assert 1 <= sum(node["kind"] != "lane" for node in column["nodes"]) <= 8
    for edges, column, following in zip(found["gaps"], found["columns"], found["columns"][1:], strict=False):
        middles = [{node["top"] + node["height"] / 2 for node in nodes["nodes"]} for nodes in (column, following)]
        assert {edge["start"] for edge in edges} == middles[0]
        assert {edge["end"] for edge in edges} <= middles[1]


@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 20), min_size=1, max_size=12), st.lists(st.integers(0, 11), max_size=5), st.booleans()),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_no_two_boxes_of_a_column_touch(case: list[tuple[list[int], list[int], bool]]) -> None:
    states = ("answered", "not_asked", "asked_unknown")
    rules = [
        rule(f"R{number}", *(evidence(f"f{one}", "yes", states[one % 3]) for one in items), gap=gap, patterns=tuple(f"p{one}" for one in via))
        for number, (items, via, gap) in enumerate(case)
    ]  # fmt: skip
    known = [pattern(f"p{one}", ("true", "unknown", "false")[one % 3], f"F{one}; F{one + 1}") for one in range(12)]
    found = drawn(rules, known)

    for column in found["columns"]:
        end = 0.0
        for node in column["nodes"]:
            assert node["top"] >= end - 0.02
            assert node["height"] == (LANE if node["kind"] == "lane" else BOX)
            end = node["top"] + node["height"] + SPACE
        assert end - SPACE <= found["height"] + 0.02


def test_the_report_draws_known_edges_solid_and_open_ones_dashed() -> None:
    assessment = example("cauda_equina")
    page = render(assessment, format="html")
    assert isinstance(page, str)
    gaps = [ElementTree.fromstring(svg) for svg in re.findall(r'<svg class="edges".*?</svg>', page, re.DOTALL)]
    wanted = context(assessment)["diagram"]["gaps"]

    for svg, edges in zip(gaps, wanted, strict=True):
        assert svg.get("aria-hidden") == "true"
        assert ["stroke-dasharray" not in path.attrib for path in svg] == [edge["known"] for edge in edges]
    assert 'class="edges"' not in str(render(assessment, format="html", document="letter"))


def test_hostile_words_stay_words() -> None:
    plain = assessments.emergency().model_dump(mode="json", by_alias=True)
    for fired in plain["fired_rules"]:
        fired["title"] = "</li><script>alert(1)</script>{{ 7 * 7 }}"
        for item in fired["evidence"]:
            item["answer"] = '"><img src=x onerror=alert(1)>' + "A" * 5000
    page = str(render(Assessment.model_validate(plain), format="html"))
    block = page[page.index('<div class="paths') : page.index("Solid: known.")]

    assert "<script" not in block
    assert "<img" not in block
    assert "A" * 100 not in block
    assert "{{ 7 * 7 }}" in block
