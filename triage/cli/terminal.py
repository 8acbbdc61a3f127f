"""Text for people on a terminal, a pipe or a file, in whatever encoding they have."""

import codecs
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from triage.cli.files import standard_output, write_out
from triage.resources import data_folder

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_WIDEST = 100


def console_for(*, stderr: bool = False) -> "Console":
    """Give a console of bounded width that reads no markup into anybody's text."""
    from rich.console import Console

    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    console.width = min(console.width, _WIDEST)
    return console


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
