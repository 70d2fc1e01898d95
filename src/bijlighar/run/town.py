"""The pretend town's process: meters, gateway and phones."""

from __future__ import annotations

import os
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import urlsplit

from bijlighar.clock.clock import now
from bijlighar.simulator.energy import DATA_START
from bijlighar.simulator.fleet import DEFAULT_ADDRESS_BASE, DEFAULT_PORT
from bijlighar.simulator.town import Town, TownSettings
from bijlighar.simulator.town_calendar import TOWN_START


def town_of_environment() -> Town:
    """The town that the environment describes (see installation.environment)."""
    held = os.environ
    webhook = held.get("BIJLIGHAR_WEBHOOK_URL") or None
    return Town(
        TownSettings(
            folder=Path(held["BIJLIGHAR_DATA"]) / "town",
            seed=int(held["BIJLIGHAR_TOWN_SEED"]),
            homes=int(held["BIJLIGHAR_TOWN_HOMES"]),
            town_start=date.fromisoformat(
                held.get("BIJLIGHAR_TOWN_START", TOWN_START.isoformat())
            ),
            data_start=date.fromisoformat(
                held.get("BIJLIGHAR_DATA_START", DATA_START.isoformat())
            ),
            address_base=IPv4Address(
                held.get("BIJLIGHAR_METER_BASE", str(DEFAULT_ADDRESS_BASE))
            ),
            meter_port=int(held.get("BIJLIGHAR_METER_PORT", DEFAULT_PORT)),
            http_port=urlsplit(held["BIJLIGHAR_TOWN_URL"]).port or 0,
            gateway_key_id=held["BIJLIGHAR_GATEWAY_KEY_ID"],
            gateway_key_secret=held["BIJLIGHAR_GATEWAY_KEY_SECRET"],
            webhook_secret=held["BIJLIGHAR_GATEWAY_WEBHOOK_SECRET"],
            webhook_url=webhook,
            sms_key=held["BIJLIGHAR_SMS_KEY"],
            push_to=_push_to(held.get("BIJLIGHAR_PUSH_TO", "")),
        ),
        now=now,
    )


def _push_to(address: str) -> tuple[str, int] | None:
    """Where meters push to, from HOST:PORT; None from nothing."""
    host, _, port = address.rpartition(":")
    return (host, int(port)) if address else None


async def run_town() -> None:
    """Serve until told to stop."""
    await town_of_environment().run()
