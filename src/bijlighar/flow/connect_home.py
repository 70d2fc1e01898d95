"""Connections come in: consumer, meter, keys, wallet and supply at once, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from bijlighar.connections import service as connections
from bijlighar.connections.values import Home, NewConnection
from bijlighar.headend import service as headend
from bijlighar.headend.values import MeterKeys
from bijlighar.kernel.ist import ONE_DAY, day_starts
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book, BookOf, NewEntry, NewTransfer, WalletOf
from bijlighar.readings import service as readings
from bijlighar.readings.values import DailyRegister
from bijlighar.supply import service as supply


def connect_homes(
    *,
    new: Sequence[NewConnection],
    keys: Mapping[str, MeterKeys],
    opening_paise: Mapping[str, int],
    now: datetime,
) -> tuple[Home, ...]:
    """Take connections in; `keys` by meter serial, `opening_paise` by consumer number.

    Raises connections.AlreadyConnected, connections.WrongConnection.
    """
    with transaction.atomic(durable=True):
        homes = connections.connect(new=new)
        ids = [home.connection_id for home in homes]
        ledger.open_wallets(owner_ids=ids, now=now)
        supply.open_supplies(connection_ids=ids, now=now)
        headend.commission(
            keys={home.meter_id: keys[home.meter_serial] for home in homes}, now=now
        )
        readings.store_initial(
            registers=[
                DailyRegister(
                    meter_id=home.meter_id,
                    day=home.installed_on - ONE_DAY,
                    register_wh=home.initial_register_wh,
                )
                for home in homes
            ],
            now=now,
        )
        entries = [_opening(home, opening_paise[home.consumer_number]) for home in homes]
        ledger.post(entries=[entry for entry in entries if entry], now=now)
    return homes


def _opening(home: Home, amount_paise: int) -> NewEntry | None:
    """The balance a connection brings along, which may be a debt; None for nothing."""
    if amount_paise == 0:
        return None
    wallet = WalletOf(owner_id=home.connection_id)
    book = BookOf(book=Book.MIGRATION, head=ledger.OPENING)
    debit, credit = (book, wallet) if amount_paise > 0 else (wallet, book)
    return NewEntry(
        reason=ledger.OPENING,
        source=str(home.connection_id),
        effective_at=day_starts(home.installed_on),
        transfers=(
            NewTransfer(
                debit=debit,
                credit=credit,
                head=ledger.OPENING,
                amount_paise=abs(amount_paise),
            ),
        ),
    )
