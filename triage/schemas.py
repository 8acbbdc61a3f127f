"""JSON Schemas for hosts: of the intake that one knowledge base takes, and of everything that comes out."""

from collections.abc import Mapping
from typing import Any

from triage.assessment import Assessment, Patient, Published, Referral
from triage.changing import Changes
from triage.explaining import Explanation
from triage.findings import FindingDefinition, Kind
from triage.intake import MEDICINE_KEYS
from triage.interview import Next
from triage.knowledge import KnowledgeBase
from triage.reviewing import Review
from triage.verifying import Verification

DIALECT = "https://json-schema.org/draft/2020-12/schema"


PUBLISHED: Mapping[str, type[Published]] = {
    "assessment": Assessment, "explanation": Explanation, "changes": Changes, "next": Next, "verification": Verification,
    "review": Review,
}  # fmt: skip
"""What comes out, by the name its schema goes by."""


def published_schema(name: str) -> dict[str, Any]:
    """Give the schema of something in `PUBLISHED`, such as `triage.assessment/1`."""
    model = PUBLISHED[name]
    identifier = model.model_fields["schema_"].default
    return {"$schema": DIALECT, "$id": identifier, **model.model_json_schema(by_alias=True, mode="serialization")}


def intake_schema(knowledge: KnowledgeBase) -> dict[str, Any]:
    """
    Give the schema of an intake for one knowledge base.

    It is as strict as reading is lenient: what it accepts is read without a fault of shape; ranges and units are checked by the
    engine, which says how to mend them.
    """
    texts = {
        name: {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(model.model_fields, _TEXT)}
        for name, model in (("patient", Patient), ("referral", Referral))
    }
    moment = {"type": "string", "description": "Day, or day and time, of the intake: 2026-03-12 or 2026-03-12T14:20."}
    return {
        "$schema": DIALECT,
        "$id": f"{knowledge.manifest.id}.intake/{knowledge.manifest.version}",
        "title": f"Intake: {knowledge.manifest.title}",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "on": moment,
            "medicines_complete": {"type": "boolean", "description": "Whether the list of medicines is complete."},
            **texts,
            **{name: _finding(finding) for name, finding in knowledge.findings.items()},
        },
    }


_TEXT = {"type": "string"}
_UNKNOWN: list[dict[str, Any]] = [{"type": "null"}, {"const": "unknown"}]


def _finding(finding: FindingDefinition) -> dict[str, Any]:
    described = {"title": finding.label, **({"description": finding.question} if finding.question else {})}
    return {**described, "anyOf": [*_answers(finding), *_UNKNOWN]}


def _answers(finding: FindingDefinition) -> list[dict[str, Any]]:
    match finding.kind:
        case Kind.BOOLEAN:
            return [{"type": "boolean"}]
        case Kind.CHOICE:
            return [{"enum": [*(option.id for option in finding.options), *finding.unknown_options]}]
        case Kind.SET:
            chosen = {"enum": [*(option.id for option in finding.options), *finding.unknown_options]}
            return [{"type": "array", "items": chosen, "uniqueItems": True}]
        case Kind.QUANTITY:
            return _quantity(finding)
        case Kind.MEDICINES:
            detailed = {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {key: {} for key in MEDICINE_KEYS} | {"name": _TEXT},
            }
            return [{"type": "array", "items": {"anyOf": [_TEXT, detailed]}}]


def _quantity(finding: FindingDefinition) -> list[dict[str, Any]]:
    units = list(dict.fromkeys(name for unit in finding.units for name in (unit.ucum, *unit.spellings)))
    number = {"type": ["number", "string"]}
    measured: dict[str, Any] = {
        "type": "object",
        "required": ["value"] if finding.bare_number else ["value", "unit"],
        "additionalProperties": False,
        "properties": {"value": number, "unit": {"enum": units}, "on": _TEXT},
    }
    text = {"type": "string", "description": f"A number with its unit: {', '.join(units)}."}
    found: list[dict[str, Any]] = [text, measured]
    if finding.bare_number:
        found.insert(0, {"type": "number"})
    if finding.unit.ucum == "d":
        found.append({"type": "object", "required": ["on"], "additionalProperties": False, "properties": {"on": _TEXT}})
    return found
