"""Other engines on the real rules; `python -m benchmarks.peers --help`.

Every rule and pattern of the knowledge base goes to our readers and to other engines, and the same charts to all of them, taking turns.
First every engine fires every chart unmeasured, and what it fires is held against the definition (`Reference`): an engine that differs
on one chart is shown with how often, and without a time. Then the times are taken.

The peers are no requirement of this package. Put them into an environment of their own, and run this from the checkout:

    python -m venv .peers
    .peers/bin/pip install pydantic jinja2 pyyaml rich typer experta==1.9.4 clipspy zen-engine drools_jpy
    npm install --prefix .peers json-rules-engine
    NODE_PATH=.peers/node_modules PYTHONPATH=. .peers/bin/python -m benchmarks.peers

Drools needs a JDK (17 or later) and json-rules-engine needs node. A peer that is not there is a row that says so.
"""

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path
from random import Random
from typing import Any, Protocol

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import _machine, _shown
from benchmarks.measure import Timing, examples, some_intake
from benchmarks.peer import Peer
from benchmarks.peer_clips import ClipsConjunctions, ClipsOwn
from benchmarks.peer_form import Conjunctions, Forms, Work
from benchmarks.peer_outside import Drools, JsonRulesEngine, NotInstalled, Outside
from benchmarks.peer_python import PlainPython
from benchmarks.peer_zen import Zen
from triage.chart import Chart
from triage.charting import chart_of
from triage.conditions import (
    MEDICINES,
    AllOf,
    AnyOf,
    AskedUnknown,
    AtLeast,
    Compare,
    Condition,
    Includes,
    IsOneOf,
    Known,
    Missing,
    Not,
    NotShown,
    PatternHolds,
    Present,
    Takes,
    UrgencyAtLeast,
    patterns,
)
from triage.intake import read_intake
from triage.interpreters.ask import Program
from triage.interpreters.fire import Network
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.loader.load import load
from triage.resources import data_folder
from triage.truth import TRUE

SIZES = (120, 500, 2000)
"""How many rules, for the growth."""

WIDTH = 120
"""Columns of the tables."""


class Engine(Protocol):
    """From a chart to the ids of the rules that fire."""

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""


class Inputs:
    """What engines are made from; the two-valued forms are made when first asked for, outside every timing."""

    def __init__(self, work: Work) -> None:
        self.work = work

    @cached_property
    def forms(self) -> Forms:
        """The rules as two-valued forms."""
        return Forms(self.work)

    @cached_property
    def conjunctions(self) -> Conjunctions:
        """The rules as conjunctions of facts that are there."""
        return Conjunctions(self.work)


class Compiled:
    """The compiled reader: the truth of every rule."""

    def __init__(self, work: Work) -> None:
        self.program = Program(work.patterns, work.rules)

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        return frozenset(self.program.read(chart).true_rules())


class CompiledEvidence(Compiled):
    """The compiled reader, with the evidence of every rule that fires."""

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        return frozenset(self.program.fire(chart).rules)


class Experta:
    """The experta reader, with the evidence of every rule that fires."""

    def __init__(self, work: Work) -> None:
        self.network = Network(work.patterns, work.rules)

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        return frozenset(self.network.fire(chart).rules)


class Checked:
    """Both readers, as the checked engine asks them."""

    def __init__(self, work: Work) -> None:
        self._readers = Experta(work), Compiled(work)

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        fired, held = (reader.fire(chart) for reader in self._readers)
        if fired != held:
            raise RuntimeError("our two readers disagree; `python -m pytest tests/property` finds out where")
        return fired


@dataclass(frozen=True)
class Contender:
    """
    An engine of the table.

    Args:
        given: picks what it is made from, outside its time.
        make: builds it; an ImportError or NotInstalled says that it is not there.
        install: how to install what it needs.
    """

    given: Callable[[Inputs], Any]
    make: Callable[[Any], Engine]
    install: str = ""


_WORK, _FORMS, _CONJUNCTIONS = attrgetter("work"), attrgetter("forms"), attrgetter("conjunctions")

