"""Units and bands."""

from fractions import Fraction

import pytest

from triage.findings import Band, Bands, Unit

MG_DL = Unit("mg/dL", factor=Fraction("0.2495"))
PERCENT = Unit("%", factor=Fraction("10.929"), offset=Fraction("-2.152"))
POTASSIUM = Bands(
    (
        Band("severe", "severe", None),
        Band("moderate", "moderate", 2.5),
        Band("normal", "normal", 3.5, True),
        Band("high", "high", 5.4),
    )
)


@pytest.mark.parametrize("unit", [MG_DL, PERCENT])
@pytest.mark.parametrize("cut", [1.9, 2.1, 2.2, 2.61, 3.0, 3.5, 48.0])
def test_a_cut_point_sent_there_and_back_is_the_same(unit: Unit, cut: float) -> None:
    assert unit.to_canonical(Fraction(str(unit.from_canonical(cut)))) == cut


@pytest.mark.parametrize(
    ("value", "band"),
    [(2.49, "severe"), (2.5, "moderate"), (3.45, "moderate"), (3.5, "normal"), (5.399999, "normal"), (5.4, "high")],
)
def test_a_cut_point_opens_the_band_above_it(value: float, band: str) -> None:
    assert POTASSIUM.of(value).id == band


def test_normal_interval_is_half_open() -> None:
    assert POTASSIUM.normal_interval == (3.5, 5.4)
