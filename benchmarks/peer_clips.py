"""CLIPS 6.4 through clipspy, given the rules twice: as our conjunctions, and written its own way.

`ClipsConjunctions`: one `defrule` for each conjunction, one `deftemplate` without slots for each fact.

`ClipsOwn`: one `deftemplate` for each finding, `(fever (is TRUE))`, one `medicine` fact for each entry; one `defrule` for each rule and
for each thing asked of a pattern, nested with `and`, `or` and `not` as the form is, numbers tested with `:(< ?x 30)`. CLIPS multiplies
nested `or`s out itself. "At least n" is an `or` of every choice of n; where that is more than `MANY`, each part that holds is a fact
and n different ones are wanted.

clipspy 1.0.6 never lets a fact go (`Fact.__del__` gives `ReleaseFact` one argument too many and swallows the TypeError), so CLIPS
becomes slower and larger with every person. Here each fact is released once it is asserted, which favours the peer.

No rule can fire wrongly for being too early: `not` stands only before answers, which are all there before the first rule fires.
"""

import importlib
import math
from collections.abc import Callable, Iterable
from importlib.metadata import version
from itertools import combinations, count, pairwise
from typing import Any, assert_never

from benchmarks.peer_form import Conjunctions, Form, Forms, Given, Has, Medicine, No, Number, OneOf, Reached, Several
from triage.chart import Chart
from triage.conditions import MEDICINES

MANY = 50
"""More choices than this are not written out."""


KEEPS_FACTS = ("1.0.6",)
"""The versions of clipspy seen to keep every fact; releasing one twice would break others."""


class _Clips:
    """An environment in which a rule that fires notes its number."""

    def __init__(self) -> None:
        clips: Any = importlib.import_module("clips")
        self._release: Callable[[Any], None] | None = None
        if version("clipspy") in KEEPS_FACTS:
            self._release = importlib.import_module("clips._clips").lib.ReleaseFact
        self.environment = clips.Environment()
        self.fired: set[int] = set()
        self.environment.define_function(self._note, name="note")

    def _note(self, number: int) -> None:
        self.fired.add(number)

    def add(self, template: Any, **slots: Any) -> None:
        fact = template.assert_fact(**slots)
        if self._release:
            self._release(fact._fact)

    def run(self) -> set[int]:
        self.environment.run()
        return self.fired

    def reset(self) -> None:
        self.fired.clear()
        self.environment.reset()


class ClipsConjunctions:
    """CLIPS with our conjunctions."""

    def __init__(self, conjunctions: Conjunctions) -> None:
        self._conjunctions = conjunctions
        self._clips = _Clips()
        environment = self._clips.environment
        for name in conjunctions.names.values():
            environment.build(f"(deftemplate n{name})")
        self._templates = [environment.find_template(f"n{name}") for name in conjunctions.names.values()]
        for place, (head, needed) in enumerate(conjunctions.all):
            action = f"(note {head})" if head in conjunctions.rules else f"(assert (n{head}))"
            environment.build(f"(defrule r{place} {' '.join(f'(n{name})' for name in needed)} => {action})")

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        self._clips.reset()
        for name in self._conjunctions.facts(chart):
            self._clips.add(self._templates[name])
        return frozenset(self._conjunctions.rules[head] for head in self._clips.run())


