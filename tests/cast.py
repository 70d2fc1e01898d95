"""The cast, connected: Asha, Balram, Chanda and Dev with meters, wallets and supplies.

Asha is a prepaid home, Balram keeps a shop and is in arrears, Chanda is a hospital, Dev is
somebody whom none of this concerns.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.test import override_settings

from bijlighar.connections.values import Home, NewConnection, PaymentMode
from bijlighar.flow.connect_home import connect_homes
from bijlighar.headend.values import MeterKeys
from bijlighar.kernel.ist import day_starts
from bijlighar.readings import service as readings
from bijlighar.readings.values import DailyRegister, Heard
from bijlighar.run.town_grid import open_town_grid

ROOT_KEY = "5a" * 32
STARTS_ON = date(2026, 4, 1)
NAMES = {
    "Asha": "आशा देवी",
    "Balram": "बलराम किराना",
    "Chanda": "चंदा अस्पताल",
    "Dev": "देव कुमार",
}


def with_root_key() -> override_settings:
    """Settings under which meters' keys can be wrapped."""
    return override_settings(BIJLIGHAR={**settings.BIJLIGHAR, "root_key": ROOT_KEY})


def keys_of(number: int) -> MeterKeys:
    """The keys of the cast's meters, all different."""
    return MeterKeys(
        encryption_key=f"encrypting {number:05d}".encode(),
        authentication_key=f"proving {number:08d}".encode(),
    )


def keys_for(new: Sequence[NewConnection]) -> dict[str, MeterKeys]:
    """Keys by serial, numbered on from the meters that have keys already."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from headend_metersecret")
        (held,) = cursor.fetchone()
    return {one.meter_serial: keys_of(held + n) for n, one in enumerate(new, start=1)}


def grid_of_cast() -> dict[str, int]:
    """Ids by code of the small discom on which the cast lives: the demo's."""
    return open_town_grid(now=day_starts(STARTS_ON))


def new_connection(name: str, **changes: object) -> NewConnection:
    """What is known of one of the cast when the connection comes in.

    Each hangs on a transformer of their own: Asha on T1, Balram on T2, and so on.
    """
    number = list(NAMES).index(name) + 1
    known = {
        "consumer_number": f"731000{number:04d}",
        "name_en": name,
        "name_hi": NAMES[name],
        "mobile": f"+91987650000{number}",
        "language": "hi",
        "category": "LMV-1.10B",
        "sanctioned_load_w": 2_000,
        "payment_mode": PaymentMode.PREPAID,
        "starts_on": STARTS_ON,
        "mode_since": date(2026, 1, 1),
        "meter_serial": f"BIJ{number:05d}",
        "system_title": f"BIJ{number:05d}".encode(),
        "meter_host": "127.0.0.1",
        "meter_port": 4_000 + number,
        "initial_register_wh": 100_000 * number,
    }
    if "transformer_id" not in changes:
        known["transformer_id"] = grid_of_cast()[f"T{number}"]
    return NewConnection(**{**known, **changes})  # type: ignore[arg-type]


def connect(
    *names: str,
    opening_paise: int = 500_00,
    now: datetime | None = None,
    new: dict[str, NewConnection] | None = None,
) -> tuple[Home, ...]:
    """Take some of the cast in, as an installation drive does; `new` may describe them."""
    described = [(new or {}).get(name) or new_connection(name) for name in names]
    with with_root_key():
        homes = connect_homes(
            new=described,
            keys=keys_for(described),
            opening_paise={one.consumer_number: opening_paise for one in described},
            now=now or day_starts(described[0].starts_on),
        )
    by_number = {home.consumer_number: home for home in homes}
    return tuple(by_number[one.consumer_number] for one in described)


def hear(
    home: Home, registers: dict[date, int], *, now: datetime, **changes: object
) -> int:
    """The meter of a home says what its register showed at the end of days."""
    heard = {
        "meter_id": home.meter_id,
        "daily": tuple(
            DailyRegister(meter_id=home.meter_id, day=day, register_wh=register_wh)
            for day, register_wh in registers.items()
        ),
        "blocks": (),
        "daily_holds_from": None,
    }
    return readings.store(heard=[Heard(**{**heard, **changes})], now=now)  # type: ignore[arg-type]
