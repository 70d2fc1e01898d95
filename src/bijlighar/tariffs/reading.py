"""The schedules inside an order file: each value with its bounds, source and line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bijlighar.kernel.energy import WH_PER_KWH
from bijlighar.tariffs.strict_yaml import Table
from bijlighar.tariffs.values import (
    BillableLoad,
    Confidence,
    FixedCharge,
    FppasRule,
    Head,
    Name,
    Schedule,
    Share,
    Slab,
    When,
)

ORDER_KEYS = (
    "discom",
    "state",
    "order",
    "in_force_from",
    "in_force_until",
    "source",
    "schedules",
)

_SCHEDULE_KEYS = (
    "category",
    "name",
    "eligible",
    "energy",
    "subsidy",
    "subsidy_funded_by",
    "fixed",
    "billable_load",
    "fppas",
    "duty",
    "rebate",
)
_SAID = ("source", "confidence")
_BASE = (Head.ENERGY, Head.FIXED, Head.SUBSIDY)
_RATE_PLACES = 4
_FIXED_PLACES = 3
_SHARE_PLACES = 4


def read_schedules(
    *, table: Table, sha256: str, starts: date, ends: date | None
) -> Iterator[Schedule]:
    """Each schedule of an order; raises OrderError."""
    found = table.tables("schedules", keys=_SCHEDULE_KEYS)
    if not found:
        raise table.refuse("`schedules` is empty", "schedules")
    for one in found:
        yield Schedule(
            category=one.text("category"),
            name=read_name(one, "name"),
            eligible=one.text("eligible"),
            energy=_slabs(one, "energy"),
            subsidy=_slabs(one, "subsidy"),
            subsidy_funded_by=one.text("subsidy_funded_by"),
            fixed=_fixed(one),
            billable_load=_billable_load(one),
            fppas=_fppas(one),
            duty=_share(one, "duty"),
            rebate=_share(one, "rebate"),
            order=read_name(table, "order"),
            order_sha256=sha256,
            in_force_from=starts,
            in_force_until=ends,
        )


def read_name(table: Table, key: str) -> Name:
    """What something is called in both languages; raises OrderError."""
    name = table.table(key, keys=("en", "hi"))
    return Name(en=name.text("en"), hi=name.text("hi"))


def _slabs(schedule: Table, key: str) -> tuple[Slab, ...]:
    keys = ("above_kwh", "upto_kwh", "rupees_per_kwh", *_SAID)
    slabs: list[Slab] = []
    expected: int | None = 0
    for one in schedule.tables(key, keys=keys):
        above, upto = one.whole("above_kwh"), one.whole_or_none("upto_kwh")
        _check_slab(one, above, upto, expected)
        slabs.append(
            Slab(
                above_wh=above * WH_PER_KWH,
                upto_wh=None if upto is None else upto * WH_PER_KWH,
                rupees_per_kwh=one.decimal(
                    "rupees_per_kwh", least="0", most="100", places=_RATE_PLACES
                ),
                source=one.text("source"),
                confidence=_confidence(one),
            )
        )
        expected = upto
    if not slabs:
        raise schedule.refuse(f"`{key}` has no slab", key)
    if expected is not None:
        reason = f"`{key}` has a gap: nothing is said above {expected} kWh"
        raise schedule.refuse(reason, key)
    return tuple(slabs)


def _check_slab(one: Table, above: int, upto: int | None, expected: int | None) -> None:
    """Slabs follow one another without gap or overlap; limits stay below a GWh."""
    if expected is None:
        raise one.refuse("an overlap: the slab before has no end", "above_kwh")
    if above != expected:
        what = "a gap" if above > expected else "an overlap"
        reason = f"{what}: the slab starts at {above} kWh, not at {expected}"
        raise one.refuse(reason, "above_kwh")
    if upto is not None and not above < upto <= 10**6:
        raise one.refuse(f"the slab ends at {upto} kWh, not above {above}", "upto_kwh")


def _fixed(schedule: Table) -> FixedCharge:
    one = schedule.table("fixed", keys=("rupees_per_kw_month", "spread", *_SAID))
    one.word_of("spread", ["days_in_month"])
    return FixedCharge(
        rupees_per_kw_month=one.decimal(
            "rupees_per_kw_month", least="0", most="1000", places=_FIXED_PLACES
        ),
        source=one.text("source"),
        confidence=_confidence(one),
    )


def _billable_load(schedule: Table) -> BillableLoad:
    keys = ("higher_of", "least_share_of_sanctioned", *_SAID)
    one = schedule.table("billable_load", keys=keys)
    if one.words("higher_of") != ["maximum_demand", "share_of_sanctioned"]:
        reason = "`higher_of` must be [maximum_demand, share_of_sanctioned]"
        raise one.refuse(reason, "higher_of")
    return BillableLoad(
        least_share_of_sanctioned=one.decimal(
            "least_share_of_sanctioned", least="0", most="1", places=2
        ),
        source=one.text("source"),
        confidence=_confidence(one),
    )


def _fppas(schedule: Table) -> FppasRule:
    one = schedule.table("fppas", keys=("series", "of", *_SAID))
    return FppasRule(
        series=one.text("series"),
        of=_heads(one, _BASE),
        source=one.text("source"),
        confidence=_confidence(one),
    )


def _share(schedule: Table, key: str) -> Share:
    one = schedule.table(key, keys=("share", "of", "when", *_SAID))
    return Share(
        share=one.decimal("share", least="0", most="1", places=_SHARE_PLACES),
        of=_heads(one, (*_BASE, Head.FPPAS)),
        when=When(one.word_of("when", list(When))),
        source=one.text("source"),
        confidence=_confidence(one),
    )


def _heads(one: Table, allowed: tuple[Head, ...]) -> tuple[Head, ...]:
    words = one.words("of")
    for word in words:
        if word not in allowed:
            known = ", ".join(allowed)
            raise one.refuse(f"`of` has the unknown head `{word}`; known are {known}", "of")
    if not words or len(set(words)) < len(words):
        raise one.refuse("`of` must name each head once, and at least one", "of")
    return tuple(Head(word) for word in words)


def _confidence(one: Table) -> Confidence:
    return Confidence(one.word_of("confidence", list(Confidence)))
