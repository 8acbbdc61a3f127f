"""The engine: an intake in, an assessment and its report out.

`Triage` loads a knowledge base once and is safe to share between threads. Answers become a chart, the rules fire, the verdict reads
what fired, and the assessment says it.
"""

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never, get_args

from triage.assembling import Found, assemble, identify
from triage.assessment import Assessment, ConflictFound
from triage.bounds import Completions
from triage.changing import Changes, changes
from triage.chart import Chart, Value
from triage.charting import chart_of
from triage.conflicts import readings
from triage.errors import EngineDisagreement, UnknownNameError, quoted, suggestion
from triage.explaining import Explanation, explain
from triage.findings import Answerer
from triage.firing import Firing
from triage.intake import Intake, as_intake, read_intake
from triage.interpreters.ask import Program
from triage.interpreters.fire import Network
from triage.interpreters.prose import Prose
from triage.interview import Next, next_screen
from triage.knowledge import KnowledgeBase
from triage.language import SOURCE, Language, find_language, speaking
from triage.loader.load import load
from triage.resources import data_folder
from triage.translating import in_language
from triage.verdict import Verdict
from triage.verdict import verdict as reach_verdict

if TYPE_CHECKING:
    from triage.reporting import Document, Format, PageSize

Engine: TypeAlias = Literal["checked", "experta", "compiled"]
"""Which reader decides: both, and they must agree; the forward-chaining one alone; the compiled one alone."""


MOST_READINGS = 32
"""Contradicting answers are read in every combination up to so many; beyond, one question at a time."""


