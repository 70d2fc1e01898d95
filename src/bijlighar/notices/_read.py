"""What was sent: to whom, when, through what, and whether it arrived."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.notices import _settings
from bijlighar.notices.models import ChannelAlarm, ChannelDay, Handing
from bijlighar.notices.values import (
    Alarm,
    AlarmKind,
    ChannelToday,
    HandingLine,
    NoticeLine,
    NoticeQuestion,
    Outcome,
)
from bijlighar.people.values import Scope


class UnknownNotice(BijligharError):
    """There is no such notice in these areas."""


def sent(
    *,
    scope: Scope,
    contact: Scope,
    money: Scope,
    question: NoticeQuestion,
    before: int | None,
    limit: int,
) -> tuple[NoticeLine, ...]:
    """The notices of the areas, newest first, from the one before `before` on."""
    return _sent(scope, contact, money, question, before=before, limit=limit)


def one(*, notice_id: int, scope: Scope, contact: Scope, money: Scope) -> NoticeLine:
    """One notice of the areas. Raises UnknownNotice."""
    found = _sent(scope, contact, money, NoticeQuestion(), notice_id=notice_id, limit=1)
    if not found:
        raise UnknownNotice(str(UnknownNotice.__doc__))
    return found[0]


def handings(*, notice_id: int) -> tuple[HandingLine, ...]:
    """Every attempt of a notice, the first one first."""
    held = Handing.objects.filter(notice_id=notice_id).order_by("id")
    return tuple(
        HandingLine(
            channel=row.channel,
            at=row.at,
            outcome=Outcome(row.outcome),
            parts=row.parts,
            error=row.error,
            receipt=row.receipt,
            receipt_at=row.receipt_at,
        )
        for row in held
    )


def alarms() -> tuple[Alarm, ...]:
    """What is wrong with channels now, the oldest first."""
    held = ChannelAlarm.objects.filter(ended_at=None).order_by("began_at", "id")
    return tuple(
        Alarm(
            channel=row.channel,
            kind=AlarmKind(row.kind),
            said=row.said,
            began_at=row.began_at,
        )
        for row in held
    )


def channels_today(*, now: datetime) -> tuple[ChannelToday, ...]:
    """What each channel of the installation was given today, and what it cost."""
    held = {row.channel: row for row in ChannelDay.objects.filter(day=supply_day_of(now))}
    found = []
    for channel in _settings.channels():
        row = held.get(channel.name)
        found.append(
            ChannelToday(
                channel=channel.name,
                messages=row.messages if row else 0,
                paise=row.paise if row else 0,
                cap_paise=_settings.cap_paise(channel.name),
            )
        )
    return tuple(found)


def _sent(
    scope: Scope,
    contact: Scope,
    money: Scope,
    question: NoticeQuestion,
    *,
    before: int | None = None,
    notice_id: int | None = None,
    limit: int,
) -> tuple[NoticeLine, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.notices", "sent"),
            {
                "areas": scope.areas,
                "contact": contact.areas,
                "money": money.areas,
                "before": before,
                "id": notice_id,
                "number": question.consumer_number,
                "mobile": question.mobile,
                "kind": question.kind,
                "state": question.state,
                "channel": question.channel,
                "limit": limit,
            },
        )
        return tuple(NoticeLine(**row) for row in rows(cursor))
