"""What the pages of use show: a day, a month, a year of one connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bijlighar.charges import service as charges
from bijlighar.charges.values import DayTotal
from bijlighar.connections import service as connections
from bijlighar.dashboards import service as dashboards
from bijlighar.kernel.ist import (
    ONE_DAY,
    days_between,
    days_in_month,
    month_starts,
    next_month_starts,
    supply_day_of,
)
from bijlighar.tariffs.orders import TariffGap, schedule_for
from bijlighar.tariffs.values import Window
from bijlighar.web.consumer.lasting import MonthAhead, foretell, month_ahead
from bijlighar.web.use.shapes import (
    Bars,
    Comparison,
    HalfHour,
    Share,
    comparison,
    energy_bars,
    half_hour_rows,
    money_bars,
    shares,
)

MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A connection and since when its use is measured."""

    connection_id: int
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """What lies before and after; None where nothing can be known."""

    earlier: date | None
    later: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPicture:
    """A supply day by half-hours."""

    day: date
    turning: Turning
    bars: Bars
    rows: tuple[HalfHour, ...]
    heard_wh: int | None
    """Of the half-hours that were heard; None where none was."""
    missing: int
    peak: HalfHour | None
    charge: DayTotal | None
    shares: list[Share]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPicture:
    """A month by days: the charged ones, and those that are over but still open."""

    month: date
    last: date
    """Its last day."""
    turning: Turning
    days: tuple[tuple[date, DayTotal | None], ...]
    use: Bars
    cost: Bars
    used_wh: int
    spent_paise: int
    known: int
    open: int
    estimated: int
    ahead: MonthAhead | None
    """Of the running month only."""
    compared: tuple[Comparison, ...]
    shares: list[Share]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTotal:
    """A month as a row of its year; nothing known has no energy."""

    month: date
    energy_wh: int | None
    total_paise: int | None
    days: int
    is_whole: bool
    has_estimates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPicture:
    """A year by months."""

    year: int
    earlier: int | None
    later: int | None
    months: tuple[MonthTotal, ...]
    open: int
    """Months that are over and of which nothing is known."""
    use: Bars
    cost: Bars
    used_wh: int
    spent_paise: int


def measured(consumer_number: str) -> Measured:
    """Raises connections.UnknownConsumer."""
    home = connections.home_of(consumer_number=consumer_number)
    return Measured(
        connection_id=home.connection_id,
        since=dashboards.use_since(connection_id=home.connection_id),
    )


def day_picture(home: Measured, day: date, *, now: datetime) -> DayPicture:
    """One day; a running one as far as it was heard."""
    today = supply_day_of(now)
    (heard,) = dashboards.half_hours(
        connection_id=home.connection_id, first=day, until=day + ONE_DAY
    )
    blocks = heard.energies_wh
    rows = half_hour_rows(blocks, is_over=home.since <= day < today)
    known = [wh for wh in blocks if wh is not None]
    charged = charges.days_of(
        connection_id=home.connection_id, first=day, until=day + ONE_DAY
    )
    return DayPicture(
        day=day,
        turning=Turning(
            earlier=day - ONE_DAY if day > home.since else None,
            later=day + ONE_DAY if day < today else None,
        ),
        bars=energy_bars(
            [(wh, False) for wh in blocks], missing=[row.is_missing for row in rows]
        ),
        rows=rows,
        heard_wh=sum(known) if known else None,
        missing=sum(row.is_missing for row in rows),
        peak=max(rows, key=lambda row: row.energy_wh or 0) if any(known) else None,
        charge=charged[0] if charged else None,
        shares=shares([blocks], _windows(home, day)),
    )


