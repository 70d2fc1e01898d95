"""Write down what came of a batch, in one transaction: set by set, not row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from django.db import connection

from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import statement
from bijlighar.notices import _settings, sending
from bijlighar.notices._ready import RESULT_FIELDS, Attempt, end
from bijlighar.notices.models import Notice, PushAddress
from bijlighar.notices.states import NoticeState
from bijlighar.notices.values import Outcome, Urgency

log = structlog.get_logger()


def write_down(attempts: Sequence[Attempt], now: datetime) -> None:
    """What came of a batch: states, attempts as evidence, what was spent; set by set."""
    taken = [one for one in attempts if one.outcome is Outcome.TAKEN]
    _write("taken", _columns_of_taken(taken), now)
    failed = {one.ready.row.pk: one for one in attempts if one.outcome is not Outcome.TAKEN}
    if failed:
        _write_down_failures(failed, now)
    _write("handings", _columns_of_handings(attempts), now)
    gone = [address_id for one in attempts for address_id in one.handed.gone]
    if gone:
        PushAddress.objects.filter(pk__in=gone).update(ended_at=now)
    _count(attempts, now)
    _log_failures(attempts)


def _write(name: str, columns: Mapping[str, list[object]], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.notices", name), {**columns, "now": now})


def _columns_of_taken(taken: Sequence[Attempt]) -> dict[str, list[object]]:
    return {
        "ids": [one.ready.row.pk for one in taken],
        "delivered": [one.handed.is_delivered for one in taken],
    }


def _columns_of_handings(attempts: Sequence[Attempt]) -> dict[str, list[object]]:
    return {
        "ids": [one.ready.row.pk for one in attempts],
        "channels": [one.ready.channel.name for one in attempts],
        "outcomes": [one.outcome.value for one in attempts],
        "provider_ids": [one.handed.provider_id[:200] for one in attempts],
        "parts": [one.ready.parts for one in attempts],
        "errors": [one.error[:500] for one in attempts],
        "delivered": [one.handed.is_delivered for one in attempts],
    }


def _write_down_failures(failed: Mapping[int, Attempt], now: datetime) -> None:
    held = list(
        Notice.objects.select_for_update()
        .filter(pk__in=failed, state="sending")
        .order_by("pk")
    )
    for row in held:
        one = failed[row.pk]
        _settle(row, one, now)
    Notice.objects.bulk_update(held, RESULT_FIELDS)


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
        end(row, NoticeState.FAILED, row.last_error)
        return
    row.state, row.due_at, row.attempts = NoticeState.QUEUED.value, now, 0


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
