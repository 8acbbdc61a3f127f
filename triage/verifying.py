"""A report made as PDF is checked: its case is run again on the intake it carries, and compared field by field.

Promise: *identical* is said only where everything comes out as reported: the same knowledge base, the same version, attachments as
the file states them. The pages themselves are not read. A hash without a signature notices accidents and careless edits, nothing else.
"""

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Literal, TypeAlias

from pydantic import Field

from triage.assessment import Assessment, Plain, Published
from triage.engine import Triage
from triage.errors import IntakeError, LanguageError, UnknownNameError
from triage.json_intake import read_assessment, read_json
from triage.language import SOURCE
from triage.reporting.archive import ASSESSMENT, INTAKE, digest, read_back
from triage.reporting.words import read_moment, shorten

Outcome = Literal["identical", "different", "other_version", "not_run"]
"""`other_version`: another knowledge base or another version of the engine, whatever differs besides; `not_run`: see the problems."""

Attachments = Literal["unchanged", "changed", "not_stated"]
"""Whether the attachments are those whose hash the file states."""

MOST_SHOWN = 5
"""So many differences are told in words of each of the fields that matter most; the data holds them all."""

_RUN = ("id", "engine", "engine_version", "knowledge_base")
"""Fields that say how a run was made, not what came out."""
_FIRST = ("urgency", "destinations", "causes", "fired_rules")
_KEYS = ("id", "finding", "text", "place")
"""The fields by which the items of a list are told apart, the first that they have."""
_LONGEST = 80


class Version(Plain):
    """What decided: the knowledge base with its content hash, the version of the engine, and in which words."""

    knowledge_base: str
    knowledge_base_version: str
    content_hash: str
    engine_version: str
    language: str = SOURCE
    translation: str = ""


class Difference(Plain):
    """One field that comes out otherwise: its path, what the report says, what comes out now; empty where there is nothing."""

    field: str
    reported: str
    now: str


class Verification(Published):
    """
    What verifying a report found.

    `stated` is the hash over the attachments that the file states, `found` the one they have. `problems` say why the case could not
    be run again; `notes` what else there is to know.
    """

    schema_: Literal["triage.verification/1"] = Field(default="triage.verification/1", alias="schema")
    outcome: Outcome
    attachments: Attachments
    stated: str
    found: str
    id: str
    as_of: str
    reported: Version | None
    now: Version
    differences: tuple[Difference, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether everything is as it should be."""
        return self.outcome == "identical" and self.attachments == "unchanged"

    def to_text(self) -> str:
        """Give it in words, a line each."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield {
            "identical": "Identical: the case comes out as reported.",
            "different": "Different: the case does not come out as reported.",
            "other_version": "Made with another version: " + ", ".join(self._others()) + ".",
            "not_run": "Not run again.",
        }[self.outcome]
        if self.outcome == "other_version" and not self.differences and not self.problems:
            yield "The case comes out as reported all the same."
        yield from self.problems
        yield {
            "unchanged": "The attachments are as they were attached; this is no signature.",
            "changed": "The attachments were CHANGED after the report was made: they do not have the hash it states.",
            "not_stated": "The file states no hash over its attachments, so they may have been changed.",
        }[self.attachments]
        yield from self.notes
        yield from self._told()
        yield ""
        yield (
            f"  assessment          {self.id} of {self.as_of}" if self.reported else "  assessment          unreadable"
        )
        yield f"  knowledge base      {self.now.knowledge_base} {self.now.knowledge_base_version}"
        yield f"  content hash        {self.now.content_hash}"
        yield f"  hash of attachments {self.found}"

    def _told(self) -> Iterator[str]:
        found: dict[str, list[Difference]] = {}
        for one in self.differences:
            found.setdefault(one.field.split(".")[0], []).append(one)
        shown = set(_FIRST) & found.keys() or found.keys()
        for field in found:
            some = found[field][:MOST_SHOWN] if field in shown else []
            for one in some:
                yield f"  {one.field}: {one.reported or 'nothing'} -> {one.now or 'nothing'}"
            if len(found[field]) > len(some):
                yield f"  {field}: {len(found[field]) - len(some)} {'more ' if some else ''}differences"

    def _others(self) -> Iterator[str]:
        was, now = self.reported, self.now
        if was is not None and was.content_hash != now.content_hash:
            yield f"knowledge base {was.knowledge_base} {was.knowledge_base_version} ({was.content_hash})"
        if was is not None and was.engine_version != now.engine_version:
            yield f"engine {was.engine_version}, here {now.engine_version}"
        if was is not None and was.translation != now.translation:
            yield f"words in {was.language}, changed since"


def verify(content: bytes, triage: Triage) -> Verification:
    """
    Run the case of a report again, and compare.

    Args:
        content: a PDF that `Triage.report` made.
        triage: the engine to run it on; its knowledge base need not be the one that the report was made with.

    Raises:
        ReportError: no PDF, damaged, or it carries no assessment.
        MissingExtraError: pikepdf is not installed.
        EngineDisagreement: as for `Triage.assess`.
    """
    carried = read_back(content)
    found = digest(carried.attachments)
    state: Attachments = "not_stated"
    if carried.stated:
        state = "unchanged" if carried.stated == found else "changed"
    problems: list[str] = []
    reported: Assessment | None = None
    rerun: Assessment | None = None
    try:
        reported = _assessment(carried.attachments[ASSESSMENT])
        triage = _worded_as(reported, triage)
        if INTAKE in carried.attachments:
            rerun = _again(reported, carried.attachments[INTAKE], triage)
        else:
            problems.append(f"{INTAKE}: not in the file; make the report from the intake, not from an assessment alone")
    except IntakeError as problem:
        problems.extend(problem.problems)
    was, now = None if reported is None else _version(reported), _here(triage)
    differences = tuple(_between(reported, rerun)) if reported is not None and rerun is not None else ()
    return Verification(
        outcome=_outcome(was, now, rerun, differences), attachments=state, stated=carried.stated, found=found,
        id=reported.id if reported else "", as_of=reported.as_of if reported else "", reported=was, now=now,
        differences=differences, problems=tuple(problems), notes=tuple(_notes(reported, rerun) if not differences else ()),
    )  # fmt: skip


