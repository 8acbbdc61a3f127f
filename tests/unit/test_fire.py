"""The experta reader: what it promises beyond firing the right rules (which `property/test_readers_agree.py` tests)."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.strategies import some_chart, some_knowledge
from triage import _experta
from triage.chart import Chart, State
from triage.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    Missing,
    Not,
    NotShown,
    Operator,
    PatternHolds,
    Present,
    Urgency,
    UrgencyAtLeast,
)
from triage.errors import MissingExtraError, TriageError
from triage.firing import Literal
from triage.interpreters.fire import MAX_COMBINATIONS, Network
from triage.polarity import Polarity

ROOT = Path(__file__).parents[2]
FEVER, PAIN, WEAK = Present("fever"), Present("night_pain"), Present("weakness")
HOLDS, EXCLUDED, NOT_SHOWN = Polarity.HOLDS, Polarity.EXCLUDED, Polarity.NOT_SHOWN


def chart(**answers: bool | float) -> Chart:
    return Chart(answers, dict.fromkeys(answers, State.ANSWERED))


def run(code: str, *, flags: tuple[str, ...] = (), **environment: str) -> str:
    """Run Python code by itself; any warning is an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *flags, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


class TestEvidence:
    def test_opens_patterns_and_helpers_down_to_the_answers(self) -> None:
        patterns: dict[str, Condition] = {"ill": AnyOf((FEVER, PatternHolds("sore"))), "sore": AllOf((PAIN, Not(WEAK)))}
        network = Network(patterns, {"r": AllOf((PatternHolds("ill"), Missing("age")))})
        firing = network.fire(chart(fever=True, night_pain=True, weakness=False))
        assert firing.rules == {
            "r": (Literal(Missing("age"), HOLDS), Literal(FEVER, HOLDS), Literal(PAIN, HOLDS), Literal(WEAK, EXCLUDED))
        }
        assert firing.through == {"r": ("ill", "sore")}

    def test_is_the_union_over_every_derivation(self) -> None:
        network = Network({}, {"r": AtLeast(2, (FEVER, PAIN, WEAK))})
        assert network.fire(chart(fever=True, night_pain=True, weakness=True)).rules == {
            "r": (Literal(FEVER, HOLDS), Literal(PAIN, HOLDS), Literal(WEAK, HOLDS))
        }
        assert network.fire(chart(fever=True, weakness=False)).rules == {}

    def test_says_what_was_not_shown(self) -> None:
        network = Network({"ill": AllOf((FEVER, PAIN))}, {"r": NotShown(PatternHolds("ill"))})
        firing = network.fire(chart(fever=True))
        assert firing.rules == {"r": (Literal(PAIN, NOT_SHOWN),)}

    def test_of_a_rule_that_rests_on_nothing_is_empty(self) -> None:
        assert Network({}, {"r": AllOf(())}).fire(chart()).rules == {"r": ()}

    def test_rules_come_in_the_order_of_their_ids(self) -> None:
        network = Network({}, {"b": FEVER, "c": Not(PAIN), "a": FEVER})
        assert list(network.fire(chart(fever=True, night_pain=False)).rules) == ["a", "b", "c"]


class TestCompiling:
    def test_counts_where_combinations_would_explode(self) -> None:
        many = tuple(Present(f"finding_{number:02}") for number in range(30))
        network = Network({}, {"r": AtLeast(10, many), "not_r": Not(AtLeast(10, many))})
        assert network.size < 1000
        for true in (9, 10, 30):
            firing = network.fire(chart(**{leaf.finding: i < true for i, leaf in enumerate(many)}))
            assert list(firing.rules) == (["r"] if true >= 10 else ["not_r"])
            if true >= 10:
                assert firing.rules["r"] == tuple(Literal(leaf, HOLDS) for leaf in many[:true])

    def test_takes_combinations_where_they_are_few(self) -> None:
        assert Network({}, {"r": AtLeast(3, tuple(map(Present, "abcde")))}).size == 10 <= MAX_COMBINATIONS

    def test_compiles_only_the_polarities_in_use(self) -> None:
        patterns: dict[str, Condition] = {"used": AllOf((FEVER, PAIN)), "unused": AnyOf((FEVER, PAIN))}
        assert Network(patterns, {"r": PatternHolds("used")}).size == 2

    @pytest.mark.parametrize(
        ("condition", "message"),
        [
            (NotShown(UrgencyAtLeast(Urgency.ROUTINE)), "final urgency"),
            (PatternHolds("nowhere"), "no pattern `nowhere`"),
            (PatternHolds("a"), "a -> b -> a"),
        ],
    )
    def test_refuses(self, condition: Condition, message: str) -> None:
        with pytest.raises(TriageError, match=message):
            Network({"a": Not(PatternHolds("b")), "b": PatternHolds("a")}, {"r": condition})

    def test_an_engine_that_failed_is_not_used_again(self) -> None:
        network = Network({}, {"r": Compare("age", Operator.ABOVE, 60.0)})
        with pytest.raises(TriageError, match="`age`"):
            network.fire(Chart({"age": "old"}, {"age": State.ANSWERED}))
        assert list(network.fire(chart(age=70.0)).rules) == ["r"]
        assert network.fire(chart(age=50.0)).rules == {}


