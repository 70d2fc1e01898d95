"""What a schedule charges: energy, time of day, fixed charge, excess demand, minimum."""

from __future__ import annotations

import re
from decimal import Decimal

from bijlighar.kernel.energy import BLOCK_MINUTES, BLOCKS_PER_DAY, WH_PER_KWH
from bijlighar.kernel.strict_yaml import Table
from bijlighar.tariffs.values import (
    BillableLoad,
    Confidence,
    ExcessDemand,
    FixedBand,
    Head,
    Ladder,
    Measured,
    Minimum,
    Per,
    Slab,
    SlabLimits,
    Window,
)

SAID = ("source", "confidence")
SLAB_KEYS = ("above_kwh", "upto_kwh", "rupees_per_kwh", *SAID)
RATE_PLACES = 4
SHARE_PLACES = 4
MOST_KWH = 10**6
"""Limits stay at or below a GWh a month: rating is bounded there."""

MOST_EXCUSED_DAYS = 366
"""Demand is excused for half a year after a meter was installed, nowhere beyond a year."""

_FIXED_PLACES = 3
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_PER = {
    "rupees_per_kw_month": (Per.KW, "1000"),
    "rupees_per_kva_month": (Per.KW, "1000"),
    "rupees_per_connection_month": (Per.CONNECTION, "10000"),
    "rupees_per_step": (Per.STEP, "100"),
}


def read_confidence(one: Table) -> Confidence:
    """How far a value can be trusted."""
    return Confidence(one.word_of("confidence", list(Confidence)))


def read_heads(one: Table, allowed: tuple[Head, ...]) -> tuple[Head, ...]:
    """The heads that a share is taken of, each once, and at least one."""
    words = one.words("of")
    for word in words:
        if word not in allowed:
            known = ", ".join(allowed)
            raise one.refuse(f"`of` has the unknown head `{word}`; known are {known}", "of")
    if not words or len(set(words)) < len(words):
        raise one.refuse("`of` must name each head once, and at least one", "of")
    return tuple(Head(word) for word in words)


def read_energy(schedule: Table) -> tuple[Ladder, ...]:
    """The ladders of the energy charge: one, or several chosen by the month's use."""
    if schedule.has("energy") == schedule.has("energy_by_use"):
        raise schedule.refuse("one of `energy` and `energy_by_use` is needed")
    if schedule.has("energy"):
        return (Ladder(upto_wh=None, slabs=read_slabs(schedule, "energy")),)
    found: list[Ladder] = []
    below = 0
    for one in schedule.tables("energy_by_use", keys=("upto_kwh", "slabs")):
        below = _check_band(one, below, is_after_last=_ended(found))
        upto = one.whole_or_none("upto_kwh")
        slabs = read_slabs(one, "slabs")
        found.append(
            Ladder(upto_wh=None if upto is None else upto * WH_PER_KWH, slabs=slabs)
        )
    if not found or not _ended(found):
        raise schedule.refuse("`energy_by_use` must end with `upto_kwh: null`")
    return tuple(found)


def read_slabs(schedule: Table, key: str) -> tuple[Slab, ...]:
    """Slabs that follow one another from 0 on; the last has no end."""
    slabs: list[Slab] = []
    expected: int | None = 0
    for one in schedule.tables(key, keys=SLAB_KEYS):
        above, upto = read_range(one, expected)
        slabs.append(
            Slab(
                above_wh=above,
                upto_wh=upto,
                rupees_per_kwh=one.decimal(
                    "rupees_per_kwh", least="0", most="100", places=RATE_PLACES
                ),
                source=one.text("source"),
                confidence=read_confidence(one),
            )
        )
        expected = one.whole_or_none("upto_kwh")
    check_ended(schedule, key, found=bool(slabs), expected=expected)
    return tuple(slabs)


