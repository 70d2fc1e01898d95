"""Schedules and rows that nobody chose: every rule that an order may have, and none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from bijlighar.tariffs.rating import BOUNDS, MOST_DAYS
from bijlighar.tariffs.values import (
    BillableLoad,
    Cliff,
    CliffPolicy,
    Confidence,
    Duty,
    DutySlab,
    Eligible,
    ExcessDemand,
    FixedBand,
    FppasRule,
    FreeUnits,
    Head,
    Ladder,
    Measured,
    Minimum,
    Name,
    On,
    PayableCap,
    Per,
    Rebate,
    Rounding,
    Schedule,
    Slab,
    SlabLimits,
    When,
    Window,
)

SAID = {"source": "invented", "confidence": Confidence.LOW}
CHARGES = (
    Head.ENERGY,
    Head.TIME_OF_DAY,
    Head.FIXED,
    Head.EXCESS_DEMAND,
    Head.SUBSIDY,
)
BEFORE_DUTY = (*CHARGES, Head.SCHEME, Head.FPPAS)
NAME = Name(en="Invented", hi="मनगढ़ंत")


def decimals(most: int, places: int, *, least: int = 0) -> st.SearchStrategy[Decimal]:
    scale = 10**places
    return st.integers(least * scale, most * scale).map(
        lambda n: Decimal(n).scaleb(-places)
    )


def plain_schedule(**given: object) -> Schedule:
    """A schedule of one rate and nothing else, but for what is given."""
    quiet: dict[str, object] = {
        "category": "X",
        "name": NAME,
        "eligible": Eligible(text="everybody", above_w=0, upto_w=None, upto_wh=None),
        "measured_in": Measured.KWH,
        "slab_limits": None,
        "energy": (ladder(None, ("5", None)),),
        "windows": (),
        "fixed": (),
        "billable_load": load(),
        "excess_demand": None,
        "subsidy": (),
        "subsidy_funded_by": "",
        "free_units": None,
        "payable_cap": None,
        "fppas": None,
        "duty": None,
        "rebates": (),
        "minimum": None,
        "rounding": Rounding(line_paise=1, bill_paise=100, **SAID),
        "late_payment": None,
        "balance_interest": None,
        "cliff": Cliff(
            policy=CliffPolicy.POST,
            warn_at_share=Decimal("0.9"),
            no_disconnection_days=3,
            **SAID,
        ),
        "order": NAME,
        "order_sha256": "0" * 64,
        "in_force_from": date(2026, 4, 1),
        "in_force_until": None,
    }
    return Schedule(**(quiet | given))


def slabs_of(*rates: tuple[str | Decimal, int | None]) -> tuple[Slab, ...]:
    """Slabs from rates and the units that each ends at."""
    found: list[Slab] = []
    above = 0
    for rate, upto in rates:
        found.append(
            Slab(
                above_wh=above * 1000,
                upto_wh=None if upto is None else upto * 1000,
                rupees_per_kwh=Decimal(rate),
                **SAID,
            )
        )
        above = upto or 0
    return tuple(found)


def ladder(upto: int | None, *rates: tuple[str | Decimal, int | None]) -> Ladder:
    """A ladder for months of up to so many units."""
    return Ladder(upto_wh=None if upto is None else upto * 1000, slabs=slabs_of(*rates))


def band(
    upto: int | None, rupees: str | Decimal, per: Per = Per.CONNECTION, step: int = 0
) -> FixedBand:
    """A band of the fixed charge for months of up to so many units."""
    return FixedBand(
        upto_wh=None if upto is None else upto * 1000,
        rupees=Decimal(rupees),
        per=per,
        step_wh=step * 1000,
        **SAID,
    )


def load(least: str = "0.75", round_up_to_w: int = 0) -> BillableLoad:
    return BillableLoad(
        least_share_of_sanctioned=Decimal(least), round_up_to_w=round_up_to_w, **SAID
    )


def duty_of(*shares: tuple[str | Decimal, int | None], on: On = On.ALL_UNITS) -> Duty:
    """A duty on the energy charge, by slab."""
    found: list[DutySlab] = []
    above = 0
    for share, upto in shares:
        found.append(
            DutySlab(
                above_wh=above * 1000,
                upto_wh=None if upto is None else upto * 1000,
                share=Decimal(share),
                **SAID,
            )
        )
        above = upto or 0
    return Duty(slabs=tuple(found), of=(Head.ENERGY,), on=on)


def prepaid_per_unit(rupees: str, on: On = On.ALL_UNITS) -> Rebate:
    return Rebate(
        share=Decimal(0),
        of=(),
        rupees_per_kwh=Decimal(rupees),
        when=When.PREPAID,
        on=on,
        **SAID,
    )


@st.composite
def limits(draw: st.DrawFn, most: int = 3) -> list[int | None]:
    """Rising limits in units, the last without end; small ones are met often."""
    found = draw(st.lists(st.integers(1, 400) | st.integers(1, 10**6), max_size=most - 1))
    return [*sorted(set(found)), None]


@st.composite
def some_slabs(draw: st.DrawFn) -> tuple[Slab, ...]:
    rate = decimals(100, 4) | decimals(10, 2)
    return slabs_of(*((draw(rate), upto) for upto in draw(limits())))


@st.composite
def ladders(draw: st.DrawFn) -> tuple[Ladder, ...]:
    found = draw(limits())
    return tuple(
        Ladder(upto_wh=None if upto is None else upto * 1000, slabs=draw(some_slabs()))
        for upto in found
    )


def per_of(allowed: Sequence[Per]) -> st.SearchStrategy[Per]:
    return st.sampled_from(list(allowed))


MOST_RUPEES = {Per.KW: 1000, Per.CONNECTION: 10_000, Per.STEP: 100}


@st.composite
def bands(draw: st.DrawFn) -> tuple[FixedBand, ...]:
    found: list[FixedBand] = []
    for upto in draw(limits()):
        per = draw(per_of(list(Per)))
        step = draw(st.integers(1, 50)) if per is Per.STEP else 0
        found.append(band(upto, draw(decimals(MOST_RUPEES[per], 3)), per, step))
    return tuple(found)


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    ends = sorted(set(draw(st.lists(st.integers(0, 48), max_size=4))))
    return tuple(
        Window(
            first_block=first,
            until_block=until,
            share=draw(decimals(1, 4, least=-1)),
            **SAID,
        )
        for first, until in zip(ends[::2], ends[1::2], strict=False)
    )


def heads_of(allowed: tuple[Head, ...]) -> st.SearchStrategy[tuple[Head, ...]]:
    return st.lists(st.sampled_from(allowed), min_size=1, unique=True).map(tuple)


@st.composite
def schemes(draw: st.DrawFn) -> dict[str, FreeUnits | PayableCap | None]:
    which = draw(st.sampled_from(["none", "free", "cap"]))
    some = st.integers(1, 300) | st.integers(1, 10**6)
    free, cap = None, None
    if which == "free":
        free = FreeUnits(free_wh=draw(some) * 1000, funded_by="Government", **SAID)
    if which == "cap":
        upto = draw(some)
        cap = PayableCap(
            upto_wh=upto * 1000,
            per_days=draw(st.none() | st.just(30) | st.integers(28, MOST_DAYS)),
            first_wh=draw(st.integers(1, upto)) * 1000,
            rupees=draw(decimals(300, 2) | decimals(100_000, 2)),
            of=draw(heads_of(CHARGES)),
            funded_by="Government",
            **SAID,
        )
    return {"free_units": free, "payable_cap": cap}


@st.composite
def duties(draw: st.DrawFn) -> Duty:
    on = draw(st.sampled_from(On))
    if draw(st.booleans()):
        found = duty_of((draw(decimals(1, 4)), None), on=on)
        return Duty(slabs=found.slabs, of=draw(heads_of(BEFORE_DUTY)), on=on)
    return duty_of(*((draw(decimals(1, 4)), upto) for upto in draw(limits())), on=on)


def fppas_rules() -> st.SearchStrategy[FppasRule]:
    return st.builds(
        FppasRule,
        series=st.just("x"),
        of=heads_of((*CHARGES, Head.SCHEME)),
        on=st.sampled_from(On),
        source=st.just("invented"),
        confidence=st.just(Confidence.LOW),
    )


@st.composite
def rebates(draw: st.DrawFn) -> tuple[Rebate, ...]:
    found: list[Rebate] = []
    for is_share in draw(st.lists(st.booleans(), max_size=2)):
        found.append(
            Rebate(
                share=draw(decimals(1, 4)) if is_share else Decimal(0),
                of=draw(heads_of(BEFORE_DUTY)) if is_share else (),
                rupees_per_kwh=Decimal(0) if is_share else draw(decimals(100, 4)),
                when=draw(st.sampled_from(When)),
                on=draw(st.sampled_from(On)),
                **SAID,
            )
        )
    return tuple(found)


@st.composite
def minimums(draw: st.DrawFn) -> Minimum:
    per = draw(per_of([Per.KW, Per.CONNECTION]))
    rupees = draw(decimals(MOST_RUPEES[per], 3))
    every = tuple(head for head in Head if head is not Head.MINIMUM)
    return Minimum(rupees=rupees, per=per, of=draw(heads_of(every)), **SAID)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Any schedule that the loader takes."""
    maybe = st.none
    found_bands = draw(bands() | st.just(()))
    excess = None
    if any(one.per is Per.KW for one in found_bands):
        times = draw(maybe() | decimals(10, 2))
        if times is not None:
            excess = ExcessDemand(times_fixed_rate=times, excused_days=0, **SAID)
    subsidy = draw(some_slabs() | st.just(()))
    places = draw(maybe() | st.integers(0, 4))
    fppas, duty = draw(maybe() | fppas_rules()), draw(maybe() | duties())
    if fppas and duty and len(duty.slabs) > 1 and draw(st.booleans()):
        fppas = replace(fppas, of=(Head.ENERGY,), on=duty.on)
        duty = replace(duty, of=(Head.ENERGY, Head.FPPAS))
    bill_paise = draw(st.sampled_from([1, 5, 100]))
    return plain_schedule(
        measured_in=draw(st.sampled_from(Measured)),
        slab_limits=None if places is None else SlabLimits(months_places=places, **SAID),
        energy=draw(ladders()),
        windows=draw(windows()),
        fixed=found_bands,
        billable_load=load(
            str(draw(decimals(1, 2))), draw(st.sampled_from([0, 0, 100, 1000, 10_000]))
        ),
        excess_demand=excess,
        subsidy=subsidy,
        subsidy_funded_by="Government" if subsidy else "",
        fppas=fppas,
        duty=duty,
        rebates=draw(rebates()),
        minimum=draw(maybe() | minimums()),
        rounding=Rounding(
            line_paise=draw(st.sampled_from([1, 1, bill_paise])),
            bill_paise=bill_paise,
            **SAID,
        ),
        **draw(schemes()),
    )


