"""Triage of muscle cramps: how urgently, where to, why, and what is still unknown."""

from triage.assessment import Assessment
from triage.conditions import Urgency
from triage.engine import Triage
from triage.errors import (
    EngineDisagreement,
    IntakeError,
    KnowledgeBaseError,
    MissingExtraError,
    ReportError,
    TriageError,
    UnknownFindingError,
    UnknownNameError,
)
from triage.explaining import Explanation
from triage.findings import Answerer

__all__ = [
    "Answerer",
    "Assessment",
    "EngineDisagreement",
    "Explanation",
    "IntakeError",
    "KnowledgeBaseError",
    "MissingExtraError",
    "ReportError",
    "Triage",
    "TriageError",
    "UnknownFindingError",
    "UnknownNameError",
    "Urgency",
]
