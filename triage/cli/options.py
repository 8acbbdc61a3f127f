"""What the commands share: how an app looks, and the options that several of them take."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from triage.cli.exits import EXIT_CODES

EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code}  {meaning}" for code, meaning in EXIT_CODES.items())


def plain_app(**settings: Any) -> typer.Typer:
    """Give an app whose help and errors are plain text."""
    # Plain help reads the same on a terminal, in a pipe and in ASCII. Pretty exceptions could print somebody's answers.
    return typer.Typer(
        add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG, **settings,
    )  # fmt: skip


Input = Annotated[str, typer.Argument(metavar="FILE", help="The intake as JSON; - reads standard input.")]
Folder = Annotated[
    Path | None, typer.Option("--kb", metavar="FOLDER", help="Another knowledge base than the bundled one.")
]
Day = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], metavar="DATE", help="The day, as 2026-03-12, where the intake does not say. [today]"
    ),
]
Pack = Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help="The knowledge base. [the bundled one]")]
Speak = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="CODE",
        help="The language of every word, such as de; `triage words list` names them. [en-GB]",
    ),
]
