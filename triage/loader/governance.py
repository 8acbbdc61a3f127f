"""Reads who wrote, changed and signed each rule, and writes signatures.

Promise: a rule without a change note is a fault, and a signature covers a rule only while it says what was signed: every key as it is
written, with the patterns and derived quantities beneath its condition. What a finding asks and what belongs to a class of medicines
lies outside. Neither file is part of the content hash: both are about the content.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from triage.conditions import Compare, Condition, Known, Missing, PatternHolds, walk
from triage.errors import KnowledgeBaseError, KnowledgeFault, UnknownNameError, suggestion
from triage.findings import DerivedQuantity
from triage.governance import Change, Record, Signature
from triage.loader.loading import Loading
from triage.loader.source import Block, line_of, read, read_file
from triage.rules import Pattern, Rule

CHANGES, REVIEWS = "governance.yaml", "reviews.yaml"
"""The history, which every knowledge base needs, and the signatures, which need not be there."""

_DIGITS = 16
"""So many hexadecimal digits of a SHA-256: enough against chance, short enough to read in a diff."""
_GONE = f"; a rule that is gone is listed under `removed` of a change in {CHANGES}"


class _Rules:
    """The rules as they are written, whatever else is wrong with them."""

    def __init__(self, written: Mapping[str, Any]) -> None:
        files = {file: content for file, content in written.items() if file.startswith("rules/")}
        self.partial = not all(isinstance(content, list) for content in files.values())
        self.entries: dict[str, Block] = {}
        self.files: dict[str, str] = {}
        for file, content in files.items():
            for name, entry in _by_id(content).items():
                self.entries.setdefault(name, entry)
                self.files.setdefault(name, file)
        self.groups = _groups(
            (name, str(entry.get("row", name)), self.files[name]) for name, entry in self.entries.items()
        )


def _by_id(entries: Any) -> dict[str, Block]:
    """Give the entries of a list that may be anything; of two with one id the first."""
    found: dict[str, Block] = {}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Block) and isinstance(entry.get("id"), str):
            found.setdefault(str(entry["id"]), entry)
    return found


def _groups(rules: Iterable[tuple[str, str, str]]) -> dict[str, list[str]]:
    """Give the rules that a name stands for: an id for its rule alone, a row or a file for all of theirs."""
    ids: dict[str, list[str]] = {}
    several: dict[str, list[str]] = {}
    for name, row, file in rules:
        ids[name] = [name]
        several.setdefault(row, []).append(name)
        several.setdefault(file, []).append(name)
    return several | ids


def read_records(
    loading: Loading,
    written: Mapping[str, Any],
    rules: Mapping[str, Rule],
    found: Mapping[str, Pattern],
    derived: Mapping[str, DerivedQuantity],
) -> dict[str, Record]:
    """
    Read the history and the signatures, and hold them against the rules.

    Args:
        written: the content of every other file, by its name.
        rules: the rules that could be read; their conditions name patterns of `found` alone.
        found: the patterns that rest on no circle.
        derived: the derived quantities.
    """
    known = _Rules(written)
    path = loading.root / REVIEWS
    changes, removed = _changes(loading, read_file(loading.root / CHANGES, loading.root, loading.faults), known)
    signed = read_file(path, loading.root, loading.faults) if path.is_file() else None
    signatures = _signatures(loading, signed, known, removed)
    digests = _digests(written, known, rules, found, derived)
    return {
        name: Record(known.files[name], digest, tuple(changes.get(name, ())), tuple(signatures.get(name, ())))
        for name, digest in digests.items()
    }


def _changes(loading: Loading, written: Any, known: _Rules) -> tuple[dict[str, list[Change]], set[str]]:
    """
    Read the changes of every rule, and which rules were once there.

    A rule enters the history by its id. A row or a file stands for the rules of it that an earlier change has named, so that a new
    rule in an old file has a note of its own.
    """
    keys, needed = "id on author note rules removed", "id on author note"
    history: dict[str, list[Change]] = {}
    if any(fault.file == CHANGES for fault in loading.faults):
        return history, set()
    entries = loading.entries(CHANGES, written, "change", keys, needed)
    removed = {name for entry in entries for name in loading.names(CHANGES, entry, "removed", "rule")}
    taken: set[str] = set()
    last = date.min
    for entry in entries:
        place = f"change `{entry['id']}`"
        if not loading.once(CHANGES, entry, taken, "change"):
            continue
        taken.add(str(entry["id"]))
        author, note = (_said(loading, CHANGES, entry, key, place) for key in ("author", "note"))
        change = Change(str(entry["id"]), loading.day(CHANGES, entry, "on") or last, author, note)
        if change.on < last:
            message = f"{place}: {change.on} lies before the change above it; the newest stands last"
            loading.fault(CHANGES, line_of(entry["on"], entry.line), message)
        last = max(last, change.on)
        named = loading.names(CHANGES, entry, "rules", "rule")
        gone = loading.names(CHANGES, entry, "removed", "rule")
        if not named and not gone:
            loading.fault(CHANGES, entry.line, f"{place}: names no rule; list them under `rules` or `removed`")
        meant: dict[str, None] = {}
        for name in named:
            if name in known.entries or name in removed:
                meant[name] = None
            elif name in known.groups:
                meant |= dict.fromkeys(one for one in known.groups[name] if one in history)
            elif not known.partial:
                mend = suggestion(name, known.groups) or _GONE
                message = f"{place}: unknown rule, row or file `{name}`{mend}"
                loading.fault(CHANGES, _line(entry, "rules", name), message)
        for name in meant:
            history.setdefault(name, []).append(change)
        for name in gone:
            if history.pop(name, None) is None:
                message = f"{place}: removed rule `{name}` was not there before; correct its name, or name it in an earlier change"
                loading.fault(CHANGES, _line(entry, "removed", name), message)
    # A fault of the history may be the reason why a rule is missing from it.
    if not any(fault.file == CHANGES for fault in loading.faults):
        for name, entry in known.entries.items():
            if name not in history:
                message = f"rule `{name}`: nothing says who wrote it and why; name it by its id in a change at the end of {CHANGES}"
                loading.fault(known.files[name], entry.line, message)
    return history, removed


def _signatures(loading: Loading, written: Any, known: _Rules, removed: set[str]) -> dict[str, list[Signature]]:
    """Read the signatures of every rule; one of a rule that was removed since is left alone."""
    found: dict[str, list[Signature]] = {}
    if written is None:
        return found
    if not isinstance(written, list):
        loading.fault(REVIEWS, 1, "a list of signatures is expected; `triage kb sign` writes them")
        return found
    for entry in written:
        needed = "reviewer role on rules"
        block = loading.block(REVIEWS, entry, "signature", needed, needed)
        if block is None:
            continue
        reviewer, role = (_said(loading, REVIEWS, block, key, "signature") for key in ("reviewer", "role"))
        on, rules = loading.day(REVIEWS, block, "on"), block["rules"]
        if not isinstance(rules, Block) or not all(isinstance(digest, str) for digest in rules.values()):
            message = "signature: `rules` is no mapping of rules to digests; `triage kb sign` writes it"
            loading.fault(REVIEWS, line_of(rules, block.line), message)
            continue
        for name, digest in rules.items():
            if name in known.entries and on is not None:
                found.setdefault(str(name), []).append(Signature(reviewer, role, on, str(digest)))
            elif name not in known.entries and name not in removed and not known.partial:
                mend = suggestion(name, known.entries) or _GONE
                loading.fault(REVIEWS, line_of(name, block.line), f"signature: unknown rule `{name}`{mend}")
    return found


def _said(loading: Loading, file: str, entry: Block, key: str, place: str) -> str:
    """Read a text that must say something."""
    text = loading.text(file, entry, key).strip()
    if not text and isinstance(entry[key], str):
        loading.fault(file, line_of(entry[key], entry.line), f"{place}: `{key}` is empty; fill it in")
    return text


def _line(entry: Block, key: str, name: str) -> int:
    """Give the line of one of several names."""
    written = entry[key] if isinstance(entry[key], list) else [entry[key]]
    return next((line_of(one, entry.line) for one in written if one == name), entry.line)


def _digests(
    written: Mapping[str, Any],
    known: _Rules,
    rules: Mapping[str, Rule],
    found: Mapping[str, Pattern],
    derived: Mapping[str, DerivedQuantity],
) -> dict[str, str]:
    """Give the digest of every rule: of its keys in any order, and of what lies beneath its condition."""
    below: dict[str, frozenset[str]] = {}
    said: dict[str, str] = {}
    for name, entry in _by_id(written["patterns.yaml"]).items():
        if name in found:
            below[name] = _beneath(found[name].when, derived)
            said[name] = _canonical(entry.get("when"))
    for name, entry in _by_id(written["derived.yaml"]).items():
        if name in derived:
            conditions = [one.condition for one in derived[name].count]
            conditions += [one.valid_when for one in derived[name].sources if one.valid_when is not None]
            below[name] = frozenset().union(*(_beneath(one, derived) for one in conditions))
            said[name] = _canonical([entry.get("unit"), entry.get("sources"), entry.get("count")])
    digests = {}
    for name, rule in rules.items():
        reached: set[str] = set()
        ahead = set(_beneath(rule.when, derived))
        while ahead:
            one = ahead.pop()
            reached.add(one)
            ahead |= (below[one] & below.keys()) - reached
        parts = [_canonical(known.entries[name]), *(f"{one} {said[one]}" for one in sorted(reached))]
        digests[name] = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_DIGITS]
    return digests


def _beneath(condition: Condition, derived: Mapping[str, DerivedQuantity]) -> frozenset[str]:
    """Give the patterns and derived quantities directly in a condition."""
    found = set()
    for node in walk(condition):
        match node:
            case PatternHolds(pattern=name):
                found.add(name)
            case Compare(quantity=name) | Known(target=name) | Missing(target=name) if name in derived:
                found.add(name)
    return frozenset(found)


_canonical = json.JSONEncoder(sort_keys=True).encode
"""One text for one content, whatever the order of its keys."""


def named_rules(records: Mapping[str, Record], rules: Mapping[str, Rule], wanted: Iterable[str]) -> list[str]:
    """
    Give the rules that some names stand for, in the order of their files.

    Args:
        wanted: ids; rows, where no rule has the row as its id; files such as `rules/danger.yaml`, whatever folders stand before.

    Raises:
        UnknownNameError: there is no such rule, row or file; it names them all.
    """
    groups = _groups((name, rules[name].row, record.file) for name, record in records.items())
    chosen: set[str] = set()
    unknown = []
    for name in wanted:
        # A shell completes a file with the folders before it.
        plain = "/".join(Path(name).parts[-2:]) if name.endswith(".yaml") else name
        if plain in groups:
            chosen |= set(groups[plain])
        else:
            unknown.append(f"unknown rule, row or file `{name}`{suggestion(plain, groups)}")
    if unknown:
        raise UnknownNameError("\n".join(unknown))
    return [name for name in records if name in chosen]


def with_signature(text: str, reviewer: str, role: str, on: date, digests: Mapping[str, str]) -> str:
    """
    Give the text of `reviews.yaml` with one signature more; what stands in it stays as it is, byte for byte.

    Args:
        text: what it holds now; nothing where there is no such file.
        reviewer, role: texts of printable signs.
        digests: the digest of each rule that is signed.

    Raises:
        KnowledgeBaseError: nothing can be put behind what stands there; it is no block list.
    """
    entry = Block(reviewer=reviewer, role=role, on=on.isoformat(), rules=Block(digests))
    lines = [
        f"- reviewer: {_quoted(reviewer)}",
        f"  role: {_quoted(role)}",
        f"  on: {_quoted(entry['on'])}",
        "  rules:",
    ]
    lines += [f"    {_quoted(name)}: {_quoted(digest)}" for name, digest in digests.items()]
    faults: list[KnowledgeFault] = []
    before = read(text, REVIEWS, faults)
    kept = re.sub(r"^\[\s*\][ \t]*$", "", text, flags=re.MULTILINE) if before == [] else text
    whole = kept + ("\n" if kept and not kept.endswith("\n") else "") + "\n".join(lines) + "\n"
    if read(whole, REVIEWS, faults) != [*(before or ()), entry] or faults:
        message = "nothing can be put at its end; write it as a block list, each signature beginning with `- reviewer:`"
        raise KnowledgeBaseError([KnowledgeFault(REVIEWS, 1, message)])
    return whole


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
