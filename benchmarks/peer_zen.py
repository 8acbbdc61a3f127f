"""GoRules ZEN through zen-engine, given the two-valued forms as expressions.

One decision: an expression node with everything asked of patterns, each after those it needs, then an expression node with one
expression for each rule. "At least n" is `count(...) >= n`; medicines are a list asked with `some(...)`. A person is one dict. Every
expression is evaluated for every person; ZEN does not chain and does not match incrementally.
"""

import importlib
import json
from itertools import pairwise
from typing import Any, assert_never

from benchmarks.peer_form import Form, Forms, Given, Has, Medicine, No, Number, OneOf, Reached, Several
from benchmarks.work import Person


class Zen:
    """A ZEN decision with every rule."""

    def __init__(self, forms: Forms) -> None:
        zen: Any = importlib.import_module("zen")
        self._forms = forms
        patterns = [_expression(f"p{place}", _write(form, "$.")) for place, form in enumerate(forms.patterns)]
        rules = [_expression(f"r{place}", _write(form, "")) for place, form in enumerate(forms.rules.values())]
        nodes = [
            {"id": "in", "type": "inputNode"},
            _node("patterns", patterns, passes=True),
            _node("rules", rules, passes=False),
            {"id": "out", "type": "outputNode"},
        ]
        order = ["in", "patterns", "rules", "out"]
        edges = [
            {"id": f"{source} {target}", "sourceId": source, "targetId": target, "type": "edge"}
            for source, target in pairwise(order)
        ]
        whole = [{"name": node["id"], "position": {"x": 0, "y": 0}, **node} for node in nodes]
        self._engine = zen.ZenEngine()
        self._decision = self._engine.create_decision(json.dumps({"nodes": whole, "edges": edges}))
        self._ids = [(f"r{place}", name) for place, name in enumerate(forms.rules)]

    def given(self, person: Person) -> dict[str, Any]:
        """Give what is known of a person."""
        return self._forms.told(person.chart)

    def fire(self, told: dict[str, Any]) -> frozenset[str]:
        """Give the ids of the rules that fire."""
        result = self._decision.evaluate(told)["result"]
        return frozenset(name for key, name in self._ids if result[key])


def _node(name: str, expressions: list[dict[str, str]], *, passes: bool) -> dict[str, Any]:
    return {"id": name, "type": "expressionNode", "content": {"expressions": expressions, "passThrough": passes}}


def _expression(key: str, written: str) -> dict[str, str]:
    return {"id": key, "key": key, "value": written}


def _write(form: Form, own: str) -> str:
    """Write a form; `own` stands before what the same node has found."""
    match form:
        case OneOf(key=key, options=(option,)):
            return f"{key} == {_constant(option)}"
        case OneOf(key=key, options=options):
            return f"{key} in [{', '.join(map(_constant, options))}]"
        case Number(key=key, operator=sign, limit=limit):
            return f"({key} != null and {key} {sign.value} {limit})"
        case Has(key=key, options=options):
            return f"({key} != null and some({key}, # in [{', '.join(map(_constant, options))}]))"
        case Given(key=key):
            return f"{key} != null"
        case Medicine(names=names, stopped=stopped, details=details, sure=sure):
            asked = [f"#.name in [{', '.join(map(_constant, names))}]", f"#.stopped == {_constant(stopped)}"]
            for field, sign, limit in details:
                told, holds = f"#.{field} {'!=' if sure else '=='} null", f"#.{field} {sign.value} {limit}"
                asked.append(f"({told} {'and' if sure else 'or'} {holds})")
            return f"(medicines != null and some(medicines, {' and '.join(asked)}))"
        case No(test=test):
            return f"not({_write(test, own)})"
        case Reached(place=place):
            return f"{own}p{place} == true"
        case Several(number=number, parts=parts) if number <= 0 or number > len(parts):
            return _constant(number <= 0)
        case Several(number=number, parts=parts):
            written = [_write(part, own) for part in parts]
            if number in (1, len(parts)):
                return f"({(' or ' if number == 1 else ' and ').join(written)})"
            return f"count([{', '.join(written)}], #) >= {number}"
        case _:
            assert_never(form)


def _constant(value: bool | str) -> str:
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"
