"""The result of one run: plain, frozen, versioned, serialisable data (`triage.assessment/1`).

Everything a report or a host needs stands here; nothing has to be looked up in the knowledge base again. Words are the
knowledge base's, patient text is the host's and is escaped wherever it is shown. Lists are sorted by stated keys, so the same
knowledge base and the same intake give the same bytes.
"""

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from triage.conditions import Urgency
from triage.findings import Answerer, Kind
from triage.language import SOURCE
from triage.rules import Certainty, Provenance

HeldBy = Literal["answer", "unknown", "urgency"]
"""What keeps advice back."""

State = Literal["answered", "asked_unknown", "not_asked", "not_applicable"]


_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Plain(BaseModel):
    """Frozen data without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Published(Plain):
    """Data that a host keeps or passes on; `schema` names its form and the version of that form."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: str = Field(alias="schema")

    def to_json(self) -> str:
        """
        Give it as JSON: the same bytes for the same content.

        Characters that could steer a terminal or turn a line around are written as escapes, which read back to the same.
        """
        written = self.model_dump_json(by_alias=True, indent=2)
        return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", written) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read it back; `from_json(a.to_json()) == a`."""
        return cls.model_validate_json(text)


class Patient(Plain):
    """Who this is about, as the host gave it; every field may be empty."""

    name: str = ""
    born: str = ""
    sex: str = ""
    number: str = ""
    phone: str = ""
    needs: str = ""
    allergies: str = ""


class Referral(Plain):
    """Who refers, to whom, and what the host wants printed; every field may be empty."""

    sender: str = ""
    referrer: str = ""
    phone: str = ""
    to: str = ""
    to_note: str = ""
    expectation: str = ""
    history: str = ""
    notes: str = ""
    reference: str = ""


class KnowledgeBaseInfo(Plain):
    """
    Which knowledge base decided: its name, version, content hash and review status.

    `language` is the one this assessment is worded in; `translation` the hash of the catalogue its words are from, empty for English.
    """

    id: str
    title: str
    version: str
    content_hash: str
    review_status: str
    reviewers: tuple[str, ...]
    language: str = SOURCE
    translation: str = ""


class Evidence(Plain):
    """One test that helped a rule to fire: the finding, what was answered, and the test in words."""

    finding: str
    label: str
    answer: str
    test: str
    state: State


class SourceCited(Plain):
    """A publication cited by something in this assessment."""

    id: str
    title: str
    read_as: str
    links: tuple[str, ...]


class Grounds(Plain):
    """What a statement rests on: source ids, provenance marks, and which part each mark belongs to."""

    sources: tuple[str, ...]
    provenance: tuple[Provenance, ...]
    note: str


class FiredRule(Plain):
    """
    A rule that fired.

    `order` counts from 1 in the stable order of the trace (level, gap rules after others, id). `gap` rules fired because
    something is not yet known; an answer may take them back. `action` and `destinations` are empty for a rule that could wait
    when the final urgency cannot.
    """

    order: int
    id: str
    row: str
    title: str
    cause: str
    certainty: Certainty
    urgency: Urgency | None
    gap: bool
    set_aside: bool
    condition: str
    because: str
    evidence: tuple[Evidence, ...]
    patterns: tuple[str, ...]
    action: str
    destinations: tuple[str, ...]
    deadline: str
    grounds: Grounds
    harm: str


class NearRule(Plain):
    """
    A rule above the final urgency that open answers could still fire.

    `needed` are the fewest tests that would have to come out so, in words; `open` the findings behind them.
    """

    id: str
    row: str
    title: str
    urgency: Urgency
    needed: tuple[str, ...]
    open: tuple[str, ...]


class CauseFound(Plain):
    """
    A suspected cause: a hypothesis, not a diagnosis.

    `supporting` are answers that fired its rules, `opposing` answers that kept other rules for it from firing, `missing`
    findings without a usable answer that its other rules would test.
    """

    id: str
    label: str
    plain: str
    group: str
    certainty: Certainty
    urgency: Urgency | None
    gap_only: bool
    set_aside: bool
    rules: tuple[str, ...]
    supporting: tuple[str, ...]
    opposing: tuple[str, ...]
    missing: tuple[str, ...]


class UrgencyFound(Plain):
    """
    The verdict: level, its words, and why.

    `because_not_known` is true when only gap rules reach this level: an answer to one of `open_findings` may take it back.
    `set_aside` are benign rules that fired below a danger.
    """

    level: Urgency
    word: str
    time: str
    deadline: str
    action: str
    plain_action: str
    request: str
    reason: str
    rules: tuple[str, ...]
    because_not_known: bool
    open_findings: tuple[str, ...]
    set_aside: tuple[str, ...]


class UrgencyRange(Plain):
    """
    What open answers can still do: between `established` and `possible`, for the findings that `scope` may still answer.

    `lifts` are open findings that could take part in raising the urgency, most urgent first. `outside` are findings nobody
    in the scope can answer.
    """

    established: Urgency
    possible: Urgency
    settled: bool
    scope: tuple[Answerer, ...]
    sentence: str
    lifts: tuple["OpenQuestion", ...]
    outside: tuple["OpenQuestion", ...]


class OpenQuestion(Plain):
    """A finding without a usable answer, and the highest level a rule that tests it could still reach."""

    finding: str
    label: str
    question: str
    answered_by: Answerer
    state: State
    could_reach: Urgency | None
    rules: tuple[str, ...]