def read_range(one: Table, expected: int | None) -> tuple[int, int | None]:
    """A slab's limits in Wh: without gap or overlap after the one before."""
    above, upto = one.whole("above_kwh"), one.whole_or_none("upto_kwh")
    if expected is None:
        raise one.refuse("an overlap: the slab before has no end", "above_kwh")
    if above != expected:
        what = "a gap" if above > expected else "an overlap"
        reason = f"{what}: the slab starts at {above} kWh, not at {expected}"
        raise one.refuse(reason, "above_kwh")
    if upto is not None and not above < upto <= MOST_KWH:
        raise one.refuse(f"the slab ends at {upto} kWh, not above {above}", "upto_kwh")
    return above * WH_PER_KWH, None if upto is None else upto * WH_PER_KWH


def check_ended(table: Table, key: str, *, found: bool, expected: int | None) -> None:
    """Slabs are there, and the last of them has no end."""
    if not found:
        raise table.refuse(f"`{key}` has no slab", key)
    if expected is not None:
        reason = f"`{key}` has a gap: nothing is said above {expected} kWh"
        raise table.refuse(reason, key)


def read_slab_limits(schedule: Table) -> SlabLimits | None:
    """How limits fit a period that is not a month; exactly pro rata if nothing is said."""
    if not schedule.has("slab_limits"):
        return None
    keys = ("scaled_by", "months_places", *SAID)
    one = schedule.table("slab_limits", keys=keys)
    one.word_of("scaled_by", ["months_of_30_days"])
    places = one.whole("months_places")
    if places > RATE_PLACES:
        raise one.refuse("`months_places` is at most 4", "months_places")
    return SlabLimits(
        months_places=places, source=one.text("source"), confidence=read_confidence(one)
    )


MOST_WINDOWS = 4
"""So many windows of the clock a charge keeps the energy of."""


def read_windows(schedule: Table) -> tuple[Window, ...]:
    """Clock windows that raise or lower the energy charge; none overlaps another."""
    if not schedule.has("time_of_day"):
        return ()
    found: list[Window] = []
    for one in schedule.tables("time_of_day", keys=("from", "until", "share", *SAID)):
        first, until = _block(one, "from"), _block(one, "until")
        if first >= until:
            reason = "`until` is not after `from`; split a window at midnight"
            raise one.refuse(reason, "until")
        if any(w.first_block < until and first < w.until_block for w in found):
            raise one.refuse("the window overlaps another", "from")
        if len(found) == MOST_WINDOWS:
            reason = f"more than {MOST_WINDOWS} windows, which is all that a charge keeps"
            raise one.refuse(reason, "from")
        found.append(
            Window(
                first_block=first,
                until_block=until,
                share=one.decimal("share", least="-1", most="1", places=SHARE_PLACES),
                source=one.text("source"),
                confidence=read_confidence(one),
            )
        )
    if not found:
        raise schedule.refuse("`time_of_day` has no window", "time_of_day")
    return tuple(found)


def read_fixed(schedule: Table, measured: Measured) -> tuple[FixedBand, ...]:
    """The fixed charge: none, one, or bands by the month's use."""
    if schedule.has("fixed") and schedule.has("fixed_by_use"):
        raise schedule.refuse("`fixed` and `fixed_by_use` exclude one another", "fixed")
    if schedule.has("fixed"):
        one = schedule.table("fixed", keys=SAID, optional=(*_PER, "step_kwh"))
        return (_band(one, None, measured),)
    if not schedule.has("fixed_by_use"):
        return ()
    found: list[FixedBand] = []
    below = 0
    for one in schedule.tables(
        "fixed_by_use", keys=("upto_kwh", *SAID), optional=(*_PER, "step_kwh")
    ):
        below = _check_band(one, below, is_after_last=_ended(found))
        upto = one.whole_or_none("upto_kwh")
        found.append(_band(one, None if upto is None else upto * WH_PER_KWH, measured))
    if not found or not _ended(found):
        raise schedule.refuse("`fixed_by_use` must end with `upto_kwh: null`")
    return tuple(found)


