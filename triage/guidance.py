"""What follows from a verdict: causes and destinations by name, tests to consider, advice, safety-netting, honest lines.

All of it is data from the knowledge base; `triage/advising.py` and `triage/assembling/` decide what of it a person gets.
"""

from dataclasses import dataclass

from triage.conditions import Condition, Urgency
from triage.rules import Basis


@dataclass(frozen=True)
class Cause:
    """Something rules may suspect: the clinician's noun phrase, and plain words for the patient."""

    id: str
    label: str
    plain: str
    group: str


@dataclass(frozen=True)
class Destination:
    """Where a person may be sent: as it stands after "To:" in a letter, and in plain words."""

    id: str
    label: str
    plain: str


@dataclass(frozen=True)
class UrgencyWords:
    """
    The words of one urgency level.

    Args:
        time: completes "<destination> ...".
        request: the request line of a letter; `{causes}` stands for the suspected causes.
        request_about: the same where nothing is suspected by name; `{about}` stands for what it is about.
        destination: where to go when no rule says so.
    """

    level: Urgency
    word: str
    time: str
    deadline: str
    action: str
    plain_action: str
    request: str
    request_about: str
    destination: str


@dataclass(frozen=True)
class Investigation:
    """Tests to consider when one of `causes` is suspected or `when` holds; suggested, never ordered."""

    id: str
    label: str
    first: str
    second: str
    causes: tuple[str, ...]
    when: Condition | None
    basis: Basis


@dataclass(frozen=True)
class Withholding:
    """A condition under which advice must not be given, and why, for the clinician."""

    when: Condition
    reason: str


@dataclass(frozen=True)
class Caution:
    """A line printed beside advice; always, or when its condition holds."""

    text: str
    when: Condition | None = None


@dataclass(frozen=True)
class Advice:
    """
    One advice item.

    Args:
        text: what the patient is told.
        honesty: what the evidence does and does not show.
        offer_when: when it is relevant at all; None is always.
        fail_safe: withheld unless every withholding condition is FALSE; else only where one is TRUE.
        first_aid: may be given even when somebody must be seen the same day or at once.
        warn_unasked: listed as withheld even where it is not relevant, when an answer speaks against it: people try it alone.
        replacement: what is said instead.
    """

    id: str
    title: str
    text: str
    honesty: str
    offer_when: Condition | None
    fail_safe: bool
    first_aid: bool
    warn_unasked: bool
    withhold: tuple[Withholding, ...]
    cautions: tuple[Caution, ...]
    replacement: str
    basis: Basis


@dataclass(frozen=True)
class SafetyNet:
    """Points to watch for, how urgent they are, and the final urgencies (and people) they are printed for."""

    id: str
    level: Urgency
    printed_with: frozenset[Urgency]
    title: str
    points: tuple[str, ...]
    when: Condition | None = None


@dataclass(frozen=True)
class HonestLine:
    """What the evidence does and does not show, printed where `advice` was judged or `when` holds."""

    id: str
    row: str
    topic: str
    text: str
    advice: tuple[str, ...]
    when: Condition | None
    basis: Basis


@dataclass(frozen=True)
class Conflict:
    """Answers that contradict each other: `keep` is set to its more dangerous answer."""

    id: str
    when: Condition
    keep: str
    note: str


@dataclass(frozen=True)
class Guidance:
    """Everything of the above, by id, in the order of the files; `urgencies` from most to least urgent."""

    causes: dict[str, Cause]
    destinations: dict[str, Destination]
    urgencies: dict[Urgency, UrgencyWords]
    investigations: dict[str, Investigation]
    advice: dict[str, Advice]
    safety_nets: dict[str, SafetyNet]
    honesty: dict[str, HonestLine]
    conflicts: dict[str, Conflict]
