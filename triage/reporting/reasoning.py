"""Why the engine says so: fired rules, grounds, every answer and what is still open, as the full report prints them."""

from collections.abc import Iterable, Mapping

from triage.reporting.clinical import is_no
from triage.reporting.words import Plain

_STATES = {
    "answered": "asked",
    "asked_unknown": "unsure",
    "not_asked": "not asked",
    "not_applicable": "does not apply",
}
_PROVENANCE = {
    "sourced": "from the source",
    "expert_default": "expert default, to be reviewed by a clinician",
    "inference": "inferred from the source",
    "seed": "taken over from the product's founding text",
}


def rule_groups(plain: Plain, answers: Mapping[str, Plain], labels: Mapping[str, str]) -> list[Plain]:
    """Give the fired rules in three groups: because of the answers, because not yet known, set aside."""
    rules = [_rule(rule, answers, labels) for rule in plain["fired_rules"]]
    standing = [rule for rule in rules if not rule["set_aside"]]
    found: list[Plain] = [
        {
            "title": "Because of the answers",
            "note": "No later answer takes these back.",
            "rules": [rule for rule in standing if not rule["gap"]],
        },
        {
            "title": "Because not yet known",
            "note": "An answer may take these back.",
            "rules": [rule for rule in standing if rule["gap"]],
        },
        {
            "title": "Set aside",
            "note": "A benign pattern was met too, but something more urgent fired.",
            "rules": [rule for rule in rules if rule["set_aside"]],
        },
    ]
    return [group for group in found if group["rules"]]


def _rule(rule: Plain, answers: Mapping[str, Plain], labels: Mapping[str, str]) -> Plain:
    # A derived quantity or a pattern is no answer of its own.
    evidence = [
        item | {"state_word": _state(answers[item["finding"]]) if item["finding"] in answers else "computed"}
        for item in rule["evidence"]
    ]
    return rule | {
        "evidence": evidence,
        "cause_label": labels.get(rule["cause"], rule["cause"]),
        "pattern_labels": [labels.get(name, name) for name in rule["patterns"]],
        "destination_labels": [labels.get(name, name) for name in rule["destinations"]],
        "grounds": grounds(rule["grounds"], labels),
    }


def grounds(found: Plain, labels: Mapping[str, str]) -> Plain:
    """Give grounds in words: sources as `[S16] title`, provenance marks as phrases."""
    return {
        "sources": [{"id": name, "title": labels.get(name, "")} for name in found["sources"]],
        "marks": [_PROVENANCE[mark] for mark in found["provenance"]],
        "note": found["note"],
    }


def answer_groups(answers: Iterable[Plain]) -> list[Plain]:
    """Give every finding by group; plain noes and findings not asked are gathered by their labels."""
    groups: dict[str, list[Plain]] = {}
    for answer in answers:
        groups.setdefault(answer["group"], []).append(answer | {"state_word": _state(answer)})
    return [
        {
            "title": title[:1].upper() + title[1:].replace("_", " "),
            "rows": [row for row in rows if row["state"] in ("answered", "asked_unknown") and not is_no(row)],
            "denied": [row["label"] for row in rows if is_no(row)],
            "not_asked": [row["label"] for row in rows if row["state"] == "not_asked"],
            "not_applicable": [row["label"] for row in rows if row["state"] == "not_applicable"],
        }
        for title, rows in groups.items()
    ]


def _state(answer: Plain) -> str:
    if answer["state"] == "answered":
        return {"person": "asked", "examination": "examined", "laboratory": "tested"}[answer["answered_by"]]
    return _STATES[answer["state"]]


def open_question(question: Plain) -> Plain:
    """Give one open question with its state in words."""
    return question | {"state_word": _STATES[question["state"]]}
