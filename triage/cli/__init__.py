"""The command line of cramp-triage; `triage.cli:main` is its entry point."""

from triage.cli.commands import app, main
from triage.cli.exits import EXIT_CODES

__all__ = ["EXIT_CODES", "app", "main"]
