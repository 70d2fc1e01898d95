"""A key stands for one meter: told by keyed fingerprints, in files and in the database.

The fingerprint is HMAC-SHA-256 under a key that is derived from the root key for this
alone, cut to 16 octets: whoever has the database without the root key can neither read a
key off it nor try one out. Marks are never taken away: a key that a meter held before is
not given to another. Source: RFC 2104, RFC 5869; security C19.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from bijlighar.connections import service as connections
from bijlighar.headend import keys as key_store
from bijlighar.headend._commission_rows import keys_in
from bijlighar.headend.models import KeyMark, MeterSecret
from bijlighar.headend.values import MeterKeys
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sealed import sealing_key
from bijlighar.kernel.sql import rows, statement

MARK_BYTES = 16
AT_ONCE = 5_000
_PURPOSE = "which meter a key stands for"
_LOCK = "select pg_advisory_xact_lock(hashtextextended('key marks', 0))"


class SharedKey(BijligharError):
    """Two meters would have the same key."""


def marking_key(*, root: bytes) -> bytes:
    """The key under which marks are made."""
    return sealing_key(root=root, purpose=_PURPOSE).key


def marks_of(keys: MeterKeys, *, marking: bytes) -> tuple[bytes, ...]:
    """The marks of a meter's keys, one for each key that is known."""
    return tuple(hmac.digest(marking, key, "sha256")[:MARK_BYTES] for key in keys_in(keys))


def holders(marks: Iterable[bytes]) -> dict[bytes, int]:
    """The meters for which these marks stand, by mark, where they stand for any."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "key_holders"), {"marks": list(marks)}
        )
        return {bytes(row["mark"]): row["meter_id"] for row in rows(cursor)}


def keep(keys: Mapping[int, MeterKeys], *, root: bytes) -> None:
    """Mark these meters' keys as theirs, in the caller's transaction.

    Raises SharedKey, naming both meters, where one stands for another already.
    """
    marking = marking_key(root=root)
    made = [
        (mark, meter_id)
        for meter_id, held in sorted(keys.items())
        for mark in marks_of(held, marking=marking)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK)
        known = holders(mark for mark, _ in made)
        for mark, meter_id in made:
            if known.setdefault(mark, meter_id) != meter_id:
                raise _shared(meter_id, known[mark])
        cursor.execute(
            statement("bijlighar.headend", "keep_key_marks"),
            {
                "marks": [mark for mark, _ in made],
                "meters": [meter_id for _, meter_id in made],
            },
        )


def catch_up(*, root: bytes) -> int:
    """Mark the keys of meters that have none yet; answer of how many.

    Keys of before there were marks. Two such meters that share a key stay as they are, and
    the second is marked by its other keys: it is for `rotate`, not for a refusal.
    """
    many, after, marking = 0, 0, marking_key(root=root)
    while part := _unmarked(after):
        for secret in part:
            held = key_store.unwrap(
                wrapped=bytes(secret.wrapped_keys), meter_id=secret.meter_id, root=root
            )
            KeyMark.objects.bulk_create(
                (
                    KeyMark(meter_id=secret.meter_id, mark=mark)
                    for mark in marks_of(held, marking=marking)
                ),
                ignore_conflicts=True,
            )
        after = part[-1].meter_id
        many += len(part)
    return many


def serials_of(meter_ids: Iterable[int]) -> dict[int, str]:
    """Serials of meters by id."""
    found = connections.meter_addresses(meter_ids=sorted(set(meter_ids)))
    return {one.meter_id: one.serial for one in found}


def _unmarked(after: int) -> Sequence[MeterSecret]:
    # No `not in`: too many marks for its hash, and each meter would walk through them all.
    marked = Exists(KeyMark.objects.filter(meter_id=OuterRef("pk")))
    found = MeterSecret.objects.filter(~marked, pk__gt=after)
    return list(found.order_by("pk")[:AT_ONCE])


def _shared(one: int, other: int) -> SharedKey:
    serials = serials_of((one, other))
    return SharedKey(f"The meters {serials[one]} and {serials[other]} have the same key.")
