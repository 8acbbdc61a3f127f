"""Every HTML document in a browser, wide and on a phone: axe-core finds no fault, nothing scrolls sideways, nothing is fetched."""

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.browser.conftest import Browser, Seen
from triage.assessment import Assessment
from triage.cli.demonstration import index
from triage.engine import Triage
from triage.reporting import Document, render
from triage.resources import data_folder

CASES = {
    "emergency": "cauda_equina",
    "routine": "recurrent_normal_electrolytes",
    "self_care": "night_cramps",
}
DOCUMENTS = (*get_args(Document), "samples")
WIDTHS = {"desktop": 1280, "phone": 390}
# Of the rules that are off unless asked for, the ones of WCAG 2.2 AA.
RULES = {"target-size": {"enabled": True}}


@cache
def assessed(level: str) -> Assessment:
    intake = json.loads((data_folder("examples") / f"{CASES[level]}.json").read_text(encoding="utf-8"))
    return Triage().assess(intake)


@cache
def page(document: str, level: str) -> str:
    if document == "samples":
        made = {name: assessed(name) for name in CASES} | {level: assessed(level)}
        return index(made, {"report": ".html", "data": ".json"})
    return str(render(assessed(level), format="html", document=document))


def faults(seen: Seen) -> list[str]:
    """Give what axe-core finds, one line per element: rule, place, how to mend."""
    from axe_playwright_python.sync_playwright import Axe

    found: dict[str, Any] = Axe().run(seen.page, options={"resultTypes": ["violations"], "rules": RULES}).response
    assert found["passes"], "axe-core checked nothing"
    return [
        f"{fault['id']} ({fault['impact']}) at {node['target']}: {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def test_the_cases_are_what_they_are_called() -> None:
    assert {level: assessed(level).urgency.level.value for level in CASES} == {level: level for level in CASES}


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("level", CASES)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_axe_finds_no_fault(browser: Browser, document: str, level: str, width: int) -> None:
    with browser.open(page(document, level), width) as seen:
        assert faults(seen) == []


@pytest.mark.parametrize("width", [320, *WIDTHS.values()])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_scrolls_sideways(browser: Browser, document: str, width: int) -> None:
    with browser.open(page(document, "emergency"), width) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_page_has_a_language_a_title_and_one_heading(browser: Browser, document: str) -> None:
    with browser.open(page(document, "routine")) as seen:
        assert seen.page.evaluate("document.documentElement.lang") == "en-GB"
        assert seen.page.title()
        assert seen.page.locator("h1").count() == 1


def test_axe_notices_a_fault(browser: Browser) -> None:
    """The check itself works: a page with a picture that says nothing does not pass."""
    with browser.open(
        '<html lang="en"><title>x</title><main><h1>x</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
    ) as seen:
        assert any(fault.startswith("image-alt") for fault in faults(seen))


def test_a_request_is_noticed(browser: Browser) -> None:
    """The check itself works: a page that asks for a picture elsewhere does not pass."""
    with (
        pytest.raises(AssertionError, match=r"elsewhere\.invalid"),
        browser.open('<img src="http://elsewhere.invalid/x.png">'),
    ):
        pass


@pytest.mark.parametrize("width", [320, *WIDTHS.values()])
@pytest.mark.parametrize("document", ["letter", "handout"])
def test_a_branded_page_is_as_accessible_and_its_logo_stays_smaller_than_the_band(
    browser: Browser, tmp_path: Path, document: str, width: int
) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="3000" height="3000"><path d="M0 0H3000V3000H0Z"/></svg>'
    (tmp_path / "logo.svg").write_text(drawing, encoding="utf-8")
    brand = "name: Practice A\naddress: [1 Example Street]\nphone: 01632 960001\nfooter: Open daily\nlogo: logo.svg\n"
    (tmp_path / "branding.yaml").write_text(brand, encoding="utf-8")
    html = str(render(assessed("emergency"), format="html", document=document, templates=tmp_path))

    with browser.open(html, width) as seen:
        assert faults(seen) == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        logo, band = (seen.page.locator(name).bounding_box() for name in (".brand-end img", ".band, .action"))
        assert 0 < logo["width"] * logo["height"] < band["width"] * band["height"] / 4
        assert logo["y"] > band["y"] + band["height"]
