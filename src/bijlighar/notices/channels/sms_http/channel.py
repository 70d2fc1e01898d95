"""An SMS operator over HTTP: one call a notice, receipts signed with a shared secret.

Indian operators' interfaces differ in names, not in what they carry: number, header, the
DLT ids, text, our reference. This is the plain form of it; an operator with names of its
own is a small folder beside this one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import httpx

from bijlighar.notices.channels.channel import (
    Channel,
    Handed,
    Settings,
    Unreadable,
    insist_on_signature,
    post,
)
from bijlighar.notices.sms_length import Alphabet, sms_length
from bijlighar.notices.values import Medium, Receipt, ToSend

NAME = "sms_http"
DELIVERED = frozenset({"delivered", "delivrd"})
ON_ITS_WAY = frozenset({"accepted", "enroute", "queued", "sent", "submitted"})


def carry(notice: ToSend, settings: Settings, client: httpx.Client) -> Handed:
    """Hand one SMS to the operator."""
    answer = post(
        client,
        settings["sms_http_url"],
        headers={
            "Authorization": f"Bearer {settings['sms_http_key']}",
            "Idempotency-Key": notice.reference,
        },
        json={
            "to": notice.mobile.removeprefix("+"),
            "sender": notice.sender,
            "dlt_entity_id": settings["dlt_entity"],
            "dlt_template_id": notice.template_id,
            "text": notice.text,
            "unicode": sms_length(notice.text).alphabet is Alphabet.UCS_2,
            "reference": notice.reference,
        },
    )
    try:
        told = answer.json()
    except ValueError:
        told = {}
    return Handed(provider_id=str(told.get("id", "")) if isinstance(told, dict) else "")


def receipts(
    body: bytes, headers: Mapping[str, str], settings: Settings
) -> tuple[Receipt, ...]:
    """One receipt or a list of them: {id, reference, status, error}, signed as a whole."""
    insist_on_signature(
        body=body,
        secret=settings["sms_http_receipt_secret"],
        told=headers.get("X-Signature", ""),
    )
    try:
        told = json.loads(body)
    except ValueError as error:
        raise Unreadable("A receipt is JSON.") from error
    several = told if isinstance(told, list) else [told]
    if not all(isinstance(one, dict) for one in several):
        raise Unreadable("A receipt is an object with id, reference and status.")
    return tuple(
        Receipt(
            channel=NAME,
            provider_id=str(one.get("id", "")),
            reference=str(one.get("reference", "")),
            is_delivered=str(one.get("status", "")).lower() in DELIVERED,
            said=str(one.get("error", ""))[:200],
        )
        for one in several
        if str(one.get("status", "")).lower() not in ON_ITS_WAY
    )


CHANNEL = Channel(
    name=NAME,
    medium=Medium.SMS,
    sends_once=False,
    has_receipts=True,
    carry=carry,
    receipts=receipts,
)
