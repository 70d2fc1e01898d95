"""What the registers of a pretend meter count, and the columns of its one-row profiles.

Source: IS 15959-2 (single-phase smart meter: instantaneous parameters, name plate).
"""

from __future__ import annotations

from bijlighar.dlms import is15959
from bijlighar.dlms.cosem import CaptureObject, ClassId, ScalerUnit, Unit

_WH = ScalerUnit(0, Unit.WATT_HOUR)
_VAH = ScalerUnit(0, Unit.VOLT_AMPERE_HOUR)
_VOLT = ScalerUnit(-2, Unit.VOLT)
_AMPERE = ScalerUnit(-2, Unit.AMPERE)

SCALERS = {
    is15959.VOLTAGE: _VOLT,
    is15959.PHASE_CURRENT: _AMPERE,
    is15959.POWER_FACTOR: ScalerUnit(-2, Unit.COUNT),
    is15959.FREQUENCY: ScalerUnit(-2, Unit.HERTZ),
    is15959.APPARENT_POWER: ScalerUnit(0, Unit.VOLT_AMPERE),
    is15959.ACTIVE_POWER: ScalerUnit(0, Unit.WATT),
    is15959.WH_IMPORT: _WH,
    is15959.VAH_IMPORT: _VAH,
    is15959.WH_EXPORT: _WH,
    is15959.VAH_EXPORT: _VAH,
    is15959.BLOCK_AVERAGE_VOLTAGE: _VOLT,
    is15959.BLOCK_AVERAGE_CURRENT: _AMPERE,
    is15959.BLOCK_WH_IMPORT: _WH,
    is15959.BLOCK_WH_EXPORT: _WH,
    is15959.BLOCK_VAH_IMPORT: _VAH,
    is15959.BLOCK_VAH_EXPORT: _VAH,
}

INSTANT_COLUMNS = (
    CaptureObject(ClassId.CLOCK, is15959.CLOCK, 2),
    *(
        CaptureObject(ClassId.REGISTER, obis, 2)
        for obis in (
            is15959.VOLTAGE,
            is15959.PHASE_CURRENT,
            is15959.POWER_FACTOR,
            is15959.FREQUENCY,
            is15959.APPARENT_POWER,
            is15959.ACTIVE_POWER,
            is15959.WH_IMPORT,
            is15959.VAH_IMPORT,
            is15959.WH_EXPORT,
            is15959.VAH_EXPORT,
        )
    ),
    CaptureObject(ClassId.DISCONNECT_CONTROL, is15959.DISCONNECT_CONTROL, 2),
)

NAME_PLATE_COLUMNS = tuple(
    CaptureObject(ClassId.DATA, obis, 2)
    for obis in (
        is15959.SERIAL_NUMBER,
        is15959.DEVICE_ID,
        is15959.MANUFACTURER,
        is15959.FIRMWARE_VERSION,
        is15959.METER_TYPE,
        is15959.METER_CATEGORY,
        is15959.CURRENT_RATING,
        is15959.YEAR_OF_MANUFACTURE,
    )
)
