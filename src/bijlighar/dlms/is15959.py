"""The names of things in Indian meters: objects, associations, columns.

Source: IS 15959-1:2011, IS 15959-2:2016 (direct connected smart meters) and Amendments,
IS 15959-3:2017 (transformer operated). Vendors differ in order and extras: what a meter
really captures is read from it; the lists here are the single-phase ones to expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bijlighar.dlms.cosem import Attribute, CaptureObject, ClassId, Method
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.security import Authentication

SERVER_SAP = 1
PUBLIC_CLIENT = 16
METER_READER = 32
UTILITY_SETTING = 48
PUSH_CLIENT = 64
FIRMWARE_CLIENT = 80
IN_HOME_DISPLAY = 96

CLOCK = Obis.parse("0.0.1.0.0.255")
LOGICAL_DEVICE_NAME = Obis.parse("0.0.42.0.0.255")
SERIAL_NUMBER = Obis.parse("0.0.96.1.0.255")
MANUFACTURER = Obis.parse("0.0.96.1.1.255")
DEVICE_ID = Obis.parse("0.0.96.1.2.255")
YEAR_OF_MANUFACTURE = Obis.parse("0.0.96.1.4.255")
FIRMWARE_VERSION = Obis.parse("1.0.0.2.0.255")
METER_TYPE = Obis.parse("0.0.94.91.9.255")
METER_CATEGORY = Obis.parse("0.0.94.91.11.255")
CURRENT_RATING = Obis.parse("0.0.94.91.12.255")

CURRENT_ASSOCIATION = Obis.parse("0.0.40.0.0.255")
METER_READER_COUNTER = Obis.parse("0.0.43.1.2.255")
UTILITY_SETTING_COUNTER = Obis.parse("0.0.43.1.3.255")
PUSH_COUNTER = Obis.parse("0.0.43.1.4.255")
FIRMWARE_COUNTER = Obis.parse("0.0.43.1.5.255")

INSTANTANEOUS = Obis.parse("1.0.94.91.0.255")
INSTANTANEOUS_SCALERS = Obis.parse("1.0.94.91.3.255")
BLOCK_LOAD = Obis.parse("1.0.99.1.0.255")
BLOCK_LOAD_SCALERS = Obis.parse("1.0.94.91.4.255")
BLOCK_LOAD_PERIOD = Obis.parse("1.0.0.8.4.255")
DAILY_LOAD = Obis.parse("1.0.99.2.0.255")
DAILY_LOAD_SCALERS = Obis.parse("1.0.94.91.5.255")
DAILY_LOAD_PERIOD = Obis.parse("1.0.0.8.5.255")
BILLING = Obis.parse("1.0.98.1.0.255")
BILLING_SCALERS = Obis.parse("1.0.94.91.6.255")
EVENT_SCALERS = Obis.parse("1.0.94.91.7.255")
NAME_PLATE = Obis.parse("0.0.94.91.10.255")
VOLTAGE_EVENTS = Obis.parse("0.0.99.98.0.255")
CURRENT_EVENTS = Obis.parse("0.0.99.98.1.255")
POWER_EVENTS = Obis.parse("0.0.99.98.2.255")
TRANSACTION_EVENTS = Obis.parse("0.0.99.98.3.255")
OTHER_EVENTS = Obis.parse("0.0.99.98.4.255")
NON_ROLLOVER_EVENTS = Obis.parse("0.0.99.98.5.255")
CONTROL_EVENTS = Obis.parse("0.0.99.98.6.255")

VOLTAGE = Obis.parse("1.0.12.7.0.255")
PHASE_CURRENT = Obis.parse("1.0.11.7.0.255")
NEUTRAL_CURRENT = Obis.parse("1.0.91.7.0.255")
POWER_FACTOR = Obis.parse("1.0.13.7.0.255")
FREQUENCY = Obis.parse("1.0.14.7.0.255")
APPARENT_POWER = Obis.parse("1.0.9.7.0.255")
ACTIVE_POWER = Obis.parse("1.0.1.7.0.255")
WH_IMPORT = Obis.parse("1.0.1.8.0.255")
WH_EXPORT = Obis.parse("1.0.2.8.0.255")
VAH_IMPORT = Obis.parse("1.0.9.8.0.255")
VAH_EXPORT = Obis.parse("1.0.10.8.0.255")
MAX_DEMAND_W = Obis.parse("1.0.1.6.0.255")
MAX_DEMAND_VA = Obis.parse("1.0.9.6.0.255")
TAMPER_COUNT = Obis.parse("0.0.94.91.0.255")
POWER_ON_MINUTES = Obis.parse("0.0.94.91.14.255")
BILLING_COUNT = Obis.parse("0.0.0.1.0.255")
PROGRAMMING_COUNT = Obis.parse("0.0.96.2.0.255")
BILLING_DATE = Obis.parse("0.0.0.1.2.255")

BLOCK_AVERAGE_VOLTAGE = Obis.parse("1.0.12.27.0.255")
BLOCK_AVERAGE_CURRENT = Obis.parse("1.0.11.27.0.255")
BLOCK_WH_IMPORT = Obis.parse("1.0.1.29.0.255")
BLOCK_WH_EXPORT = Obis.parse("1.0.2.29.0.255")
BLOCK_VAH_IMPORT = Obis.parse("1.0.9.29.0.255")
BLOCK_VAH_EXPORT = Obis.parse("1.0.10.29.0.255")
METER_HEALTH = Obis.parse("0.0.96.10.1.255")

EVENT_STATUS_WORD = Obis.parse("0.0.94.91.18.255")
EVENT_STATUS_FILTER = Obis.parse("0.0.94.91.26.255")
DISCONNECT_CONTROL = Obis.parse("0.0.96.3.10.255")
LOAD_LIMITER = Obis.parse("0.0.17.0.0.255")
METERING_MODE = Obis.parse("0.0.94.96.19.255")
PAYMENT_MODE = Obis.parse("0.0.94.96.20.255")
LAST_RECHARGE_AMOUNT = Obis.parse("0.0.94.96.21.255")
LAST_RECHARGE_TIME = Obis.parse("0.0.94.96.22.255")
TOTAL_AT_LAST_RECHARGE = Obis.parse("0.0.94.96.23.255")
BALANCE_AMOUNT = Obis.parse("0.0.94.96.24.255")
BALANCE_TIME = Obis.parse("0.0.94.96.25.255")

CLOCK_TIME = Attribute(ClassId.CLOCK, CLOCK, 2)
OUTPUT_STATE = Attribute(ClassId.DISCONNECT_CONTROL, DISCONNECT_CONTROL, 2)
CONTROL_STATE = Attribute(ClassId.DISCONNECT_CONTROL, DISCONNECT_CONTROL, 3)
CONTROL_MODE = Attribute(ClassId.DISCONNECT_CONTROL, DISCONNECT_CONTROL, 4)
REMOTE_DISCONNECT = Method(ClassId.DISCONNECT_CONTROL, DISCONNECT_CONTROL, 1)
REMOTE_RECONNECT = Method(ClassId.DISCONNECT_CONTROL, DISCONNECT_CONTROL, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationFacts:
    """One kind of client: its association object, its counter, how it authenticates."""

    client_sap: int
    association: Obis
    security_setup: Obis | None
    counter: Obis | None
    authentication: Authentication
    is_ciphered: bool


def _facts(
    client_sap: int, number: int, authentication: Authentication
) -> AssociationFacts:
    is_public = client_sap == PUBLIC_CLIENT
    return AssociationFacts(
        client_sap=client_sap,
        association=Obis(0, 0, 40, 0, number, 255),
        security_setup=None if is_public else Obis(0, 0, 43, 0, number, 255),
        counter=None if is_public else Obis(0, 0, 43, 1, number, 255),
        authentication=authentication,
        is_ciphered=not is_public,
    )


# Some makes use HLS for the meter reader as well: a setting of the make.
ASSOCIATIONS: Mapping[int, AssociationFacts] = {
    PUBLIC_CLIENT: _facts(PUBLIC_CLIENT, 1, Authentication.NONE),
    METER_READER: _facts(METER_READER, 2, Authentication.LLS),
    UTILITY_SETTING: _facts(UTILITY_SETTING, 3, Authentication.HLS_GMAC),
    FIRMWARE_CLIENT: _facts(FIRMWARE_CLIENT, 5, Authentication.HLS_GMAC),
    IN_HOME_DISPLAY: _facts(IN_HOME_DISPLAY, 6, Authentication.LLS),
}


def _captured(class_id: int, *names: Obis) -> tuple[CaptureObject, ...]:
    return tuple(CaptureObject(class_id, name, 2) for name in names)


SINGLE_PHASE_BLOCK_LOAD: tuple[CaptureObject, ...] = (
    *_captured(ClassId.CLOCK, CLOCK),
    *_captured(
        ClassId.REGISTER,
        BLOCK_AVERAGE_VOLTAGE,
        BLOCK_AVERAGE_CURRENT,
        BLOCK_WH_IMPORT,
        BLOCK_WH_EXPORT,
        BLOCK_VAH_IMPORT,
        BLOCK_VAH_EXPORT,
    ),
    *_captured(ClassId.DATA, METER_HEALTH),
)
SINGLE_PHASE_DAILY_LOAD: tuple[CaptureObject, ...] = (
    *_captured(ClassId.CLOCK, CLOCK),
    *_captured(ClassId.REGISTER, WH_IMPORT, VAH_IMPORT, WH_EXPORT, VAH_EXPORT),
)


def scaler_columns(captures: tuple[CaptureObject, ...]) -> tuple[CaptureObject, ...]:
    """The columns of the scaler profile that goes with a data profile: its registers'."""
    return tuple(
        CaptureObject(captured.class_id, captured.obis, 3)
        for captured in captures
        if captured.class_id == ClassId.REGISTER
    )
