"""Run as a process of a live town: take its homes in, and bring some into the dark.

The days are charged by registers of the story's own; the decision is taken by the rules,
and the relay is opened by the town's own head-end.
"""

from __future__ import annotations

import sys
from datetime import date, time
from pathlib import Path

import django


def main(clock_file: str, *dark_numbers: str) -> None:
    django.setup()
    import httpx
    from django.conf import settings

    from bijlighar.clock.clock import set_anchor
    from bijlighar.connections import service as connections
    from bijlighar.flow.close_day import close_day
    from bijlighar.flow.review_supply import review_supply
    from bijlighar.kernel.ist import instant_of
    from bijlighar.ledger import service as ledger
    from bijlighar.ledger.values import Book, BookOf, NewEntry, NewTransfer, WalletOf
    from bijlighar.readings import service as readings
    from bijlighar.readings.values import DailyRegister, Heard
    from bijlighar.run.settle import settle
    from bijlighar.run.settle_names import consumer_number_of
    from bijlighar.run.town_grid import open_town_grid
    from bijlighar.run.town_staff import open_town_staff
    from bijlighar.simulator.town_calendar import TOWN_START
    from bijlighar.supply import service as supply
    from bijlighar.supply.values import SupplyState

    starts_at = instant_of(TOWN_START)
    monday = instant_of(date(2026, 4, 13), time(10))
    with httpx.Client() as client:
        settle(
            client=client,
            town_url=settings.BIJLIGHAR["town_url"],
            town_start=TOWN_START,
            now=starts_at,
        )
    open_town_staff(nodes=open_town_grid(now=starts_at), now=starts_at)
    homes = [
        connections.home_of(consumer_number=consumer_number_of(int(number)))
        for number in dark_numbers
    ]
    ids = [home.connection_id for home in homes]
    heard = [
        Heard(
            meter_id=home.meter_id,
            daily=tuple(
                DailyRegister(
                    meter_id=home.meter_id,
                    day=date(2026, 4, day),
                    register_wh=home.initial_register_wh,
                )
                for day in range(1, 13)
            ),
            blocks=(),
            daily_holds_from=None,
        )
        for home in homes
    ]
    readings.store(heard=heard, now=monday)
    close_day(connection_ids=ids, now=monday)
    gone = tuple(
        NewTransfer(
            debit=WalletOf(owner_id=owner_id),
            credit=BookOf(book=Book.REVENUE, head="story"),
            head="story",
            amount_paise=held.balance_paise + 60_00,
        )
        for owner_id, held in ledger.balances_of(owner_ids=ids).items()
    )
    entry = NewEntry(
        reason="story", source="the money is gone", effective_at=monday, transfers=gone
    )
    ledger.post(entries=[entry], now=monday)
    set_anchor(Path(clock_file), town_at=monday, speed=1)
    for now in (instant_of(date(2026, 4, 9), time(10)), monday):
        review_supply(connection_ids=ids, now=now)
    found = [supply.state_of(connection_id=one).state for one in ids]
    assert found == [SupplyState.DISCONNECTING] * len(ids), found


if __name__ == "__main__":
    main(*sys.argv[1:])
