"""Issue the bills of a period: charge it once more, explain it, balance it, keep it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from bijlighar.bills._moves import marks_now
from bijlighar.bills._plan import Plan, plan
from bijlighar.bills._read import value_of
from bijlighar.bills._rows import rows_of
from bijlighar.bills.models import Bill as Row
from bijlighar.bills.rules import TRUE_UP
from bijlighar.bills.values import BillKind, Issued, NotBilled
from bijlighar.charges import service as charges
from bijlighar.charges.values import ChargedPeriod
from bijlighar.kernel.ist import days_between, month_starts
from bijlighar.ledger import service as ledger


def issue(
    *,
    connection_ids: Sequence[int],
    first: date,
    until: date,
    kind: BillKind,
    even_if_open: bool,
    now: datetime,
) -> Issued:
    """As `service.issue` says, in the caller's transaction."""
    ids = sorted(set(connection_ids))
    ledger.lock_balances(owner_ids=ids)
    made = plan(connection_ids=ids, first=first, until=until, kind=kind)
    before_true_up = marks_now()
    _true_up(made, now)
    periods = _periods(made, until, even_if_open=even_if_open)
    new = rows_of(
        made, periods, before_true_up=before_true_up, until=until, kind=kind, now=now
    )
    Row.objects.bulk_create(new)
    kept = sorted([*made.there, *new], key=lambda row: row.connection_id)
    return Issued(
        bills=tuple(value_of(row) for row in kept),
        new=frozenset(row.number for row in new),
        rejected=tuple(
            NotBilled(connection_id=one, error=error)
            for one, error in sorted(made.rejected.items())
        ),
    )


def _true_up(made: Plan, now: datetime) -> None:
    """Charge the days of the periods once more; who cannot be charged gets no bill."""
    for month, ids in _grouped(made, month_starts).items():
        charged = charges.charge_again(
            connection_ids=ids, first=month, because=TRUE_UP, now=now
        )
        for one in charged.rejected:
            made.reject(one.connection_id, one.error)


def _periods(made: Plan, until: date, *, even_if_open: bool) -> dict[int, ChargedPeriod]:
    """What the days came to, of those whose days are all charged (or need not be)."""
    found: dict[int, ChargedPeriod] = {}
    for first, ids in _grouped(made, lambda first: first).items():
        asked = charges.periods_of(connection_ids=ids, first=first, until=until)
        for one in asked.rejected:
            made.reject(one.connection_id, one.error)
        for connection_id in ids:
            period = asked.found.get(connection_id)
            why = _why_open(period, first, until, even_if_open=even_if_open)
            if why:
                made.reject(connection_id, why)
            elif period is not None:
                found[connection_id] = period
    return {one: period for one, period in found.items() if one in made.to_bill}


def _why_open(
    period: ChargedPeriod | None, first: date, until: date, *, even_if_open: bool
) -> str:
    if period is None or not period.parts:
        return f"no day from {first} on is charged yet"
    charged = {day.day for day in period.days}
    missing = [day for day in days_between(first, until) if day not in charged]
    return f"{missing[0]} is not charged yet" if missing and not even_if_open else ""


def _grouped(made: Plan, key: Callable[[date], date]) -> dict[date, list[int]]:
    """The connections that are to be billed, by a day made of their first one."""
    groups: dict[date, list[int]] = {}
    for connection_id, one in made.to_bill.items():
        groups.setdefault(key(one.known.first), []).append(connection_id)
    return groups
