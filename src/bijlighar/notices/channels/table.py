"""Every channel by the name that the settings use: the one table."""

from __future__ import annotations

from collections.abc import Mapping

from bijlighar.notices.channels.channel import Channel
from bijlighar.notices.channels.mail.channel import CHANNEL as MAIL
from bijlighar.notices.channels.pretend_phone.channel import CHANNEL as PRETEND_PHONE
from bijlighar.notices.channels.smpp.channel import CHANNEL as SMPP
from bijlighar.notices.channels.sms_http.channel import CHANNEL as SMS_HTTP
from bijlighar.notices.channels.web_push.channel import CHANNEL as WEB_PUSH
from bijlighar.notices.channels.whatsapp.channel import CHANNEL as WHATSAPP

CHANNELS: Mapping[str, Channel] = {
    one.name: one for one in (PRETEND_PHONE, SMS_HTTP, SMPP, WHATSAPP, WEB_PUSH, MAIL)
}
