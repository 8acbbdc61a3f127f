"""Advice on real people: what the vignettes expect, and the safety properties of the evidence (section 8) that speak of advice.

The properties are held over every vignette, every example, ordinary people with a few answers changed, and random intakes.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from tests.property.test_real_intakes import RealIntakes
from triage import Triage
from triage.assessment import Assessment
from triage.conditions import Urgency
from triage.findings import Answerer
from triage.knowledge import KnowledgeBase
from triage.resources import data_folder
from triage.truth import TRUE

ROOT = Path(__file__).resolve().parents[2]
CASES = [
    case
    for path in sorted(data_folder("knowledge_base").glob("cases/vignettes/*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]
EXAMPLES = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "examples").glob("*.json"))
}
ON = date(2026, 3, 12)

CHANGED: dict[str, dict[str, Any]] = {
    "low potassium": {"lab_k": "3.2 mmol/L"},
    "varicose veins": {"varicose_veins": True, "abpi": 1.0},
    "low vitamin D": {"lab_vitd": "20 nmol/L"},
}
"""Ordinary people with what makes rare advice relevant."""

RANDOM = 160
"""Random intakes, and as many ordinary people with a few answers changed."""

ON_THE_LIMB = {"adv_massage", "adv_stretch", "adv_contrast_bath", "adv_heat"}
WITH_STRAIN = {"adv_move", "adv_exercise_more", "adv_stretch", "adv_massage"}

CHANGING = re.compile(
    r"\b(stop|halve|reduce|increase|change|switch|swap|pause|withhold|hold|double|skip|discontinue|taper|wean|omit|miss|adjust"
    r"|lower|raise|restart|leave out|come off|cut down|cut out|go without|no longer take|take (?:more|less|fewer|half|twice|an? extra))\b",
    re.IGNORECASE,
)
"""Every way to tell somebody to stop or change something."""

HARMLESS = (
    "do not stop your medicines", "do not stop or change a medicine on your own", "do not stop suddenly", "get medical help to cut down", "before you change your diet",
    "and hold it until it lets go", "something firm to hold on to", "pause and stretch that muscle", "stop well before the end of the movement",
    "early session stop", "does not stop a cramp", "best supported way to stop an attack", "will not stop", "lower spine", "see double",
    "bladder or bowel change", "skin change", "ECG change", "vision change", "visual change", "sensory change", "thyroid change",
     "that change colour", "can change thyroid function", "medicines that lower potassium", "medicines that lower sodium",
    "the medicines that lower it", "can lower sodium", "can raise calcium", "medicines that raise calcium", "together raise potassium",
)  # fmt: skip
"""The only phrases with such a word; none is about a prescribed medicine but "do not stop your medicines"."""

ASKED = (
    "Do you shake, sweat or feel ill if you stop drinking?", "Did you stop or cut down a lot in the last 3 days?",
    "How many days ago did you start or change the dose?", "Did you miss or stop steroids?", "Do you eat very little, skip meals often",
    "Did you miss a dialysis session?",
    "Did you stop a cholesterol tablet (statin) in the last 12 months?", "did you suddenly stop a calming, sleeping, muscle-relaxing",
)  # fmt: skip
"""Questions about what somebody has done already."""

NEVER_ADVISED = re.compile(
    r"quinine|tonic water|diltiazem|baclofen|mexiletine|gabapentin|pregabalin|muscle relaxant|paper.?bag|as much as possible",
    re.I,
)
URGES_FLUID = re.compile(
    r"drink (?:more|plenty|lots|extra|at least)|more (?:fluids?|water)|extra (?:fluids?|water)|as possible", re.I
)
BOOKING = re.compile(
    r"\b(?:routine|appointments?|book|self-care|pharmacist can help|look after this yourself|ordinary|six weeks|6 weeks|two weeks|14 days"
    r"|wait and see|no visit)\b",
    re.IGNORECASE,
)
"""Words of booking an ordinary visit or of staying at home."""


@dataclass(frozen=True)
class Person:
    """One assessed intake; `name` says which."""

    name: str
    raw: dict[str, Any]
    found: Assessment

    def holds(self, pattern: str) -> bool:
        return any(one.id == pattern and one.truth == "true" for one in self.found.patterns)

    def said(self, finding: str) -> object:
        """Give the answer of a finding, None where there is no usable one."""
        answer = next(one for one in self.found.answers if one.finding == finding)
        return answer.shown if answer.state == "answered" else None

    def applies(self, finding: str) -> bool:
        return next(one for one in self.found.answers if one.finding == finding).state != "not_applicable"

    @property
    def given(self) -> set[str]:
        return {one.id for one in self.found.advice_given}

    @property
    def advised(self) -> list[str]:
        """Give every text that tells the person what to do."""
        found = [self.found.urgency.plain_action, self.found.urgency.action]
        found += [text for one in self.found.advice_given for text in (one.text, *one.cautions)]
        found += [one.replacement for one in self.found.advice_withheld]
        found += [text for one in self.found.safety_netting for text in (one.title, *one.points)]
        return found


def ordinary(knowledge: KnowledgeBase, random: Random) -> dict[str, Any]:
    """Give an ordinary person of the examples with a few answers drawn anew, left out or not known."""
    raw = dict(
        EXAMPLES[random.choice(("night_cramps", "long_sitting", "overload_after_exercise", "pregnancy_night_cramps"))]
    )
    draws = RealIntakes(knowledge)
    for finding in random.sample(sorted(knowledge.findings.values(), key=lambda one: one.id), random.randint(1, 9)):
        raw[finding.id] = draws.answer(random, finding, yes=0.5)
    for name in random.sample(sorted(knowledge.findings.keys() & raw.keys()), random.choice((0, 0, 1, 3))):
        raw[name] = "unknown"
    return raw


@pytest.fixture(scope="module")
def engine() -> Triage:
    return Triage()


@pytest.fixture(scope="module")
def people(engine: Triage) -> list[Person]:
    draws = RealIntakes(engine.knowledge)
    raws = {f"vignette {case['id']}": case["intake"] for case in CASES}
    raws |= {f"example {name}": raw for name, raw in EXAMPLES.items()}
    raws |= {name: {**EXAMPLES["night_cramps"], **changes} for name, changes in CHANGED.items()}
    for number in range(RANDOM):
        raws[f"random {number}"] = draws.draw(Random(f"advice/{number}"))
        raws[f"ordinary {number}"] = ordinary(engine.knowledge, Random(f"ordinary/{number}"))
    return [Person(name, raw, engine.assess(raw, on=ON)) for name, raw in raws.items()]


def broken(people: list[Person], where: Callable[[Person], bool], rule: Callable[[Person], bool]) -> list[str]:
    """Give those for whom a property applies and does not hold; it must apply to somebody."""
    some = [person for person in people if where(person)]
    assert some, "the property was held for nobody"
    return [person.name for person in some if not rule(person)]


EXPECTING = [case for case in CASES if case["expect"].keys() & {"advice_given", "advice_withheld"}]


def relevant(engine: Triage, case: dict[str, Any], item: str) -> bool:
    """Whether an advice item is about this person at all; one that is not is neither given nor listed as withheld."""
    entries = engine.explain(case["intake"], item, on=ON).entries
    return all(entry.truth is TRUE for entry in entries if entry.kind == "offer")


@pytest.mark.parametrize("case", EXPECTING, ids=lambda case: case["id"])
def test_vignette(engine: Triage, case: dict[str, Any]) -> None:
    found = engine.assess(case["intake"], on=ON)
    given, withheld = {one.id for one in found.advice_given}, {one.id for one in found.advice_withheld}
    kept_back = set(case["expect"].get("advice_withheld", ()))

    assert found.urgency.level.value == case["expect"]["urgency"]
    assert set(case["expect"].get("advice_given", ())) <= given, [
        (one.id, one.reasons) for one in found.advice_withheld
    ]
    assert not kept_back & given
    assert [name for name in sorted(kept_back - withheld) if relevant(engine, case, name)] == []


def test_ordinary_night_cramps_are_self_care_with_stretching(engine: Triage) -> None:
    found = engine.assess(EXAMPLES["night_cramps"])

    assert found.urgency.level is Urgency.SELF_CARE
    assert "adv_stretch" in {one.id for one in found.advice_given}
    assert found.red_flags.complete


def test_people_are_of_every_level(engine: Triage, people: list[Person]) -> None:
    """The properties below are worth something: every level comes up often, and every advice item is given to somebody."""
    levels = [person.found.urgency.level for person in people]

    assert all(levels.count(level) >= 15 for level in Urgency), {level.value: levels.count(level) for level in Urgency}
    assert {name for person in people for name in person.given} == engine.knowledge.guidance.advice.keys()
    assert {one.id for person in people for one in person.found.advice_withheld} >= ON_THE_LIMB | WITH_STRAIN


def test_p18_nothing_is_done_to_a_limb_in_danger(people: list[Person]) -> None:
    danger = ("dvt_suspected", "limb_ischaemia_suspected", "compartment_suspected")

    for pattern in danger:
        assert (
            broken(people, lambda one, pattern=pattern: one.holds(pattern), lambda one: not ON_THE_LIMB & one.given)
            == []
        )


def test_p19_no_magnesium_for_kidneys_that_cannot_clear_it(people: list[Person]) -> None:
    def doubtful(one: Person) -> bool:
        return one.said("lab_egfr") is None and one.said("ckd_known") != "no"

    assert (
        broken(people, lambda one: one.holds("renal_restricted"), lambda one: "adv_mg_supplement" not in one.given)
        == []
    )
    assert broken(people, doubtful, lambda one: "adv_mg_supplement" not in one.given) == []


def test_p20_no_fluids_urged_where_they_may_harm(people: list[Person]) -> None:
    def restricted(one: Person) -> bool:
        return one.holds("fluid_restricted_any") or one.said("heart_failure") is None

    assert broken(people, restricted, lambda one: "adv_fluids" not in one.given) == []
    assert broken(people, lambda _: True, lambda one: not any(map(URGES_FLUID.search, one.advised))) == []


def test_p21_no_strain_on_breaking_muscle(people: list[Person]) -> None:
    assert broken(people, lambda one: one.holds("rhabdo_suspected"), lambda one: not WITH_STRAIN & one.given) == []


def texts(knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Give every text of the knowledge base that may be printed, with where it stands."""
    guidance = knowledge.guidance
    entries: list[object] = [*knowledge.rules.values(), *knowledge.findings.values(), *knowledge.derived.values()]
    entries += [
        *knowledge.catalogue.classes.values(),
        *knowledge.catalogue.ingredients.values(),
        *knowledge.screen,
        knowledge.manifest,
    ]
    for part in fields(guidance):
        entries += getattr(guidance, part.name).values()
    entries += [line for item in guidance.advice.values() for line in (*item.withhold, *item.cautions)]
    entries += [option for finding in knowledge.findings.values() for option in finding.options]
    for entry in entries:
        for part in fields(entry):
            value = getattr(entry, part.name)
            for text in value if part.name == "points" else [value]:
                if isinstance(text, str) and part.name not in ("id", "row", "group", "dated_by", "kind"):
                    yield f"{getattr(entry, 'id', type(entry).__name__)}: {part.name}", text


