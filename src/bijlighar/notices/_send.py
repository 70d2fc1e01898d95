"""Sending: claim a batch, hand it over, write down what came of it.

Three steps, two transactions, no network in either (`_claim`, `_hand_over`, `_write_down`).
Who dies before the claim has sent nothing; who dies after it may have: what follows then,
`sending.after_death` says.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from bijlighar.notices import sending
from bijlighar.notices._claim import claim, prepare
from bijlighar.notices._hand_over import hand_over
from bijlighar.notices._watch import watch
from bijlighar.notices._write_down import write_down
from bijlighar.notices.channels.table import CHANNELS
from bijlighar.notices.models import Handing, Notice
from bijlighar.notices.states import NoticeState
from bijlighar.notices.values import Outcome, Urgency

log = structlog.get_logger()

BATCH = 200
"""What one process has in its hands at most: what may be handed over again after its
death. A code waits for the batch before it, which takes a fraction of a second."""
DEAD_AT_ONCE = 500


def send_batch(
    *, now: datetime, real_now: datetime, limit: int = BATCH, notice_id: int | None = None
) -> int:
    """Send what is due, at most `limit`, the most urgent first; how many were claimed."""
    with transaction.atomic(durable=True):
        rows = claim(now, real_now, limit, notice_id)
        ready = prepare(rows, now)
    if not rows:
        return 0
    attempts = hand_over(ready)
    if attempts:
        with transaction.atomic(durable=True):
            write_down(attempts, now)
    if any(one.outcome is Outcome.SILENT for one in attempts):
        watch(now=now)  # The next batch shall know whom not to ask first.
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
