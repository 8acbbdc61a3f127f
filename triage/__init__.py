"""Triage of muscle cramps: how urgently, why, and what is still unknown."""

from triage.engine import Decision, Reason, Triage

__all__ = ["Decision", "Reason", "Triage"]
