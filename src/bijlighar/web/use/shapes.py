"""What pages of use draw and say: bars, shares of the day, one month beside another; pure.

What was not heard is never drawn as nothing used: its slot is open, its row says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bijlighar.charges.values import DayTotal
from bijlighar.kernel.energy import BLOCKS_PER_DAY
from bijlighar.kernel.ist import days_in_month
from bijlighar.kernel.money import divide_half_up
from bijlighar.tariffs.values import Window
from bijlighar.web.consumer.charts import SLOT, bars, block_clock, slots, top_of

LEAST_TOP_WH = 100
LEAST_TOP_PAISE = 10_00


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """One row of bars in slots of 20 by 100: measured, estimated, and open slots."""

    width: int
    measured: str
    estimated: str
    open: str
    top: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfHour:
    """A row of a day's table; `energy_wh` None where not heard, or still to come."""

    starts: str
    ends: str
    energy_wh: int | None
    is_missing: bool
    """It is over and was not heard, though a later one was or the day has ended."""


class DayPart(StrEnum):
    """The parts of a day as people name them, or as an order's clock does."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"
    WINDOW = "window"
    """Between two clock times that the order names."""
    OTHER = "other"
    """Outside all that the order names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What of the use that was heard fell into a part of the day."""

    part: DayPart
    clocks: tuple[tuple[str, str], ...]
    energy_wh: int
    percent: int
    price_percent: int = 0
    """What the order adds to the price of a unit then, in percent; below 0: takes off."""


_PARTS = (
    (DayPart.MORNING, ((10, 24),)),
    (DayPart.AFTERNOON, ((24, 32),)),
    (DayPart.EVENING, ((32, 40),)),
    (DayPart.NIGHT, ((40, 48), (0, 10))),
)
"""From and until which half-hours: 5, 12, 16 and 20 o'clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A month beside another one, as far as both are known."""

    month: date
    """The other one's first day."""
    is_year_before: bool
    is_whole: bool
    """Both are over; else both are counted up to the same day."""
    more_wh: int
    """Below 0: less."""


def energy_bars(
    values: Sequence[tuple[int | None, bool]], *, missing: Sequence[bool]
) -> Bars:
    """Bars of Wh, each with whether it is estimated; what is missing has an open slot.

    What is None and not missing is still to come, or was before the meter: left white.
    """
    return _drawn(values, least=LEAST_TOP_WH, missing=missing)


def money_bars(
    values: Sequence[tuple[int | None, bool]], *, missing: Sequence[bool]
) -> Bars:
    """The same of paise; what was given back has no bar."""
    return _drawn(values, least=LEAST_TOP_PAISE, missing=missing)


def half_hour_rows(
    blocks_wh: Sequence[int | None], *, is_over: bool
) -> tuple[HalfHour, ...]:
    """The 48 rows of a day; of a running one, what is to come is not missing."""
    heard = [place for place, wh in enumerate(blocks_wh) if wh is not None]
    last = BLOCKS_PER_DAY if is_over else max(heard, default=-1) + 1
    return tuple(
        HalfHour(
            starts=block_clock(place),
            ends=block_clock(place + 1),
            energy_wh=wh,
            is_missing=wh is None and place < last,
        )
        for place, wh in enumerate(blocks_wh)
    )


def shares(days: Sequence[Sequence[int | None]], windows: Sequence[Window]) -> list[Share]:
    """In what parts of the day the use fell: by the order's windows, else as people speak.

    Nothing where nothing was used.
    """
    by_block = [sum(day[place] or 0 for day in days) for place in range(BLOCKS_PER_DAY)]
    whole = sum(by_block)
    if not whole:
        return []
    made = []
    for part, spans, price_percent in _spans(windows):
        inside = sum(sum(by_block[first:until]) for first, until in spans)
        made.append(
            Share(
                part=part,
                clocks=tuple((block_clock(a), block_clock(b)) for a, b in spans),
                energy_wh=inside,
                percent=divide_half_up(inside * 100, whole),
                price_percent=price_percent,
            )
        )
    return made


def comparison(
    this: Sequence[DayTotal], other: Sequence[DayTotal], *, month: date, before: date
) -> Comparison | None:
    """`month` beside `before`, both first days, each by its charged days.

    None where either has a gap up to the day that is compared.
    """
    if not this:
        return None
    through = this[-1].day.day
    is_whole = through == days_in_month(month)
    wanted = days_in_month(before) if is_whole else min(through, days_in_month(before))
    counted = [one for one in other if one.day.day <= wanted]
    if len(this) != through or len(counted) != wanted:
        return None
    return Comparison(
        month=before,
        is_year_before=before.month == month.month,
        is_whole=is_whole,
        more_wh=sum(d.energy_wh for d in this) - sum(d.energy_wh for d in counted),
    )


def _drawn(
    values: Sequence[tuple[int | None, bool]], *, least: int, missing: Sequence[bool]
) -> Bars:
    amounts = [amount for amount, _ in values]
    top = top_of(amounts, least=least)
    return Bars(
        width=len(values) * SLOT,
        measured=bars([None if guess else amount for amount, guess in values], top=top),
        estimated=bars([amount if guess else None for amount, guess in values], top=top),
        open=slots(missing),
        top=top,
    )


def _spans(
    windows: Sequence[Window],
) -> list[tuple[DayPart, tuple[tuple[int, int], ...], int]]:
    if not windows:
        return [(part, spans, 0) for part, spans in _PARTS]
    found: list[tuple[DayPart, tuple[tuple[int, int], ...], int]] = [
        (DayPart.WINDOW, ((one.first_block, one.until_block),), int(one.share * 100))
        for one in windows
    ]
    other = _between(windows)
    return [*found, (DayPart.OTHER, other, 0)] if other else found


def _between(windows: Sequence[Window]) -> tuple[tuple[int, int], ...]:
    """The spans that no window covers."""
    left, at = [], 0
    for one in sorted(windows, key=lambda window: window.first_block):
        if one.first_block > at:
            left.append((at, one.first_block))
        at = max(at, one.until_block)
    if at < BLOCKS_PER_DAY:
        left.append((at, BLOCKS_PER_DAY))
    return tuple(left)
