"""Complaints of the cast, opened at a standing clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import Channel, Complaint, ComplaintClass, NewComplaint
from bijlighar.connections.values import Home
from bijlighar.people.values import ActorKind, Origin, Viewer

NOW = datetime(2026, 4, 10, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASHA = Viewer(
    kind=ActorKind.CONSUMER,
    actor_id=1,
    name="+919876500001",
    rights={},
    origin=Origin(channel="consumer"),
)


def new(home: Home, class_: ComplaintClass, *, key: str = "", **more) -> NewComplaint:
    """A complaint for a home as a page sends it."""
    return NewComplaint(
        key=key or f"{home.consumer_number}:{class_}",
        connection_id=home.connection_id,
        transformer_id=home.transformer_id,
        class_=class_,
        channel=more.pop("channel", Channel.PAGE),
        **more,
    )


def opened(home: Home, class_: ComplaintClass, *, now: datetime = NOW, **more) -> Complaint:
    """The same, opened."""
    return complaints.open_(new=new(home, class_, **more), by=ASHA, now=now).complaint
