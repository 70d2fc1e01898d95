"""Signing the audit trail's head, into the database and into a file outside it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from bijlighar.kernel.errors import BijligharError
from bijlighar.people.audit_lines import Head, head_line, heads_from, sign
from bijlighar.people.models import AuditRecord, Chain, SignedHead

LONGEST_LINE = 4096


class NoAuditKey(BijligharError):
    """Nothing can be signed without a key."""


class TrailRewritten(BijligharError):
    """The trail in the database is not the one that was signed before."""


def sign_head(*, now: datetime) -> Head | None:
    """Sign where the chain stands; None while nothing is recorded.

    The head is stored, and appended to the file outside the database (setting
    `audit_heads`). The last head of that file is looked at first: over a trail that is not
    the signed one nothing is signed. Raises NoAuditKey, TrailRewritten.
    """
    seed = settings.BIJLIGHAR.get("audit_key", "")
    if not seed:
        raise NoAuditKey(
            "There is no key to sign the audit trail with: set BIJLIGHAR_AUDIT_KEY"
            " (`bijlighar audit new-key` makes one) and keep it outside the database."
        )
    named = settings.BIJLIGHAR.get("audit_heads", "")
    if not named:
        return _sign(seed, now)
    with _locked(Path(named)) as file:
        before = _last_of(file)
        if before is not None:
            _insist_on(before)
        made = _sign(seed, now)
        if made is not None:
            _append(file, made)
    return made


def _sign(seed: str, now: datetime) -> Head | None:
    with transaction.atomic(durable=True):
        chain = Chain.objects.filter(seq__gt=0).first()
        if chain is None:
            return None
        head = sign(seed=seed, seq=chain.seq, hash_=bytes(chain.hash), at=now)
        SignedHead.objects.create(
            seq=head.seq,
            hash=head.hash,
            at=head.at,
            key_id=head.key_id,
            signature=head.signature,
        )
    return head


def _insist_on(head: Head) -> None:
    """The record that was signed last has still the hash that was signed."""
    found = AuditRecord.objects.filter(pk=head.seq).values_list("hash", flat=True).first()
    if found is None or bytes(found) != head.hash:
        raise TrailRewritten(
            f"Record {head.seq} of the audit trail is not the one that was signed at"
            f" {head.at.isoformat()}: run `bijlighar audit verify --database`. After a"
            " database was restored, put the file of heads aside and keep it."
        )


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """The file of heads, open for one process only: its heads never go back."""
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if is_new:
            _sync_folder(path.parent)
        yield file


def _last_of(file: BinaryIO) -> Head | None:
    """The last whole line; a line that a power cut tore is no head."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LONGEST_LINE))
    whole, _, _ = file.read().rpartition(b"\n")
    line = whole.rpartition(b"\n")[2].decode()
    return next(heads_from([line]), None)


def _append(file: BinaryIO, head: Head) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LONGEST_LINE))
    _, _, torn = file.read().rpartition(b"\n")
    if torn:
        file.truncate(size - len(torn))
    file.write(head_line(head).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
