"""`python -m benchmarks`: the engine with what is installed with it; other engines are in `python -m benchmarks.peers`."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.progress import track

from benchmarks import tables
from benchmarks.engines import CONTENDERS, FROM_ANSWERS, OURS
from benchmarks.measure import Timing, assessments, cold_start, examples, some_intake
from benchmarks.side_by_side import Row, median, side_by_side
from benchmarks.work import real
from triage import Triage
from triage.resources import data_folder

HERE = {name: one for name, one in CONTENDERS.items() if name.startswith(("ours", " ", "plain", "experta"))}
"""The contenders that need nothing but what this package needs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and give 1 if the engines did not fire the same rules."""
    options = _options(arguments)
    if options.quick:
        options.people, options.rounds, options.seconds, options.repeats = 8, 1, 1, 2
    messages = Console(stderr=True)

    def through(work: Sequence[Any], what: str) -> Iterable[Any]:
        if messages.is_terminal:
            return track(work, what, console=messages, transient=True)
        messages.print(f"{what} …")
        return work

    triage = Triage(options.knowledge_base)
    random = Random(options.seed)
    intakes = [*examples(), *(some_intake(triage.knowledge, random) for _ in range(options.people))]
    whole = assessments(triage, intakes, options.rounds, through)
    messages.print("side by side …")
    rows = side_by_side(
        real(options.knowledge_base, options.people, options.seed), HERE, options.rounds, options.seconds
    )
    cold, stages = cold_start(options.knowledge_base, options.repeats, through)

    console = Console(width=tables.WIDTH)
    console.print(f"\n[bold]cramp-triage benchmarks[/]\n{tables.machine()}", highlight=False)
    console.print("{findings} findings, {patterns} patterns, {rules} rules\n".format(**_sizes(triage)), highlight=False)
    console.print(tables.whole(f"Whole assessments, of {len(intakes)} people", whole))
    console.print(tables.compared("From what is known to the rules that fire", rows, OURS, FROM_ANSWERS))
    console.print(tables.cold(cold, stages))
    if options.json:
        report = {
            "machine": tables.machine(),
            "knowledge base": {"hash": triage.knowledge.content_hash, **_sizes(triage)},
            "seed": options.seed,
            "unit": "ms",
            "whole assessments": _plain(whole),
            "rules alone": [_plain_row(row) for row in rows],
            "cold start": [_plain(row) for row in cold],
            "cold start of ours": {one.what: {"ms": round(one.taken, 3), "MiB": round(one.peak, 1)} for one in stages},
        }
        options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if any(row.differs for row in rows) else 0


def _sizes(triage: Triage) -> dict[str, int]:
    knowledge = triage.knowledge
    return {
        "findings": len(knowledge.findings),
        "patterns": len(knowledge.patterns),
        "rules": len(knowledge.rules),
    }


def _plain(row: Timing) -> dict[str, Any]:
    return {"what": row.what, "times": len(row.times), "median": round(row.median, 3), "slowest": max(row.times)}


def _plain_row(row: Row) -> dict[str, Any]:
    figures: dict[str, Any] = {"what": row.what.strip(), "people": row.people, "wrong about": row.differs}
    return figures | ({"median": round(median(row.turns), 3), "build": round(row.build, 3)} if row.right else {})


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time the triage engine, and its readers beside experta used as its documentation shows.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="a short run, for a look")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as JSON too")
    parser.add_argument("--people", type=int, default=40, help="drawn intakes, beside the samples")
    parser.add_argument("--rounds", type=int, default=2, help="how often everybody is timed")
    parser.add_argument("--seconds", type=float, default=2, help="for so long an engine is tried with new people")
    parser.add_argument("--repeats", type=int, default=5, help="fresh processes of each kind")
    parser.add_argument("--seed", type=int, default=1, help="seed of the drawn intakes")
    parser.add_argument(
        "--knowledge-base",
        type=Path,
        metavar="FOLDER",
        default=data_folder("knowledge_base"),
        help="the knowledge base",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
