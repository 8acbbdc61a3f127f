"""The phone hand-over: situation, background, assessment, request, in words to be read aloud."""

from collections.abc import Sequence

from triage.reporting import words
from triage.reporting.words import Plain


def hand_over(plain: Plain, views: Plain) -> list[Plain]:
    """Give the hand-over in spoken words, at most three lines each, every text short enough for an A6 card."""
    urgency, referral = plain["urgency"], plain["referral"]
    who = {row["id"]: row["text"] for row in views["who"]}
    flags, story = views["flags"], {row["label"]: row["text"] for row in views["story"]}
    caller = ", ".join(words.shorten(x, 34) for x in (referral["referrer"], referral["sender"], referral["phone"]) if x)
    person = ", ".join(
        words.shorten(x, 34) for x in (who["name"] or "a patient not named", who["born"], who["sex"]) if x
    )
    situation = [
        _line("", f"I am {caller}, about {person}." if caller else f"I am (name, role, phone), about {person}."),
        _line(f"{urgency['word']}, {urgency['time']}.", words.sentence(words.shorten(urgency["reason"], 190))),
    ]
    problem = [words.lowered(story[key]) for key in ("Where", "Since") if story.get(key)]
    medicines = [words.shorten(row["name"], 40) for row in views["medicine_rows"] if row["current"]]
    taken = f"Takes {_listed(medicines, 90)}." if medicines else views["medicines_note"] or "No current medicine."
    allergies = words.sentence(words.shorten(views["allergies"], 50)) or "Not given."
    background = [
        _line("", words.sentence(f"Cramps: {words.shorten('; '.join(problem), 90) or 'place and start not asked'}")),
        _line("", f"{taken} Allergies: {words.lowered(allergies)}"),
        _line("", _not_known(flags)),
    ]
    causes = [
        f"{words.lowered(row['label'])} ({row['certainty']})" for row in views["cause_rows"] if not row["set_aside"]
    ]
    signs = [words.lowered(sign) for sign in views["vital_signs"] + views["examined"]]
    telling = [f"{words.lowered(row['label'])} {row['value']}" for row in views["result_rows"] if row["telling"]]
    tested = _listed(telling, 90) if telling else "all in range" if views["result_rows"] else "none"
    assessment = [
        _line("", f"Suspected, not diagnosed: {_listed(causes, 140) or 'no cause named'}."),
        _line("", f"Examined: {_listed(signs, 80) or 'not examined'}. Blood results: {tested}."),
        _line("", words.whole_sentences(plain["urgency_range"]["sentence"], 170)),
    ]
    request = [
        _line("", words.sentence(words.whole_sentences(urgency["request"], 230))),
        _line("", words.sentence(words.shorten(views["limit"], 110))),
        _line("Please repeat back", "name, number, urgency and who will meet the patient."),
    ]
    rows = (("Situation", situation), ("Background", background), ("Assessment", assessment), ("Request", request))
    return [{"letter": word[0], "word": word, "lines": [x for x in lines if x["text"]]} for word, lines in rows]


def _listed(items: Sequence[str], limit: int) -> str:
    return words.together(words.fitting(items, limit))


def _line(strong: str, text: str) -> Plain:
    return {"strong": strong, "text": text}


def _not_known(flags: Plain) -> str:
    parts = []
    if flags["unknown"]:
        parts.append(f"Unsure: {_listed([words.lowered(x) for x in flags['unknown']], 90)}.")
    if flags["not_asked"]:
        parts.append(f"Not asked: {len(flags['not_asked'])} of the red flags.")
    return " ".join(parts) or "Every red flag was asked and answered."
