"""Random people against the real knowledge base: the readers agree, and order, threads and hash seeds change nothing.

`RealIntakes` draws raw intakes as a host may send them. `TRIAGE_PAIRS` sets how many are compared.
"""

import hashlib
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from triage import Triage
from triage.chart import Chart
from triage.charting import chart_of
from triage.conditions import Compare, walk
from triage.findings import FindingDefinition, Kind, Unit
from triage.intake import read_intake
from triage.interpreters.fire import Network
from triage.interpreters.reference import Reference
from triage.knowledge import KnowledgeBase
from triage.truth import TRUE
from triage.verdict import verdict

ROOT = Path(__file__).resolve().parents[2]
PAIRS = int(os.environ.get("TRIAGE_PAIRS", "400"))
"""How many intakes are compared."""

BLOCKS = 8
DIGESTED = max(36, PAIRS // 20)
"""How many whole assessments are compared between hash seeds."""

TEXT_DIGITS = 12
"""The most decimals an intake may write: enough for every unit to hit a six-decimal limit exactly."""

DAYS = ("2026-03-12", "2026-03-01", "2025-11-30", "2020-01-01")
DAY = date(2026, 3, 12)
NO_MEDICINES = ("the blue tablet", "glibberol 5 mg", "vitamin", "herbal tea", "furosemid", "???")
DOSES = ("", " 5 mg", " 20 mg", " 40 mg twice daily", " 250 micrograms", " cream", " 10 mg at night")


def written(unit: Unit, canonical: Fraction) -> str:
    """Give a canonical value as a text in one of its units, so exactly that it is read back as itself."""
    value = round(canonical / unit.factor - unit.offset, TEXT_DIGITS)
    sign, (whole, rest) = "-" * (value < 0), divmod(abs(value) * 10**TEXT_DIGITS, 10**TEXT_DIGITS)
    return f"{sign}{whole}.{int(rest):0{TEXT_DIGITS}d}".rstrip("0").rstrip(".")


class RealIntakes:
    """Draws raw intakes: some people have told nearly everything, others nearly nothing; some hosts send odd things."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._limits: dict[str, set[float]] = defaultdict(set)
        for entry in (*knowledge.rules.values(), *knowledge.patterns.values()):
            for node in walk(entry.when):
                if isinstance(node, Compare):
                    self._limits[node.quantity].add(node.limit)
        for quantity in knowledge.derived.values():  # a derived quantity that repeats a result, as the adjusted calcium
            for source in quantity.sources:
                if source.text in knowledge.findings:
                    self._limits[source.text] |= self._limits[quantity.id]
        self._medicines = sorted(
            name for one in knowledge.catalogue.ingredients.values() for name in (one.label, *one.synonyms)
        )

    def draw(self, random: Random) -> dict[str, Any]:
        """Draw one intake."""
        told, yes = random.choice((0.03, 0.25, 0.6, 0.97)), random.choice((0.01, 0.05, 0.3))
        raw: dict[str, Any] = {"on": DAYS[0]} if random.random() < 0.8 else {}
        for name, finding in self._knowledge.findings.items():
            if random.random() < told:
                in_vain = random.random() < 0.08
                raw[name] = (
                    random.choice((None, "unknown")) if in_vain else self.answer(random, finding, yes, "on" in raw)
                )
        if random.random() < 0.1:
            raw["medicines_complete"] = False
        return raw

    def answer(self, random: Random, finding: FindingDefinition, yes: float = 0.1, dated: bool = False) -> object:
        """Draw an answer to one finding; `yes` is the share of dangers, `dated` whether dates may stand in it."""
        match finding.kind:
            case Kind.BOOLEAN:
                return finding.danger if random.random() < yes else not finding.danger
            case Kind.QUANTITY:
                return self._quantity(random, finding, dated=dated)
            case Kind.CHOICE:
                return random.choice([*(option.id for option in finding.options), *finding.unknown_options])
            case Kind.SET:
                options = [option.id for option in finding.options]
                return random.sample(options, random.randint(0, min(3, len(options))))
            case Kind.MEDICINES:
                return [self._medicine(random, dated=dated) for _ in range(random.choice((0, 0, 1, 2, 4)))]

    def _quantity(self, random: Random, finding: FindingDefinition, *, dated: bool) -> object:
        low, high = Fraction(str(finding.low)), Fraction(str(finding.high))
        limits = sorted(self._limits[finding.id])
        if limits and random.random() < 0.7:
            step = random.choice(("0", "0.000001", "-0.000001", "0.1", "-0.1", "1", "-1"))
            value = Fraction(str(random.choice(limits))) + Fraction(step)
        else:
            value = round(low + (high - low) * Fraction(random.randint(-2, 102), 100), 6)
        unit = random.choice(finding.units)
        match random.randrange(10):
            case 0:
                return float(value)
            case 1:
                return f"{written(unit, value)} furlongs"
            case 2 if dated:
                return {"value": written(unit, value), "unit": unit.shown, "on": random.choice(DAYS)}
            case _:
                return f"{written(unit, value)} {unit.shown}"

    def _medicine(self, random: Random, *, dated: bool) -> object:
        if random.random() < 0.15:
            return random.choice(NO_MEDICINES)
        name, dose = random.choice(self._medicines), random.choice(DOSES)
        if random.random() < 0.6:
            return name + dose
        entry: dict[str, object] = {"name": name, "dose": dose.strip()}
        for key in ("started", "stopped"):
            if random.random() < 0.4:
                entry[key] = (
                    random.choice(DAYS) if dated and random.random() < 0.5 else random.choice((1, 14, 200, 900))
                )
        return entry


def shuffled(random: Random, raw: dict[str, Any]) -> dict[str, Any]:
    """Give the same intake with its keys in another order."""
    return dict(random.sample(list(raw.items()), len(raw)))


def intakes(knowledge: KnowledgeBase, number: int, seed: str) -> Iterator[dict[str, Any]]:
    """Give some intakes, always the same for one seed."""
    draw = RealIntakes(knowledge).draw
    for place in range(number):
        yield draw(Random(f"{seed}/{place}"))


def digest(number: int) -> str:
    """Give a hash over the bytes of some assessments."""
    engine, found = Triage(), hashlib.sha256()
    for raw in intakes(engine.knowledge, number, "digest"):
        found.update(engine.assess(raw, on=DAY).to_json().encode())
    return found.hexdigest()


def chart(knowledge: KnowledgeBase, raw: dict[str, Any]) -> Chart:
    return chart_of(knowledge, read_intake(knowledge, raw).answers)


@pytest.fixture(scope="module")
def network(knowledge: KnowledgeBase) -> Network:
    patterns = {name: pattern.when for name, pattern in knowledge.patterns.items()}
    return Network(patterns, {name: rule.when for name, rule in knowledge.rules.items()})


@pytest.mark.parametrize("block", range(BLOCKS))
def test_experta_fires_what_the_reference_says_in_any_order_of_answers(
    knowledge: KnowledgeBase, network: Network, block: int
) -> None:
    """Every rule, its evidence and the verdict; then the same again with the answers in another order."""
    patterns = {name: pattern.when for name, pattern in knowledge.patterns.items()}
    fired: set[str] = set()
    for place, raw in enumerate(intakes(knowledge, PAIRS // BLOCKS, f"readers/{block}")):
        person, other = chart(knowledge, raw), chart(knowledge, shuffled(Random(place), raw))
        firing, again = network.fire(person), network.fire(other)
        reference = Reference(patterns, person)

        expected = {name for name, rule in knowledge.rules.items() if reference.truth(rule.when) is TRUE}
        assert set(firing.rules) == expected, raw
        assert all(firing.rules.values()), raw
        assert (again.rules, again.through) == (firing.rules, firing.through), raw
        assert verdict(knowledge, other, again.rules) == verdict(knowledge, person, firing.rules)
        fired |= expected
    assert len(fired) > len(knowledge.rules) / 4


def test_the_same_from_eight_threads(knowledge: KnowledgeBase, network: Network) -> None:
    people = [chart(knowledge, raw) for raw in intakes(knowledge, PAIRS // 2, "threads")]
    alone = [network.fire(person) for person in people]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(network.fire, people)) == alone


def test_the_same_bytes_under_every_hash_seed() -> None:
    script = f"from tests.property.test_real_intakes import digest; print(digest({DIGESTED}))"
    runs = [
        subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
            capture_output=True, text=True,
        ).stdout
        for seed in ("0", "1", "2")
    ]  # fmt: skip

    assert len(runs[0].strip()) == 64
    assert runs == [runs[0]] * 3


def test_intakes_are_of_every_kind(knowledge: KnowledgeBase) -> None:
    """What is drawn holds faults, unknown medicines, contradictions and every level of urgency, or it proves little."""
    engine = Triage()
    found = [engine.assess(raw, on=DAY) for raw in intakes(knowledge, 60, "kinds")]

    assert any(one.input_faults for one in found)
    assert any(one.conflicts for one in found)
    assert any(not entry.recognised for one in found for entry in one.medicines.entries)
    assert {"emergency", "same_day", "urgent", "routine"} <= {one.urgency.level.value for one in found}
