"""What a pretend meter says in DLMS: the table of its attributes, and who may do what.

The public client reads names, clock and counters; the meter reader reads everything; only
the utility-setting client sets the clock and the password, moves the relay and sends keys.
Source: IS 15959-2, association objects and access rights.
"""

from __future__ import annotations

from collections.abc import Callable

from bijlighar.dlms import axdr, cosem_time, is15959, key_transfer
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import (
    AccessResult,
    ActionResult,
    Attribute,
    ClassId,
    Method,
    Selection,
)
from bijlighar.dlms.errors import DecodeError, FrameForged
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.server import AccessDenied
from bijlighar.simulator import (
    billing_history,
    device_logs,
    device_profiles,
    meter_life,
    meter_objects,
)
from bijlighar.simulator.load_profile import apparent_vah
from bijlighar.simulator.meter import Meter

_CONNECTED, _DISCONNECTED = 1, 0
# Remote reconnection closes the relay at once, and nobody can move it by hand.
_CONTROL_MODE = 4
_CLOCK_STATUS_GOOD = 0
_FREQUENCY_CHZ = 5_000
_METER_IS_HEALTHY = 0

_KEY_TRANSFER = key_transfer.method_for(is15959.UTILITY_SETTING)
_PASSWORD = is15959.password_of(is15959.METER_READER)
_LONGEST_PASSWORD = 16
_RELAY_METHODS = {is15959.REMOTE_DISCONNECT: False, is15959.REMOTE_RECONNECT: True}

Read = Callable[[Meter, Selection | None], Data]


class MeterDevice:
    """The logical device of one meter, as `bijlighar.dlms.server` wants it."""

    def __init__(self, *, meter: Meter) -> None:
        """All that can be read follows from the meter at the moment of reading."""
        self._meter = meter
        self.relay_moves = 0

    def read(
        self, *, client_sap: int, attribute: Attribute, selection: Selection | None
    ) -> Data:
        """The value of an attribute, or of the chosen rows of a profile."""
        read = _READS.get(attribute)
        if read is None:
            raise AccessDenied(_why_unknown(attribute))
        if client_sap == is15959.PUBLIC_CLIENT and attribute not in _FOR_ALL:
            raise AccessDenied(AccessResult.READ_WRITE_DENIED)
        return read(self._meter, selection)

    def write(self, *, client_sap: int, attribute: Attribute, value: Data) -> None:
        """Set the clock, or the meter reader's password; nothing else can be set."""
        if attribute == _PASSWORD and self._may_set(client_sap):
            self._take_password(value)
            return
        if attribute not in _READS:
            raise AccessDenied(_why_unknown(attribute))
        if not self._may_set(client_sap) or attribute != is15959.CLOCK_TIME:
            raise AccessDenied(AccessResult.READ_WRITE_DENIED)
        try:
            shows = cosem_time.decode(axdr.octets(value))
        except DecodeError:
            raise AccessDenied(AccessResult.TYPE_UNMATCHED) from None
        self._meter.set_clock(shows)

    def invoke(self, *, client_sap: int, method: Method, parameter: Data | None) -> None:
        """Open or close the relay, or take new keys; there are no other methods."""
        if method not in _RELAY_METHODS and method != _KEY_TRANSFER:
            raise AccessDenied(ActionResult.OBJECT_UNDEFINED)
        if not self._may_set(client_sap):
            raise AccessDenied(ActionResult.READ_WRITE_DENIED)
        if method == _KEY_TRANSFER:
            self._take_keys(parameter)
            return
        self._meter.move_relay(closed=_RELAY_METHODS[method])
        self.relay_moves += 1

    def _may_set(self, client_sap: int) -> bool:
        """Whether a client may change anything."""
        return (
            client_sap == is15959.UTILITY_SETTING or client_sap in self._meter.other_clients
        )

    def _take_password(self, value: Data) -> None:
        """Let the meter reader in by this from the next conversation on."""
        try:
            password = axdr.octets(value)
        except DecodeError:
            raise AccessDenied(AccessResult.TYPE_UNMATCHED) from None
        if not 1 <= len(password) <= _LONGEST_PASSWORD:
            raise AccessDenied(AccessResult.OTHER_REASON)
        self._meter.take_password(password)

    def _take_keys(self, sent: Data | None) -> None:
        """Hold the keys that came under the master key: all of them, or none."""
        try:
            keys = key_transfer.keys_in(
                sent or axdr.null(), master_key=self._meter.keys.master_key
            )
        except (DecodeError, FrameForged):
            raise AccessDenied(ActionResult.OTHER_REASON) from None
        self._meter.take_keys(keys)


def _why_unknown(attribute: Attribute) -> AccessResult:
    """Why there is no such attribute."""
    classes = {known.class_id for known in _READS if known.obis == attribute.obis}
    if not classes:
        return AccessResult.OBJECT_UNDEFINED
    if attribute.class_id not in classes:
        return AccessResult.OBJECT_CLASS_INCONSISTENT
    return AccessResult.READ_WRITE_DENIED


def _text(text: str) -> Read:
    """An attribute that is always the same text."""
    value = axdr.octet_string(text.encode())
    return lambda meter, selection: value


def _constant(value: Data) -> Read:
    """An attribute that is always the same."""
    return lambda meter, selection: value


def _power_va(meter: Meter) -> int:
    """Apparent power now."""
    return apparent_vah(meter.power_w)


def _clock(meter: Meter, selection: Selection | None) -> Data:
    """The clock in Indian time."""
    shown = cosem_time.encode(meter.clock, status=_CLOCK_STATUS_GOOD)
    return axdr.octet_string(shown)


