"""On the limit and just beside it, in every accepted unit, a quantity lands on its right side.

Values are written so that each unit reads back as the very number that is meant. Most limits have no short text in a converted
unit (2.2 mmol/L of calcium is 8.817635270541... mg/dL); twelve decimals hit it exactly once values are rounded to six. What a
laboratory would really print (six decimals) falls clearly on one side, and exact arithmetic says on which.
"""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

import pytest

from triage.chart import Chart
from triage.charting import chart_of
from triage.conditions import Compare, Condition, Operator, walk
from triage.findings import Bands, FindingDefinition, Unit
from triage.intake import read_intake
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.truth import TRUE, of
from triage.verdict import verdict

STEP = Fraction("0.000001")
"""Values are rounded to six decimals: the next number there is."""

CUT_POINTS = {
    "lab_na": "120 125 130 133 135 147 150 160",
    "lab_k": "2.5 3.0 3.5 5.4 5.5 6.0 6.5",
    "lab_mg": "0.40 0.50 0.70 1.01 1.50 2.00",
    "lab_ca_total": "1.90 2.10 2.20 2.61 3.00 3.50",
    "lab_ca_adj": "1.90 2.10 2.20 2.61 3.00 3.50",
    "ca_adj": "1.90 2.10 2.20 2.61 3.00 3.50",
    "lab_ca_ion": "0.90 1.15 1.31 1.50",
    "lab_phos": "0.30 0.60 0.80 1.51",
    "ck_ratio": "1.01 4 10 40",
    "lab_tsh": "0.1 0.4 4.01 10",
    "lab_egfr": "15 30 45 60",
    "lab_glucose": "3.0 4.0 11.1 20",
    "lab_hba1c": "42 48",
    "lab_ferritin": "15 30 50 75",
    "lab_vitd": "25 51",
    "abpi": "0.50 0.80 0.90 1.31",
}
"""The cut points of the evidence (3.3.1); each opens the band after it."""

FACTORS = {
    "lab_na": {"meq/L": "1"},
    "lab_k": {"meq/L": "1"},
    "lab_mg": {"mg/dL": "0.4114", "meq/L": "0.5"},
    "lab_ca_total": {"mg/dL": "0.2495", "meq/L": "0.5"},
    "lab_ca_adj": {"mg/dL": "0.2495", "meq/L": "0.5"},
    "lab_ca_ion": {"mg/dL": "0.2495", "meq/L": "0.5"},
    "lab_phos": {"mg/dL": "0.3229"},
    "lab_albumin": {"g/dL": "10"},
    "lab_creat": {"mg/dL": "88.4"},
    "lab_creat_base": {"mg/dL": "88.4"},
    "lab_glucose": {"mg/dL": "0.0555"},
    "lab_hba1c": {"%": "10.929"},
    "lab_vitd": {"ng/mL": "2.496"},
    "lab_ferritin": {"ng/mL": "1"},
    "lab_tsh": {"u[IU]/mL": "1"},
    "lab_ck": {"[IU]/L": "1", "ukat/L": "60"},
    "lab_ck_uln": {"[IU]/L": "1", "ukat/L": "60"},
}
"""The exact factors of the evidence (3.1) by UCUM unit; without them the tests below would only compare a unit with itself."""

DERIVED = {
    "ca_adj": [({}, "lab_ca_adj", 1, 0), ({"lab_albumin": "40 g/L", "age_years": 40}, "lab_ca_total", 1, 0)],
    "ck_ratio": [({"lab_ck_uln": "100 U/L"}, "lab_ck", 100, 0)],
    "creat_ratio": [({"lab_creat_base": "100 umol/L"}, "lab_creat", 100, 0)],
    "creat_rise": [({"lab_creat_base": "100 umol/L"}, "lab_creat", 1, 100)],
    "lab_slow_age": [({}, "lab_slow_date_days", 1, 0), ({}, "lab_date_days", 1, 0)],
    "bmi": [({"height_cm": "100 cm"}, "weight_kg", 1, 0)],
}
"""Other answers with which a derived quantity is `finding = factor * quantity + shift`, as (answers, finding, factor, shift)."""

COUNTED = {"wells_positive"}
"""Derived quantities that count answers: no value can be written."""

