"""What the registers of a pretend meter count, and the columns of its profiles.

Source: IS 15959-2 (single-phase smart meter: instantaneous parameters, name plate, billing,
event logs).
"""

from __future__ import annotations

from bijlighar.dlms import is15959
from bijlighar.dlms.cosem import CaptureObject, ClassId, ScalerUnit, Unit
from bijlighar.dlms.obis import Obis

_WH = ScalerUnit(0, Unit.WATT_HOUR)
_VAH = ScalerUnit(0, Unit.VOLT_AMPERE_HOUR)
_VOLT = ScalerUnit(-2, Unit.VOLT)
_AMPERE = ScalerUnit(-2, Unit.AMPERE)
_MINUTE = ScalerUnit(0, Unit.MINUTE)

SCALERS = {
    is15959.VOLTAGE: _VOLT,
    is15959.PHASE_CURRENT: _AMPERE,
    is15959.NEUTRAL_CURRENT: _AMPERE,
    is15959.EVENT_CURRENT: _AMPERE,
    is15959.POWER_FACTOR: ScalerUnit(-2, Unit.COUNT),
    is15959.FREQUENCY: ScalerUnit(-2, Unit.HERTZ),
    is15959.APPARENT_POWER: ScalerUnit(0, Unit.VOLT_AMPERE),
    is15959.ACTIVE_POWER: ScalerUnit(0, Unit.WATT),
    is15959.WH_IMPORT: _WH,
    is15959.VAH_IMPORT: _VAH,
    is15959.WH_EXPORT: _WH,
    is15959.VAH_EXPORT: _VAH,
    is15959.POWER_ON_MINUTES: _MINUTE,
    is15959.BILLING_POWER_FACTOR: ScalerUnit(-2, Unit.COUNT),
    is15959.BILLING_POWER_ON_MINUTES: _MINUTE,
    is15959.BLOCK_AVERAGE_VOLTAGE: _VOLT,
    is15959.BLOCK_AVERAGE_CURRENT: _AMPERE,
    is15959.BLOCK_WH_IMPORT: _WH,
    is15959.BLOCK_WH_EXPORT: _WH,
    is15959.BLOCK_VAH_IMPORT: _VAH,
    is15959.BLOCK_VAH_EXPORT: _VAH,
}

DEMAND_SCALERS = {
    is15959.MAX_DEMAND_W: ScalerUnit(0, Unit.WATT),
    is15959.MAX_DEMAND_VA: ScalerUnit(0, Unit.VOLT_AMPERE),
}
VALUE, TIME_OF_DEMAND = 2, 5
"""Attributes of a maximum demand, both captured under its one name."""

_CLOCK = CaptureObject(ClassId.CLOCK, is15959.CLOCK, 2)
_DEMANDS = tuple(
    CaptureObject(ClassId.EXTENDED_REGISTER, obis, attribute)
    for obis in DEMAND_SCALERS
    for attribute in (VALUE, TIME_OF_DEMAND)
)


def _registers(*names: Obis) -> tuple[CaptureObject, ...]:
    return tuple(CaptureObject(ClassId.REGISTER, name, VALUE) for name in names)


def _numbers(*names: Obis) -> tuple[CaptureObject, ...]:
    return tuple(CaptureObject(ClassId.DATA, name, VALUE) for name in names)


INSTANT_COLUMNS = (
    _CLOCK,
    *_registers(
        is15959.VOLTAGE,
        is15959.PHASE_CURRENT,
        is15959.NEUTRAL_CURRENT,
        is15959.POWER_FACTOR,
        is15959.FREQUENCY,
        is15959.APPARENT_POWER,
        is15959.ACTIVE_POWER,
        is15959.WH_IMPORT,
        is15959.VAH_IMPORT,
    ),
    *_DEMANDS,
    *_registers(is15959.POWER_ON_MINUTES),
    *_numbers(is15959.TAMPER_COUNT, is15959.BILLING_COUNT, is15959.PROGRAMMING_COUNT),
    *_registers(is15959.WH_EXPORT, is15959.VAH_EXPORT),
    CaptureObject(ClassId.DISCONNECT_CONTROL, is15959.DISCONNECT_CONTROL, 2),
)

BILLING_COLUMNS = (
    *_numbers(is15959.BILLING_DATE),
    *_registers(is15959.BILLING_POWER_FACTOR, is15959.WH_IMPORT, is15959.VAH_IMPORT),
    *_DEMANDS,
    *_registers(is15959.BILLING_POWER_ON_MINUTES, is15959.WH_EXPORT, is15959.VAH_EXPORT),
)
"""Without registers of time zones: the meter keeps no calendar of tariffs."""

_MEASURED_THEN = (
    *_registers(
        is15959.EVENT_CURRENT, is15959.VOLTAGE, is15959.POWER_FACTOR, is15959.WH_IMPORT
    ),
    *_numbers(is15959.TAMPER_COUNT),
)
_LOGS = ("voltage", "current", "power", "transaction", "other", "non_rollover", "control")
_OF_TIME_ONLY = ("power", "transaction", "control")
EVENT_COLUMNS = {
    is15959.STANDARD.objects[f"{log}_events"].obis: (
        _CLOCK,
        *_numbers(is15959.STANDARD.objects[f"{log}_event_code"].obis),
        *(() if log in _OF_TIME_ONLY else _MEASURED_THEN),
    )
    for log in _LOGS
}
"""By the log's name; logs of what was set or switched hold time and code alone."""

EVENT_SCALER_COLUMNS = is15959.scaler_columns(_MEASURED_THEN)

NAME_PLATE_COLUMNS = _numbers(
    is15959.SERIAL_NUMBER,
    is15959.DEVICE_ID,
    is15959.MANUFACTURER,
    is15959.FIRMWARE_VERSION,
    is15959.METER_TYPE,
    is15959.METER_CATEGORY,
    is15959.CURRENT_RATING,
    is15959.YEAR_OF_MANUFACTURE,
)
