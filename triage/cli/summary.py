"""An assessment as a summary for people: the verdict first, then what it cannot be trusted on, then what it rests on."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from triage.assessment import Assessment
from triage.cli.terminal import tokens
from triage.language import find_language, say, say_many, speaking
from triage.reporting import context
from triage.reporting.words import few, levels, lowered, sentence, together, word
from triage.wording import commas, semicolons

if TYPE_CHECKING:
    from rich.console import RenderableType

_CAUSES, _QUESTIONS, _REASONS = 6, 5, 2


def _level(level: str | None, otherwise: str) -> str:
    return lowered(levels()[level]["word"]) if level else otherwise


def summary(assessment: Assessment, *, padded: bool) -> "list[RenderableType]":
    """
    Give the parts of a summary: the verdict first, then what it cannot be trusted on, then what it rests on.

    They are in the language of the assessment.
    """
    with speaking(find_language(assessment.knowledge_base.language)):
        return list(_summary(assessment, padded=padded))


def _summary(assessment: Assessment, *, padded: bool) -> "Iterator[RenderableType]":
    from rich.text import Text

    said = context(assessment)
    urgency, reach = said["urgency"], said["urgency_range"]
    style = tokens()["urgency"][urgency["level"]]
    yield ""
    band = say("{level}, {time}", level=urgency["word"].upper(), time=urgency["time"])
    space = " " if padded else ""
    yield Text(f"{space}{band}{space}", style=f"bold {style['on']} on {style['fill']}")
    yield from _part(
        "",
        (say("Where"), sentence(said["headline"])),
        (say("Reason"), sentence(urgency["reason"])),
        (say("Time limit"), sentence(said["limit"])),
        (say("Not known"), said["gap_note"]),
        (say("Range"), reach["sentence"]),
    )
    faults = [
        say(
            "{place}: {problem}; {mend}. Treated as: {reading}.",
            place=fault["place"], problem=fault["problem"], mend=fault["mend"], reading=fault["treated_as"],
        )
        for fault in said["input_faults"]
    ]  # fmt: skip
    yield from _part(say("Faults of the intake"), *(("!", fault) for fault in faults))
    conflicts = [
        say("{note} Kept: {reading}.", note=sentence(one["note"]), reading=one["kept"]) for one in said["conflicts"]
    ]
    yield from _part(say("Answers that contradict each other"), *(("!", conflict) for conflict in conflicts))
    flags = said["flags"]
    yield from _part(
        say("Red flags, {answered} of {total} answered", answered=flags["answered"], total=flags["total"]),
        (say("Present"), semicolons(flags["present"]) or say("none")),
        (say("Unsure"), semicolons(flags["unknown"]) or say("none")),
        (say("Not asked"), semicolons(flags["not_asked_short"]) or say("none")),
    )
    causes = [(cause["label"], _certainty(cause)) for cause in said["causes"]]
    left = len(causes) - _CAUSES
    yield from _part(
        say("Suspected causes: hypotheses, not diagnoses"),
        *(("-", say("{what}: {found}", what=label, found=certainty)) for label, certainty in causes[:_CAUSES]),
        *([] if causes else [("-", say("none suggested by the answers: pattern not recognised"))]),
        ("", _more_in_report(left)),
    )
    yield from _part(say("Open questions that could raise the urgency"), *_questions(said))
    yield from _part(say("Advice given"), *(("-", _advice(item)) for item in said["advice_given"]))
    yield from _part(say("Advice withheld"), *(("-", line) for line in _withheld(said["withheld"])))
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


def _more_in_report(count: int) -> str:
    return say_many(count, "{number} more in the report", "{number} more in the report") if count > 0 else ""


def _certainty(cause: Mapping[str, Any]) -> str:
    words = [word(cause["certainty"]), _level(cause["urgency"], say("adds a test"))]
    words += [say("because not yet known")] if cause["gap_only"] else []
    words += [say("set aside")] if cause["set_aside"] else []
    return commas(words)


def _questions(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the questions that matter most, and what nobody in scope can answer."""
    lifts, outside = said["urgency_range"]["lifts"], said["urgency_range"]["outside"]
    for question in lifts[:_QUESTIONS]:
        asked, reach = question["question"] or question["label"], _level(question["could_reach"], say("no change"))
        if question["state"] == "asked_unknown":
            yield "-", say("{question} (unsure; could reach {level})", question=asked, level=reach)
        else:
            yield "-", say("{question} (not asked; could reach {level})", question=asked, level=reach)
    yield "", _more_in_report(len(lifts) - _QUESTIONS)
    if outside:
        yield "", say("Not examined or tested: {names}", names=together(few([one["label"] for one in outside], 4)))


def _advice(item: Mapping[str, Any]) -> str:
    return " ".join(map(sentence, (item["text"], *item["cautions"])))


def _withheld(held: Mapping[str, Any]) -> Iterator[str]:
    """Give a line for all advice withheld for the same reasons, and one for what waits until the person has been seen."""
    for row in held["rows"]:
        reasons = semicolons(few(row["reasons"], _REASONS + 1))
        if row["not_known"]:
            yield say("{advice}: not yet excluded: {reasons}", advice=row["text"], reasons=reasons)
        else:
            yield say("{advice}: {reasons}", advice=row["text"], reasons=reasons)
    if held["seen_first"]:
        names = [held["seen_first"][0], *map(lowered, held["seen_first"][1:])]
        yield say("{what}: {found}", what=together(names), found=lowered(held["why"]))
