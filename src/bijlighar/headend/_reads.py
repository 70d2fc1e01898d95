"""Who is to be read now, for what, by whom; and what is noted when a conversation ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction

from bijlighar.headend import rules
from bijlighar.headend._attempts import count_attempts, note_clocks
from bijlighar.headend._configurations import configurations_of, keep_changed
from bijlighar.headend._handing import check_ours
from bijlighar.headend.models import MeterContact, OnDemandRead
from bijlighar.headend.schedule import Schedule, schedule_in
from bijlighar.headend.values import (
    BlockSpan,
    Configuration,
    Ended,
    Outcome,
    ReadKind,
    ReadPlan,
    Talk,
)
from bijlighar.kernel.ist import ONE_DAY, day_starts, supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.readings import service as readings
from bijlighar.readings.values import Missing

log = structlog.get_logger()

LOCK_CLASS = 4059
"""The class of the advisory locks by which head-end processes show that they live."""

ALWAYS = frozenset({ReadKind.DAILY, ReadKind.BLOCKS})
"""What is asked whenever a meter is talked to: it costs little where nothing is missing."""


def schedule() -> Schedule:
    """The schedule of reads that this installation lives by. Raises ScheduleError."""
    return schedule_in(settings.BIJLIGHAR["reads"])


def take_reads(
    *, now: datetime, limit: int, own: int, busy: Sequence[int], urgent: bool
) -> tuple[ReadPlan, ...]:
    """Claim meters for the head-end `own`, longest waiting first, and say what to ask.

    `urgent` are those for whom somebody waits, else all others. Nobody else talks to a
    claimed meter until `ended` gives it back or the process `own` dies. `busy` are meters
    that the process is at already.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "take_reads"),
            {
                "now": now,
                "limit": limit,
                "own": own,
                "busy": list(busy),
                "urgent": urgent,
                "lock_class": LOCK_CLASS,
            },
        )
        taken = [row["meter_id"] for row in rows(cursor)]
    return plans_for(meter_ids=taken, now=now)


def plans_for(*, meter_ids: Sequence[int], now: datetime) -> tuple[ReadPlan, ...]:
    """What to ask these meters now, those that waited longest first."""
    contacts = MeterContact.objects.filter(pk__in=meter_ids)
    due = list(contacts.order_by("read_not_before", "meter_id"))
    if not due:
        return ()
    today, known = supply_day_of(now), schedule()
    ids = [one.meter_id for one in due]
    missing = {one.meter_id: one for one in readings.missing(meter_ids=ids, today=today)}
    last_days = readings.last_register_days(meter_ids=ids)
    gaps = _gaps(due, known, today, now)
    configured = configurations_of(meter_ids=ids)
    return tuple(
        _plan(
            one,
            missing[one.meter_id],
            last_days.get(one.meter_id),
            gaps.get(one.meter_id, [])[: known.most_gaps],
            configured.get(one.meter_id),
            now,
        )
        for one in due
    )


def ask_now(*, meter_ids: Sequence[int], now: datetime) -> int:
    """Somebody waits for these meters: they are read before all others; answer how many.

    A meter that is being waited for already is not asked twice. Raises NotOurs.
    """
    check_ours(meter_ids=meter_ids)
    with transaction.atomic():
        contacts = MeterContact.objects.select_for_update().filter(pk__in=meter_ids)
        new = [one.meter_id for one in contacts.order_by("meter_id") if not one.asked_at]
        OnDemandRead.objects.bulk_create(
            [OnDemandRead(meter_id=meter_id, asked_at=now) for meter_id in new],
            ignore_conflicts=True,
        )
        MeterContact.objects.filter(pk__in=new).update(asked_at=now, read_not_before=now)
        wake_head_end()
    return len(new)


