"""New keys for meters, over the air: prepared, sent, proved; killed anywhere, none is lost.

The new keys lie wrapped beside the old ones before a meter hears of them, and the change is
marked as sent, committed, before the first frame. From then on the meter holds the one or
the other, and only the meter can tell: every lease tries the new keys and the old ones in
turn, so it stays in reach. Old keys go only when the new ones have carried a conversation
that was held to prove them.

A master key and the meter reader's password change the same way. A master key is proved by
sending it once more under itself, which a meter takes only if it holds it, and which
changes nothing; a password by the meter reader's association.

Source: IEC 62056-6-2, security setup (class 64), global_key_transfer; association LN (class
15), attribute 7; security D8, C19.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection, transaction

from bijlighar.headend import _key_marks
from bijlighar.headend import keys as key_store
from bijlighar.headend._commission_rows import MOST_SECRET
from bijlighar.headend.models import MeterKeyChange, MeterSecret
from bijlighar.headend.values import KeyChange, KeyChangeState, KeyPart, MeterKeys
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


def prepare_key_change(
    *, meter_ids: Sequence[int], now: datetime, part: KeyPart = KeyPart.GLOBALS
) -> tuple[int, ...]:
    """Make new keys, or a new password, for these meters; answer for which.

    Left out are meters without a master key, under which keys travel (a password travels
    under the others), and those that are being changed already. Raises keys.WrongRootKey.
    """
    root = key_store.root_key(settings.BIJLIGHAR["root_key"])
    with transaction.atomic():
        held = MeterSecret.objects.select_for_update().filter(pk__in=meter_ids)
        busy = set(
            MeterKeyChange.objects.filter(
                meter_id__in=meter_ids, state__in=OPEN_STATES
            ).values_list("meter_id", flat=True)
        )
        fresh: dict[int, MeterKeys] = {}
        for secret in held.order_by("meter_id"):
            old = _keys_of(secret.meter_id, bytes(secret.wrapped_keys), root)
            if secret.meter_id not in busy and (old.master_key or part is KeyPart.LLS):
                fresh[secret.meter_id] = _new(old, part)
        _key_marks.keep(fresh, root=root)
        MeterKeyChange.objects.bulk_create(
            MeterKeyChange(
                meter_id=meter_id,
                part=part.value,
                state=KeyChangeState.PREPARED.value,
                wrapped_keys=key_store.wrap(keys=keys, meter_id=meter_id, root=root),
                prepared_at=now,
            )
            for meter_id, keys in fresh.items()
        )
    return tuple(fresh)


def meters_by_age_of_keys(
    *, limit: int, now: datetime, part: KeyPart = KeyPart.GLOBALS
) -> tuple[int, ...]:
    """Meters of which this was changed longest ago, or never; none that changes now."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "meters_by_age_of_keys"),
            {"limit": limit, "now": now, "part": part.value},
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
        _give_up_refused(row, now)
        row.save()
    return KeyChangeState(row.state)


def keys_to_try(*, meter_ids: Sequence[int]) -> dict[int, bytes]:
    """For meters in doubt, the wrapped keys of this lease where they are the new ones.

    A master key and a password carry no ordinary conversation: no lease tries them.
    Each lease of such a meter takes the other keys than the last: new, old, new. Called
    inside the lease's transaction. What answers ends no doubt: see `end_doubt`.
    """
    doubtful = MeterKeyChange.objects.select_for_update().filter(
        meter_id__in=meter_ids,
        part=KeyPart.GLOBALS.value,
        state=KeyChangeState.SENT.value,
    )
    trying: dict[int, bytes] = {}
    for row in doubtful.order_by("meter_id"):
        row.leases += 1
        row.save()
        if row.leases % 2:
            trying[row.meter_id] = bytes(row.wrapped_keys)
    return trying


