"""The schedules inside an order file: each value with its bounds, source and line.

`reading_charges` reads what is charged, `reading_reliefs` what is given back or added on
top; this file puts a schedule together, and `reading_whole` says what must go together.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bijlighar.kernel.strict_yaml import Table
from bijlighar.tariffs.reading_charges import (
    MOST_KWH,
    read_billable_load,
    read_energy,
    read_excess_demand,
    read_fixed,
    read_minimum,
    read_slab_limits,
    read_windows,
)
from bijlighar.tariffs.reading_reliefs import (
    read_balance_interest,
    read_cliff,
    read_duty,
    read_fppas,
    read_free_units,
    read_late_payment,
    read_payable_cap,
    read_rebates,
    read_rounding,
    read_subsidy,
)
from bijlighar.tariffs.reading_whole import check_loads, check_whole
from bijlighar.tariffs.values import Eligible, Measured, Name, Schedule

ORDER_KEYS = (
    "discom",
    "state",
    "order",
    "in_force_from",
    "in_force_until",
    "source",
    "schedules",
)

ORDER_OPTIONAL = ("after_a_gap",)
_SCHEDULE_KEYS = ("category", "name", "eligible")
_OPTIONAL_KEYS = (
    "measured_in",
    "slab_limits",
    "energy",
    "energy_by_use",
    "time_of_day",
    "fixed",
    "fixed_by_use",
    "billable_load",
    "excess_demand",
    "subsidy",
    "subsidy_funded_by",
    "free_units",
    "payable_cap",
    "fppas",
    "duty",
    "rebates",
    "minimum",
    "rounding",
    "late_payment",
    "balance_interest",
    "cliff",
)
_W_PER_KW = 1000


def read_schedules(
    *, table: Table, sha256: str, starts: date, ends: date | None
) -> Iterator[Schedule]:
    """Each schedule of an order; raises FileError."""
    found = table.tables("schedules", keys=_SCHEDULE_KEYS, optional=_OPTIONAL_KEYS)
    if not found:
        raise table.refuse("`schedules` is empty", "schedules")
    read: list[tuple[Table, Schedule]] = []
    for one in found:
        schedule = _schedule(one, read_name(table, "order"), sha256, starts, ends)
        check_whole(one, schedule)
        read.append((one, schedule))
        yield schedule
    check_loads(read)


def read_name(table: Table, key: str) -> Name:
    """What something is called in both languages; raises FileError."""
    name = table.table(key, keys=("en", "hi"))
    return Name(en=name.text("en"), hi=name.text("hi"))


def _schedule(
    one: Table, order: Name, sha256: str, starts: date, ends: date | None
) -> Schedule:
    measured = Measured.KWH
    if one.has("measured_in"):
        measured = Measured(one.word_of("measured_in", list(Measured)))
    subsidy, funded_by = read_subsidy(one)
    return Schedule(
        category=one.text("category"),
        name=read_name(one, "name"),
        eligible=_eligible(one),
        measured_in=measured,
        slab_limits=read_slab_limits(one),
        energy=read_energy(one),
        windows=read_windows(one),
        fixed=read_fixed(one, measured),
        billable_load=read_billable_load(one),
        excess_demand=read_excess_demand(one),
        subsidy=subsidy,
        subsidy_funded_by=funded_by,
        free_units=read_free_units(one),
        payable_cap=read_payable_cap(one),
        fppas=read_fppas(one),
        duty=read_duty(one),
        rebates=read_rebates(one),
        minimum=read_minimum(one),
        rounding=read_rounding(one),
        late_payment=read_late_payment(one),
        balance_interest=read_balance_interest(one),
        cliff=read_cliff(one),
        order=order,
        order_sha256=sha256,
        in_force_from=starts,
        in_force_until=ends,
    )


def _eligible(schedule: Table) -> Eligible:
    keys = ("above_kw", "upto_kw", "upto_kwh")
    one = schedule.table("eligible", keys=("text",), optional=keys)
    above, upto = _kw(one, "above_kw"), _kw(one, "upto_kw")
    if upto is not None and upto <= (above or 0):
        raise one.refuse("`upto_kw` is not above `above_kw`", "upto_kw")
    use = None
    if one.has("upto_kwh"):
        use = one.whole("upto_kwh", least=1, most=MOST_KWH)
    return Eligible(
        text=one.text("text"),
        above_w=above or 0,
        upto_w=upto,
        upto_wh=None if use is None else use * _W_PER_KW,
    )


def _kw(one: Table, key: str) -> int | None:
    if not one.has(key):
        return None
    return int(one.decimal(key, least="0", most="100000", places=3) * _W_PER_KW)
