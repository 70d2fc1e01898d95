"""The rows that a meter keeps: 35 days of half-hours and of midnights.

A half-hour is stamped with its end, so the row stamped 00:00 of D is the last of D-1; a
daily row stamped 00:00 of D is the register at the end of D-1. Rows are worked out from
the house's register when somebody reads them, and only those that are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from bijlighar.simulator.chance import draw
from bijlighar.simulator.house import House
from bijlighar.simulator.town_calendar import SECONDS_PER_BLOCK, SECONDS_PER_DAY

DAYS_KEPT = 35
BLOCKS_KEPT = DAYS_KEPT * SECONDS_PER_DAY // SECONDS_PER_BLOCK

# Apparent energy stands to active energy as 20 to 19: a power factor of 0.95.
_VAH, _PER_WH = 20, 19
_EVENING = range(36, 46)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """How often a profile captures a row, how many it keeps, and its first row ever."""

    period_s: int
    rows_kept: int
    first_s: int

    def kept(self, now: int) -> range:
        """The seconds with which the rows kept at second `now` are stamped."""
        last = now - now % self.period_s
        first = max(last - (self.rows_kept - 1) * self.period_s, self.first_s)
        return range(first, last + 1, self.period_s)


BLOCKS = Capture(
    period_s=SECONDS_PER_BLOCK, rows_kept=BLOCKS_KEPT, first_s=SECONDS_PER_BLOCK
)
MIDNIGHTS = Capture(period_s=SECONDS_PER_DAY, rows_kept=DAYS_KEPT, first_s=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """One half-hour, named by its last second: centivolts, centiamperes, Wh and VAh."""

    ends: int
    voltage_cv: int
    current_ca: int
    import_wh: int
    import_vah: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MidnightRow:
    """The registers at one midnight in Wh and VAh."""

    at: int
    import_wh: int
    import_vah: int


def within(rows: range, *, first: int, last: int) -> range:
    """The stamps that lie between two seconds, both included."""
    if not rows:
        return rows
    skipped = max(-(-(first - rows.start) // rows.step), 0)
    wanted = max((last - rows.start) // rows.step + 1, 0)
    return rows[skipped:wanted]


def by_entry(rows: range, *, first: int, last: int) -> range:
    """The stamps of entries `first` to `last`, counted from 1; `last` 0 is the newest."""
    return rows[max(first - 1, 0) : last if last > 0 else len(rows)]


def block_row(*, house: House, ends: int, seed: int, serial: str) -> BlockRow:
    """The half-hour that ends at this second."""
    before, after = house.register_wh(ends - SECONDS_PER_BLOCK), house.register_wh(ends)
    import_vah = apparent_vah(after) - apparent_vah(before)
    has_mains = house.has_mains(ends - 1)
    voltage_cv = voltage_at(second=ends - 1, seed=seed, serial=serial) if has_mains else 0
    return BlockRow(
        ends=ends,
        voltage_cv=voltage_cv,
        current_ca=import_vah * 2 * 10_000 // voltage_cv if voltage_cv else 0,
        import_wh=after - before,
        import_vah=import_vah,
    )


def midnight_row(*, house: House, at: int) -> MidnightRow:
    """The registers at this midnight."""
    import_wh = house.register_wh(at)
    return MidnightRow(at=at, import_wh=import_wh, import_vah=apparent_vah(import_wh))


def apparent_vah(import_wh: int) -> int:
    """The apparent energy register that belongs to an active one."""
    return import_wh * _VAH // _PER_WH


def voltage_at(*, second: int, seed: int, serial: str) -> int:
    """A likely voltage in centivolts: 224 to 244 V, some 12 V less in the evening."""
    block = second // SECONDS_PER_BLOCK
    sags = 1_200 if block % 48 in _EVENING else 0
    return 22_400 - sags + draw(seed, "voltage", serial, block, below=2_000)