def changes(text: str) -> bool:
    """Whether a text tells to stop or change something, once the harmless phrases are set aside."""
    for phrase in (*HARMLESS, *ASKED):
        text = re.sub(re.escape(phrase), "", text, flags=re.IGNORECASE)
    return CHANGING.search(text) is not None


def test_p22_no_text_tells_to_stop_or_change_a_medicine(knowledge: KnowledgeBase) -> None:
    said = list(texts(knowledge))

    assert len(said) > 2000
    assert [f"{place}: {text}" for place, text in said if changes(text)] == []


@pytest.mark.parametrize(
    "text",
    ["Stop the statin.", "Halve your water tablet", "Ask to pause it, then taper off", "Take half of it", "do not stop your tea; change your tablet"],
)  # fmt: skip
def test_p22_would_catch_it(text: str) -> None:
    assert changes(text)


def test_p22_every_harmless_phrase_is_needed(knowledge: KnowledgeBase) -> None:
    """A phrase that stands nowhere, or holds no word of changing, would only widen what passes."""
    everything = "\n".join(text for _, text in texts(knowledge)).casefold()

    assert [phrase for phrase in (*HARMLESS, *ASKED) if phrase.casefold() not in everything] == []
    assert [phrase for phrase in (*HARMLESS, *ASKED) if not CHANGING.search(phrase)] == []


