"""Triage of muscle cramps: how urgently, where to, why, and what is still unknown."""

from triage.assessment import Assessment
from triage.conditions import Urgency
from triage.engine import Triage
from triage.errors import (
    EngineDisagreement,
    IntakeError,
    KnowledgeBaseError,
    LanguageError,
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
    "LanguageError",
    "MissingExtraError",
    "ReportError",
    "Triage",
    "TriageError",
    "UnknownFindingError",
    "UnknownNameError",
    "Urgency",
]
