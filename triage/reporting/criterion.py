"""Redoing the decision by hand: every input, every test that was met, and the rules that open answers still hold back.

The assessment keeps the tests that made a rule fire, the whole condition in words, and the fewest tests that would fire the nearest
others. Tests that were not needed, the inside of patterns and rules that an answer has ruled out are not in it; the page says so.
"""

from collections.abc import Mapping, Sequence

from triage.language import say
from triage.reporting import words
from triage.reporting.clinical import is_no
from triage.reporting.reasoning import grounds, without_answer
from triage.reporting.words import Plain
from triage.wording import capital


def criterion(plain: Plain, result_rows: Sequence[Plain], labels: Mapping[str, str]) -> Plain:
    """
    Give what a clinician needs to redo the decision.

    Returns:
        `inputs`, everything answered or asked in vain (`label`, `counted`, `given` where it was given otherwise, `known`, `by`,
        `of`, `rules`); `computed`, what the engine worked out (`label`, `value`, `rules`); `denied`, plain noes that no fired
        rule rests on; `rules` with their `tests` (`test`, `answer`, `known`), condition in full, conclusion and grounds;
        `near`, the rules that the fewest answers could still fire (`id`, `title`, `urgency`, `needed`), and `near_left`, how many
        more there are.
    """
    used = _used(plain)
    results = {row["id"]: shown for row, shown in zip(plain["laboratory"], result_rows, strict=True)}
    answers = [answer for answer in plain["answers"] if answer["state"] in ("answered", "asked_unknown")]
    return {
        "inputs": [
            _input(answer, results.get(answer["finding"]), used, plain["as_of"])
            for answer in answers
            if answer["finding"] in used or not is_no(answer)
        ],
        "computed": [
            {"label": shown["label"], "value": shown["value"], "rules": used.get(row["id"], [])}
            for row, shown in zip(plain["laboratory"], result_rows, strict=True)
            if row["derived"]
        ],
        "denied": [answer["label"] for answer in answers if is_no(answer) and answer["finding"] not in used],
        "rules": [_rule(rule, labels) for rule in plain["fired_rules"]],
        "near": _near(plain),
        "near_left": max(0, _waiting(plain) - len(plain["near_rules"])),
    }


def _used(plain: Plain) -> dict[str, list[str]]:
    """Give the rules that rest on each finding, in the order they fired."""
    used: dict[str, list[str]] = {}
    for rule in plain["fired_rules"]:
        for name in dict.fromkeys(item["finding"] for item in rule["evidence"]):
            used.setdefault(name, []).append(rule["id"])
    return used


def _input(answer: Plain, result: Plain | None, used: Mapping[str, Sequence[str]], as_of: str) -> Plain:
    given = result["value"] if result else ""
    return {
        "label": answer["label"],
        "counted": answer["shown"] or say("not known"),
        "given": "" if given == answer["shown"] else given,
        "known": answer["state"] == "answered",
        "by": _by(answer["answered_by"]),
        "of": result["date"] if result else words.day(as_of[:10]),
        "rules": used.get(answer["finding"], []),
    }


def _by(answerer: str) -> str:
    match answerer:
        case "examination":
            return say("an examination")
        case "laboratory":
            return say("a laboratory")
        case _:
            return say("the person")


def _rule(rule: Plain, labels: Mapping[str, str]) -> Plain:
    return {
        "id": rule["id"],
        "row": "" if rule["id"].startswith(rule["row"]) else rule["row"],
        "title": rule["title"],
        "urgency": rule["urgency"],
        "certainty": rule["certainty"],
        "gap": rule["gap"],
        "set_aside": rule["set_aside"],
        "condition": words.unfinished(rule["condition"]),
        "tests": [
            {
                "test": capital(words.unfinished(item["test"])),
                "answer": item["answer"] or without_answer(item["state"]),
                "known": item["state"] in ("answered", "not_applicable"),
            }
            for item in rule["evidence"]
        ],
        "patterns": [labels.get(name, name) for name in rule["patterns"]],
        "cause": labels.get(rule["cause"], ""),
        "action": words.sentence(rule["action"]),
        "deadline": words.unfinished(rule["deadline"]),
        "harm": words.unfinished(rule["harm"]),
        "grounds": grounds(rule["grounds"], labels),
    }


def _near(plain: Plain) -> list[Plain]:
    """Give the rules above the level that open answers could still fire, those that wait for least first."""
    return [
        {
            "id": rule["id"],
            "title": rule["title"],
            "urgency": rule["urgency"],
            "needed": [capital(words.unfinished(test)) for test in rule["needed"]],
        }
        for rule in plain["near_rules"]
    ]


def _waiting(plain: Plain) -> int:
    """Count the rules that open answers could still fire."""
    return len({name for question in plain["open_questions"] for name in question["rules"]})
