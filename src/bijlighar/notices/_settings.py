"""What an installation sets about notices: BIJLIGHAR_NOTICES_… and what holds without."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from django.conf import settings

from bijlighar.kernel.errors import BijligharError
from bijlighar.notices.channels.channel import Channel
from bijlighar.notices.channels.table import CHANNELS

DEFAULTS = {
    "channels": "",
    "quiet": "21:00-08:00",
    "dlt_entity": "",
    "sms_http_url": "",
    "sms_http_many_url": "",
    "sms_http_key": "",
    "sms_http_receipt_secret": "",
    "smpp_host": "",
    "smpp_port": "2775",
    "smpp_system_id": "",
    "smpp_password": "",
    "smpp_tls": "",
    "whatsapp_url": "https://graph.facebook.com/v23.0",
    "whatsapp_number_id": "",
    "whatsapp_token": "",
    "whatsapp_app_secret": "",
    "whatsapp_verify": "",
    "push_private_key": "",
    "push_subject": "",
}


class WrongSetting(BijligharError):
    """A setting of notices is not as it must be; the message names it."""


def told() -> Mapping[str, str]:
    """Every setting that channels read."""
    held = settings.BIJLIGHAR
    return {
        **DEFAULTS,
        "sms_url": held["sms_url"],
        "sms_key": held["sms_key"],
        **settings.NOTICES,
    }


def channels() -> tuple[Channel, ...]:
    """The channels of the installation, the first choice first. Raises WrongSetting."""
    named = told()["channels"] or settings.BIJLIGHAR["sms_channel"]
    names = [name.strip() for name in named.split(",") if name.strip()]
    unknown = [name for name in names if name not in CHANNELS]
    if unknown or not names:
        raise WrongSetting(
            f"BIJLIGHAR_NOTICES_CHANNELS: {unknown} is none of {sorted(CHANNELS)}."
        )
    return tuple(CHANNELS[name] for name in names)


def quiet() -> tuple[time, time]:
    """Between which hours of India's clock people sleep. Raises WrongSetting."""
    try:
        first, until = told()["quiet"].split("-")
        return time.fromisoformat(first), time.fromisoformat(until)
    except ValueError as error:
        raise WrongSetting("BIJLIGHAR_NOTICES_QUIET: write 21:00-08:00.") from error


def price_paise(channel: str) -> int:
    """What one message, or one part of an SMS, costs: BIJLIGHAR_NOTICES_PRICE_SMPP=14."""
    return _whole(f"price_{channel}", 0)


def cap_paise(channel: str) -> int | None:
    """The most that a day may cost: BIJLIGHAR_NOTICES_CAP_SMPP=500000; None: no cap."""
    return _whole(f"cap_{channel}", 0) or None


def _whole(name: str, default: int) -> int:
    value = told().get(name, "")
    if not value:
        return default
    if not value.isdecimal():
        raise WrongSetting(f"BIJLIGHAR_NOTICES_{name.upper()}: a whole number of paise.")
    return int(value)
