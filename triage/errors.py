"""The errors this package raises on purpose, and the two records of what is wrong with somebody's input.

Messages are read by clinicians too: place first, then what is wrong, then how to mend it; all faults at once.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LONGEST_NAME = 80
"""So many characters of a name that somebody sent are repeated."""


class TriageError(Exception):
    """The base of every error raised on purpose."""


@dataclass(frozen=True, order=True)
class KnowledgeFault:
    """One fault of a knowledge base: file, line, what is wrong, how to mend it."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class KnowledgeBaseError(TriageError):
    """A knowledge base does not load; `faults` holds every fault of every file."""

    def __init__(self, faults: Sequence[KnowledgeFault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


class IntakeError(TriageError):
    """An intake cannot be read at all, or (with `strict=True`) holds faults; `problems` lists them all."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class UnknownFindingError(IntakeError):
    """An intake names a finding that the knowledge base does not have."""


class UnknownNameError(TriageError):
    """A rule, cause, format or template was asked for by a name that does not exist."""


class EngineDisagreement(TriageError):
    """
    Two readers differ on one chart; nothing is released.

    Args:
        rules: the rules they differ on, sorted.
        at_least: the id of the more urgent of the two verdicts, so that a host can fail towards safety.
        case: knowledge base hash and answers as plain data, enough to replay it; of the texts only those of medicines.
    """

    def __init__(self, rules: Sequence[str], at_least: str, case: Mapping[str, object]) -> None:
        self.rules = tuple(rules)
        self.at_least = at_least
        self.case = case
        super().__init__(
            f"the two readers disagree on {', '.join(self.rules)}; treat it as {at_least.replace('_', ' ')} at least, and "
            "report the case (`.case`)"
        )


class MissingExtraError(TriageError):
    """A feature needs an optional package; the message names the extra to install."""


class LanguageError(TriageError):
    """A catalogue of translations is missing or faulty."""


class ReportError(TriageError):
    """A report could not be rendered or written."""


def quoted(name: str) -> str:
    """Give a name that somebody sent, short and without control characters, fit to stand in an error."""
    shown = "".join(mark for mark in name[:LONGEST_NAME] if mark.isprintable())
    return f"`{shown}{'…' if len(name) > LONGEST_NAME else ''}`"


def suggestion(name: str, known: Iterable[str]) -> str:
    """Give `; did you mean `x`?` for the nearest known name, or nothing."""
    near = difflib.get_close_matches(name[:LONGEST_NAME], sorted(known), n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else ""
