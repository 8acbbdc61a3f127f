"""A folder of YAML becomes a checked `KnowledgeBase`, or one error with every fault of every file."""

import hashlib
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from triage.conditions import Urgency, patterns
from triage.errors import KnowledgeBaseError
from triage.guidance import Guidance
from triage.knowledge import KnowledgeBase, Manifest
from triage.loader import checks
from triage.loader.catalogue import read_catalogue
from triage.loader.checks import Places
from triage.loader.findings import read_derived, read_findings
from triage.loader.governance import CHANGES, read_records
from triage.loader.guidance import FILES as GUIDANCE
from triage.loader.guidance import read_guidance
from triage.loader.loading import Loading
from triage.loader.notation import Names, Reader
from triage.loader.source import Block, read_file
from triage.rules import Certainty, Pattern, Rule, ScreenLine, ScreenPage, Source

FILES = ("manifest.yaml", "sources.yaml", "derived.yaml", "patterns.yaml", "medicines.yaml", "screen.yaml")
"""Every file beside the guidance and the folders `findings` and `rules`."""

MANIFEST = "id title version review_status reviewers limits review_by"
PATTERN = "id label row when sources provenance provenance_note harm gap report_only"
RULE = (
    "id row title certainty urgency gap when action sources provenance provenance_note harm cause destinations deadline "
    "review_by"
)


def load(root: Path, *, on: date | None = None) -> KnowledgeBase:
    """
    Load a knowledge base from a folder.

    Args:
        root: the folder.
        on: the day against which review dates are held; left out, a passed review date is no fault.

    Raises:
        KnowledgeBaseError: something in it is wrong; the error lists every fault of every file.
    """
    loading = Loading(root)
    paths = [root / name for name in (*FILES, *GUIDANCE)]
    folders = {name: sorted((root / name).glob("*.yaml")) for name in ("findings", "rules")}
    for path in (*paths, root / CHANGES):
        if not path.is_file():
            loading.fault(path.name, 1, "the file is missing; a knowledge base needs it")
    for name, files in folders.items():
        if not files:
            loading.fault(name, 1, "the folder is missing or holds no .yaml file; a knowledge base needs it")
    if loading.faults:
        raise KnowledgeBaseError(loading.faults)
    everything = sorted((*paths, *folders["findings"], *folders["rules"]))
    written = {path.relative_to(root).as_posix(): read_file(path, root, loading.faults) for path in everything}
    loading.unreadable = {file for file, content in written.items() if content is None} & {
        fault.file for fault in loading.faults
    }
    digest = hashlib.sha256()
    for path in everything:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    _sources(loading, written["sources.yaml"])
    manifest = _manifest(loading, written["manifest.yaml"])
    catalogue = read_catalogue(loading, written["medicines.yaml"])
    in_folder = {
        name: {file: content for file, content in written.items() if file.startswith(f"{name}/")} for name in folders
    }
    raw_patterns, raw_derived = written["patterns.yaml"], written["derived.yaml"]
    findings, names = read_findings(loading, in_folder["findings"], raw_derived, raw_patterns, catalogue)
    derived = read_derived(loading, raw_derived, names)
    found = _patterns(loading, raw_patterns, names)
    guidance = read_guidance(loading, {file: written[file] for file in GUIDANCE}, names)
    rules = _rules(loading, in_folder["rules"], names, guidance)
    screen = _screen(loading, written["screen.yaml"], names)
    places = Places(written)
    checks.circles(loading, found, places)
    # What rests on something that could not be read cannot be judged; everything else still is, so that one look shows all.
    found = checks.sound_patterns(found)
    rules = {name: rule for name, rule in rules.items() if patterns(rule.when) <= found.keys()}
    records = read_records(loading, written, rules, found, derived)
    knowledge = KnowledgeBase(
        manifest, digest.hexdigest(), findings, derived, found, rules, catalogue, loading.sources, screen, guidance,
        records=records,
    )  # fmt: skip
    checks.check(loading, knowledge, places, on)
    if loading.faults:
        raise KnowledgeBaseError(loading.faults)
    return knowledge