class Triage:
    """
    A triage engine on one knowledge base.

    Args:
        knowledge_base: a folder; the bundled knowledge base when left out.
        engine: `checked` lets experta fire and the compiled reader evaluate, and releases nothing they disagree on;
            `experta` and `compiled` run one alone.
        language: the language that assessments, questions and explanations are worded in, as a BCP 47 code.

    Raises:
        KnowledgeBaseError: the knowledge base does not load.
        UnknownNameError: no such engine, or no such language.
        LanguageError: a catalogue of the language cannot be read.
    """

    def __init__(
        self, knowledge_base: Path | str | None = None, *, engine: Engine = "checked", language: str = SOURCE
    ) -> None:
        if engine not in get_args(Engine):
            raise UnknownNameError(f"engine: no engine {quoted(engine)}{suggestion(engine, get_args(Engine))}")
        self._engine = engine
        self._folder = data_folder("knowledge_base") if knowledge_base is None else Path(knowledge_base)
        self._original = load(self._folder)
        rules = {name: rule.when for name, rule in self._original.rules.items()}
        self._program = Program(self._original.pattern_conditions, rules)
        self._completions = Completions(self._original, self._program)
        self._speak(find_language(language))

    def _speak(self, language: Language) -> None:
        self.language = language
        self.knowledge: KnowledgeBase = in_language(self._original, self._folder, language)
        self._prose = Prose(self.knowledge)

    def in_language(self, language: str) -> "Triage":
        """
        Give an engine on the same knowledge base that speaks another language; it shares everything that decides.

        Raises:
            UnknownNameError: no such language, or the knowledge base has no words in it.
            LanguageError: a catalogue of the language cannot be read.
        """
        other = copy(self)
        other._speak(find_language(language))
        return other

    @cached_property
    def _network(self) -> Network:
        rules = {name: rule.when for name, rule in self.knowledge.rules.items()}
        return Network(self.knowledge.pattern_conditions, rules)

    def assess(
        self,
        intake: Mapping[str, object],
        *,
        on: date | None = None,
        strict: bool = False,
        scope: Collection[Answerer] = (Answerer.PERSON,),
    ) -> Assessment:
        """
        Assess one person.

        Args:
            intake: finding ids to answers, and the keys `on`, `patient`, `referral`, `medicines_complete`. A quantity is a
                text with its unit (`"3.1 mmol/L"`) or a mapping with `value`, `unit` and perhaps `on`; None or `"unknown"` is
                "asked but unknown"; what is left out was not asked.
            on: the day of the intake, where it does not say so itself; today when neither does.
            strict: raise when a value cannot be used, instead of listing it.
            scope: who can still be asked; the urgency range follows it.

        Returns:
            The same assessment, byte for byte, for the same knowledge base, intake and day.

        Raises:
            UnknownFindingError: the intake names a finding that does not exist.
            UnknownNameError: the scope names nobody, or somebody who does not exist.
            IntakeError: the intake is no mapping, or (strict) holds faults.
            EngineDisagreement: the two readers differ; nothing is released.
        """
        return self._assess(intake, self._engine, on, strict, scope)

    def assess_many(
        self,
        intakes: Iterable[Mapping[str, object]],
        *,
        on: date | None = None,
        scope: Collection[Answerer] = (Answerer.PERSON,),
        check_every: int = 100,
    ) -> Iterator[Assessment]:
        """
        Assess many people, one after another, as they come.

        The compiled reader decides; the first and then every `check_every`-th is checked against experta, and says so in its
        `engine`.

        Raises:
            IntakeError: as for `assess`, when the intake comes up.
            EngineDisagreement: the two readers differ on a checked one.
        """
        for number, intake in enumerate(intakes):
            yield self._assess(intake, "checked" if number % check_every == 0 else "compiled", on, False, scope)

    def _assess(
        self,
        intake: Mapping[str, object],
        engine: Engine,
        on: date | None,
        strict: bool,
        scope: Collection[Answerer],
    ) -> Assessment:
        who = _who(scope)
        with speaking(self.language):
            read = read_intake(self.knowledge, intake, on=on or date.today(), strict=strict)
            decided = self._decide(read, engine)
            found = Found(
                intake=read, chart=decided.chart, firing=decided.firing, verdict=decided.verdict, conflicts=decided.conflicts,
                completions=self._completions, scope=who, as_of=read.moment, engine=engine, engine_version=_version(),
            )  # fmt: skip
            return assemble(self.knowledge, self._prose, found, identify(self.knowledge, intake, read.moment))

    def report(
        self,
        assessment: Assessment,
        *,
        format: "Format" = "html",
        document: "Document" = "report",
        page_size: "PageSize" = "A4",
        templates: Path | None = None,
        intake: Mapping[str, object] | None = None,
    ) -> str | bytes:
        """
        Render a report of an assessment; see `triage.reporting.render`.

        Args:
            intake: what was assessed. A PDF carries the assessment and, where it is given, the intake: with both,
                `triage.verifying.verify` runs the case again.

        Raises:
            UnknownNameError: no such format, document or page size.
            MissingExtraError: `pdf` without its packages.
            ReportError: a template does not render.
        """
        # Only now: a host that prints nothing need not load the templates.
        from triage.json_writing import write_json
        from triage.reporting import render

        given = None if intake is None else write_json(intake)
        return render(
            assessment, format=format, document=document, page_size=page_size, templates=templates, intake=given
        )

    def explain(self, intake: Mapping[str, object], name: str, *, on: date | None = None) -> Explanation:
        """
        Explain a rule, a cause, a pattern or an advice item for one person: why, or why not, test by test.

        Args:
            intake: as for `assess`.
            name: the id of a rule, a row of rules (`SP-17`), a cause, a pattern or an advice item.

        Raises:
            UnknownNameError: the knowledge base has nothing of that name.
            IntakeError: as for `assess`.
        """
        with speaking(self.language):
            decided = self._decide(read_intake(self.knowledge, intake, on=on or date.today()), self._engine)
            return explain(self.knowledge, self._prose, decided.chart, decided.verdict.urgency, name)

    def what_would_change(self, intake: Mapping[str, object], *, on: date | None = None) -> Changes:
        """
        Give every single answer that would raise or lower the urgency, the fewest that do so together where no single one does, and how
        far each result is from the next band.

        It tries some hundred answers with the compiled reader, and more for what only several do: about a second, at times ten.

        Raises:
            IntakeError: as for `assess`.
        """
        with speaking(self.language):
            decided = self._decide(read_intake(self.knowledge, intake, on=on or date.today()), self._engine)
            return changes(self.knowledge, self._prose, self._program, decided.answers)

    def next_question(
        self,
        intake: Mapping[str, object],
        *,
        on: date | None = None,
        scope: Collection[Answerer] = (Answerer.PERSON,),
    ) -> Next:
        """
        Give the next screen of an interview, or the certificate that nothing needs to be asked any more.

        Args:
            intake: as for `assess`; it alone determines the question.
            scope: who can be asked.

        Raises:
            IntakeError: as for `assess`.
        """
        who = _who(scope)
        with speaking(self.language):
            decided = self._decide(read_intake(self.knowledge, intake, on=on or date.today()), self._engine)
            verdict = decided.verdict
            rest_on = verdict.rules if verdict.because_not_known else ()
            behind = decided.firing.unanswered(self.knowledge, decided.chart, rest_on)
            return next_screen(self.knowledge, self._completions, decided.chart, verdict, behind, who)

    def _decide(self, read: Intake, engine: Engine) -> "_Decided":
        """
        Fire and judge.

        Where answers contradict each other, every reading of them is judged and the most urgent is kept: a dangerous answer
        may complete the red-flag screen, which leaving it open would not.
        """
        judged = [
            self._judge({**answers, **dict(zip(read.doubted, values, strict=True))}, engine, conflicts)
            for values in _choices(read)
            for answers, conflicts in readings(self.knowledge, read.answers)
        ]
        return max(judged, key=lambda decided: decided.verdict.urgency.rank)  # of equals the first

    def _judge(
        self, answers: Mapping[str, Value | None], engine: Engine, conflicts: tuple[ConflictFound, ...]
    ) -> "_Decided":
        chart = chart_of(self.knowledge, answers)
        match engine:
            case "experta":
                firing = self._network.fire(chart)
            case "compiled":
                firing = self._program.fire(chart)
            case "checked":
                firing = self._checked(chart, answers)
            case _:
                assert_never(engine)
        return _Decided(answers, chart, firing, reach_verdict(self.knowledge, chart, firing.rules), conflicts)

    def _checked(self, chart: Chart, answers: Mapping[str, Value | None]) -> Firing:
        firing = self._network.fire(chart)
        evaluated = set(self._program.read(chart).true_rules())
        if evaluated != set(firing.rules):
            rules = tuple(sorted(evaluated ^ set(firing.rules)))
            both = (reach_verdict(self.knowledge, chart, fired).urgency for fired in (evaluated, set(firing.rules)))
            at_least = max(both, key=lambda level: level.rank).value
            case = {"content_hash": self.knowledge.content_hash, "intake": as_intake(self.knowledge, answers)}
            raise EngineDisagreement(rules, at_least, case)
        return firing


