"""The interview on a terminal: one screen after another, back, don't know, save, and go on later."""

import json
import sys
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import Any

import typer

from triage.cli.files import write_file
from triage.engine import Triage
from triage.findings import Answerer, Kind
from triage.intake import read_intake
from triage.interview import Asked, Certificate, Screen
from triage.language import say
from triage.reporting.words import harmless

_YES, _NO = ("y", "yes"), ("n", "no")
"""Always understood, whatever the language."""


class _Back(Exception):
    """To the screen before."""


class _Stop(Exception):
    """Enough for now."""


def interview(
    engine: Triage,
    answers: dict[str, Any],
    scope: Collection[Answerer],
    on: date | None,
    save: Path | None,
) -> tuple[dict[str, Any], Certificate | None]:
    """
    Ask until nothing is left to ask, or until the person stops.

    Returns:
        The answers, and the certificate; None when the person stopped before.
    """
    before: list[dict[str, Any]] = []
    typer.echo(_help())
    while (step := engine.next_question(answers, on=on, scope=scope)).screen is not None:
        try:
            given = _screen(engine, step.screen, on)
        except _Back:
            if before:
                answers = before.pop()
            else:
                typer.echo(say("This is the first screen."))
        except _Stop:
            _keep(answers, save)
            return answers, None
        else:
            before.append(answers)
            answers = {**answers, **given}
            _keep(answers, save)
    return answers, step.certificate


def stopped() -> str:
    """Say that the person stopped before the end."""
    return say("Stopped; the questions go on from here next time.")


def _help() -> str:
    """Say what may be typed."""
    rows = (
        (say("y, n"), say("yes, no")),
        (say("1, 3"), say("options by number; 0 for none of them")),
        (say("3.1 mmol/L"), say("a number with its unit")),
        ("?", say("don't know")),
        ("back", say("to the screen before")),
        ("stop", say("save and end for now")),
    )
    return "\n".join(f"  {typed:<12} {meaning}" for typed, meaning in rows) + "\n"


def _keep(answers: dict[str, Any], save: Path | None) -> None:
    """Write the answers after every screen: nothing is lost when the window is closed."""
    if save is not None:
        write_file(save, (json.dumps(answers, ensure_ascii=False, indent=2) + "\n").encode())


def _screen(engine: Triage, screen: Screen, on: date | None) -> dict[str, Any]:
    typer.echo(f"\n{screen.title}")
    typer.echo(f"  {screen.why}")
    return {question.finding: _question(engine, question, on) for question in screen.questions}


def _question(engine: Triage, question: Asked, on: date | None) -> Any:
    """Ask one question until the answer can be used."""
    typer.echo("")
    if question.options:
        for number, option in enumerate(question.options, start=1):
            typer.echo(f"    {number}  {option.label}")
    read: Callable[[str], Any] = {
        Kind.BOOLEAN: _yes_or_no,
        Kind.CHOICE: lambda text: _one(_options(question, text)),
        Kind.SET: lambda text: _options(question, text),
        Kind.QUANTITY: lambda text: text,
        Kind.MEDICINES: lambda text: [part.strip() for part in text.split(",") if part.strip() and part.strip() != "0"],
    }[question.kind]
    while True:
        text = _line(f"  {question.question} [{_hint(question)}] ")
        if text == "?":
            return None
        try:
            answer = read(text)
        except (ValueError, IndexError):
            typer.echo("  " + say("Not understood; {hint}, ? for don't know.", hint=_hint(question)))
            continue
        understood = read_intake(engine.knowledge, {question.finding: answer}, on=on or date.today())
        for fault in understood.faults:
            typer.echo(f"  {harmless(fault.problem)}; {harmless(fault.mend)}")
        if understood.answers.get(question.finding) is not None:  # it can be used; the report lists its faults
            return answer


def _line(prompt: str) -> str:
    typer.echo(prompt, nl=False)
    line = sys.stdin.readline()
    text = line.strip().lower() if len(line.strip()) < 6 else line.strip()
    if not line or text == "stop":
        raise _Stop
    if text == "back":
        raise _Back
    return text


def _yes_or_no(text: str) -> bool:
    letters = [letter.strip() for letter in say("y/n").casefold().split("/")]
    typed = text.casefold()
    if typed in (*_YES, letters[0], say("yes").casefold()):
        return True
    if typed in (*_NO, letters[-1], say("no").casefold()):
        return False
    raise ValueError(text)


def _options(question: Asked, text: str) -> list[str]:
    numbers = [int(part) for part in text.replace(",", " ").split()]
    if numbers == [0] and question.kind is Kind.SET:
        return []
    if not numbers or any(not 1 <= number <= len(question.options) for number in numbers):
        raise ValueError(text)
    return [question.options[number - 1].id for number in numbers]


def _one(options: list[str]) -> str:
    (only,) = options
    return only


def _hint(question: Asked) -> str:
    match question.kind:
        case Kind.BOOLEAN:
            return say("y/n")
        case Kind.CHOICE:
            return say("a number")
        case Kind.SET:
            return say("numbers, 0 for none")
        case Kind.QUANTITY:
            units = [unit for unit in question.units if unit != "1"]
            return say(" or ").join(units) or say("a number")
        case _:
            return say("with commas between, 0 for none")
