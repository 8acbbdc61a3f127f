"""What can be known about a person: the definitions of findings, and their units.

A finding is one thing asked, seen or measured. Its definition is data from the knowledge base; it says who can answer it,
in which units, within which plausible range, and when it applies at all.
"""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from triage.conditions import Condition
from triage.formulas import Formula, rounded


class Kind(Enum):
    """The type of a finding's answer."""

    BOOLEAN = "boolean"
    QUANTITY = "quantity"
    CHOICE = "choice"
    SET = "set"
    MEDICINES = "medicines"


class Answerer(Enum):
    """Who can answer a finding."""

    PERSON = "person"
    EXAMINATION = "examination"
    LABORATORY = "laboratory"


@dataclass(frozen=True)
class Unit:
    """
    One accepted unit of a quantity.

    A value in this unit becomes the canonical one by `(value + offset) * factor`, and comes back by the inverse of the same
    two numbers: a cut point sent there and back is the same cut point.
    """

    ucum: str
    spellings: tuple[str, ...] = ()
    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)

    def to_canonical(self, value: Fraction) -> float:
        """Give the value in the canonical unit, rounded to six decimals."""
        return rounded(float((value + self.offset) * self.factor))

    def from_canonical(self, value: float) -> float:
        """Give a canonical value in this unit (not rounded)."""
        return float(Fraction(str(value)) / self.factor - self.offset)

    @property
    def shown(self) -> str:
        """How the unit is printed for people."""
        return self.spellings[0] if self.spellings else self.ucum


@dataclass(frozen=True)
class Bands:
    """
    The bands of a quantity: one list of cut points, each opening the band above it, so that no gap can be written.

    Args:
        first: the word of the band below the first cut point.
        cuts: ascending cut points in the canonical unit, each with the word of the band it opens.
        normal: the word that counts as in range; empty where no band does.
    """

    first: str
    cuts: tuple[tuple[float, str], ...]
    normal: str

    def word(self, value: float) -> str:
        """Give the band a canonical value lies in."""
        return next((word for limit, word in reversed(self.cuts) if value >= limit), self.first)


@dataclass(frozen=True)
class ReferenceInterval:
    """A printed fall-back interval in the canonical unit, both ends included; `sex` is empty where it holds for all."""

    low: float | None
    high: float | None
    sex: str = ""


@dataclass(frozen=True)
class Trap:
    """
    Numbers that are suspicious in a unit: from `above` up to `below`, they are usual values of the unit `likely`.

    `keep`: such a value is possible and dangerous, so it is kept and only noted; otherwise it is not used.
    """

    unit: str
    above: float
    below: float
    likely: str
    keep: bool


@dataclass(frozen=True)
class Option:
    """One option of a choice or set."""

    id: str
    label: str


@dataclass(frozen=True)
class FindingDefinition:
    """
    One thing asked, seen or measured.

    Args:
        id: its name in intakes and rules.
        kind: the type of its answer.
        label: the clinician's term.
        question: the patient's question; empty where only a clinician or a laboratory can answer.
        answered_by: who can answer it.
        units: accepted units of a quantity; the first is canonical.
        low, high: plausible range in the canonical unit; outside it the value is a typing error.
        bare_number: a number without a unit is taken to be in the canonical unit (never for laboratory analytes).
        options: the options of a choice or set.
        unknown_options: options that mean "asked but unknown" ("not done", "unsure").
        only_if: the condition under which a follow-up applies; None for a finding without a parent.
        danger: the more dangerous answer of a boolean, kept when two answers contradict each other.
        bands, intervals: how a value is called, and the intervals printed beside it.
        traps: numbers that are suspicious in a unit.
        dated_by: the finding that holds the age in days of this result.
        fixed: an answer that will not change (age, a known condition).
    """

    id: str
    kind: Kind
    label: str
    question: str
    answered_by: Answerer
    group: str
    units: tuple[Unit, ...] = ()
    low: float | None = None
    high: float | None = None
    bare_number: bool = True
    options: tuple[Option, ...] = ()
    unknown_options: tuple[str, ...] = ()
    only_if: Condition | None = None
    danger: bool = True
    report_only: bool = False
    bands: Bands | None = None
    intervals: tuple[ReferenceInterval, ...] = ()
    traps: tuple[Trap, ...] = ()
    dated_by: str = ""
    fixed: bool = False

    @property
    def unit(self) -> Unit:
        """The canonical unit of a quantity."""
        return self.units[0]


@dataclass(frozen=True)
class FormulaSource:
    """One way to get a derived quantity: a formula, and the condition under which it is valid."""

    formula: Formula
    valid_when: Condition | None
    text: str


@dataclass(frozen=True)
class CountItem:
    """One item of a weighted count."""

    condition: Condition
    weight: float


@dataclass(frozen=True)
class DerivedQuantity:
    """
    A quantity computed before any rule.

    Either `sources` (formulas in order; the first one that is valid and known is taken) or `count` (a weighted count over
    tests of findings, an interval while tests are open).
    """

    id: str
    label: str
    unit: Unit
    sources: tuple[FormulaSource, ...] = ()
    count: tuple[CountItem, ...] = ()
    report_only: bool = False
    bands: Bands | None = None
    intervals: tuple[ReferenceInterval, ...] = ()
