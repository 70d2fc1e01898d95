"""A pretend single-phase smart meter: a house's register, a relay, a clock and faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bijlighar.dlms.device import ServerClient
from bijlighar.dlms.key_transfer import KeyId
from bijlighar.simulator.billing_history import BillingHistory, Period
from bijlighar.simulator.counters import MeterCounters
from bijlighar.simulator.event_records import (
    CLOCK_SET,
    FAULT_EVENTS,
    KEYS_SET,
    PASSWORD_SET,
    TAMPERS,
    EventRecords,
    NotedEvent,
)
from bijlighar.simulator.faults import Fault, FaultKind
from bijlighar.simulator.house import House
from bijlighar.simulator.keys import MeterKeys
from bijlighar.simulator.load_profile import apparent_vah, voltage_at
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
    events: EventRecords
    calendar: TownCalendar
    now: Callable[[], datetime]
    seed: int
    other_clients: dict[int, ServerClient] = field(default_factory=dict)
    """Clients that this meter knows beside those of IS 15959, or in their place."""
    _billing: BillingHistory | None = None

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
    def has_mains(self) -> bool:
        """Whether the meter has power itself, whatever its relay is."""
        return self.house.has_mains(self.second)

    @property
    def voltage_cv(self) -> int:
        """The voltage now, in centivolts."""
        if not self.has_mains:
            return 0
        usual = voltage_at(second=self.second, seed=self.seed, serial=self.serial)
        fault = self.faults.get(FaultKind.LOW_VOLTAGE)
        return min(usual, fault.amount * 100) if fault else usual

    @property
    def current_ca(self) -> int:
        """The current now, in centiamperes."""
        voltage_cv = self.voltage_cv
        return apparent_vah(self.power_w) * 10_000 // voltage_cv if voltage_cv else 0

    @property
    def neutral_current_ca(self) -> int:
        """The current that comes back by the neutral, in centiamperes."""
        return 0 if FaultKind.EARTH_LOADING in self.faults else self.current_ca

    @property
    def is_silent(self) -> bool:
        """Whether the meter answers nobody: by a fault, or for want of mains."""
        return FaultKind.SILENT in self.faults or not self.has_mains

    def billing_periods(self) -> tuple[Period, ...]:
        """The billing periods that are kept, the oldest first; the last one runs."""
        if self._billing is None:
            self._billing = BillingHistory(house=self.house, calendar=self.calendar)
        return self._billing.periods(self.second)

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
        with self.events.together():
            self.records.note_keys(serial=self.serial, keys=changed)
            self._note(KEYS_SET)
        self.keys = changed

    def take_password(self, password: bytes) -> None:
        """Let the meter reader in by this password from the next conversation on."""
        with self.events.together():
            self.records.note_password(serial=self.serial, password=password)
            self._note(PASSWORD_SET)
        self.keys = replace(self.keys, lls_secret=password)

    def set_clock(self, shows: datetime) -> None:
        """Set the clock; to the second right means healed."""
        wrong_s = round((shows - self.now()) / _ONE_SECOND)
        if wrong_s:
            self.put_fault(Fault(kind=FaultKind.WRONG_CLOCK, amount=wrong_s))
        else:
            self.heal(FaultKind.WRONG_CLOCK)
        self._note(CLOCK_SET)

    def put_fault(self, fault: Fault) -> None:
        """Let the meter misbehave from now on; what it notices it notes."""
        is_new = fault.kind not in self.faults
        with self.events.together():
            self.records.put_fault(serial=self.serial, fault=fault)
            self.faults[fault.kind] = fault
            event = FAULT_EVENTS.get(fault.kind)
            if event is not None and is_new:
                self._note(event.occurs, second=self._mains_moved(fault.kind, there=False))

    def heal(self, kind: FaultKind | None = None) -> None:
        """Rid the meter of one fault, or of all."""
        with self.events.together():
            self.records.heal(serial=self.serial, kind=kind)
            for one in list(self.faults) if kind is None else [kind]:
                event = FAULT_EVENTS.get(one)
                if self.faults.pop(one, None) is None or event is None:
                    continue
                second = self._mains_moved(one, there=True)
                if event.restored is not None:
                    self._note(event.restored, second=second)

    def _mains_moved(self, kind: FaultKind, *, there: bool) -> int | None:
        """Let the mains go or come back if a fault is that; the second that counts."""
        if kind is not FaultKind.POWER_OFF:
            return None
        return self.house.set_mains(second=self.second, there=there)

    def _note(self, code: int, *, second: int | None = None) -> None:
        """Note an event with what is measured at this moment."""
        tampers = self.events.how_many(serial=self.serial, codes=TAMPERS)
        self.events.note(
            serial=self.serial,
            event=NotedEvent(
                second=self.second if second is None else second,
                code=code,
                voltage_cv=self.voltage_cv,
                current_ca=self.current_ca,
                register_wh=self.register_wh,
                tampers=tampers + (code in TAMPERS),
            ),
        )