class DestinationFound(Plain):
    """Where to go, for which level; the most urgent first."""

    id: str
    label: str
    plain: str
    urgency: Urgency | None


class FlagFound(Plain):
    """One item of the red-flag screen and how it was answered."""

    finding: str
    label: str
    answer: str
    page: str


class RedFlags(Plain):
    """The red-flag screen in four separate lists; items that do not apply are counted in none of them."""

    present: tuple[FlagFound, ...]
    absent: tuple[FlagFound, ...]
    unknown: tuple[FlagFound, ...]
    not_asked: tuple[FlagFound, ...]
    answered: int
    total: int
    complete: bool


class MedicineFound(Plain):
    """
    One entry of the medicine list as understood, with the classes it counts in and the concern it raises.

    `started` and `stopped` say in words what `started_days` and `stopped_days` count: days before the intake, None where not known.
    Of the concerns, `common` are those that many medicines share and that say least.
    """

    text: str
    ingredients: tuple[str, ...]
    classes: tuple[str, ...]
    dose: str
    taken: str
    started: str
    stopped: str
    current: bool
    recognised: bool
    note: str
    concerns: tuple[str, ...]
    rules: tuple[str, ...]
    common: tuple[str, ...] = ()
    started_days: float | None = None
    stopped_days: float | None = None


class Medicines(Plain):
    """The medicine list: whether one was given, whether it is complete, and each entry."""

    state: State
    complete: bool
    entries: tuple[MedicineFound, ...]


class LaboratoryValue(Plain):
    """
    A result with its band.

    `value` is in the canonical `unit`; `given` is what the laboratory wrote. `low` and `high` are the fall-back reference
    interval, `cuts` the action limits. `raises` is the level that rules resting on this value reach.
    """

    id: str
    label: str
    value: float
    unit: str
    given: str
    low: float | None
    high: float | None
    cuts: tuple[float, ...]
    band: str
    in_range: bool | None
    on: str
    age_days: int | None
    derived: bool
    raises: Urgency | None


class Answer(Plain):
    """
    One finding of the intake and its state; `shown` is the answer in words.

    `chosen` are the ids of the options it names, `yes` is the answer of a yes-or-no question and None for any other.
    """

    finding: str
    label: str
    question: str
    group: str
    kind: Kind
    answered_by: Answerer
    state: State
    shown: str
    chosen: tuple[str, ...] = ()
    group_title: str = ""
    yes: bool | None = None


class PatternFound(Plain):
    """An intermediate conclusion and its truth: true, false or unknown."""

    id: str
    label: str
    truth: Literal["true", "false", "unknown"]
    because: str


class InvestigationFound(Plain):
    """Tests to consider, with the causes that suggest them; never ordered automatically."""

    id: str
    label: str
    first: str
    second: str
    causes: tuple[str, ...]
    grounds: Grounds


class AdviceGiven(Plain):
    """Advice that may be given, with its cautions and the honest line on its evidence."""

    id: str
    text: str
    cautions: tuple[str, ...]
    honesty: str
    grounds: Grounds


class AdviceWithheld(Plain):
    """
    Advice not given, why, and what to say instead.

    Held back by an answer or by something unknown (`reasons` are then not yet excluded), it has reasons; held back by the urgency
    alone, it waits until the person has been seen.
    """

    id: str
    text: str
    held_by: HeldBy
    reasons: tuple[str, ...]
    replacement: str


class SafetyNetGiven(Plain):
    """Points to watch for and when to return."""

    id: str
    level: Urgency | None
    title: str
    points: tuple[str, ...]


class HonestNote(Plain):
    """What the evidence does and does not show on a topic that came up."""

    id: str
    topic: str
    text: str
    grounds: Grounds


class InputFault(Plain):
    """Something wrong with the intake: where, what, how to mend it, and what was done meanwhile."""

    place: str
    problem: str
    mend: str
    treated_as: str


class ConflictFound(Plain):
    """Two answers that contradict each other, and the reading that was kept."""

    id: str
    findings: tuple[str, ...]
    note: str
    kept: str


class Assessment(Published):
    """The result of one run of the engine over one intake."""

    schema_: Literal["triage.assessment/1"] = Field(default="triage.assessment/1", alias="schema")
    id: str
    as_of: str
    engine: str
    engine_version: str
    knowledge_base: KnowledgeBaseInfo
    patient: Patient
    referral: Referral
    urgency: UrgencyFound
    urgency_range: UrgencyRange
    destinations: tuple[DestinationFound, ...]
    causes: tuple[CauseFound, ...]
    red_flags: RedFlags
    fired_rules: tuple[FiredRule, ...]
    near_rules: tuple[NearRule, ...] = ()
    patterns: tuple[PatternFound, ...]
    medicines: Medicines
    laboratory: tuple[LaboratoryValue, ...]
    answers: tuple[Answer, ...]
    open_questions: tuple[OpenQuestion, ...]
    investigations: tuple[InvestigationFound, ...]
    advice_given: tuple[AdviceGiven, ...]
    advice_withheld: tuple[AdviceWithheld, ...]
    safety_netting: tuple[SafetyNetGiven, ...]
    honest_notes: tuple[HonestNote, ...]
    input_faults: tuple[InputFault, ...]
    conflicts: tuple[ConflictFound, ...]
    sources: tuple[SourceCited, ...]
    limits: str
