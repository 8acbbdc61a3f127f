"""The floor: the rules as one plain Python function, written once from the two-valued forms.

One expression for each rule over a dict of the answers, nothing shared but the patterns, no third truth value, no evidence, no open
questions. Nobody could keep such a function right by hand; it shows what the rules cost when they are nothing but code.
"""

import math
from collections.abc import Callable
from typing import Any, assert_never

from benchmarks.peer_form import Form, Forms, Given, Has, Medicine, No, Number, OneOf, Reached, Several
from benchmarks.work import Person


class PlainPython:
    """A function with every rule."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        lines = ["def rules(get):", " fired = []"]
        lines += [f" p{place} = {_write(form)}" for place, form in enumerate(forms.patterns)]
        lines += [f" if {_write(form)}: fired.append({name!r})" for name, form in forms.rules.items()]
        lines += [" return fired"]
        names: dict[str, Any] = {"nan": math.nan}
        exec(compile("\n".join(lines), "<rules as code>", "exec"), names)
        self._rules: Callable[[Callable[..., Any]], list[str]] = names["rules"]

    def given(self, person: Person) -> dict[str, Any]:
        """Give what is known of a person."""
        return self._forms.told(person.chart)

    def fire(self, told: dict[str, Any]) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        return frozenset(self._rules(told.get))


def _write(form: Form) -> str:
    match form:
        case OneOf(key=key, options=(bool(option),)):
            return f"get({key!r}) is {option}"
        case OneOf(key=key, options=options):
            return f"get({key!r}) in {options!r}"
        case Number(key=key, operator=sign, limit=limit):
            return f"get({key!r}, nan) {sign.value} {limit!r}"
        case Has(key=key, options=options):
            return f"not {set(options)!r}.isdisjoint(get({key!r}, ()))"
        case Given(key=key):
            return f"get({key!r}) is not None"
        case Medicine(names=names, stopped=stopped, details=details, sure=sure):
            asked = [f"one['name'] in {set(names)!r}", f"one['stopped'] is {stopped}"]
            for field, sign, limit in details:
                told, word = (f"one[{field!r}] is not None", "and") if sure else (f"one[{field!r}] is None", "or")
                asked.append(f"({told} {word} one[{field!r}] {sign.value} {limit!r})")
            return f"any({' and '.join(asked)} for one in get('medicines', ()))"
        case No(test=test):
            return f"(not ({_write(test)}))"
        case Reached(place=place):
            return f"p{place}"
        case Several(number=number, parts=parts) if number <= 0 or number > len(parts):
            return str(number <= 0)
        case Several(number=number, parts=parts):
            written = [f"({_write(part)})" for part in parts]
            if number in (1, len(parts)):
                return f"({(' or ' if number == 1 else ' and ').join(written)})"
            return f"({' + '.join(written)} >= {number})"
        case _:
            assert_never(form)
