"""What a schedule gives back or adds on top: subsidies, schemes, FPPAS, duty, rebates."""

from __future__ import annotations

from decimal import Decimal

from bijlighar.kernel.energy import WH_PER_KWH
from bijlighar.kernel.strict_yaml import Table
from bijlighar.tariffs.rating import MOST_DAYS
from bijlighar.tariffs.reading_charges import (
    MOST_KWH,
    RATE_PLACES,
    SAID,
    SHARE_PLACES,
    check_ended,
    read_confidence,
    read_heads,
    read_range,
    read_slabs,
)
from bijlighar.tariffs.values import (
    BalanceInterest,
    Cliff,
    CliffPolicy,
    Confidence,
    Duty,
    DutySlab,
    FppasRule,
    FreeUnits,
    Head,
    LatePayment,
    On,
    PayableCap,
    Rebate,
    Rounding,
    Slab,
    When,
)

_CHARGES = (
    Head.ENERGY,
    Head.TIME_OF_DAY,
    Head.FIXED,
    Head.EXCESS_DEMAND,
    Head.SUBSIDY,
)
_BEFORE_FPPAS = (*_CHARGES, Head.SCHEME)
_BEFORE_DUTY = (*_BEFORE_FPPAS, Head.FPPAS)
_PAISE = 100

EACH_PAISA = Rounding(
    line_paise=1,
    bill_paise=_PAISE,
    source="lines to the paisa, the bill to the rupee, half up: tariffs reference 5.5",
    confidence=Confidence.MEDIUM,
)

LEAST_PERIOD_DAYS = 28
"""A limit for fewer days than the shortest month has would be none of a month."""

MOST_HELD_DAYS = 62
"""No order holds a disconnection back for longer because of a threshold."""

MOST_MONTHS = 24
"""Terms of late payment and interest are of months, three or six: never of years."""

MOST_SHARE_A_MONTH = "0.05"
MOST_SHARE_A_YEAR = "0.25"
"""Beyond, a decimal point stands in the wrong place: surcharges are 1.25 to 2 % a month,
interest is a bank's rate."""


def read_subsidy(schedule: Table) -> tuple[tuple[Slab, ...], str]:
    """The subsidy per unit and who pays it."""
    if schedule.has("subsidy") != schedule.has("subsidy_funded_by"):
        raise schedule.refuse("`subsidy` and `subsidy_funded_by` go together")
    if not schedule.has("subsidy"):
        return (), ""
    return read_slabs(schedule, "subsidy"), schedule.text("subsidy_funded_by")


def read_free_units(schedule: Table) -> FreeUnits | None:
    """Units a month within which nothing is to be paid."""
    if not schedule.has("free_units"):
        return None
    one = schedule.table("free_units", keys=("kwh", "funded_by", *SAID))
    return FreeUnits(
        free_wh=_units(one, "kwh"),
        source=one.text("source"),
        confidence=read_confidence(one),
        funded_by=one.text("funded_by"),
    )


def read_payable_cap(schedule: Table) -> PayableCap | None:
    """A cap on what the first units of a modest month cost."""
    if not schedule.has("payable_cap"):
        return None
    keys = ("upto_kwh", "first_kwh", "rupees", "of", "funded_by", *SAID)
    one = schedule.table("payable_cap", keys=keys, optional=("per_days",))
    upto, first = _units(one, "upto_kwh"), _units(one, "first_kwh")
    if first > upto:
        raise one.refuse("`first_kwh` is above `upto_kwh`", "first_kwh")
    return PayableCap(
        upto_wh=upto,
        per_days=_per_days(one),
        first_wh=first,
        rupees=one.decimal("rupees", least="0", most="100000", places=2),
        of=read_heads(one, _CHARGES),
        source=one.text("source"),
        confidence=read_confidence(one),
        funded_by=one.text("funded_by"),
    )


def read_fppas(schedule: Table) -> FppasRule | None:
    """Which series of percentages applies to which heads."""
    if not schedule.has("fppas"):
        return None
    one = schedule.table("fppas", keys=("series", "of", *SAID), optional=("on",))
    return FppasRule(
        series=one.text("series"),
        of=read_heads(one, _BEFORE_FPPAS),
        on=_on(one),
        source=one.text("source"),
        confidence=read_confidence(one),
    )


def read_duty(schedule: Table) -> Duty | None:
    """The electricity duty: one share, or shares by slab."""
    if not schedule.has("duty"):
        return None
    one = schedule.table("duty", keys=("of",), optional=("share", "slabs", "on", *SAID))
    if one.has("share") == one.has("slabs"):
        raise one.refuse("one of `share` and `slabs` is needed")
    return Duty(slabs=_duty_slabs(one), of=read_heads(one, _BEFORE_DUTY), on=_on(one))


def read_rebates(schedule: Table) -> tuple[Rebate, ...]:
    """What is given back for prepaying and the like."""
    if not schedule.has("rebates"):
        return ()
    return tuple(
        _rebate(one)
        for one in schedule.tables(
            "rebates",
            keys=("when", *SAID),
            optional=("share", "of", "rupees_per_kwh", "on"),
        )
    )


