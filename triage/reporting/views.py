"""The template context: one flat contract, plain data, everything a report prints and nothing looked up elsewhere.

It holds the assessment's own fields (see `triage.assessment`, enumerations as their ids) and the views named in `VIEWS`, where a
template would have to compute. Lists keep the order of the assessment. All of it is JSON: a template can call nothing.
"""

from collections.abc import Mapping

from triage.assessment import Assessment
from triage.conditions import Urgency
from triage.reporting import clinical, doubts, leaflet, reasoning, spoken, words
from triage.reporting.words import Plain

VIEWS: Mapping[str, str] = {
    "made": "date and time of the assessment in words",
    "title": "title of each document by name: report, letter, handout, sbar",
    "foot": "running footer: patient, born, number, reference",
    "headline": "where to go and how soon",
    "limit": "the time limit or, without one, the action",
    "gap_note": "says that the level rests on something not yet known; empty otherwise",
    "ladder": "the five levels from self-care up: level, state (is, maybe, off)",
    "ladder_text": "the ladder in one sentence",
    "alerts": "lines for the first page on input faults and contradictions: a strong beginning, text, whether there is more",
    "recipient": "to whom: the host's words, else the destination",
    "recipient_note": "whom to ask for: the host's words, else further destinations of this level",
    "sender_parts": "sender, referrer and phone as far as given",
    "who": "the patient strip: id, label, text (shortened where needed; empty when not given)",
    "story": "the presenting problem: label and text",
    "flags": "the red-flag screen: four lists in full, shortened lists for the letter, the count in words",
    "examined": "what was examined, in words; empty when nothing was",
    "vital_signs": "vital signs with their values; empty when none was taken",
    "history": "conditions, circumstances and measures the person reported",
    "denied": "what the person answered no to, outside the red-flag screen",
    "medicine_rows": "each medicine: name, detail, understood as, since, stopped, note, concerns, rules, recognised, current",
    "starts_given": "whether any medicine has a start date",
    "medicines_note": "what is known about the list as a whole",
    "allergies": "allergies as given; empty when not given",
    "result_rows": "each result: value, counted as, interval, limits, band, date, age, level, whether it is telling, its bar",
    "untested": "tests nobody took: label, level they could reach",
    "unusable": "tests whose value could not be used or is not known: label, level they could reach",
    "cause_rows": "at most four suspected causes for the letter",
    "causes_left": "how many causes only the full report lists",
    "suggested_tests": "tests to consider, each once",
    "rule_groups": "fired rules by kind: title, note, rules with what they rest on, lack and conclude, grounds in words",
    "pattern_groups": "patterns that hold (with reasons), open ones a rule used, those that do not hold, other open ones",
    "answer_groups": "all findings outside the screen by group: rows with answer, labels answered no, not asked (by level), not applicable",
    "lifts": "answers still open here that could raise the urgency: the first few, the rest counted by level",
    "open_flags": "items of the screen nobody asked about, by the level they could reach",
    "outside": "tests and examinations nobody took, by the level they could reach",
    "withheld": "advice held back: rows with reasons of their own, and titles that only wait because of the urgency",
    "cited": "sources, each web link with the host it leads to",
    "faults": "input faults with the name of what is wrong",
    "contradictions": "conflicts with the findings they are between",
    "labels": "label of every finding, cause, destination and source by id",
    "contents": "the fourteen parts of a referral: number, title, anchor, anchor of the details",
    "leaflet": "the handout: act, act_more, may_be, unsure, where, leave (title, text, held_by)",
    "spoken": "the phone hand-over: letter, word and lines, each with an optional strong beginning",
    "version": "knowledge base, review status and engine in one line",
}
"""The views beside the assessment's own fields, and what each holds."""

_PARTS = (
    ("Patient", "patient", ""),
    ("Referrer, date and completeness", "referrer", "provenance"),
    ("Urgency, destination and reason", "urgency", "reasoning"),
    ("Question and expectation", "question", ""),
    ("Presenting problem", "problem", "all-answers"),
    ("Red flags", "red-flags", "all-flags"),
    ("Medicines and allergies", "medicines", "all-medicines"),
    ("History and function", "history", "all-answers"),
    ("Examination and vital signs", "examination", "all-answers"),
    ("Results", "results", "all-results"),
    ("Suspected causes", "causes", "all-causes"),
    ("Advice given and withheld", "advice", "all-advice"),
    ("Safety net, concerns and consent", "safety-net", "all-safety-nets"),
    ("Limits", "limits", "provenance"),
)
_CAUSES_IN_LETTER = 4