def _outcome(
    was: Version | None, now: Version, rerun: Assessment | None, differences: tuple[Difference, ...]
) -> Outcome:
    if was is not None and was != now:
        return "other_version"
    if rerun is None:
        return "not_run"
    return "different" if differences else "identical"


def _notes(reported: Assessment | None, rerun: Assessment | None) -> Iterator[str]:
    # The id rests on the intake as it was written: `null` and `"unknown"` are the same answer under another id.
    if reported and rerun and _version(reported) == _version(rerun) and reported.id != rerun.id:
        yield "The intake is not written as the one that was assessed was, so the assessment has another `id`."


def _assessment(written: bytes) -> Assessment:
    """Read the assessment that was attached; of one that does not fit, say where, and repeat nothing that stands there."""
    try:
        given = read_json(written)
    except IntakeError as problem:
        raise IntakeError([line.replace("intake:", f"{ASSESSMENT}:", 1) for line in problem.problems]) from None
    found = read_assessment(given, ASSESSMENT)
    if read_moment(found.as_of) is None:
        raise IntakeError([f"{ASSESSMENT}: as_of: not a day; verify the file as it was made"])
    return found


def _worded_as(reported: Assessment, triage: Triage) -> Triage:
    """Give the engine in the language of the report."""
    language = reported.knowledge_base.language
    try:
        return triage.in_language(language)
    except (UnknownNameError, LanguageError):
        message = f"{ASSESSMENT}: knowledge_base.language: no words in `{language[:20]}` here; add its catalogues"
        raise IntakeError([message]) from None


def _again(reported: Assessment, intake: bytes, triage: Triage) -> Assessment:
    """Assess the attached intake on the day, and for those who could be asked, of the assessment."""
    moment = read_moment(reported.as_of)
    day = None if moment is None else moment.date()
    try:
        return triage.assess(read_json(intake), on=day, scope=reported.urgency_range.scope)
    except IntakeError as problem:
        raise IntakeError([line.replace("intake:", f"{INTAKE}:", 1) for line in problem.problems]) from None
    except UnknownNameError:
        raise IntakeError(
            [f"{ASSESSMENT}: urgency_range.scope: names nobody; verify the file as it was made"]
        ) from None


def _version(assessment: Assessment) -> Version:
    made = assessment.knowledge_base
    return Version(
        knowledge_base=made.id, knowledge_base_version=made.version, content_hash=made.content_hash,
        engine_version=assessment.engine_version, language=made.language, translation=made.translation,
    )  # fmt: skip


def _here(triage: Triage) -> Version:
    manifest = triage.knowledge.manifest
    return Version(
        knowledge_base=manifest.id, knowledge_base_version=manifest.version, content_hash=triage.knowledge.content_hash,
        engine_version=version("cramp-triage"), language=triage.knowledge.language,
        translation=triage.knowledge.translation,
    )  # fmt: skip


def _between(reported: Assessment, now: Assessment) -> Iterator[Difference]:
    """Give what comes out otherwise, what matters most first."""
    was, comes = (one.model_dump(mode="json", by_alias=True) for one in (reported, now))
    for name in (*_FIRST, *(name for name in was if name not in (*_FIRST, *_RUN))):
        yield from _differences(name, _tree(was[name]), _tree(comes[name]))


_Tree: TypeAlias = "Mapping[str, _Tree] | str"


def _tree(value: object) -> _Tree:
    """Give plain data as branches with names and leaves with words; the items of a list go by what tells them apart."""
    if isinstance(value, Mapping):
        return {str(name): _tree(part) for name, part in value.items()}
    if not isinstance(value, list):
        return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    if not all(isinstance(item, Mapping) for item in value):
        return ", ".join(map(str, value))
    found: dict[str, _Tree] = {}
    for item in value:
        name = next((str(item[key]) for key in _KEYS if key in item), "")
        while name in found:
            name += "+"
        found[name] = _tree(item)
    return found


def _differences(path: str, was: _Tree, now: _Tree) -> Iterator[Difference]:
    if isinstance(was, str) or isinstance(now, str):
        # Whether an empty list would have held words or items does not show.
        if (was or now) and was != now:
            yield Difference(field=path, reported=_words(was), now=_words(now))
        return
    for name in dict.fromkeys((*was, *now)):
        yield from _differences(f"{path}.{name}", was.get(name, ""), now.get(name, ""))
    if was.keys() == now.keys() and list(was) != list(now):
        yield Difference(field=path, reported=_words(", ".join(was)), now=_words(", ".join(now)))


def _words(value: _Tree) -> str:
    """Give a leaf in short, of a branch what it is called."""
    if isinstance(value, str):
        return shorten(value, _LONGEST)
    called = value.get("label") or value.get("title")
    return shorten(called, _LONGEST) if isinstance(called, str) else ", ".join(map(str, value))[:_LONGEST]