def change_in_doubt(*, change_id: int) -> tuple[KeyPart, bytes]:
    """What changes, and the wrapped new keys of a change that was sent."""
    row = MeterKeyChange.objects.get(pk=change_id)
    assert row.state == KeyChangeState.SENT.value
    return KeyPart(row.part), bytes(row.wrapped_keys)


def end_doubt(
    *, change_id: int, is_new: bool, meter_counter: int, now: datetime
) -> KeyChangeState:
    """The meter has carried a conversation under the new keys, or the old: say which hold.

    Only who led that conversation may say so: the keys that did not carry it are dropped,
    or wait to be sent again. A meter may begin to count anew with new global keys, so its
    counter is then taken as it is. A password that the meter took three times and does not
    let in is given up: some makes do not let the meter reader in from afar.
    """
    with transaction.atomic():
        row = MeterKeyChange.objects.select_for_update().get(pk=change_id)
        if row.state == KeyChangeState.SENT.value and is_new:
            _prove(row, meter_counter, now)
        elif row.state == KeyChangeState.SENT.value:
            _move(row, KeyChangeState.PREPARED)
            row.last_error = "The meter answers to the old keys."
            row.refusals += row.part == KeyPart.LLS.value
            _give_up_refused(row, now)
            row.save()
            _count_on(row.meter_id, meter_counter)
    return KeyChangeState(row.state)


def still_in_doubt(*, change_id: int, error: str) -> None:
    """The meter answered under neither keys; it is asked again later."""
    MeterKeyChange.objects.filter(pk=change_id).update(last_error=error[:500])


def _give_up_refused(row: MeterKeyChange, now: datetime) -> None:
    if row.refusals >= MOST_REFUSALS:
        _move(row, KeyChangeState.GIVEN_UP)
        row.ended_at = now
        _tell(row, "meter.keys.refused", now)


def _count_on(meter_id: int, meter_counter: int) -> None:
    MeterSecret.objects.filter(pk=meter_id, known_meter_counter__lt=meter_counter).update(
        known_meter_counter=meter_counter
    )


def _prove(row: MeterKeyChange, meter_counter: int, now: datetime) -> None:
    secret = MeterSecret.objects.filter(pk=row.meter_id)
    secret.update(wrapped_keys=bytes(row.wrapped_keys))
    if row.part == KeyPart.GLOBALS.value:
        secret.update(known_meter_counter=meter_counter)
    else:
        _count_on(row.meter_id, meter_counter)
    _move(row, KeyChangeState.PROVED)
    row.ended_at, row.last_error, row.wrapped_keys = now, "", b""
    row.save()
    log.info("headend.keys.replaced", meter_id=row.meter_id, change=row.pk, part=row.part)
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
            after={
                "change": row.pk,
                "part": row.part,
                "prepared_at": row.prepared_at.isoformat(),
            },
            why=row.last_error,
        ),
        by=SYSTEM,
        now=now,
    )


def _new(old: MeterKeys, part: KeyPart) -> MeterKeys:
    """The keys a meter is to hold: those of this part at random, the others as they are."""
    if part is KeyPart.LLS:
        # Sixteen characters that every make takes: ASCII letters and digits.
        return replace(old, lls_secret=secrets.token_hex(MOST_SECRET // 2).encode())
    if part is KeyPart.MASTER:
        return replace(old, master_key=secrets.token_bytes(key_store.KEY_BYTES))
    return replace(
        old,
        encryption_key=secrets.token_bytes(key_store.KEY_BYTES),
        authentication_key=secrets.token_bytes(key_store.KEY_BYTES),
    )


def _keys_of(meter_id: int, wrapped: bytes, root: bytes) -> MeterKeys:
    return key_store.unwrap(wrapped=wrapped, meter_id=meter_id, root=root)


def _value(row: MeterKeyChange) -> KeyChange:
    return KeyChange(
        change_id=row.pk,
        meter_id=row.meter_id,
        part=KeyPart(row.part),
        state=KeyChangeState(row.state),
        attempts=row.attempts,
        last_error=row.last_error,
    )
