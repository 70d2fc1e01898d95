"""Energy: integer Wh as the meter gives it; kWh ("units") only for people and orders."""

from __future__ import annotations

from bijlighar.kernel.money import group_lakh

WH_PER_KWH = 1000
BLOCKS_PER_DAY = 48
BLOCK_MINUTES = 30


def format_kwh(energy_wh: int, *, places: int = 2) -> str:
    """Wh as kWh for people, rounded half up to `places` decimals: 12345 -> `12.35`."""
    assert 0 <= places <= 3
    scale = 10 ** (3 - places)
    rounded = (abs(energy_wh) * 2 + scale) // (2 * scale)
    whole, fraction = divmod(rounded, 10**places)
    sign = "-" if energy_wh < 0 else ""
    text = f"{sign}{group_lakh(str(whole))}"
    return f"{text}.{fraction:0{places}d}" if places else text