def _manifest(loading: Loading, written: Any) -> Manifest:
    file, needed = "manifest.yaml", "id title version review_status limits review_by"
    entry = loading.block(file, written, "manifest", MANIFEST, needed) or Block()
    review_by = loading.day(file, entry, "review_by") or date.max
    identity, title, version, status, limits = (
        loading.text(file, entry, key) for key in ("id", "title", "version", "review_status", "limits")
    )
    reviewers = loading.names(file, entry, "reviewers", "reviewer")
    return Manifest(identity, title, version, status, reviewers, limits, review_by)


def _sources(loading: Loading, written: Any) -> None:
    file = "sources.yaml"
    for entry in loading.entries(file, written, "source", "id title read_as links", "id title read_as"):
        if loading.once(file, entry, loading.sources, "source"):
            title, read_as = (loading.text(file, entry, key) for key in ("title", "read_as"))
            loading.sources[entry["id"]] = Source(
                entry["id"], title, read_as, loading.names(file, entry, "links", "link")
            )


def _patterns(loading: Loading, written: Any, names: Names) -> dict[str, Pattern]:
    file = "patterns.yaml"
    reader = Reader(file, names, loading.faults)
    found: dict[str, Pattern] = {}
    for entry in loading.entries(file, written, "pattern", PATTERN):
        when = reader.condition(entry.get("when"), f"pattern `{entry['id']}`", entry.line)
        basis = loading.basis(file, entry)
        row, harm = (loading.text(file, entry, key) for key in ("row", "harm"))
        label = loading.text(file, entry, "label", str(entry["id"]).replace("_", " "))
        report_only = loading.flag(file, entry, "report_only", False)
        loading.flag(file, entry, "gap", False)
        if loading.once(file, entry, found, "pattern") and when is not None:
            found[entry["id"]] = Pattern(entry["id"], row, when, basis, harm, report_only, label)
    return found


def _rules(loading: Loading, files: dict[str, Any], names: Names, guidance: Guidance) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for file, written in files.items():
        reader = Reader(file, names, loading.faults)
        for entry in loading.entries(file, written, "rule", RULE):
            when = reader.condition(entry.get("when"), f"rule `{entry['id']}`", entry.line)
            urgency = loading.choice(file, entry, "urgency", Urgency, Urgency.ROUTINE) if "urgency" in entry else None
            cause = loading.names(file, entry, "cause", "cause", guidance.causes)
            rule = partial(
                Rule,
                id=entry["id"], row=loading.text(file, entry, "row", entry["id"]), title=loading.text(file, entry, "title"),
                certainty=loading.choice(file, entry, "certainty", Certainty, Certainty.POSSIBLE),
                urgency=urgency, gap=loading.flag(file, entry, "gap", False),
                action=loading.text(file, entry, "action"), basis=loading.basis(file, entry),
                harm=loading.text(file, entry, "harm"), cause=cause[0] if cause else "",
                destinations=loading.names(file, entry, "destinations", "destination", guidance.destinations),
                deadline=loading.text(file, entry, "deadline"), review_by=loading.day(file, entry, "review_by"),
            )  # fmt: skip
            if loading.once(file, entry, found, "rule") and when is not None:
                found[entry["id"]] = rule(when=when)
    return found


def _screen(loading: Loading, written: Any, names: Names) -> tuple[ScreenPage, ...]:
    file = "screen.yaml"
    reader = Reader(file, names, loading.faults)
    pages = []
    for entry in loading.entries(file, written, "page", "id title lines", "id title lines"):
        lines = []
        for written_line in entry["lines"]:
            line = loading.block(
                file, written_line, f"page `{entry['id']}`", "findings only_if", "findings", entry.line
            )
            if line is None:
                continue
            asked = loading.names(file, line, "findings", "finding", names.findings)
            only_if = (
                reader.condition(line["only_if"], f"page `{entry['id']}`", line.line) if "only_if" in line else None
            )
            lines.append(ScreenLine(asked, only_if))
        pages.append(ScreenPage(entry["id"], entry.get("title", ""), tuple(lines)))
    return tuple(pages)