@st.composite
def any_row(draw: st.DrawFn, schedule: Schedule) -> dict[str, int | list[int]]:
    """A row anywhere inside the bounds, corners included."""
    row: dict[str, int | list[int]] = {
        name: draw(st.integers(least, most)) for name, (least, most) in BOUNDS.items()
    }
    energy_wh, days = draw(st.integers(0, 10**9)), draw(st.integers(1, MOST_DAYS))
    return row | {
        "energy_wh": energy_wh,
        "selecting_wh": draw(st.integers(energy_wh, 10**9)),
        "windows_wh": [draw(st.integers(0, 10**9)) for _ in schedule.windows],
        "slab_days": days,
        "billed_days": draw(st.integers(0, days)),
    }


@st.composite
def home_row(draw: st.DrawFn, schedule: Schedule) -> dict[str, int | list[int]]:
    """A row as a home has it; half of them are near a limit of the schedule."""
    near = [wh for wh in limits_wh(schedule) if wh <= 10**6] or [150_000]
    used = st.integers(0, 600_000)
    used |= st.builds(
        lambda wh, by: max(wh + by, 0), st.sampled_from(near), st.integers(-2, 2)
    )
    energy_wh, days = draw(used), draw(st.integers(28, 31))
    return {
        "energy_wh": energy_wh,
        "selecting_wh": energy_wh + draw(st.just(0) | st.integers(0, 200_000)),
        "windows_wh": [draw(st.integers(0, energy_wh)) for _ in schedule.windows],
        "days_in_month": days,
        "slab_days": days,
        "billed_days": draw(st.integers(0, days)),
        "sanctioned_load_w": draw(st.integers(1, 20)) * 1000,
        "max_demand_w": draw(st.integers(0, 12_000)),
        "demand_excused": draw(st.integers(0, 1)),
        "fppas_basis_points": draw(st.integers(-1000, 1000)),
        "fppas_carried_micropaise": draw(st.just(0) | st.integers(-(10**10), 10**10)),
        "is_prepaid": draw(st.integers(0, 1)),
    }


def limits_wh(schedule: Schedule) -> list[int]:
    """Every limit of a month that the schedule names."""
    found = [slab.upto_wh for one in schedule.energy for slab in one.slabs]
    found += [one.upto_wh for one in (*schedule.energy, *schedule.fixed)]
    found += [slab.upto_wh for slab in schedule.subsidy]
    if schedule.free_units:
        found.append(schedule.free_units.free_wh)
    if schedule.payable_cap:
        cap = schedule.payable_cap
        found += [cap.upto_wh, cap.first_wh]
        if cap.per_days is not None:
            found += [cap.upto_wh * days // cap.per_days for days in (28, 29, 30, 31)]
    return sorted({wh for wh in found if wh is not None})
