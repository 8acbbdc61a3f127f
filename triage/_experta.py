"""The only door to experta, the forward-chaining runtime.

Promise: nothing outside this file notices that experta is in use. experta 1.9.4 does not import on Python 3.10 and later (its
`frozendict` wants `collections.Mapping`), calls `logging.basicConfig()` when imported, and logs the facts of every firing, which
here are somebody's answers. So it is loaded as a *private copy*: its modules see a `collections` with the missing name and a
`logging` that says nothing, and are never entered in `sys.modules`. A host may import experta itself, before or after, and finds
it as if this package were not there. Nothing global is changed even for a moment, so no other thread can see it changed.

Two parts of experta are replaced through the places it provides for that:

* `Matcher` (`__matcher__`): a Rete for conjunctions of positive facts, which is all `interpreters/fire.py` uses. A fact reaches
  the patterns it matches through a dictionary instead of by testing each; it refuses negation and retraction.
* `Strategy` (`__strategy__`): `DepthStrategy` misses a retracted activation among four or more of equal key and fires a rule
  whose condition is false; this one searches all of them.
"""

import bisect
import builtins
import collections
import collections.abc
import importlib
import importlib.util
import logging
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from triage.errors import MissingExtraError, TriageError


@dataclass(frozen=True)
class Experta:
    """
    What the experta reader works with. experta has no types, so neither have these.

    Args:
        Named: the class of every fact; its only field is `name`.
        Rule: experta's rule: `Rule(*facts)(action)`.
        Engine: an engine made from a list of rules with `Matcher` and `Strategy` in place.
        KnowledgeEngine, NOT, ReteMatcher: experta's own, for the tests that compare.
        Matcher, Strategy: the two replacements.
    """

    Named: Any
    Rule: Any
    Engine: Any
    KnowledgeEngine: Any
    NOT: Any
    ReteMatcher: Any
    Matcher: Any
    Strategy: Any


_lock = threading.Lock()
_loaded: Experta | None = None


def load() -> Experta:
    """Give experta, loading it the first time; safe to call from several threads."""
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = _assemble(_PrivateImport(("experta", "frozendict")))
        return _loaded


def _quiet_logging() -> ModuleType:
    """A `logging` whose loggers are not registered anywhere, never speak, and whose `basicConfig` does nothing."""

    def quiet_logger(name: str) -> logging.Logger:
        logger = logging.Logger(name)
        logger.disabled = True
        return logger

    def nothing(**_: object) -> None:
        """Leave the root logger to the host."""

    module = ModuleType("logging")
    vars(module).update({level: getattr(logging, level) for level in ("NOTSET", "DEBUG", "INFO", "CRITICAL")})
    vars(module).update(getLogger=quiet_logger, basicConfig=nothing)
    return module


def _old_collections() -> ModuleType:
    """A `collections` as it was before Python 3.10."""
    module = ModuleType("collections")
    vars(module).update({name: value for name, value in vars(collections).items() if name != "__getattr__"})
    vars(module).update(Mapping=collections.abc.Mapping, abc=collections.abc)
    return module


