"""The tables: rows of `side_by_side` and of `measure` as a terminal shows them. Nothing here measures."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.measure import Stage, Timing, percentile
from benchmarks.side_by_side import Alone, Row, median

ENOUGH = 100
"""Fewer times than this have no p99 worth printing."""

WIDTH = 120
"""Columns of the tables."""


def machine() -> str:
    """Say what everything runs on."""
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores{busy}"


def shown(milliseconds: float) -> str:
    """Give a time in ms with three digits or so."""
    if milliseconds >= 100:
        return f"{milliseconds:,.0f}"
    return f"{milliseconds:.{1 if milliseconds >= 10 else 2 if milliseconds >= 1 else 3}f}"


def compared(title: str, rows: Sequence[Row], ours: str, from_answers: str) -> Table:
    """
    Give how fast each engine is, and how many times as long as two of ours.

    Args:
        ours, from_answers: the rows that others are held against: from a chart, and from plain answers.
    """
    table = plain(title, "ms", ("tried", "median", "p99", "× chart", "× answers", "in a row", "× chart", "× answers"))
    by_name = {row.what: row for row in rows}
    units = by_name[ours], by_name[from_answers]
    for row in rows:
        if not row.right:
            table.add_row(row.what, _wrong(row))
            continue
        every = [one for person in row.turns for one in person]
        p99 = shown(percentile(every, 99)) if len(every) >= ENOUGH else "–"
        in_turns, alone = [""] * 2, [""] * 2
        if all(unit.right for unit in units):
            in_turns = [_times(median(row.turns) / median(unit.turns, row.people)) for unit in units]
            alone = [_times(median(row.in_a_row) / median(unit.in_a_row, row.people)) for unit in units]
        table.add_row(
            row.what, str(row.people), shown(median(row.turns)), p99, *in_turns, shown(median(row.in_a_row)), *alone
        )  # fmt: skip
    return table


def costs(title: str, alone: Mapping[str, Alone]) -> Table:
    """Give what each engine costs in a process of its own."""
    table = plain(title, "ms", ("load", "build", "first", "MiB"))
    for name, one in alone.items():
        if one.missing:
            table.add_row(name, "–")
            continue
        memory = "–" if one.memory is None else f"{one.memory:,.1f}"
        loading = "–" if one.loading is None else shown(one.loading)
        table.add_row(name, loading, shown(one.build), shown(one.first), memory)
    return table


def whole(title: str, row: Timing) -> Table:
    """Give how long whole assessments take."""
    table = plain(title, "ms", ("median", "p95", "p99", "slowest"))
    high = [shown(percentile(row.times, percent)) if len(row.times) >= ENOUGH else "–" for percent in (95, 99)]
    table.add_row(row.what, shown(row.median), *high, shown(max(row.times)))
    return table


def growth(grown: Mapping[int, Sequence[Row]], rules: tuple[int, int]) -> Table:
    """
    Give the median of each engine in a row by the number of rules.

    Args:
        rules: the two sizes between which the cost of a rule is compared.
    """
    few, many = rules
    columns = [f"{size:,}" for size in grown]
    table = plain("Growth, in a row", "ms by number of rules", (*columns, f"× a rule, {few:,} to {many:,}"))
    by_name: dict[str, dict[int, Row]] = {row.what: {} for rows in grown.values() for row in rows}
    for size, rows in grown.items():
        for row in rows:
            by_name[row.what][size] = row
    for name, by_size in by_name.items():
        medians = {size: median(row.in_a_row) for size, row in by_size.items() if row.right}
        cells = [shown(medians[size]) if size in medians else _wrong(by_size[size]) for size in grown]
        a_rule = medians[many] / many / (medians[few] / few) if {few, many} <= medians.keys() else None
        table.add_row(name, *cells, "" if a_rule is None else f"{a_rule:.1f}")
    return table


def builds(grown: Mapping[int, Sequence[Row]], names: Iterable[str]) -> Table:
    """Give the time to build some engines by the number of rules."""
    table = plain("Building, in one process", "ms by number of rules", [f"{size:,}" for size in grown])
    for name in names:
        cells = [
            _wrong(row) if not row.right else shown(row.build)
            for rows in grown.values()
            for row in rows
            if row.what == name
        ]
        table.add_row(name, *cells)
    return table


def cold(rows: Sequence[Timing], stages: Sequence[Stage]) -> Table:
    """Give fresh processes; the second row is what the others are held against."""
    table = plain("Cold start: a fresh process", "ms", ("median", "slowest", "× experta", "MiB until then"))
    for row in rows:
        table.add_row(row.what, shown(row.median), shown(max(row.times)), _times(row.median / rows[1].median), "")
    table.add_section()
    for one in stages:
        share = _times(one.taken / rows[1].median)
        table.add_row(f"  of ours: {one.what}", shown(one.taken), "", share, f"{one.peak:.0f}")
    return table


def say_missing(console: Console, alone: Mapping[str, Alone]) -> None:
    """Say what is not installed, and how to mend it."""
    for name, one in alone.items():
        if one.missing:
            console.print(f"  {name}: not installed; {one.missing}", highlight=False)


def _wrong(row: Row) -> str:
    if row.missing:
        return "–"
    return f"[bold red]wrong about {row.differs} of {row.people}[/]" if row.differs else "–"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2f}"


def plain(title: str, first: str, columns: Iterable[str]) -> Table:
    """Give an empty table in the looks of all."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column(first, min_width=33, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table
