"""JSON to an intake: nothing written is lost, and what cannot be read is refused with a place and a mend."""

import json
import math
from datetime import date

import pytest

from triage import Triage
from triage.errors import IntakeError
from triage.intake import Contradicting
from triage.json_intake import DEEPEST, LIMIT, read_json
from triage.resources import data_folder

DAY = date(2026, 3, 12)


def refused(text: str | bytes) -> str:
    with pytest.raises(IntakeError) as caught:
        read_json(text)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize("path", sorted(data_folder("examples").glob("*.json")), ids=lambda path: path.stem)
def test_reads_every_sample_as_python_does(path) -> None:
    assert read_json(path.read_bytes()) == json.loads(path.read_bytes())


def test_a_byte_order_mark_is_accepted() -> None:
    assert read_json('{"age_years": 67}'.encode("utf-8-sig")) == {"age_years": 67}
    assert read_json('\ufeff{"age_years": 67}') == {"age_years": 67}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "empty"),
        ("  \n", "empty"),
        (b'{"notes": "\xff"}', "not UTF-8 at byte 12"),
        ('{"age_years": 67}'.encode("utf-16"), "not UTF-8 at byte 1"),
        ('{"age_years": 67,\n "fever" true}', "line 2, column 10: not JSON"),
        ("{'age_years': 67}", "line 1, column 2: not JSON"),
        ('{"age_years": 67} {}', "line 1, column 19: not JSON"),
        ("[]", "a list, not an object"),
        ('"fever"', "a text, not an object"),
        ("67", "a number, not an object"),
        ("true", "a yes or no, not an object"),
        ("null", "not an object"),
        (b" " * (LIMIT + 1), "larger than 2 MB"),
        ("é" * (LIMIT // 2 + 1), "larger than 2 MB"),
        ("[" * 10_000_000, "larger than 2 MB"),
        ("[" * (LIMIT - 1), f"more than {DEEPEST} levels"),
        ('{"a":' * 100_000, f"more than {DEEPEST} levels"),
        ('{"a": ' + "[" * DEEPEST + "]" * DEEPEST + "}", f"more than {DEEPEST} levels"),
    ],
    # Without it the megabytes themselves would be the names of the tests.
    ids=lambda value: str(value[:24]),
)
def test_what_cannot_be_read_is_refused(text: str | bytes, said: str) -> None:
    problem = refused(text)

    assert problem.startswith("intake: ")
    assert said in problem
    assert "; " in problem, "it says how to mend it"


def test_the_deepest_allowed_is_read() -> None:
    levels = DEEPEST - 1
    assert read_json('{"a": ' + "[" * levels + "]" * levels + "}")


def test_an_error_does_not_carry_the_answers() -> None:
    with pytest.raises(IntakeError) as caught:
        read_json('{"patient": {"name": "Zebedee"}, nonsense}')

    assert "Zebedee" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_the_same_answer_twice_is_one_answer() -> None:
    text = '{"a": {"x": [1, NaN], "y": 2}, "a": {"y": 2, "x": [1, NaN]}, "b": null, "b": null}'

    found = read_json(text)

    assert not isinstance(found["a"], Contradicting)
    assert found["b"] is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": true, "a": false}', (True, False)),
        ('{"a": true, "a": true, "a": false}', (True, True, False)),
        ('{"a": 1, "a": true}', (1, True)),
        ('{"a": 1, "a": 1.0}', (1, 1.0)),
        ('{"a": [1], "a": [1, 2]}', ([1], [1, 2])),
        ('{"a": null, "a": "unknown"}', (None, "unknown")),
        ('{"a": {"x": 1}, "a": {"x": 2}}', ({"x": 1}, {"x": 2})),
        ('{"a": 1, "\\u0061": 2}', (1, 2)),
    ],
)
def test_different_answers_to_one_name_are_all_kept(text: str, values: tuple[object, ...]) -> None:
    assert read_json(text)["a"] == Contradicting(values)


def test_different_answers_within_an_answer_are_all_kept() -> None:
    found = read_json('{"medicines": [{"name": "furosemide", "stopped": false, "stopped": "2026-03-01"}]}')

    assert found == {"medicines": [{"name": "furosemide", "stopped": Contradicting((False, "2026-03-01"))}]}


def test_thousands_of_answers_to_one_name() -> None:
    found = read_json("{" + ",".join(f'"a": {number}' for number in range(100_000)) + "}")

    assert found["a"] == Contradicting(tuple(range(100_000)))


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "-" + "9" * 5000], ids=lambda text: text[:9]
)
def test_a_number_nobody_could_have_measured_is_a_fault_of_its_finding(number: str, engine: Triage) -> None:
    intake = read_json('{"lab_k": {"value": ' + number + ', "unit": "mmol/L"}}')
    value = intake["lab_k"]["value"]

    assert not math.isfinite(value)
    (fault,) = engine.assess(intake, on=DAY).input_faults
    assert (fault.place, fault.treated_as) == ("lab_k", "asked but unknown")


@pytest.mark.parametrize(
    "text", ['{"patient": {"name": "a\\ud800b\\udc00"}}', '{"patient": {"name": "a\ud800b\udc00"}}']
)
def test_a_lone_surrogate_stops_no_output(text: str, engine: Triage) -> None:
    intake = read_json(text)

    assert intake == {"patient": {"name": "a\ufffdb\ufffd"}}
    assert "a\ufffdb\ufffd" in engine.assess(intake, on=DAY).to_json()


def test_a_pair_of_surrogates_is_its_sign() -> None:
    assert read_json('{"a\\ud83d\\ude00": "\\ud83d\\ude00"}') == {"a\U0001f600": "\U0001f600"}


@pytest.fixture(scope="module")
def engine() -> Triage:
    return Triage()