def test_p23_quinine_and_its_like_are_never_advised(knowledge: KnowledgeBase, people: list[Person]) -> None:
    items = knowledge.guidance.advice.values()
    told = [(item.id, text) for item in items for text in (item.title, item.text, item.replacement)]
    told += [(item.id, caution.text) for item in items for caution in item.cautions]

    assert [one for one in told if NEVER_ADVISED.search(one[1])] == []
    assert broken(people, lambda _: True, lambda one: not any(map(NEVER_ADVISED.search, one.advised))) == []


def test_p40_given_and_withheld_are_apart_and_withheld_has_a_reason(people: list[Person]) -> None:
    def apart(one: Person) -> bool:
        return not one.given & {item.id for item in one.found.advice_withheld}

    assert broken(people, lambda _: True, apart) == []
    assert (
        broken(
            people,
            lambda _: True,
            lambda one: all(
                all(item.reasons) and (item.reasons or item.held_by == "urgency") for item in one.found.advice_withheld
            ),
        )
        == []
    )


def test_p41_pregnancy(people: list[Person]) -> None:
    """Magnesium only with the word of midwife or doctor, and nothing that heats the whole body."""

    def careful(one: Person) -> bool:
        said = {item.id: " ".join(item.cautions) for item in one.found.advice_given}
        magnesium = "midwife or doctor" in said.get("adv_mg_supplement", "midwife or doctor")
        return magnesium and "adv_contrast_bath" not in said and "no bath" in said.get("adv_heat", "no bath")

    assert broken(people, lambda one: one.said("pregnant") == "yes", careful) == []