@dataclass(frozen=True)
class _Decided:
    """One reading of an intake, judged."""

    answers: Mapping[str, Value | None]
    chart: Chart
    firing: Firing
    verdict: Verdict
    conflicts: tuple[ConflictFound, ...]


def _who(scope: Collection[Answerer] | Collection[str]) -> tuple[Answerer, ...]:
    """Read who can still be asked; words will do. Nobody at all would settle everything."""
    known = [answerer.value for answerer in Answerer]
    named = [scope] if isinstance(scope, str) else [one.value if isinstance(one, Answerer) else one for one in scope]
    for name in named:
        if name not in known:
            raise UnknownNameError(
                f"scope: nobody is called {quoted(str(name))}{suggestion(str(name), known)}; use {', '.join(known)}"
            )
    if not named:
        raise UnknownNameError(f"scope: names nobody; use {', '.join(known)}")
    return tuple(answerer for answerer in Answerer if answerer.value in named)


@cache
def _version() -> str:
    from importlib.metadata import version

    return version("cramp-triage")


def _choices(read: Intake) -> list[tuple[Value | None, ...]]:
    """Give every combination of the answers to questions that were answered differently; one at a time when they are many."""
    if math.prod(map(len, read.doubted.values())) <= MOST_READINGS:
        return list(itertools.product(*read.doubted.values()))
    first = tuple(values[0] for values in read.doubted.values())
    return [
        (*first[:place], value, *first[place + 1 :])
        for place, values in enumerate(read.doubted.values())
        for value in values
    ][: MOST_READINGS * 8]
