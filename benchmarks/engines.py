"""The rows of the tables: our readers and the peers, each with what it starts from.

Promise: what an engine is `given` for a person is made outside every timing; `fire` is all that is timed, and starts every person
afresh. What each is given:

* ours: a chart, as the engine's readers take it; "from answers" starts from the plain answers and makes the chart in its own time. Of
  the real rules that chart holds follow-ups and derived quantities, which the peers are handed ready.
* CLIPS with our conjunctions: a chart too, since making the tests of it is half of the work it is compared with.
* every other peer: plain data (see `Forms.told`), of which it makes its own facts in its own time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Protocol

from benchmarks.peer import Peer
from benchmarks.peer_clips import ClipsConjunctions, ClipsIncremental, ClipsOwn
from benchmarks.peer_form import Conjunctions, Forms
from benchmarks.peer_outside import Drools, JsonRulesEngine
from benchmarks.peer_python import PlainPython
from benchmarks.peer_zen import Zen
from benchmarks.stale import ExpertaNot
from benchmarks.work import Answers, Base, Person, Work, fired, undecided
from triage import ends
from triage.chart import Chart, State
from triage.conditions import names
from triage.interpreters.ask import Program
from triage.interpreters.fire import Network


class Engine(Protocol):
    """From what is known of a person to the ids of the rules that fire."""

    def given(self, person: Person) -> Any:
        """Give what it starts from."""

    def fire(self, given: Any) -> Any:
        """Give the ids of the rules that fire; more where the contender's `expected` says so."""


class Inputs:
    """What engines are made from; the two-valued forms are made when first asked for, outside every timing."""

    def __init__(self, base: Base) -> None:
        self.base = base

    @cached_property
    def forms(self) -> Forms:
        """The rules as two-valued forms."""
        return Forms(self.base.work)

    @cached_property
    def conjunctions(self) -> Conjunctions:
        """The rules as conjunctions of facts that are there."""
        return Conjunctions(self.base.work)


class _FromChart:
    """An engine that starts from our chart."""

    def given(self, person: Person) -> Chart:
        """Give the chart."""
        return person.chart


class Compiled(_FromChart):
    """The compiled reader: the truth of every pattern and rule."""

    def __init__(self, base: Base) -> None:
        self._program = Program(base.work.patterns, base.work.rules)

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        return frozenset(self._program.read(chart).true_rules())


class FromAnswers:
    """The same from plain answers, the chart made on the way."""

    def __init__(self, base: Base) -> None:
        self._compiled = Compiled(base)
        self._chart_of = base.chart_of

    def given(self, person: Person) -> Answers:
        """Give the answers."""
        return person.answers

    def fire(self, answers: Answers) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        return self._compiled.fire(self._chart_of(answers))


class Undecided(_FromChart):
    """The compiled reader, with the rules that nobody can decide yet and the evidence of those that fire."""

    def __init__(self, base: Base) -> None:
        self._program = Program(base.work.patterns, base.work.rules)
        self._rules = list(base.work.rules)

    def fire(self, chart: Chart) -> tuple[frozenset[str], frozenset[str]]:
        """Give the ids of the rules that fire, and of those that are undecided."""
        firing = self._program.fire(chart)
        reading = self._program.read(chart)
        open_rules = frozenset(name for name in self._rules if reading.rule(name) == ends.UNKNOWN)
        return frozenset(firing.rules), open_rules


class OpenAnswers(_FromChart):
    """The compiled reader with evidence, and with the missing answers that could still turn each rule."""

    def __init__(self, base: Base) -> None:
        self._program = Program(base.work.patterns, base.work.rules)
        self._rules = list(base.work.rules)
        conditions = (*base.work.patterns.values(), *base.work.rules.values())
        self._tested = sorted(frozenset[str]().union(*map(names, conditions)))

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        firing = self._program.fire(chart)
        missing = [name for name in self._tested if chart.state(name) is State.NOT_ASKED]
        reading = self._program.bounds(chart, missing)
        for name in self._rules:
            if reading.rule(name) not in ends.SETTLED:
                reading.open_in(name)
        return frozenset(firing.rules)


