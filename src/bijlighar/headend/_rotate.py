"""New keys for meters, over the air: prepared, sent, proved; killed anywhere, none is lost.

The new keys lie wrapped beside the old ones before a meter hears of them, and the change is
marked as sent, committed, before the first frame. From then on the meter holds the one or
the other, and only the meter can tell: every lease tries the new keys and the old ones in
turn, so it stays in reach. Old keys go only when the new ones have carried a conversation
that was held to prove them.

Source: IEC 62056-6-2, security setup (class 64), global_key_transfer; security D8, C19.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection, transaction

from bijlighar.headend import keys as key_store
from bijlighar.headend.models import MeterKeyChange, MeterSecret
from bijlighar.headend.values import KeyChange, KeyChangeState, MeterKeys
from bijlighar.kernel.sql import rows, statement
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Change

log = structlog.get_logger()

NEXT: Mapping[KeyChangeState, frozenset[KeyChangeState]] = {
    KeyChangeState.PREPARED: frozenset((KeyChangeState.SENT, KeyChangeState.GIVEN_UP)),
    # The old keys have carried a conversation: the meter never took the new ones.
    KeyChangeState.SENT: frozenset((KeyChangeState.PROVED, KeyChangeState.PREPARED)),
    KeyChangeState.PROVED: frozenset(),
    KeyChangeState.GIVEN_UP: frozenset(),
}
OPEN_STATES = (KeyChangeState.PREPARED.value, KeyChangeState.SENT.value)
MOST_REFUSALS = 3


def prepare_key_change(*, meter_ids: Sequence[int], now: datetime) -> tuple[int, ...]:
    """Make new keys for these meters; answer for which.

    Left out are meters without a master key, under which keys travel, and those that are
    being changed already. Raises keys.WrongRootKey.
    """
    root = key_store.root_key(settings.BIJLIGHAR["root_key"])
    with transaction.atomic():
        held = MeterSecret.objects.select_for_update().filter(pk__in=meter_ids)
        busy = set(
            MeterKeyChange.objects.filter(
                meter_id__in=meter_ids, state__in=OPEN_STATES
            ).values_list("meter_id", flat=True)
        )
        made = []
        for secret in held.order_by("meter_id"):
            old = _keys_of(secret.meter_id, bytes(secret.wrapped_keys), root)
            if secret.meter_id in busy or not old.master_key:
                continue
            wrapped = key_store.wrap(keys=_new(old), meter_id=secret.meter_id, root=root)
            made.append(
                MeterKeyChange(
                    meter_id=secret.meter_id,
                    state=KeyChangeState.PREPARED.value,
                    wrapped_keys=wrapped,
                    prepared_at=now,
                )
            )
        MeterKeyChange.objects.bulk_create(made)
    return tuple(one.meter_id for one in made)


def meters_by_age_of_keys(*, limit: int, now: datetime) -> tuple[int, ...]:
    """Meters whose keys were changed longest ago, or never, and do not change now."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "meters_by_age_of_keys"),
            {"limit": limit, "now": now},
        )
        return tuple(row["meter_id"] for row in rows(cursor))


def open_key_changes(*, limit: int, after: int = 0) -> tuple[KeyChange, ...]:
    """Changes that are not ended, in the order in which they were prepared."""
    found = MeterKeyChange.objects.filter(state__in=OPEN_STATES, pk__gt=after)
    return tuple(_value(row) for row in found.order_by("pk")[:limit])


def last_change_of(*, meter_id: int) -> KeyChange | None:
    """The latest change of a meter's keys, ended or not."""
    row = MeterKeyChange.objects.filter(meter_id=meter_id).order_by("-pk").first()
    return None if row is None else _value(row)


def mark_sent(*, change_id: int, now: datetime) -> MeterKeys | None:
    """The new keys are about to be sent: from now on the meter may hold them.

    Answers them; None where the change is not one that is prepared. The caller commits
    before the first frame goes out.
    """
    root = key_store.root_key(settings.BIJLIGHAR["root_key"])
    with transaction.atomic():
        row = MeterKeyChange.objects.select_for_update().get(pk=change_id)
        if row.state != KeyChangeState.PREPARED.value:
            return None
        _move(row, KeyChangeState.SENT)
        row.sent_at, row.attempts = now, row.attempts + 1
        row.leases = 0
        row.save()
        return _keys_of(row.meter_id, bytes(row.wrapped_keys), root)


