"""What is timed: whole assessments, the rules alone beside the peer, and a cold start. Nothing here prints.

Every time is wall-clock time in milliseconds, with Python's garbage collector on, as a clinic's process would have it.
"""

import gc
import inspect
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.peer import Peer
from triage import Triage
from triage.chart import Chart
from triage.charting import chart_of
from triage.conditions import Condition
from triage.findings import FindingDefinition, Kind
from triage.intake import read_intake
from triage.interpreters.ask import Program
from triage.interpreters.fire import Network
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.resources import data_folder
from triage.truth import TRUE

Intake = dict[str, Any]
Conditions = Mapping[str, Condition]
Through = Callable[[Sequence[Any], str], Iterable[Any]]
"""Goes through some work and shows how far it is."""

OURS = Path(inspect.getfile(Triage)).resolve().parent.parent
"""Where a fresh process finds the same `triage` as this one."""

_EXPERTA = "import collections, collections.abc; collections.Mapping = collections.abc.Mapping; import experta"
"""As somebody alone with experta on Python 3.11 has to write it."""

_COLD = """
import json, sys, time
clock = [time.perf_counter()]
from pathlib import Path
from triage import Triage
clock.append(time.perf_counter())
triage = Triage(Path(sys.argv[1]))
clock.append(time.perf_counter())
triage.assess(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
clock.append(time.perf_counter())
print(json.dumps([1000 * (after - before) for before, after in zip(clock, clock[1:])]))
"""


