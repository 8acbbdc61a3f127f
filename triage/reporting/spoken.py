"""The phone hand-over: situation, background, assessment, request, in words to be read aloud."""

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
    medicines = [row["name"] for row in views["medicine_rows"] if row["current"]]
    background = [
        _line("", f"Cramps: {words.shorten('; '.join(problem), 90) if problem else 'place and start not asked'}."),
        _line(
            "",
            (
                f"Takes {words.shorten(words.together(words.few(medicines, 4)), 90)}."
                if medicines
                else views["medicines_note"] or "No current medicine."
            )
            + f" Allergies: {words.shorten(words.unfinished(views['allergies']), 50) or 'not given'}.",
        ),
        _line("", _not_known(flags)),
    ]
    causes = [
        f"{words.lowered(row['label'])} ({row['certainty']})" for row in views["cause_rows"] if not row["set_aside"]
    ]
    signs = views["vital_signs"] + views["examined"]
    abnormal = [f"{row['label']} {row['value']}" for row in views["result_rows"] if row["in_range"] is False]
    tested = words.together(words.few(abnormal, 3)) if abnormal else "all in range" if views["result_rows"] else "none"
    assessment = [
        _line("", words.shorten(plain["urgency_range"]["sentence"], 150)),
        _line(
            "",
            f"Suspected, not diagnosed: {words.shorten(words.together(words.few(causes, 3)), 140) or 'no cause named'}.",
        ),
        _line(
            "",
            f"Examined: {words.shorten('; '.join(words.few(signs, 3)), 70) if signs else 'not examined'}. "
            f"Blood results: {words.shorten(tested, 70)}.",
        ),
    ]
    request = [
        _line("", words.sentence(words.shorten(urgency["request"], 190))),
        _line("", words.sentence(words.shorten(views["limit"], 90))),
        _line("Please repeat back", "name, number, urgency and who will meet the patient."),
    ]
    rows = (("Situation", situation), ("Background", background), ("Assessment", assessment), ("Request", request))
    return [{"letter": word[0], "word": word, "lines": [x for x in lines if x["text"]]} for word, lines in rows]


def _line(strong: str, text: str) -> Plain:
    return {"strong": strong, "text": text}


def _not_known(flags: Plain) -> str:
    parts = []
    if flags["unknown"]:
        parts.append(f"Unsure: {words.together([words.lowered(x) for x in words.few(flags['unknown'], 3)])}.")
    if flags["not_asked"]:
        parts.append(f"Not asked: {len(flags['not_asked'])} of the red flags.")
    return " ".join(parts) or "Every red flag was asked and answered."
