"""How a place's meter is reached, and how well it is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bijlighar.connections.values import Home
from bijlighar.dashboards.models import ServiceLevel
from bijlighar.headend.models import MeterConfiguration
from bijlighar.kernel.ist import supply_day_of
from bijlighar.vendors.models import Vendor, WayIn

NOW = datetime(2026, 4, 10, 6, 30, tzinfo=UTC)


def seed_ways_in(word: str, number: int, home: Home) -> None:
    """A vendor that had the meter for a day, what it is, and its transformer's level."""
    MeterConfiguration.objects.get_or_create(
        meter_id=home.meter_id,
        defaults={"columns": [word], "scalers": {}, "read_at": NOW},
    )
    ServiceLevel.objects.create(
        day=supply_day_of(NOW),
        node_id=home.transformer_id,
        meters=number,
        read_on_time=0,
        read_in_a_day=0,
        read_at_all=0,
        blocks_in_a_day=0,
        blocks_filled=0,
        command_steps=[],
        read_steps=[],
        counted_at=NOW,
    )
    WayIn.objects.create(
        meter_id=home.meter_id,
        vendor=Vendor.objects.create(code=word.lower(), name=word),
        starts_at=NOW - timedelta(days=2),
        ends_at=NOW - timedelta(days=1),
    )
