"""What a place was told, how it wishes to be told, and an outage, with the place's mark."""

from __future__ import annotations

from datetime import UTC, datetime

from bijlighar.connections.values import Home
from bijlighar.notices.models import Handing, Notice, Preference
from bijlighar.outages.models import Outage

NOW = datetime(2026, 4, 10, 6, 30, tzinfo=UTC)


def seed_messages(word: str, number: int, home: Home) -> None:
    """A notice with its attempt, a preference and an outage."""
    notice = Notice.objects.create(
        kind="low_balance",
        source=word,
        connection_id=home.connection_id,
        mobile=f"+9198765{number}7{number}7{number}",
        language="hi",
        sender="BIJLI",
        template_id="1",
        text=f"{word}: recharge soon",
        state="sent",
        created_at=NOW,
        due_at=NOW,
        sent_at=NOW,
    )
    Handing.objects.create(
        notice=notice,
        channel="pretend_phone",
        at=NOW,
        outcome="taken",
        provider_id=word,
        parts=1,
    )
    Preference.objects.create(
        connection_id=home.connection_id,
        medium="sms",
        language="hi",
        digest="none",
        wants_news=True,
        mail=f"{word}@example.in".lower(),
        changed_at=NOW,
    )
    Outage.objects.create(
        node_id=home.transformer_id,
        kind="unplanned",
        starts_at=NOW,
        reason=f"{word}: a tree",
        state="stands",
        entered_by=word,
        entered_at=NOW,
    )
