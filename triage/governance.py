"""Who wrote each rule, what changed it since and why, and whose signature still covers what it says.

It is about the content, never content: nothing here can change an assessment.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class State(Enum):
    """Where the review of a rule stands; the first that applies."""

    DUE = "due"
    """The day by which somebody must look at it again has passed."""
    SIGNED = "signed"
    """A signature covers what the rule says now."""
    STALE = "stale"
    """It was signed, and changed since."""
    UNSIGNED = "unsigned"


@dataclass(frozen=True)
class Change:
    """One change of the knowledge base: who made it and why, in a clinician's words."""

    id: str
    on: date
    author: str
    note: str


@dataclass(frozen=True)
class Signature:
    """A reviewer's word for what one rule said on that day; `digest` is that of the rule as it was signed."""

    reviewer: str
    role: str
    on: date
    digest: str


@dataclass(frozen=True)
class Record:
    """
    What is known of a rule beside what it says.

    Args:
        file: the file it stands in, such as `rules/danger.yaml`.
        digest: of what it says now, down to the findings (`loader/governance.py` says of what exactly).
        changes: those that name it, oldest first; the first wrote it. Never empty.
        signatures: in the order they were given.
    """

    file: str
    digest: str
    changes: tuple[Change, ...]
    signatures: tuple[Signature, ...]

    @property
    def latest(self) -> Signature | None:
        """The last signature that covers what the rule says now; where none does, the last."""
        covering = [one for one in self.signatures if one.digest == self.digest]
        return (covering or self.signatures or (None,))[-1]

    @property
    def signed(self) -> bool:
        """Whether a signature covers what it says now."""
        return self.latest is not None and self.latest.digest == self.digest

    @property
    def stale(self) -> bool:
        """Whether it was signed, and no signature covers what it says now."""
        return self.latest is not None and not self.signed

    def state(self, review_by: date, on: date) -> State:
        """Say where its review stands on a day; `review_by` is the rule's date, or the knowledge base's."""
        if review_by < on:
            return State.DUE
        return State.SIGNED if self.signed else State.STALE if self.stale else State.UNSIGNED
