"""What became of the mutants, as a table for each kind of change and a line for each that no case catches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from triage.mutating import Kind, Mutant

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True)
class Judged:
    """A mutant, the case that catches it (empty where it survives), and why it may survive (empty where nobody said)."""

    mutant: Mutant
    caught_by: str
    reason: str


def table(found: Sequence[Judged]) -> "Iterator[RenderableType]":
    """Give the table; the score is the share that is caught, of all."""
    from rich import box
    from rich.table import Table

    rows = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for at, column in enumerate(("Changed", "Mutants", "Caught", "Explained", "Survivors", "Score")):
        rows.add_column(column, justify="right" if at else "left")
    by_kind = [(kind.value, [one for one in found if one.mutant.kind is kind]) for kind in Kind]
    for name, some in (*by_kind, ("all", found)):
        caught = sum(bool(one.caught_by) for one in some)
        given = sum(not one.caught_by and bool(one.reason) for one in some)
        score = f"{caught / len(some):.1%}" if some else "-"
        rows.add_row(name, f"{len(some)}", f"{caught}", f"{given}", f"{len(some) - caught - given}", score)
    yield ""
    yield rows
    yield ""


def explained(found: Sequence[Judged]) -> Iterator[str]:
    """List the survivors that have a reason, under it."""
    by_reason: dict[str, list[str]] = {}
    for one in found:
        if not one.caught_by and one.reason:
            by_reason.setdefault(one.reason, []).append(one.mutant.id)
    for reason, names in by_reason.items():
        yield f"explained: {reason}"
        yield from (f"- {name}" for name in names)


def faults(found: Sequence[Judged], reasons: Mapping[str, str], failing: Sequence[str]) -> Iterator[str]:
    """
    Say what must be mended: cases that fail as it is, survivors without a reason, and reasons without a survivor.

    Args:
        reasons: the reasons that could apply here, by the id of the mutant.
        failing: the cases that are not as expected before any change.
    """
    yield from (f"fails as it is: {label}" for label in failing)
    yield from (f"survives: {one.mutant.id}" for one in found if not one.caught_by and not one.reason)
    surviving = {one.mutant.id for one in found if not one.caught_by}
    yield from (f"explained but caught or not there: {name}" for name in reasons if name not in surviving)
