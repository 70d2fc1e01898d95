"""The town put together: which home, which person and which keys belong to which meter."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bijlighar.simulator import energy, keys, people
from bijlighar.simulator.chance import draw
from bijlighar.simulator.counters import MeterCounters
from bijlighar.simulator.energy import Home
from bijlighar.simulator.event_records import EventRecords
from bijlighar.simulator.house import Appetite, House
from bijlighar.simulator.meter import Meter
from bijlighar.simulator.meter_records import MeterRecords
from bijlighar.simulator.people import Person
from bijlighar.simulator.town_calendar import TownCalendar

_LEAST_OPENING_WH, _MOST_OPENING_WH = 120_000, 9_000_000
# The stretch of data by which homes are chosen and their use is judged.
_DAYS_JUDGED = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A person, the home they live in, and its meter."""

    person: Person
    home: Home
    meter: Meter


def settle(
    *,
    homes: int,
    seed: int,
    calendar: TownCalendar,
    connection: sqlite3.Connection,
    now: Callable[[], datetime],
) -> list[Resident]:
    """All residents of the town, as they were when it was last stopped."""
    chosen = energy.choose_homes(
        count=homes, start_data_day=calendar.data_start, days=_DAYS_JUDGED, seed=seed
    )
    records = MeterRecords(connection=connection)
    events = EventRecords(connection=connection)
    relays, faults = records.relay_logs(), records.faults()
    mains = events.mains_logs()
    received, leases = records.received_counters(), records.leases()
    residents = []
    for number, home in enumerate(chosen):
        serial = keys.serial_of(number)
        appetite = Appetite(home=home, calendar=calendar, seed=seed)
        meter = Meter(
            serial=serial,
            keys=records.keys_now(
                serial=serial, first=keys.derive_keys(number=number, seed=seed)
            ),
            house=House(
                appetite=appetite,
                opening_wh=_opening_wh(number=number, seed=seed),
                switched=relays.get(serial, ()),
                mains=mains.get(serial, ()),
            ),
            counters=MeterCounters(
                serial=serial,
                records=records,
                received=received.get(serial, {}),
                start=leases.get(serial, 1),
            ),
            faults=faults.get(serial, {}),
            records=records,
            events=events,
            calendar=calendar,
            now=now,
            seed=seed,
        )
        person = _person(number=number, home=home, seed=seed, calendar=calendar)
        residents.append(Resident(person=person, home=home, meter=meter))
    return residents


def _person(*, number: int, home: Home, seed: int, calendar: TownCalendar) -> Person:
    """Who lives in a home."""
    average_daily_wh = energy.average_daily_wh(
        home=home, start_data_day=calendar.data_start, days=_DAYS_JUDGED
    )
    return people.make_person(number=number, average_daily_wh=average_daily_wh, seed=seed)


def _opening_wh(*, number: int, seed: int) -> int:
    """What the register showed when the town began."""
    return _LEAST_OPENING_WH + draw(seed, "register", number, below=_MOST_OPENING_WH)
