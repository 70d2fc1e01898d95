"""A schedule as a printed tariff card: each value, and where it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bijlighar.tariffs.doubts import Sourced
from bijlighar.tariffs.values import (
    Confidence,
    DutySlab,
    FixedBand,
    FppasValue,
    Head,
    Measured,
    On,
    Per,
    Rebate,
    Schedule,
    Slab,
    When,
)

_WH = 1000
_ORDER = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One value of a card: what for, how much, its printed source and how sure that is."""

    what: str
    applies: str
    value: str
    source: str
    confidence: Confidence


def card_of(schedule: Schedule, *, fppas: FppasValue | None = None) -> tuple[Row, ...]:
    """Every value of a schedule, in the order in which a bill is made up.

    `fppas` is the percentage of the day that is asked about.
    """
    return tuple(
        row
        for part in (_charges, _reliefs, _taxes, _rules)
        for row in part(_Card(schedule=schedule, fppas=fppas))
    )


def lowest_confidence(schedule: Schedule) -> Confidence:
    """The confidence of the least certain value of a schedule."""
    held = {row.confidence for row in card_of(schedule)}
    return next((one for one in _ORDER if one in held), Confidence.HIGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    schedule: Schedule
    fppas: FppasValue | None

    @property
    def unit(self) -> str:
        return "kVAh" if self.schedule.measured_in is Measured.KVAH else "kWh"

    @property
    def load(self) -> str:
        return self.unit.removesuffix("h")


def _row(said: Sourced, what: str, applies: str, value: str) -> Row:
    return Row(
        what=what,
        applies=applies,
        value=value,
        source=said.source,
        confidence=said.confidence,
    )


def _charges(card: _Card) -> Iterator[Row]:
    schedule = card.schedule
    for ladder in schedule.energy:
        whole = "" if len(schedule.energy) == 1 else f"; month {_upto(ladder.upto_wh)}"
        for slab in ladder.slabs:
            value = f"₹{slab.rupees_per_kwh}/{card.unit}"
            yield _row(slab, "energy", f"{_range(slab)}{whole}", value)
    for window in schedule.windows:
        value = f"{_percent(window.share, sign=True)} of its energy charge"
        yield _row(window, "time of day", window.clock, value)
    for band in schedule.fixed:
        applies = "" if len(schedule.fixed) == 1 else f"month {_upto(band.upto_wh)}"
        yield _row(band, "fixed charge", applies, _fixed(band, card.load))
    if schedule.billable_load:
        load = schedule.billable_load
        share = _percent(load.least_share_of_sanctioned)
        value = f"highest demand, at least {share} of the sanctioned load"
        if load.round_up_to_w:
            value += f", up to the next {_number(load.round_up_to_w)} {card.load}"
        yield _row(load, "billable load", "", value)
    if schedule.excess_demand:
        excess = schedule.excess_demand
        value = f"{excess.times_fixed_rate} × the fixed charge besides"
        applies = "above the sanctioned load"
        if excess.excused_days:
            applies += f", after {excess.excused_days} days"
        yield _row(excess, "excess demand", applies, value)


def _reliefs(card: _Card) -> Iterator[Row]:
    schedule = card.schedule
    for slab in schedule.subsidy:
        value = f"−₹{slab.rupees_per_kwh}/{card.unit}, by {schedule.subsidy_funded_by}"
        yield _row(slab, "subsidy", _range(slab), value)
    if schedule.free_units:
        free = schedule.free_units
        value = f"{_number(free.free_wh)} units free, by {free.funded_by}"
        yield _row(free, "free units", "a month", value)
    if schedule.payable_cap:
        cap = schedule.payable_cap
        value = f"first {_number(cap.first_wh)} units cost at most ₹{cap.rupees}"
        value += f", by {cap.funded_by}"
        applies = f"month {_upto(cap.upto_wh)}"
        if cap.per_days is not None:
            applies = f"{_upto(cap.upto_wh)} in {cap.per_days} days"
        yield _row(cap, "payable cap", applies, value)


def _taxes(card: _Card) -> Iterator[Row]:
    schedule = card.schedule
    if schedule.fppas:
        value = f"series {schedule.fppas.series}, {_of(schedule.fppas.of)}"
        yield _row(schedule.fppas, "fuel surcharge", _on(schedule.fppas.on), value)
        if card.fppas:
            percent = _percent(Decimal(card.fppas.basis_points).scaleb(-4), sign=True)
            yield _row(card.fppas, "fuel surcharge", "on this day", percent)
    if schedule.duty:
        for duty in schedule.duty.slabs:
            applies = "" if len(schedule.duty.slabs) == 1 else _range(duty)
            value = f"{_percent(duty.share)} {_of(schedule.duty.of)}"
            yield _row(duty, "electricity duty", _joined(applies, schedule.duty.on), value)
    for rebate in schedule.rebates:
        whom = "prepaid" if rebate.when is When.PREPAID else "everybody"
        applies = _joined(whom, rebate.on)
        yield _row(rebate, "rebate", applies, _rebate(rebate, card.unit))
    if schedule.minimum:
        least = schedule.minimum
        per = "kW" if least.per is Per.KW else "connection"
        value = f"at least ₹{least.rupees} a {per} and month, {_of(least.of)}"
        yield _row(least, "minimum", "", value)


def _rules(card: _Card) -> Iterator[Row]:
    schedule = card.schedule
    if schedule.slab_limits:
        places = schedule.slab_limits.months_places
        value = f"by months of 30 days, to {places} decimals, whole units"
        yield _row(schedule.slab_limits, "limits of other periods", "", value)
    line, bill = schedule.rounding.line_paise, schedule.rounding.bill_paise
    value = f"lines to ₹{_rupees(line)}, the bill to ₹{_rupees(bill)}"
    yield _row(schedule.rounding, "rounding", "", value)
    if schedule.late_payment:
        late = schedule.late_payment
        first, later = late.share_per_month, late.later_share_per_month
        value = f"{_percent(first)} a month; {_percent(later)}"
        value += f" from month {late.later_after_months} on"
        yield _row(late, "late payment", "", value)
    if schedule.balance_interest:
        interest = schedule.balance_interest
        value = f"{_percent(interest.share_per_year)} a year"
        applies = f"balance above ₹{interest.above_rupees} for {interest.months} months"
        yield _row(interest, "interest", applies, value)
    if schedule.cliff:
        cliff = schedule.cliff
        value = f"{cliff.policy.value}; warn at {_percent(cliff.warn_at_share)}"
        if cliff.no_disconnection_days:
            value += f"; no disconnection for {cliff.no_disconnection_days} days"
        yield _row(cliff, "thresholds", "", value)


def _fixed(band: FixedBand, load: str) -> str:
    if band.per is Per.KW:
        return f"₹{band.rupees}/{load} a month"
    if band.per is Per.CONNECTION:
        return f"₹{band.rupees} a month"
    return f"₹{band.rupees} for each {_number(band.step_wh)} units or part"


def _rebate(rebate: Rebate, unit: str) -> str:
    if rebate.rupees_per_kwh:
        return f"−₹{rebate.rupees_per_kwh}/{unit}"
    return f"−{_percent(rebate.share)} {_of(rebate.of)}"


def _range(slab: Slab | DutySlab) -> str:
    first = _number(slab.above_wh)
    if slab.upto_wh is None:
        return f"above {first}" if slab.above_wh else "all units"
    return f"{first} to {_number(slab.upto_wh)}"


def _upto(upto_wh: int | None) -> str:
    return "above that" if upto_wh is None else f"up to {_number(upto_wh)} units"


def _of(heads: Sequence[Head]) -> str:
    return f"of {' + '.join(head.value.replace('_', ' ') for head in heads)}"


def _on(on: On) -> str:
    return "units that no scheme pays for" if on is On.CHARGEABLE_UNITS else ""


def _joined(applies: str, on: On) -> str:
    return "; ".join(part for part in (applies, _on(on)) if part)


def _percent(share: Decimal, *, sign: bool = False) -> str:
    percent = f"{share * 100:f}"
    if "." in percent:
        percent = percent.rstrip("0").rstrip(".")
    return f"{'+' if sign and share > 0 else ''}{percent}%"


def _number(thousandths: int) -> str:
    whole, rest = divmod(thousandths, _WH)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def _rupees(paise: int) -> str:
    return f"{paise // 100}" if paise % 100 == 0 else f"{paise // 100}.{paise % 100:02d}"
