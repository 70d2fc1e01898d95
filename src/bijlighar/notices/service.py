"""Tell people: queue a notice with what happened, send it after, keep how far it got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bijlighar.notices import (
    _catalogue,
    _hand_over,
    _preferences,
    _queue,
    _read,
    _receipts,
    _send,
    _settings,
    _watch,
    rules,
)
from bijlighar.notices.channels.channel import Forged as Forged
from bijlighar.notices.channels.channel import Unreadable as Unreadable
from bijlighar.notices.models import Notice
from bijlighar.notices.values import (
    AlarmKind,
    NoticeKind,
    SentNotice,
)

UnknownChannel = _receipts.UnknownChannel
UnknownNotice = _read.UnknownNotice
WrongPreference = _preferences.WrongPreference
WrongSetting = _settings.WrongSetting


# Verbs

queue = _queue.queue


def send(*, notice_id: int, now: datetime, real_now: datetime) -> bool:
    """Send one queued notice if it is due; False where it was not, or somebody has it."""
    return _send.send_batch(now=now, real_now=real_now, limit=1, notice_id=notice_id) == 1


def send_due(*, now: datetime, real_now: datetime, limit: int = _send.BATCH) -> int:
    """Send what is due, at most `limit`, the most urgent first; how many were taken up.

    Any number of processes may call this at once.
    """
    return _send.send_batch(now=now, real_now=real_now, limit=limit)


def tend(*, now: datetime, real_now: datetime) -> tuple[tuple[str, AlarmKind], ...]:
    """Take up what dead senders left, take in receipts, watch operators; new alarms."""
    _send.take_up_dead(now=now, real_now=real_now)
    _receipts.take_from_lines(now=now)
    return _watch.watch(now=now)


def receive(*, channel: str, body: bytes, headers: Mapping[str, str], now: datetime) -> int:
    """Take in what an operator says has become of notices; how many it moved on.

    Raises UnknownChannel; Forged where it does not prove who says so; Unreadable.
    """
    return _receipts.receive(channel=channel, body=body, headers=headers, now=now)


set_preferences = _preferences.set_preferences
add_browser = _preferences.add_browser
forget_browsers = _preferences.forget_browsers


# Questions

preferences_of = _preferences.preferences_of
media_offered = _preferences.media_offered
push_key = _preferences.push_key
wanting_digest = _preferences.wanting_digest
sent = _read.sent
one = _read.one
handings = _read.handings
alarms = _read.alarms
channels_today = _read.channels_today
shorten = rules.shorten
catalogue_texts = _catalogue.texts


def may_be_told(*, words: str) -> bool:
    """Whether free words may stand in a notice: no address, no number to call back."""
    return rules.TELLING.search(words) is None


def languages(*, connection_ids: Sequence[int]) -> dict[int, str]:
    """The languages that consumers chose for notices, by connection, where they did."""
    held = _preferences.wishes_of(connection_ids=connection_ids)
    return {number: row.language for number, row in held.items()}


def challenge(*, mode: str, token: str, answer: str) -> str | None:
    """What WhatsApp wants to hear once, when its webhook is set up; None: nothing."""
    wanted = _settings.told()["whatsapp_verify"]
    return answer if wanted and mode == "subscribe" and token == wanted else None


def recent(*, limit: int, connection_id: int | None = None) -> tuple[SentNotice, ...]:
    """The last notices, newest first; none that concerns no connection."""
    rows = Notice.objects.filter(connection_id__isnull=False).order_by("-id")
    if connection_id is not None:
        rows = rows.filter(connection_id=connection_id)
    return tuple(
        SentNotice(
            notice_id=row.pk,
            at=row.created_at,
            kind=row.kind,
            text=row.text,
            language=row.language,
            state=row.state,
            mobile=row.mobile,
            connection_id=row.connection_id,
        )
        for row in rows[:limit]
        if row.connection_id is not None
    )


def kind_of_template(*, template_id: str) -> NoticeKind | None:
    """What a registered template tells; None for one that is not in the catalogue."""
    return next(
        (
            kind
            for (kind, _), template in rules.catalogue().items()
            if template.template_id == template_id
        ),
        None,
    )


def count() -> int:
    """How many notices there are."""
    return Notice.objects.count()


def close_channels() -> None:
    """Close the connections to operators, at a process's end."""
    _hand_over.close_channels()