class TestStaleActivation:
    """Four rules of equal key, where stock experta fires one whose condition is false."""

    RULES = ("a", "b", "c", "d")

    def fired(self, known: str, *, strategy: bool) -> list[str]:
        """Fire stock experta's own matcher on four rules "this is absent"."""
        experta = _experta.load()
        found: list[str] = []
        bodies: dict[str, Any] = {
            name: experta.Rule(experta.NOT(experta.Named(name=name)))(lambda engine, name=name: found.append(name))
            for name in self.RULES
        }
        if strategy:
            bodies["__strategy__"] = experta.Strategy
        engine = type("Four", (experta.KnowledgeEngine,), bodies)()
        engine.reset()
        engine.declare(experta.Named(name=known))
        engine.run()
        return sorted(found)

    def test_our_strategy_finds_it(self) -> None:
        for known in self.RULES:
            assert self.fired(known, strategy=True) == [name for name in self.RULES if name != known]

    def test_our_network_cannot_have_it(self) -> None:
        network = Network({}, {name: Missing(name) for name in self.RULES})
        for known in self.RULES:
            assert list(network.fire(chart(**{known: True})).rules) == [name for name in self.RULES if name != known]


class TestMatcher:
    def test_refuses_negation(self) -> None:
        experta = _experta.load()
        rule = experta.Rule(experta.NOT(experta.Named(name="x")))(lambda engine: None)
        with pytest.raises(TriageError, match="conjunctions of named facts only"):
            experta.Engine([rule])

    def test_refuses_retraction_so_nothing_is_ever_retracted(self) -> None:
        experta = _experta.load()
        engine = experta.Engine([experta.Rule(experta.Named(name="x"))(lambda engine: None)])
        engine.reset()
        fact = engine.declare(experta.Named(name="x"))
        with pytest.raises(TriageError, match="retracted"):
            engine.retract(fact)

    def test_fires_what_the_stock_matcher_fires(self, monkeypatch: pytest.MonkeyPatch) -> None:
        random = Random(7)
        drawn = [some_knowledge(random) for _ in range(4)]
        people = [some_chart(random) for _ in range(10)]
        ours = [
            [network.fire(person) for person in people] for network in (Network(k.patterns, k.rules) for k in drawn)
        ]
        experta = _experta.load()
        stock_engine = type("Stock", (experta.Engine,), {"__matcher__": experta.ReteMatcher})
        monkeypatch.setattr(_experta, "_loaded", replace(experta, Engine=stock_engine))
        stock = [
            [network.fire(person) for person in people] for network in (Network(k.patterns, k.rules) for k in drawn)
        ]
        assert ours == stock


class TestThreads:
    def test_eight_threads_get_what_one_gets(self) -> None:
        random = Random(8)
        drawn = some_knowledge(random, rules=20)
        people = [some_chart(random) for _ in range(200)]
        network = Network(drawn.patterns, drawn.rules)
        alone = [network.fire(person) for person in people]
        together = Network(drawn.patterns, drawn.rules)
        with ThreadPoolExecutor(8) as pool:
            runs = list(pool.map(lambda _: [together.fire(person) for person in people], range(8)))
        assert all(found == alone for found in runs)

    def test_eight_threads_load_experta_once(self) -> None:
        assert (
            run(
                "import sys; sys.setswitchinterval(1e-6)\n"
                "from concurrent.futures import ThreadPoolExecutor\n"
                "from triage import _experta\n"
                "with ThreadPoolExecutor(8) as pool: found = list(pool.map(lambda _: _experta.load(), range(8)))\n"
                "print(len(set(map(id, found))))\n"
            )
            == "1\n"
        )


