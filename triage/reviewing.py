"""Which rules somebody answers for: every rule with who wrote, changed and reviewed it, on one day (`triage.review/1`)."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import Field

from triage.assessment import Plain, Published
from triage.governance import State
from triage.knowledge import KnowledgeBase
from triage.rules import Provenance


class Changed(Plain):
    """A change of a rule: when, by whom and why."""

    id: str
    on: date
    author: str
    note: str


class Reviewed(Plain):
    """
    One rule.

    Args:
        digest: of what it says now; a signature covers it while it has this one.
        written: the change that wrote it.
        changed: the last one; the same where there is no other.
        reviewer, role, reviewed_on: of the last signature that covers what it says now; where none does, of the last.
            Empty and None where nobody signed.
        review_by: the day by which somebody must look at it again; its own, or the knowledge base's.
    """

    id: str
    row: str
    title: str
    file: str
    digest: str
    written: Changed
    changed: Changed
    provenance: tuple[Provenance, ...]
    provenance_note: str
    reviewer: str
    role: str
    reviewed_on: date | None
    review_by: date
    state: State


class Review(Published):
    """Where the review of every rule stands on a day; rules are in the order of their files."""

    schema_: Literal["triage.review/1"] = Field(default="triage.review/1", alias="schema")
    on: date
    knowledge_base: str
    version: str
    content_hash: str
    rules: tuple[Reviewed, ...]

    def of(self, state: State) -> list[str]:
        """Give the ids of the rules whose review stands so."""
        return [rule.id for rule in self.rules if rule.state is state]


def review(knowledge: KnowledgeBase, on: date) -> Review:
    """Say where the review of every rule stands on a day."""
    manifest = knowledge.manifest
    return Review(
        on=on,
        knowledge_base=manifest.id,
        version=manifest.version,
        content_hash=knowledge.content_hash,
        rules=tuple(_rules(knowledge, on)),
    )


def _rules(knowledge: KnowledgeBase, on: date) -> Iterator[Reviewed]:
    for name, record in knowledge.records.items():
        rule, signed = knowledge.rules[name], record.latest
        review_by = rule.review_by or knowledge.manifest.review_by
        written, changed = (Changed(**vars(record.changes[at])) for at in (0, -1))
        yield Reviewed(
            id=name, row=rule.row, title=rule.title, file=record.file, digest=record.digest, written=written, changed=changed,
            provenance=rule.basis.marks, provenance_note=rule.basis.note, reviewer=signed.reviewer if signed else "",
            role=signed.role if signed else "", reviewed_on=signed.on if signed else None, review_by=review_by,
            state=record.state(review_by, on),
        )  # fmt: skip
