"""The demonstration: every sample intake assessed, its reports written, one page that links them."""

import os
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from triage.assessment import Assessment
from triage.cli.files import engine_on, read_intake_file, write_file
from triage.cli.terminal import console_for, tokens
from triage.reporting import context, render
from triage.reporting.words import harmless, sentence
from triage.resources import data_folder

if TYPE_CHECKING:
    from rich.console import RenderableType


def write_samples(out: Path, *, pdf: bool) -> dict[str, Assessment]:
    """Write every sample's files into a folder; give the assessments by name, the most urgent first."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    paths = sorted(data_folder("examples").glob("*.json"))
    made: dict[str, Assessment] = {}
    messages = console_for(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=messages, transient=True, disable=not messages.is_terminal) as progress:
        assessing = progress.add_task("Assessing", total=len(paths))
        engine = engine_on(None)
        for path in paths:
            made[path.stem] = assessment = engine.assess(read_intake_file(path.read_bytes()))
            write_file(out / path.name, assessment.to_json().encode())
            write_file(out / f"{path.stem}.html", str(render(assessment, format="html")).encode())
            progress.advance(assessing)
        if pdf:
            setting = progress.add_task("Setting the PDFs", total=len(paths))
            for _ in _set_papers(out, made):
                progress.advance(setting)
    return dict(sorted(made.items(), key=lambda item: (-item[1].urgency.level.rank, item[0])))


def _set_papers(out: Path, made: Mapping[str, Assessment]) -> Iterator[None]:
    """Set one PDF after another in as many processes as there are processors: it is Python's work, so threads do not help."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    # Not forked: the progress bar has a thread.
    pool = ProcessPoolExecutor(min(len(made), os.cpu_count() or 1), multiprocessing.get_context("spawn"))
    try:
        waiting = [
            pool.submit(_set_paper, assessment.to_json(), out / f"{name}.pdf") for name, assessment in made.items()
        ]
        for done in as_completed(waiting):
            done.result()
            yield
    finally:
        pool.shutdown(cancel_futures=True)


def _set_paper(assessment: str, path: Path) -> None:
    paper = render(Assessment.from_json(assessment), format="pdf")
    write_file(path, paper if isinstance(paper, bytes) else paper.encode())


def title_of(name: str) -> str:
    """Give the name of a sample for people."""
    return name.replace("_", " ").capitalize()


def _reason(assessment: Assessment) -> str:
    return sentence(harmless(assessment.urgency.reason))


def samples_table(made: Mapping[str, Assessment], kinds: Iterable[str]) -> "Iterator[RenderableType]":
    """Give the table of what was assessed."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for column in ("Intake", "Urgency", "First reason", "Files"):
        table.add_column(column, no_wrap=column in ("Urgency", "Files"))
    for name, assessment in made.items():
        style = tokens()["urgency"][assessment.urgency.level.value]
        word = Text(f" {assessment.urgency.word} ", style=f"bold {style['on']} on {style['fill']}")
        # What was concluded; the answers behind it stand in the files.
        conclusion = _reason(assessment).split(": ", 1)[0].removesuffix(".")
        table.add_row(Text(title_of(name)), word, Text(conclusion), " ".join(kinds))
    yield ""
    yield table
    yield ""


_PAGE = Markup("""\
<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sample assessments</title>
<style>
%(style)s</style>
</head>
<body>
<header><h1>Sample assessments</h1><p>Invented people, the most urgent first.</p></header>
<main>
<ul>
%(rows)s</ul>
</main>
<footer><p>%(limits)s</p><p>%(version)s.</p></footer>
</body>
</html>
""")
_ROW = Markup("""\
<li class="u-%(level)s">
<div><span class="ladder" aria-hidden="true">%(steps)s</span><span class="chip">%(word)s</span></div>
<div><h2>%(title)s</h2><p>%(reason)s</p><p class="where">%(where)s</p></div>
<nav aria-label="%(title)s">%(links)s</nav>
</li>
""")
_STEP = Markup('<span class="step s%s %s"><i></i></span>')
_LINK = Markup('<a href="%s">%s</a>')
_FONT = '@font-face { font-family: "Atkinson Hyperlegible Next"; font-weight: %s; src: url("%s") format("woff2"); }\n'
_LOOKS = """
body { max-width: 56rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; line-height: 1.45; }
h1 { font-size: 1.6rem; }
h2 { font-size: 1.05rem; }
header p, footer, .where { color: var(--ink-soft); }
footer { margin-top: 2rem; font-size: 0.9rem; }
ul { margin-top: 1.5rem; border-bottom: 1px solid var(--line); }
li { display: grid; grid-template-columns: 10rem 1fr auto; gap: 0.3rem 1rem; padding: 0.9rem 0; border-top: 1px solid var(--line); }
li > div:first-child { display: flex; align-items: center; gap: 0.6rem; height: 1.6rem; }
.ladder { flex: none; width: 2.4rem; }
.chip { padding-left: 0.6em; }
nav { display: flex; gap: 0.9rem; }
a:focus-visible { outline: 3px solid var(--focus); }
@media (max-width: 40rem) { li { grid-template-columns: 1fr; } }
"""


def index(made: Mapping[str, Assessment], kinds: Mapping[str, str]) -> str:
    """Give the page that links every file, in the looks of the reports."""
    rows, limits, made_by = Markup(), "", ""
    for name, assessment in made.items():
        said = context(assessment)
        level, limits, made_by = said["urgency"]["level"], said["limits"], said["version"]
        steps = (_STEP % (step, "is" if step <= assessment.urgency.level.rank else "off") for step in range(1, 6))
        links = (_LINK % (quote(f"{name}{suffix}"), kind) for kind, suffix in kinds.items())
        rows += _ROW % {
            "level": level, "word": said["urgency"]["word"], "title": title_of(name), "reason": _reason(assessment),
            "where": sentence(said["headline"]), "steps": Markup().join(steps), "links": Markup().join(links),
        }  # fmt: skip
    # The style sheet is ours and must not be escaped; everything else is.
    return str(_PAGE % {"style": Markup(_index_style()), "rows": rows, "limits": limits, "version": made_by})


def _index_style() -> str:
    """Give one style sheet with fonts and colours in it, so that the page needs nothing but the files it links."""
    static = data_folder("reports") / "static"
    fonts = ""
    for weight in (400, 600):
        font = (static / "fonts" / f"atkinson-hyperlegible-next-latin-{weight}-normal.woff2").read_bytes()
        fonts += _FONT % (weight, f"data:font/woff2;base64,{b64encode(font).decode()}")
    plain = {name: value for name, value in tokens().items() if isinstance(value, str)}
    root = " ".join(f"--{name.replace('_', '-')}: {value};" for name, value in plain.items())
    levels = "".join(
        f".u-{level} {{ --edge: {style['edge']}; --wash: {style['wash']}; --fill: {style['fill']}; }}\n"
        for level, style in tokens()["urgency"].items()
    )
    return f"{fonts}:root {{ {root} }}\n{levels}{(static / 'base.css').read_text(encoding='utf-8')}{_LOOKS}"
