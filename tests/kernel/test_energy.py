"""Energy is whole Wh; units are only written for people."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.kernel.energy import BLOCK_MINUTES, BLOCKS_PER_DAY, format_kwh


@pytest.mark.parametrize(
    ("energy_wh", "places", "written"),
    [
        (0, 2, "0.00"),
        (12_345, 2, "12.35"),
        (12_344, 2, "12.34"),
        (12_345, 3, "12.345"),
        (12_500, 0, "13"),
        (123_456_789, 1, "1,23,456.8"),
        (-6_200, 1, "-6.2"),
    ],
)
def test_units_are_rounded_half_up(energy_wh, places, written):
    assert format_kwh(energy_wh, places=places) == written


def test_half_hours_fill_a_day():
    assert BLOCKS_PER_DAY * BLOCK_MINUTES == 24 * 60


@given(st.integers(0, 10**12), st.integers(0, 3))
def test_written_units_are_the_nearest(energy_wh, places):
    exact = Decimal(energy_wh).scaleb(-3)
    nearest = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert Decimal(format_kwh(energy_wh, places=places).replace(",", "")) == nearest
