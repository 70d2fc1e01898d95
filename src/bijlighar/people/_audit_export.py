"""The audit trail as lines for outsiders, and its proof on the living database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, transaction

from bijlighar.people.audit_lines import (
    Head,
    Record,
    end_line,
    head_line,
    public_key_of,
    record_line,
    trail_line,
)
from bijlighar.people.audit_proof import Finding, Proof
from bijlighar.people.models import AuditRecord, Chain, SignedHead

AT_ONCE = 2_000


def lines(*, from_seq: int, now: datetime) -> Iterator[str]:
    """The whole export from one record on, from one snapshot of the database."""
    with transaction.atomic(durable=True):
        _one_snapshot()
        yield from _told(from_seq=from_seq, now=now, rows=_rows(from_seq))


def findings(*, proof: Proof, now: datetime) -> Iterator[Finding]:
    """What is wrong with the trail in the database, which is read as an export is.

    Beyond what an export shows: the columns that are searched say what the payload says,
    and the chain's own row is its last record.
    """
    wrong: list[Finding] = []
    last: list[AuditRecord] = []
    with transaction.atomic(durable=True):
        _one_snapshot()
        rows = _looked_at(_rows(1), wrong, last)
        for finding in proof.read(_told(from_seq=1, now=now, rows=rows)):
            yield from wrong
            wrong.clear()
            yield finding
        yield from wrong
        yield from _chain(last)


def public_key() -> str:
    """The key that outsiders check signatures with; empty where none is set."""
    seed = settings.BIJLIGHAR.get("audit_key", "")
    return public_key_of(seed=seed) if seed else ""


def _told(*, from_seq: int, now: datetime, rows: Iterable[AuditRecord]) -> Iterator[str]:
    heads = _heads(from_seq)
    head = next(heads, None)
    yield trail_line(
        from_seq=from_seq,
        records=AuditRecord.objects.filter(seq__gte=from_seq).count(),
        exported_at=now,
        public_key=public_key(),
    )
    seq = from_seq - 1
    for row in rows:
        while head is not None and head.seq < row.seq:
            yield head_line(head)
            head = next(heads, None)
        seq = row.seq
        yield record_line(
            Record(
                seq=seq,
                payload=row.payload,
                previous_hash=bytes(row.previous_hash),
                hash=bytes(row.hash),
            )
        )
    while head is not None:
        yield head_line(head)
        head = next(heads, None)
    yield end_line(seq=seq)


def _rows(from_seq: int) -> Iterator[AuditRecord]:
    return AuditRecord.objects.filter(seq__gte=from_seq).order_by("seq").iterator(AT_ONCE)


def _heads(from_seq: int) -> Iterator[Head]:
    found = SignedHead.objects.filter(seq__gte=from_seq).order_by("seq", "pk")
    for row in found.iterator(AT_ONCE):
        yield Head(
            seq=row.seq,
            hash=bytes(row.hash),
            at=row.at,
            key_id=row.key_id,
            signature=bytes(row.signature),
        )


def _looked_at(
    rows: Iterable[AuditRecord], wrong: list[Finding], last: list[AuditRecord]
) -> Iterator[AuditRecord]:
    """The same rows; what their columns say otherwise than their payload is noted."""
    for row in rows:
        said, told = _said_by_columns(row), _said_by_payload(row.payload)
        if said != told:
            wrong.append(
                Finding(
                    seq=row.seq,
                    what="A column says something else than the record's content: edited.",
                )
            )
        last[:] = [row]
        yield row


def _said_by_columns(row: AuditRecord) -> tuple[object, ...]:
    return (
        row.at,
        row.actor_kind,
        row.actor_id,
        row.actor_name,
        row.channel,
        row.address,
        row.request_id,
        row.action,
        row.object_kind,
        row.object_id,
        row.place_id,
        row.why,
    )


def _said_by_payload(payload: str) -> tuple[object, ...] | None:
    try:
        told = json.loads(payload)
        return (
            datetime.fromisoformat(told["at"]).astimezone(UTC),
            told["actor"]["kind"],
            told["actor"]["id"],
            told["actor"]["name"],
            told["channel"],
            told["address"],
            told["request_id"],
            told["action"],
            told["object_kind"],
            told["object_id"],
            told["place_id"],
            told["why"],
        )
    except (ValueError, KeyError, TypeError):
        return None


def _chain(last: list[AuditRecord]) -> Iterator[Finding]:
    """The chain's own row stands where the trail ends."""
    stands = Chain.objects.first()
    held = (0, b"") if stands is None else (stands.seq, bytes(stands.hash))
    found = (last[0].seq, bytes(last[0].hash)) if last else (0, held[1])
    if held != found:
        yield Finding(
            seq=held[0],
            what=f"The chain stands at record {held[0]}, but the trail ends at record"
            f" {found[0]} or with another hash: its end was cut off or written anew.",
        )


def _one_snapshot() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