class Experta(_FromChart):
    """The experta reader, with the evidence of every rule that fires."""

    def __init__(self, base: Base) -> None:
        self._network = Network(base.work.patterns, base.work.rules)

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        return frozenset(self._network.fire(chart).rules)


class Checked(_FromChart):
    """Both readers, as the checked engine asks them."""

    def __init__(self, base: Base) -> None:
        self._readers = Experta(base), Compiled(base)

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        one, other = (reader.fire(chart) for reader in self._readers)
        if one != other:
            raise RuntimeError("our two readers disagree; `python -m pytest tests/property` finds out where")
        return one


class Definition(_FromChart):
    """The plain reading that defines what a condition means; it says what is right, and shows what compiling gains."""

    def __init__(self, base: Base) -> None:
        self._work = base.work

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        return fired(self._work, chart)


def both(work: Work, chart: Chart) -> tuple[frozenset[str], frozenset[str]]:
    """Give the rules that hold and those that are undecided, by the plain reading."""
    return fired(work, chart), undecided(work, chart)


@dataclass(frozen=True)
class Contender:
    """
    An engine of the table.

    Args:
        make: builds it; an ImportError or NotInstalled says that it is not there.
        given: picks what it is made from, outside its time.
        install: how to install what it needs.
        expected: what it must give for a chart, by the definition.
        variant: it is the engine of an earlier row, asked for more.
    """

    make: Callable[[Any], Engine]
    given: Callable[[Inputs], Any] = lambda inputs: inputs.base
    install: str = ""
    expected: Callable[[Work, Chart], Any] = fired
    variant: bool = False


def _forms(inputs: Inputs) -> Forms:
    return inputs.forms


def _work(inputs: Inputs) -> Work:
    return inputs.base.work


OURS = "ours, compiled"
FROM_ANSWERS = "  the same, from answers"
CLIPS = "CLIPS, its own way"
CLIPS_STEPS = "CLIPS, incremental"

CONTENDERS: Mapping[str, Contender] = {
    OURS: Contender(Compiled),
    FROM_ANSWERS: Contender(FromAnswers, variant=True),
    "  and undecided rules, evidence": Contender(Undecided, expected=both, variant=True),
    "  and open answers, evidence": Contender(OpenAnswers, variant=True),
    "ours, experta, evidence": Contender(Experta),
    "ours, checked": Contender(Checked),
    "ours, the definition read plainly": Contender(Definition),
    "plain Python function": Contender(PlainPython, _forms),
    CLIPS: Contender(ClipsOwn, _forms, "pip install clipspy"),
    "CLIPS, our conjunctions": Contender(ClipsConjunctions, lambda inputs: inputs.conjunctions, "pip install clipspy"),
    "ZEN": Contender(Zen, _forms, "pip install zen-engine"),
    "Drools": Contender(Drools, _forms),
    "json-rules-engine": Contender(JsonRulesEngine, _forms),
    "experta as documented": Contender(Peer, _work),
    "experta, one fact a person": Contender(partial(Peer, one_fact=True), _work),
}
"""Everything that is timed on whole persons."""

WITH_OWN_NOT = "experta with its own NOT"

FOUR_RULES: Mapping[str, Contender] = {**CONTENDERS, WITH_OWN_NOT: Contender(ExpertaNot, _work)}
"""What is tried on the four rules of `stale.py`."""

STEPPING: Mapping[str, Contender] = {
    **{name: CONTENDERS[name] for name in (OURS, FROM_ANSWERS, "  and undecided rules, evidence")},
    CLIPS_STEPS: Contender(ClipsIncremental, _forms, "pip install clipspy"),
    **{name: CONTENDERS[name] for name in (CLIPS, "ZEN", "Drools")},
}
"""What is timed on the steps of interviews; all but the incremental one start afresh at each."""