MEASURED = (
    "lab_na", "lab_k", "lab_mg", "lab_ca_total", "lab_ca_adj", "lab_ca_ion", "lab_phos", "lab_glucose", "lab_creat", "lab_ck",
)  # fmt: skip
"""Where the same quantity must give the same urgency in every unit (P-30)."""

PEOPLE = (
    {"lab_creat_base": "100 umol/L", "lab_creat_base_days": 1, "lab_ck_uln": "100 U/L", "lab_albumin": "40 g/L", "age_years": 40},
    {"muscle_cramps": True, "weakness": True, "tingle_mouth": True, "diabetes": True, "medicines": ["digoxin"]},
    {},
)  # fmt: skip


def exact(number: float) -> Fraction:
    """Give the decimal number a limit was written as."""
    return Fraction(str(number))


def decimal(value: Fraction, digits: int) -> str:
    """Write a number with at most so many decimals."""
    whole, rest = divmod(abs(round(value * 10**digits)), 10**digits)
    return f"{'-' * (value < 0)}{whole}.{rest:0{digits}d}"


def read_as(unit: Unit, text: str) -> Fraction:
    """Give the canonical value of a text in a unit, by exact arithmetic, rounded once to six decimals."""
    return round((Fraction(text) + unit.offset) * unit.factor, 6)


def conditions(knowledge: KnowledgeBase) -> Iterator[Condition]:
    for entry in (*knowledge.rules.values(), *knowledge.patterns.values()):
        yield entry.when
    for finding in knowledge.findings.values():
        if finding.only_if is not None:
            yield finding.only_if
    for item in knowledge.guidance.advice.values():
        yield from (held.when for held in item.withhold)
        if item.offer_when is not None:
            yield item.offer_when


def comparisons(knowledge: KnowledgeBase) -> dict[str, set[Compare]]:
    """Give every comparison of every quantity, once."""
    found: dict[str, set[Compare]] = defaultdict(set)
    for condition in conditions(knowledge):
        for node in walk(condition):
            if isinstance(node, Compare):
                found[node.quantity].add(node)
    return found


def limits(knowledge: KnowledgeBase, name: str) -> list[Fraction]:
    """Give every limit and cut point of a finding, those of the quantities derived from it in its own terms."""
    entry = {**knowledge.findings, **knowledge.derived}[name]
    found = {exact(test.limit) for test in comparisons(knowledge)[name]}
    found |= {exact(cut) for cut, _ in entry.bands.cuts} if entry.bands is not None else set()
    for derived, ways in DERIVED.items():
        for _, finding, factor, shift in ways:
            if finding == name:
                found |= {limit * factor + shift for limit in limits(knowledge, derived)}
    return sorted(found)


def realistic(some: list[Fraction]) -> Fraction:
    """Give one step of the last decimal that any of these limits is written with."""
    return Fraction(
        1, next(10**digits for digits in range(7) if all((one * 10**digits).denominator == 1 for one in some))
    )


def around(limit: Fraction, step: Fraction) -> list[Fraction]:
    return [limit - step, limit - STEP, limit, limit + STEP, limit + step]


def texts(unit: Unit, value: Fraction) -> list[str]:
    """Write a canonical value in a unit: so that it is read back as itself, and as a laboratory prints it."""
    inside = value / unit.factor - unit.offset
    return [decimal(inside, 12), decimal(inside, 6)]


def chart(knowledge: KnowledgeBase, raw: dict[str, object]) -> Chart:
    return chart_of(knowledge, read_intake(knowledge, raw).answers)


def plausible(finding: FindingDefinition, value: Fraction) -> bool:
    return exact(finding.low) <= value <= exact(finding.high)


def holds(test: Compare, value: Fraction) -> bool:
    limit = exact(test.limit)
    match test.operator:
        case Operator.BELOW:
            return value < limit
        case Operator.AT_MOST:
            return value <= limit
        case Operator.ABOVE:
            return value > limit
        case Operator.AT_LEAST:
            return value >= limit


def band(bands: Bands, value: Fraction) -> str:
    return [bands.first, *(word for limit, word in bands.cuts if value >= exact(limit))][-1]


def test_cut_points_are_those_of_the_evidence(knowledge: KnowledgeBase) -> None:
    entries = {**knowledge.findings, **knowledge.derived}
    banded = {name: one.bands for name, one in entries.items() if one.bands is not None}

    assert {name: [exact(cut) for cut, _ in bands.cuts] for name, bands in banded.items() if bands is not None} == {
        name: [Fraction(cut) for cut in cuts.split()] for name, cuts in CUT_POINTS.items()
    }


