"""What is to be priced: a question as people have it on a printed bill, read strictly.

`asked_fields` reads each field; here is what they mean together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bijlighar.kernel.ist import days_in_month, next_month_starts
from bijlighar.tariffs.asked_fields import (
    FIELDS,
    OTHER_NAMES,
    Fields,
    QuestionRefused,
    read_json,
)
from bijlighar.tariffs.rating import BOUNDS, MOST_DAYS
from bijlighar.tariffs.values import Measured

__all__ = [
    "FIELDS",
    "OTHER_NAMES",
    "Question",
    "QuestionRefused",
    "question_from",
    "read_json",
]

_MOST_WH = BOUNDS["energy_wh"][1]
_MOST_W = BOUNDS["sanctioned_load_w"][1]
_DAYS_OF_READING_MONTH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one connection used in a month or in a part of it.

    day                  whose order and rates are used
    first, until         the calendar days [first, until) where they are known, else None
    measured_in          whether energy and loads are Wh and W, or VAh and VA
    energy_wh            used; `selecting_wh` is by which bands are chosen
    sanctioned_load_w    None where it was not said
    days_in_month        as in `Slices`, like `slab_days` and `billed_days`
    fppas_basis_points   None: what the order's series says for the day
    windows_wh           energy by window of the clock, as `09:00-17:00`
    """

    category: str
    state: str = ""
    day: date
    first: date | None = None
    until: date | None = None
    measured_in: Measured = Measured.KWH
    energy_wh: int
    selecting_wh: int
    sanctioned_load_w: int | None
    max_demand_w: int = 0
    days_in_month: int
    slab_days: int
    billed_days: int
    fppas_basis_points: int | None = None
    is_prepaid: bool = False
    windows_wh: tuple[tuple[str, int], ...] = ()
    demand_excused: bool = False


def question_from(
    said: object, *, today: date | None = None, may_be_future: bool = False
) -> Question:
    """The question that a JSON object asks; raises QuestionRefused.

    `today` is the last day that may be asked about, unless it `may_be_future`.
    """
    if not isinstance(said, dict):
        raise QuestionRefused(field="", reason="a JSON object with fields is expected")
    fields = Fields(said)
    first, until = _part(fields)
    day = _day(fields, first, until)
    if today is not None and not may_be_future and max(day, first or day) > today:
        fields.refuse("day" if day > today else "from", f"lies after today, {today}")
    energy_wh = fields.thousandths("units_kwh", most=_MOST_WH)
    if energy_wh is None:
        fields.refuse("units_kwh", "is missing")
    of_month, slab_days = _length(fields, day, first, until)
    if first is None and "days" not in fields:
        first, until = day.replace(day=1), next_month_starts(day)
    return Question(
        category=fields.text("category", needed=True),
        state=fields.text("state"),
        day=day,
        first=first,
        until=until,
        measured_in=fields.measured_in,
        energy_wh=energy_wh,
        selecting_wh=_selecting(fields, energy_wh),
        sanctioned_load_w=_load(fields),
        max_demand_w=fields.thousandths("max_demand_kw", most=_MOST_W) or 0,
        days_in_month=of_month,
        slab_days=slab_days,
        billed_days=_billed_days(fields, slab_days),
        fppas_basis_points=_fppas(fields),
        is_prepaid=_is_prepaid(fields),
        windows_wh=_windows(fields, energy_wh),
        demand_excused=fields.flag("demand_excused"),
    )


def _part(fields: Fields) -> tuple[date | None, date | None]:
    """A part of a calendar month, where one is asked for."""
    first, until = fields.day("from"), fields.day("until")
    if first is None and until is None:
        return None, None
    if first is None or until is None:
        fields.refuse("until" if first else "from", "`from` and `until` go together")
    if "days" in fields:
        fields.refuse("days", "give either `days` or `from` and `until`")
    if until <= first:
        fields.refuse(
            "until", f"{until} is not after {first}: it is the day after the last"
        )
    if until > next_month_starts(first):
        reason = f"leaves the month of {first}; ask for each calendar month by itself"
        fields.refuse("until", reason)
    return first, until


def _day(fields: Fields, first: date | None, until: date | None) -> date:
    day = fields.day("day") or first
    if day is None:
        fields.refuse("day", "is missing")
    if not date(2000, 1, 1) <= day < date(2100, 1, 1):
        fields.refuse("day", f"{day} is of another century")
    if first is not None and until is not None and not first <= day < until:
        fields.refuse("day", f"{day} is not within `from` and `until`")
    return day


def _length(
    fields: Fields, day: date, first: date | None, until: date | None
) -> tuple[int, int]:
    """The days of the month and those that its limits are scaled by."""
    days = fields.whole("days", least=1, most=MOST_DAYS)
    if days is not None:
        return _DAYS_OF_READING_MONTH, days
    if first is not None and until is not None:
        return days_in_month(first), (until - first).days
    return days_in_month(day), days_in_month(day)


def _billed_days(fields: Fields, slab_days: int) -> int:
    so_far = fields.whole("days_so_far", least=0, most=MOST_DAYS)
    if so_far is not None and so_far > slab_days:
        fields.refuse("days_so_far", f"is {so_far}, but the period has {slab_days} days")
    return slab_days if so_far is None else so_far


def _selecting(fields: Fields, energy_wh: int) -> int:
    expected = fields.thousandths("expected_units_kwh", most=_MOST_WH)
    if expected is not None and expected < energy_wh:
        fields.refuse("expected_units_kwh", "is less than what was used already")
    return energy_wh if expected is None else expected


def _load(fields: Fields) -> int | None:
    load = fields.thousandths("sanctioned_load_kw", most=_MOST_W)
    if load == 0:
        fields.refuse("sanctioned_load_kw", "is zero: every connection has a load")
    return load


def _fppas(fields: Fields) -> int | None:
    percent = fields.number("fppas_pct")
    if percent is None:
        return None
    if not -100 <= percent <= 100:
        fields.refuse("fppas_pct", f"is {percent}, outside -100 to 100")
    if percent * 100 != int(percent * 100):
        fields.refuse("fppas_pct", f"has more than 2 decimals: {percent}")
    return int(percent * 100)


def _is_prepaid(fields: Fields) -> bool:
    mode = fields.text("payment_mode") or "postpaid"
    if mode not in ("prepaid", "postpaid"):
        fields.refuse("payment_mode", f"must be prepaid or postpaid, not {mode}")
    return mode == "prepaid"


def _windows(fields: Fields, energy_wh: int) -> tuple[tuple[str, int], ...]:
    found = tuple(
        (clock, fields.scaled("windows", number, most=_MOST_WH))
        for clock, number in fields.table("windows").items()
    )
    if sum(wh for _, wh in found) > energy_wh:
        fields.refuse("windows", "add up to more than all units")
    return found