class _PrivateImport:
    """
    Imports packages into a table of its own instead of `sys.modules`.

    experta names itself absolutely (`from experta import ...`), so a second copy cannot simply have another name. Instead its
    modules get an `__import__` of their own: the one Python looks up in a module's builtins.
    """

    def __init__(self, packages: Iterable[str]) -> None:
        self._packages = frozenset(packages)
        self._modules: dict[str, ModuleType] = {}
        self._stand_ins = {"collections": _old_collections(), "logging": _quiet_logging()}
        self._builtins = {**vars(builtins), "__import__": self._import}

    def module(self, name: str) -> ModuleType:
        """Give a module of one of the packages by its full name."""
        if name not in self._modules:
            parent, _, short = name.rpartition(".")
            spec = self._find(name, self.module(parent) if parent else None)
            if name in self._modules:  # importing the parent has brought it in
                return self._modules[name]
            module = importlib.util.module_from_spec(spec)
            vars(module)["__builtins__"] = self._builtins
            self._modules[name] = module  # before it runs: experta's modules import each other in circles
            assert spec.loader is not None
            spec.loader.exec_module(module)
            if parent:
                setattr(self._modules[parent], short, module)
        return self._modules[name]

    @staticmethod
    def _find(name: str, parent: ModuleType | None) -> ModuleSpec:
        spec = PathFinder.find_spec(name, None if parent is None else list(parent.__path__))
        if spec is None:
            raise MissingExtraError(
                f'the engine "experta" needs the package `{name}`, which is not installed: pip install experta==1.9.4, '
                'or use engine="compiled"'
            )
        return spec

    def _import(
        self,
        name: str,
        module_globals: Mapping[str, Any] | None = None,
        module_locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Stand in for `__import__` inside the packages; anything else is imported as usual."""
        if level:
            assert module_globals is not None
            name = importlib.util.resolve_name("." * level + name, module_globals["__package__"])
        top = name.partition(".")[0]
        if top not in self._packages:
            if name in self._stand_ins:
                return self._stand_ins[name]
            found = importlib.import_module(name)
            return found if fromlist else self._stand_ins.get(top, sys.modules[top])
        module = self.module(name)
        for part in fromlist or ():
            if part != "*" and not hasattr(module, part):
                self.module(f"{name}.{part}")
        return module if fromlist else self.module(top)


class _Node:
    """
    A place in the network, reached when every fact of one conjunction is there.

    A pattern names one fact and experta keeps no fact twice, so a place holds one tuple of facts or none.
    """

    __slots__ = ("facts", "joins", "rules")

    def __init__(self) -> None:
        self.facts: tuple[Any, ...] | None = None
        self.joins: list[tuple[_Node, _Node]] = []
        """Where to go on: the other side that must be reached too, and the node reached then."""
        self.rules: list[Any] = []


class _Network:
    """The nodes of one matcher: one for each fact, and one for each beginning of a conjunction, shared by the rules."""

    def __init__(self, rules: Iterable[Any], fact_type: Any) -> None:
        self._by_name: dict[str, _Node] = {}
        self._touched: list[_Node] = []
        beginnings: dict[tuple[str, ...], _Node] = {}
        for rule in rules:
            keys: tuple[str, ...] = ()
            node: _Node | None = None
            for pattern in rule:
                if type(pattern) is not fact_type or set(pattern) != {"name"}:
                    raise TriageError(f"the matcher takes conjunctions of named facts only, not {pattern!r}")
                alone = self._by_name.setdefault(pattern["name"], _Node())
                keys += (pattern["name"],)
                if node is None:
                    node = alone
                elif keys in beginnings:
                    node = beginnings[keys]
                else:
                    reached = beginnings[keys] = _Node()
                    node.joins.append((alone, reached))
                    if alone is not node:
                        alone.joins.append((node, reached))
                    node = reached
            if node is None:
                raise TriageError("the matcher takes no rule without a fact")
            node.rules.append(rule)

    def add(self, fact: Any) -> Iterable[tuple[Any, tuple[Any, ...]]]:
        """Take a fact in; give the rules it completes, each with its facts."""
        first = self._by_name.get(fact["name"])
        reached: list[tuple[_Node, tuple[Any, ...]]] = [] if first is None else [(first, (fact,))]
        while reached:
            node, facts = reached.pop()
            if node.facts is not None:
                continue
            node.facts = facts
            self._touched.append(node)
            for rule in node.rules:
                yield rule, facts
            for other, after in node.joins:
                if other.facts is not None:
                    reached.append((after, (*facts, *other.facts)))

    def clear(self) -> None:
        """Forget every fact; only places that were reached need visiting."""
        for node in self._touched:
            node.facts = None
        self._touched.clear()


def _assemble(private: _PrivateImport) -> Experta:
    """Load experta and derive from its classes. They have no types, hence the exemptions."""
    experta = private.module("experta")
    abstract = private.module("experta.abstract")
    strategies = private.module("experta.strategies")
    make_activation = private.module("experta.activation").Activation

    class Named(experta.Fact):  # type: ignore[misc, name-defined]
        """A fact with a name and nothing else."""

    class Matcher(abstract.Matcher):  # type: ignore[misc, name-defined]
        """A Rete for conjunctions of `Named` facts without retraction."""

        def __init__(self, engine: Any) -> None:
            super().__init__(engine)
            self._network = _Network(engine.get_rules(), Named)

        def changes(self, adding: Iterable[Any] = (), deleting: Iterable[Any] = ()) -> tuple[list[Any], list[Any]]:
            """Give the activations that these facts bring about, and none that they undo."""
            for fact in deleting:
                raise TriageError(f"{fact!r} was retracted; no fact may be")
            added = [
                make_activation(rule, facts)
                for fact in adding
                if type(fact) is Named
                for rule, facts in self._network.add(fact)
            ]
            return added, []

        def reset(self) -> None:
            """Forget every fact."""
            self._network.clear()

    class Strategy(strategies.DepthStrategy):  # type: ignore[misc, name-defined]
        """`DepthStrategy` that finds a retracted activation wherever it stands among those of equal key."""

        def get_key(self, activation: Any) -> tuple[int, list[int]]:
            """Give the sort key: as experta's, but not cached, because the cache keeps dead engines alive."""
            return activation.rule.salience, sorted((fact["__factid__"] for fact in activation.facts), reverse=True)

        def _update_agenda(self, agenda: Any, added: Iterable[Any], removed: Iterable[Any]) -> None:
            waiting = agenda.activations
            for activation in removed:
                activation.key = self.get_key(activation)
                place = bisect.bisect_left(waiting, activation)
                while place < len(waiting) and waiting[place].key == activation.key:
                    if waiting[place] == activation:
                        del waiting[place]
                        break
                    place += 1
            for activation in added:
                activation.key = self.get_key(activation)
                bisect.insort(waiting, activation)

    def initial_fact() -> Iterable[Any]:
        yield experta.InitialFact()

    class Engine(experta.KnowledgeEngine):  # type: ignore[misc, name-defined]
        """
        An engine with its rules in a list instead of in the class.

        experta stores the engine in a rule that is reached through a class (`Rule.__get__`), so engines of one class cannot
        run at the same time; rules in a list of the engine's own are never reached that way.
        """

        __matcher__ = Matcher
        __strategy__ = Strategy

        def __init__(self, rules: Sequence[Any]) -> None:
            self._rules = list(rules)
            super().__init__()

        def get_rules(self) -> list[Any]:
            """Give the rules."""
            return self._rules

        def get_deffacts(self) -> list[Callable[[], Iterable[Any]]]:
            """Give what is declared at each reset: the initial fact alone."""
            return [initial_fact]

    return Experta(
        Named=Named,
        Rule=experta.Rule,
        Engine=Engine,
        KnowledgeEngine=experta.KnowledgeEngine,
        NOT=experta.NOT,
        ReteMatcher=private.module("experta.matchers").ReteMatcher,
        Matcher=Matcher,
        Strategy=Strategy,
    )
