"""Which days can be closed, and with what usage: pure decisions over registers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date

from bijlighar.kernel.ist import ONE_DAY, days_between
from bijlighar.readings.values import Blocks, Closable, ClosedUntil, DayUsage


def closable(
    *,
    meter_id: int,
    after: ClosedUntil,
    registers: Mapping[date, int],
    lost_before: date | None,
    until: date,
) -> Closable:
    """The usage of each day after `after`, in order, as far as it is known.

    `registers` holds the register at the end of each known day. A day whose register may
    still arrive stops the list: nothing is invented. A day before `lost_before` whose
    register is missing is lost for good (the meter's profile has gone over it); such days
    share the energy up to the next known register equally, and are marked as estimated. A
    register that fell stops the list too, with an error: a person has to look at the
    meter. `until` is the first day not to look at.
    """
    found: list[DayUsage] = []
    opening, day = after.register_wh, after.day + ONE_DAY
    while day < until:
        closes = _next_known(day, registers, lost_before, until)
        if closes is None:
            break
        closing = registers[closes]
        if closing < opening:
            fell = f"the register fell from {opening} to {closing} Wh on {closes}"
            return Closable(days=tuple(found), error=f"Meter {meter_id}: {fell}.")
        found.extend(_shared(meter_id, day, closes, opening, closing))
        opening, day = closing, closes + ONE_DAY
    return Closable(days=tuple(found), error="")


def unheld(
    blocks: Blocks, held: Mapping[tuple[int, date], Collection[int]]
) -> Iterator[Blocks]:
    """The parts of a run of half-hours that are not held yet, each a run of its own."""
    known = held.get((blocks.meter_id, blocks.day), ())
    run: list[int] = []
    first = blocks.first_block
    for number, energy_wh in enumerate(blocks.energies_wh, start=blocks.first_block):
        if number not in known:
            first = first if run else number
            run.append(energy_wh)
        elif run:
            yield replace(blocks, first_block=first, energies_wh=tuple(run))
            run = []
    if run:
        yield replace(blocks, first_block=first, energies_wh=tuple(run))


def _next_known(
    day: date, registers: Mapping[date, int], lost_before: date | None, until: date
) -> date | None:
    """The day that closes the span from `day` on: itself, unless its register is lost."""
    while day < until:
        if day in registers:
            return day
        if lost_before is None or day >= lost_before:
            return None
        day += ONE_DAY
    return None


def _shared(
    meter_id: int, first: date, last: date, opening: int, closing: int
) -> Iterator[DayUsage]:
    """Usage of the days `first`..`last`, whose energy is known together."""
    days = list(days_between(first, last + ONE_DAY))
    for index, day in enumerate(days):
        starts = opening + (closing - opening) * index // len(days)
        ends = opening + (closing - opening) * (index + 1) // len(days)
        yield DayUsage(
            meter_id=meter_id,
            day=day,
            energy_wh=ends - starts,
            opening_register_wh=starts,
            closing_register_wh=ends,
            is_estimated=len(days) > 1,
        )
