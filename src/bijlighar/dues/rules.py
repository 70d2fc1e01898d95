"""Which part of a plan is due, which days are late, what was kept: pure, in whole paise."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from bijlighar.dues.values import Billed, Instalments, LateLine, RechargeShare, Terms
from bijlighar.kernel.ist import (
    ONE_DAY,
    day_starts,
    days_between,
    month_starts,
    supply_day_of,
)
from bijlighar.tariffs.dues import Kept, instalments, late_payment_surcharge
from bijlighar.tariffs.values import LatePayment

DAYS_OF_A_MONTH = 30
MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Paise into a wallet (+) or out of it (-): when it was true, and when it was known."""

    effective_at: datetime
    recorded_at: datetime
    amount_paise: int


# Plans


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last one of a shorter month."""
    index = day.year * MONTHS_OF_A_YEAR + day.month - 1 + months
    year, month = divmod(index, MONTHS_OF_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_due_on(terms: Instalments, *, today: date) -> date | None:
    """The last day, not after today, on which an instalment was due; None before the
    first. Days go on after the last instalment, for what was missed."""
    months = (today.year - terms.first_on.year) * MONTHS_OF_A_YEAR
    months += today.month - terms.first_on.month
    if months_later(terms.first_on, months) > today:
        months -= 1
    return months_later(terms.first_on, months) if months >= 0 else None


def asked_until(terms: Instalments, *, amount_paise: int, day: date) -> int:
    """What a plan has asked for by a day, this one included."""
    parts = instalments(amount_paise=amount_paise, count=terms.count)
    return sum(
        part
        for number, part in enumerate(parts)
        if months_later(terms.first_on, number) <= day
    )


def to_post(*, behind_paise: int, balance_paise: int | None) -> int:
    """What is posted of what is due.

    For a postpaid connection (no balance given) all of it: it is a line of the next bill
    and has the bill's time to be paid. Of a prepaid balance no more than there is: what is
    missed is asked again, and nobody's light goes out for old dues. Source: decision 28.
    """
    if balance_paise is None:
        return behind_paise
    return min(behind_paise, max(balance_paise, 0))


def from_recharge(
    terms: Terms,
    *,
    recharge_paise: int,
    left_paise: int,
    behind_paise: int,
    catch_up_percent: int,
) -> int:
    """What of a recharge goes to a plan: its share, rounded down to a paisa.

    Instalments take a share only where they are behind, and no more than that.
    """
    percent, most = _part_of(terms, left_paise, behind_paise, catch_up_percent)
    return min(recharge_paise * percent // 100, most)


def recharge_that_leaves(
    terms: Terms,
    *,
    wanted_paise: int,
    left_paise: int,
    behind_paise: int,
    catch_up_percent: int,
) -> int:
    """The least recharge of which at least `wanted_paise` is left to the wallet."""
    percent, most = _part_of(terms, left_paise, behind_paise, catch_up_percent)
    whole = wanted_paise + most
    if wanted_paise <= 0:
        return 0
    if percent == 100:
        return whole
    return min(100 * (wanted_paise - 1) // (100 - percent) + 1, whole)


def _part_of(
    terms: Terms, left_paise: int, behind_paise: int, catch_up_percent: int
) -> tuple[int, int]:
    """So many percent of a recharge, and no more than so many paise."""
    if isinstance(terms, RechargeShare):
        return terms.percent, left_paise
    return catch_up_percent, min(behind_paise, left_paise)


# Late payment


def late_lines(
    rule: LatePayment,
    *,
    bills: Sequence[Billed],
    credits: Sequence[Move],
    surcharges: Sequence[Move],
    first: date,
    until: date,
) -> tuple[LateLine, ...]:
    """What the days in `[first, until)` cost of what bills had asked for and nobody paid.

    Of a bill is late, on a day after its due date, what is unpaid of it at the end of that
    day. A later bill holds what is unpaid of the ones before: only what it adds is counted
    by its own date. Money pays dues before surcharges, and no surcharge is charged on a
    surcharge. `credits` are all that came into the wallet, `surcharges` what was charged.
    Source: the order's late payment surcharge (tariffs reference 1.3, LPSC).
    """
    by_time = sorted(bills, key=lambda bill: (bill.issued_at, bill.due_on))
    held = _surcharges_in(by_time, credits, surcharges)
    late: list[list[tuple[date, int]]] = [[] for _ in by_time]
    for day in days_between(first, until):
        counted = 0
        for number, bill in enumerate(by_time):
            if bill.due_on >= day:
                continue
            unpaid = max(_unpaid_of(bill, credits, day) - held[number], 0)
            if unpaid > counted:
                late[number].append((day, unpaid - counted))
                counted = unpaid
    return tuple(
        line
        for bill, days in zip(by_time, late, strict=True)
        for line in _lines_of(rule, bill, days)
    )


def _surcharges_in(
    bills: Sequence[Billed], credits: Sequence[Move], surcharges: Sequence[Move]
) -> list[int]:
    """How much of each bill is surcharge and not dues; dues are paid first."""
    held: list[int] = []
    for number, bill in enumerate(bills):
        before = bills[number - 1] if number else None
        left = 0
        if before is not None:
            paid = _sum(credits, after=before, within=bill)
            left = min(held[-1], max(before.payable_paise - paid, 0))
        held.append(left - _sum(surcharges, after=before, within=bill))
    return held


def _sum(moves: Sequence[Move], *, after: Billed | None, within: Billed) -> int:
    """What one bill knows of and the one before did not."""
    return sum(
        one.amount_paise
        for one in moves
        if not _is_after(within, one) and (after is None or _is_after(after, one))
    )


def _is_after(bill: Billed, move: Move) -> bool:
    """Whether a bill does not know of a movement: later than its days, or than itself."""
    return move.effective_at > day_starts(bill.until) or move.recorded_at > bill.issued_at


def _unpaid_of(bill: Billed, credits: Sequence[Move], day: date) -> int:
    """What of a bill was unpaid at the end of a day, by when money was there."""
    paid = sum(
        one.amount_paise
        for one in credits
        if _is_after(bill, one) and supply_day_of(one.effective_at) <= day
    )
    return max(bill.payable_paise - paid, 0)


def _lines_of(
    rule: LatePayment, bill: Billed, days: Sequence[tuple[date, int]]
) -> Iterator[LateLine]:
    """Days in a row with the same dues and the same share are one line."""
    limit = rule.later_after_months * DAYS_OF_A_MONTH

    def alike(numbered: tuple[int, tuple[date, int]]) -> tuple[int, int, bool]:
        number, (day, dues) = numbered
        age = (day - bill.due_on).days
        return day.toordinal() - number, dues, age > limit

    for (_, dues_paise, is_later), group in groupby(enumerate(days), alike):
        span = [day for _, (day, _) in group]
        upto, before = (span[-1] - bill.due_on).days, (span[0] - bill.due_on).days - 1
        amount = late_payment_surcharge(rule, dues_paise=dues_paise, days_overdue=upto)
        amount -= late_payment_surcharge(rule, dues_paise=dues_paise, days_overdue=before)
        share = rule.later_share_per_month if is_later else rule.share_per_month
        yield LateLine(
            due_on=bill.due_on,
            first_day=span[0],
            days=len(span),
            dues_paise=dues_paise,
            share_per_month=str(share),
            amount_paise=amount,
        )


# Interest


def kept_days(
    *, balance_paise: int, moves: Sequence[Move], first: date, until: date
) -> tuple[Kept, ...]:
    """The lowest balance of each day in `[first, until)`, in the order of time.

    `balance_paise` is what the wallet holds after all `moves`, which are those since
    `first`; what moves at one instant moves together.
    """
    by_time = sorted(moves, key=lambda one: one.effective_at)
    opening = balance_paise - sum(one.amount_paise for one in by_time)
    running = opening
    by_day: dict[date, int] = {}
    closing: dict[date, int] = {}
    for at, group in groupby(by_time, lambda one: one.effective_at):
        day = supply_day_of(at)
        lowest = by_day.get(day, running if at > day_starts(day) else None)
        running += sum(one.amount_paise for one in group)
        by_day[day] = running if lowest is None else min(lowest, running)
        closing[day] = running
    kept: list[Kept] = []
    for day in days_between(first, until):
        kept.append(Kept(balance_paise=by_day.get(day, opening), days=1))
        opening = closing.get(day, opening)
    return tuple(kept)


def window_of(month: date, *, months: int, since: date) -> date:
    """From which day on balances tell what a month has earned: so many months of 30 days
    before it, but not before `since`, from which day on the wallet is prepaid."""
    return max(month - timedelta(days=months * DAYS_OF_A_MONTH), since)


def months_between(after: date | None, *, today: date) -> tuple[date, ...]:
    """First days of the months that ended by today and come after one that is done;
    only the last one where none is."""
    last = month_starts(month_starts(today) - ONE_DAY)
    if after is None:
        return (last,)
    found = []
    month = months_later(after, 1)
    while month <= last:
        found.append(month)
        month = months_later(month, 1)
    return tuple(found)
