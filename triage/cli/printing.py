"""Reports from files: one, or a folder of them from many, in parallel, and going on where it was stopped.

Promise: a file that cannot be printed does not keep the others from it. A report that is there and was made of the same input, the
same knowledge base and the same looks is kept as it is: the folder holds a journal of what each report was made of.
"""

import hashlib
import json
import os
import signal
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Literal, TypeAlias

from triage.cli.files import because, engine_on, pdf_lacks, read, read_assessment, write_file
from triage.cli.terminal import through
from triage.engine import Triage
from triage.errors import IntakeError, MissingExtraError, ReportError, TriageError
from triage.json_intake import read_json
from triage.language import find_language
from triage.reporting import Document, Format, PageSize, render
from triage.resources import data_folder

JOURNAL = ".triage-reports.jsonl"
"""The journal of a folder: a line for each report made, of which the last counts."""

DOCUMENTS_A_PROCESS = 100
"""So many reports are made in one process, about; more would let its memory grow."""

ENDINGS: Mapping[Format, str] = {"pdf": ".pdf", "html": ".html", "text": ".txt"}
"""How the name of a report ends."""

Fate: TypeAlias = Literal["written", "kept", "faulty"]


@dataclass(frozen=True)
class Settings:
    """What to print: see `triage.reporting.render`."""

    format: Format
    document: Document
    page_size: PageSize
    templates: Path | None
    language: str | None = None


@dataclass(frozen=True)
class Printed:
    """What became of one input file; the problems of one that is faulty, a line each."""

    file: str
    fate: Fate
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Job:
    """One input file: where its report goes, and what this is made of; empty where the file cannot be read."""

    file: str
    target: Path
    made_of: str


def printed(written: bytes, settings: Settings, on: date | None, engine: Callable[[], Triage]) -> bytes:
    """
    Give a report as bytes.

    Args:
        written: an intake or an assessment as JSON; a PDF carries an intake as it was written.
        on: the day of an intake that does not say it.
        engine: gives the engine, which only an intake needs.
    """
    assessment, intake = read_assessment(written, on, engine)
    worded, wanted = assessment.knowledge_base.language, settings.language
    if wanted is not None and find_language(wanted).code != worded:
        raise ReportError(f"language `{wanted}`: this assessment is worded in {worded}; print it from its intake")
    made = render(
        assessment, format=settings.format, document=settings.document, page_size=settings.page_size,
        templates=settings.templates, intake=intake,
    )  # fmt: skip
    return made.encode() if isinstance(made, str) else made


def misplaced(files: Sequence[str], out: Path, format: Format) -> list[str]:
    """Say which reports of some files would have no place of their own in a folder."""
    problems = ["input `-`: several reports are made from files; name them"] if "-" in files else []
    taken: dict[Path, str] = {}
    inputs = {os.path.realpath(file) for file in files}
    for file in files:
        target = _target(file, out, format)
        if taken.setdefault(target, file) != file:
            problems.append(f"input `{file}`: its report would be that of `{taken[target]}`, {target}; rename one")
        if os.path.realpath(target) in inputs:
            problems.append(f"output `{target}`: an input; name another folder")
    return problems


def print_all(
    files: Sequence[str], out: Path, settings: Settings, on: date | None, kb: Path | None, *, again: bool
) -> Iterator[Printed]:
    """
    Write the report of each file into a folder; give what became of each, first those that are kept.

    Args:
        out: made when it is missing.
        on: the day of intakes that do not say it; today when left out.
        again: keep no report that is there already.

    Raises:
        KnowledgeBaseError: the knowledge base does not load.
        MissingExtraError: PDF without its packages.
        ReportError: the folder cannot be made, or a process was ended from outside.
    """
    lacking = pdf_lacks() if settings.format == "pdf" else ""
    if lacking:
        raise MissingExtraError(lacking)
    common = _common(engine_on(kb, settings.language), settings)
    day = on or date.today()
    jobs = [
        _Job(file, _target(file, out, settings.format), _made_of(file, common, day, dated=on is not None))
        for file in dict.fromkeys(files)
    ]
    journal = _Journal(out)
    waiting = []
    for job in jobs:
        if not again and journal.holds(job):
            yield Printed(job.file, "kept")
        else:
            waiting.append(job)
    if waiting:
        yield from _in_parallel(waiting, journal, settings, day, kb)


def _in_parallel(
    jobs: Sequence[_Job], journal: "_Journal", settings: Settings, day: date, kb: Path | None
) -> Iterator[Printed]:
    with closing(_results(jobs, settings, day, kb)) as results:
        for job, (holds, problems) in zip(through(jobs, "Writing the reports"), results, strict=True):
            if problems:
                yield Printed(job.file, "faulty", problems)
            else:
                journal.note(job, holds)
                yield Printed(job.file, "written")


