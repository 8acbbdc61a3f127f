"""Units."""

from fractions import Fraction

import pytest

from triage.findings import Unit

MG_DL = Unit("mg/dL", factor=Fraction("0.2495"))
PERCENT = Unit("%", factor=Fraction("10.929"), offset=Fraction("-2.152"))


@pytest.mark.parametrize("unit", [MG_DL, PERCENT])
@pytest.mark.parametrize("cut", [1.9, 2.1, 2.2, 2.61, 3.0, 3.5, 48.0])
def test_a_cut_point_sent_there_and_back_is_the_same(unit: Unit, cut: float) -> None:
    assert unit.to_canonical(Fraction(str(unit.from_canonical(cut)))) == cut
