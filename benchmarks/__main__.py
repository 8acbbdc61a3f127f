"""`python -m benchmarks`: the figures as a table, and as JSON with `--json FILE`."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.measure import Timing, assessments, cold_start, examples, side_by_side, some_intake
from triage import Triage
from triage.resources import data_folder

ENOUGH = 100
"""Fewer times than this have no p95 or p99 worth printing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and give 1 if the engines did not fire the same rules."""
    options = _options(arguments)
    if options.quick:
        options.intakes, options.beside, options.repeats = 84, 4, 3
    messages = Console(stderr=True)

    def through(work: Sequence[Any], what: str) -> Iterable[Any]:
        if messages.is_terminal:
            return track(work, what, console=messages, transient=True)
        messages.print(f"{what} …")
        return work

    random = Random(options.seed)
    triage = Triage(options.knowledge_base)
    samples = examples()
    drawn = [some_intake(triage.knowledge, random) for _ in range(max(options.intakes, options.beside))]
    assessed = assessments(triage, [*samples, *drawn[: options.intakes]], 1 if options.quick else 3, through)
    beside, whole, sizes = side_by_side(
        triage, [*samples[:: 4 if options.quick else 1], *drawn[: options.beside]], through
    )
    cold, stages = cold_start(options.knowledge_base, options.repeats, through)

    console = Console()
    console.print(f"\n[bold]cramp-triage benchmarks[/]\n{_machine()}", highlight=False)
    console.print("{findings} findings, {patterns} patterns, {rules} rules".format(**sizes), highlight=False)
    console.print(
        "experta rules: {ours:,} in ours; {peer:,} in the peer, {multiplied_out:,} multiplied out\n".format(**sizes),
        highlight=False,
    )
    charts = len(beside[0].times)
    same = all(row.right == charts for row in beside)
    title = f"Whole assessments: {len(samples)} sample and {options.intakes} drawn intakes"
    console.print(_table(title, [assessed], ("median", "p95", "p99", "slowest")))
    title = f"Rules alone: the same {charts} charts, the engines taking turns"
    console.print(
        _table(
            title, [*beside, whole], ("first", "median", "slowest", "right", *(["× ours"] if same else [])), beside[0]
        )
    )
    console.print(_table("Cold start: a fresh process", cold, ("median", "slowest", "× experta"), cold[1]))
    console.print(
        "  of ours: import {:.0f}, load {:.0f}, first assessment {:.0f}; the rest is Python".format(*stages),
        highlight=False,
    )

    ratios = {
        peer.what: {ours.what: round(peer.median / ours.median, 1) for ours in (beside[0], whole)}
        for peer in beside[1:3]
    }
    if same:
        (rules, all_of_it), (rules_one, all_one) = (by.values() for by in ratios.values())
        console.print("\nSame rules, same intakes, same fired sets.", highlight=False)
        console.print(
            f"experta as documented: [bold]{rules} times[/] ours; with one fact a person: [bold]{rules_one} times[/].",
            highlight=False,
        )
        console.print(
            f"By our whole assessment, which does far more: {all_of_it} and {all_one} times.\n", highlight=False
        )
    else:
        console.print("\n[bold red]The fired sets differ, so these times are not comparable; no ratio is given.[/]\n")
    if options.json:
        report = {
            "machine": _machine(),
            "knowledge base": {"hash": triage.knowledge.content_hash, **sizes},
            "seed": options.seed,
            "unit": "ms",
            "whole assessments": _plain(assessed),
            "rules alone": [_plain(row) for row in beside],
            "whole assessments of the same intakes": _plain(whole),
            "ratios of medians": ratios if same else {},
            "cold start": [_plain(row) for row in cold],
            "cold start of ours": dict(
                zip(("import", "load", "first assessment"), (round(one, 3) for one in stages), strict=True)
            ),
        }
        options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if same else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time the triage engine beside experta used as its documentation shows, on the same rules and intakes.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="a short run, for a look")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as JSON too")
    parser.add_argument("--intakes", type=int, default=300, help="drawn intakes for whole assessments")
    parser.add_argument("--beside", type=int, default=24, help="drawn intakes for the comparison of engines")
    parser.add_argument("--repeats", type=int, default=7, help="fresh processes of each kind")
    parser.add_argument("--seed", type=int, default=1, help="seed of the drawn intakes")
    parser.add_argument(
        "--knowledge-base",
        type=Path,
        metavar="FOLDER",
        default=data_folder("knowledge_base"),
        help="the knowledge base",
    )
    return parser.parse_args(arguments)


def _table(title: str, rows: Iterable[Timing], columns: Sequence[str], unit: Timing | None = None) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("ms", min_width=28, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(row.what, *(_cell(row, column, unit) for column in columns))
    return table


def _cell(row: Timing, column: str, unit: Timing | None) -> str:
    match column:
        case "first":
            return "" if row.first is None else _shown(row.first)
        case "median":
            return _shown(row.median)
        case "p95" | "p99":
            return _shown(row.percentile(int(column[1:]))) if len(row.times) >= ENOUGH else "–"
        case "slowest":
            return _shown(max(row.times))
        case "right":
            if row.right is None:
                return ""
            colour = "green" if row.right == len(row.times) else "bold red"
            return f"[{colour}]{row.right} of {len(row.times)}[/]"
        case _:
            return "" if unit is None else f"{row.median / unit.median:.1f}"


def _shown(milliseconds: float) -> str:
    return f"{milliseconds:,.0f}" if milliseconds >= 100 else f"{milliseconds:.1f}"


def _plain(row: Timing) -> dict[str, Any]:
    figures: dict[str, Any] = {"what": row.what, "times": len(row.times), "median": round(row.median, 3)}
    if len(row.times) >= ENOUGH:
        figures |= {f"p{percent}": round(row.percentile(percent), 3) for percent in (95, 99)}
    figures["slowest"] = round(max(row.times), 3)
    if row.first is not None:
        figures["first"] = round(row.first, 3)
    if row.right is not None:
        figures["right"] = row.right
    return figures


def _machine() -> str:
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores{busy}"


if __name__ == "__main__":
    sys.exit(main())