def test_the_same_evidence_whatever_the_hash_seed() -> None:
    code = (
        "from random import Random\n"
        "from tests.strategies import some_chart, some_knowledge\n"
        "from triage.interpreters.fire import Network\n"
        "random = Random(3)\n"
        "drawn = some_knowledge(random, rules=20)\n"
        "network = Network(drawn.patterns, drawn.rules)\n"
        "for _ in range(20):\n"
        "    firing = network.fire(some_chart(random))\n"
        "    print(repr(firing.rules), repr(firing.through))\n"
    )
    first, *others = (run(code, PYTHONHASHSEED=seed) for seed in ("0", "1", "4242"))
    assert "Literal" in first
    assert all(other == first for other in others)


class TestHygiene:
    FIRE = (
        "from triage.chart import Chart, State\n"
        "from triage.conditions import Present\n"
        "from triage.interpreters.fire import Network\n"
        "def fire(): return list(Network({}, {'r': Present('x')}).fire(Chart({'x': True}, {'x': State.ANSWERED})).rules)\n"
    )

    def test_importing_or_compiling_loads_no_experta(self) -> None:
        assert (
            run(
                "import sys\nimport triage\n" + self.FIRE + "import triage._experta\n"
                "Network({}, {'r': Present('x')})\n"
                "print(triage._experta._loaded, [m for m in ('experta', 'frozendict', 'schema') if m in sys.modules])\n"
            )
            == "None []\n"
        )

    def test_leaves_the_process_as_it_was(self) -> None:
        # -B and a fresh cache directory: a module compiled anew warns about more than one that is cached
        assert (
            run(
                "import builtins, collections, logging, sys, warnings\n" + self.FIRE + "import schema\n"
                "def state(): return (\n"
                "    list(logging.root.handlers), logging.root.level, sorted(logging.root.manager.loggerDict),\n"
                "    dict(vars(collections)), logging.basicConfig, list(warnings.filters), id(warnings.filters),\n"
                "    warnings.showwarning, builtins.__import__, list(sys.meta_path), list(sys.path),\n"
                "    sorted(m for m in sys.modules if m.startswith(('experta', 'frozendict'))),\n"
                ")\n"
                "before = state(); print(fire(), state() == before)\n",
                flags=("-B", "-X", "pycache_prefix=/nonexistent"),
            )
            == "['r'] True\n"
        )

    def test_says_nothing_to_a_host_that_logs_everything(self) -> None:
        assert (
            run("import logging, sys\nlogging.basicConfig(level=1, stream=sys.stdout)\n" + self.FIRE + "fire()\n") == ""
        )

    LEND = "import collections, collections.abc\ncollections.Mapping = collections.abc.Mapping\n"
    HOST = (
        "import experta, experta.watchers, logging, sys\n"
        "logging.root.handlers[0].setStream(sys.stdout)\n"
        "class Host(experta.KnowledgeEngine):\n"
        "    @experta.Rule(experta.Fact(a=1))\n"
        "    def r(self): print('host')\n"
        "def host():\n"
        "    experta.watch('RULES', level=logging.WARNING)\n"
        "    e = Host(); e.reset(); e.declare(experta.Fact(a=1)); e.run()\n"
        "    print(type(experta.watchers.RULES).__name__, experta.watchers.RULES.disabled, experta.watchers.RULES.level)\n"
    )

    @pytest.mark.parametrize("first", ["host", "triage"])
    def test_a_host_has_experta_to_itself(self, first: str) -> None:
        parts = [self.LEND + self.HOST + "host()\n", self.FIRE + "print(fire())\n"]
        printed = ["host\nLogger False 30\n", "['r']\n"]
        if first == "triage":
            parts.reverse()
            printed.reverse()
        again = "host()\nprint(fire())\n"
        assert run("".join(parts) + again) == "".join(printed) + "host\nLogger False 30\n['r']\n"

    def test_says_how_to_go_on_without_experta(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_experta, "_loaded", None)
        monkeypatch.setattr(_experta, "PathFinder", type("Nothing", (), {"find_spec": staticmethod(lambda *_: None)}))
        with pytest.raises(MissingExtraError, match="pip install experta"):
            _experta.load()
