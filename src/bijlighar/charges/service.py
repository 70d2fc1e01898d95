"""Charge supply days: usage by registers, month to date, the difference to the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from bijlighar.charges import _explain, _rate
from bijlighar.charges._rate import RatedDay
from bijlighar.charges.models import DayCharge
from bijlighar.charges.rules import REASON as REASON
from bijlighar.charges.rules import entry_of_day
from bijlighar.charges.values import (
    Charged,
    ChargedDays,
    DayExplained,
    DayTotal,
    NotCharged,
)
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import ONE_DAY, day_ends, supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.ledger import service as ledger
from bijlighar.readings import service as readings
from bijlighar.readings.values import ClosedUntil, DayUsage


class AlreadyPosted(BijligharError):
    """The ledger holds a day's entry that charges know nothing of: nothing was posted."""


def close_days(*, connection_ids: Sequence[int], now: datetime) -> ChargedDays:
    """Charge every supply day of these connections that can be closed.

    A day is closed when its register has arrived; it stays open until then, and the days
    after it with it. Safe to repeat: a day is charged once. One transaction: rows of the
    wallets are locked first, in order, so that two runs over one connection wait for each
    other. A connection that cannot be charged is rejected with a sentence and holds up
    nobody else.
    """
    with transaction.atomic():
        ledger.lock_balances(owner_ids=connection_ids)
        homes = {
            home.meter_id: home for home in connections.homes(connection_ids=connection_ids)
        }
        usages, errors = _usages(homes, until=supply_day_of(now))
        charged: dict[int, list[RatedDay]] = {}
        rejected: dict[int, str] = {}
        for wave in _waves(usages):
            rejected |= _charge(wave, charged, rejected, now)
        _post([day for days in charged.values() for day in days], now)
    return ChargedDays(
        charged=tuple(
            _charged(connection_id, days) for connection_id, days in charged.items()
        ),
        rejected=tuple(
            NotCharged(connection_id=connection_id, error=sentence)
            for connection_id, sentence in (errors | rejected).items()
        ),
    )


def explain_day(*, connection_id: int, day: date) -> DayExplained | None:
    """What a day cost, line by line; None while it is open."""
    found = list(
        DayCharge.objects.filter(connection_id=connection_id, day__lte=day).order_by(
            "-day"
        )[:2]
    )
    if not found or found[0].day != day:
        return None
    return _explain.explained(found[0], before=found[1] if len(found) > 1 else None)


def days_of(*, connection_id: int, first: date, until: date) -> tuple[DayTotal, ...]:
    """The charged days in `[first, until)`, in order."""
    found = DayCharge.objects.filter(
        connection_id=connection_id, day__gte=first, day__lt=until
    ).order_by("day")
    return tuple(
        DayTotal(day=one.day, energy_wh=one.energy_wh, total_paise=one.total_paise)
        for one in found
    )


def charged_through(*, connection_ids: Sequence[int]) -> dict[int, date]:
    """The last charged day of each connection that has one."""
    return {row["connection_id"]: row["day"] for row in _last_charges(connection_ids)}


def totals(*, first: date, until: date) -> tuple[int, int]:
    """(Wh, paise) charged for the supply days in `[first, until)`, over all connections."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(energy_wh), 0)::bigint,"
            " coalesce(sum(total_paise), 0)::bigint"
            " from charges_daycharge where day >= %s and day < %s",
            [first, until],
        )
        energy_wh, total_paise = cursor.fetchone()
        return int(energy_wh), int(total_paise)


def _charged(connection_id: int, days: Sequence[RatedDay]) -> Charged:
    return Charged(
        connection_id=connection_id,
        days=tuple(day.charge.day for day in days),
        total_paise=sum(day.charge.total_paise for day in days),
    )


def _usages(
    homes: Mapping[int, Home], *, until: date
) -> tuple[dict[int, list[tuple[Home, DayUsage]]], dict[int, str]]:
    """Closable days by connection, and the connections whose registers make no sense."""
    last = _last([home.connection_id for home in homes.values()])
    found = readings.usage_after(
        meters={
            meter_id: _closed_until(home, last.get(home.connection_id))
            for meter_id, home in homes.items()
        },
        until=until,
    )
    return {
        homes[meter_id].connection_id: [(homes[meter_id], day) for day in closable.days]
        for meter_id, closable in found.items()
    }, {
        homes[meter_id].connection_id: closable.error
        for meter_id, closable in found.items()
        if closable.error
    }


def _closed_until(home: Home, last: DayCharge | None) -> ClosedUntil:
    """Up to where a home is charged: its last charge, or its meter's installation."""
    if last is None:
        return ClosedUntil(
            day=home.installed_on - ONE_DAY, register_wh=home.initial_register_wh
        )
    return ClosedUntil(day=last.day, register_wh=last.closing_register_wh)


def _last(connection_ids: Sequence[int]) -> dict[int, DayCharge]:
    """Each connection's last charge."""
    ids = [row["id"] for row in _last_charges(connection_ids)]
    return {one.connection_id: one for one in DayCharge.objects.filter(pk__in=ids)}


def _last_charges(connection_ids: Sequence[int]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.charges", "last_charges"), {"ids": list(connection_ids)}
        )
        return rows(cursor)


def _waves(
    usages: Mapping[int, list[tuple[Home, DayUsage]]],
) -> Iterator[list[tuple[Home, DayUsage]]]:
    """The first open day of every connection, then the second, and so on."""
    longest = max((len(days) for days in usages.values()), default=0)
    for index in range(longest):
        yield [days[index] for days in usages.values() if index < len(days)]


def _charge(
    wave: Sequence[tuple[Home, DayUsage]],
    charged: dict[int, list[RatedDay]],
    rejected: Mapping[int, str],
    now: datetime,
) -> dict[int, str]:
    """Rate one day of many connections into `charged`; answer who could not be."""
    wanted = [(home, usage) for home, usage in wave if home.connection_id not in rejected]
    before = _before([home.connection_id for home, _ in wanted], charged)
    days, gaps = _rate.days_of_wave(wanted, before)
    for rated in _rate.charges_of(days, now=now):
        charged.setdefault(rated.charge.connection_id, []).append(rated)
    return gaps


def _before(
    connection_ids: Sequence[int], charged: Mapping[int, list[RatedDay]]
) -> dict[int, DayCharge]:
    """Each connection's charge before this one: made just now, or kept."""
    found = {i: charged[i][-1].charge for i in connection_ids if i in charged}
    return found | _last([i for i in connection_ids if i not in found])


def _post(new: Sequence[RatedDay], now: datetime) -> None:
    DayCharge.objects.bulk_create([day.charge for day in new], batch_size=2000)
    entries = [
        entry
        for day in new
        if (
            entry := entry_of_day(
                connection_id=day.charge.connection_id,
                source=day.charge.entry_source,
                effective_at=day_ends(day.charge.day),
                heads_paise=day.heads_paise,
            )
        )
    ]
    posted = ledger.post(entries=entries, now=now)
    if len(posted) != len(entries):
        raise AlreadyPosted("A day is in the ledger, but not among the charges.")