def context(assessment: Assessment) -> Plain:
    """
    Give the template context of one assessment.

    Returns:
        Plain JSON data: the assessment's fields by name and every view of `VIEWS`, free of control characters.
    """
    plain: Plain = words.harmless(assessment.model_dump(mode="json", by_alias=True))
    answers: dict[str, Plain] = {answer["finding"]: answer for answer in plain["answers"]}
    labels = _labels(plain)
    reported = clinical.reported(plain)
    faults, contradictions = doubts.faults(plain, labels), doubts.conflicts(plain, labels)
    views: Plain = {
        "made": words.moment(plain["as_of"]),
        "title": _titles(plain),
        "foot": _foot(plain),
        "headline": _headline(plain),
        "limit": plain["urgency"]["deadline"] or plain["urgency"]["action"],
        "gap_note": _gap_note(plain["urgency"], labels),
        "ladder": _ladder(plain),
        "ladder_text": _ladder_text(plain),
        "alerts": doubts.alerts(plain, faults, contradictions),
        "recipient": words.shorten(plain["referral"]["to"] or _destinations(plain)[0], 90),
        "recipient_note": words.shorten(_recipient_note(plain), 140),
        "sender_parts": _sender(plain["referral"]),
        "who": _who(plain, answers),
        "story": clinical.story(answers, plain["as_of"]),
        "flags": clinical.flags(plain["red_flags"]),
        "examined": [
            clinical.said(a)
            for a in plain["answers"]
            if clinical.usable(a, "examination") and a["finding"] not in clinical.VITAL_SIGNS
        ],
        "vital_signs": clinical.vital_signs(answers),
        "history": [clinical.said(a) for a in reported if not clinical.is_no(a)],
        "denied": [a["label"] for a in reported if clinical.is_no(a)],
        "medicine_rows": [clinical.medicine(entry, plain["as_of"]) for entry in plain["medicines"]["entries"]],
        "starts_given": clinical.has_starts(plain["medicines"]),
        "medicines_note": clinical.medicines_note(plain["medicines"]),
        "allergies": plain["patient"]["allergies"],
        "result_rows": [clinical.result(row) for row in plain["laboratory"]],
        "untested": clinical.untested(plain, "not_asked"),
        "unusable": clinical.untested(plain, "asked_unknown"),
        "cause_rows": [clinical.cause(cause, plain) for cause in plain["causes"][:_CAUSES_IN_LETTER]],
        "causes_left": max(0, len(plain["causes"]) - _CAUSES_IN_LETTER),
        "suggested_tests": clinical.suggested_tests(plain["investigations"]),
        "rule_groups": reasoning.rule_groups(plain, labels),
        "pattern_groups": reasoning.pattern_groups(plain),
        "answer_groups": reasoning.answer_groups(plain),
        "lifts": reasoning.questions(plain["urgency_range"]["lifts"]),
        "open_flags": reasoning.open_flags(plain),
        "outside": reasoning.by_reach(plain["urgency_range"]["outside"]),
        "withheld": doubts.withheld(plain),
        "cited": [reasoning.cited(source) for source in plain["sources"]],
        "faults": faults,
        "contradictions": contradictions,
        "labels": labels,
        "contents": [
            {"number": number, "title": title, "anchor": anchor, "detail": detail}
            for number, (title, anchor, detail) in enumerate(_PARTS, start=1)
        ],
        "leaflet": leaflet.leaflet(plain),
        "version": _version(plain),
    }
    views["spoken"] = spoken.hand_over(plain, views)
    return plain | views


def _labels(plain: Plain) -> dict[str, str]:
    labels = {answer["finding"]: answer["label"] for answer in plain["answers"]}
    for kind in ("patterns", "causes", "destinations"):
        labels |= {item["id"]: item["label"] for item in plain[kind]}
    return labels | {source["id"]: source["title"] for source in plain["sources"]}