def _results(
    jobs: Sequence[_Job], settings: Settings, day: date, kb: Path | None
) -> Generator[tuple[str, tuple[str, ...]], None, None]:
    """Give what `_print_one` gives for each job, in their order, from as many processes as there are processors."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    processes = min(len(jobs), os.cpu_count() or 1)
    # What sets the pages keeps some hundred kilobytes of each document: now and then the processes are new ones.
    for start in range(0, len(jobs), DOCUMENTS_A_PROCESS * processes):
        # Not forked: the progress bar has a thread. The keyboard ends this process, which then ends the others.
        pool = ProcessPoolExecutor(
            processes, multiprocessing.get_context("spawn"), signal.signal, (signal.SIGINT, signal.SIG_IGN)
        )
        try:
            working = [
                pool.submit(_print_one, job.file, job.target, settings, day, kb)
                for job in jobs[start : start + DOCUMENTS_A_PROCESS * processes]
            ]
            for done in working:
                yield done.result()
        except BrokenProcessPool as problem:
            message = "report: a process was ended from outside; run the command again, what is written is kept"
            raise ReportError(message) from problem
        finally:
            pool.shutdown(cancel_futures=True)


def _print_one(file: str, target: Path, settings: Settings, day: date, kb: Path | None) -> tuple[str, tuple[str, ...]]:
    """Print one file; give the hash of its report, or what is wrong."""
    try:
        content = printed(read(file), settings, day, lambda: _engine(kb, settings.language))
        write_file(target, content)
    except IntakeError as problem:
        return "", tuple(problem.problems)
    except TriageError as problem:
        return "", (str(problem),)
    except Exception as problem:
        # The others are printed all the same. Of the error only its kind: its words may repeat an answer.
        return "", (f"fails with {type(problem).__name__}; report it with this file",)
    return hashlib.sha256(content).hexdigest(), ()


@cache
def _engine(kb: Path | None, language: str | None) -> Triage:
    """Give the engine of this process."""
    return engine_on(kb, language)


def _target(file: str, out: Path, format: Format) -> Path:
    return out / f"{Path(file).stem}{ENDINGS[format]}"


def _made_of(file: str, common: str, day: date, *, dated: bool) -> str:
    """Give a hash over all that a report is made of; the day counts where it was asked for or the intake does not say it."""
    try:
        written = read(file)
        given = read_json(written)
    except IntakeError:
        return ""
    of_its_own = "on" in given or "schema" in given
    told = "" if of_its_own and not dated else day.isoformat()
    return hashlib.sha256(f"{common} {told} ".encode() + written).hexdigest()


def _common(engine: Triage, settings: Settings) -> str:
    """Give a hash over what all reports are made of: knowledge base, settings, looks, versions."""
    packages = ["cramp-triage", *(("weasyprint", "pikepdf") if settings.format == "pdf" else ())]
    folders = [data_folder("reports"), *([settings.templates] if settings.templates else [])]
    looks = [
        (str(path.relative_to(folder)), hashlib.sha256(path.read_bytes()).hexdigest())
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    parts = [
        engine.knowledge.content_hash, engine.knowledge.language, engine.knowledge.translation, settings.format, settings.document, settings.page_size, looks,
        [version(name) for name in packages],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class _Journal:
    """What each report in a folder was made of, and the hash of what was written: hashes and names, nothing of anybody's answers."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / JOURNAL
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        except (OSError, ValueError) as problem:
            raise ReportError(f"output `{folder}`: {because(problem)}") from problem
        self._made: dict[str, tuple[str, str]] = {}
        for line in lines:
            # A line that was cut short, or is not ours, only means that a report is made once more.
            try:
                name, made_of, holds = json.loads(line)
                self._made[name] = made_of, holds
            except (TypeError, ValueError):
                continue

    def holds(self, job: _Job) -> bool:
        """Say whether the report is there as it was written, and was made of the same."""
        made_of, holds = self._made.get(job.target.name, ("", ""))
        if not job.made_of or made_of != job.made_of or not job.target.is_file():
            return False
        try:
            return hashlib.sha256(job.target.read_bytes()).hexdigest() == holds
        except OSError:
            return False

    def note(self, job: _Job, holds: str) -> None:
        """Note a report that was written."""
        line = json.dumps([job.target.name, job.made_of, holds])
        try:
            with self._path.open("a", encoding="utf-8") as stream:
                # The break first: the last line may have been cut short.
                stream.write(f"\n{line}")
        except OSError as problem:
            raise ReportError(f"output `{self._path}`: {because(problem)}") from problem
