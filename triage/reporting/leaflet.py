"""The patient's handout: what it may be, how soon, where to go, what to do and what to leave, in the words kept for patients."""

from collections.abc import Mapping

from triage.language import in_use, say
from triage.reporting import words
from triage.reporting.words import Plain
from triage.wording import either


def leaflet(plain: Plain) -> Plain:
    """
    Give what the handout says beyond the assessment's own patient words.

    Returns:
        `act` and `act_more`, the instruction and the rest of it; `may_be`, the suspected causes of this urgency in one sentence,
        empty where none reaches it; `unsure`, whether answers are missing that the level rests on; `where`; and `leave`, advice
        that must not be followed now (`titles`, `text` for what to do instead, `held_by`).
    """
    urgency = plain["urgency"]
    act = words.first_sentence(urgency["plain_action"])
    return {
        "act": words.unfinished(act),
        "act_more": urgency["plain_action"][len(act) :].strip(),
        "may_be": _may_be(plain),
        "unsure": urgency["because_not_known"],
        "where": _where(plain),
        "leave": _leave(plain),
    }


def _may_be(plain: Plain) -> str:
    """
    Name at most two suspected causes that give this urgency.

    A cause of a lower level would soothe, one that only stands for missing answers would frighten; neither is named.
    """
    level = plain["urgency"]["level"]
    named = [
        words.unfinished(cause["plain"])
        for cause in plain["causes"]
        if cause["urgency"] == level and not cause["set_aside"] and not cause["gap_only"]
    ][:2]
    if len(named) == 2 and not in_use().lowers_labels:
        # The capital at the beginning of the second may be an article's or a noun's: it begins a sentence of its own.
        return words.sentence(say("{first}. Or: {second}", first=named[0], second=named[1]))
    return words.sentence(either([*named[:1], *map(_inside, named[1:])]))


def _inside(text: str) -> str:
    """Give a phrase for the middle of a sentence; `words.lowered` keeps the capital of an article of one letter."""
    return text[:1].lower() + text[1:] if text[1:2] == " " else words.lowered(text)


def _where(plain: Plain) -> str:
    level, to = plain["urgency"]["level"], words.shorten(plain["referral"]["to"], 90)
    places = [place["plain"] for place in plain["destinations"] if place["urgency"] == level]
    place = words.unfinished(places[0]) if places else ""
    return words.sentence(say("{place}: {name}", place=place, name=to) if place and to else place or to)


def _leave(plain: Plain) -> list[Plain]:
    """Give advice held back by an answer or a missing one; items with the same words share a row. The rest only waits."""
    rows: dict[tuple[str, str], Plain] = {}
    for item in plain["advice_withheld"]:
        if item["held_by"] == "urgency":
            continue
        key = (item["held_by"], item["replacement"])
        row: Mapping[str, list[str]] = rows.setdefault(
            key, {"titles": [], "text": words.sentence(item["replacement"]), "held_by": item["held_by"]}
        )
        row["titles"].append(item["text"] if not row["titles"] else words.lowered(item["text"]))
    return [row | {"title": words.together(row["titles"])} for row in rows.values()]
