"""Other engines on the real rules and on synthetic ones; `python -m benchmarks.peers --help`.

Every rule and pattern goes to our readers and to other engines, and the same people to all of them, taking turns. First every engine
fires for everybody unmeasured, and what it fires is held against the definition (`Reference`): an engine that is wrong about one
person is shown with how often, and without a time. Then the times are taken.

The peers are no requirement of this package. Put them into an environment of their own, and run this from the checkout:

    python -m venv .peers
    .peers/bin/pip install -e . clipspy zen-engine drools_jpy
    npm install --prefix .peers json-rules-engine
    NODE_PATH=.peers/node_modules .peers/bin/python -m benchmarks.peers

Drools needs a JDK (17 or later) and json-rules-engine needs node. A peer that is not there is a row that says so.
"""

import argparse
import statistics
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import tables
from benchmarks.engines import CLIPS, CONTENDERS, FOUR_RULES, FROM_ANSWERS, OURS, STEPPING, WITH_OWN_NOT, Inputs
from benchmarks.measure import cold_start
from benchmarks.side_by_side import Row, alone, side_by_side
from benchmarks.stale import four_rules
from benchmarks.synthetic import synthetic
from benchmarks.work import Base, fired, real
from triage.resources import data_folder

SIZES = (30, 120, 500, 2000)
"""How many rules the synthetic knowledge bases have."""

TABLE_SIZE = 120
"""The one that gets a table of its own."""

GROWING = [name for name in CONTENDERS if name not in (FROM_ANSWERS, "experta, one fact a person")]
"""What is followed through the sizes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and give 1 if an engine that is there fired other rules."""
    options = _options(arguments)
    if options.quick:
        options.people, options.interviews, options.rounds, options.seconds = 8, 1, 1, 0.5
    console, messages = Console(width=tables.WIDTH), Console(stderr=True)
    console.print(f"\n[bold]cramp-triage beside other engines[/]\n{tables.machine()}\n", highlight=False)
    every: list[Row] = []

    bases = {
        "Real rules": real(options.knowledge_base, options.people, options.seed),
        "Synthetic rules": synthetic(TABLE_SIZE, options.people, options.seed),
    }
    for name, base in bases.items():
        messages.print(f"{name} …")
        rows = side_by_side(base, CONTENDERS, options.rounds, options.seconds)
        every += rows
        console.print(f"[bold]{name}[/]: {_sizes(base)}", highlight=False)
        console.print(tables.compared("From what is known to the rules that fire", rows, OURS, FROM_ANSWERS))
        messages.print(f"{name}, interviews …")
        interviews = base.interviews(options.interviews, options.seed)
        rows = side_by_side(interviews, STEPPING, options.rounds, options.seconds)
        every += rows
        title = f"A step of an interview: {len(interviews.people)} steps of {options.interviews} people"
        console.print(tables.compared(title, rows, OURS, FROM_ANSWERS))
        measured = {}
        for contender in (one for one, made in CONTENDERS.items() if not made.variant):
            messages.print(f"{name}, alone: {contender.strip()} …", highlight=False)
            measured[contender] = alone(contender, base, 10)
        console.print(tables.costs("Each in a process of its own", measured))
        tables.say_missing(console, measured)

    grown = {}
    for size in SIZES[: 3 if options.quick else None]:
        messages.print(f"growth: {size} rules …", highlight=False)
        base = synthetic(size, min(options.people, 30), options.seed)
        growing = {name: CONTENDERS[name] for name in GROWING}
        grown[size] = side_by_side(base, growing, options.rounds, min(1, options.seconds), taking_turns=False)
        every += grown[size]
    console.print(tables.growth(grown, (TABLE_SIZE, max(grown))))
    console.print(tables.builds(grown, (OURS, CLIPS)))

    messages.print("four rules …")
    wrong = [row for row in side_by_side(four_rules(), FOUR_RULES, 0, options.seconds) if row.differs]
    told = ", ".join(f"{row.what} about {row.differs} of {row.people}" for row in wrong) or "nobody"
    console.print(f"Wrong about the four rules that wait for an answer: {told}\n", highlight=False)
    every += [row for row in wrong if row.what != WITH_OWN_NOT]

    cold, stages = cold_start(options.knowledge_base, 2 if options.quick else 5, _saying(messages))
    console.print(tables.cold(cold, stages))
    return 1 if any(row.differs for row in every) else 0


def _saying(messages: Console) -> Any:
    def through(work: Sequence[Any], what: str) -> Iterable[Any]:
        messages.print(f"{what} …")
        return work

    return through


def _sizes(base: Base) -> str:
    inputs = Inputs(base)
    median = statistics.median(len(fired(base.work, person.chart)) for person in base.people)
    return (
        f"{len(base.work.rules)} rules, {len(base.work.patterns)} patterns, {len(inputs.conjunctions.all):,} conjunctions; "
        f"{len(base.people)} people, for whom a median of {median:.0f} rules fire"
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description="Time our readers beside other rule engines, on the same rules and people, real and synthetic.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="a short run, for a look")
    parser.add_argument("--people", type=int, default=40, help="drawn people; the samples come on top of the real ones")
    parser.add_argument("--interviews", type=int, default=4, help="people who are asked one question at a time")
    parser.add_argument("--rounds", type=int, default=3, help="how often everybody is timed")
    parser.add_argument("--seconds", type=float, default=2, help="for so long an engine is tried with new people")
    parser.add_argument("--seed", type=int, default=1, help="seed of everything drawn")
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
