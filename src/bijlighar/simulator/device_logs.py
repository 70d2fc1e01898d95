"""The event logs of a pretend meter, its billing profile and its maximum demands.

Source: IS 15959-2 (event logs, billing profile; a log has time and code first).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bijlighar.dlms import axdr, cosem_time, is15959, profiles
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import CLOCK_TIME, Attribute, CaptureObject, ClassId, Selection
from bijlighar.dlms.obis import Obis
from bijlighar.simulator import billing_history, meter_life, meter_objects
from bijlighar.simulator.billing_history import Period
from bijlighar.simulator.device_profiles import (
    Read,
    always,
    profile_attribute,
    single_row_profile,
    stamp,
)
from bijlighar.simulator.load_profile import apparent_vah
from bijlighar.simulator.meter import Meter

POWER_FACTOR_CENTI = 95
_FIRST_IN_FIRST_OUT = 1
_NOTHING = axdr.double_long_unsigned(0)
_UNSPECIFIED = axdr.octet_string(bytes.fromhex("ffffffffffffffffff8000ff"))
_COLUMNS_ALWAYS = 2
_POWER_FACTOR = axdr.long(POWER_FACTOR_CENTI)

Rows = Callable[[Meter], list[Data]]


def reads(table: Mapping[Attribute, Read]) -> dict[Attribute, Read]:
    """The attributes of all logs and of billing; `table` tells what scalers read as."""
    found: dict[Attribute, Read] = {}
    for log, columns in meter_objects.EVENT_COLUMNS.items():
        found |= _profile(log, columns, _logged(log, columns), meter_life.EVENTS_KEPT)
    found |= _profile(
        is15959.BILLING,
        meter_objects.BILLING_COLUMNS,
        _billed,
        billing_history.PERIODS_KEPT + 1,
    )
    for scalers, captures in (
        (is15959.EVENT_SCALERS, meter_objects.EVENT_SCALER_COLUMNS),
        (
            is15959.BILLING_SCALERS,
            is15959.scaler_columns(meter_objects.BILLING_COLUMNS),
        ),
    ):
        found |= single_row_profile(obis=scalers, columns=captures, table=table)
    return found


def demands() -> dict[Attribute, Read]:
    """The maximum demands of the billing period that runs: value, scaler, time."""
    found: dict[Attribute, Read] = {}
    for obis, scaler in meter_objects.DEMAND_SCALERS.items():
        is_apparent = obis == is15959.MAX_DEMAND_VA

        def value(
            meter: Meter, selection: Selection | None, is_apparent: bool = is_apparent
        ) -> Data:
            return _demand(meter.billing_periods()[-1], is_apparent=is_apparent)

        found[Attribute(ClassId.EXTENDED_REGISTER, obis, meter_objects.VALUE)] = value
        found[Attribute(ClassId.EXTENDED_REGISTER, obis, 3)] = always(scaler.to_data())
        found[Attribute(ClassId.EXTENDED_REGISTER, obis, meter_objects.TIME_OF_DEMAND)] = (
            lambda meter, selection: _time_of_demand(meter, meter.billing_periods()[-1])
        )
    return found


def _profile(
    obis: Obis, columns: tuple[CaptureObject, ...], rows: Rows, most: int
) -> dict[Attribute, Read]:
    """The attributes of a profile whose rows come with what happens."""

    def buffer(meter: Meter, selection: Selection | None) -> Data:
        return axdr.array(profiles.select_rows(rows(meter), selection, captures=columns))

    def entries_in_use(meter: Meter, selection: Selection | None) -> Data:
        return axdr.double_long_unsigned(len(rows(meter)))

    return {
        profile_attribute(obis, 2): buffer,
        profile_attribute(obis, 3): always(profiles.capture_objects_data(columns)),
        profile_attribute(obis, 4): always(_NOTHING),
        profile_attribute(obis, 5): always(axdr.enum(_FIRST_IN_FIRST_OUT)),
        profile_attribute(obis, 6): always(CLOCK_TIME.to_data()),
        profile_attribute(obis, 7): entries_in_use,
        profile_attribute(obis, 8): always(axdr.double_long_unsigned(most)),
    }


def _logged(log: Obis, columns: tuple[CaptureObject, ...]) -> Rows:
    """The rows of an event log, in the order of its columns."""
    is_short = len(columns) == _COLUMNS_ALWAYS

    def rows(meter: Meter) -> list[Data]:
        return [
            axdr.structure(
                (
                    stamp(meter, event.second),
                    axdr.long_unsigned(event.code),
                    *(
                        ()
                        if is_short
                        else (
                            axdr.long_unsigned(event.current_ca),
                            axdr.long_unsigned(event.voltage_cv),
                            _POWER_FACTOR,
                            axdr.double_long_unsigned(event.register_wh),
                            axdr.long_unsigned(event.tampers),
                        )
                    ),
                )
            )
            for event in meter_life.logged(meter, log)
        ]

    return rows


def _billed(meter: Meter) -> list[Data]:
    """The billing periods that have ended, and the one that runs, dated by the clock."""
    *ended, running = meter.billing_periods()
    rows = [_bill(meter, period, stamp(meter, period.ends)) for period in ended]
    clock = axdr.octet_string(cosem_time.encode(meter.clock))
    return [*rows, _bill(meter, running, clock)]


def _bill(meter: Meter, period: Period, billing_date: Data) -> Data:
    """One period in the order of `BILLING_COLUMNS`."""
    register_wh = meter.house.register_wh(period.ends)
    time = _time_of_demand(meter, period)
    minutes = meter_life.minutes_with_mains(
        meter.house, starts=period.starts, ends=period.ends
    )
    return axdr.structure(
        (
            billing_date,
            _POWER_FACTOR,
            axdr.double_long_unsigned(register_wh),
            axdr.double_long_unsigned(apparent_vah(register_wh)),
            _demand(period, is_apparent=False),
            time,
            _demand(period, is_apparent=True),
            time,
            axdr.double_long_unsigned(minutes),
            _NOTHING,
            _NOTHING,
        )
    )


def _demand(period: Period, *, is_apparent: bool) -> Data:
    """A period's maximum demand in W or VA."""
    demand_w = period.demand_w
    return axdr.double_long_unsigned(apparent_vah(demand_w) if is_apparent else demand_w)


def _time_of_demand(meter: Meter, period: Period) -> Data:
    """When the highest half-hour ended; unspecified where nothing was used."""
    at = period.peak_ends
    return _UNSPECIFIED if at is None else stamp(meter, at)