def read_rounding(schedule: Table) -> Rounding:
    """The steps of lines and bill; lines to the paisa, bills to the rupee if unsaid."""
    if not schedule.has("rounding"):
        return EACH_PAISA
    one = schedule.table("rounding", keys=("line_rupees", "bill_rupees", *SAID))
    return Rounding(
        line_paise=_step(one, "line_rupees"),
        bill_paise=_step(one, "bill_rupees"),
        source=one.text("source"),
        confidence=read_confidence(one),
    )


def read_late_payment(schedule: Table) -> LatePayment | None:
    """What overdue dues cost."""
    if not schedule.has("late_payment"):
        return None
    keys = ("share_per_month", "later_share_per_month", "later_after_months", *SAID)
    one = schedule.table("late_payment", keys=keys)
    return LatePayment(
        share_per_month=_share(one, "share_per_month", most=MOST_SHARE_A_MONTH),
        later_share_per_month=_share(one, "later_share_per_month", most=MOST_SHARE_A_MONTH),
        later_after_months=one.whole("later_after_months", least=1, most=MOST_MONTHS),
        source=one.text("source"),
        confidence=read_confidence(one),
    )


def read_balance_interest(schedule: Table) -> BalanceInterest | None:
    """What a prepaid balance earns."""
    if not schedule.has("balance_interest"):
        return None
    keys = ("above_rupees", "months", "share_per_year", *SAID)
    one = schedule.table("balance_interest", keys=keys)
    return BalanceInterest(
        above_rupees=one.decimal("above_rupees", least="0", most="100000", places=2),
        months=one.whole("months", least=1, most=MOST_MONTHS),
        share_per_year=_share(one, "share_per_year", most=MOST_SHARE_A_YEAR),
        source=one.text("source"),
        confidence=read_confidence(one),
    )


def read_cliff(schedule: Table) -> Cliff | None:
    """What to do about thresholds that make a whole month dearer."""
    if not schedule.has("cliff"):
        return None
    keys = ("policy", "warn_at_share", "no_disconnection_days", *SAID)
    one = schedule.table("cliff", keys=keys)
    return Cliff(
        policy=CliffPolicy(one.word_of("policy", list(CliffPolicy))),
        warn_at_share=_share(one, "warn_at_share"),
        no_disconnection_days=one.whole("no_disconnection_days", most=MOST_HELD_DAYS),
        source=one.text("source"),
        confidence=read_confidence(one),
    )


def _rebate(one: Table) -> Rebate:
    if one.has("share") == one.has("rupees_per_kwh"):
        raise one.refuse("one of `share` and `rupees_per_kwh` is needed")
    if one.has("share") != one.has("of"):
        raise one.refuse("`share` and `of` go together")
    per_unit = Decimal(0)
    if one.has("rupees_per_kwh"):
        per_unit = one.decimal("rupees_per_kwh", least="0", most="100", places=RATE_PLACES)
    return Rebate(
        share=_share(one, "share") if one.has("share") else Decimal(0),
        of=read_heads(one, _BEFORE_DUTY) if one.has("of") else (),
        rupees_per_kwh=per_unit,
        when=When(one.word_of("when", list(When))),
        on=_on(one),
        source=one.text("source"),
        confidence=read_confidence(one),
    )


def _duty_slabs(duty: Table) -> tuple[DutySlab, ...]:
    if duty.has("share"):
        return (
            DutySlab(
                above_wh=0,
                upto_wh=None,
                share=_share(duty, "share"),
                source=duty.text("source"),
                confidence=read_confidence(duty),
            ),
        )
    found: list[DutySlab] = []
    expected: int | None = 0
    for one in duty.tables("slabs", keys=("above_kwh", "upto_kwh", "share", *SAID)):
        above, upto = read_range(one, expected)
        found.append(
            DutySlab(
                above_wh=above,
                upto_wh=upto,
                share=_share(one, "share"),
                source=one.text("source"),
                confidence=read_confidence(one),
            )
        )
        expected = one.whole_or_none("upto_kwh")
    check_ended(duty, "slabs", found=bool(found), expected=expected)
    return tuple(found)


def _on(one: Table) -> On:
    return On(one.word_of("on", list(On))) if one.has("on") else On.ALL_UNITS


def _share(one: Table, key: str, most: str = "1") -> Decimal:
    return one.decimal(key, least="0", most=most, places=SHARE_PLACES)


def _units(one: Table, key: str) -> int:
    return one.whole(key, least=1, most=MOST_KWH) * WH_PER_KWH


def _per_days(one: Table) -> int | None:
    if not one.has("per_days"):
        return None
    return one.whole("per_days", least=LEAST_PERIOD_DAYS, most=MOST_DAYS)


def _step(one: Table, key: str) -> int:
    """A step in paise; it must go into a rupee, or be whole rupees."""
    paise = int(one.decimal(key, least="0.01", most="10", places=2) * _PAISE)
    if _PAISE % paise and paise % _PAISE:
        raise one.refuse(f"`{key}` does not go into a rupee", key)
    return paise
