"""Answers to writes over the API, kept for a day: asking again is answered, not done again.

The key is the asker's own choice. It is locked for the transaction, so that of many
requests with one key at once a single one acts; the answer is stored with the effect, in
one transaction, so that there is never the one without the other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection, transaction

from bijlighar.kernel.errors import BijligharError
from bijlighar.people.models import KeptAnswer
from bijlighar.people.values import Answer, Viewer

KEPT_FOR = timedelta(hours=24)
ACTOR = "bijlighar.actor"
"""The setting that names who asks; each sees its own answers only."""


class KeyReused(BijligharError):
    """The idempotency key was used for another request before."""


class KeyInFlight(BijligharError):
    """A request with this idempotency key is being answered just now."""


def answer_kept(
    *, key: str, request: bytes, by: Viewer, real_now: datetime
) -> Answer | None:
    """The answer that the same request got within a day; None: act, then keep_answer.

    `request` is everything that makes the request what it is. Raises KeyReused where the
    key belongs to another request, KeyInFlight where the same key is at work.
    """
    assert connection.in_atomic_block, "the lock would be gone at once"
    actor = _be(by)
    lock = int.from_bytes(sha256(f"{actor} {key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [lock])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise KeyInFlight("A request with this Idempotency-Key is running: ask again soon.")
    held = KeptAnswer.objects.filter(
        actor=actor, key=key, kept_at__gt=real_now - KEPT_FOR
    ).first()
    if held is None:
        return None
    if bytes(held.request_hash) != sha256(request).digest():
        raise KeyReused("This Idempotency-Key was used for another request: choose one.")
    return Answer(status=held.status, body=held.body)


def keep_answer(
    *, key: str, request: bytes, answer: Answer, by: Viewer, real_now: datetime
) -> None:
    """Remember an answer in the transaction of its effect."""
    with transaction.atomic():
        KeptAnswer.objects.update_or_create(
            actor=_be(by),
            key=key,
            defaults={
                "request_hash": sha256(request).digest(),
                "status": answer.status,
                "body": answer.body,
                "kept_at": real_now,
            },
        )


def forget_answers(*, real_now: datetime) -> int:
    """Take away the answers that are older than a day; how many there were."""
    gone, _ = KeptAnswer.objects.filter(kept_at__lte=real_now - KEPT_FOR).delete()
    return gone


def _be(viewer: Viewer) -> str:
    """Tell the database who asks, for the transaction."""
    actor = f"{viewer.kind.value} {viewer.actor_id}"
    with connection.cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [ACTOR, actor])
    return actor