CONTENDERS: Mapping[str, Contender] = {
    "ours, compiled": Contender(_WORK, Compiled),
    "ours, compiled, with evidence": Contender(_WORK, CompiledEvidence),
    "ours, experta, with evidence": Contender(_WORK, Experta),
    "ours, both (checked)": Contender(_WORK, Checked),
    "plain Python function": Contender(_FORMS, PlainPython),
    "CLIPS, its own way": Contender(_FORMS, ClipsOwn, "pip install clipspy"),
    "CLIPS, our conjunctions": Contender(_CONJUNCTIONS, ClipsConjunctions, "pip install clipspy"),
    "ZEN": Contender(_FORMS, Zen, "pip install zen-engine"),
    "Drools, our conjunctions": Contender(_CONJUNCTIONS, Drools),
    "json-rules-engine, the same": Contender(_CONJUNCTIONS, JsonRulesEngine),
    "experta as documented": Contender(_WORK, lambda work: Peer(work.patterns, work.rules)),
}
OURS, CLIPS = "ours, compiled", ("CLIPS, its own way", "CLIPS, our conjunctions")


@dataclass
class Alone:
    """
    What an engine costs in a process of its own.

    Args:
        missing: why it is not there, and what to install; empty where it is.
        build: ms to import and build it.
        first: ms of its first chart.
        memory: MiB it takes after that; None where the system does not tell.
    """

    missing: str = ""
    build: float = 0.0
    first: float = 0.0
    memory: float | None = None


@dataclass
class Row:
    """
    An engine and what was measured of it.

    Args:
        differs: the charts on which it does not fire what the definition fires.
        build: ms to build it, in a process that others use too.
        turns: its times when the engines take turns at each chart.
        in_a_row: its best time for each chart when it fires all charts one after another, caches warm.
    """

    engine: Engine
    differs: int
    build: float
    turns: Timing
    in_a_row: list[float]


