"""An SMS operator over HTTP: one call a notice, or many in one where the operator has that.

Receipts are signed with a shared secret.

Indian operators' interfaces differ in names, not in what they carry: number, header, the
DLT ids, text, our reference. This is the plain form of it; an operator with names of its
own is a small folder beside this one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bijlighar.notices.channels.channel import (
    Channel,
    Handed,
    Refused,
    Settings,
    Unreadable,
    insist_on_signature,
    post,
)
from bijlighar.notices.channels.wire import Answer, Wire
from bijlighar.notices.sms_length import Alphabet, sms_length
from bijlighar.notices.values import Medium, Receipt, ToSend

NAME = "sms_http"
DELIVERED = frozenset({"delivered", "delivrd"})
REJECTED = frozenset({"rejected", "refused", "invalid"})
ON_ITS_WAY = frozenset({"accepted", "enroute", "queued", "sent", "submitted"})


def carry(notice: ToSend, settings: Settings, wire: Wire) -> Handed:
    """Hand one SMS to the operator."""
    answer = post(
        wire,
        settings["sms_http_url"],
        headers={**_key(settings), "Idempotency-Key": notice.reference},
        json=_message(notice, settings),
    )
    try:
        told = answer.json()
    except ValueError:
        told = {}
    return Handed(provider_id=str(told.get("id", "")) if isinstance(told, dict) else "")


def carry_many(
    notices: Sequence[ToSend], settings: Settings, wire: Wire
) -> list[Handed | Refused]:
    """Hand many to the operator in one call.

    It takes them all but those that its answer, {"messages": [{reference, id, status,
    error}]}, says are rejected.
    """
    answer = post(
        wire,
        settings["sms_http_many_url"],
        headers=_key(settings),
        json={"messages": [_message(notice, settings) for notice in notices]},
    )
    said = _said_of_each(answer)
    return [_came(said.get(notice.reference, {})) for notice in notices]


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


def _key(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings['sms_http_key']}"}


def _message(notice: ToSend, settings: Settings) -> dict[str, object]:
    return {
        "to": notice.mobile.removeprefix("+"),
        "sender": notice.sender,
        "dlt_entity_id": settings["dlt_entity"],
        "dlt_template_id": notice.template_id,
        "text": notice.text,
        "unicode": sms_length(notice.text).alphabet is Alphabet.UCS_2,
        "reference": notice.reference,
    }


def _said_of_each(answer: Answer) -> dict[str, dict[str, object]]:
    """What an operator said of each message, by our reference; nothing where it is odd."""
    try:
        several = answer.json()["messages"]
        return {str(one["reference"]): one for one in several}
    except (ValueError, KeyError, TypeError):
        return {}


def _came(said: Mapping[str, object]) -> Handed | Refused:
    if str(said.get("status", "")).lower() in REJECTED:
        return Refused(f"The operator said: {said.get('error', '')}"[:200])
    return Handed(provider_id=str(said.get("id", "")))


CHANNEL = Channel(
    name=NAME,
    medium=Medium.SMS,
    sends_once=False,
    has_receipts=True,
    carry=carry,
    carry_many=carry_many,
    is_set_for_many=lambda settings: bool(settings["sms_http_many_url"]),
    receipts=receipts,
)
