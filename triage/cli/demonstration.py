"""The demonstration: every sample intake assessed, its reports written, one page that links them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from triage.assessment import Assessment
from triage.cli.files import engine_on, read_intake_file, write_file
from triage.cli.printing import Settings, print_all
from triage.cli.terminal import through, tokens
from triage.errors import ReportError
from triage.reporting import context, render
from triage.reporting.pages import samples
from triage.reporting.words import Plain, harmless, sentence
from triage.resources import data_folder

if TYPE_CHECKING:
    from rich.console import RenderableType


def write_samples(out: Path, *, pdf: bool) -> dict[str, Assessment]:
    """Write every sample's files into a folder; give the assessments by name, the most urgent first."""
    paths = sorted(data_folder("examples").glob("*.json"))
    made: dict[str, Assessment] = {}
    engine = engine_on(None)
    for path in through(paths, "Assessing"):
        made[path.stem] = assessment = engine.assess(read_intake_file(path.read_bytes()))
        write_file(out / path.name, assessment.to_json().encode())
        write_file(out / f"{path.stem}.html", str(render(assessment, format="html")).encode())
    if pdf:
        settings = Settings("pdf", "report", "A4", None)
        for one in print_all([str(path) for path in paths], out, settings, None, None, again=False):
            if one.problems:
                raise ReportError("; ".join(one.problems))
    return dict(sorted(made.items(), key=lambda item: (-item[1].urgency.level.rank, item[0])))


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


def index(made: Mapping[str, Assessment], kinds: Mapping[str, str]) -> str:
    """Give the page that links every file, in the looks of the reports."""
    rows: list[Plain] = []
    said: Plain = {"limits": "", "version": ""}
    for name, assessment in made.items():
        said = context(assessment)
        rows.append(
            {
                "title": title_of(name), "level": said["urgency"]["level"], "reason": sentence(said["urgency"]["reason"]),
                "where": sentence(said["headline"]),
                "files": {kind: quote(f"{name}{suffix}") for kind, suffix in kinds.items()},
            }
        )  # fmt: skip
    return samples({"rows": rows, "limits": said["limits"], "version": said["version"]})
