"""Engines on the same people: first whether each is right, then how long it takes, then what it costs alone. Nothing here prints.

An engine that is wrong about one person gets no time. A slow one is tried with fewer people, the first of them, and its ratio to
ours is taken over those alone.

Every time is processor time of the process, in ms: others use the machine too, in one engine's moments and not in another's. On a
machine of one's own it is what the clock on the wall shows.
"""

import gc
import itertools
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.engines import CONTENDERS, Contender, Engine, Inputs
from benchmarks.peer_outside import NotInstalled, Outside
from benchmarks.work import Base, Work

WARMING = 0.5
"""Seconds that every engine has worked before it is timed, and is timed in a row at least; a JVM compiles what it runs often."""

Times = list[list[float]]
"""For each person, every time taken, in ms."""


@dataclass
class Row:
    """
    An engine and what was measured of it.

    Args:
        what: its name.
        missing: what to install; empty where it is there.
        people: with how many it was tried.
        differs: about how many of them it was wrong.
        build: ms to build it, in a process that others use too.
        turns: its times when the engines take turns at each person.
        in_a_row: its times when it fires everybody one after another, caches warm.
    """

    what: str
    missing: str = ""
    people: int = 0
    differs: int = 0
    build: float = 0.0
    turns: Times = field(default_factory=list)
    in_a_row: Times = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether it is there and was wrong about nobody."""
        return not self.missing and not self.differs


@dataclass
class Alone:
    """
    What an engine costs in a process of its own.

    Args:
        missing: what to install; empty where it is there.
        loading: ms to load what it needs, with an engine of no rules; None of one in another process.
        build: ms to build it then.
        first: ms of its first person.
        memory: MiB by which the peak grew when it was built and had its first people; of an engine in another process all that takes.
    """

    missing: str = ""
    loading: float | None = None
    build: float = 0.0
    first: float = 0.0
    memory: float | None = None


def median(times: Times, people: int | None = None) -> float:
    """Give the median of all the times of the first so many people."""
    return statistics.median(one for person in times[:people] for one in person)


def side_by_side(
    base: Base, contenders: Mapping[str, Contender], rounds: int, seconds: float, *, taking_turns: bool = True
) -> list[Row]:
    """
    Hold every engine against the definition, then time those that are right.

    Args:
        rounds: how often everybody is timed; none to see only who is right. One that was too slow for everybody is timed once.
        seconds: for so long an engine is tried with new people; at least with one.
        taking_turns: whether they are timed in turns; otherwise only each by itself.
    """
    inputs = Inputs(base)
    expected: dict[Callable[..., Any], list[Any]] = {}
    runners: list[_Runner] = []
    rows = []
    for name, contender in contenders.items():
        row = Row(name)
        rows.append(row)
        made_from = contender.given(inputs)
        start = time.process_time()
        try:
            engine = contender.make(made_from)
        except (ImportError, NotInstalled) as error:
            row.missing = _missing(contender, error)
            continue
        row.build = engine.built if isinstance(engine, Outside) else 1000 * (time.process_time() - start)
        if contender.expected not in expected:
            expected[contender.expected] = [contender.expected(base.work, person.chart) for person in base.people]
        runner = _Runner(row, engine)
        runner.try_on(base, expected[contender.expected], seconds)
        if row.right:
            runners.append(runner)
        else:
            runner.close()
    gc.collect()
    gc.freeze()  # or every engine would pay for collecting through the networks of the others
    for runner in runners if rounds else ():
        runner.warm()
    for turn in range(rounds if taking_turns else 0):
        for place in range(len(base.people)):
            for runner in runners:
                if runner.takes_part(turn) and place < runner.row.people:
                    runner.row.turns[place].append(runner.timed(place))
    for runner in runners if rounds else ():
        runner.time_in_a_row(rounds)
    gc.unfreeze()
    for runner in runners:
        runner.close()
    return rows


class _Runner:
    """An engine with what it is given for each person."""

    def __init__(self, row: Row, engine: Engine) -> None:
        self.row = row
        self._engine = engine
        self._given: list[Any] = []
        self._worked = 0.0
        self._slow = False

    def try_on(self, base: Base, expected: Sequence[Any], seconds: float) -> None:
        """Let it fire people, one after another while there is time, and count those it is wrong about."""
        for person, right in zip(base.people, expected, strict=True):
            given = self._engine.given(person)
            self._given.append(given)
            taken, fired = _timed(self._engine, given)
            self.row.differs += fired != right
            self._worked += taken
            if self._worked > 1000 * seconds:
                break
        self.row.people = len(self._given)
        self.row.turns = [[] for _ in self._given]
        self.row.in_a_row = [[] for _ in self._given]
        self._slow = len(self._given) < len(base.people)

    def takes_part(self, turn: int) -> bool:
        """Whether it is timed in this round."""
        return turn == 0 or not self._slow

    def warm(self) -> None:
        """Let it work for a while, if it has not yet."""
        for given in itertools.cycle(self._given):
            if self._worked > 1000 * WARMING:
                break
            self._worked += _timed(self._engine, given)[0]

    def timed(self, place: int) -> float:
        """Give the ms it takes with one person."""
        return _timed(self._engine, self._given[place])[0]

    def time_in_a_row(self, rounds: int) -> None:
        """Time everybody so many rounds, and more while they are short: what else the machine does then matters less."""
        worked = 0.0
        for turn in itertools.count():
            if not self.takes_part(turn) or (turn >= rounds and worked > 1000 * WARMING):
                break
            for place, times in enumerate(self.row.in_a_row):
                times.append(self.timed(place))
                worked += times[-1]

    def close(self) -> None:
        """End its process, if it has one."""
        _close(self._engine)


def alone(name: str, base: Base, people: int) -> Alone:
    """Measure one of the contenders in a process of its own, with so many people."""
    few = Base(base.work, base.people[:people], base.chart_of)
    # What one has loaded must not be there for the next.
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_measured_alone, name, few).result()


def _measured_alone(name: str, base: Base) -> Alone:
    contender = CONTENDERS[name]
    made_from = contender.given(Inputs(base))
    nothing = contender.given(Inputs(Base(Work({}, {}), (), base.chart_of)))
    gc.collect()
    _forget_peak()
    before = _resident("self", "VmRSS")
    clock = [time.process_time()]
    try:
        _close(contender.make(nothing))
        clock.append(time.process_time())
        engine = contender.make(made_from)
    except (ImportError, NotInstalled) as error:
        return Alone(missing=_missing(contender, error))
    clock.append(time.process_time())
    given = [engine.given(person) for person in base.people]
    taken = [_timed(engine, one)[0] for one in given]
    loading, build = (1000 * (later - earlier) for earlier, later in itertools.pairwise(clock))
    if isinstance(engine, Outside):
        memory = _resident(str(engine.process.pid), "VmHWM")
        engine.close()
        return Alone("", None, engine.built, taken[0], memory)
    after = _resident("self", "VmHWM")
    memory = None if before is None or after is None else after - before
    return Alone("", loading, build, taken[0], memory)


def _timed(engine: Engine, given: Any) -> tuple[float, Any]:
    """Give the ms an engine takes with one person, by its own clock where it has one, and what it gave."""
    start = time.process_time()
    fired = engine.fire(given)
    taken = 1000 * (time.process_time() - start)
    return engine.taken if isinstance(engine, Outside) else taken, fired


def _missing(contender: Contender, error: Exception) -> str:
    return str(error) if isinstance(error, NotInstalled) else contender.install


def _close(engine: Engine) -> None:
    if isinstance(engine, Outside):
        engine.close()


def _forget_peak() -> None:
    """Let the peak of this process be what it holds now, where the system can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _resident(process: str, what: str) -> float | None:
    """Give the resident memory of a process in MiB, now (`VmRSS`) or at most (`VmHWM`), where the system tells."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return None
    lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
    return int(lines[what].split()[0]) / 1024  # given in KiB
