"""What is timed: whole assessments and a cold start. Nothing here prints.

Every time is processor time in ms, as in `side_by_side`, with Python's garbage collector on, as a clinic's process would have it. What a
start waits for the disk is not in it.
"""

import inspect
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from triage import Triage
from triage.findings import FindingDefinition, Kind
from triage.knowledge import KnowledgeBase
from triage.resources import data_folder

Intake = dict[str, Any]
Through = Callable[[Sequence[Any], str], Iterable[Any]]
"""Goes through some work and shows how far it is."""

OURS = Path(inspect.getfile(Triage)).resolve().parent.parent
"""Where a fresh process finds the same `triage` as this one."""

_EXPERTA = "import collections, collections.abc; collections.Mapping = collections.abc.Mapping; import experta"
"""As somebody alone with experta on Python 3.11 has to write it."""

STAGES = (
    "import", "read the knowledge base", "compile it", "load experta", "build its network and assess",
    "read it once more", "its words in German",
)  # fmt: skip
"""What our cold start is made of; the last two are no part of it: the same files read again, and another language."""

_COLD = """
import json, resource, sys, time
clock, peaks = [], []
def note():
    clock.append(time.process_time())
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
note()
from pathlib import Path
from triage import Triage, UnknownNameError, _experta, engine
note()
read = engine.load
knowledge = read(Path(sys.argv[1]))
note()
engine.load = lambda folder: knowledge  # or it would be read twice
triage = Triage(Path(sys.argv[1]))
note()
_experta.load()
note()
triage.assess(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
note()
if "more" in sys.argv:
    read(Path(sys.argv[1]))
    note()
    try:
        triage.in_language("de")
    except UnknownNameError:  # another knowledge base than the bundled one
        pass
    note()
print(json.dumps([[1000 * (after - before) for before, after in zip(clock, clock[1:])], peaks[1:]]))
"""


@dataclass
class Timing:
    """
    One row of a table.

    Args:
        what: what was timed.
        times: one time each.
    """

    what: str
    times: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median."""
        return statistics.median(self.times)


def percentile(times: Sequence[float], percent: int) -> float:
    """Give the time that so many percent do not exceed (nearest rank)."""
    return sorted(times)[-(-len(times) * percent // 100) - 1]


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
        start = time.process_time()
        triage.assess(intake)
        row.times.append(1000 * (time.process_time() - start))
    return row


@dataclass(frozen=True)
class Stage:
    """A stage of our cold start: its time in ms, and the most memory the process had until its end, in MiB; medians."""

    what: str
    taken: float
    peak: float


def cold_start(folder: Path, repeats: int, through: Through) -> tuple[list[Timing], list[Stage]]:
    """
    Time fresh processes.

    Returns:
        The rows, `import experta` second; and our stages, in the order of `STAGES`.
    """
    intake = str(data_folder("examples") / "night_cramps.json")
    rows = {
        "Python alone": ["-c", "pass"],
        "import experta, do nothing": ["-c", _EXPERTA],
        "ours: import, load, assess": ["-c", _COLD, str(folder.resolve()), intake],
        "ours: triage assess, printed": ["-m", "triage", "assess", "--kb", str(folder.resolve()), intake],
    }
    timings = [Timing(what) for what in rows]
    times: list[list[float]] = []
    peaks: list[list[float]] = []
    for turn in through(range(repeats + 1), "cold starts"):
        for timing, command in zip(timings, rows.values(), strict=True):
            taken, _ = _run(command)
            if turn:  # the first turn fills the file cache and writes the bytecode
                timing.times.append(taken)
        _, said = _run(["-c", _COLD, str(folder.resolve()), intake, "more"])
        taken_by, had = json.loads(said)
        times.append(taken_by)
        peaks.append(had)
    medians = ([statistics.median(one) for one in zip(*found, strict=True)] for found in (times, peaks))
    return timings, [Stage(*row) for row in zip(STAGES, *medians, strict=True)]


def _run(command: Sequence[str]) -> tuple[float, str]:
    """Give the processor time of a fresh process, and what it said."""
    before = _of_children()
    finished = subprocess.run([sys.executable, *command], cwd=OURS, check=True, stdout=subprocess.PIPE, text=True)
    return _of_children() - before, finished.stdout


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (used.ru_utime + used.ru_stime)
