"""Web push: the browser's own notices, on every device that asked for them.

The push service takes a message for a browser and answers 201; one that is gone answers
404 or 410, and is not asked again (RFC 8030 section 7.3). There is no receipt.
"""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlsplit

from bijlighar.clock.clock import real_now
from bijlighar.notices.channels.channel import (
    Channel,
    Handed,
    Refused,
    Settings,
    post,
)
from bijlighar.notices.channels.web_push.encryption import from_base64url, seal, vapid
from bijlighar.notices.channels.web_push.places import path_of
from bijlighar.notices.channels.wire import Wire
from bijlighar.notices.values import Medium, PushTo, ToSend, Urgency

KEPT_S = {Urgency.CODE: 300, Urgency.SUPPLY: 6 * 3600}
"""How long the push service keeps it for a phone that is off; a day otherwise."""
A_DAY_S = 24 * 3600
TOKEN_HOLDS = timedelta(hours=12)


def carry(notice: ToSend, settings: Settings, wire: Wire) -> Handed:
    """Hand a notice to every browser of the consumer; one that takes it is enough."""
    gone = []
    for browser in notice.push:
        try:
            _push(browser, notice, settings, wire)
        except Refused:
            gone.append(browser.address_id)
    if len(gone) == len(notice.push):
        raise Refused("No browser is there any more.", gone=tuple(gone))
    return Handed(gone=tuple(gone))


def _push(browser: PushTo, notice: ToSend, settings: Settings, wire: Wire) -> None:
    at = urlsplit(browser.endpoint)
    said = {
        "title": "Bijlighar",
        "body": notice.text,
        "tag": notice.reference,
        "path": path_of(notice),
    }
    try:
        body = seal(
            plain=json.dumps(said, ensure_ascii=False).encode(),
            browser_point=from_base64url(browser.public_key),
            shared_secret=from_base64url(browser.shared_secret),
        )
    except ValueError as error:
        raise Refused("The browser's key is none.") from error
    token = vapid(
        audience=f"{at.scheme}://{at.netloc}",
        subject=settings["push_subject"],
        expires_at_s=int((real_now() + TOKEN_HOLDS).timestamp()),
        key=settings["push_private_key"],
    )
    post(
        wire,
        browser.endpoint,
        headers={
            "Authorization": token,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_S.get(notice.urgency, A_DAY_S)),
            "Urgency": "high" if notice.urgency <= Urgency.SUPPLY else "normal",
        },
        content=body,
    )


CHANNEL = Channel(
    name="web_push",
    medium=Medium.PUSH,
    sends_once=True,  # The tag replaces a repetition on the screen.
    has_receipts=False,
    carry=carry,
)
