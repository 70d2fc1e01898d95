"""Homes whose payment mode turns: connected, heard, charged, with deposits and debts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bijlighar.charges import service as charges
from bijlighar.connections.values import Home, NewConnection, PaymentMode
from bijlighar.dues import service as dues
from bijlighar.dues.values import NewDeposit
from bijlighar.flow.connect_home import connect_homes
from bijlighar.flow.take_payment import take_payment
from bijlighar.kernel.ist import ONE_DAY, day_starts, days_between
from bijlighar.ledger import service as ledger
from bijlighar.payments.models import RechargeOrder
from bijlighar.payments.values import Captured
from bijlighar.readings import service as readings
from bijlighar.readings.values import DailyRegister, Heard
from tests.cast import grid_of_cast, keys_for, with_root_key

AUGUST = date(2025, 8, 1)
TURN = date(2025, 9, 16)
BACK = date(2026, 6, 1)


def noon(day: date) -> datetime:
    return day_starts(day) + timedelta(hours=12)


def described(number: int, transformer_id: int, **changes: object) -> NewConnection:
    known: dict[str, object] = {
        "consumer_number": f"8310{number:06d}",
        "name_en": f"Home {number}",
        "name_hi": f"घर {number}",
        "mobile": f"+9198{number:08d}",
        "language": "hi",
        "category": "LMV-1.10B",
        "sanctioned_load_w": 2_000 + 1_000 * (number % 3),
        "payment_mode": PaymentMode.POSTPAID,
        "starts_on": AUGUST,
        "mode_since": AUGUST,
        "meter_serial": f"TRN{number:05d}",
        "system_title": f"TRN{number:05d}".encode(),
        "meter_host": "127.0.0.1",
        "meter_port": 10_000 + number,
        "initial_register_wh": 0,
        "transformer_id": transformer_id,
    }
    return NewConnection(**{**known, **changes})  # type: ignore[arg-type]


def opening_paise(number: int) -> int:
    """Debts of up to 5,000 rupees, and some credit."""
    return (number * 7919 % 600_000) - 500_000


def deposit_paise(number: int) -> int:
    """Every third home has none."""
    return 0 if number % 3 == 0 else 400_00 + number * 13_37


def connect_many(count: int, **changes: object) -> list[Home]:
    """Homes on postpaid since August, each with its opening balance and deposit."""
    transformer_id = grid_of_cast()["T1"]
    new = [described(number, transformer_id, **changes) for number in range(1, count + 1)]
    with with_root_key():
        homes = connect_homes(
            new=new,
            keys=keys_for(new),
            opening_paise={
                one.consumer_number: opening_paise(number)
                for number, one in enumerate(new, 1)
            },
            now=day_starts(AUGUST),
        )
    dues.hold(
        deposits=[
            NewDeposit(
                connection_id=home.connection_id, amount_paise=held, source="taken over"
            )
            for number, home in enumerate(homes, 1)
            if (held := deposit_paise(number))
        ],
        now=day_starts(AUGUST),
    )
    return sorted(homes, key=lambda home: home.connection_id)


def use_until(homes: Sequence[Home], until: date, *, first: date = AUGUST) -> None:
    """Every meter tells its days before `until`, and they are charged."""
    now = noon(until)
    heard = [
        Heard(
            meter_id=home.meter_id,
            daily=tuple(
                DailyRegister(
                    meter_id=home.meter_id,
                    day=day,
                    register_wh=((day - AUGUST).days + 1) * (2_000 + 137 * place),
                )
                for day in days_between(first, until)
            ),
            blocks=(),
            daily_holds_from=None,
        )
        for place, home in enumerate(homes)
    ]
    readings.store(heard=heard, now=now)
    closed = charges.close_days(
        connection_ids=[home.connection_id for home in homes], now=now
    )
    assert closed.rejected == ()


def recharge(home: Home, rupees: int, number: int, day: date) -> int:
    """A recharge through the flow; paise."""
    gateway_order = f"{home.connection_id}-{number}"
    RechargeOrder.objects.create(
        id=uuid.uuid4(),
        connection_id=home.connection_id,
        consumer_number=home.consumer_number,
        gateway="pretend",
        gateway_order_id=gateway_order,
        amount_paise=rupees * 100,
        state="created",
        created_at=noon(day),
    )
    take_payment(
        captured=Captured(
            gateway="pretend",
            gateway_payment_id=f"pay-{gateway_order}",
            gateway_order_id=gateway_order,
            amount_paise=rupees * 100,
            captured_at=noon(day),
        ),
        now=noon(day),
    )
    return rupees * 100


def wealth(home: Home) -> int:
    """Wallet, deposit and old dues together: what no change of mode may touch."""
    ids = [home.connection_id]
    held = ledger.balances_of(owner_ids=ids)[home.connection_id].balance_paise
    held += dues.deposits_of(connection_ids=ids)[home.connection_id].held_paise
    return held - dues.arrears_of(connection_ids=ids)[home.connection_id]


def charged_paise(home: Home) -> int:
    """What all days of a home cost as they hold now."""
    days = charges.days_of(
        connection_id=home.connection_id, first=AUGUST, until=date.max - ONE_DAY
    )
    return sum(day.total_paise for day in days)
