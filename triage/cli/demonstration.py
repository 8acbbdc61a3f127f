"""The demonstration: every sample intake assessed, its reports written, one page that links them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from triage.assessment import Assessment
from triage.cli.files import engine_on, read_intake_file, write_file
from triage.cli.printing import Settings, print_all
from triage.cli.terminal import through, tokens
from triage.errors import ReportError
from triage.language import ENGLISH, Language, find_language, say, speaking
from triage.reporting import context, render
from triage.reporting.pages import samples
from triage.reporting.words import Plain, harmless, sentence, unfinished
from triage.resources import data_folder
from triage.wording import capital

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
    known = {
        "cauda_equina": say("Cauda equina"),
        "child_night_pain": say("Child night pain"),
        "diuretic_and_laxative": say("Diuretic and laxative"),
        "electrolyte_deficit_despite_magnesium": say("Electrolyte deficit despite magnesium"),
        "hand_cramp_benign": say("Hand cramp benign"),
        "hand_cramps_with_tetany": say("Hand cramps with tetany"),
        "long_sitting": say("Long sitting"),
        "night_cramps": say("Night cramps"),
        "overload_after_exercise": say("Overload after exercise"),
        "partial_first_minutes": say("Partial first minutes"),
        "pregnancy_night_cramps": say("Pregnancy night cramps"),
        "recurrent_normal_electrolytes": say("Recurrent normal electrolytes"),
        "rhabdomyolysis": say("Rhabdomyolysis"),
        "slow_weakness_with_wasting": say("Slow weakness with wasting"),
        "statin_interaction": say("Statin interaction"),
        "swollen_calf": say("Swollen calf"),
    }
    return known.get(name) or capital(name.replace("_", " "))


def _conclusion(assessment: Assessment) -> str:
    """Give what was concluded, the first suspected cause of the level or its rule; the answers behind it stand in the files."""
    urgency = assessment.urgency
    causes = [cause.label for cause in assessment.causes if cause.urgency is urgency.level and not cause.set_aside]
    rules = [rule.title for rule in assessment.fired_rules if rule.id in urgency.rules]
    return unfinished(sentence(harmless(next(iter([*causes, *rules]), urgency.reason))))


def _language(made: Mapping[str, Assessment]) -> Language:
    """Give the language of assessments that were all made in one; English where there are none."""
    return next((find_language(one.knowledge_base.language) for one in made.values()), ENGLISH)


def samples_table(made: Mapping[str, Assessment], kinds: Iterable[str]) -> "list[RenderableType]":
    """Give the table of what was assessed."""
    with speaking(_language(made)):
        return ["", _table(made, kinds), ""]


def _table(made: Mapping[str, Assessment], kinds: Iterable[str]) -> "RenderableType":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    columns = ((say("Intake"), False), (say("Urgency"), True), (say("First reason"), False), (say("Files"), True))
    for column, no_wrap in columns:
        table.add_column(column, no_wrap=no_wrap)
    for name, assessment in made.items():
        style = tokens()["urgency"][assessment.urgency.level.value]
        word = Text(f" {assessment.urgency.word} ", style=f"bold {style['on']} on {style['fill']}")
        table.add_row(Text(title_of(name)), word, Text(_conclusion(assessment)), " ".join(kinds))
    return table


def index(made: Mapping[str, Assessment], kinds: Mapping[str, str]) -> str:
    """Give the page that links every file, in the looks of the reports."""
    with speaking(_language(made)):
        return _index(made, kinds)


def _index(made: Mapping[str, Assessment], kinds: Mapping[str, str]) -> str:
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
