"""Random knowledge and random people, small enough that every part of a rule is often true, false and unknown.

`some_*` draw from a seeded `random.Random`; `knowledge()` and `charts()` are the same for hypothesis.
"""

from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from triage.chart import Chart, Interval, State, Value
from triage.conditions import (
    MEDICINES,
    AllOf,
    AnyOf,
    AskedUnknown,
    AtLeast,
    Compare,
    Condition,
    Includes,
    IsOneOf,
    Known,
    Missing,
    Not,
    NotShown,
    Operator,
    PatternHolds,
    Present,
    Takes,
)
from triage.medicines import MedicineEntry, MedicineList

BOOLEANS = ("fever", "night_pain", "weakness", "swelling")
QUANTITIES = ("age", "potassium", "weeks")
DERIVED = ("risk_points",)
CHOICES = ("side", "onset")
SETS = ("sites", "triggers")
OPTIONS = ("a", "b", "c", "d")
DRUGS = ("statin", "diuretic", "salbutamol")
NAMES = (*BOOLEANS, *QUANTITIES, *DERIVED, *CHOICES, *SETS, MEDICINES)


@dataclass(frozen=True)
class Knowledge:
    """What a reader is made from."""

    patterns: dict[str, Condition]
    rules: dict[str, Condition]


def _some(random: Random, of: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(random.sample(of, random.randint(1, 2))))


def _days(random: Random) -> float | None:
    return random.choice((None, 10.0, 30.0, 90.0))


def some_leaf(random: Random) -> Condition:
    """Draw a test of one finding."""
    match random.randrange(8):
        case 0 | 1:
            return Present(random.choice(BOOLEANS))
        case 2:
            return Compare(
                random.choice(QUANTITIES + DERIVED), random.choice(tuple(Operator)), float(random.randint(1, 4))
            )
        case 3:
            return IsOneOf(random.choice(CHOICES), _some(random, OPTIONS))
        case 4:
            return Includes(random.choice(SETS), _some(random, OPTIONS))
        case 5:
            dose = random.choice((None, None, 20.0))
            started, stopped = random.choice(((None, None), (_days(random), None), (None, _days(random))))
            return Takes(_some(random, DRUGS), dose, started, stopped)
        case 6:
            return random.choice((Known, Missing))(random.choice(NAMES))
        case _:
            return AskedUnknown(random.choice(NAMES))


def some_condition(random: Random, depth: int = 3, patterns: tuple[str, ...] = ()) -> Condition:
    """Draw a condition at most `depth` levels deep that names only these patterns."""
    if depth == 0 or random.random() < 0.2:
        return PatternHolds(random.choice(patterns)) if patterns and random.random() < 0.35 else some_leaf(random)
    kind = random.randrange(6)
    if kind < 2:
        return (Not, NotShown)[kind](some_condition(random, depth - 1, patterns))
    # now and then no part at all, or more parts than "at least n" is compiled to combinations for
    width = random.choices((0, 1, 2, 3, 4, 9), (1, 3, 10, 8, 4, 1))[0]
    parts = tuple(some_condition(random, depth - 1 if width < 9 else 0, patterns) for _ in range(width))
    match kind:
        case 2:
            return AllOf(parts)
        case 3:
            return AnyOf(parts)
        case _:
            return AtLeast(random.randint(0, width + 1) if random.random() < 0.1 else max(1, width // 2), parts)


def some_knowledge(random: Random, rules: int = 8) -> Knowledge:
    """Draw patterns, each naming only earlier ones, and rules over them."""
    patterns: dict[str, Condition] = {}
    for number in range(random.randint(0, 4)):
        patterns[f"pattern_{number}"] = some_condition(random, 2, tuple(patterns))
    return Knowledge(
        patterns, {f"rule_{number}": some_condition(random, 3, tuple(patterns)) for number in range(rules)}
    )


def _some_entry(random: Random) -> MedicineEntry:
    stopped = random.random() < 0.3
    return MedicineEntry(
        text="drawn",
        ingredients=(random.choice((*DRUGS, "paracetamol")),),
        classes=(random.choice(DRUGS),) if random.random() < 0.2 else (),
        recognised=random.random() < 0.8,
        dose_mg=random.choice((None, 10.0, 20.0, 40.0)),
        started_days=_days(random),
        stopped_days=_days(random) if stopped else None,
        stopped=stopped,
    )


def _some_value(random: Random, name: str) -> Value:
    if name in BOOLEANS:
        return random.random() < 0.5
    if name in QUANTITIES:
        return random.choice((0.5, 1.0, 2.0, 2.5, 3.0, 4.0, 5.0))
    if name in DERIVED:
        low = float(random.randint(0, 4))
        return random.choice((low, Interval(low, low + random.randint(0, 2))))
    if name in CHOICES:
        return random.choice(OPTIONS)
    if name in SETS:
        return frozenset(random.sample(OPTIONS, random.randint(0, 3)))
    return MedicineList(tuple(_some_entry(random) for _ in range(random.randint(0, 3))), complete=random.random() < 0.8)


def some_chart(random: Random) -> Chart:
    """Draw a chart: some people have told nearly everything, others nearly nothing."""
    told = random.choice((0.1, 0.5, 0.7, 0.95))
    values: dict[str, Value] = {}
    states: dict[str, State] = {}
    for name in NAMES:
        if random.random() < told:
            values[name] = _some_value(random, name)
            states[name] = State.ANSWERED
        else:
            state = random.choice((State.NOT_ASKED, State.ASKED_UNKNOWN, State.NOT_APPLICABLE))
            if state is not State.NOT_ASKED or random.random() < 0.5:  # "not asked" may also be left out
                states[name] = state
    return Chart(values, states)


def knowledge() -> st.SearchStrategy[Knowledge]:
    """Knowledge for hypothesis."""
    return st.builds(some_knowledge, st.randoms(use_true_random=False))


def charts() -> st.SearchStrategy[Chart]:
    """Charts for hypothesis."""
    return st.builds(some_chart, st.randoms(use_true_random=False))
