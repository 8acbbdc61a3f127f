"""Languages: phrases and plurals, numbers and dates, catalogues and their faults; and nothing for people stays untranslated."""

import ast
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from triage import LanguageError, Triage, language
from triage.errors import UnknownNameError
from triage.knowledge import KnowledgeBase
from triage.language import (
    ENGLISH,
    Language,
    accented,
    figures,
    filled,
    find_language,
    in_use,
    languages,
    read_catalogue,
    say,
    say_many,
    speaking,
)
from triage.resources import data_folder
from triage.translating import WORDS_FOR_UNITS, in_language, texts, translated
from triage.wording import amount, listed, lowered, semicolons, together

DAY = date(2026, 11, 25)
GERMAN = r"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
POLISH = (
    r"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=3; "
    r"plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"
)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Give a writer of catalogues into a folder that is then the one of code and templates."""
    monkeypatch.setattr("triage.language._folder", lambda: tmp_path)

    def written(code: str, body: str, head: str = GERMAN) -> Path:
        path = tmp_path / f"{code}.po"
        path.write_text(f'msgid ""\nmsgstr "{head}"\n\n{body}\n', encoding="utf-8")
        return path

    return written


def entry(english: str, words: str, *before: str) -> str:
    return "\n".join([*before, f"msgid {json.dumps(english)}", f"msgstr {json.dumps(words, ensure_ascii=False)}\n"])


PLURALS = """
msgid "{number} day before"
msgid_plural "{number} days before"
msgstr[0] "{number} dzień wcześniej"
msgstr[1] "{number} dni wcześniej"
msgstr[2] "{number} dni temu"
"""


def test_english_says_what_is_written() -> None:
    assert say("Takes {medicines}", medicines="a and b") == "Takes a and b"
    assert say_many(1, "{number} day before", "{number} days before") == "1 day before"
    assert say_many(2.5, "{number} day before", "{number} days before") == "2.5 days before"
    assert (in_use(), ENGLISH.direction, ENGLISH.is_source) == (ENGLISH, "ltr", True)


def test_a_value_is_never_read_as_a_phrase() -> None:
    assert say("{what}: yes", what="{medicines} {0}") == "{medicines} {0}: yes"
    assert say('such as {"name": "x"}') == 'such as {"name": "x"}'


def test_a_phrase_is_said_in_the_language_in_use_and_stays_english_where_it_is_missing(write: Write) -> None:
    write("de", entry("{what}: no", "Kein Befund zu {what}"))

    with speaking(find_language("de")):
        assert say("{what}: no", what="Fieber") == "Kein Befund zu Fieber"
        assert say("{what}: yes", what="Fieber") == "Fieber: yes"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1 dzień wcześniej"), (3, "3 dni wcześniej"), (3.0, "3 dni wcześniej"), (5, "5 dni temu"),
        (2.5, "2,5 dni temu"), (1_000_000, "1000000 dni temu"),
    ],
)  # fmt: skip
def test_a_number_chooses_its_form(write: Write, number: float, said: str) -> None:
    write("pl", PLURALS, POLISH)

    with speaking(find_language("pl")):
        assert say_many(number, "{number} day before", "{number} days before") == said


def test_a_plural_without_a_translation_stays_english(write: Write) -> None:
    write("pl", "", POLISH)

    with speaking(find_language("pl")):
        assert [say_many(n, "{number} day", "{number} days") for n in (1, 2)] == ["1 day", "2 days"]


def test_numbers_and_dates_are_written_as_people_do(write: Write) -> None:
    write("de", "")
    german = find_language("de")

    assert (figures("3.5"), ENGLISH.day(date(2026, 3, 12))) == ("3.5", "12 Mar 2026")
    assert (Language("en-XA").figures("3.5"), Language("ar-XB").day(date(2026, 3, 2))) == ("3.5", "2 Mar 2026")
    assert (german.figures("3.5"), german.day(date(2026, 3, 12))) == ("3,5", "12.03.2026")
    with speaking(german):
        assert (amount("3.5", "mmol/L"), amount("4", "")) == ("3,5 mmol/L", "4")


def test_lists_are_joined_in_the_order_of_the_language(write: Write) -> None:
    write(
        "de",
        entry("{first} and {last}", "{last} sowie {first}") + entry("{first}, {following}", "{first} + {following}"),
    )

    assert [together(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert [listed(["a", "b"]), listed(["a, b", "c"])] == ["a and b", "a, b; c"]
    with speaking(find_language("de")):
        assert together(["a", "b", "c"]) == "c sowie a + b"
        assert [listed(["a, b", "c"]), listed(["a + b", "c"])] == ["c sowie a, b", "a + b; c"]
        assert semicolons(iter("ab")) == "a; b"


def test_labels_begin_small_only_where_nouns_do(write: Write) -> None:
    write("de", "")

    assert [lowered("Back pain"), lowered("Addison disease"), lowered("ECG")] == ["back pain", "Addison disease", "ECG"]
    with speaking(find_language("de")):
        assert lowered("Rückenschmerz") == "Rückenschmerz"


def test_pseudo_english_keeps_values_and_marks_every_word() -> None:
    assert accented("{what}: yes") == "[{what}: ýés ~]"
    assert accented("{what}: {found}") == "{what}: {found}"
    assert accented("") == ""
    assert len(accented("Arrange a routine appointment")) >= 29 * 4 / 3
    assert not PLAIN.search(accented("abcdefghijklmnopqrstuvwxyz").replace("[", ""))
    with speaking(Language("en-XA")):
        assert say("{what}: yes", what="x") == "[x: ýés ~]"
        assert say_many(2, "{number} item", "{number} items") == "[2 îtéms ~]"
    assert Language("ar-XB").direction == "rtl"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("de", "de"), ("DE", "de"), ("de-AT", "de"), ("de_CH", "de"), ("pt", "pt-BR"), ("pt-PT", "pt-BR"), ("en", "en-GB"), ("en-US", "en-GB"), ("en-xa", "en-XA")],
)  # fmt: skip
def test_the_nearest_language_is_found(write: Write, wanted: str, found: str) -> None:
    write("de", "")
    write("pt-BR", "")

    assert languages() == ("en-GB", "de", "pt-BR", "en-XA", "ar-XB")
    assert find_language(wanted).code == found


@pytest.mark.parametrize("wanted", ["fr", "d", "", "ar"])
def test_a_language_that_is_not_there_is_said(write: Write, wanted: str) -> None:
    write("de", "")

    with pytest.raises(UnknownNameError, match="en-GB, de, en-XA, ar-XB"):
        find_language(wanted)


def test_a_translation_lacks_no_value_and_adds_none(write: Write) -> None:
    path = write("de", entry("{what}: no", "Kein Befund") + entry("{what}: yes", "{what} {what}, {mehr}"))

    with pytest.raises(LanguageError) as problem:
        read_catalogue(path)

    lines = str(problem.value).splitlines()
    assert [line.split("`")[1] for line in lines] == ["{what}: no", "{what}: yes"]
    assert all("it needs {what}" in line for line in lines)


@pytest.mark.parametrize(
    "content", [b"nothing of the kind\n", b'msgid "\xff\xfe"\nmsgstr "x"\n'], ids=["no PO", "bytes"]
)
def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "de.po"
    path.write_bytes(content)

    with pytest.raises(LanguageError, match=r"de\.po: cannot be read as a PO file"):
        read_catalogue(path)
    with pytest.raises(LanguageError, match=r"fr\.po: cannot be read"):
        read_catalogue(tmp_path / "fr.po")


def test_what_is_fuzzy_or_empty_is_left_out_and_the_rest_keyed_by_context(write: Write) -> None:
    body = entry("fired", "gefeuert", "#, fuzzy") + entry("holds", "") + entry("high", "hoch")
    path = write("de", body + entry("high", "erhöht", 'msgctxt "findings.lab_k.bands"'))
    found = read_catalogue(path)
    german = Language("de", found)

    assert set(found.texts) == {("", "high"), ("findings.lab_k.bands", "high")}
    assert [german.phrase("high"), german.phrase("high", found, "findings.lab_k.bands")] == ["hoch", "erhöht"]
    assert german.phrase("high", found, "findings.lab_na.bands") == "high"
    assert len(found.digest) == 64


def test_a_language_ends_with_its_block_and_belongs_to_its_thread() -> None:
    seen: list[Language] = []
    with speaking(Language("en-XA")):
        with pytest.raises(ValueError, match="inside"), speaking(Language("ar-XB")):
            raise ValueError("inside")
        thread = threading.Thread(target=lambda: seen.append(in_use()))
        thread.start()
        thread.join()
        assert in_use().code == "en-XA"

    assert (seen, in_use()) == ([ENGLISH], ENGLISH)


def spoken() -> Iterator[tuple[str, ast.Call, int]]:
    """Give every call of `say` and `say_many` in the package with the place of its first phrase."""
    for path in sorted(Path(language.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        taken = {
            alias.asname or alias.name: alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "triage.language"
            for alias in node.names
        }
        for node in ast.walk(tree):
            name = taken.get(node.func.id) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None
            if isinstance(node, ast.Call) and name in ("say", "say_many"):
                yield f"{path.name}:{node.lineno}", node, int(name == "say_many")


def test_phrases_are_literals_that_can_be_collected_and_get_the_values_they_name() -> None:
    calls = list(spoken())

    assert len(calls) > 150
    for place, call, first in calls:
        phrases = [arg.value for arg in call.args[first:] if isinstance(arg, ast.Constant)]
        assert len(phrases) == len(call.args) - first == 1 + first, place
        given = {word.arg for word in call.keywords} | ({"number"} if first else set())
        if call.keywords or first:
            assert {name for phrase in phrases for name in re.findall(r"{(\w+)}", phrase)} == given, place


# The knowledge base in another language.


@pytest.fixture(scope="module")
def pseudo() -> Triage:
    return Triage(language="en-XA", engine="compiled")


@pytest.fixture(scope="module")
def english(pseudo: Triage) -> Triage:
    return pseudo.in_language("en-GB")


def test_a_translated_knowledge_base_decides_the_same(knowledge: KnowledgeBase) -> None:
    other = in_language(knowledge, data_folder("knowledge_base"), Language("en-XA"))

    assert other.pattern_conditions == knowledge.pattern_conditions
    assert list(other.rules) == list(knowledge.rules)
    for name, rule in knowledge.rules.items():
        same = other.rules[name]
        decides = (rule.when, rule.urgency, rule.certainty, rule.gap, rule.cause, rule.destinations, rule.basis.sources)
        assert decides == (
            same.when, same.urgency, same.certainty, same.gap, same.cause, same.destinations, same.basis.sources,
        )  # fmt: skip
        assert same.title == accented(rule.title)
    for name, finding in knowledge.findings.items():
        same_finding = other.findings[name]
        assert [one.id for one in finding.options] == [one.id for one in same_finding.options]
        for one, two in zip(finding.units, same_finding.units, strict=True):
            assert replace(two, spellings=one.spellings) == one
            assert set(one.spellings) <= set(two.spellings)
        if finding.bands is not None and same_finding.bands is not None:
            assert [limit for limit, _ in finding.bands.cuts] == [limit for limit, _ in same_finding.bands.cuts]
    held = [[one.when for one in item.withhold] for item in knowledge.guidance.advice.values()]
    assert held == [[one.when for one in item.withhold] for item in other.guidance.advice.values()]
    assert (other.content_hash, other.language, other.translation) == (knowledge.content_hash, "en-XA", "")
    assert knowledge.language == "en-GB"


def test_medicines_are_read_the_same(knowledge: KnowledgeBase) -> None:
    other = translated(knowledge, lambda under, text: accented(text))

    names = [name for one in knowledge.catalogue.ingredients.values() for name in (one.label, *one.synonyms)]
    for text in [*names, "furosemide 40 mg twice daily", "diclofenac gel", accented("furosemide"), "furosemdie"]:
        # The note names the medicine that may be meant as its reader calls it.
        assert replace(other.catalogue.read(text), note="") == replace(knowledge.catalogue.read(text), note="")


def test_texts_are_collected_once_with_what_they_stand_under(knowledge: KnowledgeBase) -> None:
    found = texts(knowledge)

    assert ("rules.VA-01.title", knowledge.rules["VA-01"].title) in found
    assert ("urgencies.emergency.request_about", "Please assess now: {about}.") in found
    assert all(under and text for under, text in found)


def test_a_pack_speaks_by_its_own_catalogue_and_only_what_it_has(tmp_path: Path, write: Write) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(Path(__file__).parents[1] / "packs" / "nosebleed", pack)
    write("de", entry("Urgency now: {level}", "Dringlichkeit: {level}") + entry("routine", "bald"))
    write("fr", "")
    triage = Triage(pack)
    finding = next(iter(triage.knowledge.findings.values()))
    (pack / "locale").mkdir()
    head = f'msgid ""\nmsgstr "{GERMAN}"\n\n'
    under = f'msgctxt "findings.{finding.id}.label"'
    (pack / "locale" / "de.po").write_text(head + entry(finding.label, "Nase", under), encoding="utf-8")

    german = triage.in_language("de-AT")
    assessment = german.assess({}, on=DAY)

    assert german.knowledge.findings[finding.id].label == "Nase"
    assert (triage.knowledge.findings[finding.id].label, german.language.code) == (finding.label, "de")
    assert assessment.knowledge_base.language == "de"
    assert len(assessment.knowledge_base.translation) == 64
    assert german.what_would_change({}, on=DAY).to_text().startswith("Dringlichkeit: bald\n")
    assert in_use() is ENGLISH
    with pytest.raises(UnknownNameError, match="has no words in `fr`; there is en-GB, de"):
        triage.in_language("fr")


# Nothing that people read stays untranslated.

PLAIN = re.compile("[aceinouyACEINOUY]")
"""Letters that pseudo-English writes with an accent: where one stands, something was not translated."""

CONSTANTS = frozenset(
    [
        "schema",
        "id",
        "as_of",
        "engine",
        "engine_version",
        "content_hash",
        "version",
        "language",
        "translation",
        "on",
        "name",
        "finding",
        "findings",
        "kind",
        "answered_by",
        "state",
        "chosen",
        "certainty",
        "group",
        "row",
        "cause",
        "rules",
        "held_by",
        "truth",
        "how",
        "urgency",
        "level",
        "could_reach",
        "raises",
        "established",
        "possible",
        "scope",
        "order",
        "destinations",
        "patterns",
        "open_findings",
        "open",
        "set_aside",
        "provenance",
        "sources",
        "links",
        "read_as",
        "place",
        "outside",
        "quantity",
    ]
)
"""Names of fields that hold ids and constants, the same in every language."""

PLACES = frozenset(
    ["certificate.because", "sources.title", "raises.answer", "lowers.answer", "together.answers.answer",
     "raises.answer.unit", "lowers.answer.unit", "together.answers.answer.unit"]
)  # fmt: skip
"""Fields whose names hold words elsewhere."""

HOST = (
    "patient.",
    "referral.",
    "medicines.entries.text",
    "medicines.entries.dose",
    "medicines.entries.taken",
    "laboratory.given",
)
"""What the host or the person wrote, printed as it is."""

FAULTY = {
    "on": "soon",
    "medicines_complete": "x",
    "patient": {"nmae": 1, "name": 3, "born": "1950"},
    "referral": [1],
    "lab_k": {"value": 3.1, "unit": "mmol/L", "on": "2030-01-01"},
    "lab_na": {"value": "130 mmol/L", "unit": "mg", "x": 1},
    "lab_mg": {"value": 1, "unit": 3},
    "lab_ca_total": "9 mmol/L",
    "lab_creat": "< 60 umol/L",
    "temp_c": True,
    "age_years": "300",
    "saddle_numb": "maybe",
    "sex_for_ranges": "femal",
    "cramp_site": "calf",
    "medicines": [
        "furosmide", "simvastatin 20 mg", 3, {"name": "senna", "doze": "1", "dose": 4, "atc": "x", "started": -3, "stopped": "2030-01-01"},
        "diclofenac gel", "x" * 400, {"name": "furosemide 40 mg", "started": 1, "stopped": 0},
    ],
}  # fmt: skip
CONTRADICTING = {
    "age_years": 67, "cramps_after_drug": True, "medicines": ["paracetamol"], "weakness": False, "weakness_speed": "sudden",
    "lab_k": "3.1 mmol/L", "fever": False, "temp_c": 38.5,
}  # fmt: skip


def example(name: str) -> dict[str, Any]:
    return dict(json.loads((data_folder("examples") / f"{name}.json").read_text(encoding="utf-8")))


CASES = {
    "faulty": FAULTY,
    "contradicting": CONTRADICTING,
    "nothing": {},
    **{name: example(name) for name in ("diuretic_and_laxative", "hand_cramp_benign", "cauda_equina")},
}


def leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Give every text of plain data with the names of the fields it stands in."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, path)
    elif isinstance(value, str):
        yield path, value


def is_word(path: str) -> bool:
    return path.rsplit(".", 1)[-1] not in CONSTANTS and path not in PLACES and not path.startswith(HOST)


def told(triage: Triage, intake: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give every text of everything an engine says about somebody."""
    assessment = triage.assess(intake, on=DAY)
    yield from leaves(json.loads(assessment.to_json()))
    yield from leaves(json.loads(triage.next_question(intake, on=DAY).to_json()))
    names = [*(cause.id for cause in assessment.causes[:2]), "adv_stretch", assessment.patterns[0].id]
    for name in names:
        yield from leaves(json.loads(triage.explain(intake, name, on=DAY).to_json()))