def not_taken(
    *, change_id: int, error: str, is_refusal: bool, now: datetime
) -> KeyChangeState:
    """The meter surely holds the old keys: nothing was sent, or it said no.

    After the third refusal the change is given up.
    """
    with transaction.atomic():
        row = MeterKeyChange.objects.select_for_update().get(pk=change_id)
        if row.state != KeyChangeState.SENT.value:
            return KeyChangeState(row.state)
        _move(row, KeyChangeState.PREPARED)
        row.last_error = error[:500]
        row.refusals += is_refusal
        if row.refusals >= MOST_REFUSALS:
            _move(row, KeyChangeState.GIVEN_UP)
            row.ended_at = now
            _tell(row, "meter.keys.refused", now)
        row.save()
    return KeyChangeState(row.state)


def keys_to_try(*, meter_ids: Sequence[int]) -> dict[int, bytes]:
    """For meters in doubt, the wrapped keys of this lease where they are the new ones.

    Each lease of such a meter takes the other keys than the last: new, old, new. Called
    inside the lease's transaction. What answers ends no doubt: see `end_doubt`.
    """
    doubtful = MeterKeyChange.objects.select_for_update().filter(
        meter_id__in=meter_ids, state=KeyChangeState.SENT.value
    )
    trying: dict[int, bytes] = {}
    for row in doubtful.order_by("meter_id"):
        row.leases += 1
        row.save()
        if row.leases % 2:
            trying[row.meter_id] = bytes(row.wrapped_keys)
    return trying


def new_keys_of(*, change_id: int) -> bytes:
    """The wrapped new keys of a change that was sent."""
    row = MeterKeyChange.objects.get(pk=change_id)
    assert row.state == KeyChangeState.SENT.value
    return bytes(row.wrapped_keys)


def end_doubt(
    *, change_id: int, is_new: bool, meter_counter: int, now: datetime
) -> KeyChangeState:
    """The meter has carried a conversation under the new keys, or the old: say which hold.

    Only who led that conversation may say so: the keys that did not carry it are dropped,
    or wait to be sent again. A meter may begin to count anew with new keys, so its counter
    is taken as it is.
    """
    with transaction.atomic():
        row = MeterKeyChange.objects.select_for_update().get(pk=change_id)
        if row.state == KeyChangeState.SENT.value and is_new:
            _prove(row, meter_counter, now)
        elif row.state == KeyChangeState.SENT.value:
            _move(row, KeyChangeState.PREPARED)
            row.last_error = "The meter answers to the old keys."
            row.save()
            MeterSecret.objects.filter(
                pk=row.meter_id, known_meter_counter__lt=meter_counter
            ).update(known_meter_counter=meter_counter)
    return KeyChangeState(row.state)


def still_in_doubt(*, change_id: int, error: str) -> None:
    """The meter answered under neither keys; it is asked again later."""
    MeterKeyChange.objects.filter(pk=change_id).update(last_error=error[:500])


def _prove(row: MeterKeyChange, meter_counter: int, now: datetime) -> None:
    MeterSecret.objects.filter(pk=row.meter_id).update(
        wrapped_keys=bytes(row.wrapped_keys), known_meter_counter=meter_counter
    )
    _move(row, KeyChangeState.PROVED)
    row.ended_at, row.last_error, row.wrapped_keys = now, "", b""
    row.save()
    log.info("headend.keys.replaced", meter_id=row.meter_id, change=row.pk)
    _tell(row, "meter.keys.replaced", now)


def _move(row: MeterKeyChange, state: KeyChangeState) -> None:
    assert state in NEXT[KeyChangeState(row.state)]
    row.state = state.value


def _tell(row: MeterKeyChange, action: str, now: datetime) -> None:
    people.record(
        change=Change(
            action=action,
            object_kind="meter",
            object_id=str(row.meter_id),
            place_id=None,
            after={"change": row.pk, "prepared_at": row.prepared_at.isoformat()},
            why=row.last_error,
        ),
        by=SYSTEM,
        now=now,
    )


def _new(old: MeterKeys) -> MeterKeys:
    return MeterKeys(
        encryption_key=secrets.token_bytes(key_store.KEY_BYTES),
        authentication_key=secrets.token_bytes(key_store.KEY_BYTES),
        master_key=old.master_key,
        lls_secret=old.lls_secret,
    )


def _keys_of(meter_id: int, wrapped: bytes, root: bytes) -> MeterKeys:
    return key_store.unwrap(wrapped=wrapped, meter_id=meter_id, root=root)


def _value(row: MeterKeyChange) -> KeyChange:
    return KeyChange(
        change_id=row.pk,
        meter_id=row.meter_id,
        state=KeyChangeState(row.state),
        attempts=row.attempts,
        last_error=row.last_error,
    )
