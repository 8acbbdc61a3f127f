"""What the person has: story, red flags, history, medicines, results and suspected causes as the letter prints them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from triage.language import figures, say, say_many
from triage.reporting import bars, words
from triage.reporting.words import Plain
from triage.wording import amount, capital, commas, semicolons

# The story is told by these findings; all others go under history, examination or results.
_STORY = (
    ("where", ("cramp_site", "cramp_side")),
    ("since", ("cramp_onset_days", "cramp_trend")),
    ("pattern", ("cramp_timing", "cramp_per_week", "cramp_longest_min", "cramp_wakes", "cramp_pain", "muscle_hard")),
    ("relief", ("stretch_massage_relief", "pain_after_hours", "self_care_weeks", "self_care_helped")),
    ("effect", ("cramp_limits_life",)),
)
_IN_STORY = frozenset(name for _, names in _STORY for name in names)
VITAL_SIGNS = frozenset({"temp_c", "heart_rate", "sys_bp", "dia_bp", "resp_rate", "spo2"})
_ELSEWHERE = frozenset({"age_years", "sex_for_ranges", "muscle_cramps", "medicines"}) | VITAL_SIGNS | _IN_STORY
_NAMES_IN_LETTER = 14
# These say how to read a result; that one of them is missing is no missing test.
_ABOUT_RESULTS = frozenset({
    "lab_date_days", "lab_slow_date_days", "lab_haemolysed", "lab_ck_uln", "lab_creat_base", "lab_creat_base_days", "lab_k_rise_fast",
})  # fmt: skip
_DENIES = frozenset({"no", "none"})
"""Ids of the options that deny what a choice asks about."""
# A finding that the engine computes as well, given as reported: nobody misses it where the computed one is there.
_COMPUTED = {"lab_ca_adj": "ca_adj"}


def understood(answer: Plain) -> Plain:
    """Give an answer with `yes` and `chosen`; an assessment from before these fields says it in English words alone."""
    if answer["state"] != "answered" or answer["yes"] is not None or answer["chosen"]:
        return answer
    word = answer["shown"].lower()
    if answer["kind"] == "boolean":
        return answer | {"yes": {"yes": True, "no": False}.get(word)}
    return answer | {"chosen": [word]} if answer["kind"] == "choice" and word in _DENIES else answer


def said(answer: Plain) -> str:
    """Give an answer as a noun phrase: `Diabetes`, `Fever: no`, `Time since onset: 60 days`."""
    return (
        str(answer["label"]) if answer["yes"] else say("{what}: {found}", what=answer["label"], found=answer["shown"])
    )


def is_no(answer: Plain) -> bool:
    """Say whether a finding was answered no, or with the option that denies it."""
    if answer["state"] != "answered":
        return False
    denied = answer["kind"] == "choice" and not _DENIES.isdisjoint(answer["chosen"])
    return answer["yes"] is False or (denied and answer["finding"] not in _IN_STORY)


def usable(answer: Plain, answered_by: str) -> bool:
    """Say whether a finding was answered, by the person, an examination or a laboratory."""
    return bool(answer["state"] == "answered" and answer["answered_by"] == answered_by)


def vital_signs(answers: Mapping[str, Plain]) -> list[str]:
    """Give the vital signs that were taken, the blood pressure as one."""
    taken = [
        answers[name]
        for name in ("temp_c", "heart_rate", "sys_bp", "dia_bp", "resp_rate", "spo2")
        if name in answers and answers[name]["state"] == "answered"
    ]
    signs = {answer["finding"]: said(answer) for answer in taken}
    if "sys_bp" in signs and "dia_bp" in signs:
        upper = words.first_number(answers["sys_bp"]["shown"])
        if upper is not None:
            systolic, diastolic = figures(words.number(upper)), answers["dia_bp"]["shown"]
            signs["sys_bp"] = say("Blood pressure: {systolic}/{diastolic}", systolic=systolic, diastolic=diastolic)
            del signs["dia_bp"]
    return list(signs.values())


def reported(plain: Plain) -> list[Plain]:
    """Give what the person answered outside the story and the red-flag screen."""
    screen = {item["finding"] for kind in ("present", "absent") for item in plain["red_flags"][kind]}
    return [
        answer
        for answer in plain["answers"]
        if usable(answer, "person") and answer["finding"] not in _ELSEWHERE and answer["finding"] not in screen
    ]


def story(answers: Mapping[str, Plain], as_of: str) -> list[Plain]:
    """Give the presenting problem: where, since, pattern, relief, effect; empty text where nothing was asked."""
    labels = {
        "where": say("Where"),
        "since": say("Since"),
        "pattern": say("Pattern"),
        "relief": say("Relief"),
        "effect": say("Effect"),
    }
    return [{"id": part, "label": labels[part], "text": _told(names, answers, as_of)} for part, names in _STORY]


def _told(names: Iterable[str], answers: Mapping[str, Plain], as_of: str) -> str:
    parts: list[str] = []
    for name in names:
        answer = answers.get(name)
        if answer is None or answer["state"] in ("not_asked", "not_applicable"):
            continue
        if answer["state"] == "asked_unknown":
            parts.append(say("{what}: unsure", what=words.lowered(answer["label"])))
        elif answer["kind"] in ("choice", "set") and name in ("cramp_site", "cramp_side", "cramp_timing"):
            parts.append(answer["shown"])  # "calf", "both", "at night": the words need no label
        elif name == "cramp_onset_days":
            parts.append(_onset(answer["shown"], as_of))
        else:
            parts.append(words.lowered(said(answer)))
    return capital(semicolons(parts))


def _onset(shown: str, as_of: str) -> str:
    days = words.first_number(shown)
    since = words.days_before(as_of, int(days)) if days is not None and days == int(days) else ""
    text = say_many(int(shown), "{number} day", "{number} days") if shown.isdecimal() else shown
    return say("{time} (since {date})", time=text, date=since) if since else text


def flags(plain: Plain) -> Plain:
    """
    Give the red-flag screen as four lists in full, two of them shortened for the letter as well, and the count.

    The count stands there in words (`count`) and as numbers (`answered`, `total`).
    """
    screen, kinds = plain["red_flags"], {answer["finding"]: answer["kind"] for answer in plain["answers"]}
    lists = {
        kind: [item | {"kind": kinds.get(item["finding"], "boolean")} for item in screen[kind]]
        for kind in ("present", "absent", "unknown", "not_asked")
    }
    return {
        "present": [_flag(item) for item in lists["present"]],
        "absent": [_flag(item) for item in lists["absent"]],
        "unknown": [item["label"] for item in screen["unknown"]],
        "not_asked": [item["label"] for item in screen["not_asked"]],
        "absent_short": _by_page(lists, "absent"),
        "not_asked_short": _by_page(lists, "not_asked"),
        "answered": screen["answered"],
        "total": screen["total"],
        "count": say("{answered} of {total} answered", answered=screen["answered"], total=screen["total"]),
    }


def _flag(item: Plain) -> str:
    if item["kind"] == "boolean" or not item["answer"]:
        return str(item["label"])
    return say("{what}: {found}", what=item["label"], found=item["answer"])


def _label(item: Plain) -> str:
    return str(item["label"])


def _by_page(lists: Mapping[str, Sequence[Plain]], kind: str) -> list[str]:
    """
    Give one list of the screen, shortened to its checklists when it is long: `Spine (all 6)`, `Nerves (5 of 8)`.

    A checklist with a sign present keeps its names, and so do open questions beside an unsure one: there each answer matters.
    """
    named = _flag if kind == "absent" else _label
    if len(lists[kind]) <= _NAMES_IN_LETTER:
        return [named(item) for item in lists[kind]]
    telling = ("present",) if kind == "absent" else ("present", "unknown")
    keep = {item["page"] for other in telling for item in lists[other]}
    sizes = Counter(item["page"] for items in lists.values() for item in items)
    here = Counter(item["page"] for item in lists[kind])
    shown: dict[str, None] = {}  # a dictionary keeps the order and takes each checklist once
    for item in lists[kind]:
        page = item["page"]
        if page in keep:
            shown[named(item)] = None
        elif here[page] == sizes[page]:
            shown[say("{checklist} (all {number})", checklist=page, number=sizes[page])] = None
        else:
            shown[say("{checklist} ({number} of {all})", checklist=page, number=here[page], all=sizes[page])] = None
    return list(shown)


def medicine(entry: Plain, as_of: str) -> Plain:
    """Give one entry of the medicine list in words: as written, as understood, since when, and what is known against it."""
    detail = commas(part for part in (entry["dose"], entry["taken"]) if part)
    ingredients = words.together(entry["ingredients"])
    # The common concern says least and comes last.
    concerns = sorted(entry["concerns"], key=entry["common"].__contains__)
    return {
        "name": entry["text"],
        "detail": "" if detail and detail in entry["text"] else detail,
        "since": words.since(entry["started"], as_of, entry["started_days"]),
        "stopped": words.since(entry["stopped"], as_of, entry["stopped_days"]),
        "current": entry["current"],
        "recognised": entry["recognised"],
        "understood": ingredients,
        # A brand name says nothing to a reader in another country.
        "also": "" if ingredients.lower() in entry["text"].lower() else ingredients,
        "classes": entry["classes"],
        # That it is not recognised is said beside it anyway.
        "note": "" if entry["note"] == say("not recognised") else entry["note"],
        "concerns": concerns,
        "concern": "" if not concerns or concerns[0] in entry["common"] else concerns[0],
        "rules": entry["rules"],
    }


def has_starts(medicines: Plain) -> bool:
    """Say whether any medicine has a start; a missing one is only worth a mark beside others."""
    return any(entry["started"] for entry in medicines["entries"])


def medicines_note(medicines: Plain) -> str:
    """Say what is known about the medicine list as a whole."""
    if medicines["state"] == "asked_unknown":
        return say("Medicines: asked, not known.")
    if medicines["state"] != "answered":
        return say("Medicines: not asked.")
    unknown = sum(not entry["recognised"] for entry in medicines["entries"])
    parts = [say("No medicines.")] if not medicines["entries"] else []
    parts += [say("No start dates given.")] if medicines["entries"] and not has_starts(medicines) else []
    parts += [] if medicines["complete"] else [say("The list may be incomplete.")]
    parts += [say("Not recognised: {count}; their classes are unknown.", count=unknown)] if unknown else []
    return " ".join(parts)


def result(row: Plain) -> Plain:
    """Give one laboratory result: as the laboratory wrote it and, where that differs, as the engine counted it."""
    counted = amount(words.measured(row["value"]), row["unit"])
    given = row["given"] or counted
    first = given.split(" ", 1)[0]
    same = (row["unit"] in given or given == first) and _is_number(first) and float(first) == row["value"]
    days = row["age_days"]
    low, high, *cuts = words.alike([row["low"], row["high"], *row["cuts"]])
    bar = bars.bar(row["value"], row["low"], row["high"], row["cuts"])
    return {
        "label": row["label"],
        "value": given if row["unit"] == "" or given != first else counted,
        "counted": "" if same or given == counted else counted,
        "interval": words.interval(low, high),
        "cuts": [cut for cut in cuts if cut],
        "band": row["band"],
        "in_range": row["in_range"],
        "telling": row["in_range"] is False or bool(row["raises"] and not row["in_range"]),
        "date": say("computed") if row["derived"] else words.day(row["on"]) or say("date not given"),
        "age": "" if days is None else say_many(days, "{number} day old", "{number} days old"),
        "derived": row["derived"],
        "raises": None if row["in_range"] else row["raises"],
        "bar": bar and bar | {"ticks": bars.ticks(bar["cuts"], cuts) if cuts else bars.ticks(bar["box"], [low, high])},
    }


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def untested(plain: Plain, state: str) -> list[Plain]:
    """Give the tests in one state, `not_asked` (nobody took them) or `asked_unknown` (their value cannot be used), with their reach."""
    reach = {question["finding"]: question["could_reach"] for question in plain["open_questions"]}
    computed = {row["id"] for row in plain["laboratory"]}
    return [
        {"label": answer["label"], "could_reach": reach.get(answer["finding"])}
        for answer in plain["answers"]
        if answer["answered_by"] == "laboratory"
        and answer["state"] == state
        and answer["finding"] not in _ABOUT_RESULTS
        and _COMPUTED.get(answer["finding"]) not in computed
    ]


def cause(found: Plain, plain: Plain) -> Plain:
    """Give one suspected cause for the letter, with what speaks for and against it, each cut to a few."""
    rows = {rule["id"]: rule["row"] or rule["id"] for rule in plain["fired_rules"]}
    names = list(dict.fromkeys(rows.get(name, name) for name in found["rules"]))
    return {
        "label": found["label"],
        "certainty": found["certainty"],
        "rules": words.few(names, 4),
        "urgency": found["urgency"],
        "supporting": words.few(found["supporting"], 5),
        "opposing": words.few(found["opposing"], 4),
        "missing": words.few(found["missing"], 4),
        "gap_only": found["gap_only"],
        "set_aside": found["set_aside"],
    }


def suggested_tests(investigations: Iterable[Plain]) -> list[str]:
    """Give the first tests to consider, each once."""
    return list(dict.fromkeys(words.unfinished(item["first"]) for item in investigations if item["first"]))
