"""Sending: claim a batch, hand it over, write down what came of it.

Three steps, two transactions, no network in either. A claim holds by the real clock; whose
time is up is taken for dead (`take_up_dead`). Who dies before the claim has sent nothing;
who dies after it may have: what follows then, `sending.after_death` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

import httpx
import structlog
from django.db import connection, transaction
from django.db.models import F

from bijlighar.kernel.ist import day_ends, supply_day_of
from bijlighar.kernel.sql import statement
from bijlighar.notices import _settings, rules, sending
from bijlighar.notices._seal import WrongSeal, unseal
from bijlighar.notices.channels.channel import Channel, Handed, Refused, Silent
from bijlighar.notices.channels.table import CHANNELS
from bijlighar.notices.models import (
    ChannelAlarm,
    ChannelDay,
    Handing,
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
    Outcome,
    PushTo,
    ToSend,
    Urgency,
)

log = structlog.get_logger()

BATCH = 100
AT_ONCE = 16
CLAIM_HOLDS = timedelta(seconds=120)
"""Longer than a whole batch may take: BATCH / AT_ONCE calls of TIMEOUT_S seconds."""
DEAD_AT_ONCE = 500
_RESULT_FIELDS = [
    "state",
    "channel",
    "given_up",
    "attempts",
    "due_at",
    "claimed_until",
    "sent_at",
    "arrived_at",
    "last_error",
    "secret",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A claimed notice with the way it goes."""

    row: Notice
    channel: Channel
    has_another: bool
    to_send: ToSend
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What an operator said to a notice."""

    ready: Ready
    outcome: Outcome
    handed: Handed
    error: str = ""


def send_batch(
    *, now: datetime, real_now: datetime, limit: int = BATCH, notice_id: int | None = None
) -> int:
    """Send what is due, at most `limit`, the most urgent first; how many were claimed."""
    with transaction.atomic(durable=True):
        rows = _claim(now, real_now, limit, notice_id)
        ready = _prepare(rows, now)
    if not rows:
        return 0
    attempts = _hand_over(ready)
    if attempts:
        with transaction.atomic(durable=True):
            _write_down(attempts, now)
    return len(rows)


def take_up_dead(*, now: datetime, real_now: datetime) -> int:
    """Notices whose sender is dead: sent again or left, as `sending.after_death` says."""
    with transaction.atomic(durable=True):
        rows = list(
            Notice.objects.select_for_update(skip_locked=True)
            .filter(state="sending", claimed_until__lt=real_now)
            .order_by("id")[:DEAD_AT_ONCE]
        )
        for row in rows:
            channel = CHANNELS.get(row.channel)
            state = sending.after_death(
                sends_once=channel is None or channel.sends_once,
                urgency=Urgency(row.urgency),
                is_always_told=row.is_always_told,
            )
            row.state, row.claimed_until = state.value, None
            if state is NoticeState.UNSURE:
                row.secret = None
        Notice.objects.bulk_update(rows, ["state", "claimed_until", "secret"])
        Handing.objects.bulk_create(
            Handing(
                notice=row,
                channel=row.channel,
                at=now,
                outcome=Outcome.UNSURE.value,
                parts=1,
                error="whoever was sending it died",
            )
            for row in rows
            if row.channel
        )
    if rows:
        log.warning("notices.sender.died", notices=len(rows))
    return len(rows)


def close_channels() -> None:
    """Close the connections to operators, at a process's end."""
    with _LINES.lock:
        if _LINES.client is not None:
            _LINES.client.close()
        if _LINES.threads is not None:
            _LINES.threads.shutdown()
        _LINES.client, _LINES.threads = None, None


@dataclass(slots=True)
class _Lines:
    """The process's connections to operators and the threads that use them."""

    lock: Lock = field(default_factory=Lock)
    client: httpx.Client | None = None
    threads: ThreadPoolExecutor | None = None

    def get(self) -> tuple[httpx.Client, ThreadPoolExecutor]:
        """Open at the first use."""
        with self.lock:
            self.client = self.client or httpx.Client(
                limits=httpx.Limits(max_connections=2 * AT_ONCE)
            )
            self.threads = self.threads or ThreadPoolExecutor(
                AT_ONCE, thread_name_prefix="notices"
            )
            return self.client, self.threads


