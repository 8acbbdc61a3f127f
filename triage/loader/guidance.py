"""Reads what follows from a verdict: causes, destinations, urgency words, advice, safety-netting, tests, honest lines, conflicts."""

from collections.abc import Callable
from typing import Any, TypeVar

from triage.conditions import Condition, Urgency
from triage.errors import suggestion
from triage.findings import Kind
from triage.guidance import (
    Advice,
    Cause,
    Caution,
    Conflict,
    Destination,
    Guidance,
    HonestLine,
    Investigation,
    SafetyNet,
    UrgencyWords,
    Withholding,
)
from triage.loader.loading import Loading
from triage.loader.notation import Names, Reader
from triage.loader.source import Block, line_of

Item = TypeVar("Item")

FILES = (
    "causes.yaml", "destinations.yaml", "urgencies.yaml", "investigations.yaml", "advice.yaml", "safety_netting.yaml",
    "honesty.yaml", "conflicts.yaml",
)  # fmt: skip
"""Every file of guidance, in the order it is read."""

BASIS = "sources provenance provenance_note"
ADVICE = f"id title text honesty offer_when fail_safe first_aid warn_unasked withhold caution replacement {BASIS}"


def read_guidance(loading: Loading, written: dict[str, Any], names: Names) -> Guidance:
    """
    Read the guidance.

    Args:
        written: the content of each of `FILES`.
        names: the findings, patterns and medicines its conditions may name.
    """
    reading = _Reading(loading, written, names)
    causes = reading.each("causes.yaml", "cause", "id label plain group", "id label plain group", reading.cause)
    places = reading.each("destinations.yaml", "destination", "id label plain", "id label plain", reading.destination)
    advice = reading.each("advice.yaml", "advice item", ADVICE, "id title text", reading.advice)
    return Guidance(
        causes=causes,
        destinations=places,
        urgencies=reading.urgencies(places),
        investigations=reading.each(
            "investigations.yaml", "investigation", f"id label first second causes when {BASIS}", "id label first",
            lambda file, entry: reading.investigation(file, entry, causes),
        ),
        advice=advice,
        safety_nets=reading.each(
            "safety_netting.yaml", "safety net", "id level with when title points", "id level with title points", reading.net
        ),
        honesty=reading.each(
            "honesty.yaml", "honest line", f"id row topic text advice when {BASIS}", "id topic text",
            lambda file, entry: reading.honest(file, entry, advice),
        ),
        conflicts=reading.each("conflicts.yaml", "conflict", "id when keep note", "id when keep note", reading.conflict),
    )  # fmt: skip