def _titles(plain: Plain) -> dict[str, str]:
    name = words.shorten(plain["patient"]["name"], 60) or "patient not named"
    kinds = {
        "report": "Referral report",
        "letter": "Referral letter",
        "handout": "What to do next",
        "sbar": "Phone hand-over",
    }
    return {kind: f"{title}, {name}, {words.day(plain['as_of'])}" for kind, title in kinds.items()}


def _foot(plain: Plain) -> list[str]:
    patient, reference = plain["patient"], plain["referral"]["reference"]
    return [
        words.shorten(patient["name"], 50) or "Patient: name not given",
        f"born {words.shorten(words.day(patient['born']), 20)}" if patient["born"] else "born: not given",
        words.shorten(patient["number"], 24) or "number: not given",
        *([words.shorten(reference, 30)] if reference else []),
    ]


def _destinations(plain: Plain) -> list[str]:
    level = plain["urgency"]["level"]
    named = [place["label"] for place in plain["destinations"] if place["urgency"] == level]
    return named or [place["label"] for place in plain["destinations"][:1]] or [plain["urgency"]["action"]]


def _headline(plain: Plain) -> str:
    place, time = words.unfinished(_destinations(plain)[0]), plain["urgency"]["time"]
    return f"{place} {time}" if time in ("now", "today") or time.startswith("within") else f"{place}, {time}"


def _recipient_note(plain: Plain) -> str:
    also = _destinations(plain)[1:]
    return str(plain["referral"]["to_note"]) or (f"Also: {words.together(also)}" if also else "")


def _gap_note(urgency: Plain, labels: Mapping[str, str]) -> str:
    if not urgency["because_not_known"]:
        return ""
    names = [words.lowered(labels.get(name, name)) for name in urgency["open_findings"]]
    return (
        f"Because not yet known: {words.together(words.few(names, 3)) or 'see the reasons'}. An answer may change it."
    )


def _ladder(plain: Plain) -> list[Plain]:
    here = Urgency(plain["urgency"]["level"])
    low, high = (Urgency(plain["urgency_range"][end]).rank for end in ("established", "possible"))
    return [
        {
            "level": level.value,
            "rank": level.rank,
            "state": "is" if level is here else "maybe" if low <= level.rank <= high else "off",
        }
        for level in reversed(Urgency)
    ]


def _ladder_text(plain: Plain) -> str:
    found = plain["urgency_range"]
    ends = " Established: {}. Still possible: {}.".format(*(_level(found[end]) for end in ("established", "possible")))
    return f"Urgency scale. Now: {_level(plain['urgency']['level'])}.{'' if found['settled'] else ends} {found['sentence']}"


def _level(level: str) -> str:
    return level.replace("self_care", "self-care").replace("_", " ")


def _sender(referral: Plain) -> list[str]:
    phone = f"Phone {referral['phone']}" if referral["phone"] else ""
    return [words.shorten(part, 70) for part in (referral["sender"], referral["referrer"], phone) if part]


def _who(plain: Plain, answers: Mapping[str, Plain]) -> list[Plain]:
    patient = plain["patient"]
    years = words.age(patient["born"], plain["as_of"]) or _shown(answers, "age_years")
    years = f"{years} years" if years.isdigit() else years
    born = words.day(patient["born"])
    if years:
        born = f"{born} ({years})" if born else f"age {years}"
    rows = (
        ("name", "Patient", patient["name"], 60),
        ("born", "Born", born, 40),
        ("sex", "Sex", patient["sex"] or _shown(answers, "sex_for_ranges"), 24),
        ("number", "Number", patient["number"], 30),
        ("phone", "Phone today", patient["phone"], 30),
        ("needs", "Needs", patient["needs"], 120),
    )
    return [{"id": name, "label": label, "text": words.shorten(text, limit)} for name, label, text, limit in rows]


def _shown(answers: Mapping[str, Plain], finding: str) -> str:
    answer = answers.get(finding)
    return str(answer["shown"]) if answer and answer["state"] == "answered" else ""


def _version(plain: Plain) -> str:
    base = plain["knowledge_base"]
    reviewed = f"; reviewed by {words.together(base['reviewers'])}" if base["reviewers"] else ""
    return (
        f"{base['title']} {base['version']} ({base['review_status']}{reviewed}), "
        f"engine {plain['engine_version']} ({plain['engine']})"
    )
