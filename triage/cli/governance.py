"""Where the review of a knowledge base stands, as a table for each file, and the rules that wait for somebody."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from triage.governance import Record, State
from triage.reporting.words import fold, harmless
from triage.reviewing import Review

if TYPE_CHECKING:
    from rich.console import RenderableType


def table(found: Review) -> "Iterator[RenderableType]":
    """Give the table; each rule is counted in one of the states."""
    from rich import box
    from rich.table import Table

    states = (State.SIGNED, State.STALE, State.DUE, State.UNSIGNED)
    rows = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for at, column in enumerate(("File", "Rules", *(state.value.capitalize() for state in states))):
        rows.add_column(column, justify="right" if at else "left")
    by_file = [
        (file, [one for one in found.rules if one.file == file])
        for file in dict.fromkeys(one.file for one in found.rules)
    ]
    for name, some in (*by_file, ("all", found.rules)):
        rows.add_row(name, f"{len(some)}", *(f"{sum(one.state is state for one in some)}" for state in states))
    yield ""
    yield rows
    yield ""


def waiting(found: Review) -> Iterator[str]:
    """Name the rules that somebody must look at again."""
    for state, meaning in ((State.STALE, "changed since it was signed"), (State.DUE, "its review date has passed")):
        names = found.of(state)
        if names:
            # The date of the whole knowledge base makes them due together.
            together = state is State.DUE and len(names) == len(found.rules)
            listed = "every rule" if together else ", ".join(names)
            yield fold(harmless(listed), f"{state.value}, {meaning}: ", "  ", width=100)


def stale(records: Mapping[str, Record]) -> str:
    """Say how many signatures no longer cover what a rule says, and of which; nothing where all do."""
    names = [name for name, record in records.items() if record.stale]
    if not names:
        return ""
    many = "1 signature no longer covers" if len(names) == 1 else f"{len(names)} signatures no longer cover"
    return fold(harmless(", ".join(names)), f"{many} what the rule says: ", "  ", width=100)