class ClipsOwn:
    """CLIPS with the rules written its own way."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._clips = _Clips()
        self._variables = map("?v{}".format, count())
        self._counts = count()
        build = self._clips.environment.build
        for key, several in forms.keys.items():
            build(f"(deftemplate f_{key} ({'multislot' if several else 'slot'} is))")
        build(
            "(deftemplate medicine (slot name) (slot stopped) (slot stopped_days) (slot started_days) (slot dose_mg))"
        )
        build("(deftemplate pattern (slot place))")
        build("(deftemplate part (slot of) (slot place))")
        build("(deftemplate always)")
        build("(deftemplate never)")
        build("(deffacts at_first (always))")
        for place, form in enumerate(forms.patterns):
            self._rule(f"p{place}", form, f"(assert (pattern (place {place})))")
        self._ids = list(forms.rules)
        for place, form in enumerate(forms.rules.values()):
            self._rule(f"r{place}", form, f"(note {place})")
        find = self._clips.environment.find_template
        self._templates = {key: find(f"f_{key}") for key in forms.keys}
        self._medicine = find("medicine")

    def fire(self, chart: Chart) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        self._clips.reset()
        told = self._forms.told(chart)
        for entry in told.get(MEDICINES, ()):
            self._clips.add(
                self._medicine, **{field: False if value is None else value for field, value in entry.items()}
            )
        if MEDICINES in told:
            told[MEDICINES] = True  # that there is a list; its entries are facts of their own
        for key, value in told.items():
            if key in self._templates:
                self._clips.add(self._templates[key], **{"is": value})
        return frozenset(self._ids[place] for place in self._clips.run())

    def _rule(self, name: str, form: Form, action: str) -> None:
        self._clips.environment.build(f"(defrule {name} {self._write(form)} => {action})")

    def _write(self, form: Form) -> str:
        match form:
            case OneOf(key=key, options=options):
                return f"(f_{key} (is {'|'.join(map(_constant, options))}))"
            case Number(key=key, operator=sign, limit=limit):
                variable = next(self._variables)
                return f"(f_{key} (is {variable}&:({sign.value} {variable} {limit})))"
            case Has(key=key, options=options):
                variable = next(self._variables)
                found = " ".join(f"(member$ {_constant(option)} {variable})" for option in options)
                return f"(f_{key} (is ${variable}&:(or {found} FALSE)))"
            case Given(key=key):
                return f"(f_{key})"
            case Medicine():
                return f"(exists {self._medicine_pattern(form)})"
            case No(test=Medicine() as test):
                return f"(not {self._medicine_pattern(test)})"
            case No(test=test):
                return f"(not {self._write(test)})"
            case Reached(place=place):
                return f"(pattern (place {place}))"
            case Several(number=number, parts=parts):
                return self._several(number, parts)
            case _:
                assert_never(form)

    def _several(self, number: int, parts: tuple[Form, ...]) -> str:
        if number <= 0:
            return "(always)"
        if number > len(parts):
            return "(never)"
        if number < len(parts) and math.comb(len(parts), number) > MANY and number > 1:
            return self._counted(number, parts)
        written = [self._write(part) for part in parts]
        if number == len(parts):
            return _joined("and", written)
        return _joined("or", (_joined("and", chosen) for chosen in combinations(written, number)))

    def _counted(self, number: int, parts: tuple[Form, ...]) -> str:
        """Ask for so many different parts, in ascending order."""
        of = next(self._counts)
        for place, part in enumerate(parts):
            self._rule(f"part{of}_{place}", part, f"(assert (part (of {of}) (place {place})))")
        variables = [next(self._variables) for _ in range(number)]
        wanted = [f"(part (of {of}) (place {variables[0]}))"]
        for before, variable in pairwise(variables):
            wanted.append(f"(part (of {of}) (place {variable}&:(< {before} {variable})))")
        return _joined("and", wanted)

    def _medicine_pattern(self, test: Medicine) -> str:
        slots = [f"(name {'|'.join(map(_constant, test.names))})", f"(stopped {_constant(test.stopped)})"]
        for field, sign, limit in test.details:
            variable = next(self._variables)
            told = f"(numberp {variable})"
            holds = f"({sign.value} {variable} {limit})"
            slots.append(
                f"({field} {variable}&:{f'(and {told} {holds})' if test.sure else f'(or (not {told}) {holds})'})"
            )
        return f"(medicine {' '.join(slots)})"


def _constant(value: bool | str) -> str:
    return str(value).upper() if isinstance(value, bool) else f'"{value}"'


def _joined(word: str, written: Iterable[str]) -> str:
    parts = list(written)
    return parts[0] if len(parts) == 1 else f"({word} {' '.join(parts)})"