@dataclass
class Timing:
    """
    One row of a table.

    Args:
        what: what was timed.
        first: building the engine and its first answer, where that was timed.
        times: one time each.
        right: for how many intakes it gave the rules that the definition gives; None where that is not asked.
    """

    what: str
    first: float | None = None
    times: list[float] = field(default_factory=list)
    right: int | None = None

    @property
    def median(self) -> float:
        """The median."""
        return statistics.median(self.times)

    def percentile(self, percent: int) -> float:
        """Give the time that so many percent do not exceed (nearest rank)."""
        return sorted(self.times)[-(-len(self.times) * percent // 100) - 1]


def examples() -> list[Intake]:
    """Give the sample intakes."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(data_folder("examples").glob("*.json"))]


def some_intake(knowledge: KnowledgeBase, random: Random) -> Intake:
    """
    Draw an intake: some people have told nearly everything, others nearly nothing, and some have far more complaints.

    Answers are drawn one by one, so a drawn person is sicker and stranger than a real one, and fires more rules.
    """
    told, ill = random.choice((0.1, 0.4, 0.7, 0.95)), random.choice((0.03, 0.1, 0.3))
    intake: Intake = {"on": "2026-03-12"}
    for finding in knowledge.findings.values():
        if random.random() < told:
            intake[finding.id] = "unknown" if random.random() < 0.05 else _answer(knowledge, finding, random, ill)
    return intake


def _answer(knowledge: KnowledgeBase, finding: FindingDefinition, random: Random, ill: float) -> Any:
    options = [option.id for option in finding.options]
    match finding.kind:
        case Kind.BOOLEAN:
            return random.random() < ill
        case Kind.QUANTITY:
            low, high = finding.low or 0.0, 100.0 if finding.high is None else finding.high
            value = max(low, round(low + (high - low) * random.random() ** 2, 2))
            return {"value": value, "unit": finding.unit.ucum}
        case Kind.CHOICE:
            return random.choice(options)
        case Kind.SET:
            return random.sample(options, min(len(options), random.randint(0, 3)))
        case Kind.MEDICINES:
            taken = random.sample(sorted(knowledge.catalogue.ingredients), random.randint(0, 6))
            return [f"{name.replace('_', ' ')} {random.choice((5, 20, 100))} mg" for name in taken]


def assessments(triage: Triage, intakes: Sequence[Intake], rounds: int, through: Through) -> Timing:
    """Time whole assessments: answers in, assessment out."""
    row = Timing("ours, answers to assessment")
    triage.assess(intakes[0])
    for intake in through([*intakes] * rounds, "whole assessments"):
        row.times.append(_timed(partial(triage.assess, intake))[0])
    return row


class _Ours:
    """The engine's own experta reader; it also gives the evidence of every rule, which no other row does."""

    def __init__(self, patterns: Conditions, rules: Conditions) -> None:
        self.network = Network(patterns, rules)

    def fire(self, chart: Chart) -> frozenset[str]:
        return frozenset(self.network.fire(chart).rules)


class _Compiled:
    """The compiled reader; the truth of every rule, and of every pattern on the way."""

    def __init__(self, patterns: Conditions, rules: Conditions) -> None:
        self._program = Program(patterns, rules)

    def fire(self, chart: Chart) -> frozenset[str]:
        return frozenset(self._program.read(chart).true_rules())


class _Definition:
    """The plain reading that defines what a condition means."""

    def __init__(self, patterns: Conditions, rules: Conditions) -> None:
        self._patterns, self._rules = patterns, rules

    def fire(self, chart: Chart) -> frozenset[str]:
        reading = Reference(self._patterns, chart)
        return frozenset(name for name, when in self._rules.items() if reading.truth(when) is TRUE)


def side_by_side(
    triage: Triage, intakes: Sequence[Intake], through: Through
) -> tuple[list[Timing], Timing, dict[str, int]]:
    """
    Time the rules alone, every engine on the same charts: from a chart to the ids of the rules that fire.

    The engines take turns at each chart, so that a busy moment of the machine hits them alike.

    Returns:
        The rows: ours, the peer as documented, the peer with one fact, the compiled reader, the definition; whole assessments of the same intakes, for
        scale; and the sizes of what they work with.
    """
    knowledge = triage.knowledge
    patterns = {name: pattern.when for name, pattern in knowledge.patterns.items()}
    rules = {name: rule.when for name, rule in knowledge.rules.items()}
    charts = [chart_of(knowledge, read_intake(knowledge, intake).answers) for intake in intakes]
    makers: dict[str, Callable[[Conditions, Conditions], Any]] = {
        "ours, evidence included": _Ours,
        "experta as documented": Peer,
        "experta, one fact a person": partial(Peer, one_fact=True),
        "ours, the compiled reader": _Compiled,
        "the definition, read plainly": _Definition,
    }
    rows: list[Timing] = []
    engines: list[Any] = []
    for what, make in through(list(makers.items()), "building the engines"):
        building, engine = _timed(partial(make, patterns, rules))
        warming, _ = _timed(partial(engine.fire, charts[0]))
        rows.append(Timing(what, first=building + warming, right=0))
        engines.append(engine)
    definition = engines[-1]
    gc.collect()
    gc.freeze()  # or every engine would pay for collecting through the networks of the others
    whole = Timing("ours, whole assessment")
    for intake, chart in through(list(zip(intakes, charts, strict=True)), "side by side"):
        expected = definition.fire(chart)
        for row, engine in zip(rows, engines, strict=True):
            taken, fired = _timed(partial(engine.fire, chart))
            row.times.append(taken)
            row.right = (row.right or 0) + (fired == expected)
        whole.times.append(_timed(partial(triage.assess, intake))[0])
    gc.unfreeze()
    ours, peer = engines[:2]
    return (
        rows,
        whole,
        {
            "findings": len(knowledge.findings),
            "patterns": len(patterns),
            "rules": len(rules),
            "ours": ours.network.size,
            "peer": peer.rules,
            "multiplied_out": peer.conjunctions,
        },
    )


def cold_start(folder: Path, repeats: int, through: Through) -> tuple[list[Timing], list[float]]:
    """
    Time fresh processes.

    Returns:
        The rows, `import experta` second and ours last; and the medians of our three stages: import, load, first assessment.
    """
    intake = data_folder("examples") / "night_cramps.json"
    rows = {
        "Python alone": ["pass"],
        "import experta, do nothing": [_EXPERTA],
        "ours: import, load, assess": [_COLD, str(folder.resolve()), str(intake)],
    }
    timings = [Timing(what) for what in rows]
    stages: list[list[float]] = []
    for turn in through(range(repeats + 1), "cold starts"):
        for timing, command in zip(timings, rows.values(), strict=True):
            taken, said = _timed(partial(_run, command))
            if turn:  # the first turn fills the file cache and writes the bytecode
                timing.times.append(taken)
                if said:
                    stages.append(json.loads(said))
    return timings, [statistics.median(stage) for stage in zip(*stages, strict=True)]


def _run(command: Sequence[str]) -> str:
    finished = subprocess.run([sys.executable, "-c", *command], cwd=OURS, check=True, stdout=subprocess.PIPE, text=True)
    return finished.stdout


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - start), result