_LINES = _Lines()


# Claimed and prepared, in one transaction


def _claim(
    now: datetime, real_now: datetime, limit: int, notice_id: int | None
) -> list[Notice]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.notices", "claim"),
            {
                "now": now,
                "until": real_now + CLAIM_HOLDS,
                "limit": limit,
                "id": notice_id,
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return []
    return list(Notice.objects.filter(pk__in=ids).order_by("urgency", "due_at", "id"))


def _prepare(rows: Sequence[Notice], now: datetime) -> list[Ready]:
    """The way of each; what does not go now is put back or given up here."""
    if not rows:
        return []
    ids = {row.connection_id for row in rows if row.connection_id is not None}
    preferences = {
        one.connection_id: one
        for one in Preference.objects.filter(connection_id__in=ids).order_by()
    }
    pushes = _pushes(ids)
    silent = frozenset(
        ChannelAlarm.objects.filter(kind=AlarmKind.SILENT.value, ended_at=None)
        .order_by()
        .values_list("channel", flat=True)
    )
    left_paise = _left_paise(now)
    ready, stopped = [], []
    was_for = {row.pk: row.channel for row in rows}
    for row in rows:
        preference = preferences.get(row.connection_id or 0)
        one = _ready(row, preference, pushes.get(row.connection_id or 0, ()), silent, now)
        if one is not None and not _is_spent(one, left_paise):
            ready.append(one)
            continue
        stopped.append(row)
        if one is not None:
            row.state, row.claimed_until = NoticeState.QUEUED.value, None
            row.due_at = day_ends(supply_day_of(now))
    if stopped:
        Notice.objects.bulk_update(stopped, _RESULT_FIELDS)
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
    silent: frozenset[str],
    now: datetime,
) -> Ready | None:
    if row.expires_at is not None and row.expires_at <= now:
        _end(row, NoticeState.EXPIRED, "it was of no use any more")
        return None
    reachable = {Medium.SMS, Medium.WHATSAPP}
    if pushes:
        reachable.add(Medium.PUSH)
    if preference is not None and preference.mail:
        reachable.add(Medium.MAIL)
    ways = sending.route(
        channels=[(one.name, one.medium) for one in _settings.channels()],
        given_up=frozenset(filter(None, row.given_up.split(","))),
        silent=silent,
        reachable=frozenset(reachable),
        wished=Medium(preference.medium) if preference is not None else None,
        urgency=Urgency(row.urgency),
    )
    if not ways:
        _end(row, NoticeState.FAILED, row.last_error or "no channel reaches this consumer")
        return None
    if ways[0] != row.channel:
        row.channel, row.attempts = ways[0], 0
    try:
        to_send = _to_send(row, preference, pushes)
    except WrongSeal as error:
        log.critical("notices.code.unreadable", notice_id=row.pk)
        _end(row, NoticeState.FAILED, str(error))
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
    held = PushAddress.objects.filter(connection_id__in=ids, ended_at=None)
    for one in held.order_by("pk"):
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


# Handed over, outside any transaction


def _hand_over(ready: Sequence[Ready]) -> list[Attempt]:
    client, threads = _LINES.get()
    if len(ready) == 1:
        return [_attempt(ready[0], client)]
    return list(threads.map(lambda one: _attempt(one, client), ready))


def _attempt(ready: Ready, client: httpx.Client) -> Attempt:
    try:
        handed = ready.channel.carry(ready.to_send, _settings.told(), client)
    except Refused as error:
        return Attempt(
            ready=ready,
            outcome=Outcome.REFUSED,
            handed=Handed(gone=error.gone),
            error=str(error),
        )
    except Silent as error:
        return Attempt(
            ready=ready, outcome=Outcome.SILENT, handed=Handed(), error=str(error)
        )
    return Attempt(ready=ready, outcome=Outcome.TAKEN, handed=handed)


# Written down, in one transaction


