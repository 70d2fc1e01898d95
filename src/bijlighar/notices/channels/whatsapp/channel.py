"""WhatsApp's Cloud API: templates that Meta has approved, named like the notice's kind.

A business may begin a conversation with an approved template only, and tell a code with an
authentication template, whose button repeats it. Texts stand at Meta; what goes over the
wire are the variables, in the order in which the catalogue's text has them.
Source: WhatsApp Business Platform, Cloud API, messages and webhooks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bijlighar.notices.channels.channel import (
    Channel,
    Handed,
    Settings,
    Unreadable,
    insist_on_signature,
    post,
)
from bijlighar.notices.channels.wire import Wire
from bijlighar.notices.rules import CODE, catalogue, variables_in_order
from bijlighar.notices.values import Medium, Receipt, ToSend

NAME = "whatsapp"
ENDS = {"delivered": True, "read": True, "failed": False}
"""Statuses that say what became of a notice; `sent` says nothing yet."""


def carry(notice: ToSend, settings: Settings, wire: Wire) -> Handed:
    """Hand one template message to Meta."""
    answer = post(
        wire,
        f"{settings['whatsapp_url']}/{settings['whatsapp_number_id']}/messages",
        headers={"Authorization": f"Bearer {settings['whatsapp_token']}"},
        json={
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": notice.mobile.removeprefix("+"),
            "type": "template",
            "template": {
                "name": notice.kind.value,
                "language": {"code": notice.language},
                "components": _components(notice),
            },
            "biz_opaque_callback_data": notice.reference,
        },
    )
    try:
        return Handed(provider_id=str(answer.json()["messages"][0]["id"]))
    except (ValueError, KeyError, IndexError, TypeError):
        return Handed()


def receipts(
    body: bytes, headers: Mapping[str, str], settings: Settings
) -> tuple[Receipt, ...]:
    """The statuses in a call of Meta's webhook, which is signed with the app's secret."""
    insist_on_signature(
        body=body,
        secret=settings["whatsapp_app_secret"],
        told=headers.get("X-Hub-Signature-256", "").removeprefix("sha256="),
    )
    try:
        return tuple(_receipts(json.loads(body)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("This is not a call of WhatsApp's webhook.") from error


def _components(notice: ToSend) -> list[dict[str, object]]:
    text = catalogue()[notice.kind, notice.language].text
    names = variables_in_order(text)
    if CODE in notice.parameters:
        code = [{"type": "text", "text": notice.parameters[CODE]}]
        return [
            {"type": "body", "parameters": code},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": code},
        ]
    values = [{"type": "text", "text": notice.parameters[name]} for name in names]
    return [{"type": "body", "parameters": values}]


def _receipts(told: dict[str, Any]) -> Iterator[Receipt]:
    for entry in told["entry"]:
        for change in entry["changes"]:
            for status in change["value"].get("statuses", ()):
                if status["status"] in ENDS:
                    yield Receipt(
                        channel=NAME,
                        provider_id=str(status["id"]),
                        reference=str(status.get("biz_opaque_callback_data", "")),
                        is_delivered=ENDS[status["status"]],
                        said=", ".join(
                            str(error.get("title", ""))
                            for error in status.get("errors", ())
                        )[:200],
                    )


CHANNEL = Channel(
    name=NAME,
    medium=Medium.WHATSAPP,
    sends_once=False,
    has_receipts=True,
    carry=carry,
    receipts=receipts,
)
