"""Text for people on a terminal, a pipe or a file, in whatever encoding they have."""

import codecs
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from triage.cli.files import standard_output, write_out
from triage.resources import data_folder

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_Item = TypeVar("_Item")
_WIDEST = 100


def console_for(*, stderr: bool = False) -> "Console":
    """Give a console of bounded width that reads no markup into anybody's text."""
    from rich.console import Console

    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    console.width = min(console.width, _WIDEST)
    return console


def through(items: Sequence[_Item], what: str) -> Iterator[_Item]:
    """Go through some work and show on the terminal how far it is."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    messages = console_for(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages, transient=True, disable=not messages.is_terminal) as progress:
        yield from progress.track(items, description=what)


def print_parts(console: "Console", parts: "Iterable[RenderableType]") -> None:
    """Print parts of a page to standard output."""
    # Even while it is captured, rich touches standard output.
    with standard_output(), console.capture() as taken:
        for part in parts:
            console.print(part)
    # Tables fill their lines with spaces, which only get in the way of whoever copies them.
    say("\n".join(line.rstrip() for line in taken.get().splitlines()))


def say(text: str) -> None:
    """Write text to standard output in its own encoding, whatever that lacks."""
    write_out((text.rstrip("\n") + "\n").encode(sys.stdout.encoding or "utf-8", _IN_ASCII))


def _in_ascii(problem: UnicodeError) -> tuple[str, int]:
    """Give what comes closest in plain letters; a question mark where nothing does."""
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    text = problem.object[problem.start : problem.end].translate(_PLAIN_SIGNS)
    letters = (unicodedata.normalize("NFKD", one).encode("ascii", "ignore").decode() or "?" for one in text)
    return "".join(letters), problem.end


_PLAIN_SIGNS = str.maketrans({"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "·": "-", "°": "deg"})
_IN_ASCII = "triage.in_ascii"
codecs.register_error(_IN_ASCII, _in_ascii)


@cache
def tokens() -> Mapping[str, Any]:
    """Give the colours and words of the looks."""
    tokens: Mapping[str, Any] = json.loads((data_folder("reports") / "tokens.json").read_text(encoding="utf-8"))
    return tokens
