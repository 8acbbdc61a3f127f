"""What comes in and what goes out: intakes, assessments, knowledge bases, standard output, whole files or none."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from triage import json_intake
from triage.assessment import Assessment
from triage.cli.exits import NO_KNOWLEDGE, fail
from triage.engine import Triage
from triage.errors import IntakeError, MissingExtraError, ReportError
from triage.json_intake import LIMIT, read_json
from triage.language import SOURCE
from triage.resources import data_folder

LARGEST_REPORT = 50_000_000
"""Bytes. A report has some hundred thousand, with its attachments."""


def read(name: str) -> bytes:
    """Give the bytes of a file or of standard input; of one too large, no more than shows that it is."""
    if name == "-":
        return sys.stdin.buffer.read(LIMIT + 1)
    try:
        with Path(name).open("rb") as stream:
            return stream.read(LIMIT + 1)
    except (OSError, ValueError) as problem:  # ValueError: a name that no file can have
        raise IntakeError([f"intake `{name}`: {because(problem)}"]) from problem


def read_report(path: Path) -> bytes:
    """Give the bytes of a report; of one too large, no more than shows that it is."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_REPORT + 1)
    except (OSError, ValueError) as problem:
        raise ReportError(f"report `{path}`: {because(problem)}") from problem
    if len(content) > LARGEST_REPORT:
        raise ReportError(f"report `{path}`: larger than {LARGEST_REPORT // 1_000_000} MB, so it is none of ours")
    return content


def because(problem: OSError | ValueError) -> str:
    """Say in plain words why a file could not be used."""
    if isinstance(problem, FileNotFoundError):
        return "no such file or folder; check the name"
    if isinstance(problem, IsADirectoryError):
        return "a folder, not a file; name a file in it"
    reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return reason[:1].lower() + reason[1:]


def read_intake_file(written: bytes) -> Mapping[str, object]:
    """Give the intake that was written; an assessment is refused."""
    intake = read_json(written)
    if "schema" in intake:
        raise IntakeError(["intake: has a `schema`, so it is no intake; `triage report` prints an assessment"])
    return intake


def read_assessment(written: bytes, on: date | None, engine: Callable[[], Triage]) -> tuple[Assessment, bytes | None]:
    """Give the assessment that was written; or assess the intake that was, and give that as well. Only an intake needs the engine."""
    given = read_json(written)
    if "schema" not in given:
        return engine().assess(given, on=on), written
    return json_intake.read_assessment(given, "assessment"), None


def folder_of(folder: Path | None) -> Path:
    """Give the folder of a knowledge base, or stop."""
    found = data_folder("knowledge_base") if folder is None else folder
    if not found.is_dir():
        fail(NO_KNOWLEDGE, [f"knowledge base `{found}`: no such folder; check the name"])
    return found


def engine_on(kb: Path | None, language: str | None = None) -> Triage:
    """Give an engine on a knowledge base, in a language; None is the bundled one, and English."""
    return Triage(folder_of(kb), language=language or SOURCE)


def day_of(moment: datetime | None) -> date | None:
    """Give the day of an option."""
    return moment.date() if moment else None


@contextmanager
def standard_output() -> Iterator[None]:
    """Turn a failure of standard output into an error of ours; a closed pipe stays what it is."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise ReportError(f"standard output: {because(problem)}") from problem


def write_out(content: bytes) -> None:
    """Write bytes to standard output as they are, whatever encoding and line ends it has."""
    with standard_output():
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def write_file(path: Path, content: bytes) -> None:
    """
    Write a whole file or none: under another name beside it first, then in its place.

    A link stays one: the file it leads to is replaced. What is no file (a device, a named pipe) is written into.
    """
    try:
        place = Path(os.path.realpath(path))
        # A folder in its place would only be noticed at the end, and less clearly.
        if place.is_dir():
            raise IsADirectoryError
        if place.exists() and not place.is_file():
            place.write_bytes(content)
            return
        unfinished = place.with_name(f".{place.name}.{os.getpid()}.unfinished")
        try:
            unfinished.write_bytes(content)
            unfinished.replace(place)
        finally:
            unfinished.unlink(missing_ok=True)
    except (OSError, ValueError) as problem:
        raise ReportError(f"output `{path}`: {because(problem)}") from problem


def pdf_lacks() -> str:
    """Say what PDF lacks here, or nothing."""
    from triage.reporting.pdf import packages

    try:
        packages()
    except MissingExtraError as problem:
        return str(problem)
    return ""
