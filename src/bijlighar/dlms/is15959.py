"""The names of things in Indian meters: objects, associations, columns, events.

All of it stands in `is15959.yaml`, with its sources and with what single makes do
otherwise; here it gets names that code can use. Vendors differ in order and extras: what a
meter really captures is read from it; the profiles are the ones to expect.

Source: IS 15959-1:2011, IS 15959-2:2016 (direct connected smart meters) and Amendments,
IS 15959-3:2017 (transformer operated).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bijlighar.dlms import is15959_tables
from bijlighar.dlms.cosem import Attribute, CaptureObject, ClassId, Method
from bijlighar.dlms.is15959_tables import AssociationFacts as AssociationFacts
from bijlighar.dlms.is15959_tables import EventFacts, StatusBit, Tables
from bijlighar.dlms.obis import Obis

_FILE = Path(__file__).with_name("is15959.yaml")
STANDARD = is15959_tables.load(_FILE.read_text(encoding="utf-8"), file=_FILE.name)


def _named(name: str) -> Obis:
    return STANDARD.objects[name].obis


_VALUE = 2
"""The attribute of a register that holds its value."""

SERVER_SAP = 1
PUBLIC_CLIENT = 16
METER_READER = 32
UTILITY_SETTING = 48
PUSH_CLIENT = 64
FIRMWARE_CLIENT = 80
IN_HOME_DISPLAY = 96

CLOCK = _named("clock")
LOGICAL_DEVICE_NAME = _named("logical_device_name")
SERIAL_NUMBER = _named("serial_number")
MANUFACTURER = _named("manufacturer")
DEVICE_ID = _named("device_id")
YEAR_OF_MANUFACTURE = _named("year_of_manufacture")
FIRMWARE_VERSION = _named("firmware_version")
METER_TYPE = _named("meter_type")
METER_CATEGORY = _named("meter_category")
CURRENT_RATING = _named("current_rating")

CURRENT_ASSOCIATION = _named("current_association")
METER_READER_COUNTER = _named("meter_reader_counter")
UTILITY_SETTING_COUNTER = _named("utility_setting_counter")
PUSH_COUNTER = _named("push_counter")
FIRMWARE_COUNTER = _named("firmware_counter")

INSTANTANEOUS = _named("instantaneous")
INSTANTANEOUS_SCALERS = _named("instantaneous_scalers")
BLOCK_LOAD = _named("block_load")
BLOCK_LOAD_SCALERS = _named("block_load_scalers")
BLOCK_LOAD_PERIOD = _named("block_load_period")
DAILY_LOAD = _named("daily_load")
DAILY_LOAD_SCALERS = _named("daily_load_scalers")
DAILY_LOAD_PERIOD = _named("daily_load_period")
BILLING = _named("billing")
BILLING_SCALERS = _named("billing_scalers")
EVENT_SCALERS = _named("event_scalers")
NAME_PLATE = _named("name_plate")
VOLTAGE_EVENTS = _named("voltage_events")
CURRENT_EVENTS = _named("current_events")
POWER_EVENTS = _named("power_events")
TRANSACTION_EVENTS = _named("transaction_events")
OTHER_EVENTS = _named("other_events")
NON_ROLLOVER_EVENTS = _named("non_rollover_events")
CONTROL_EVENTS = _named("control_events")

VOLTAGE = _named("voltage")
PHASE_CURRENT = _named("phase_current")
EVENT_CURRENT = _named("event_current")
NEUTRAL_CURRENT = _named("neutral_current")
POWER_FACTOR = _named("power_factor")
FREQUENCY = _named("frequency")
APPARENT_POWER = _named("apparent_power")
ACTIVE_POWER = _named("active_power")
WH_IMPORT = _named("wh_import")
WH_EXPORT = _named("wh_export")
VAH_IMPORT = _named("vah_import")
VAH_EXPORT = _named("vah_export")
MAX_DEMAND_W = _named("max_demand_w")
MAX_DEMAND_VA = _named("max_demand_va")
TAMPER_COUNT = _named("tamper_count")
POWER_ON_MINUTES = _named("power_on_minutes")
BILLING_POWER_ON_MINUTES = _named("billing_power_on_minutes")
BILLING_COUNT = _named("billing_count")
PROGRAMMING_COUNT = _named("programming_count")
BILLING_DATE = _named("billing_date")
BILLING_POWER_FACTOR = _named("billing_power_factor")

BLOCK_AVERAGE_VOLTAGE = _named("block_average_voltage")
BLOCK_AVERAGE_CURRENT = _named("block_average_current")
BLOCK_WH_IMPORT = _named("block_wh_import")
BLOCK_WH_EXPORT = _named("block_wh_export")
BLOCK_VAH_IMPORT = _named("block_vah_import")
BLOCK_VAH_EXPORT = _named("block_vah_export")
METER_HEALTH = _named("meter_health")

EVENT_STATUS_WORD = _named("event_status_word")
EVENT_STATUS_FILTER = _named("event_status_filter")
DISCONNECT_CONTROL = _named("disconnect_control")
LOAD_LIMITER = _named("load_limiter")
METERING_MODE = _named("metering_mode")
PAYMENT_MODE = _named("payment_mode")
LAST_RECHARGE_AMOUNT = _named("last_recharge_amount")
LAST_RECHARGE_TIME = _named("last_recharge_time")
TOTAL_AT_LAST_RECHARGE = _named("total_at_last_recharge")
BALANCE_AMOUNT = _named("balance_amount")
BALANCE_TIME = _named("balance_time")

CLOCK_TIME = Attribute(ClassId.CLOCK, CLOCK, 2)
OUTPUT_STATE = Attribute(ClassId.DISCONNECT_CONTROL, DISCONNECT_CONTROL, 2)
CONTROL_STATE = Attribute(ClassId.DISCONNECT_CONTROL, DISCONNECT_CONTROL, 3)
CONTROL_MODE = Attribute(ClassId.DISCONNECT_CONTROL, DISCONNECT_CONTROL, 4)
REMOTE_DISCONNECT = Method(ClassId.DISCONNECT_CONTROL, DISCONNECT_CONTROL, 1)
REMOTE_RECONNECT = Method(ClassId.DISCONNECT_CONTROL, DISCONNECT_CONTROL, 2)


# By the client's SAP. Some makes use HLS for the meter reader as well: see `of_make`.
ASSOCIATIONS: Mapping[int, AssociationFacts] = {
    facts.client_sap: facts for facts in STANDARD.associations.values()
}


def password_of(client_sap: int) -> Attribute:
    """Where a client's password lies in its association object: who may set it changes it.

    Source: IEC 62056-6-2, association LN (class 15), attribute 7 (secret).
    """
    return Attribute(ClassId.ASSOCIATION_LN, ASSOCIATIONS[client_sap].association, 7)


def of_make(make: str | None) -> Tables:
    """The tables as one make has them; None: as the standard does.

    Raises `KeyError` for a make that the tables do not name.
    """
    return STANDARD if make is None else STANDARD.makes[make]


def event_of(code: int, *, make: str | None = None) -> tuple[EventFacts, bool] | None:
    """The event with this code and whether it occurs (or is restored); None: unknown."""
    for event in of_make(make).events.values():
        if code in (event.occurs, event.restored):
            return event, code == event.occurs
    return None


def bits_set(word: str, *, make: str | None = None) -> tuple[StatusBit, ...]:
    """The bits that an event status word has set, in their order.

    `word` is the bit string as `axdr` reads it, "0" and "1", bit 0 first. A bit without
    meaning is given with its number for a name: it must be shown, not swallowed.
    """
    known = of_make(make).status_bits
    return tuple(
        known.get(at) or StatusBit(bit=at, name=f"bit_{at}", event=None, source="unknown")
        for at, bit in enumerate(word)
        if bit == "1"
    )


def columns_of(profile: str, *, make: str | None = None) -> tuple[CaptureObject, ...]:
    """The columns to expect in a profile, by the profile's name in the tables."""
    tables = of_make(make)
    held = (tables.objects[name] for name in tables.profiles[profile].columns)
    return tuple(CaptureObject(facts.class_id, facts.obis, 2) for facts in held)


SINGLE_PHASE_BLOCK_LOAD = columns_of("single_phase_block_load")
SINGLE_PHASE_DAILY_LOAD = columns_of("single_phase_daily_load")


def scaler_columns(captures: tuple[CaptureObject, ...]) -> tuple[CaptureObject, ...]:
    """The columns of the scaler profile that goes with a data profile: its registers'.

    A maximum demand counts once, though its time is captured beside its value.
    """
    return tuple(
        CaptureObject(captured.class_id, captured.obis, 3)
        for captured in captures
        if captured.class_id in (ClassId.REGISTER, ClassId.EXTENDED_REGISTER)
        and captured.attribute == _VALUE
    )
