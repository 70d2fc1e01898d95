"""What a place was told, how it wishes to be told, and an outage, with the place's mark."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bijlighar.budgets import service as budgets
from bijlighar.budgets.values import Measure, Progress
from bijlighar.connections.values import Home
from bijlighar.notices.models import Handing, Notice, Preference
from bijlighar.outages.models import Outage

NOW = datetime(2026, 4, 10, 6, 30, tzinfo=UTC)


def seed_budget(home: Home) -> None:
    """A budget of which a step was told."""
    held = budgets.set_budget(
        connection_id=home.connection_id, measure=Measure.UNITS, amount=1_000, now=NOW
    )
    progress = Progress(
        budget=held,
        month=date(2026, 4, 1),
        known_through=date(2026, 4, 3),
        used=2_000,
        expected=None,
    )
    assert budgets.take_alerts(progress=[progress], now=NOW)


def seed_messages(word: str, number: int, home: Home) -> None:
    """A notice with its attempt, a preference, a budget and an outage."""
    seed_budget(home)
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