def read_billable_load(schedule: Table) -> BillableLoad | None:
    """Which load a charge by load counts."""
    if not schedule.has("billable_load"):
        return None
    one = schedule.table(
        "billable_load",
        keys=("higher_of", "least_share_of_sanctioned", *SAID),
        optional=("round_up_to_kw",),
    )
    if one.words("higher_of") != ["maximum_demand", "share_of_sanctioned"]:
        reason = "`higher_of` must be [maximum_demand, share_of_sanctioned]"
        raise one.refuse(reason, "higher_of")
    step = Decimal(0)
    if one.has("round_up_to_kw"):
        step = one.decimal("round_up_to_kw", least="0.001", most="10", places=3)
    return BillableLoad(
        least_share_of_sanctioned=one.decimal(
            "least_share_of_sanctioned", least="0", most="1", places=2
        ),
        round_up_to_w=int(step * 1000),
        source=one.text("source"),
        confidence=read_confidence(one),
    )


def read_excess_demand(schedule: Table) -> ExcessDemand | None:
    """What demand above the sanctioned load costs besides."""
    if not schedule.has("excess_demand"):
        return None
    keys = ("times_fixed_rate", "excused_days", *SAID)
    one = schedule.table("excess_demand", keys=keys)
    return ExcessDemand(
        times_fixed_rate=one.decimal("times_fixed_rate", least="0", most="10", places=2),
        excused_days=one.whole("excused_days", most=MOST_EXCUSED_DAYS),
        source=one.text("source"),
        confidence=read_confidence(one),
    )


def read_minimum(schedule: Table) -> Minimum | None:
    """What some heads come to at least."""
    if not schedule.has("minimum"):
        return None
    one = schedule.table("minimum", keys=("of", *SAID), optional=tuple(_PER))
    key, per = _per(one, Measured.KWH)
    if per is Per.STEP:
        raise one.refuse("a minimum is by load or by connection", key)
    return Minimum(
        rupees=one.decimal(key, least="0", most=_PER[key][1], places=_FIXED_PLACES),
        per=per,
        of=read_heads(one, tuple(head for head in Head if head is not Head.MINIMUM)),
        source=one.text("source"),
        confidence=read_confidence(one),
    )


def _band(one: Table, upto_wh: int | None, measured: Measured) -> FixedBand:
    key, per = _per(one, measured)
    step = 0
    if one.has("step_kwh") != (per is Per.STEP):
        raise one.refuse("`step_kwh` and `rupees_per_step` go together", key)
    if per is Per.STEP:
        step = one.whole("step_kwh")
        if not 1 <= step <= MOST_KWH:
            raise one.refuse(f"`step_kwh` is {step}, not a step of units", "step_kwh")
    return FixedBand(
        upto_wh=upto_wh,
        rupees=one.decimal(key, least="0", most=_PER[key][1], places=_FIXED_PLACES),
        per=per,
        step_wh=step * WH_PER_KWH,
        source=one.text("source"),
        confidence=read_confidence(one),
    )


def _per(one: Table, measured: Measured) -> tuple[str, Per]:
    named = [key for key in _PER if one.has(key)]
    if len(named) != 1:
        raise one.refuse(f"one of {', '.join(_PER)} is needed")
    if named[0] == "rupees_per_kva_month" and measured is not Measured.KVAH:
        reason = "a charge by kVA needs `measured_in: kvah`"
        raise one.refuse(reason, named[0])
    return named[0], _PER[named[0]][0]


def _check_band(one: Table, below: int, *, is_after_last: bool) -> int:
    """Thresholds rise, and nothing follows the one without end."""
    upto = one.whole_or_none("upto_kwh")
    if is_after_last:
        raise one.refuse("an overlap: the band before has no end", "upto_kwh")
    if upto is not None and not below < upto <= MOST_KWH:
        raise one.refuse(f"the threshold falls: {upto} after {below}", "upto_kwh")
    return upto or below


def _ended(found: list[Ladder] | list[FixedBand]) -> bool:
    return bool(found) and found[-1].upto_wh is None


def _block(one: Table, key: str) -> int:
    value = one.text(key)
    if not _CLOCK.fullmatch(value):
        raise one.refuse(f'`{key}` is no clock time, as "09:00": `{value}`', key)
    hours, minutes = value.split(":")
    since = int(hours) * 60 + int(minutes)
    if since % BLOCK_MINUTES or since > BLOCKS_PER_DAY * BLOCK_MINUTES:
        raise one.refuse(f"`{key}` is not on a half-hour: {value}", key)
    return since // BLOCK_MINUTES