class _Reading:
    """Reads one entry of each kind."""

    def __init__(self, loading: Loading, written: dict[str, Any], names: Names) -> None:
        self._loading = loading
        self._written = written
        self._names = names

    def each(
        self, file: str, what: str, keys: str, needed: str, read: Callable[[str, Block], Item | None]
    ) -> dict[str, Item]:
        """Read every entry of a file by id."""
        found: dict[str, Item] = {}
        for entry in self._loading.entries(file, self._written[file], what, keys, needed):
            item = read(file, entry)
            if self._loading.once(file, entry, found, what) and item is not None:
                found[str(entry["id"])] = item
        return found

    def cause(self, file: str, entry: Block) -> Cause:
        return Cause(str(entry["id"]), *(self._loading.text(file, entry, key) for key in ("label", "plain", "group")))

    def destination(self, file: str, entry: Block) -> Destination:
        return Destination(str(entry["id"]), *(self._loading.text(file, entry, key) for key in ("label", "plain")))

    def urgencies(self, places: dict[str, Destination]) -> dict[Urgency, UrgencyWords]:
        """Read the words of every level; all five are needed."""
        file = "urgencies.yaml"
        texts = ("word", "time", "deadline", "action", "plain_action", "request", "request_about", "destination")
        found: dict[Urgency, UrgencyWords] = {}
        needed = "id word time action plain_action request request_about destination"
        for entry in self._loading.entries(file, self._written[file], "level", " ".join(("id", *texts)), needed):
            level = self._loading.choice(file, entry, "id", Urgency, Urgency.ROUTINE)
            words = UrgencyWords(level, *(self._loading.text(file, entry, key) for key in texts))
            if words.destination not in places and not self._loading.is_lost("destinations.yaml"):
                message = f"level `{level.value}`: unknown destination `{words.destination}`"
                where = line_of(entry["destination"], entry.line)
                self._loading.fault(file, where, message + suggestion(words.destination, places))
            if self._loading.once(file, entry, [one.value for one in found], "level"):
                found[level] = words
        for level in Urgency:
            if level not in found and file not in self._loading.unreadable:
                self._loading.fault(file, 1, f"level `{level.value}` is missing; add it")
        return {level: found[level] for level in Urgency if level in found}

    def investigation(self, file: str, entry: Block, causes: dict[str, Cause]) -> Investigation:
        when = self._condition(file, entry, "when")
        named = self._loading.names(file, entry, "causes", "cause", causes)
        if "when" not in entry and not named:
            self._loading.fault(file, entry.line, f"`{entry['id']}`: says for what it is; name `causes` or give `when`")
        label, first, second = (self._loading.text(file, entry, key) for key in ("label", "first", "second"))
        return Investigation(str(entry["id"]), label, first, second, named, when, self._loading.basis(file, entry))

    def advice(self, file: str, entry: Block) -> Advice:
        return Advice(
            id=str(entry["id"]),
            title=self._loading.text(file, entry, "title"),
            text=self._loading.text(file, entry, "text"),
            honesty=self._loading.text(file, entry, "honesty"),
            offer_when=self._condition(file, entry, "offer_when"),
            fail_safe=self._loading.flag(file, entry, "fail_safe", False),
            first_aid=self._loading.flag(file, entry, "first_aid", False),
            warn_unasked=self._loading.flag(file, entry, "warn_unasked", True),
            withhold=tuple(
                Withholding(when, text)
                for when, text in self._lines(file, entry, "withhold", "reason")
                if when is not None
            ),
            cautions=tuple(Caution(text, when) for when, text in self._lines(file, entry, "caution", "text")),
            replacement=self._loading.text(file, entry, "replacement"),
            basis=self._loading.basis(file, entry),
        )

    def net(self, file: str, entry: Block) -> SafetyNet:
        level = self._loading.choice(file, entry, "level", Urgency, Urgency.EMERGENCY)
        levels = {one.value: one for one in Urgency}
        printed = self._loading.names(file, entry, "with", "urgency", levels)
        return SafetyNet(
            str(entry["id"]), level, frozenset(levels[name] for name in printed if name in levels),
            self._loading.text(file, entry, "title"), self._loading.names(file, entry, "points", "point"),
            self._condition(file, entry, "when"),
        )  # fmt: skip

    def honest(self, file: str, entry: Block, advice: dict[str, Advice]) -> HonestLine:
        when = self._condition(file, entry, "when")
        named = self._loading.names(file, entry, "advice", "advice item", advice)
        if "when" not in entry and not named:
            self._loading.fault(file, entry.line, f"`{entry['id']}`: would never be printed; give `when` or `advice`")
        row, topic, text = (self._loading.text(file, entry, key) for key in ("row", "topic", "text"))
        return HonestLine(str(entry["id"]), row, topic, text, named, when, self._loading.basis(file, entry))

    def conflict(self, file: str, entry: Block) -> Conflict | None:
        when, keep = self._condition(file, entry, "when"), self._loading.text(file, entry, "keep")
        finding = self._names.findings.get(keep)
        if (finding is None and not self._names.partial) or (finding is not None and finding.kind is not Kind.BOOLEAN):
            message = f"`{entry['id']}`: keep `{keep}` is no yes-or-no finding" + suggestion(keep, self._names.findings)
            self._loading.fault(file, line_of(entry["keep"], entry.line), message)
        note = self._loading.text(file, entry, "note")
        return None if when is None else Conflict(str(entry["id"]), when, keep, note)

    def _condition(self, file: str, entry: Block, key: str) -> Condition | None:
        if key not in entry:
            return None
        reader = Reader(file, self._names, self._loading.faults)
        return reader.condition(entry[key], f"`{entry['id']}`: {key}", line_of(entry[key], entry.line))

    def _lines(self, file: str, entry: Block, key: str, said: str) -> list[tuple[Condition | None, str]]:
        """Read a list of lines with a text and a condition; a line without `when` always holds."""
        place = f"`{entry['id']}`: {key}"
        reader = Reader(file, self._names, self._loading.faults)
        found = []
        for written in entry.get(key) or ():
            needed = f"when {said}" if said == "reason" else said
            line = self._loading.block(file, written, place, f"when {said}", needed, entry.line)
            if line is not None:
                when = reader.condition(line["when"], place, line.line) if "when" in line else None
                found.append((when, self._loading.text(file, line, said)))
        return found
