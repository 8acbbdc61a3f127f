"""A browser that reaches nothing: Debian's Chromium, and pages that tell every address they asked for."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever should slip through all the same finds no host.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


@dataclass
class Seen:
    """A page in the browser, and what it did on the way."""

    page: Any
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Browser:
    """Opens pages written to files."""

    def __init__(self, chromium: Any, folder: Path) -> None:
        self._chromium, self._folder, self._count = chromium, folder, 0

    @contextmanager
    def open(self, html: str, width: int = 1280, height: int = 900) -> Iterator[Seen]:
        """Open a page with scripts allowed; at the end, fail if it asked for anything but itself and what it carries."""
        self._count += 1
        file = self._folder / f"page{self._count}.html"
        file.write_text(html, encoding="utf-8")
        context = self._chromium.new_context(viewport={"width": width, "height": height})
        try:
            seen = Seen(context.new_page())
            for event, kept, what in (
                ("request", seen.requests, lambda request: request.url),
                ("dialog", seen.dialogs, lambda dialog: (dialog.message, dialog.dismiss())[0]),
                ("pageerror", seen.errors, str),
            ):
                seen.page.on(event, lambda found, kept=kept, what=what: kept.append(what(found)))
            seen.page.goto(file.as_uri(), wait_until="load")
            seen.page.evaluate("document.fonts.ready.then(() => true)")
            yield seen
            left = [url for url in seen.requests if url != file.as_uri() and not url.startswith(("data:", "about:"))]
            assert left == [], f"the page asked for {left}"
        finally:
            context.close()


def executable() -> str | None:
    """Give the browser's path; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def _missing(reason: str) -> None:
    """Skip with the reason; where everything was set up on purpose, as in CI, a missing browser is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"no browser in CI: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Give the browser, started once per process with an empty profile."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing(
            "the browser is driven by `playwright`: install the group `dev` of pyproject.toml, as `make test` does"
        )
    path = executable()
    if path is None:
        _missing("pages are checked in Chromium, which is missing: install it (Debian: chromium), as `make test` does")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        try:
            yield Browser(chromium, tmp_path_factory.mktemp("pages"))
        finally:
            chromium.close()
