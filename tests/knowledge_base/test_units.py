"""Every vignette with a measured quantity is assessed alike in each accepted unit."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from triage import Triage
from triage.casebook import Vignette, vignettes
from triage.findings import FindingDefinition, Kind
from triage.intake import read_intake
from triage.resources import data_folder

ON = date(2026, 3, 12)
DECIMALS = 12


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage(engine="compiled")


def measured(case: Vignette) -> bool:
    return any(
        name.startswith("lab_") or (isinstance(value, str) and " " in value) for name, value in case.intake.items()
    )


MEASURED = [case for case in vignettes(data_folder("knowledge_base")) if measured(case)]


def rewritten(triage: Triage, case: Vignette, turn: int) -> dict[str, Any]:
    """Give the intake with every quantity in the next accepted unit but `turn`, written with enough decimals to be the same number."""
    read = read_intake(triage.knowledge, case.intake, on=ON)
    intake = dict(case.intake)
    for name, value in read.answers.items():
        finding = triage.knowledge.findings[name]
        given = case.intake.get(name)
        dated = {"on": given["on"]} if isinstance(given, dict) and "on" in given and "value" in given else {}
        if finding.kind is Kind.QUANTITY and isinstance(value, float) and name not in read.doubted:
            intake[name] = {**written(finding, value, turn), **dated}
    return intake


def written(finding: FindingDefinition, value: float, turn: int) -> dict[str, str]:
    unit = finding.units[turn % len(finding.units)]
    number = Fraction(str(value)) / unit.factor - unit.offset
    return {"value": f"{float(round(number, DECIMALS)):.{DECIMALS}f}", "unit": unit.ucum}


def test_there_are_measured_vignettes_and_other_units(triage: Triage) -> None:
    assert len(MEASURED) > 60
    assert sum(len(finding.units) > 1 for finding in triage.knowledge.findings.values()) > 15


@pytest.mark.parametrize("case", MEASURED, ids=lambda case: case.id)
def test_the_unit_does_not_matter(triage: Triage, case: Vignette) -> None:
    expected = triage.assess(case.intake, on=ON)
    most = max(len(finding.units) for finding in triage.knowledge.findings.values())
    for turn in range(most):
        found = triage.assess(rewritten(triage, case, turn), on=ON)

        assert found.urgency == expected.urgency
        assert found.fired_rules == expected.fired_rules
        assert found.advice_given == expected.advice_given
        assert found.causes == expected.causes
