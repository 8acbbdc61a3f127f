"""An assessment as a summary for people: the verdict first, then what it cannot be trusted on, then what it rests on."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from triage.assessment import Assessment
from triage.cli.terminal import tokens
from triage.reporting import context
from triage.reporting.words import few, lowered, sentence, together

if TYPE_CHECKING:
    from rich.console import RenderableType

_CAUSES, _QUESTIONS, _REASONS = 6, 5, 2


def _level(level: str | None, otherwise: str) -> str:
    return str(tokens()["urgency"][level]["word"]).lower() if level else otherwise


def summary(assessment: Assessment, *, padded: bool) -> "Iterator[RenderableType]":
    """Give the parts of a summary: the verdict first, then what it cannot be trusted on, then what it rests on."""
    from rich.text import Text

    said = context(assessment)
    urgency, reach = said["urgency"], said["urgency_range"]
    style = tokens()["urgency"][urgency["level"]]
    yield ""
    band, space = f"{urgency['word'].upper()}, {urgency['time']}", " " if padded else ""
    yield Text(f"{space}{band}{space}", style=f"bold {style['on']} on {style['fill']}")
    yield from _part(
        "",
        ("Where", sentence(said["headline"])),
        ("Reason", sentence(urgency["reason"])),
        ("Time limit", sentence(said["limit"])),
        ("Not known", said["gap_note"]),
        ("Range", reach["sentence"]),
    )
    faults = [
        f"{fault['place']}: {fault['problem']}; {fault['mend']}. Treated as: {fault['treated_as']}."
        for fault in said["input_faults"]
    ]
    yield from _part("Faults of the intake", *(("!", fault) for fault in faults))
    conflicts = [f"{sentence(conflict['note'])} Kept: {conflict['kept']}." for conflict in said["conflicts"]]
    yield from _part("Answers that contradict each other", *(("!", conflict) for conflict in conflicts))
    flags = said["flags"]
    yield from _part(
        f"Red flags, {flags['count']}",
        ("Present", "; ".join(flags["present"]) or "none"),
        ("Unsure", "; ".join(flags["unknown"]) or "none"),
        ("Not asked", "; ".join(flags["not_asked_short"]) or "none"),
    )
    causes = [(cause["label"], _certainty(cause)) for cause in said["causes"]]
    left = len(causes) - _CAUSES
    yield from _part(
        "Suspected causes: hypotheses, not diagnoses",
        *(("-", f"{label}: {certainty}") for label, certainty in causes[:_CAUSES]),
        *([] if causes else [("-", "none suggested by the answers: pattern not recognised")]),
        ("", f"{left} more in the report" if left > 0 else ""),
    )
    yield from _part("Open questions that could raise the urgency", *_questions(said))
    yield from _part("Advice given", *(("-", _advice(item)) for item in said["advice_given"]))
    yield from _part("Advice withheld", *(("-", line) for line in _withheld(said["withheld"])))
    yield ""
    yield Text(f"{said['limits']} {said['version']}.", style="dim")


def _part(title: str, *rows: tuple[str, str]) -> "Iterator[RenderableType]":
    """Give a titled block of rows; rows without a text, and a block without rows, are left out."""
    from rich.table import Table
    from rich.text import Text

    filled = [(label, text) for label, text in rows if text]
    if not filled:
        return
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim", min_width=10 if any(len(label) > 1 for label, _ in filled) else 1)
    grid.add_column(overflow="fold")
    for label, text in filled:
        grid.add_row(Text(label), Text(text))
    yield ""
    if title:
        yield Text(title, style="bold")
    yield grid


def _certainty(cause: Mapping[str, Any]) -> str:
    words = [cause["certainty"], _level(cause["urgency"], "adds a test")]
    words += ["because not yet known"] if cause["gap_only"] else []
    words += ["set aside"] if cause["set_aside"] else []
    return ", ".join(words)


def _questions(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the questions that matter most, and what nobody in scope can answer."""
    lifts, outside = said["urgency_range"]["lifts"], said["urgency_range"]["outside"]
    for question in lifts[:_QUESTIONS]:
        state = "unsure" if question["state"] == "asked_unknown" else "not asked"
        reach = _level(question["could_reach"], "no change")
        yield "-", f"{question['question'] or question['label']} ({state}; could reach {reach})"
    if len(lifts) > _QUESTIONS:
        yield "", f"{len(lifts) - _QUESTIONS} more in the report"
    if outside:
        yield "", f"Not examined or tested: {together(few([one['label'] for one in outside], 4))}"


def _advice(item: Mapping[str, Any]) -> str:
    return " ".join(map(sentence, (item["text"], *item["cautions"])))


def _withheld(held: Mapping[str, Any]) -> Iterator[str]:
    """Give a line for all advice withheld for the same reasons, and one for what waits until the person has been seen."""
    for row in held["rows"]:
        yield f"{row['text']}: {row['lead']}{'; '.join(few(row['reasons'], _REASONS + 1))}"
    if held["seen_first"]:
        names = [held["seen_first"][0], *map(lowered, held["seen_first"][1:])]
        yield f"{together(names)}: {lowered(held['why'])}"
