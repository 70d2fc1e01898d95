"""Run as a process of a live town: take its homes in, and bring one into the dark.

The relay itself is opened by the town's own head-end; this only decides it, by the rules,
on evidence of the story's own.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, time
from pathlib import Path

import django


def main(clock_file: str, dark_number: str) -> None:
    django.setup()
    import httpx
    from django.conf import settings
    from django.db import transaction

    from bijlighar.clock.clock import set_anchor
    from bijlighar.connections import service as connections
    from bijlighar.headend import service as headend
    from bijlighar.headend.values import NewCommand, RelayWanted
    from bijlighar.kernel.ist import instant_of
    from bijlighar.ledger import service as ledger
    from bijlighar.ledger.values import Book, BookOf, NewEntry, NewTransfer, WalletOf
    from bijlighar.run.settle import settle
    from bijlighar.run.settle_names import consumer_number_of
    from bijlighar.simulator.town_calendar import TOWN_START
    from bijlighar.supply import service as supply
    from bijlighar.supply.values import Evidence, RelayAction

    starts_at = instant_of(TOWN_START)
    with httpx.Client() as client:
        settle(
            client=client,
            town_url=settings.BIJLIGHAR["town_url"],
            town_start=TOWN_START,
            now=starts_at,
        )
    monday = instant_of(date(2026, 4, 13), time(10))
    set_anchor(Path(clock_file), town_at=monday, speed=1)
    home = connections.home_of(consumer_number=consumer_number_of(int(dark_number)))
    wallet = WalletOf(owner_id=home.connection_id)
    held = ledger.balances_of(owner_ids=[home.connection_id])[home.connection_id]
    with transaction.atomic():
        ledger.post(
            entries=[
                NewEntry(
                    reason="story",
                    source="the money is gone",
                    effective_at=monday,
                    transfers=(
                        NewTransfer(
                            debit=wallet,
                            credit=BookOf(book=Book.REVENUE, head="story"),
                            head="story",
                            amount_paise=held.balance_paise + 60_00,
                        ),
                    ),
                )
            ],
            now=monday,
        )

        def review(now: datetime) -> list[RelayAction | None]:
            evidence = Evidence(
                connection_id=home.connection_id,
                balance_paise=-60_00,
                balance_as_of=now,
                last_recharge_paise=held.balance_paise,
                recharge_key="opening",
                charged_through_end_at=now,
                is_prepaid=True,
                mode_since_at=instant_of(date(2026, 1, 1)),
            )
            reviewed = supply.review(
                evidence=[evidence],
                policy_name=settings.BIJLIGHAR["supply_policy"],
                now=now,
            )
            return [decision.action for decision in reviewed.decisions]

        review(instant_of(date(2026, 4, 9), time(10)))
        assert review(monday) == [RelayAction.DISCONNECT]
        headend.queue(
            new=NewCommand(
                meter_id=home.meter_id,
                connection_id=home.connection_id,
                wanted=RelayWanted.OPEN,
                source=supply.last_change_key(connection_id=home.connection_id),
            ),
            now=monday,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