def foreign(triage: Triage, intake: dict[str, Any]) -> re.Pattern[str]:
    """Give what is no word of ours: ids, symbols of units, medicines as they were written, names in backticks."""
    knowledge = triage.knowledge
    units = {
        unit.shown for one in knowledge.findings.values() for unit in one.units if unit.ucum not in WORDS_FOR_UNITS
    }
    units |= {quantity.unit.shown for quantity in knowledge.derived.values()}
    written = {entry.text for entry in triage.assess(intake, on=DAY).medicines.entries}
    ids = {*knowledge.sources, *knowledge.rules, *knowledge.patterns, *knowledge.guidance.advice}
    names = sorted(units | written | ids, key=len, reverse=True)
    return re.compile(rf"`[^`]*`|(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")


@pytest.mark.parametrize("name", CASES)
def test_every_word_is_translated(pseudo: Triage, name: str) -> None:
    intake = CASES[name]
    said = {(path, text) for path, text in told(pseudo, intake) if text and is_word(path)}
    # Faults show samples and ids inside their phrases: what counts is that the phrase is one.
    faults = {text for path, text in said if path.startswith("input_faults.")}
    rest = {text for path, text in said if not path.startswith("input_faults.")}

    assert [text for text in faults if not (text.startswith("[") and text.endswith("~]"))] == []
    spared = foreign(pseudo, intake)
    assert [text for text in rest if PLAIN.search(spared.sub("", text))] == []


