"""The cases of a knowledge base: people with what a good clinician would do, and for every rule somebody who fires it and a near miss.

They stand in `cases/vignettes/` and `cases/rules/` beside the rules, so a clinic that changes a rule sees whom it changes.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError, model_validator

from triage.assessment import Plain
from triage.conditions import Urgency
from triage.engine import Triage
from triage.errors import IntakeError, KnowledgeBaseError, KnowledgeFault
from triage.loader.source import read_intakes

Intake = dict[str, Any]


class Expected(Plain):
    """
    What a vignette expects.

    Args:
        urgency: the level.
        causes: causes that must be named.
        advice_given: advice that must be given.
        advice_withheld: advice that must not be given.
        fires: rules that must fire.
        silent: rules that must not.
    """

    urgency: Urgency
    causes: tuple[str, ...] = ()
    advice_given: tuple[str, ...] = ()
    advice_withheld: tuple[str, ...] = ()
    fires: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


class Vignette(Plain):
    """One person: the story, why it ends as it does, and on which sources."""

    id: str
    title: str
    why: str
    sources: tuple[str, ...]
    intake: Intake
    expect: Expected


class RuleCase(Plain):
    """Intakes that fire one rule (or fulfil one pattern), and intakes that nearly do."""

    rule: str = ""
    pattern: str = ""
    fires: tuple[Intake, ...]
    near_miss: tuple[Intake, ...]

    @model_validator(mode="after")
    def _of_one(self) -> "RuleCase":
        if bool(self.rule) is bool(self.pattern):
            raise ValueError("name either a `rule` or a `pattern`")
        if not self.fires or not self.near_miss:
            raise ValueError("`fires` and `near_miss` each need an intake")
        return self


_Case = TypeVar("_Case", Vignette, RuleCase)


def vignettes(folder: Path) -> tuple[Vignette, ...]:
    """
    Read the vignettes of a knowledge base, in the order of the files.

    Raises:
        KnowledgeBaseError: every fault of every file: not readable, of another form, or an id twice.
    """
    return _read(folder, "cases/vignettes", Vignette, lambda case: case.id)


def rule_cases(folder: Path) -> tuple[RuleCase, ...]:
    """
    Read the cases of the rules of a knowledge base, in the order of the files.

    Raises:
        KnowledgeBaseError: every fault of every file: not readable, of another form, or a rule twice.
    """
    return _read(folder, "cases/rules", RuleCase, lambda case: case.rule or case.pattern)


def _read(folder: Path, inside: str, kind: type[_Case], name_of: Callable[[_Case], str]) -> tuple[_Case, ...]:
    found: dict[str, _Case] = {}
    faults: list[KnowledgeFault] = []
    for path in sorted((folder / inside).glob("*.yaml")):
        file = f"{inside}/{path.name}"
        for line, entry in read_intakes(path, folder, faults):
            try:
                case = kind.model_validate(entry)
            except ValidationError as problem:
                told = (f"{'.'.join(map(str, one['loc'])) or 'case'}: {one['msg']}" for one in problem.errors())
                faults += [KnowledgeFault(file, line, text) for text in told]
                continue
            if name_of(case) in found:
                faults.append(KnowledgeFault(file, line, f"`{name_of(case)}` has a case already; rename or join them"))
            found[name_of(case)] = case
    if faults:
        raise KnowledgeBaseError(faults)
    return tuple(found.values())


class Outcome(Plain):
    """
    What became of one vignette.

    Args:
        urgency: the level that was reached.
        causes_missing: expected causes that were not named.
        given_wrongly: advice that was given and must not be.
        not_given: advice that was not given and must be.
        silent_wrongly: rules that did not fire and must.
        fired_wrongly: rules that fired and must not.
    """

    vignette: Vignette
    urgency: Urgency
    causes_missing: tuple[str, ...]
    given_wrongly: tuple[str, ...]
    not_given: tuple[str, ...]
    silent_wrongly: tuple[str, ...]
    fired_wrongly: tuple[str, ...]

    @property
    def levels_off(self) -> int:
        """By how many levels the urgency is too high; below zero where it is too low, which is under-triage."""
        return self.urgency.rank - self.vignette.expect.urgency.rank

    @property
    def differences(self) -> tuple[str, ...]:
        """What is not as expected, in words; nothing when all is."""
        level = (
            f"urgency {self.urgency.value}, expected {self.vignette.expect.urgency.value}" if self.levels_off else ""
        )
        lists = (
            ("cause not named", self.causes_missing),
            ("advice given that must not be", self.given_wrongly),
            ("advice not given", self.not_given),
            ("rule silent that must fire", self.silent_wrongly),
            ("rule fired that must not", self.fired_wrongly),
        )
        told = (f"{what}: {', '.join(names)}" for what, names in lists if names)
        return tuple(one for one in (level, *told) if one)


def outcome(triage: Triage, vignette: Vignette, *, on: date) -> Outcome:
    """
    Assess one vignette.

    Args:
        on: the day, where its intake names none.

    Raises:
        IntakeError: its intake cannot be read at all.
    """
    try:
        found = triage.assess(vignette.intake, on=on)
    except IntakeError as problem:
        raise IntakeError([f"vignette `{vignette.id}`: {fault}" for fault in problem.problems]) from problem
    expect = vignette.expect
    fired = {rule.id for rule in found.fired_rules}
    given = {item.id for item in found.advice_given}
    return Outcome(
        vignette=vignette,
        urgency=found.urgency.level,
        causes_missing=_missing(expect.causes, {cause.id for cause in found.causes}),
        given_wrongly=tuple(name for name in expect.advice_withheld if name in given),
        not_given=_missing(expect.advice_given, given),
        silent_wrongly=_missing(expect.fires, fired),
        fired_wrongly=tuple(name for name in expect.silent if name in fired),
    )


def _missing(expected: Iterable[str], found: set[str]) -> tuple[str, ...]:
    return tuple(name for name in expected if name not in found)


def unknown_names(triage: Triage, cases: Iterable[Vignette]) -> Iterator[str]:
    """Say which names of vignettes the knowledge base does not have."""
    knowledge = triage.knowledge
    for case in cases:
        for what, names, known in (
            ("source", case.sources, knowledge.sources),
            ("cause", case.expect.causes, knowledge.guidance.causes),
            ("advice item", (*case.expect.advice_given, *case.expect.advice_withheld), knowledge.guidance.advice),
            ("rule", (*case.expect.fires, *case.expect.silent), knowledge.rules),
        ):
            yield from (f"vignette `{case.id}`: no {what} `{name}`" for name in names if name not in known)
