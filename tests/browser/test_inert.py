"""Hostile intakes in a browser that would run and fetch: nothing runs, nothing is asked for, nothing opens."""

from functools import cache
from typing import get_args

import pytest

from tests import hostile
from tests.browser.conftest import Browser
from triage.assessment import Assessment
from triage.cli.demonstration import index
from triage.engine import Triage
from triage.reporting import Document, render

# What only unsettles a reader or takes room has nothing to run; tests/unit/test_hostile.py covers it.
ACTIVE = {
    name: text for name, text in hostile.TEXTS.items() if name not in ("direction", "control", "half", "long", "many")
}

# The report begins with the letter.
DOCUMENTS = [*(name for name in get_args(Document) if name != "letter"), "samples"]


@cache
def assessed(attack: str) -> Assessment:
    return Triage().assess(hostile.everywhere(ACTIVE[attack]))


def page(document: str, attack: str) -> str:
    if document == "samples":
        return index({ACTIVE[attack]: assessed(attack)}, {ACTIVE[attack]: ".html"})
    return str(render(assessed(attack), format="html", document=document))


@pytest.mark.parametrize("attack", ACTIVE)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_runs_and_nothing_is_fetched(browser: Browser, document: str, attack: str) -> None:
    with browser.open(page(document, attack)) as seen:
        seen.page.mouse.move(200, 200)
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("typeof window.attacked") == "undefined"
        assert seen.page.evaluate("document.scripts.length") == 0
        links = seen.page.evaluate("[...document.links].map(link => [link.protocol, link.hostname])")
        assert {protocol for protocol, _ in links} <= {"https:", "http:", "file:"}
        assert hostile.HOST not in {host for _, host in links}
        assert (seen.dialogs, seen.errors) == ([], [])


@pytest.mark.parametrize("attack", ["script", "handler", "frame"])
def test_the_attacks_would_run_if_they_were_not_escaped(browser: Browser, attack: str) -> None:
    """The check itself works: the same words as markup set the mark."""
    with browser.open(
        f"<!DOCTYPE html><title>x</title>{ACTIVE[attack].replace('file:///etc/passwd', 'about:blank')}"
    ) as seen:
        seen.page.wait_for_function("window.attacked === 1")
        seen.requests.clear()
