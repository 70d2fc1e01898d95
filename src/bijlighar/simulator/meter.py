"""A pretend single-phase smart meter: a house's register, a relay, a clock and faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bijlighar.dlms.device import ServerClient
from bijlighar.dlms.key_transfer import KeyId
from bijlighar.simulator.counters import MeterCounters
from bijlighar.simulator.faults import Fault, FaultKind
from bijlighar.simulator.house import House
from bijlighar.simulator.keys import MeterKeys
from bijlighar.simulator.load_profile import voltage_at
from bijlighar.simulator.meter_records import MeterRecords
from bijlighar.simulator.town_calendar import TownCalendar

_ONE_SECOND = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class Meter:
    """One meter: what it is, and what it remembers through its records."""

    serial: str
    keys: MeterKeys
    house: House
    counters: MeterCounters
    faults: dict[FaultKind, Fault]
    records: MeterRecords
    calendar: TownCalendar
    now: Callable[[], datetime]
    seed: int
    other_clients: dict[int, ServerClient] = field(default_factory=dict)
    """Clients that this meter knows beside those of IS 15959, or in their place."""

    @property
    def second(self) -> int:
        """The town's second that is running; never one before the town began."""
        return max(self.calendar.second_of(self.now()), 0)

    @property
    def clock(self) -> datetime:
        """What the meter's clock shows, which may be wrong."""
        fault = self.faults.get(FaultKind.WRONG_CLOCK)
        return self.now() + timedelta(seconds=fault.amount if fault else 0)

    @property
    def register_wh(self) -> int:
        """The cumulative import register now."""
        return self.house.register_wh(self.second)

    @property
    def power_w(self) -> int:
        """The power that flows now."""
        return self.house.power_w(self.second)

    @property
    def voltage_cv(self) -> int:
        """The voltage now, in centivolts."""
        return voltage_at(second=self.second, seed=self.seed, serial=self.serial)

    @property
    def is_silent(self) -> bool:
        """Whether the meter answers nobody: by a fault, or as on the measured day."""
        return FaultKind.SILENT in self.faults or self.house.appetite.is_silent(self.second)

    def move_relay(self, *, closed: bool) -> None:
        """Open or close the relay now; moving it to where it is changes nothing."""
        if closed == self.house.is_closed:
            return
        effective = self.house.switch(second=self.second, closed=closed)
        self.records.note_switch(serial=self.serial, second=effective, closed=closed)

    def take_keys(self, sent: Mapping[KeyId, bytes]) -> None:
        """Hold these keys from the next conversation on."""
        held = self.keys
        changed = replace(
            held,
            encryption_key=sent.get(KeyId.UNICAST_ENCRYPTION, held.encryption_key),
            authentication_key=sent.get(KeyId.AUTHENTICATION, held.authentication_key),
            master_key=sent.get(KeyId.MASTER, held.master_key),
        )
        self.records.note_keys(serial=self.serial, keys=changed)
        self.keys = changed

    def take_password(self, password: bytes) -> None:
        """Let the meter reader in by this password from the next conversation on."""
        self.records.note_password(serial=self.serial, password=password)
        self.keys = replace(self.keys, lls_secret=password)

    def set_clock(self, shows: datetime) -> None:
        """Set the clock; to the second right means healed."""
        wrong_s = round((shows - self.now()) / _ONE_SECOND)
        if wrong_s:
            self.put_fault(Fault(kind=FaultKind.WRONG_CLOCK, amount=wrong_s))
        else:
            self.heal(FaultKind.WRONG_CLOCK)

    def put_fault(self, fault: Fault) -> None:
        """Let the meter misbehave from now on."""
        self.records.put_fault(serial=self.serial, fault=fault)
        self.faults[fault.kind] = fault

    def heal(self, kind: FaultKind | None = None) -> None:
        """Rid the meter of one fault, or of all."""
        self.records.heal(serial=self.serial, kind=kind)
        if kind is None:
            self.faults.clear()
        else:
            self.faults.pop(kind, None)
