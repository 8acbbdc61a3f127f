"""The commands that look after the languages: which there are, how far they are, and their files brought up to date."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from triage.cli.exits import FAULTS, exit_codes
from triage.cli.files import folder_of, write_file
from triage.cli.options import EPILOG, plain_app
from triage.cli.terminal import say
from triage.collecting import State, Wanted, content, phrases, state, updated
from triage.language import PSEUDO, SOURCE, languages
from triage.resources import data_folder

SHOWN = 10
"""So many missing texts of a file are named."""

app = plain_app()

Pack = Annotated[
    Path | None, typer.Option("--kb", metavar="FOLDER", help="Another knowledge base than the bundled one.")
]
Code = Annotated[str, typer.Argument(metavar="CODE", help="The language, such as de.")]


@app.command("list", epilog=EPILOG)
@exit_codes()
def list_(kb: Pack = None) -> None:
    """
    List the languages, and how much of each is translated.

    \b
    Example:
      triage words list
    """
    folder = folder_of(kb) or data_folder("knowledge_base")
    found = sorted({*languages(), *(path.stem for path in (folder / "locale").glob("*.po"))} - {SOURCE, *PSEUDO})
    wanted = _wanted(folder)
    rows = [f"  {SOURCE:<8}as written"]
    for code in found:
        states = [state(path, texts) for path, texts in _files(code, folder, wanted)]
        said = ", ".join(f"{one.translated:,} of {one.wanted:,} {_what(one.path)}" for one in states)
        rows.append(f"  {code:<8}{said}")
    rows += [f"  {code:<8}made from English by rule, to test layouts" for code in PSEUDO]
    say("\n".join(rows))


@app.command(epilog=EPILOG)
@exit_codes()
def update(code: Code, kb: Pack = None) -> None:
    """
    Bring the files of a language up to date, or begin a language: translations stay, new texts wait for theirs.

    A text whose English was changed keeps its old translation, marked as fuzzy and not used until somebody looked at it.

    \b
    Example:
      triage words update fr
    """
    folder = folder_of(kb) or data_folder("knowledge_base")
    for path, texts in _files(code, folder, _wanted(folder)):
        path.parent.mkdir(exist_ok=True)
        write_file(path, updated(path, code, texts).encode())
        say(_told(state(path, texts)))


@app.command(epilog=EPILOG)
@exit_codes()
def check(code: Code, kb: Pack = None) -> None:
    """
    Say how far a language is, and name what is missing.

    \b
    Example:
      triage words check de
    """
    folder = folder_of(kb) or data_folder("knowledge_base")
    states = [state(path, texts) for path, texts in _files(code, folder, _wanted(folder))]
    say("\n".join(line for one in states for line in (_told(one), *_missing(one))))
    if not all(one.complete for one in states):
        raise typer.Exit(FAULTS)


def _wanted(folder: Path) -> tuple[tuple[Wanted, ...], tuple[Wanted, ...]]:
    from triage.loader.load import load

    return phrases(), content(load(folder))


def _files(
    code: str, folder: Path, wanted: tuple[tuple[Wanted, ...], tuple[Wanted, ...]]
) -> Iterator[tuple[Path, tuple[Wanted, ...]]]:
    """Give the two files of a language, each with what belongs into it."""
    ours, theirs = wanted
    yield data_folder("reports") / "locale" / f"{code}.po", ours
    yield folder / "locale" / f"{code}.po", theirs


def _what(path: Path) -> str:
    return "phrases" if path.parent.parent == data_folder("reports") else "texts of the knowledge base"


def _told(one: State) -> str:
    fuzzy = f", {one.fuzzy:,} of them changed since" if one.fuzzy else ""
    return f"{one.path}: {one.translated:,} of {one.wanted:,} translated; {len(one.missing):,} missing{fuzzy}"


def _missing(one: State) -> Iterator[str]:
    for wanted in one.missing[:SHOWN]:
        where = wanted.under or ", ".join(wanted.places)
        yield f"  {where}: {wanted.text}"
    if len(one.missing) > SHOWN:
        yield f"  and {len(one.missing) - SHOWN:,} more"
