"""The template context: one flat contract, plain data, everything a report prints and nothing looked up elsewhere.

It holds the assessment's own fields (see `triage.assessment`, enumerations as their ids) and the views named in `VIEWS`, where a
template would have to compute. Lists keep the order of the assessment. All of it is JSON: a template can call nothing.
"""

from collections.abc import Mapping

from triage.assessment import Assessment
from triage.conditions import Urgency
from triage.language import find_language, say, say_many, speaking
from triage.reporting import clinical, course, criterion, diagram, doubts, leaflet, reasoning, spoken, words
from triage.reporting.words import Plain
from triage.wording import commas, together

VIEWS: Mapping[str, str] = {
    "made": "date and time of the assessment in words",
    "title": "title of each document by name: report, letter, handout, sbar, criterion",
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
    "story": "the presenting problem: id, label and text",
    "flags": "the red-flag screen: four lists in full, shortened lists for the letter, the count in words and as answered and total",
    "examined": "what was examined, in words; empty when nothing was",
    "vital_signs": "vital signs with their values; empty when none was taken",
    "history": "conditions, circumstances and measures the person reported",
    "denied": "what the person answered no to, outside the red-flag screen",
    "medicine_rows": "each medicine: name, detail, understood as, since, stopped, note, concerns, rules, recognised, current",
    "starts_given": "whether any medicine has a start date",
    "medicines_note": "what is known about the list as a whole",
    "allergies": "allergies as given; empty when not given",
    "result_rows": "each result: value, counted as, interval, limits, band, date, age, level, whether it is telling, its bar",
    "course": "the dated facts on one or two scales, told in words, what has no date; none with fewer than two",
    "course_column": "where the letter has room for the course: name (left, right), cheap (it costs a few lines at most)",
    "untested": "tests nobody took: label, level they could reach",
    "unusable": "tests whose value could not be used or is not known: label, level they could reach",
    "cause_rows": "at most four suspected causes for the letter",
    "causes_left": "how many causes only the full report lists",
    "suggested_tests": "tests to consider, each once",
    "diagram": "answers, patterns and conclusions as boxes with places, and the edges between them; none when no rule stands",
    "rule_groups": "fired rules by kind: title, note, rules with what they rest on, lack and conclude, grounds in words",
    "pattern_groups": "patterns that hold (with reasons), open ones a rule used, those that do not hold, other open ones",
    "answer_groups": "all findings outside the screen by group: rows with answer, labels answered no, not asked (by level), not applicable",
    "lifts": "answers still open here that could raise the urgency: the first few, the rest counted by level",
    "open_flags": "items of the screen nobody asked about, by the level they could reach",
    "open_by_reach": "everything still open, by the level it could reach",
    "criterion": "what the decision rests on: inputs, computed, denied, rules test by test, near, near_left",
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

_CAUSES_IN_LETTER = 4


def context(assessment: Assessment) -> Plain:
    """
    Give the template context of one assessment.

    Returns:
        Plain JSON data: the assessment's fields by name and every view of `VIEWS`, free of control characters.
    """
    with speaking(find_language(assessment.knowledge_base.language)):
        return _context(assessment)


def _context(assessment: Assessment) -> Plain:
    plain: Plain = words.harmless(assessment.model_dump(mode="json", by_alias=True))
    plain["answers"] = [clinical.understood(answer) for answer in plain["answers"]]
    answers: dict[str, Plain] = {answer["finding"]: answer for answer in plain["answers"]}
    labels = _labels(plain)
    reported = clinical.reported(plain)
    result_rows = [clinical.result(row) for row in plain["laboratory"]]
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
        "flags": clinical.flags(plain),
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
        "result_rows": result_rows,
        "course": course.course(plain, result_rows),
        "untested": clinical.untested(plain, "not_asked"),
        "unusable": clinical.untested(plain, "asked_unknown"),
        "cause_rows": [clinical.cause(cause, plain) for cause in plain["causes"][:_CAUSES_IN_LETTER]],
        "causes_left": max(0, len(plain["causes"]) - _CAUSES_IN_LETTER),
        "suggested_tests": clinical.suggested_tests(plain["investigations"]),
        "diagram": diagram.diagram(plain),
        "rule_groups": reasoning.rule_groups(plain, labels),
        "pattern_groups": reasoning.pattern_groups(plain),
        "answer_groups": reasoning.answer_groups(plain),
        "lifts": reasoning.questions(plain["urgency_range"]["lifts"]),
        "open_flags": reasoning.open_flags(plain),
        "open_by_reach": reasoning.by_reach(plain["open_questions"]),
        "criterion": criterion.criterion(plain, result_rows, labels),
        "outside": reasoning.by_reach(plain["urgency_range"]["outside"]),
        "withheld": doubts.withheld(plain),
        "cited": [reasoning.cited(source) for source in plain["sources"]],
        "faults": faults,
        "contradictions": contradictions,
        "labels": labels,
        "contents": _contents(),
        "leaflet": leaflet.leaflet(plain),
        "version": _version(plain),
    }
    views["course_column"] = course.column(plain, views)
    views["spoken"] = spoken.hand_over(plain, views)
    return plain | views


def _labels(plain: Plain) -> dict[str, str]:
    labels = {answer["finding"]: answer["label"] for answer in plain["answers"]}
    for kind in ("patterns", "causes", "destinations"):
        labels |= {item["id"]: item["label"] for item in plain[kind]}
    return labels | {source["id"]: source["title"] for source in plain["sources"]}


