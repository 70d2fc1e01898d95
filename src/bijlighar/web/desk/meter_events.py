"""What meters note of their own lives, in words: the events of IS 15959 by their names.

The codes and which of them end what began: `dlms/is15959.yaml`. A name without words here
is shown with its code, so that nothing that a meter says is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bijlighar.dlms.is15959 import event_of

Words = Promise | str

BEGINS_AND_ENDS: dict[str, tuple[Words, Words]] = {
    "voltage_missing_r": (_("No voltage on phase R"), _("Voltage on phase R is back")),
    "voltage_missing_y": (_("No voltage on phase Y"), _("Voltage on phase Y is back")),
    "voltage_missing_b": (_("No voltage on phase B"), _("Voltage on phase B is back")),
    "over_voltage": (_("Voltage too high"), _("Voltage no longer too high")),
    "low_voltage": (_("Voltage too low"), _("Voltage no longer too low")),
    "voltage_unbalance": (_("Phases out of balance"), _("Phases in balance again")),
    "current_reverse_r": (
        _("Current flows backwards on phase R"),
        _("Current on phase R is right again"),
    ),
    "current_reverse_y": (
        _("Current flows backwards on phase Y"),
        _("Current on phase Y is right again"),
    ),
    "current_reverse_b": (
        _("Current flows backwards on phase B"),
        _("Current on phase B is right again"),
    ),
    "ct_open_r": (_("CT of phase R is open"), _("CT of phase R is closed again")),
    "ct_open_y": (_("CT of phase Y is open"), _("CT of phase Y is closed again")),
    "ct_open_b": (_("CT of phase B is open"), _("CT of phase B is closed again")),
    "current_unbalance": (_("Currents out of balance"), _("Currents in balance again")),
    "current_bypass": (
        _("Current goes past the meter"),
        _("Current no longer goes past the meter"),
    ),
    "over_current": (_("Too much current"), _("Current is normal again")),
    "earth_loading": (
        _("Current returns through the earth"),
        _("Current no longer returns through the earth"),
    ),
    "current_mismatch": (
        _("Phase and neutral currents differ"),
        _("Phase and neutral currents agree again"),
    ),
    "high_neutral_current": (
        _("Too much current in the neutral"),
        _("Neutral current is normal again"),
    ),
    "power_failure": (_("No mains at the meter"), _("Mains are back at the meter")),
    "magnet": (_("A magnet was held to the meter"), _("The magnet is gone")),
    "neutral_disturbance": (
        _("The neutral was tampered with"),
        _("The neutral is right again"),
    ),
    "very_low_power_factor": (
        _("Power factor very low"),
        _("Power factor is normal again"),
    ),
    "single_wire_operation": (
        _("The meter runs on a single wire"),
        _("Both wires are connected again"),
    ),
    "module_removed": (
        _("The communication module was taken out"),
        _("The communication module is in again"),
    ),
    "overload": (_("Load above the limit"), _("Load below the limit again")),
    "load_disconnected": (_("The relay opened"), _("The relay closed")),
}
HAPPENS: dict[str, Words] = {
    "clock_set": _("The clock was set"),
    "billing_date_set": _("The billing date was changed"),
    "demand_period_set": _("The period of maximum demand was changed"),
    "capture_period_set": _("The period of the load profile was changed"),
    "activity_calendar_set": _("The calendar of tariff zones was changed"),
    "firmware_activated": _("New firmware runs"),
    "load_limit_set": _("The load limit was changed"),
    "load_limit_enabled": _("The load limit was switched on"),
    "load_limit_disabled": _("The load limit was switched off"),
    "meter_reader_secret_set": _("The meter reader's password was changed"),
    "utility_setting_key_set": _("The key for settings was changed"),
    "firmware_key_set": _("The key for firmware was changed"),
    "global_keys_set": _("The meter's keys were changed"),
    "demand_reset_done": _("Maximum demand begins anew"),
    "to_postpaid": _("The meter counts as postpaid"),
    "to_prepaid": _("The meter counts as prepaid"),
    "to_forward_only": _("The meter counts what comes in only"),
    "to_import_and_export": _("The meter counts what comes in and what goes out"),
    "cover_open": _("The cover was opened"),
}
UNKNOWN = _("Event %(code)d")
GRAVE = frozenset(
    {
        "cover_open",
        "current_bypass",
        "earth_loading",
        "magnet",
        "module_removed",
        "neutral_disturbance",
        "single_wire_operation",
    }
)
"""What somebody may have done by hand, shown so that the eye finds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """An event in words."""

    words: str
    is_grave: bool


def noted(code: int) -> Noted:
    """What an event's code says; an unknown one by its number."""
    found = event_of(code)
    if found is None:
        return Noted(words=str(UNKNOWN) % {"code": code}, is_grave=False)
    event, occurs = found
    if event.name in BEGINS_AND_ENDS:
        words = BEGINS_AND_ENDS[event.name][0 if occurs else 1]
    else:
        words = HAPPENS.get(event.name, event.name.replace("_", " "))
    return Noted(words=str(words), is_grave=occurs and event.name in GRAVE)