@dataclass
class Grown:
    """
    The rows of one size.

    Args:
        rules, people: how many.
        fired: the median number of rules that fire.
    """

    rules: int
    people: int
    fired: float
    rows: list[Row]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and give 1 if an engine that is there fired other rules."""
    options = _options(arguments)
    if options.quick:
        options.intakes, options.rounds = 8, 1
    console, messages = Console(width=WIDTH), Console(stderr=True)
    console.print(f"\n[bold]cramp-triage beside other engines[/]\n{_machine()}", highlight=False)

    knowledge = load(options.knowledge_base)
    given = Inputs(work_of(knowledge))
    charts = drawn_charts(knowledge, options.intakes, options.seed)
    alone: dict[str, Alone] = {}
    for name in CONTENDERS:
        messages.print(f"alone: {name} …", highlight=False)
        # A process for each: what one has loaded must not be there for the next.
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            alone[name] = process.submit(measured_alone, name, given.work, charts[0]).result()

    messages.print("side by side …")
    there = [name for name, one in alone.items() if not one.missing]
    rows = {row.turns.what: row for row in side_by_side(given, charts, there, options.rounds)}
    console.print(
        f"{len(given.work.patterns)} patterns, {len(given.work.rules)} rules, {len(given.conjunctions.all):,} conjunctions; "
        f"{len(charts)} intakes, {options.rounds} rounds; a median of {_median_fired(given.work, charts):.0f} rules fire\n",
        highlight=False,
    )
    console.print(_compared(rows, alone, len(charts)))
    for name, one in alone.items():
        if one.missing:
            console.print(f"  {name}: not installed; {one.missing}", highlight=False)

    grown = []
    if all(name in rows for name in CLIPS):
        for size in SIZES[: 1 if options.quick else None]:
            messages.print(f"growth: {size} rules …", highlight=False)
            grown.append(growth(given.work, charts, size))
        console.print(_growth_table(grown))
    else:
        console.print("\nNo growth without CLIPS: pip install clipspy", highlight=False)
    everything = [*rows.values(), *(row for one in grown for row in one.rows)]
    return 1 if any(row.differs for row in everything) else 0


def work_of(knowledge: KnowledgeBase) -> Work:
    """Give the patterns and rules of a knowledge base."""
    return Work(
        {name: pattern.when for name, pattern in knowledge.patterns.items()},
        {name: rule.when for name, rule in knowledge.rules.items()},
        frozenset(name for name, quantity in knowledge.derived.items() if quantity.count),
    )


def drawn_charts(knowledge: KnowledgeBase, number: int, seed: int) -> list[Chart]:
    """Give the charts of the sample intakes and of so many drawn ones."""
    random = Random(seed)
    intakes = [*examples(), *(some_intake(knowledge, random) for _ in range(number))]
    return [chart_of(knowledge, read_intake(knowledge, intake).answers) for intake in intakes]


def measured_alone(name: str, work: Work, chart: Chart) -> Alone:
    """Build one engine in this process, which nothing else has used, and let it fire once."""
    contender = CONTENDERS[name]
    given = contender.given(Inputs(work))
    gc.collect()
    before = _resident("self")
    start = time.perf_counter()
    try:
        engine = contender.make(given)
    except (ImportError, NotInstalled) as error:
        return Alone(missing=str(error) if isinstance(error, NotInstalled) else contender.install)
    built = time.perf_counter()
    engine.fire(chart)
    done = time.perf_counter()
    if isinstance(engine, Outside):
        memory = _resident(str(engine.process.pid))
        engine.close()
        return Alone("", engine.built, engine.taken, memory)
    after = _resident("self")
    memory = None if before is None or after is None else after - before
    return Alone("", 1000 * (built - start), 1000 * (done - built), memory)


def side_by_side(given: Inputs, charts: Sequence[Chart], names: Iterable[str], rounds: int) -> list[Row]:
    """
    Hold every engine against the definition on every chart, then time those that are right, the engines taking turns.

    Returns:
        A row for each engine; no times where it differs.
    """
    expected = [definition(given.work, chart) for chart in charts]
    rows = []
    for name in names:
        contender = CONTENDERS[name]
        made_from = contender.given(given)
        start = time.perf_counter()
        engine = contender.make(made_from)
        built = 1000 * (time.perf_counter() - start)
        differs = sum(engine.fire(chart) != right for chart, right in zip(charts, expected, strict=True))
        rows.append(Row(engine, differs, built, Timing(name), []))
    gc.collect()
    gc.freeze()  # or every engine would pay for collecting through the networks of the others
    right = [row for row in rows if not row.differs]
    for _ in range(rounds):
        for chart in charts:
            for row in right:
                row.turns.times.append(_timed(row.engine, chart))
    for row in right:
        # The engines do not share their moments here, so a busy one would count against one of them: the best time of each chart.
        passes = [[_timed(row.engine, chart) for chart in charts] for _ in range(rounds)]
        row.in_a_row += map(min, *passes) if rounds > 1 else passes[0]
    gc.unfreeze()
    for row in rows:
        if isinstance(row.engine, Outside):
            row.engine.close()
    return rows


def _timed(engine: Engine, chart: Chart) -> float:
    start = time.perf_counter()
    engine.fire(chart)
    taken = 1000 * (time.perf_counter() - start)
    return engine.taken if isinstance(engine, Outside) else taken


def definition(work: Work, chart: Chart) -> frozenset[str]:
    """Give the rules that hold, by the plain reading that defines what a condition means."""
    reading = Reference(work.patterns, chart)
    return frozenset(name for name, when in work.rules.items() if reading.truth(when) is TRUE)


def growth(work: Work, charts: Sequence[Chart], number: int) -> Grown:
    """Time the compiled reader and CLIPS on about so many rules."""
    copies = -(-number // len(work.rules))
    grown = scaled(work, number)
    people = [
        joined([charts[(place + copy) % len(charts)] for copy in range(copies)])
        for place in range(min(40, len(charts)))
    ]
    rows = side_by_side(Inputs(grown), people, (OURS, *CLIPS), 3)
    fired = statistics.median(len(definition(grown, chart)) for chart in people)
    return Grown(len(grown.rules), len(people), fired, rows)


def scaled(work: Work, number: int) -> Work:
    """
    Give so many rules: the real ones, copied with their findings and patterns renamed, medicines shared.

    What is left of a copy is taken evenly from all over the knowledge base, with the patterns it needs.
    """
    rules: dict[str, Condition] = {}
    all_patterns: dict[str, Condition] = {}
    counted: set[str] = set()
    copy = 0
    while len(rules) < number:
        wanted = min(number - len(rules), len(work.rules))
        names = list(work.rules)
        for place in range(wanted):
            name = names[place * len(names) // wanted]
            rules[_copied(name, copy)] = renamed(work.rules[name], copy)
        all_patterns |= {_copied(name, copy): renamed(when, copy) for name, when in work.patterns.items()}
        counted |= {_copied(name, copy) for name in work.counted}
        copy += 1
    needed: set[str] = set()
    ahead = {name for when in rules.values() for name in patterns(when)}
    while ahead:
        needed |= ahead
        ahead = {name for one in ahead for name in patterns(all_patterns[one])} - needed
    return Work({name: when for name, when in all_patterns.items() if name in needed}, rules, frozenset(counted))


def renamed(condition: Condition, copy: int) -> Condition:
    """Give the same condition about the findings and patterns of a copy."""
    match condition:
        case Present(finding=name) | IsOneOf(finding=name) | Includes(finding=name) | AskedUnknown(finding=name):
            return replace(condition, finding=_copied(name, copy))
        case Compare(quantity=name):
            return replace(condition, quantity=_copied(name, copy))
        case Known(target=name) | Missing(target=name):
            return replace(condition, target=_copied(name, copy))
        case PatternHolds(pattern=name):
            return replace(condition, pattern=_copied(name, copy))
        case Not(part=part) | NotShown(part=part):
            return replace(condition, part=renamed(part, copy))
        case AllOf(parts=parts) | AnyOf(parts=parts) | AtLeast(parts=parts):
            return replace(condition, parts=tuple(renamed(part, copy) for part in parts))
        case Takes() | UrgencyAtLeast():
            return condition


def joined(charts: Sequence[Chart]) -> Chart:
    """Give one chart, the findings of each under the names of a copy."""
    values = {_copied(name, copy): value for copy, one in enumerate(charts) for name, value in one.values.items()}
    states = {_copied(name, copy): state for copy, one in enumerate(charts) for name, state in one.states.items()}
    # Medicines are shared, and the value and state of one person have to stay together.
    shared = charts[0]
    values.pop(MEDICINES, None)
    if MEDICINES in shared.values:
        values[MEDICINES] = shared.values[MEDICINES]
    states[MEDICINES] = shared.state(MEDICINES)
    return Chart(values, states)


def _copied(name: str, copy: int) -> str:
    return f"{name}_copy{copy}" if copy and name != MEDICINES else name


def _resident(process: str) -> float | None:
    """Give the resident memory of a process in MiB, where the system tells."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return None
    lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
    return int(lines["VmRSS"].split()[0]) / 1024  # given in KiB


