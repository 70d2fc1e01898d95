"""Tell people: queue a notice with what happened, send it after, keep how far it got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time

from django.db import transaction

from bijlighar.notices import (
    _catalogue,
    _hand_over,
    _preferences,
    _read,
    _receipts,
    _send,
    _settings,
    _watch,
    rules,
    sending,
)
from bijlighar.notices._seal import seal
from bijlighar.notices.channels.channel import Forged as Forged
from bijlighar.notices.channels.channel import Unreadable as Unreadable
from bijlighar.notices.models import Notice, Preference
from bijlighar.notices.values import (
    AlarmKind,
    NewNotice,
    NoticeKind,
    SentNotice,
    Urgency,
)

UnknownChannel = _receipts.UnknownChannel
UnknownNotice = _read.UnknownNotice
WrongPreference = _preferences.WrongPreference
WrongSetting = _settings.WrongSetting


# Verbs


def queue(*, notices: Sequence[NewNotice], now: datetime) -> tuple[int, ...]:
    """Keep notices to be sent, each source once; answer the ids of those that are new.

    A consumer's wishes hold: the language, and that news are not wanted. What the law asks
    for is kept whatever they wish. The caller defers their sending in the same transaction.
    Raises rules.CatalogueError.
    """
    wishes = _preferences.languages_of(
        connection_ids=[one.connection_id for one in notices if one.connection_id]
    )
    quiet = _settings.quiet()
    with transaction.atomic():
        known = set(
            Notice.objects.filter(source__in=[one.source for one in notices])
            .order_by()
            .values_list("source", flat=True)
        )
        new = [
            row
            for one in notices
            if one.source not in known
            and (row := _row(one, wishes.get(one.connection_id or 0), quiet, now))
        ]
        created = Notice.objects.bulk_create(new)
    return tuple(notice.pk for notice in created)


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
    held = _preferences.languages_of(connection_ids=connection_ids)
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


def _row(
    new: NewNotice, wishes: Preference | None, quiet: tuple[time, time], now: datetime
) -> Notice | None:
    language = new.language if wishes is None else wishes.language
    template = rules.catalogue()[new.kind, language]
    text = rules.shown_text(kind=new.kind, language=language, parameters=new.parameters)
    is_news = not template.is_always_told and template.urgency < Urgency.DIGEST
    if wishes is not None and is_news and not wishes.wants_news:
        return None
    is_secret = rules.CODE in new.parameters
    return Notice(
        kind=new.kind.value,
        source=new.source,
        connection_id=new.connection_id,
        mobile=new.mobile,
        language=language,
        sender=template.sender,
        template_id=template.template_id,
        text=text,
        parameters={} if is_secret else dict(new.parameters),
        secret=seal(parameters=new.parameters, source=new.source) if is_secret else None,
        urgency=template.urgency,
        is_always_told=template.is_always_told,
        state="queued",
        created_at=now,
        due_at=sending.not_before(
            urgency=template.urgency,
            is_always_told=template.is_always_told,
            at=now,
            quiet=quiet,
        ),
        expires_at=new.expires_at,
    )
