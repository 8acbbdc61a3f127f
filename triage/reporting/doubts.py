"""What a reader must not overlook: values that could not be used, answers that contradict each other, advice that was held back."""

from collections.abc import Mapping, Sequence

from triage.language import say, say_many
from triage.reporting import words
from triage.reporting.words import Plain
from triage.wording import capital, semicolons, together


def faults(plain: Plain, labels: Mapping[str, str]) -> list[Plain]:
    """Give the input faults, each with the name of what is wrong beside its place in the intake."""
    return [fault | {"label": _named(fault["place"], labels)} for fault in plain["input_faults"]]


def _named(place: str, labels: Mapping[str, str]) -> str:
    """Give `medicines[2].started` as `Medicine 3, started`, `lab_k` as its label, `patient.born` as `Patient, born`."""
    head, _, tail = place.partition(".")
    name, _, number = head.rstrip("]").partition("[")
    if number.isdecimal():
        label = say("Medicine {number}", number=int(number) + 1)
    else:
        label = labels.get(name) or capital(_fields().get(name, name.replace("_", " ")))
    return say("{what}, {part}", what=label, part=_fields().get(tail, tail)) if tail else label


def _fields() -> Mapping[str, str]:
    """Give the fields of an intake as people call them; any other name is the host's."""
    return {
        "patient": say("patient"),
        "referral": say("referral"),
        "medicines": say("medicines"),
        "medicines_complete": say("medicines complete"),
        "on": say("date"),
        "name": say("name"),
        "born": say("born"),
        "sex": say("sex"),
        "number": say("number"),
        "phone": say("phone"),
        "needs": say("needs"),
        "allergies": say("allergies"),
        "sender": say("sender"),
        "referrer": say("referrer"),
        "to": say("recipient"),
        "to_note": say("note"),
        "expectation": say("expectation"),
        "history": say("history"),
        "notes": say("notes"),
        "reference": say("reference"),
        "dose": say("dose"),
        "taken": say("taken"),
        "started": say("started"),
        "stopped": say("stopped"),
        "value": say("value"),
        "unit": say("unit"),
    }


def conflicts(plain: Plain, labels: Mapping[str, str]) -> list[Plain]:
    """Give the contradictions with the findings they are between, by their labels."""
    return [
        conflict | {"between": [labels.get(name, name) for name in conflict["findings"]]}
        for conflict in plain["conflicts"]
    ]


def alerts(plain: Plain, found: Sequence[Plain], against: Sequence[Plain]) -> list[Plain]:
    """
    Give the lines for the first page: how much of the intake to distrust, danger signs and results first.

    `more` says that a line does not tell all of it.
    """
    return [line for line in (_fault_line(plain, found), _conflict_line(against)) if line]


def _fault_line(plain: Plain, found: Sequence[Plain]) -> Plain | None:
    if len(found) == 1:
        (fault,) = found
        text = say(
            "{what}, {problem}; treated as: {reading}",
            what=fault["label"],
            problem=words.unfinished(fault["problem"]),
            reading=words.unfinished(fault["treated_as"]),
        )
        return {"strong": _count(found), "text": words.sentence(words.shorten(text, 240)), "more": False}
    if not found:
        return None
    screen = {item["finding"] for kind in ("unknown", "present", "absent") for item in plain["red_flags"][kind]}
    tests = {answer["finding"] for answer in plain["answers"] if answer["answered_by"] != "person"}
    ordered = sorted(found, key=lambda fault: (fault["place"] not in screen, fault["place"] not in tests))
    names = list(dict.fromkeys(words.lowered(fault["label"]) for fault in ordered))
    return {
        "strong": _count(found),
        "text": f"{together(words.fitting(names, 200))}.",
        "more": True,
    }


def _count(found: Sequence[Plain]) -> str:
    return say_many(
        len(found), "{number} value could not be taken as written", "{number} values could not be taken as written"
    )


def _conflict_line(against: Sequence[Plain]) -> Plain | None:
    if not against:
        return None
    told = [
        say("{note} (kept: {reading})", note=words.unfinished(one["note"]), reading=words.lowered(one["kept"]))
        for one in against
    ]
    shown = words.fitting(told, 300)
    return {
        "strong": say_many(
            len(against), "{number} contradiction between answers", "{number} contradictions between answers"
        ),
        "text": words.sentence(semicolons(shown)),
        "more": len(shown) > len(against) or shown[-1] != told[len(shown) - 1],
    }


def withheld(plain: Plain) -> Plain:
    """
    Give the advice that was held back.

    `rows` holds items with a reason of their own; items with the same reasons share a row. `seen_first` holds those that only
    wait because the person must be seen first, and `why` says so once.
    """
    rows: dict[tuple[object, ...], Plain] = {}
    for item in plain["advice_withheld"]:
        if item["held_by"] == "urgency":
            continue
        row = rows.setdefault(
            (item["held_by"], *item["reasons"], item["replacement"]),
            {
                "titles": [],
                "lead": f"{say('not yet excluded')}: " if item["held_by"] == "unknown" else "",
                "reasons": [words.lowered(reason) for reason in item["reasons"]],
                "not_known": item["held_by"] == "unknown",
                "replacement": item["replacement"],
            },
        )
        row["titles"].append(item["text"] if not row["titles"] else words.lowered(item["text"]))
    waiting = [item["text"] for item in plain["advice_withheld"] if item["held_by"] == "urgency"]
    level = words.lowered(plain["urgency"]["word"])
    return {
        "rows": [row | {"text": together(row["titles"])} for row in rows.values()],
        "seen_first": waiting,
        "why": say("To be seen first (urgency: {level}); self-care can wait", level=level) if waiting else "",
    }
