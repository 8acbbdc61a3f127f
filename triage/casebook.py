"""The cases of a knowledge base: people with what a good clinician would do, and for every rule somebody who fires it and a near miss.

They stand in `cases/vignettes/` and `cases/rules/` beside the rules, so a clinic that changes a rule sees whom it changes.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError, model_validator

from triage.assessment import Plain
from triage.conditions import Urgency
from triage.engine import Triage
from triage.errors import IntakeError, KnowledgeBaseError, KnowledgeFault
from triage.loader.source import read_intakes
from triage.rules import Certainty

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
    """
    Intakes that fire one rule, fulfil one pattern or are given one advice item, and intakes that nearly do.

    Args:
        urgency, certainty: what the rule concludes, where the case says it.
    """

    rule: str = ""
    pattern: str = ""
    advice: str = ""
    urgency: Urgency | None = None
    certainty: Certainty | None = None
    fires: tuple[Intake, ...] = ()
    near_miss: tuple[Intake, ...] = ()

    @model_validator(mode="after")
    def _of_one(self) -> "RuleCase":
        if sum(map(bool, (self.rule, self.pattern, self.advice))) != 1:
            raise ValueError("name either a `rule`, a `pattern` or an `advice`")
        if (self.urgency or self.certainty) and not self.rule:
            raise ValueError("only a rule has an `urgency` and a `certainty`")
        return self

    @property
    def place(self) -> str:
        """What the case is of, as `rule EL-01`."""
        return next(f"{kind} {name}" for kind in ("rule", "pattern", "advice") if (name := getattr(self, kind)))


_Entry = TypeVar("_Entry", bound=Plain)


def vignettes(folder: Path) -> tuple[Vignette, ...]:
    """
    Read the vignettes of a knowledge base, in the order of the files.

    Raises:
        KnowledgeBaseError: every fault of every file: not readable, of another form, or an id twice.
    """
    faults: list[KnowledgeFault] = []
    found: dict[str, Vignette] = {}
    for file, line, case in _entries(folder, "cases/vignettes/*.yaml", Vignette, faults):
        if case.id in found:
            faults.append(KnowledgeFault(file, line, f"`{case.id}` has a case already; rename or join them"))
        found[case.id] = case
    if faults:
        raise KnowledgeBaseError(faults)
    return tuple(found.values())


def rule_cases(folder: Path) -> tuple[RuleCase, ...]:
    """
    Read the cases of the rules of a knowledge base, in the order of the files; several entries for one rule are joined.

    Raises:
        KnowledgeBaseError: every fault of every file: not readable, of another form, a rule without an intake that fires it or
            without a near miss, or two entries that contradict each other.
    """
    faults: list[KnowledgeFault] = []
    found: dict[str, RuleCase] = {}
    first: dict[str, tuple[str, int]] = {}
    for file, line, case in _entries(folder, "cases/rules/*.yaml", RuleCase, faults):
        place = case.place
        first.setdefault(place, (file, line))
        before = found.get(place, case)
        for what in ("urgency", "certainty"):
            said, other = getattr(before, what), getattr(case, what)
            if said and other and said is not other:
                text = f"{place}: {what} {other.value} here, {said.value} in an entry before; keep the right one"
                faults.append(KnowledgeFault(file, line, text))
        found[place] = case if place not in found else _joined(before, case)
    for place, case in found.items():
        if not case.fires or not case.near_miss:
            faults.append(KnowledgeFault(*first[place], "case: `fires` and `near_miss` each need an intake"))
    if faults:
        raise KnowledgeBaseError(faults)
    return tuple(found.values())


def _joined(one: RuleCase, other: RuleCase) -> RuleCase:
    joined = {
        "urgency": one.urgency or other.urgency, "certainty": one.certainty or other.certainty,
        "fires": one.fires + other.fires, "near_miss": one.near_miss + other.near_miss,
    }  # fmt: skip
    return one.model_copy(update=joined)


SURVIVORS = "cases/survivors.yaml"
"""The changes of the knowledge base that no case can or need notice, each with the reason."""


class Explained(Plain):
    """Changes that no case notices, for one reason."""

    reason: str
    mutants: tuple[str, ...]


def explained(folder: Path) -> dict[str, str]:
    """
    Read why no case notices some changes: the reason by the id of the mutant (`triage/mutating.py`).

    Raises:
        KnowledgeBaseError: the file cannot be read, has another form, or explains a mutant twice.
    """
    faults: list[KnowledgeFault] = []
    found: dict[str, str] = {}
    for file, line, one in _entries(folder, SURVIVORS, Explained, faults):
        twice = [name for name in one.mutants if name in found]
        faults += [KnowledgeFault(file, line, f"`{name}` is explained twice; keep one reason") for name in twice]
        found |= dict.fromkeys(one.mutants, one.reason)
    if faults:
        raise KnowledgeBaseError(faults)
    return found


def _entries(
    folder: Path, pattern: str, kind: type[_Entry], faults: list[KnowledgeFault]
) -> Iterator[tuple[str, int, _Entry]]:
    """Give every entry of some files of a folder that has the right form, with its file and line; note the others."""
    for path in sorted(folder.glob(pattern)):
        file = path.relative_to(folder).as_posix()
        for line, entry in read_intakes(path, folder, faults):
            try:
                yield file, line, kind.model_validate(entry)
            except ValidationError as problem:
                told = (f"{'.'.join(map(str, one['loc'])) or 'case'}: {one['msg']}" for one in problem.errors())
                faults += [KnowledgeFault(file, line, text) for text in told]


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


@dataclass(frozen=True)
class Reached:
    """What one assessment came to, as far as a vignette looks at it: ids of causes, of advice given and of fired rules."""

    urgency: Urgency
    causes: AbstractSet[str]
    advice: AbstractSet[str]
    rules: AbstractSet[str]


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
    reached = Reached(
        urgency=found.urgency.level,
        causes={cause.id for cause in found.causes},
        advice={item.id for item in found.advice_given},
        rules={rule.id for rule in found.fired_rules},
    )
    return compared(vignette, reached)


def compared(vignette: Vignette, reached: Reached) -> Outcome:
    """Hold what was reached against what the vignette expects."""
    expect = vignette.expect
    return Outcome(
        vignette=vignette,
        urgency=reached.urgency,
        causes_missing=_missing(expect.causes, reached.causes),
        given_wrongly=tuple(name for name in expect.advice_withheld if name in reached.advice),
        not_given=_missing(expect.advice_given, reached.advice),
        silent_wrongly=_missing(expect.fires, reached.rules),
        fired_wrongly=tuple(name for name in expect.silent if name in reached.rules),
    )


def _missing(expected: Iterable[str], found: AbstractSet[str]) -> tuple[str, ...]:
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
