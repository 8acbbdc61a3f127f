"""What became of the vignettes, as a table for each level of urgency and a line for each difference."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from triage.casebook import Outcome
from triage.conditions import Urgency

if TYPE_CHECKING:
    from rich.console import RenderableType


def table(found: Sequence[Outcome]) -> "Iterator[RenderableType]":
    """Give the table; a level has the vignettes that expect it."""
    from rich import box
    from rich.table import Table

    columns = ("Expected", "Vignettes", "As expected", "Too low", "Too high", "Causes named", "Advice wrongly given")
    rows = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for at, column in enumerate(columns):
        rows.add_column(column, justify="right" if at else "left")
    by_level = [
        (level.value.replace("_", " "), [one for one in found if one.vignette.expect.urgency is level])
        for level in Urgency
    ]
    for name, some in (*by_level, ("all", found)):
        expected = sum(len(one.vignette.expect.causes) for one in some)
        missing = sum(len(one.causes_missing) for one in some)
        kept_back = sum(len(one.vignette.expect.advice_withheld) for one in some)
        wrongly = sum(len(one.given_wrongly) for one in some)
        rows.add_row(
            name, f"{len(some)}", f"{sum(not one.differences for one in some)}",
            f"{sum(one.levels_off < 0 for one in some)}", f"{sum(one.levels_off > 0 for one in some)}",
            f"{expected - missing} of {expected}", f"{wrongly} of {kept_back}",
        )  # fmt: skip
    yield ""
    yield rows
    yield ""


def differences(found: Sequence[Outcome]) -> Iterator[str]:
    """Say of each vignette what is not as expected."""
    return (f"{one.vignette.id}: {'; '.join(one.differences)}" for one in found if one.differences)