def seen_today(one: Person) -> bool:
    return one.found.urgency.level.rank >= Urgency.SAME_DAY.rank


def test_p42_nobody_to_be_seen_today_is_told_to_book_or_to_stay_at_home(people: list[Person]) -> None:
    def no_booking(one: Person) -> bool:
        places = [text for place in one.found.destinations for text in (place.label, place.plain)]
        return not any(map(BOOKING.search, (*one.advised, *places, one.found.urgency.request)))

    def no_later_place(one: Person) -> bool:
        levels = [place.urgency for place in one.found.destinations]
        return bool(levels) and all(level is not None and level.rank >= Urgency.URGENT.rank for level in levels)

    assert broken(people, seen_today, no_booking) == []
    assert broken(people, seen_today, no_later_place) == []


def test_only_first_aid_is_left_where_somebody_must_be_seen_today(engine: Triage, people: list[Person]) -> None:
    first_aid = {item.id for item in engine.knowledge.guidance.advice.values() if item.first_aid}

    assert broken(people, seen_today, lambda one: one.given <= first_aid) == []


def test_advice_does_not_depend_on_who_can_still_be_asked(engine: Triage) -> None:
    for name in ("night_cramps", "partial_first_minutes", "swollen_calf"):
        person, everybody = (
            engine.assess(EXAMPLES[name], on=ON, scope=scope) for scope in ((Answerer.PERSON,), tuple(Answerer))
        )

        assert person.advice_given == everybody.advice_given
        assert person.advice_withheld == everybody.advice_withheld