def _titles(plain: Plain) -> dict[str, str]:
    name = words.shorten(plain["patient"]["name"], 60) or say("patient not named")
    kinds = {
        "report": say("Referral report"),
        "letter": say("Referral letter"),
        "handout": say("What to do next"),
        "sbar": say("Phone hand-over"),
        "criterion": say("Criterion page"),
    }
    return {kind: commas([title, name, words.day(plain["as_of"])]) for kind, title in kinds.items()}


def _contents() -> list[Plain]:
    parts = (
        (say("Patient"), "patient", ""),
        (say("Referrer, date and completeness"), "referrer", "provenance"),
        (say("Urgency, destination and reason"), "urgency", "reasoning"),
        (say("Question and expectation"), "question", ""),
        (say("Presenting problem"), "problem", "all-answers"),
        (say("Red flags"), "red-flags", "all-flags"),
        (say("Medicines and allergies"), "medicines", "all-medicines"),
        (say("History and function"), "history", "all-answers"),
        (say("Examination and vital signs"), "examination", "all-answers"),
        (say("Results"), "results", "all-results"),
        (say("Suspected causes"), "causes", "all-causes"),
        (say("Advice given and withheld"), "advice", "all-advice"),
        (say("Safety net, concerns and consent"), "safety-net", "all-safety-nets"),
        (say("Limits"), "limits", "provenance"),
    )
    return [
        {"number": number, "title": title, "anchor": anchor, "detail": detail}
        for number, (title, anchor, detail) in enumerate(parts, start=1)
    ]


def _foot(plain: Plain) -> list[str]:
    patient, reference = plain["patient"], plain["referral"]["reference"]
    return [
        words.shorten(patient["name"], 50) or say("Patient: name not given"),
        say("born {day}", day=words.shorten(words.day(patient["born"]), 20)) if patient["born"] else say("born: not given"),
        words.shorten(patient["number"], 24) or say("number: not given"),
        *([words.shorten(reference, 30)] if reference else []),
    ]  # fmt: skip


def _destinations(plain: Plain) -> list[str]:
    level = plain["urgency"]["level"]
    named = [place["label"] for place in plain["destinations"] if place["urgency"] == level]
    return named or [place["label"] for place in plain["destinations"][:1]] or [plain["urgency"]["action"]]


def _headline(plain: Plain) -> str:
    place, urgency = words.unfinished(_destinations(plain)[0]), plain["urgency"]
    if Urgency(urgency["level"]).rank >= Urgency.URGENT.rank:
        return say("{place} {time}", place=place, time=urgency["time"])
    return say("{place}, {time}", place=place, time=urgency["time"])


def _recipient_note(plain: Plain) -> str:
    also = _destinations(plain)[1:]
    return str(plain["referral"]["to_note"]) or (say("Also: {places}", places=together(also)) if also else "")


def _gap_note(urgency: Plain, labels: Mapping[str, str]) -> str:
    if not urgency["because_not_known"]:
        return ""
    names = [words.lowered(labels.get(name, name)) for name in urgency["open_findings"]]
    if not names:
        return say("Because not yet known: see the reasons. An answer may change it.")
    return say("Because not yet known: {names}. An answer may change it.", names=together(words.few(names, 3)))


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
    found, word = plain["urgency_range"], {level: words.lowered(said["word"]) for level, said in words.levels().items()}
    told = [say("Urgency scale. Now: {level}.", level=word[plain["urgency"]["level"]])]
    if not found["settled"]:
        low, high = word[found["established"]], word[found["possible"]]
        told.append(say("Established: {low}. Still possible: {high}.", low=low, high=high))
    return " ".join([*told, found["sentence"]])


def _sender(referral: Plain) -> list[str]:
    phone = say("Phone {number}", number=referral["phone"]) if referral["phone"] else ""
    return [words.shorten(part, 70) for part in (referral["sender"], referral["referrer"], phone) if part]


def _who(plain: Plain, answers: Mapping[str, Plain]) -> list[Plain]:
    patient = plain["patient"]
    years = words.age(patient["born"], plain["as_of"]) or _shown(answers, "age_years")
    years = say_many(int(years), "{number} year", "{number} years") if years.isdecimal() else years
    born = words.day(patient["born"])
    if years:
        born = say("{day} ({age})", day=born, age=years) if born else say("age {age}", age=years)
    rows = (
        ("name", say("Patient"), patient["name"], 60),
        ("born", say("Born"), born, 40),
        ("sex", say("Sex"), patient["sex"] or _shown(answers, "sex_for_ranges"), 24),
        ("number", say("Number"), patient["number"], 30),
        ("phone", say("Phone today"), patient["phone"], 30),
        ("needs", say("Needs"), patient["needs"], 120),
    )
    return [{"id": name, "label": label, "text": words.shorten(text, limit)} for name, label, text, limit in rows]


def _shown(answers: Mapping[str, Plain], finding: str) -> str:
    answer = answers.get(finding)
    return str(answer["shown"]) if answer and answer["state"] == "answered" else ""


def _version(plain: Plain) -> str:
    base = plain["knowledge_base"]
    title, engine = f"{base['title']} {base['version']}", f"{plain['engine_version']} ({plain['engine']})"
    if not base["reviewers"]:
        return say("{title} ({status}), engine {engine}", title=title, status=base["review_status"], engine=engine)
    return say(
        "{title} ({status}; reviewed by {reviewers}), engine {engine}",
        title=title, status=base["review_status"], reviewers=together(base["reviewers"]), engine=engine,
    )  # fmt: skip