def _counter(client_sap: int) -> Read:
    """The newest counter that was accepted from a client."""
    return lambda meter, selection: axdr.double_long_unsigned(
        meter.counters.received(client_sap)
    )


_DATA: dict[Obis, Read] = {
    is15959.LOGICAL_DEVICE_NAME: lambda meter, selection: axdr.octet_string(
        meter.serial.encode()
    ),
    is15959.SERIAL_NUMBER: lambda meter, selection: axdr.octet_string(
        meter.serial.encode()
    ),
    is15959.DEVICE_ID: lambda meter, selection: axdr.octet_string(meter.serial.encode()),
    is15959.MANUFACTURER: _text("Bijlighar pretend meters"),
    is15959.FIRMWARE_VERSION: _text("1.0"),
    is15959.METER_CATEGORY: _text("D1"),
    is15959.CURRENT_RATING: _text("5-30A"),
    is15959.METER_TYPE: _constant(axdr.unsigned(6)),
    is15959.YEAR_OF_MANUFACTURE: _constant(axdr.long_unsigned(2026)),
    is15959.BLOCK_LOAD_PERIOD: _constant(axdr.long_unsigned(1_800)),
    is15959.DAILY_LOAD_PERIOD: _constant(axdr.double_long_unsigned(86_400)),
    is15959.EVENT_STATUS_WORD: lambda meter, selection: axdr.bit_string(
        meter_life.status_word(*meter_life.status_bits(meter))
    ),
    is15959.TAMPER_COUNT: lambda meter, selection: axdr.long_unsigned(
        meter_life.tamper_count(meter)
    ),
    is15959.PROGRAMMING_COUNT: lambda meter, selection: axdr.long_unsigned(
        meter_life.programming_count(meter)
    ),
    is15959.BILLING_COUNT: lambda meter, selection: axdr.long_unsigned(
        billing_history.periods_ended(meter.calendar, meter.second)
    ),
    is15959.METER_HEALTH: _constant(axdr.unsigned(_METER_IS_HEALTHY)),
    is15959.METER_READER_COUNTER: _counter(is15959.METER_READER),
    is15959.UTILITY_SETTING_COUNTER: _counter(is15959.UTILITY_SETTING),
}

_REGISTERS: dict[Obis, Read] = {
    is15959.VOLTAGE: lambda meter, selection: axdr.long_unsigned(meter.voltage_cv),
    is15959.PHASE_CURRENT: lambda meter, selection: axdr.long_unsigned(meter.current_ca),
    is15959.EVENT_CURRENT: lambda meter, selection: axdr.long_unsigned(meter.current_ca),
    is15959.NEUTRAL_CURRENT: lambda meter, selection: axdr.long_unsigned(
        meter.neutral_current_ca
    ),
    is15959.POWER_FACTOR: _constant(axdr.long(device_logs.POWER_FACTOR_CENTI)),
    is15959.FREQUENCY: _constant(axdr.long_unsigned(_FREQUENCY_CHZ)),
    is15959.ACTIVE_POWER: lambda meter, selection: axdr.double_long_unsigned(meter.power_w),
    is15959.APPARENT_POWER: lambda meter, selection: axdr.double_long_unsigned(
        _power_va(meter)
    ),
    is15959.WH_IMPORT: lambda meter, selection: axdr.double_long_unsigned(
        meter.register_wh
    ),
    is15959.VAH_IMPORT: lambda meter, selection: axdr.double_long_unsigned(
        apparent_vah(meter.register_wh)
    ),
    is15959.POWER_ON_MINUTES: lambda meter, selection: axdr.double_long_unsigned(
        meter_life.minutes_with_mains(meter.house, starts=0, ends=meter.second)
    ),
    is15959.WH_EXPORT: _constant(axdr.double_long_unsigned(0)),
    is15959.VAH_EXPORT: _constant(axdr.double_long_unsigned(0)),
}

_RELAY: dict[int, Read] = {
    2: lambda meter, selection: axdr.boolean(meter.house.is_closed),
    3: lambda meter, selection: axdr.enum(
        _CONNECTED if meter.house.is_closed else _DISCONNECTED
    ),
    4: _constant(axdr.enum(_CONTROL_MODE)),
}


def _table() -> dict[Attribute, Read]:
    """Every attribute that can be read; attribute 1 is always the object's name."""
    table: dict[Attribute, Read] = {is15959.CLOCK_TIME: _clock}
    for obis, read in _DATA.items():
        table[Attribute(ClassId.DATA, obis, 2)] = read
    for obis, read in _REGISTERS.items():
        table[Attribute(ClassId.REGISTER, obis, 2)] = read
    for obis, scaler in meter_objects.SCALERS.items():
        table[Attribute(ClassId.REGISTER, obis, 3)] = _constant(scaler.to_data())
    table |= device_logs.demands()
    for index, read in _RELAY.items():
        table[Attribute(ClassId.DISCONNECT_CONTROL, is15959.DISCONNECT_CONTROL, index)] = (
            read
        )
    table |= device_profiles.reads(table)
    table |= device_logs.reads(table)
    for known in list(table):
        name = axdr.octet_string(known.obis.to_bytes())
        table[Attribute(known.class_id, known.obis, 1)] = _constant(name)
    return table


_READS = _table()
_FOR_ALL = frozenset(
    (
        is15959.CLOCK_TIME,
        *(
            Attribute(ClassId.DATA, obis, 2)
            for obis in (
                is15959.LOGICAL_DEVICE_NAME,
                is15959.SERIAL_NUMBER,
                is15959.DEVICE_ID,
                is15959.METER_READER_COUNTER,
                is15959.UTILITY_SETTING_COUNTER,
            )
        ),
    )
)
