"""Exit codes, and errors as lines on stderr."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NoReturn

import typer

from triage.errors import (
    EngineDisagreement,
    IntakeError,
    KnowledgeBaseError,
    LanguageError,
    MissingExtraError,
    ReportError,
    UnknownNameError,
)
from triage.reporting.words import harmless

DONE, FAULTS, USAGE, NO_INTAKE, NO_KNOWLEDGE, NO_REPORT, DISAGREEMENT = range(7)

EXIT_CODES: Mapping[int, str] = {
    DONE: "done",
    FAULTS: "faults found in what was checked (`kb check`, `kb cases`, `kb mutate`, `assess --strict`, `verify`, `words check`, one of several reports)",
    USAGE: "wrong usage",
    NO_INTAKE: "the intake could not be read, or (`verify`) the report carries none that can be",
    NO_KNOWLEDGE: "the knowledge base, or the catalogue of a language, does not load",
    NO_REPORT: "the report could not be made, written or (`verify`) read",
    DISAGREEMENT: "the two readers of the rules disagree, so nothing is released",
}
"""What an exit code means."""

_MOST_LINES = 25


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn each error raised on purpose into its lines on stderr and its exit code."""
    try:
        yield
    except KnowledgeBaseError as problem:
        fail(NO_KNOWLEDGE, [*map(str, problem.faults)], more="`triage kb check` lists all")
    except IntakeError as problem:
        fail(NO_INTAKE, problem.problems)
    except EngineDisagreement as problem:
        fail(DISAGREEMENT, [f"engine: {problem}"])
    except UnknownNameError as problem:
        fail(USAGE, [str(problem)])
    except LanguageError as problem:
        fail(NO_KNOWLEDGE, str(problem).splitlines(), more="`triage words check` lists what is missing")
    except (MissingExtraError, ReportError) as problem:
        fail(NO_REPORT, [str(problem)])


def complain(lines: Iterable[str]) -> None:
    """Print lines on stderr, and go on."""
    for line in lines:
        typer.echo(harmless(line), err=True)


def fail(code: int, lines: Sequence[str], *, more: str = "mend these first") -> NoReturn:
    """Print lines on stderr, not too many, and stop with an exit code."""
    complain(lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        typer.echo(f"... and {len(lines) - _MOST_LINES} more; {more}", err=True)
    raise typer.Exit(code)