def _write_down(attempts: Sequence[Attempt], now: datetime) -> None:
    taken = [one for one in attempts if one.outcome is Outcome.TAKEN]
    for is_delivered, state in ((False, NoticeState.SENT), (True, NoticeState.DELIVERED)):
        ids = [one.ready.row.pk for one in taken if one.handed.is_delivered is is_delivered]
        # A receipt may have been quicker: what it said stays.
        Notice.objects.filter(pk__in=ids, state="sending").update(
            state=state.value,
            sent_at=now,
            arrived_at=now if is_delivered else None,
            claimed_until=None,
            secret=None,
            attempts=F("attempts") + 1,
            last_error="",
        )
    _write_down_failures(
        {one.ready.row.pk: one for one in attempts if one.outcome is not Outcome.TAKEN},
        now,
    )
    Handing.objects.bulk_create(_handing(one, now) for one in attempts)
    gone = [address_id for one in attempts for address_id in one.handed.gone]
    if gone:
        PushAddress.objects.filter(pk__in=gone).update(ended_at=now)
    _count(attempts, now)
    _log_failures(attempts)


def _write_down_failures(failed: Mapping[int, Attempt], now: datetime) -> None:
    held = list(
        Notice.objects.select_for_update()
        .filter(pk__in=failed, state="sending")
        .order_by("pk")
    )
    for row in held:
        one = failed[row.pk]
        _settle(row, one, now)
    Notice.objects.bulk_update(held, _RESULT_FIELDS)


def _settle(row: Notice, one: Attempt, now: datetime) -> None:
    """Move a notice on that an operator did not take; the caller keeps the row."""
    row.attempts += 1
    row.claimed_until = None
    row.last_error = one.error[:500]
    urgency = Urgency(row.urgency)
    has_another = one.ready.has_another
    most = sending.attempts_through(has_another=has_another, urgency=urgency)
    if one.outcome is Outcome.SILENT and row.attempts < most:
        row.state = NoticeState.QUEUED.value
        row.due_at = now + sending.wait_after(attempts=row.attempts, urgency=urgency)
        return
    give_up_channel(row, has_another=has_another, now=now)


def give_up_channel(row: Notice, *, has_another: bool, now: datetime) -> None:
    """The next channel has it; without one it has failed."""
    row.given_up += f"{row.channel},"
    row.claimed_until = None
    if not has_another:
        _end(row, NoticeState.FAILED, row.last_error)
        return
    row.state, row.due_at, row.attempts = NoticeState.QUEUED.value, now, 0


def _end(row: Notice, state: NoticeState, why: str) -> None:
    row.state, row.claimed_until, row.secret = state.value, None, None
    row.last_error = why[:500]


def _handing(one: Attempt, now: datetime) -> Handing:
    return Handing(
        notice=one.ready.row,
        channel=one.ready.channel.name,
        at=now,
        outcome=one.outcome.value,
        provider_id=one.handed.provider_id[:200],
        parts=one.ready.parts,
        error=one.error[:500],
        receipt="delivered" if one.handed.is_delivered else "",
        receipt_at=now if one.handed.is_delivered else None,
    )


def _count(attempts: Sequence[Attempt], now: datetime) -> None:
    taken: dict[str, list[int]] = {}
    for one in attempts:
        if one.outcome is Outcome.TAKEN:
            taken.setdefault(one.ready.channel.name, []).append(one.ready.parts)
    with connection.cursor() as cursor:
        for channel, parts in sorted(taken.items()):
            cursor.execute(
                statement("bijlighar.notices", "spend"),
                {
                    "channel": channel,
                    "day": supply_day_of(now),
                    "messages": len(parts),
                    "paise": sum(parts) * _settings.price_paise(channel),
                },
            )


def _log_failures(attempts: Sequence[Attempt]) -> None:
    for one in attempts:
        if one.outcome is not Outcome.TAKEN:
            log.warning(
                "notices.notice.not_taken",
                notice_id=one.ready.row.pk,
                channel=one.ready.channel.name,
                outcome=one.outcome.value,
                why=one.error,
            )
