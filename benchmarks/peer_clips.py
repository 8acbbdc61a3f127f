"""CLIPS 6.4 through clipspy, given the rules three times: as our conjunctions, written its own way, and that for interviews.

`ClipsConjunctions`: one `defrule` for each conjunction, one `deftemplate` without slots for each fact.

`ClipsOwn`: one `deftemplate` for each finding, `(fever (is TRUE))`, one `medicine` fact for each entry; one `defrule` for each rule and
for each thing asked of a pattern, nested with `and`, `or` and `not` as the form is, numbers tested with `:(< ?x 30)`. CLIPS multiplies
nested `or`s out itself. "At least n" is an `or` of every choice of n; where that is more than `MANY`, each part that holds is a fact
and n different ones are wanted.

`ClipsIncremental`: the same rules with `logical` around each condition, so that what no longer holds is withdrawn. It is told only what
has changed since the answer before, and keeps what it has concluded.

clipspy 1.0.6 never lets a fact go (`Fact.__del__` gives `ReleaseFact` one argument too many and swallows the TypeError), so CLIPS
becomes slower and larger with every person. Here each fact is released once it is asserted or withdrawn, which favours the peer.

No rule can fire wrongly for being too early: `not` stands only before answers, which are all there before the first rule fires.
"""

import importlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from itertools import combinations, count, pairwise
from typing import Any, assert_never

from benchmarks.peer_form import Conjunctions, Form, Forms, Given, Has, Medicine, No, Number, OneOf, Reached, Several
from benchmarks.work import Person
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
        self.environment.define_function(self._forget, name="forget")

    def _note(self, number: int) -> None:
        self.fired.add(number)

    def _forget(self, number: int) -> None:
        self.fired.discard(number)

    def add(self, template: Any, **slots: Any) -> None:
        self.release(template.assert_fact(**slots))

    def release(self, fact: Any) -> None:
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

    def given(self, person: Person) -> Chart:
        """Give the chart of a person: the conjunctions are of outcomes of tests, and making those tests is part of the work."""
        return person.chart

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
        details = " ".join(f"(slot {field})" for field in forms.details)
        build(f"(deftemplate medicine (slot name) (slot stopped) {details})")
        build("(deftemplate pattern (slot place))")
        build("(deftemplate part (slot of) (slot place))")
        build("(deftemplate holds (slot place))")
        build("(deftemplate noted (slot place))")
        build("(deftemplate always)")
        build("(deftemplate never)")
        build("(deffacts at_first (always))")
        for place, form in enumerate(forms.patterns):
            self._rule(f"p{place}", form, f"(assert (pattern (place {place})))")
        self._ids = list(forms.rules)
        for place, form in enumerate(forms.rules.values()):
            self._rule(f"r{place}", form, self._conclusion(place))
        find = self._clips.environment.find_template
        self._templates = {key: find(f"f_{key}") for key in forms.keys}
        self._medicine = find("medicine")

    def given(self, person: Person) -> Any:
        """Give what is known of a person."""
        return self._forms.told(person.chart)

    def fire(self, told: Any) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        self._clips.reset()
        for template, slots in self._facts(told):
            self._clips.add(template, **slots)
        return self._run()

    def _run(self) -> frozenset[str]:
        return frozenset(self._ids[place] for place in self._clips.run())

    def _facts(self, told: Mapping[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Give the template and the slots of each fact about what is known."""
        for key, value in told.items():
            if key == MEDICINES:
                for entry in value:
                    yield self._medicine, {field: False if one is None else one for field, one in entry.items()}
                value = True  # that there is a list
            if key in self._templates:
                yield self._templates[key], {"is": value}

    def _conclusion(self, place: int) -> str:
        """Write what a rule does."""
        return f"(note {place})"

    def _rule(self, name: str, form: Form, action: str) -> None:
        self._clips.environment.build(f"(defrule {name} {self._left(form)} => {action})")

    def _left(self, form: Form) -> str:
        """Write what a rule needs."""
        return self._write(form)

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


class ClipsIncremental(ClipsOwn):
    """
    CLIPS that keeps its conclusions from one answer of an interview to the next.

    `given` is asked for the steps in their order: what it gives is the change since the step before.
    """

    def __init__(self, forms: Forms) -> None:
        super().__init__(forms)
        build = self._clips.environment.build
        build("(defrule noted (holds (place ?place)) => (assert (noted (place ?place))) (note ?place))")
        build(
            "(defrule gone ?noted <- (noted (place ?place)) (not (holds (place ?place))) "
            "=> (retract ?noted) (forget ?place))"
        )
        self._there: dict[str, list[Any]] = {}
        self._before = Person({}, Chart({}, {}))

    def given(self, person: Person) -> Any:
        """Give whether an interview begins, the keys whose facts are gone, and what is told anew."""
        begins = not self._before.answers.keys() < person.answers.keys()
        before = {} if begins else self._forms.told(self._before.chart)
        self._before = person
        told = self._forms.told(person.chart)
        gone = [key for key, value in before.items() if told.get(key) != value]
        return begins, gone, {key: value for key, value in told.items() if key in gone or key not in before}

    def fire(self, told: Any) -> frozenset[str]:
        """Give the ids of the rules that hold now."""
        begins, gone, new = told
        if begins:
            self._withdraw(list(self._there))
            self._clips.reset()
        self._withdraw(gone)
        for key, value in new.items():
            self._there[key] = [template.assert_fact(**slots) for template, slots in self._facts({key: value})]
        return self._run()

    def _withdraw(self, keys: Iterable[str]) -> None:
        for key in keys:
            for fact in self._there.pop(key):
                fact.retract()
                self._clips.release(fact)

    def _conclusion(self, place: int) -> str:
        return f"(assert (holds (place {place})))"

    def _left(self, form: Form) -> str:
        return f"(logical {self._write(form)})"


def _constant(value: bool | str) -> str:
    return str(value).upper() if isinstance(value, bool) else f'"{value}"'


def _joined(word: str, written: Iterable[str]) -> str:
    parts = list(written)
    return parts[0] if len(parts) == 1 else f"({word} {' '.join(parts)})"
