"""An evening at the senders: what is queued, sent and heard back, in a few words."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

from bijlighar.notices import service as notices
from bijlighar.notices.models import Notice
from bijlighar.notices.values import AlarmKind, NewNotice, NoticeKind
from tests.notices.operators import Operator, signed

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
"""11:30 in India."""
NIGHT = datetime(2026, 4, 7, 17, 0, tzinfo=UTC)
"""22:30 in India."""
MINUTE = timedelta(minutes=1)
SAID = {
    NoticeKind.RECONNECTED: {"balance": "460.00"},
    NoticeKind.RECHARGED: {"amount": "500.00", "balance": "460.00"},
    NoticeKind.LOW_BALANCE: {"balance": "60.00", "percent": "10"},
    NoticeKind.THRESHOLD_AHEAD: {"used": "90", "threshold": "100", "extra": "50.00"},
    NoticeKind.DIGEST_DAILY: {"used": "4", "amount": "30.00", "balance": "60.00"},
    NoticeKind.OUTAGE_OVER: {"area": "Feeder 4"},
}


def new(kind: NoticeKind, source: str, connection_id: int = 11) -> NewNotice:
    return NewNotice(
        kind=kind,
        source=source,
        connection_id=connection_id,
        consumer_number="7310000001",
        mobile="+919876500001",
        language="en",
        parameters={"consumer_number": "7310000001", **SAID[kind]},
    )


def code(source: str, **changes: object) -> NewNotice:
    return NewNotice(
        kind=NoticeKind.CODE,
        source=source,
        connection_id=None,
        consumer_number="",
        mobile="+919876500001",
        language="en",
        parameters={"code": "402915", "minutes": "5"},
        **changes,  # type: ignore[arg-type]
    )


def queue(*told: NewNotice, now: datetime = NOW) -> tuple[int, ...]:
    return notices.queue(notices=told, now=now)


def send(now: datetime = NOW, limit: int = 100) -> int:
    return notices.send_due(now=now, real_now=now, limit=limit)


def states() -> Counter[str]:
    return Counter(Notice.objects.order_by("id").values_list("state", flat=True))


def receipt(sms: Operator, **told: object) -> int:
    body = json.dumps(told).encode()
    return notices.receive(
        channel="sms_http", body=body, headers={"X-Signature": signed(body)}, now=NOW
    )


def tend(now: datetime) -> tuple[tuple[str, AlarmKind], ...]:
    return notices.tend(now=now, real_now=now)
