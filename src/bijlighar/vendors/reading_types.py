"""Codes of IEC 61968-9 as far as the product takes them: pure.

A reading type is 18 numbers: macro period, aggregate, measuring period, accumulation, flow,
commodity, kind, interharmonic (2), argument (2), time of use, critical peak, tier, phases,
multiplier, unit, currency. Source: IEC 61968-9, Annex C; control and event types, Annex E.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bijlighar.vendors.values import Measured

REGISTER = "0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.0.72.0"
"""Cumulative (1) forward (1) energy (12) of electricity (1), in Wh (72)."""
HALF_HOUR = "0.0.5.4.1.1.12.0.0.0.0.0.0.0.0.0.72.0"
"""The same over thirty minutes (5), as a difference (4)."""

DISCONNECT = "3.31.0.23"
CONNECT = "3.31.0.18"
"""What an electric meter's (3) remote switch (31) is asked to do."""
DISCONNECTED = "3.31.0.68"
CONNECTED = "3.31.0.42"
FAILED = "3.31.0.85"
"""What came of it; the relay was read back for the first two."""

MULTIPLIERS = {"0": 0, "3": 3}
"""Wh and kWh, as powers of ten."""

_PLACES = 18
_MULTIPLIER = 15
_SHAPE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){17}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingType:
    """What is measured, and the power of ten of Wh that it is told in."""

    measured: Measured
    exponent: int


def reading_type_of(code: str) -> ReadingType | None:
    """What a code means; None for what the product does not take."""
    if not _SHAPE.match(code):
        return None
    parts = code.split(".")
    exponent = MULTIPLIERS.get(parts[_MULTIPLIER])
    if exponent is None:
        return None
    parts[_MULTIPLIER] = "0"
    measured = _KNOWN.get(".".join(parts))
    return None if measured is None else ReadingType(measured=measured, exponent=exponent)


_KNOWN = {REGISTER: Measured.REGISTER, HALF_HOUR: Measured.HALF_HOUR}
assert all(len(code.split(".")) == _PLACES for code in _KNOWN)