def test_units_are_those_of_the_evidence(knowledge: KnowledgeBase) -> None:
    converted = {name: one.units[1:] for name, one in knowledge.findings.items() if len(one.units) > 1}

    assert {name: {unit.ucum: unit.factor for unit in units} for name, units in converted.items()} == {
        name: {unit: Fraction(factor) for unit, factor in factors.items()} for name, factors in FACTORS.items()
    }
    assert {(name, unit.offset) for name, units in converted.items() for unit in units if unit.offset} == {
        ("lab_hba1c", Fraction("-2.152"))
    }


def test_every_finding_lands_on_the_right_side_in_every_unit(knowledge: KnowledgeBase) -> None:
    """Truth of every comparison and the band, for the limit, one step of a millionth and one realistic step beside it."""
    tests, wrong, tried = comparisons(knowledge), [], 0
    for name, finding in knowledge.findings.items():
        some = limits(knowledge, name) if finding.units else []
        for value in {value for limit in some for value in around(limit, realistic(some))}:
            for unit in finding.units:
                for text in texts(unit, value):
                    meant = read_as(unit, text)
                    written = f"{text} {unit.shown}"
                    read = read_intake(knowledge, {name: written})
                    if not plausible(finding, meant):
                        wrong += (
                            [f"{name} {written}: used though implausible"] if read.answers[name] is not None else []
                        )
                        continue
                    tried += 1
                    if read.answers[name] != float(meant):
                        wrong.append(f"{name} {written}: read as {read.answers[name]}")
                        continue
                    reader = Reference({}, chart_of(knowledge, read.answers))
                    wrong += [
                        f"{name} {written}: {test}"
                        for test in tests[name]
                        if reader.truth(test) is not of(holds(test, meant))
                    ]
                    if finding.bands is not None and finding.bands.word(float(meant)) != band(finding.bands, meant):
                        wrong.append(f"{name} {written}: band {finding.bands.word(float(meant))}")

    assert wrong == []
    assert tried > 1500


def test_twelve_decimals_hit_every_limit_exactly(knowledge: KnowledgeBase) -> None:
    for name, finding in knowledge.findings.items():
        for limit in limits(knowledge, name) if finding.units else []:
            assert {read_as(unit, texts(unit, limit)[0]) for unit in finding.units} == {limit}, name


def test_every_derived_quantity_lands_on_the_right_side(knowledge: KnowledgeBase) -> None:
    tests = comparisons(knowledge)
    assert {name for name in knowledge.derived if tests[name]} == {*DERIVED, *COUNTED}

    for name, ways in DERIVED.items():
        bands, some = knowledge.derived[name].bands, limits(knowledge, name)
        for answers, finding, factor, shift in ways:
            for value in {value for limit in some for value in around(limit, realistic(some))}:
                for unit in knowledge.findings[finding].units:
                    written = f"{texts(unit, value * factor + shift)[0]} {unit.shown}"
                    person = chart(knowledge, {**answers, finding: written})

                    assert person.values[name] == float(value), (name, written)
                    for test in tests[name]:
                        assert Reference({}, person).truth(test) is of(holds(test, value)), (written, test)
                    assert bands is None or bands.word(float(value)) == band(bands, value)


@pytest.mark.parametrize("name", MEASURED)
def test_every_unit_gives_the_same_urgency(knowledge: KnowledgeBase, name: str) -> None:
    """Evidence property P-30, for healthy answers, with symptoms, and with nothing else known."""
    patterns = {pattern: one.when for pattern, one in knowledge.patterns.items()}
    finding, some = knowledge.findings[name], limits(knowledge, name)
    levels = set()
    for value in {value for limit in some for value in around(limit, realistic(some))}:
        for person in PEOPLE:
            found = set()
            for unit in finding.units:
                known = chart(knowledge, {**person, name: f"{texts(unit, value)[0]} {unit.shown}"})
                reader = Reference(patterns, known)
                fired = [rule for rule, one in knowledge.rules.items() if reader.truth(one.when) is TRUE]
                found.add((verdict(knowledge, known, fired).urgency, tuple(fired)))
            assert len(found) == 1, (name, value, person)
            levels |= {level for level, _ in found}
    assert len(levels) > 1
