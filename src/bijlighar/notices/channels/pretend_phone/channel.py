"""The pretend operator: carries an SMS to the pretend phones of the demo over HTTP."""

from __future__ import annotations

from bijlighar.notices.channels.channel import Channel, Handed, Settings, post
from bijlighar.notices.channels.wire import Wire
from bijlighar.notices.values import Medium, ToSend


def carry(notice: ToSend, settings: Settings, wire: Wire) -> Handed:
    """Hand one SMS to the operator. The reference makes a repetition harmless."""
    answer = post(
        wire,
        f"{settings['sms_url']}/v1/messages",
        headers={"Authorization": f"Bearer {settings['sms_key']}"},
        json={
            "to": notice.mobile,
            "sender": notice.sender,
            "template_id": notice.template_id,
            "text": notice.text,
            "language": notice.language,
            "reference": notice.reference,
        },
    )
    told = answer.json() if answer.content else {}
    return Handed(
        provider_id=str(told.get("id", "")), is_delivered=told.get("status") == "delivered"
    )


CHANNEL = Channel(
    name="pretend_phone",
    medium=Medium.SMS,
    sends_once=True,
    has_receipts=False,
    carry=carry,
)
