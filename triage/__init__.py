"""Triage of muscle cramps: how urgently, where to, why, and what is still unknown."""
