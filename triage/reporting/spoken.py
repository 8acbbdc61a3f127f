"""The phone hand-over: situation, background, assessment, request, in words to be read aloud."""

from collections.abc import Mapping, Sequence

from triage.language import say, say_many
from triage.reporting import words
from triage.reporting.words import Plain
from triage.wording import commas, semicolons, together


def hand_over(plain: Plain, views: Plain) -> list[Plain]:
    """Give the hand-over in spoken words, at most three lines each, every text short enough for an A6 card."""
    urgency, referral = plain["urgency"], plain["referral"]
    who = {row["id"]: row["text"] for row in views["who"]}
    flags, story = views["flags"], {row["id"]: row["text"] for row in views["story"]}
    caller = commas(words.shorten(x, 34) for x in (referral["referrer"], referral["sender"], referral["phone"]) if x)
    person = commas(
        words.shorten(x, 34) for x in (who["name"] or say("a patient not named"), who["born"], who["sex"]) if x
    )
    situation = [
        _line(
            "",
            say("I am {caller}, about {person}.", caller=caller, person=person)
            if caller
            else say("I am (name, role, phone), about {person}.", person=person),
        ),
        _line(
            say("{word}, {time}.", word=urgency["word"], time=urgency["time"]),
            words.sentence(words.shorten(urgency["reason"], 190)),
        ),
    ]
    background = [
        _line("", _problem(story)),
        _line("", f"{_taken(views)} {_allergies(views['allergies'])}"),
        _line("", _not_known(flags)),
    ]
    assessment = [
        _line("", _suspected(views["cause_rows"])),
        _line("", f"{_examined(views)} {_tested(views['result_rows'])}"),
        _line("", words.whole_sentences(plain["urgency_range"]["sentence"], 170)),
    ]
    request = [
        _line("", words.sentence(words.whole_sentences(urgency["request"], 230))),
        _line("", words.sentence(words.shorten(views["limit"], 110))),
        _line(say("Please repeat back"), say("name, number, urgency and who will meet the patient.")),
    ]
    # The letters are the name of the scheme, the same in every language.
    rows = (
        ("S", say("Situation"), situation),
        ("B", say("Background"), background),
        ("A", say("Assessment"), assessment),
        ("R", say("Request"), request),
    )
    return [{"letter": letter, "word": word, "lines": [x for x in lines if x["text"]]} for letter, word, lines in rows]


def _problem(story: Mapping[str, str]) -> str:
    told = semicolons(words.lowered(story[part]) for part in ("where", "since") if story.get(part))
    if not told:
        return say("Cramps: place and start not asked.")
    return words.sentence(say("Cramps: {story}", story=words.shorten(told, 90)))


def _taken(views: Plain) -> str:
    medicines = [words.shorten(row["name"], 40) for row in views["medicine_rows"] if row["current"]]
    if medicines:
        return say("Takes {medicines}.", medicines=_listed(medicines, 90))
    return str(views["medicines_note"]) or say("No current medicine.")


def _allergies(given: str) -> str:
    if not given:
        return say("Allergies: not given.")
    return say("Allergies: {allergies}", allergies=words.lowered(words.sentence(words.shorten(given, 50))))


def _suspected(rows: Sequence[Plain]) -> str:
    causes = [
        say("{cause} ({certainty})", cause=words.lowered(row["label"]), certainty=words.word(row["certainty"]))
        for row in rows
        if not row["set_aside"]
    ]
    if not causes:
        return say("Suspected, not diagnosed: no cause named.")
    return say("Suspected, not diagnosed: {causes}.", causes=_listed(causes, 140))


def _examined(views: Plain) -> str:
    signs = [words.lowered(sign) for sign in views["vital_signs"] + views["examined"]]
    return say("Examined: {signs}.", signs=_listed(signs, 80)) if signs else say("Examined: not examined.")


def _tested(rows: Sequence[Plain]) -> str:
    if not rows:
        return say("Blood results: none.")
    telling = [
        say("{label} {value}", label=words.lowered(row["label"]), value=row["value"]) for row in rows if row["telling"]
    ]
    if not telling:
        return say("Blood results: all in range.")
    return say("Blood results: {results}.", results=_listed(telling, 90))


def _listed(items: Sequence[str], limit: int) -> str:
    return together(words.fitting(items, limit))


def _line(strong: str, text: str) -> Plain:
    return {"strong": strong, "text": text}


def _not_known(flags: Plain) -> str:
    parts = []
    if flags["unknown"]:
        parts.append(say("Unsure: {signs}.", signs=_listed([words.lowered(x) for x in flags["unknown"]], 90)))
    if count := len(flags["not_asked"]):
        parts.append(say_many(count, "Not asked: {number} of the red flags.", "Not asked: {number} of the red flags."))
    return " ".join(parts) or say("Every red flag was asked and answered.")
