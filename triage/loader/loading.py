"""One load of a knowledge base: the faults found so far, and the helpers that find them."""

from collections.abc import Container, Iterable
from datetime import date
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from triage.errors import KnowledgeFault, suggestion
from triage.loader.source import Block, line_of
from triage.rules import Basis, Provenance, Source

Choice = TypeVar("Choice", bound=Enum)

_DEFINED_IN = {
    "source": ("sources.yaml",), "cause": ("causes.yaml",), "destination": ("destinations.yaml",),
    "advice item": ("advice.yaml",), "class": ("medicines.yaml",), "finding": ("findings/",),
}  # fmt: skip
"""Where the things are defined that others name."""


def _some(known: Iterable[str]) -> str:
    """Name what there is, where that is short enough to help."""
    names = sorted(known)
    return f"; use {', '.join(names)}" if 0 < len(names) <= 8 else ""


class Loading:
    """One load: the faults found so far, and the helpers that find them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults: list[KnowledgeFault] = []
        self.sources: dict[str, Source] = {}
        self.unreadable: set[str] = set()
        """Files whose notation is broken: what they define is not known, so nothing is said about who names it."""

    def is_lost(self, *files: str) -> bool:
        """Whether one of these files, or a file in one of these folders, could not be read."""
        return any(lost.startswith(file) for lost in self.unreadable for file in files)

    def fault(self, file: str, line: int, message: str) -> None:
        """Note a fault."""
        self.faults.append(KnowledgeFault(file, line, message))

    def entries(self, file: str, written: Any, what: str, keys: str, needed: str = "id") -> list[Block]:
        """Give the mappings of a list that have what they need; note missing and unknown keys."""
        found: list[Block] = []
        if file in self.unreadable:
            return found
        if not isinstance(written, list):
            self.fault(file, 1, f"a list of {what}s is expected; begin each with `- id:`")
            return found
        for entry in written:
            if not isinstance(entry, Block) or not isinstance(entry.get("id"), str):
                self.fault(file, line_of(entry), f"a {what} without `id`; give it one")
            elif self.block(file, entry, f"{what} `{entry['id']}`", keys, needed) is not None:
                found.append(entry)
        return found

    def block(self, file: str, written: Any, place: str, keys: str, needed: str, line: int = 1) -> Block | None:
        """Give a mapping if it has what it needs and nothing else; note what is wrong otherwise."""
        if file in self.unreadable and written is None:
            return None
        if not isinstance(written, Block):
            self.fault(file, line_of(written, line), f"{place}: a mapping with {', '.join(needed.split())} is expected")
            return None
        for key in written:
            if key not in keys.split():
                self.fault(file, line_of(key), f"{place}: unknown key `{key}`" + suggestion(key, keys.split()))
        missing = [key for key in needed.split() if written.get(key) is None]
        for key in missing:
            self.fault(file, written.line, f"{place}: `{key}` is missing; add it")
        return None if missing else written

    def number(self, file: str, written: Any, place: str, line: int) -> Fraction | None:
        """Give an exact number."""
        try:
            return Fraction(str(written))
        except (ValueError, ZeroDivisionError):
            self.fault(file, line_of(written, line), f"{place}: `{written}` is not a number; write it as 2.5")
            return None

    def once(self, file: str, entry: Block, taken: Container[str], what: str) -> bool:
        """Whether an id is new; note it where it is not."""
        if entry["id"] in taken:
            self.fault(file, entry.line, f"{what} `{entry['id']}` is defined twice; rename or remove one")
            return False
        return True

    def choice(self, file: str, entry: Block, key: str, kinds: type[Choice], otherwise: Choice) -> Choice:
        """Read one of an enumeration's words."""
        value = entry.get(key)
        known = [one.value for one in kinds]
        if value not in known:
            self.fault(
                file, line_of(value, entry.line),
                f"`{entry['id']}`: `{key}` is `{value}`; use {', '.join(known)}" + suggestion(str(value), known),
            )  # fmt: skip
            return otherwise
        return kinds(value)

    def basis(self, file: str, entry: Block) -> Basis:
        """Read what an entry rests on; without a source it must say what it rests on instead."""
        sources = self.names(file, entry, "sources", "source", self.sources)
        marks = self.names(file, entry, "provenance", "provenance mark", [one.value for one in Provenance])
        if not sources and not set(marks) & {"expert_default", "inference", "seed"}:
            self.fault(
                file, entry.line, f"`{entry['id']}`: no source; cite one, or mark it `provenance: [expert_default]`"
            )
        known = {one.value: one for one in Provenance}
        return Basis(
            sources, tuple(known[mark] for mark in marks if mark in known), self.text(file, entry, "provenance_note")
        )

    def day(self, file: str, entry: Block, key: str) -> date | None:
        """Read a date; None where it is not given."""
        written = entry.get(key)
        if written is None:
            return None
        try:
            return date.fromisoformat(str(written))
        except ValueError:
            where = line_of(written, entry.line)
            self.fault(
                file, where, f"`{entry.get('id', file)}`: {key} `{written}` is not a date; write it as 2027-03-12"
            )
            return None

    def flag(self, file: str, entry: Block, key: str, otherwise: bool) -> bool:
        """Read a yes or no written as `true` or `false`."""
        written = entry.get(key)
        if written is None:
            return otherwise
        if written not in ("true", "false"):
            where = line_of(written, entry.line)
            self.fault(file, where, f"`{entry.get('id', file)}`: {key} is `{written}`; write true or false")
        return bool(written == "true")

    def text(self, file: str, entry: Block, key: str, otherwise: str = "") -> str:
        """Read a text; a list or mapping in its place is a fault."""
        written = entry.get(key, otherwise)
        if isinstance(written, str):
            return str(written)
        where = line_of(written, entry.line)
        if written is not None:
            self.fault(file, where, f"`{entry.get('id', file)}`: {key} is not a text; put it into quotes")
        return otherwise

    def names(
        self, file: str, entry: Block, key: str, what: str, known: Iterable[str] | None = None
    ) -> tuple[str, ...]:
        """Read a list of ids (one id alone will do); an id that is not among the known ones is a fault."""
        written = entry.get(key)
        if written is None:
            return ()
        if isinstance(written, str):
            written = [written]
        place = f"`{entry.get('id', file)}`"
        if not isinstance(written, list) or not all(isinstance(one, str) for one in written):
            self.fault(file, line_of(written, entry.line), f"{place}: {key} is not a list of ids; write [a, b]")
            return ()
        if known is not None and not self.is_lost(*_DEFINED_IN.get(what, ())):
            for one in written:
                if one not in known:
                    where = line_of(one, entry.line)
                    self.fault(
                        file, where, f"{place}: unknown {what} `{one}`" + (suggestion(one, known) or _some(known))
                    )
        return tuple(str(one) for one in written)