def test_the_cases_say_much() -> None:
    """The faulty case has a fault of most kinds, the contradicting one conflicts of both kinds."""
    triage = Triage(engine="compiled")
    faults = {fault.problem for fault in triage.assess(FAULTY, on=DAY).input_faults}
    conflicts = triage.assess(CONTRADICTING, on=DAY).conflicts

    assert len(faults) >= 15
    assert {one.id.split(":")[0] for one in conflicts} >= {"follow_up", "weakness_denied_but_timed"}


@pytest.mark.parametrize("name", CASES)
def test_ids_and_constants_are_the_same_in_every_language(pseudo: Triage, english: Triage, name: str) -> None:
    def constants(triage: Triage) -> list[tuple[str, str]]:
        said = list(told(triage, CASES[name]))
        # An entry that cannot be read at all has words of ours instead of the person's.
        other = ("language", "medicines.entries.text")
        return [(path, text) for path, text in said if not is_word(path) and not path.endswith(other)]

    assert constants(pseudo) == constants(english)


def test_values_are_beside_their_words(pseudo: Triage, english: Triage) -> None:
    for triage in (pseudo, english):
        assessment = triage.assess(FAULTY | {"fever": False, "back_pain": True}, on=DAY)
        yes = {answer.finding: answer.yes for answer in assessment.answers if answer.yes is not None}

        assert yes == {"fever": False, "back_pain": True}
        last = assessment.medicines.entries[-1]
        assert (last.started_days, last.stopped_days) == (1.0, 0.0)


def test_changes_and_explanations_are_worded_throughout(pseudo: Triage) -> None:
    intake = CASES["diuretic_and_laxative"]
    found = pseudo.what_would_change(intake, on=DAY)
    said = [text for path, text in leaves(json.loads(found.to_json())) if text and is_word(path)]
    for text in (
        found.to_text(),
        *(pseudo.explain(intake, name, on=DAY).to_text() for name in ("DR-01", "adv_stretch")),
    ):
        said += text.splitlines()

    spared = foreign(pseudo, intake)
    assert len(said) > 100
    assert [text for text in said if PLAIN.search(spared.sub("", text))] == []
    assert found.from_json(found.to_json()).to_text() == found.to_text()
    assert in_use() is ENGLISH


def test_values_are_put_in_by_name_and_nothing_else() -> None:
    assert filled("{a} and {{b}}", {"a": "{b}"}) == "{b} and {b}"
    assert filled("{{as written}}", {}) == "{{as written}}"
    assert filled("{a.__class__} {a!r} {a:>9}", {"a": 1}) == "{a.__class__} {a!r} {a:>9}"
    with pytest.raises(KeyError):
        filled("{b}", {"a": 1})