def wake_head_end() -> None:
    """Tell waiting head-ends that something is due, when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("notify bijlighar_commands")


def ended(
    *, ends: Sequence[Ended], released: Sequence[int], own: int, now: datetime
) -> None:
    """Conversations ended: note and count them, and give back the meters `released`."""
    with transaction.atomic():
        _note_contacts([one for one in ends if one.attempt.talk is not Talk.RELAY], now)
        count_attempts(attempts=[one.attempt for one in ends])
        note_clocks(ends=ends)
        keep_changed(
            changed={one.attempt.meter_id: one.changed for one in ends if one.changed}
        )
        MeterContact.objects.filter(pk__in=sorted(released), claimed_by=own).update(
            claimed_by=None
        )


def _note_contacts(ends: Sequence[Ended], now: datetime) -> None:
    by_meter = {one.attempt.meter_id: one for one in ends}
    found = MeterContact.objects.select_for_update().filter(pk__in=by_meter)
    noted = [(by_meter[one.meter_id], one) for one in found.order_by("meter_id")]
    if not noted:
        return
    _end_on_demand(ends, now)
    for end, contact in noted:
        if end.refused:
            _note_refused(contact, end.refused, now)

    def at(kind: ReadKind) -> list[datetime | None]:
        return [end.attempt.at if kind in end.kinds else None for end, _ in noted]

    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "note_contacts"),
            {
                "meters": [contact.meter_id for _, contact in noted],
                **{kind.value: at(kind) for kind in ReadKind},
                "until": [end.events_until for end, _ in noted],
                "drift": [end.clock and end.clock.drift_s for end, _ in noted],
                "seen": [end.clock and end.clock.at for end, _ in noted],
                "next": [_next_read(end, contact, now) for end, contact in noted],
                "answered": [end.attempt.talk is Talk.ON_DEMAND for end, _ in noted],
            },
        )


def _note_refused(contact: MeterContact, refused: frozenset[str], now: datetime) -> None:
    """Profiles that a meter does not have are not asked for again for a while."""
    lately = _refused_lately(contact, now)
    contact.refused_profiles = sorted(refused.union(lately))
    contact.refused_at = contact.refused_at if lately else now
    contact.save(update_fields=["refused_profiles", "refused_at"])


def _refused_lately(contact: MeterContact, now: datetime) -> Sequence[str]:
    at = contact.refused_at
    is_lately = at is not None and now < at + rules.ASK_REFUSED_AFTER
    return contact.refused_profiles if is_lately else ()


def _next_read(end: Ended, contact: MeterContact, now: datetime) -> datetime | None:
    """When to ask again; None leaves it as it is, after a meter did not answer."""
    if end.attempt.outcome is Outcome.BROKE_OFF:
        return now + rules.retry_read_after(failures_in_a_row=1)
    if end.attempt.outcome is not Outcome.DONE:
        return None
    if ReadKind.BLOCKS not in end.kinds:
        return now
    known = schedule()
    last = _last(contact) | dict.fromkeys(end.kinds, end.attempt.at)
    return min(known.next_due(kind, last=last[kind], now=now) for kind in known.periods)


def _end_on_demand(ends: Sequence[Ended], now: datetime) -> None:
    for one in ends:
        if one.attempt.talk is Talk.ON_DEMAND:
            OnDemandRead.objects.filter(
                meter_id=one.attempt.meter_id, ended_at__isnull=True
            ).update(ended_at=now, outcome=one.attempt.outcome.value)


def _gaps(
    due: Sequence[MeterContact], known: Schedule, today: date, now: datetime
) -> dict[int, list[BlockSpan]]:
    """Half-hours that lack, by meter, the oldest first.

    Once a day the whole depth of the profile is looked through, else only since
    yesterday: a half-hour that a meter does not hold is not asked for every hour.
    """
    found: dict[int, list[BlockSpan]] = {}
    since = {
        one.meter_id: today
        - (readings.PROFILE_DAYS if _is_daily_due(one, known, now) else ONE_DAY)
        for one in due
    }
    for gap in readings.block_gaps(since=since):
        found.setdefault(gap.meter_id, []).append(
            BlockSpan(starts=gap.starts, ends=gap.ends)
        )
    return found


def _is_daily_due(contact: MeterContact, known: Schedule, now: datetime) -> bool:
    return known.next_due(ReadKind.DAILY, last=contact.daily_at, now=now) <= now


def _plan(
    contact: MeterContact,
    missing: Missing,
    last_day: date | None,
    gaps: Sequence[BlockSpan],
    configured: Configuration | None,
    now: datetime,
) -> ReadPlan:
    known = schedule()
    kinds = ALWAYS | frozenset(known.due(_last(contact), now))
    if contact.asked_at is not None:
        kinds |= {ReadKind.INSTANT}
    daily_from = missing.daily_from
    if last_day is not None and not _is_daily_due(contact, known, now):
        daily_from = max(daily_from, last_day + ONE_DAY)
    furthest = day_starts(missing.blocks_from_day) + timedelta(days=known.most_days)
    return ReadPlan(
        meter_id=contact.meter_id,
        daily_from=daily_from,
        blocks_from_day=missing.blocks_from_day,
        blocks_from_block=missing.blocks_from_block,
        kinds=kinds,
        gaps=tuple(gaps),
        events_since=contact.events_until,
        is_urgent=contact.asked_at is not None,
        blocks_until=furthest if furthest < now else None,
        known=configured,
        left_out=frozenset(_refused_lately(contact, now)),
    )


def _last(contact: MeterContact) -> dict[ReadKind, datetime | None]:
    return {
        ReadKind.DAILY: contact.daily_at,
        ReadKind.BLOCKS: contact.blocks_at,
        ReadKind.EVENTS: contact.events_at,
        ReadKind.BILLING: contact.billing_at,
        ReadKind.INSTANT: contact.instant_at,
    }


def claim_meters(*, meter_ids: Sequence[int], own: int) -> frozenset[int]:
    """Claim these meters for `own`; answer those that nobody else is at."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "claim_meters"),
            {"meters": sorted(set(meter_ids)), "own": own, "lock_class": LOCK_CLASS},
        )
        return frozenset(row["meter_id"] for row in rows(cursor))
