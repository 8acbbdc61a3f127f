"""Why the engine says so: fired rules, grounds, patterns, every answer and what is still open, as the full report prints them."""

from collections.abc import Iterable, Mapping, Sequence

from triage.language import say
from triage.reporting import words
from triage.reporting.clinical import is_no
from triage.reporting.words import Plain
from triage.wording import semicolons

_CONDITION = 320
_ASK_FIRST = 8


def without_answer(state: str) -> str:
    """Say why there is no answer."""
    match state:
        case "asked_unknown":
            return say("asked, not known")
        case "not_applicable":
            return say("does not apply")
        case _:
            return say("not asked")


def unanswered(label: str, state: str) -> str:
    """Say that a finding has no answer, in the words in which the assessment gives it as a reason."""
    match state:
        case "asked_unknown":
            return say("{what}: asked, not known", what=label)
        case "not_applicable":
            return say("{what}: does not apply", what=label)
        case _:
            return say("{what}: not asked", what=label)


def _state(state: str) -> str:
    match state:
        case "answered":
            return say("asked")
        case "asked_unknown":
            return say("unsure")
        case "not_applicable":
            return say("does not apply")
        case _:
            return say("not asked")


def rule_groups(plain: Plain, labels: Mapping[str, str]) -> list[Plain]:
    """Give the fired rules in three groups: because of the answers, because not yet known, set aside."""
    rules = [_rule(rule, labels) for rule in plain["fired_rules"]]
    standing = [rule for rule in rules if not rule["set_aside"]]
    found: list[Plain] = [
        {
            "title": say("Because of the answers"),
            "note": say("No later answer takes these back."),
            "rules": [rule for rule in standing if not rule["gap"]],
        },
        {
            "title": say("Because not yet known"),
            "note": say("An answer may take these back."),
            "rules": [rule for rule in standing if rule["gap"]],
        },
        {
            "title": say("Set aside"),
            "note": say("A benign pattern was met too, but something more urgent fired."),
            "rules": [rule for rule in rules if rule["set_aside"]],
        },
    ]
    return [group | {"rules": _gathered(group["rules"])} for group in found if group["rules"]]


def _gathered(rules: Iterable[Plain]) -> list[Plain]:
    """
    Put rules of one row and title behind the most urgent of them.

    Many rows stand for several rules, one per level; when the highest fires the lower ones do too and have little to add.
    """
    rows: dict[tuple[str, str], Plain] = {}
    for rule in rules:
        first = rows.setdefault((rule["row"] or rule["id"], rule["title"]), rule | {"lower": []})
        if first["id"] != rule["id"]:
            first["lower"].append(rule)
    return list(rows.values())


def _rule(rule: Plain, labels: Mapping[str, str]) -> Plain:
    """
    Give one rule, each thing said once: the answers it rests on, what it lacks, and its condition.

    `because` holds the answers in the engine's words, which take a medicine list apart; missing ones are told separately.
    """
    missing = {item["label"]: item["state"] for item in rule["evidence"] if not item["answer"]}
    told = {unanswered(label, state) for label, state in missing.items()}
    because = semicolons(part for part in words.parts(rule["because"]) if part not in told)
    actions = [words.unfinished(text) for text in (labels.get(rule["cause"], ""), rule["action"]) if text]
    return rule | {
        "because": because,
        "not_known": list(missing),
        "condition": words.shorten(rule["condition"], _CONDITION),
        "cut": len(rule["condition"]) > _CONDITION,
        "concludes": ". ".join(actions),
        "destination_labels": [labels.get(name, name.replace("_", " ")) for name in rule["destinations"]],
        "grounds": grounds(rule["grounds"], labels),
    }


def grounds(found: Plain, labels: Mapping[str, str]) -> Plain:
    """Give grounds in words: sources by id and title, and every mark but the ordinary one, that it comes from them."""
    return {
        "sources": [{"id": name, "title": labels.get(name, "")} for name in found["sources"]],
        "marks": [mark for mark in map(_mark, found["provenance"]) if mark],
        "note": found["note"],
    }


def _mark(provenance: str) -> str:
    match provenance:
        case "expert_default":
            return say("expert default")
        case "inference":
            return say("inferred")
        case "seed":
            return say("founding text")
        case _:
            return ""


