"""`python -m benchmarks.documents`: how long a document takes to print, beside the same page through a bare writer, and what it costs in memory.

All rows print the same people in turn. The bare rows are given the finished HTML of the density that ours chose: they neither choose it,
nor mend the tags, nor attach anything. Chromium is given it over a pipe and kept open; it is a whole browser, and writes no PDF/A.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from shutil import which
from typing import Any, get_args

from rich.console import Console
from rich.table import Table

from benchmarks import tables
from benchmarks.measure import OURS, examples
from triage import Assessment, Triage
from triage.reporting import Document, context, render
from triage.reporting.pages import page

DAY = date(2026, 11, 25)
BARE = "  the same page, WeasyPrint alone"
BROWSER = "  the same page, headless Chromium"

_COLD = """
import json, sys
from datetime import date
from pathlib import Path
from triage import Triage
intake = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
triage = Triage()
print(len(triage.report(triage.assess(intake, on=date(2026, 11, 25)), format="pdf", document=sys.argv[2])))
"""


@dataclass
class Row:
    """Documents of one kind: the time of each on the clock, and the processor time of this process for all; ms."""

    what: str
    clock: list[float]
    processor: float | None

    @property
    def median(self) -> float:
        """The median on the clock."""
        return statistics.median(self.clock)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = _options(arguments)
    messages, console = Console(stderr=True), Console(width=tables.WIDTH)
    engine = Triage(engine="compiled")
    people = [engine.assess(intake, on=DAY) for intake in examples()]
    turns = [people[turn % len(people)] for turn in range(options.number)]
    console.print(f"\n[bold]cramp-triage documents[/]\n{tables.machine()}\n", highlight=False)
    for document in options.documents:
        messages.print(f"{document} …")
        console.print(_table(document, _rows(document, turns), options.number))
        sample = sorted((OURS / "examples").glob("*.json"))[0]
        console.print(
            f"  cold, a fresh process that assesses and prints one: {_cold(sample, document):,.0f} ms of processor\n"
        )
    messages.print(f"memory over {options.memory} …")
    console.print(_memory(options.documents[0], people, options.memory))
    return 0


def _rows(document: Document, turns: Sequence[Assessment]) -> list[Row]:
    import weasyprint

    pages = [_finished(one, document) for one in turns]
    rows = [
        _timed("ours, PDF/A and PDF/UA", turns, lambda one: render(one, format="pdf", document=document)),
        _timed(BARE, pages, lambda html: weasyprint.HTML(string=html).write_pdf()),
        _timed("ours, HTML", turns, lambda one: render(one, format="html", document=document)),
        _timed("ours, text", turns, lambda one: render(one, format="text", document=document)),
    ]
    if which("chromium"):
        with _browser() as printed:
            rows.insert(2, _timed(BROWSER, pages, printed, in_process=False))
    return rows


def _finished(assessment: Assessment, document: Document) -> str:
    """Give the page as ours is finally set: compact where the comfortable letter does not fit."""
    return page(context(assessment), document, "A4", None, density="compact", long=document == "report")


def _timed(what: str, given: Sequence[Any], make: Callable[[Any], object], *, in_process: bool = True) -> Row:
    make(given[0])  # warm
    clock = []
    before = time.process_time()
    for one in given:
        start = time.perf_counter()
        make(one)
        clock.append(1000 * (time.perf_counter() - start))
    used = 1000 * (time.process_time() - before) / len(given)
    return Row(what, clock, used if in_process else None)


@contextmanager
def _browser() -> Iterator[Callable[[str], object]]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()

        def printed(html: str) -> object:
            tab.set_content(html)
            return tab.pdf(prefer_css_page_size=True)

        yield printed
        browser.close()


def _cold(intake: Path, document: Document) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", _COLD, str(intake), document], cwd=OURS, check=True, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _memory(document: Document, people: Sequence[Assessment], number: int) -> Table:
    table = tables.plain("What a process holds after so many", "documents", ("MiB",))
    marks = sorted({1, number // 4, number // 2, number})
    for turn in range(1, number + 1):
        render(people[turn % len(people)], format="pdf", document=document)
        if turn in marks:
            table.add_row(f"{turn:,}", f"{_resident():.0f}")
    return table


def _resident() -> float:
    """Give the memory this process holds now, in MiB; the peak where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def _table(document: str, rows: Sequence[Row], number: int) -> Table:
    bare = next(row for row in rows if row.what == BARE)
    table = tables.plain(
        f"{document}, {number} of them, warm", "ms", ("median", "slowest", "a second", "× bare", "processor")
    )
    for row in rows:
        used = "" if row.processor is None else tables.shown(row.processor)
        speed = f"{1000 / statistics.mean(row.clock):.1f}"
        ratio = f"{statistics.mean(row.clock) / statistics.mean(bare.clock):.2f}"
        table.add_row(row.what, tables.shown(row.median), tables.shown(max(row.clock)), speed, ratio, used)
    return table


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.documents",
        description="Time the documents beside the same pages through WeasyPrint alone and through headless Chromium.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--number", type=int, default=32, help="documents of each kind")
    parser.add_argument("--memory", type=int, default=100, help="documents printed to watch the memory")
    parser.add_argument(
        "--documents", nargs="+", default=["report", "letter", "handout"], choices=get_args(Document),
        help="which",
    )  # fmt: skip
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
