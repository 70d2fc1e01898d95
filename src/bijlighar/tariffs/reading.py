"""The schedules inside an order file: each value with its bounds, source and line.

`reading_charges` reads what is charged, `reading_reliefs` what is given back or added on
top; this file puts a schedule together and says what has to go together.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bijlighar.tariffs.reading_charges import (
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
from bijlighar.tariffs.strict_yaml import Table
from bijlighar.tariffs.values import Eligible, Head, Measured, Name, Per, Schedule

ORDER_KEYS = (
    "discom",
    "state",
    "order",
    "in_force_from",
    "in_force_until",
    "source",
    "schedules",
)

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
    """Each schedule of an order; raises OrderError."""
    found = table.tables("schedules", keys=_SCHEDULE_KEYS, optional=_OPTIONAL_KEYS)
    if not found:
        raise table.refuse("`schedules` is empty", "schedules")
    for one in found:
        schedule = _schedule(one, read_name(table, "order"), sha256, starts, ends)
        _check_whole(one, schedule)
        yield schedule


def read_name(table: Table, key: str) -> Name:
    """What something is called in both languages; raises OrderError."""
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
    use = one.whole("upto_kwh") if one.has("upto_kwh") else None
    if use == 0:
        raise one.refuse("`upto_kwh` is 0: nobody would be eligible", "upto_kwh")
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


def _check_whole(one: Table, schedule: Schedule) -> None:
    """What only makes sense together, or not together."""
    by_load = any(band.per is Per.KW for band in schedule.fixed)
    if schedule.excess_demand and not by_load:
        reason = "`excess_demand` needs a fixed charge by load to be a multiple of"
        raise one.refuse(reason, "excess_demand")
    by_load |= schedule.minimum is not None and schedule.minimum.per is Per.KW
    if by_load and schedule.billable_load is None:
        raise one.refuse("a charge is by load, but `billable_load` is missing")
    if schedule.free_units and schedule.payable_cap:
        reason = "a schedule has free units or a payable cap, not both"
        raise one.refuse(reason, "payable_cap")
    if not _has_duty_that_fits(schedule):
        reason = (
            "`duty` by slabs must be `of: [energy]`, or `of: [energy, fppas]` where FPPAS "
            "is of the energy alone and on the same units"
        )
        raise one.refuse(reason, "duty")
    if schedule.cliff is None and _has_cliffs(schedule):
        reason = "a threshold makes the whole month dearer at once, but `cliff` is missing"
        raise one.refuse(reason)
    if schedule.rounding.bill_paise % schedule.rounding.line_paise:
        raise one.refuse("`bill_rupees` is no multiple of `line_rupees`", "rounding")


def _has_duty_that_fits(schedule: Schedule) -> bool:
    """Whether all that the duty is on can be told apart by its slabs."""
    duty, fppas = schedule.duty, schedule.fppas
    if duty is None or len(duty.slabs) == 1 or duty.of == (Head.ENERGY,):
        return True
    on_energy = fppas is not None and fppas.of == (Head.ENERGY,) and fppas.on is duty.on
    return on_energy and set(duty.of) == {Head.ENERGY, Head.FPPAS}


def _has_cliffs(schedule: Schedule) -> bool:
    return (
        len(schedule.energy) > 1
        or len(schedule.fixed) > 1
        or schedule.free_units is not None
        or schedule.payable_cap is not None
    )