def month_picture(home: Measured, month: date, *, now: datetime) -> MonthPicture:
    """One month; `month` is its first day."""
    today, ends = supply_day_of(now), next_month_starts(month)
    charged = _charged(home, month, ends)
    days = _days_of(home, month, min(ends, today), charged)
    values = [(one, bool(one and one.is_estimated)) for _, one in days]
    length, is_running = days_in_month(month), month_starts(today) == month
    to_come: list[tuple[int | None, bool]] = [(None, False)] * (length - len(days))
    missing = [one is None and day >= home.since for day, one in days]
    slots = [*missing, *[False] * len(to_come)]
    use = [(one.energy_wh if one else None, guess) for one, guess in values]
    cost = [(one.total_paise if one else None, guess) for one, guess in values]
    foretold = foretell(home.connection_id, now=now) if is_running else None
    blocks = dashboards.half_hours(
        connection_id=home.connection_id, first=month, until=min(ends, today + ONE_DAY)
    )
    return MonthPicture(
        month=month,
        last=ends - ONE_DAY,
        turning=_turning(home, month, today),
        days=days,
        use=energy_bars([*use, *to_come], missing=slots),
        cost=money_bars([*cost, *to_come], missing=slots),
        used_wh=sum(one.energy_wh for one in charged),
        spent_paise=sum(one.total_paise for one in charged),
        known=len(charged),
        open=sum(missing),
        estimated=sum(guess for _, guess in values),
        ahead=month_ahead(charged, foretold, month=month) if is_running else None,
        compared=_compared(home, month, charged),
        shares=shares(
            [day.energies_wh for day in blocks],
            _windows(home, max(month, min(ends, today) - ONE_DAY)),
        ),
    )


def year_picture(home: Measured, year: int, *, now: datetime) -> YearPicture:
    """One calendar year by its months."""
    today = supply_day_of(now)
    charged = _charged(home, date(year, 1, 1), date(year + 1, 1, 1))
    months = tuple(_month_total(year, number, charged) for number in range(1, MONTHS + 1))
    first, last = month_starts(home.since), month_starts(today)
    missing = [one.energy_wh is None and first <= one.month < last for one in months]
    use = [(one.energy_wh, one.has_estimates) for one in months]
    cost = [(one.total_paise, one.has_estimates) for one in months]
    return YearPicture(
        year=year,
        earlier=year - 1 if year > home.since.year else None,
        later=year + 1 if year < today.year else None,
        months=tuple(one for one in months if first <= one.month <= last),
        open=sum(missing),
        use=energy_bars(use, missing=missing),
        cost=money_bars(cost, missing=missing),
        used_wh=sum(one.energy_wh for one in charged),
        spent_paise=sum(one.total_paise for one in charged),
    )


def _charged(home: Measured, first: date, until: date) -> tuple[DayTotal, ...]:
    return charges.days_of(connection_id=home.connection_id, first=first, until=until)


def _days_of(
    home: Measured, month: date, until: date, charged: Sequence[DayTotal]
) -> tuple[tuple[date, DayTotal | None], ...]:
    known = {one.day: one for one in charged}
    return tuple((day, known.get(day)) for day in days_between(month, until))


def _turning(home: Measured, month: date, today: date) -> Turning:
    first, last = month_starts(home.since), month_starts(today)
    return Turning(
        earlier=month_starts(month - ONE_DAY) if month > first else None,
        later=next_month_starts(month) if month < last else None,
    )


def _compared(
    home: Measured, month: date, charged: Sequence[DayTotal]
) -> tuple[Comparison, ...]:
    befores = (month_starts(month - ONE_DAY), month.replace(year=month.year - 1))
    found = (
        comparison(
            charged,
            _charged(home, before, next_month_starts(before)),
            month=month,
            before=before,
        )
        for before in befores
    )
    return tuple(one for one in found if one is not None)


def _month_total(year: int, number: int, charged: Sequence[DayTotal]) -> MonthTotal:
    month = date(year, number, 1)
    days = [one for one in charged if one.day.month == number]
    return MonthTotal(
        month=month,
        energy_wh=sum(one.energy_wh for one in days) if days else None,
        total_paise=sum(one.total_paise for one in days) if days else None,
        days=len(days),
        is_whole=len(days) == days_in_month(month),
        has_estimates=any(one.is_estimated for one in days),
    )


def _windows(home: Measured, day: date) -> tuple[Window, ...]:
    """The clock windows of the order that holds on a day; none where none is known."""
    facts = connections.known_facts_on(connection_ids=[home.connection_id], day=day)
    held = facts.get(home.connection_id)
    if held is None:
        return ()
    try:
        schedule = schedule_for(held.category, day, load_w=held.sanctioned_load_w)
    except TariffGap:
        return ()
    return schedule.windows
