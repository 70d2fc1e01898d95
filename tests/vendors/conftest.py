"""A vendor whose head-end talks to Asha's and Balram's meters, and its machine client."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.core.cache import caches

from bijlighar.clock import clock
from bijlighar.connections.values import Home
from bijlighar.kernel.ist import day_starts
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Role
from bijlighar.vendors import service as vendors
from bijlighar.vendors.values import Vendor
from tests.cast import STARTS_ON, connect, grid_of_cast, new_connection
from tests.signing_in import add_staff
from tests.web.api.conftest import bearer, token_of

SCOPES = ("vendor-readings:write", "vendor-commands:write")
NOON = day_starts(date(2026, 4, 10)) + timedelta(hours=12)
"""A Friday, inside the hours for disconnections."""


class Place:
    """The cast's discom with a vendor's head-end in division D1."""

    def __init__(self, set_clock) -> None:
        self.set_clock = set_clock
        self.ids = grid_of_cast()
        self.asha, self.balram = connect("Asha", "Balram")
        (self.dev,) = connect(
            "Dev", new={"Dev": new_connection("Dev", transformer_id=self.ids["T6"])}
        )
        self.vendor = self.add_vendor("meterco", "D1")
        started = day_starts(STARTS_ON)
        self.put_behind(self.vendor, self.asha, self.balram, at=started)

    def add_vendor(self, code: str, area: str) -> Vendor:
        """A vendor with a machine client in one area; `client` asks as it."""
        owner = add_staff(f"owner-{code}", (Role.DATA_CENTRE_OPERATOR, self.ids[area]))
        secret = people.register_client(
            name=code,
            purpose="Head-end",
            owner_id=owner,
            scopes=SCOPES,
            area_ids=[self.ids[area]],
            by=SYSTEM,
            now=clock.now(),
        )
        vendor = vendors.register(
            code=code,
            name=code.title(),
            client_number=secret.number,
            place_id=self.ids[area],
            now=clock.now(),
        )
        self.secret, self.client = secret, bearer(token_of(secret))
        return vendor

    def put_behind(self, vendor: Vendor, *homes: Home, at: datetime) -> None:
        """From an instant on these homes' meters are behind a vendor's head-end."""
        vendors.put_behind(
            vendor_id=vendor.vendor_id,
            serials=[home.meter_serial for home in homes],
            place_id=self.ids["NDVN"],
            now=at,
        )


@pytest.fixture
def place(committed_db: None, settings, monkeypatch, tmp_path) -> Iterator[Place]:
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "whitenoise" not in one]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    caches["api_limits"].clear()
    file = tmp_path / "clock.json"

    def set_clock(at: datetime) -> None:
        clock.set_anchor(file, town_at=at, speed=0)

    set_clock(NOON)
    monkeypatch.setenv(clock.CLOCK_FILE_VARIABLE, str(file))
    yield Place(set_clock)
    caches["api_limits"].clear()
