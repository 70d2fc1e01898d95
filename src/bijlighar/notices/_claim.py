"""Claim what is due and find the way of each, in one transaction and without network.

A claim holds by the real clock; whose time is up is taken for dead (`_send.take_up_dead`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bijlighar.kernel.ist import day_ends, supply_day_of
from bijlighar.kernel.sql import statement
from bijlighar.notices import _preferences, _settings, rules, sending
from bijlighar.notices._ready import RESULT_FIELDS, Ready, end
from bijlighar.notices._seal import WrongSeal, unseal
from bijlighar.notices.channels.table import CHANNELS
from bijlighar.notices.models import (
    ChannelAlarm,
    ChannelDay,
    Notice,
    Preference,
    PushAddress,
)
from bijlighar.notices.sms_length import sms_length
from bijlighar.notices.states import NoticeState
from bijlighar.notices.values import (
    AlarmKind,
    Medium,
    NoticeKind,
    PushTo,
    ToSend,
    Urgency,
)

log = structlog.get_logger()

CLAIM_HOLDS = timedelta(seconds=120)
"""Longer than a whole batch may take: BATCH / AT_ONCE calls of TIMEOUT_S seconds."""


def claim(
    now: datetime, real_now: datetime, limit: int, notice_id: int | None
) -> list[Notice]:
    """Take what is due, the most urgent first; nobody else gets the same notices.

    Those that were never routed are noted under the installation's first channel, by which
    nearly all of them go: `prepare` changes the others.
    """
    rows = Notice.objects.raw(
        statement("bijlighar.notices", "claim"),
        {
            "now": now,
            "until": real_now + CLAIM_HOLDS,
            "limit": limit,
            "id": notice_id,
            "channel": _settings.channels()[0].name,
        },
    )
    return sorted(rows, key=lambda row: (row.urgency, row.due_at, row.pk))


def prepare(rows: Sequence[Notice], now: datetime) -> list[Ready]:
    """The way of each; what does not go now is put back or given up here."""
    if not rows:
        return []
    ids = {row.connection_id for row in rows if row.connection_id is not None}
    preferences = _preferences.wishes_of(connection_ids=ids)
    pushes = _pushes(ids)
    silent = frozenset(
        ChannelAlarm.objects.filter(kind=AlarmKind.SILENT.value, ended_at=None)
        .order_by()
        .values_list("channel", flat=True)
    )
    left_paise = _left_paise(now)
    channels = [(one.name, one.medium) for one in _settings.channels()]
    ready, stopped = [], []
    was_for = {row.pk: row.channel for row in rows}
    for row in rows:
        preference = preferences.get(row.connection_id or 0)
        browsers = pushes.get(row.connection_id or 0, ())
        one = _ready(row, preference, browsers, channels, silent, now)
        if one is not None and not _is_spent(one, left_paise):
            ready.append(one)
            continue
        stopped.append(row)
        if one is not None:
            row.state, row.claimed_until = NoticeState.QUEUED.value, None
            row.due_at = day_ends(supply_day_of(now))
    if stopped:
        Notice.objects.bulk_update(stopped, RESULT_FIELDS)
    for channel in _settings.channels():
        changed = [
            one.row.pk
            for one in ready
            if one.channel is channel and was_for[one.row.pk] != channel.name
        ]
        if changed:
            Notice.objects.filter(pk__in=changed).update(channel=channel.name, attempts=0)
    return ready


def _ready(
    row: Notice,
    preference: Preference | None,
    pushes: Sequence[PushTo],
    channels: Sequence[tuple[str, Medium]],
    silent: frozenset[str],
    now: datetime,
) -> Ready | None:
    if row.expires_at is not None and row.expires_at <= now:
        end(row, NoticeState.EXPIRED, "it was of no use any more")
        return None
    reachable = {Medium.SMS, Medium.WHATSAPP}
    if pushes:
        reachable.add(Medium.PUSH)
    if preference is not None and preference.mail:
        reachable.add(Medium.MAIL)
    ways = sending.route(
        channels=channels,
        given_up=frozenset(filter(None, row.given_up.split(","))),
        silent=silent,
        reachable=frozenset(reachable),
        wished=Medium(preference.medium) if preference is not None else None,
        urgency=Urgency(row.urgency),
    )
    if not ways:
        end(row, NoticeState.FAILED, row.last_error or "no channel reaches this consumer")
        return None
    if ways[0] != row.channel:
        row.channel, row.attempts = ways[0], 0
    try:
        to_send = _to_send(row, preference, pushes)
    except WrongSeal as error:
        log.critical("notices.code.unreadable", notice_id=row.pk)
        end(row, NoticeState.FAILED, str(error))
        return None
    channel = CHANNELS[ways[0]]
    return Ready(
        row=row,
        channel=channel,
        has_another=len(ways) > 1,
        to_send=to_send,
        parts=sms_length(to_send.text).parts if channel.medium is Medium.SMS else 1,
    )


def _to_send(
    row: Notice, preference: Preference | None, pushes: Sequence[PushTo]
) -> ToSend:
    kind = NoticeKind(row.kind)
    parameters, text = row.parameters, row.text
    if row.secret is not None:
        parameters = unseal(sealed=bytes(row.secret), source=row.source)
        text = rules.fill(kind=kind, language=row.language, parameters=parameters)
    return ToSend(
        notice_id=row.pk,
        kind=kind,
        urgency=Urgency(row.urgency),
        mobile=row.mobile,
        language=row.language,
        sender=row.sender,
        template_id=row.template_id,
        text=text,
        parameters=parameters,
        reference=row.source,
        mail=preference.mail if preference is not None else "",
        push=tuple(pushes),
    )


def _pushes(ids: set[int]) -> Mapping[int, list[PushTo]]:
    found: dict[int, list[PushTo]] = {}
    held = PushAddress.objects.raw(
        "select * from notices_pushaddress"
        " where connection_id = any(%s) and ended_at is null order by id",
        [list(ids)],
    )
    for one in held:
        found.setdefault(one.connection_id, []).append(
            PushTo(
                address_id=one.pk,
                endpoint=one.endpoint,
                public_key=one.public_key,
                shared_secret=one.shared_secret,
            )
        )
    return found


def _left_paise(now: datetime) -> dict[str, int]:
    """What may still be spent today on each channel that has a cap."""
    spent = dict(
        ChannelDay.objects.filter(day=supply_day_of(now))
        .order_by()
        .values_list("channel", "paise")
    )
    return {
        one.name: cap - spent.get(one.name, 0)
        for one in _settings.channels()
        if (cap := _settings.cap_paise(one.name)) is not None
    }


def _is_spent(one: Ready, left_paise: dict[str, int]) -> bool:
    """Whether the day's money keeps a notice back; it counts what goes out."""
    if one.channel.name not in left_paise:
        return False
    cost = one.parts * _settings.price_paise(one.channel.name)
    may_wait = not one.row.is_always_told and one.row.urgency > Urgency.SUPPLY
    if may_wait and left_paise[one.channel.name] < cost:
        return True
    left_paise[one.channel.name] -= cost
    return False