def cited(source: Plain) -> Plain:
    """Give a source, each web link with the host it leads to."""
    return source | {"links": [{"address": link, "host": _host(link)} for link in source["links"]]}


def _host(link: str) -> str:
    """Give the host of a web address; nothing for any other address."""
    scheme, _, rest = link.partition("://")
    return rest.partition("/")[0].removeprefix("www.") if scheme in ("http", "https") else ""


def pattern_groups(plain: Plain) -> Plain:
    """Give the intermediate patterns: those that hold with their reason, those that do not, and open ones by whether a rule used them."""
    used = {name for rule in plain["fired_rules"] for name in rule["patterns"]}
    by_truth: dict[str, list[Plain]] = {"true": [], "false": [], "unknown": []}
    for pattern in plain["patterns"]:
        by_truth[pattern["truth"]].append(pattern)
    return {
        "holds": by_truth["true"],
        "used": [pattern["label"] for pattern in by_truth["unknown"] if pattern["id"] in used],
        "no": [pattern["label"] for pattern in by_truth["false"]],
        "open": [pattern["label"] for pattern in by_truth["unknown"] if pattern["id"] not in used],
    }


def questions(found: Sequence[Plain]) -> Plain:
    """Give open questions: the first few in full, and how many are left by level, most urgent first."""
    left: dict[str, int] = {}
    for question in found[_ASK_FIRST:]:
        level = question["could_reach"] or ""
        left[level] = left.get(level, 0) + 1
    return {
        "first": [question | {"state_word": _state(question["state"])} for question in found[:_ASK_FIRST]],
        "left": [{"level": level, "count": count} for level, count in left.items()],
    }


def open_flags(plain: Plain) -> list[Plain]:
    """Give the items of the red-flag screen nobody asked about, by the level their answer could reach."""
    return _open(plain["red_flags"]["not_asked"], _reach(plain))


def by_reach(found: Iterable[Plain]) -> list[Plain]:
    """Give open questions by the level they could reach, the names of what is to be examined or tested."""
    levels: dict[str, list[str]] = {}
    for question in found:
        levels.setdefault(question["could_reach"] or "", []).append(question["label"])
    return [{"level": level, "labels": labels} for level, labels in levels.items()]


def answer_groups(plain: Plain) -> list[Plain]:
    """
    Give every finding outside the red-flag screen by group.

    Plain noes are gathered by their labels, and so are findings nobody asked about, by the level their answer could reach.
    """
    reach = _reach(plain)
    screen = {
        item["finding"] for kind in ("present", "absent", "unknown", "not_asked") for item in plain["red_flags"][kind]
    }
    groups: dict[str, list[Plain]] = {}
    for answer in plain["answers"]:
        if answer["finding"] not in screen:
            groups.setdefault(answer["group"], []).append(answer)
    return [
        {
            "title": rows[0]["group_title"] or rows[0]["group"],
            "rows": [
                {"label": row["label"], "shown": row["shown"], "state": row["state"], "how": _how(row)}
                for row in rows
                if row["state"] in ("answered", "asked_unknown") and not is_no(row)
            ],
            "denied": [row["label"] for row in rows if is_no(row)],
            "open": _open([row for row in rows if row["state"] == "not_asked"], reach),
            "not_applicable": [row["label"] for row in rows if row["state"] == "not_applicable"],
        }
        for rows in groups.values()
    ]


def _reach(plain: Plain) -> dict[str, str | None]:
    return {question["finding"]: question["could_reach"] for question in plain["open_questions"]}


def _open(rows: Iterable[Plain], reach: Mapping[str, str | None]) -> list[Plain]:
    by_level: dict[str, list[str]] = {level: [] for level in ("emergency", "same_day", "urgent", "routine", "")}
    for row in rows:
        by_level[reach.get(row["finding"]) or ""].append(row["label"])
    return [{"level": level, "labels": labels} for level, labels in by_level.items() if labels]


def _how(answer: Plain) -> str:
    """Say how an answer came about, where the person did not simply give it."""
    if answer["state"] == "answered":
        return {"person": "", "examination": say("examined"), "laboratory": say("tested")}[answer["answered_by"]]
    return _state(answer["state"])
