"""The interview on a terminal: one screen after another, back, don't know, save, and go on later."""

import json
import sys
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import Any

import typer

from triage.assessment import InputFault
from triage.cli.files import write_file
from triage.engine import Triage
from triage.findings import Answerer, Kind
from triage.intake import read_intake
from triage.interview import Asked, Certificate, Screen
from triage.reporting.words import harmless

HELP = """\
  y, n         yes, no             ?   don't know
  1, 3         options by number   0   none of them
  3.1 mmol/L   a number with its unit
  back         to the screen before        stop   save and end for now
"""
_YES, _NO = ("y", "yes"), ("n", "no")


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
    typer.echo(HELP)
    while (step := engine.next_question(answers, on=on, scope=scope)).screen is not None:
        try:
            given = _screen(engine, step.screen, on)
        except _Back:
            if before:
                answers = before.pop()
            else:
                typer.echo("This is the first screen.")
        except _Stop:
            _keep(answers, save)
            return answers, None
        else:
            before.append(answers)
            answers = {**answers, **given}
            _keep(answers, save)
    return answers, step.certificate


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
            typer.echo(f"  Not understood; {_hint(question)}, ? for don't know.")
            continue
        faults = _faults(engine, question, answer, on)
        if not faults:
            return answer
        for fault in faults:
            typer.echo(f"  {harmless(fault.problem)}; {harmless(fault.mend)}")
            if fault.treated_as != "asked but unknown":  # it can be used; the report lists it
                return answer


def _faults(engine: Triage, question: Asked, answer: Any, on: date | None) -> tuple[InputFault, ...]:
    return read_intake(engine.knowledge, {question.finding: answer}, on=on or date.today()).faults


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
    if text in _YES or text in _NO:
        return text in _YES
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
            return "y/n"
        case Kind.CHOICE:
            return "a number"
        case Kind.SET:
            return "numbers, 0 for none"
        case Kind.QUANTITY:
            return " or ".join(unit for unit in question.units if unit != "1") or "a number"
        case _:
            return "with commas between, 0 for none"
