"""`bijlighar meter simulate`: one pretend meter on a port, with the keys that are given."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from bijlighar.dlms import is15959
from bijlighar.dlms.client import Authentication
from bijlighar.dlms.device import ServerClient
from bijlighar.kernel.ist import supply_day_of
from bijlighar.run.meter_secrets import BenchSecrets
from bijlighar.simulator import residents, store
from bijlighar.simulator.energy import DATA_START
from bijlighar.simulator.fleet import Fleet
from bijlighar.simulator.keys import MeterKeys
from bijlighar.simulator.town_calendar import TownCalendar

DAYS_OF_PAST = 40
OPEN_CLIENT, PASSWORD_CLIENT = 17, 33
_STOPS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretended:
    """What a pretend meter is: where it listens and what it shares with its callers."""

    folder: Path
    host: IPv4Address
    port: int
    seed: int
    secrets: BenchSecrets = field(repr=False)
    """Where one is missing, the seed's demo key stands in."""
    open_clients: bool = False
    """Also let in client 17 without password and keys, and client 33 with the password
    alone; both may do all that the utility-setting client may."""


async def simulate(
    pretended: Pretended,
    *,
    now: Callable[[], datetime],
    tell: Callable[[str, dict[str, str]], None],
) -> None:
    """Serve until SIGTERM or SIGINT. Raises AddressTaken, AnotherWorld."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOPS:
        loop.add_signal_handler(number, stopping.set)
    with closing(store.open_world(pretended.folder)) as world:
        began = (supply_day_of(now()) - timedelta(days=DAYS_OF_PAST)).isoformat()
        store.keep_same(world, name="seed", value=str(pretended.seed))
        began = store.keep_first(world, name="bench start", value=began)
        calendar = TownCalendar(town_start=date.fromisoformat(began), data_start=DATA_START)
        (resident,) = residents.settle(
            homes=1, seed=pretended.seed, calendar=calendar, connection=world, now=now
        )
        meter = resident.meter
        meter.keys = meter.records.keys_now(
            serial=meter.serial, first=_with(meter.keys, pretended.secrets)
        )
        if pretended.open_clients:
            meter.other_clients = _open_clients(meter.keys)
        fleet = Fleet(meters=[meter], base=pretended.host, port=pretended.port)
        await fleet.start()
        try:
            tell(meter.serial, _named(meter.keys))
            await stopping.wait()
        finally:
            await fleet.stop()


def keys_as_json(keys: dict[str, str], *, is_given: bool) -> str:
    """The meter's keys as a key file; of keys that were given, only that they were."""
    return json.dumps({"keys": "as given"} if is_given else keys, indent=2)


def _named(keys: MeterKeys) -> dict[str, str]:
    return {
        "encryption_key": keys.encryption_key.hex(),
        "authentication_key": keys.authentication_key.hex(),
        "master_key": keys.master_key.hex(),
        "secret": keys.lls_secret.decode(),
        "system_title": keys.system_title.hex(),
    }


def _with(demo: MeterKeys, given: BenchSecrets) -> MeterKeys:
    return MeterKeys(
        system_title=given.system_title or demo.system_title,
        encryption_key=given.encryption_key or demo.encryption_key,
        authentication_key=given.authentication_key or demo.authentication_key,
        lls_secret=given.secret or demo.lls_secret,
        master_key=given.master_key or demo.master_key,
    )


def _open_clients(keys: MeterKeys) -> dict[int, ServerClient]:
    """For trying out callers that cannot cipher, or before they can."""
    association = is15959.ASSOCIATIONS[is15959.METER_READER].association
    return {
        OPEN_CLIENT: ServerClient(association_obis=association),
        PASSWORD_CLIENT: ServerClient(
            authentication=Authentication.LLS,
            secret=keys.lls_secret,
            association_obis=association,
        ),
    }