def _median_fired(work: Work, charts: Iterable[Chart]) -> float:
    return statistics.median(len(definition(work, chart)) for chart in charts)


def _compared(rows: Mapping[str, Row], alone: Mapping[str, Alone], charts: int) -> Table:
    table = Table(title="Chart to fired rules", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("ms", no_wrap=True)
    for column in ("right", "build", "first", "median", "p99", "× ours", "in a row", "× ours", "MiB"):
        table.add_column(column, justify="right", no_wrap=True)
    unit = rows[OURS]
    for name, one in alone.items():
        if one.missing:
            table.add_row(name, "–")
            continue
        row = rows[name]
        right = f"{charts - row.differs} of {charts}"
        if row.differs or unit.differs:
            table.add_row(name, f"[bold red]{right}[/]")
            continue
        memory = "–" if one.memory is None else f"{one.memory:,.0f}"
        median, in_a_row = row.turns.median, statistics.median(row.in_a_row)
        table.add_row(
            name, f"[green]{right}[/]", _shown(one.build), _shown(one.first),
            _time(median), _time(row.turns.percentile(99)), f"{median / unit.turns.median:,.1f}",
            _time(in_a_row), f"{in_a_row / statistics.median(unit.in_a_row):,.1f}", memory,
        )  # fmt: skip
    return table


def _growth_table(grown: Iterable[Grown]) -> Table:
    table = Table(title="Growth", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("ms", no_wrap=True)
    for column in ("rules", "fire", "right", "build", "median", "p99", "µs a rule", "× ours"):
        table.add_column(column, justify="right", no_wrap=True)
    for one in grown:
        unit = one.rows[0]
        for row in one.rows:
            figures = [""] * 5
            if not row.differs and not unit.differs:
                median = row.turns.median
                figures = [
                    _shown(row.build), _time(median), _time(row.turns.percentile(99)),
                    f"{1000 * median / one.rules:.1f}", f"{median / unit.turns.median:.1f}",
                ]  # fmt: skip
            table.add_row(
                row.turns.what,
                f"{one.rules:,}",
                f"{one.fired:.0f}",
                f"{one.people - row.differs} of {one.people}",
                *figures,
            )
        table.add_section()
    return table


def _time(milliseconds: float) -> str:
    return f"{milliseconds:.2f}" if milliseconds < 10 else _shown(milliseconds)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description="Time our readers beside other rule engines, on the same rules and intakes.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="a short run, for a look")
    parser.add_argument("--intakes", type=int, default=100, help="drawn intakes, beside the samples")
    parser.add_argument("--rounds", type=int, default=2, help="how often each intake is timed")
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
